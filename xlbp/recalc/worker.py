"""The process in which IronCalc computes: ``python -m xlbp.recalc.worker``.

A line of JSON on its stdin, its limits, says that book.xlsx is in its folder; what comes after it are the areas.  It
leaves their values in ``values``, or one line of why not in ``failed``.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from xlbp.recalc.packed import pack
from xlbp.system.limits import limit_this_process
from xlbp.xlsx.areas import Area, CellError, Grid, Value

BOOK, REDUCED, VALUES, FAILED, MISSING = "book.xlsx", "reduced.xlsx", "values", "failed", "missing"


class SheetMissingError(Exception):
    """A sheet that the book should have, and has not."""


def main() -> None:
    """Compute, and leave the result or the reason in this folder."""
    try:
        import ironcalc  # noqa: F401, PLC0415 - while the book is written; may be missing, a failure like others

        if not (limits := sys.stdin.readline()):  # there is no book
            return
        limit_this_process(*json.loads(limits))
        model = computed()
        areas = [Area(*area) for area in json.load(sys.stdin)]  # which come when the book has been looked into
        sheets = [sheet["name"] for sheet in model.get_worksheets_properties()]
        Path(VALUES).write_bytes(pack([_grid(model, sheets, area) for area in areas]))
    except SheetMissingError as error:
        Path(MISSING).write_text(str(error), "utf-8")
    except BaseException as error:  # pyo3 raises PanicException, which is no Exception
        said = " ".join(str(error).split()) or type(error).__name__
        Path(FAILED).write_text(said[:200], "utf-8", "replace")


def computed() -> Any:
    """The book as it is, evaluated, or if the engine refuses that, reduced to its cells."""
    try:
        return _evaluated(BOOK)
    except (MemoryError, ImportError):
        raise
    except BaseException:
        from xlbp.recalc.reduced import write_reduced  # noqa: PLC0415 - few books need it

        try:
            write_reduced(Path(BOOK), Path(REDUCED))
        except (KeyError, SyntaxError, ValueError):
            Path(REDUCED).unlink(missing_ok=True)
        if not Path(REDUCED).exists():
            raise
        return _evaluated(REDUCED)


def _evaluated(book: str) -> Any:
    import ironcalc  # noqa: PLC0415

    model = ironcalc.load_from_xlsx(book, "en", "UTC", "en")
    model.evaluate()
    return model


def _grid(model: Any, sheets: list[str], area: Area) -> Grid:
    if area.sheet not in sheets:
        raise SheetMissingError(area.sheet)
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


if __name__ == "__main__":
    main()
