"""Nothing stays behind, whatever ends the process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from xlbp.errors import WriteError
from xlbp.system import cleanup
from xlbp.system.cleanup import WATCHER, temporary_file, temporary_folder

pytestmark = [pytest.mark.slow, pytest.mark.whole_pictures]  # whole books, or many processes


def until(holds: Callable[[], bool], patience: float = 60.0) -> bool:
    """Whether something comes true within a while."""
    end = time.monotonic() + patience
    while not holds() and time.monotonic() < end:
        time.sleep(0.01)
    return holds()


def test_a_folder_goes_with_its_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A temporary folder is there in its block, ours alone, and gone after it with all it holds."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with temporary_folder() as folder:
        (folder / "file").write_text("content")
        assert (folder.parent, folder.is_dir()) == (tmp_path, True)
        if os.name == "posix":
            assert folder.stat().st_mode & 0o777 == 0o700
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_was_moved_stays(tmp_path: Path) -> None:
    """A temporary file that took another's place is left there; one that did not is gone."""
    with temporary_file(tmp_path, ".txt") as one, temporary_file(tmp_path, ".txt"):
        one.replace(tmp_path / "result")
    assert [path.name for path in tmp_path.iterdir()] == ["result"]


def test_what_is_there_after_its_block_goes_with_the_process(tmp_path: Path) -> None:
    """A file that its block did not remove, as after a signal between two lines, is removed when the process ends."""
    program = (
        "import sys; from pathlib import Path; from xlbp.system.cleanup import watched_path; path = Path(sys.argv[1])\n"
    )
    program += "with watched_path(path): path.write_text('half')\nprint(path.exists())"
    done = subprocess.run(
        [sys.executable, "-c", program, tmp_path / "stump"], capture_output=True, text=True, check=True
    )
    assert done.stdout == "True\n"
    assert until(lambda: not list(tmp_path.iterdir()))


def test_a_full_temporary_folder_is_a_write_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the disk refuses there is told with the folder's name, and nothing stays."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def write() -> None:
        with temporary_folder():
            raise OSError(28, "No space left on device")

    with pytest.raises(WriteError, match=r"can't write in the temporary folder .*no space left on device"):
        write()
    assert list(tmp_path.iterdir()) == []


def test_without_a_temporary_folder_is_a_write_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A temporary folder that does not exist is told, as the disk's refusal is."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    with pytest.raises(WriteError, match="no such file"), temporary_folder():
        pass


KILLED = """
import os, subprocess, sys, tempfile, time
from pathlib import Path
from xlbp.system.cleanup import temporary_file, temporary_folder, watched_group
tempfile.tempdir = sys.argv[1]
with temporary_file(Path(sys.argv[1]), ".xlsx") as path, temporary_folder() as folder:
    (folder / "sub").mkdir()
    (folder / "sub" / "file").write_text("content")
    path.write_text("half")
    group = subprocess.Popen(["sleep", "60"], start_new_session=True)
    with watched_group(group.pid):
        print(group.pid, flush=True)
        time.sleep(60)
"""


@pytest.mark.skipif(os.name != "posix", reason="kills as POSIX has them")
def test_a_kill_leaves_nothing(tmp_path: Path) -> None:
    """After SIGKILL the file, the folder and the process group go all the same; what was there before stays."""
    (tmp_path / "old.xlsx").write_text("precious")
    process = subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    group = int(process.stdout.readline())
    assert len(list(tmp_path.iterdir())) == 3
    process.kill()
    process.wait()
    process.stdout.close()
    assert until(lambda: [path.name for path in tmp_path.iterdir()] == ["old.xlsx"])
    assert until(lambda: not alive(group))


STUBBORN = """
import os
real, refused = os.unlink, []
def unlink(path):
    if len(refused) < 2:
        refused.append(path)
        raise PermissionError(13, "The process cannot access the file")
    real(path)
os.unlink = unlink
"""
ON_WINDOWS = """
import os, sys, types
os.name = "nt"
def run(command, **_):
    print(*command)
sys.modules["subprocess"] = types.SimpleNamespace(run=run)
"""


def watched(shim: str, told: str) -> str:
    """What the watcher says that is told this, and then that its process has ended."""
    command = [sys.executable, "-I", "-S", "-c", shim + WATCHER]
    return subprocess.run(command, input=told, capture_output=True, text=True, check=True, timeout=60).stdout


def test_a_file_that_is_held_a_while_goes_in_the_end(tmp_path: Path) -> None:
    """Windows removes no open file: the watcher tries again, and what else it watches goes all the same."""
    paths = [tmp_path / "one", tmp_path / "two"]
    for path in paths:
        path.touch()
    watched(STUBBORN, "".join(f"+ path {os.fsencode(path).hex()}\n" for path in paths))
    assert list(tmp_path.iterdir()) == []


def test_the_watcher_ends_processes_as_windows_has_it() -> None:
    """Without process groups the whole tree is ended by its first process; a forgotten one is left alone."""
    assert watched(ON_WINDOWS, "+ group 123\n+ group 9\n- group 9\n") == "taskkill /F /T /PID 123\n"


def alive(pid: int) -> bool:
    """Whether a process can be sent a signal, and is no corpse that waits for a burial."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return not state.startswith("Z")


def started_by_a_killed_process(program: str, folder: Path) -> list[int]:
    """Run a Python program that prints the numbers of two processes that it starts, and kill it then."""
    script = folder / "killed.py"
    script.write_text(program, "utf-8")
    first = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert first.stdout is not None
    others = [int(first.stdout.readline()) for _ in range(2)]
    first.kill()
    first.wait()
    first.stdout.close()
    return others


@pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")
def test_ctrl_c_on_the_terminal_does_not_reach_the_watcher(tmp_path: Path) -> None:
    """An interrupt of the whole foreground group ends the work, and the watcher cleans up after it."""
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    assert process.stdout is not None
    group = int(process.stdout.readline())
    os.killpg(process.pid, signal.SIGINT)
    process.wait()
    process.stdout.close()
    assert until(lambda: list(tmp_path.iterdir()) == [])
    os.killpg(group, signal.SIGKILL)  # an interrupt is caught: ending the group is its owner's part


def test_one_watcher_serves_one_thing_after_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """A class's books are watched by one process, which is started for the first of them and ends behind the last."""
    start, started = cleanup._start, []

    def counted() -> subprocess.Popen[bytes] | None:
        started.append(start())
        return started[-1]

    monkeypatch.setattr(cleanup, "_start", counted)
    with cleanup.one_watcher():
        for _ in range(3):
            with cleanup.temporary_folder():
                assert len(started) == 1
    assert [process.poll() for process in started] == [0]
