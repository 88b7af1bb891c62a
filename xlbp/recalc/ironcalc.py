"""IronCalc, a spreadsheet engine in Rust, in this process: the one that needs no installation.

It always recalculates, and gives full doubles.  A panic of the engine arrives as a BaseException and
as words on stderr; both become one EngineError.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from xlbp.errors import EngineError, UnreadableError
from xlbp.recalc.base import Area, CellError, Grid, Value


class IronCalc:
    """Loads, evaluates, and reads cell by cell."""

    name = "ironcalc"
    confirms_overflow = True

    def values(self, book: Path, areas: Sequence[Area]) -> list[Grid]:
        """Recalculated values at full precision."""
        with _guarded(book):
            model = _load(book)
            model.evaluate()
            sheets = [sheet["name"] for sheet in model.get_worksheets_properties()]
            return [_grid(model, sheets, book, area) for area in areas]


def _load(book: Path) -> Any:
    """The book as the engine's model; it wants a name that ends in .xlsx."""
    try:
        import ironcalc
    except ImportError as error:
        raise EngineError(f"the engine IronCalc can't be loaded ({error}); pip install ironcalc") from None
    with tempfile.TemporaryDirectory(prefix="xlbp-") as folder:
        copy = Path(folder) / "book.xlsx"
        shutil.copyfile(book, copy)
        return ironcalc.load_from_xlsx(str(copy), "en", "UTC", "en")


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
def _guarded(book: Path) -> Iterator[None]:
    """Turn whatever the engine throws, panics included, into one clear error."""
    with _quiet_stderr():
        try:
            yield
        except (EngineError, UnreadableError, KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError):
            raise
        except BaseException as error:  # pyo3 raises PanicException, which is no Exception
            said = " ".join(str(error).split())[:200]
            raise EngineError(f"{book}: the engine IronCalc failed: {said}") from None


@contextmanager
def _quiet_stderr() -> Iterator[None]:
    """A panic also writes to file descriptor 2; keep our one line alone there."""
    try:
        kept = os.dup(2)
    except OSError:  # no stderr at all: nothing to keep quiet
        yield
        return
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
