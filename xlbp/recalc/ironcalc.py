"""IronCalc, a spreadsheet engine in Rust: the one that needs no installation.

It always recalculates, and gives full doubles.  It computes in a process of its own, so that a book that
makes it panic, hang or fill the memory takes nothing else down.
"""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple
from pathlib import Path

from xlbp.errors import EngineError, UnreadableError, option
from xlbp.recalc.base import Engine, Values
from xlbp.recalc.packed import unpack
from xlbp.recalc.worker import BOOK, FAILED, MISSING, VALUES
from xlbp.system.cleanup import temporary_folder
from xlbp.system.interpreter import python
from xlbp.system.process import Ended, Running, memory_for, started, timeout
from xlbp.xlsx.areas import Area, Grid
from xlbp.xlsx.plain_copy import write_plain

REMEDY = f"; try {option('--engine', 'libreoffice')}"


class IronCalc(Engine):
    """Loads, evaluates, and reads cell by cell."""

    name = "ironcalc"

    @contextmanager
    def ready(self) -> Iterator[Engine]:
        """Its process, which loads the engine and waits for the book."""
        with temporary_folder() as folder:
            command = python("-m", "xlbp.recalc.worker")
            with started(command, "the engine IronCalc", folder, process_environment()) as worker:
                yield _Ready(folder, worker)

    @contextmanager
    def computing(self, book: Path) -> Iterator[Values]:
        """Recalculated values at full precision."""
        with self.ready() as engine, engine.computing(book) as values:
            yield values


class _Ready(IronCalc):
    """IronCalc in a process that waits for one book."""

    def __init__(self, folder: Path, worker: Running) -> None:
        self._folder, self._worker = folder, worker

    @contextmanager
    def computing(self, book: Path) -> Iterator[Values]:
        """Hand it the book."""
        memory = memory_for(book)
        write_plain(book, self._folder / BOOK)  # the engine wants a name that ends in .xlsx
        self._worker.tell(json.dumps([memory, math.ceil(timeout())]).encode())

        def values(areas: Sequence[Area]) -> list[Grid]:
            ended = self._worker.finish(json.dumps([astuple(area) for area in areas]).encode())
            return _result(book, self._folder, ended, memory)

        yield values


def _result(book: Path, folder: Path, ended: Ended, memory: int) -> list[Grid]:
    """What the process left: values, a reason, or nothing."""
    if (folder / MISSING).exists():
        raise UnreadableError(f"{book}: the sheet {(folder / MISSING).read_text('utf-8')!r} is missing")
    if (folder / FAILED).exists():
        said = (folder / FAILED).read_text("utf-8")
        if "ModuleNotFoundError" in said or "No module named" in said:
            raise EngineError(f"the engine IronCalc can't be loaded ({said}); pip install ironcalc")
        raise EngineError(f"{book}: the engine IronCalc failed ({said}){REMEDY}")
    try:
        return unpack((folder / VALUES).read_bytes())
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        raise EngineError(
            f"{book}: the engine IronCalc ended with code {ended.code} and without a result; it may need more than "
            f"the {memory:,} MB it was given (XLBP_MEMORY){REMEDY}"
        ) from None


def process_environment() -> dict[str, str]:
    """Our own, with the places where this process finds its modules: the other one starts in an empty folder."""
    places = [os.path.abspath(place) for place in sys.path]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(places), "PYTHONIOENCODING": "utf-8"}
