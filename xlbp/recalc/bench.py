"""A book opened in IronCalc, to look at its cells, fill some in, and look again.

The engine gets the book reduced to its cells (:mod:`xlbp.recalc.reduced`): it takes an empty cell that has a
colour for 0, and a blank must be a blank.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import repeat
from pathlib import Path
from types import MappingProxyType
from typing import Any
from xml.etree.ElementTree import ParseError

from xlbp.errors import EngineError, UnreadableError
from xlbp.recalc.reduced import write_reduced
from xlbp.system.cleanup import temporary_folder
from xlbp.system.silence import silence
from xlbp.xlsx.areas import CellError, Value

Cell = tuple[str, int, int]  # sheet, row, column
NAME = re.compile(r"(?<![\w.$!'])[A-Za-z_][\w.]*(?![\w.(!'])")


class Bench:
    """The open book, recalculated."""

    def __init__(self, book: Path, model: Any) -> None:
        self.book, self.model = book, model
        self.sheets = {sheet["name"]: n for n, sheet in enumerate(model.get_worksheets_properties())}
        self.names = {
            str(each["name"]).lower(): str(each["formula"]).replace("'", "")
            for each in model.get_defined_name_list()
            if each["scope"] is None
        }

    def value(self, sheet: str, row: int, column: int) -> Value:
        """What a cell shows; None for an empty one."""
        found: Value = self.model.get_cell_value(self._index(sheet), row, column)
        if isinstance(found, str) and self._is_error(sheet, row, column):
            return CellError(found)
        return found

    def _is_error(self, sheet: str, row: int, column: int) -> bool:
        return str(self.model.get_cell_type(self._index(sheet), row, column)).endswith("ErrorValue")

    def formula(self, sheet: str, row: int, column: int) -> str:
        """A cell's formula with its '=', '' if it has none."""
        found = str(self.model.get_cell_formula(self._index(sheet), row, column) or "")
        return found.replace("@", "")  # the engine's mark of an implicit intersection

    def formula_without_names(self, sheet: str, row: int, column: int) -> str:
        """A cell's formula with what each defined name stands for in its place: versions differ in their names."""
        return NAME.sub(lambda name: self.names.get(name[0].lower(), name[0]), self.formula(sheet, row, column))

    def values(self, sheet: str, rows: Sequence[int], columns: Sequence[int]) -> list[Value]:
        """What so many cells of a sheet show."""
        found: list[Value] = list(map(self.model.get_cell_value, repeat(self._index(sheet)), rows, columns))
        for at, value in enumerate(found) if str in {*map(type, found)} else ():
            if type(value) is str and self._is_error(sheet, rows[at], columns[at]):
                found[at] = CellError(value)
        return found

    def packed(self) -> bytes:
        """The open book as the engine itself keeps it, for :func:`reopened`."""
        return bytes(self.model.to_bytes())

    def fill(self, formulas: Mapping[Cell, str]) -> None:
        """Put formulas, with their '=', into cells, and recalculate."""
        self.put({}, formulas)

    def put(self, numbers: Mapping[Cell, float], formulas: Mapping[Cell, str] = MappingProxyType({})) -> None:
        """Put numbers into cells, and formulas, with their '=', into others, and recalculate."""
        for (sheet, row, column), number in numbers.items():
            self.model.update_cell_with_number(self._index(sheet), row, column, number)
        for (sheet, row, column), formula in formulas.items():
            self.model.update_cell_with_formula(self._index(sheet), row, column, formula)
        self._evaluate()

    def clear(self, cells: Iterable[Cell]) -> None:
        """Empty cells; what depends on them is not recalculated."""
        for sheet, row, column in cells:
            self.model.clear_cell_contents(self._index(sheet), row, column)

    def _evaluate(self) -> None:
        with silence(), _as_error_of(self.book):
            self.model.evaluate()

    def _index(self, sheet: str) -> int:
        if sheet not in self.sheets:
            raise UnreadableError(f"{self.book}: the sheet {sheet!r} is missing; it was deleted or renamed")
        return self.sheets[sheet]


def open_bench(book: Path) -> Bench:
    """Open and recalculate a book; it is there as long as it is wanted.

    Raises UnreadableError if it is none, EngineError if the engine fails.
    """
    opened = _opened(book, sharing=False)
    opened.put({})
    return opened


def opened_as_it_is(book: Path) -> Bench:
    """Open a book of ours, which has no shared formulas, in half the time; it is calculated with what is put in.

    Raises as :func:`open_bench` does.
    """
    return _opened(book, sharing=True)


def _opened(book: Path, sharing: bool) -> Bench:
    engine = _engine()
    with silence(), temporary_folder() as folder, _as_error_of(book):
        copy = folder / "book.xlsx"
        write_reduced(book, copy, without_empty=True, sharing=sharing)
        return Bench(book, engine.load_from_xlsx(str(copy), "en", "UTC", "en"))


def reopened(packed: bytes) -> Bench:
    """A book that was open and is :meth:`Bench.packed`, in a third of the time that it takes to open it."""
    engine, name = _engine(), Path("book.xlsx")
    with silence(), _as_error_of(name):
        return Bench(name, engine.load_from_bytes(packed, "en"))


def _engine() -> Any:
    try:
        import ironcalc  # noqa: PLC0415  # loads a megabyte of Rust; only when it is used
    except ImportError as error:
        raise EngineError(f"the engine IronCalc can't be loaded ({error}); pip install ironcalc") from None
    return ironcalc


@contextmanager
def bench(book: Path) -> Iterator[Bench]:
    """The same for a block in which the engine says nothing on the terminal, whatever it is asked."""
    with silence():
        yield open_bench(book)


@contextmanager
def _as_error_of(book: Path) -> Iterator[None]:
    """Whatever the engine throws becomes one clear error."""
    try:
        yield
    except (EngineError, UnreadableError, KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError):
        raise
    except (KeyError, ParseError, ValueError) as error:
        said = " ".join(str(error).split())[:120]
        raise UnreadableError(f"{book}: the workbook can't be followed ({said})") from None
    except BaseException as error:  # pyo3 raises PanicException, which is no Exception
        said = " ".join(str(error).split())[:200]
        raise EngineError(f"{book}: the engine IronCalc failed ({said})") from None
