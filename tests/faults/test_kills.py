"""Kills, Ctrl-C and full disks at any moment of a write: the old file stays, byte for byte, or the new one is whole."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest

from tests.faults.conftest import ROOT, Place

pytestmark = [
    pytest.mark.whole_pictures,
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="signals and forks as POSIX has them"),
]

OLD = b"precious" * 100
TIMES = 50
JOB = ("generate", "one-product", "-n", "150", "-o", "m.xlsx", "--force")
OURS = str(ROOT / "xlbp").encode()
SIGNALS = {"SIGKILL": -9, "SIGTERM": 130, "SIGINT": 130}


def whole(place: Place) -> float:
    """How long the whole work takes, and a check that it works."""
    begun = time.monotonic()
    assert place.run(*JOB).code == 0
    return time.monotonic() - begun


@pytest.mark.parametrize("name", SIGNALS)
def test_at_any_moment(name: str, place: Place) -> None:
    """Fifty times at random moments: the file is the old one or a sound new one, and nothing else is left."""
    length, draw = whole(place), Random(name)
    book = place.folder / "m.xlsx"
    good = book.stat().st_size
    stopped = 0
    for _ in range(TIMES):
        book.write_bytes(OLD)
        ended = place.run(*JOB, signal=getattr(signal, name).value, delay=draw.uniform(0.0, 0.9) * length)
        assert ended.code in (0, SIGNALS[name], -getattr(signal, name)), ended  # before a line of ours is run
        assert ended.err in ("", "xlbp: interrupted; no file was left half-written\n")
        content = book.read_bytes()
        assert content == OLD or (content.startswith(b"PK") and abs(len(content) - good) < 100)
        assert content != OLD or ended.code != 0
        stopped += content == OLD
        assert place.left_at_last() == []
        assert set(place.files()) == {"m.xlsx"}
    assert stopped >= TIMES // 5


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_while_the_program_is_loaded(name: str, tmp_path: Path) -> None:
    """A signal that comes before there is anything to do ends the process without a traceback."""
    draw = Random(name)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    for _ in range(6):
        process = subprocess.Popen(
            [sys.executable, "-m", "xlbp", "generate", "mazur", "-n", "3"],
            cwd=tmp_path,
            env=environment,
            stderr=subprocess.PIPE,
        )
        time.sleep(0.06 + draw.uniform(0, 0.3))
        process.send_signal(getattr(signal, name))
        _, err = process.communicate(timeout=120)
        assert process.returncode in (0, 130, -getattr(signal, name)), err
        assert b"Traceback" not in err or OURS not in err, err  # Python may be stopped before a line of ours is run


DROPPED = """
import xlbp.__main__, sys
from xlbp.errors import Interrupted
sys.unraisablehook = xlbp.__main__.unheard
class Callback:
    def __del__(self):
        raise {error}("dropped")
Callback()
print("after")
"""


@pytest.mark.parametrize(
    ("error", "code", "out", "told"),
    [("KeyboardInterrupt", 130, "", False), ("Interrupted", 0, "after", False), ("ValueError", 0, "after", True)],
)
def test_a_signal_where_python_drops_exceptions(error: str, code: int, out: str, told: bool) -> None:
    """Ctrl-C ends what has not begun; what has begun goes on without a word; other exceptions are shown as ever."""
    ended = subprocess.run(
        [sys.executable, "-c", DROPPED.format(error=error)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stdout.strip(), "ValueError: dropped" in ended.stderr) == (code, out, told)
    assert told or not ended.stderr


@pytest.mark.office
@pytest.mark.parametrize("name", SIGNALS)
def test_no_office_program_is_left(name: str, place: Place) -> None:
    """Whatever ends a verification while LibreOffice works, it goes too, with its profile."""
    assert place.run("generate", "mazur", "-n", "50", "-o", "m.xlsx", "--no-verify").code == 0
    job = ("verify", "m.xlsx", "--engine", "libreoffice")
    ended = place.run(*job, signal=getattr(signal, name).value, delay=0.9)
    assert ended.code in (0, SIGNALS[name])
    assert place.left_at_last() == []


@pytest.mark.parametrize("most", [2_000, 4_096, 20_000, 60_000, 100_000])
def test_a_full_disk_at_any_byte(most: int, place: Place) -> None:
    """When the disk takes no more bytes the command ends with 4, and the old file is as it was."""
    (place.folder / "m.xlsx").write_bytes(OLD)
    ended = place.run("generate", "mazur", "-n", "150", "-o", "m.xlsx", "--force", file_size=most)
    assert (ended.code, ended.out, len(ended.err.splitlines())) == (4, "", 1)
    assert ended.err.startswith("xlbp: error: can't write")
    assert (place.files(), place.left_at_last()) == ({"m.xlsx": OLD}, [])


@pytest.mark.skipif(sys.platform != "linux", reason="mounts as Linux has them")
def test_a_disk_of_64_kilobytes(place: Place) -> None:
    """On a disk that is too small for the book the command ends with 4 and leaves the disk as it was."""
    disk = place.folder / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("no right to mount a small disk here; the test above limits files instead")
    try:
        (disk / "m.xlsx").write_bytes(OLD)
        ended = place.run("generate", "mazur", "-n", "150", "-o", "disk/m.xlsx", "--force")
        assert (ended.code, "no space left on device" in ended.err, len(ended.err.splitlines())) == (4, True, 1)
        assert [(path.name, path.read_bytes()) for path in disk.iterdir()] == [("m.xlsx", OLD)]
    finally:
        subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a full device as Linux has it")
@pytest.mark.parametrize("arguments", [("templates",), ("trace", "mazur", "-n", "3"), ("verify", "m.xlsx")])
def test_a_full_terminal(arguments: tuple[str, ...], place: Place) -> None:
    """Words that can't be written are an error of writing, in one line."""
    place.run("generate", "mazur", "-n", "3", "-o", "m.xlsx", "--no-verify")
    ended = place.run(*arguments, out="/dev/full")
    assert (ended.code, len(ended.err.splitlines())) == (4, 1)
    assert "no space left on device" in ended.err


LOST = """
import os, signal, sys, time
import xlbp.__main__
from xlbp.cli import command
from xlbp.errors import Interrupted
sys.unraisablehook = xlbp.__main__.unheard
command._listen()
class Callback:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(0.1)
Callback()
try:
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(0.1)
except Interrupted:
    print("heard")
"""


def test_after_a_lost_signal_the_next_is_heard() -> None:
    """The first signal silences the others while all is cleaned up; one that was lost must not, or nothing ends it."""
    ended = subprocess.run(
        [sys.executable, "-c", LOST],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "heard\n", "")
