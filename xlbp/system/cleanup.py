"""Nothing stays behind, however xlbp ends: not even after a kill that no program can catch.

Whatever must not outlive this process (a half-written file, a temporary folder, the process group of an
office program) is told to a small watcher *before* it is made.  The watcher reads a pipe that closes with
this process; then it removes what it has not been told to forget.
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from xlbp.errors import WriteError, reason_of
from xlbp.system.interpreter import python

WATCHER = """
import os, sys, time
left = {}
for line in sys.stdin.buffer:
    sign, kind, what = line.split()
    left[kind, what] = sign == b"+"
left = [key for key, there in left.items() if there]
for kind, what in left:
    if kind == b"group":
        try:
            if os.name == "posix":
                os.killpg(int(what), 9)
            else:
                import subprocess
                subprocess.run(["taskkill", "/F", "/T", "/PID", what.decode()], capture_output=True)
        except OSError:
            continue
for kind, what in left:
    if kind == b"path":
        import shutil
        path = os.fsdecode(bytes.fromhex(what.decode()))
        for _ in range(50):
            try:
                shutil.rmtree(path, True) if os.path.isdir(path) else os.unlink(path)
            except OSError:
                pass
            if not os.path.lexists(path):
                break
            time.sleep(0.1)
"""


class _Watcher:
    """The watcher's process, which lives as long as there is anything to watch, or somebody keeps it."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._watched = self._kept = 0
        self._lock = threading.Lock()

    def watch(self, kind: str, what: str) -> None:
        """See that this goes if this process ends; the process is started for the first of them."""
        with self._lock:
            self._watched += 1
            if self._process is None:
                self._process = _start()
            self._say(f"+ {kind} {what}\n")

    def forget(self, kind: str, what: str) -> None:
        """It is gone, or has become what it was meant for."""
        with self._lock:
            self._watched -= 1
            self._say(f"- {kind} {what}\n")
            self._end_if_idle()

    def keep(self, more: int) -> None:
        """Count who wants the process kept while there is nothing to watch."""
        with self._lock:
            self._kept += more
            self._end_if_idle()

    def _end_if_idle(self) -> None:
        process = self._process
        if self._watched == self._kept == 0 and process is not None:
            self._process = None
            process.communicate()

    def _say(self, line: str) -> None:
        if self._process is not None and self._process.stdin is not None:
            with suppress(OSError):  # a watcher that somebody ended watches no more; the work goes on
                self._process.stdin.write(line.encode())


def _start() -> subprocess.Popen[bytes] | None:
    """A Python that loads nothing, in a session of its own (Windows: a console), which Ctrl-C does not reach."""
    command = python("-I", "-S", "-c", WATCHER)
    try:
        return subprocess.Popen(
            command,
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except OSError:  # where no process can be started, only a kill that can't be caught leaves something
        return None


_watcher = _Watcher()


@contextmanager
def one_watcher() -> Iterator[None]:
    """While the block runs, one process watches all that is made in it, one thing after another."""
    _watcher.keep(1)
    try:
        yield
    finally:
        _watcher.keep(-1)


@contextmanager
def watched_path(path: Path) -> Iterator[Path]:
    """While the block runs, a file or folder at ``path`` is removed if this process is killed.

    What is there still when the block ends, as after a signal between two lines, goes when this process does.
    """
    name = os.fsencode(os.path.abspath(path)).hex()
    _watcher.watch("path", name)
    try:
        yield path
    finally:
        if not os.path.lexists(path):
            _watcher.forget("path", name)


@contextmanager
def watched_group(pid: int) -> Iterator[None]:
    """While the block runs, the process group ``pid`` is killed if this process is."""
    _watcher.watch("group", str(pid))
    try:
        yield
    finally:
        _watcher.forget("group", str(pid))


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder that goes when the block ends, or this process.  Raises WriteError if the disk refuses."""
    path = Path(tempfile.gettempdir()) / f"xlbp-{secrets.token_hex(8)}"
    try:
        with watched_path(path):
            try:
                path.mkdir(mode=0o700)
                yield path
            finally:
                shutil.rmtree(path, ignore_errors=True)
    except OSError as error:
        raise WriteError(f"can't write in the temporary folder {str(path.parent)!r}: {reason_of(error)}") from None


@contextmanager
def temporary_file(folder: Path, suffix: str) -> Iterator[Path]:
    """An empty file beside a result, which goes when the block ends unless it was moved."""
    path = folder / f".xlbp-{secrets.token_hex(8)}{suffix}"
    with watched_path(path):
        try:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
            yield path
        finally:
            path.unlink(missing_ok=True)
