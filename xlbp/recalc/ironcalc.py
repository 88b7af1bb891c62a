"""IronCalc, a spreadsheet engine in Rust, in this process: the one that needs no installation.

It always recalculates, and gives full doubles.  It stumbles over some things other programs write, so
a book that it refuses is handed to it once more, reduced to its cells.  A panic of the engine arrives
as a BaseException and as words on stdout or stderr; all of that becomes one EngineError.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from xlbp.errors import EngineError, UnreadableError
from xlbp.recalc.base import Area, CellError, Grid, Value
from xlbp.recalc.reduced import write_reduced

OURS = (EngineError, UnreadableError, KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError)


class IronCalc:
    """Loads, evaluates, and reads cell by cell."""

    name = "ironcalc"
    confirms_overflow = True

    def values(self, book: Path, areas: Sequence[Area]) -> list[Grid]:
        """Recalculated values at full precision."""
        with silence(), tempfile.TemporaryDirectory(prefix="xlbp-") as folder:
            copy = Path(folder) / "book.xlsx"  # the engine wants a name that ends in .xlsx
            shutil.copyfile(book, copy)
            try:
                return _evaluate(copy, book, areas)
            except EngineError:
                reduced = Path(folder) / "reduced.xlsx"
                if not _reduced(book, reduced):
                    raise
                return _evaluate(reduced, book, areas)


def _reduced(book: Path, target: Path) -> bool:
    try:
        write_reduced(book, target)
    except (KeyError, ParseError, ValueError):
        return False
    return True


def _evaluate(copy: Path, book: Path, areas: Sequence[Area]) -> list[Grid]:
    """Whatever the engine throws, panics included, becomes one clear error."""
    try:
        import ironcalc  # noqa: PLC0415  # loads a megabyte of Rust; only when it is used
    except ImportError as error:
        raise EngineError(f"the engine IronCalc can't be loaded ({error}); pip install ironcalc") from None
    try:
        model = ironcalc.load_from_xlsx(str(copy), "en", "UTC", "en")
        model.evaluate()
        sheets = [sheet["name"] for sheet in model.get_worksheets_properties()]
        return [_grid(model, sheets, book, area) for area in areas]
    except OURS:
        raise
    except BaseException as error:  # pyo3 raises PanicException, which is no Exception
        said = " ".join(str(error).split())[:200]
        raise EngineError(f"{book}: the engine IronCalc failed ({said}); try --engine libreoffice") from None


def _grid(model: Any, sheets: list[str], book: Path, area: Area) -> Grid:
    if area.sheet not in sheets:
        raise UnreadableError(f"{book}: the sheet {area.sheet!r} is missing")
    index, columns = sheets.index(area.sheet), range(1, area.columns + 1)
    read = model.get_cell_value
    return [
        [_value(model, index, row, column, read(index, row, column)) for column in columns]
        for row in range(area.first_row, area.last_row + 1)
    ]


def _value(model: Any, sheet: int, row: int, column: int, value: Value) -> Value:
    """Errors and texts both arrive as strings; the cell's type tells them apart."""
    if isinstance(value, str) and str(model.get_cell_type(sheet, row, column)).endswith("ErrorValue"):
        return CellError(value)
    return value


@contextmanager
def silence() -> Iterator[None]:
    """Keep the engine quiet, which writes remarks and panics to the file descriptors themselves."""
    sys.stdout.flush()
    sys.stderr.flush()
    kept = {number: os.dup(number) for number in (1, 2) if _is_open(number)}
    with open(os.devnull, "w") as nowhere:
        try:
            for number in kept:
                os.dup2(nowhere.fileno(), number)
            yield
        finally:
            for number, copy in kept.items():
                os.dup2(copy, number)
                os.close(copy)


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True
