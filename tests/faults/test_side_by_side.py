"""Two commands at once: both right, or one refused in a line; nothing half, nothing left behind."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import MakeBook
from tests.faults.conftest import ROOT, Ended, Place
from xlbp.pipeline import verify

pytestmark = [
    pytest.mark.whole_pictures,
    pytest.mark.slow,
    pytest.mark.skipif(os.name != "posix", reason="processes are listed as POSIX has them"),
]

STARTS = """
import os, sys, time
gate = sys.argv.pop(1)
import xlbp.pipeline, xlbp.recalc.ironcalc, xlbp.verification.report
from xlbp.__main__ import main
open(f"{gate}.{os.getpid()}", "w").close()
while not os.path.exists(gate):
    time.sleep(0.001)
main()
"""


def at_once(place: Place, *commands: tuple[str, ...]) -> list[Ended]:
    """Run the commands, which are let go together once all of them have loaded."""
    gates = place.folder.parent / "gates"
    gates.mkdir()
    environment = {**place.environment, "PYTHONPATH": str(ROOT)}
    started = [
        subprocess.Popen(
            [sys.executable, "-c", STARTS, str(gates / "gate"), *command],
            cwd=place.folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        for command in commands
    ]
    while len(list(gates.iterdir())) < len(started) and all(process.poll() is None for process in started):
        pass
    (gates / "gate").touch()
    told = [process.communicate(timeout=120) for process in started]
    return [Ended(process.returncode, *words) for process, words in zip(started, told, strict=True)]


ENGINES = [
    pytest.param(("--engine", "ironcalc"), id="ironcalc"),
    pytest.param(("--engine", "ironcalc", "--engine", "libreoffice"), id="libreoffice", marks=pytest.mark.office),
]


@pytest.mark.parametrize("engines", ENGINES)
def test_two_verifications_of_a_book(engines: tuple[str, ...], place: Place, make_book: MakeBook) -> None:
    """Each has its own copy, profile and process: both agree, the book is as it was, and nothing is left."""
    book = place.folder / "book.xlsx"
    book.write_bytes(make_book("mazur", 15).read_bytes())
    before = place.files()
    ended = at_once(place, *[("verify", "book.xlsx", *engines)] * 2)
    assert [(one.code, one.err) for one in ended] == [(0, ""), (0, "")]
    assert ended[0].out == ended[1].out
    assert (place.files(), place.left_at_last()) == (before, [])


JOBS = (("generate", "mazur", "-n", "40", "-o", "m.xlsx"), ("generate", "xor", "-n", "3", "-o", "m.xlsx"))


def whole(path: Path) -> bool:
    """Whether the book is a sound one."""
    return all(report.ok for report in verify(path))


def test_two_books_under_one_name_with_force(place: Place) -> None:
    """Both commands end well, and the file is one of the two books, whole."""
    (place.folder / "m.xlsx").write_bytes(b"old")
    ended = at_once(place, *[(*job, "--force") for job in JOBS])
    assert [(one.code, one.err) for one in ended] == [(0, ""), (0, "")]
    assert whole(place.folder / "m.xlsx")
    assert (list(place.files()), place.left_at_last()) == (["m.xlsx"], [])


def test_two_books_under_one_new_name(place: Place) -> None:
    """Without --force the first to be done has the name; the other is refused and takes nothing away."""
    ended = at_once(place, *JOBS)
    assert sorted(one.code for one in ended) == [0, 4]
    [refused] = [one for one in ended if one.code]
    assert refused.err == ("xlbp: error: m.xlsx exists; give another name, or --force to replace it\n")
    assert whole(place.folder / "m.xlsx")
    assert (list(place.files()), place.left_at_last()) == (["m.xlsx"], [])
