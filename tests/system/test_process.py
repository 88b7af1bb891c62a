"""Programs of other people: where they are, and that none stays."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from xlbp.errors import EngineError
from xlbp.recalc.libreoffice import PROGRAMS
from xlbp.system import process
from xlbp.system.process import find_program, started

pytestmark = pytest.mark.whole_pictures  # other processes make and verify whole books

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
ECHO = [sys.executable, "-c", "import sys, time; time.sleep(0.3); print(sys.stdin.read().upper())"]


def program(folder: Path) -> Path:
    """A program where an installer puts it."""
    path = folder / "Program Files" / "LibreOffice" / "soffice.com"
    path.parent.mkdir(parents=True)
    path.write_text("")
    path.chmod(0o755)
    return path


def test_a_program_is_found_in_its_usual_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Installers of macOS and Windows leave the PATH alone: a place will do, and the variable says another."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("XLBP_SOFFICE", raising=False)
    path = program(tmp_path)
    assert find_program(("soffice", str(tmp_path / "gone"), str(path)), "") == str(path)
    monkeypatch.setenv("XLBP_SOFFICE", str(path))
    assert find_program(("soffice",), "") == str(path)
    monkeypatch.setenv("XLBP_SOFFICE", str(tmp_path / "gone"))
    with pytest.raises(EngineError, match=r"gone was not found; install it, or set XLBP_SOFFICE to its path"):
        find_program(("soffice", str(path)), "install it")


@pytest.mark.parametrize("folder", ["/Applications/LibreOffice.app/", "C:\\Program Files\\LibreOffice\\program\\"])
def test_the_usual_places_of_libreoffice_are_known(folder: str) -> None:
    """One on macOS; on Windows the .com, which waits for the program and tells what it said."""
    assert [place for place in PROGRAMS if place.startswith(folder)]
    assert all(place.endswith(".com") for place in PROGRAMS if place.startswith("C:"))


@pytest.mark.slow
def test_where_there_are_no_groups_the_tree_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows ends a process alone; soffice.com would leave the program it waits for."""
    told: list[Any] = []
    monkeypatch.delattr(os, "killpg", raising=False)
    monkeypatch.setattr(process.subprocess, "run", lambda command, **_: told.append(command))
    with started(SLEEP, "it"):
        pass
    [command] = told
    assert command[:-1] == ["taskkill", "/F", "/T", "/PID"]
    with started(ECHO, "it") as running:
        assert running.finish(b"x").code == 0
    assert told == [command]  # one that has ended is left alone: its number may be another's


@pytest.mark.slow
def test_a_long_wait_loses_no_word(monkeypatch: pytest.MonkeyPatch) -> None:
    """The wait is cut into short ones; a command that reads late gets more than a pipe holds, and is heard to its end.

    It reads when several of the short waits are over, on a fast machine and on a busy one.
    """
    monkeypatch.setattr(process, "WAKE", 0.01)
    monkeypatch.setenv("XLBP_TIMEOUT", "120")
    with started(ECHO, "it") as running:
        ended = running.finish(b"abc" * 100_000)
    assert (ended.code, ended.output.strip()) == (0, b"ABC" * 100_000)


def test_a_command_that_does_not_read_its_input_ends_well() -> None:
    """What it leaves unread is no error of anyone's."""
    with started([sys.executable, "-c", "print('done')"], "it") as running:
        ended = running.finish(b"abc" * 100_000)
    assert (ended.code, ended.output.strip()) == (0, b"done")


@pytest.mark.slow
def test_the_limit_of_time_holds_between_short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the short waits are, the limit is the limit."""
    monkeypatch.setattr(process, "WAKE", 0.2)
    monkeypatch.setenv("XLBP_TIMEOUT", "0.5")
    begun = time.monotonic()
    with started(SLEEP, "it") as running, pytest.raises(EngineError, match=r"within 0\.5 seconds"):
        running.finish(b"")
    assert time.monotonic() - begun >= 0.5
