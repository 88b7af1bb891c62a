"""The command as a process, and what must hold around it whatever happens."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
BUSY = ("soffice", "ssconvert", "xlbp.recalc.worker")


class Ended(NamedTuple):
    """How a command ended; ``busy`` is how many seconds it kept a processor, where that was measured."""

    code: int
    out: str
    err: str
    busy: float = 0.0


class Place:
    """A folder to work in, another for temporary files, and the command."""

    def __init__(self, ask: Callable[[dict[str, Any]], dict[str, Any]], folder: Path) -> None:
        self._ask = ask
        self.folder, self.temporary, self._words = folder / "work", folder / "tmp", folder / "words"
        for path in (self.folder, self.temporary, self._words):
            path.mkdir()
        self.environment = {**os.environ, "TMPDIR": str(self.temporary), "LC_ALL": "C.UTF-8"}

    def run(self, *arguments: object, **job: object) -> Ended:
        """Run the command in the folder."""
        asked = {
            "arguments": [str(argument) for argument in arguments],
            "folder": str(self.folder),
            "environment": self.environment,
            "out": str(self._words / "out"),
            "err": str(self._words / "err"),
            **job,
        }
        return Ended(**self._ask(asked))

    def files(self) -> dict[str, bytes | None]:
        """Everything in the folder, with its content; None for a folder."""
        return {
            str(path.relative_to(self.folder)): path.read_bytes() if path.is_file() else None
            for path in sorted(self.folder.rglob("*"))
        }

    def left(self) -> list[str]:
        """Temporary files, and processes of engines that work in the temporary folder."""
        files = [path.name for path in self.temporary.iterdir()]
        stumps = [path.name for path in self.folder.rglob(".xlbp-*")]
        return files + stumps + engines_in(self.temporary)

    def left_at_last(self, patience: float = 60.0) -> list[str]:
        """What is left when the watcher has had its time."""
        end = time.monotonic() + patience
        while self.left() and time.monotonic() < end:
            time.sleep(0.02)
        return self.left()


def engines_in(folder: Path) -> list[str]:
    """The command lines of engines that run, and have to do with this folder."""
    lines = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout.splitlines()
    return [line for line in lines if str(folder) in line and any(name in line for name in BUSY)]


@pytest.fixture(scope="session")
def driver() -> Iterator[Callable[[dict[str, Any]], dict[str, Any]]]:
    """The process that forks the runs."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.driver"],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )

    def ask(job: dict[str, Any]) -> dict[str, Any]:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(job) + "\n")
        process.stdin.flush()
        return dict(json.loads(process.stdout.readline()))

    yield ask
    process.communicate()


@pytest.fixture
def place(driver: Callable[[dict[str, Any]], dict[str, Any]], tmp_path: Path) -> Place:
    """An empty folder and the command."""
    return Place(driver, tmp_path)
