"""What the columns of a person's CSV file hold: numbers, classes, an id, nothing; and what is wrong with them.

An error in the file is an UnreadableError that names line and column; a wrong choice of columns is a UsageError.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from xlbp.errors import UnreadableError, UsageError
from xlbp.template.csv_file import CsvFile, number, read_csv
from xlbp.template.load import beside
from xlbp.template.nearest import nearest

MISSING = ("", "na", "n/a", "#n/a", "nan", "null", "none", "missing", "?", "-", "--")
DECIMAL_COMMA = re.compile(r"[+-]?(\d+(\.\d{3})*,\d*|,\d+)([eE][+-]?\d+)?")
ID_NAME = re.compile(
    r"#|(.*[\W_])?(id|index|idx|no|nr|number|row|key)\.?|.*(编号|序号|編號|序號|学号|學號)", re.IGNORECASE
)
ID_SUFFIX = re.compile(r".*[a-z](ID|Id)")
MOST_CLASSES = 20  # each has an output of its own, for every sample of a row
MOST_NUMBERED_CLASSES = 10
MOST_ROWS = 5_000


@dataclass(frozen=True)
class Column:
    """One column: its name, and its cells with the lines of the file."""

    name: str
    cells: tuple[tuple[int, str], ...]

    @cached_property
    def known(self) -> list[tuple[int, str]]:
        """The cells that hold anything."""
        return [(line, text) for line, text in self.cells if text.lower() not in MISSING]

    @cached_property
    def words(self) -> list[tuple[int, str]]:
        """The cells that hold something, but no number."""
        return [(line, text) for line, text in self.known if number(text) is None]

    @cached_property
    def values(self) -> list[float]:
        """The cells that are numbers."""
        return [value for _, text in self.cells if (value := number(text)) is not None]

    @property
    def numeric(self) -> bool:
        """Whether all that is known are numbers."""
        return bool(self.known) and not self.words

    @property
    def decimal_comma(self) -> bool:
        """Whether the cells would be numbers if 5,1 were one."""
        return bool(self.words) and all(DECIMAL_COMMA.fullmatch(text) for _, text in self.words)

    @property
    def whole(self) -> bool:
        """Whether all are whole numbers."""
        return self.numeric and all(value.is_integer() for value in self.values)

    @cached_property
    def classes(self) -> tuple[str, ...]:
        """The different cells, in the order of the file."""
        return tuple(dict.fromkeys(text for _, text in self.cells if text))

    @property
    def is_id(self) -> bool:
        """Whether it numbers the rows: whole numbers, all different, under a name such as id, or none."""
        named = not self.name or ID_NAME.fullmatch(self.name) or ID_SUFFIX.fullmatch(self.name)
        return bool(named) and self.whole and len(set(self.values)) == len(self.values) > 1

    def reason_against(self) -> tuple[str, dict[str, object]] | None:
        """Why it is no input: a key of the words, and what to fill in; None if it is one."""
        if not self.known:
            return "left_empty", {}
        if self.is_id:
            return "left_id", {}
        if not self.name:
            return "left_unnamed", {}
        if self.values and self.words:
            line, text = self.words[0]
            return "left_mixed", {"line": line, "text": repr(text[:40])}
        if self.words:
            return "left_text", {}
        return ("left_constant", {"value": self.known[0][1]}) if len(set(self.values)) == 1 else None


THOUSANDS = re.compile(r"[-+]?\d{1,3}(,\d{3})+")


class Survey:
    """A person's file, column by column."""

    def __init__(self, path: Path) -> None:
        self.path = path
        file = _read(path)
        _must_be_a_table(path, file)
        self.columns = tuple(Column(name, tuple(file.column(place))) for place, name in enumerate(file.header))
        self.rows = len(file.rows)
        self.names = [column.name for column in self.columns if column.name]
        if not any(column.values or column.decimal_comma for column in self.columns):
            hint = "; columns are parted by commas, semicolons or tabs" if len(self.columns) == 1 else ""
            raise UnreadableError(f"{path} has no column of numbers; a network takes numbers{hint}")

    def named(self, name: str, option: str) -> Column:
        """The column of this name, which a person gave with ``option``."""
        found = [column for column in self.columns if column.name == name and name]
        if not found:
            raise UsageError(f"{option}: {self.path} has no column {name!r}{nearest(name, self.names)}")
        if len(found) > 1:
            raise UnreadableError(f"{self.path}: {len(found)} columns are called {name!r}; give each its own name")
        return found[0]

    def must_be_complete(self, column: Column) -> None:
        """Refuse numbers with a decimal comma, and a cell that is missing, by line and column."""
        if column.decimal_comma:
            line, text = column.words[0]
            point = text.replace(".", "").replace(",", ".")
            remedy = f"write points for its commas, as in {point}"
            if THOUSANDS.fullmatch(text):
                remedy = f"take the comma out if it parts thousands, as in {text.replace(',', '')}, else write {point}"
            raise self._at(line, column, f"{text!r} is no number: {remedy}")
        missing = MISSING if column.numeric else ("",)
        for line, text in column.cells:
            if text.lower() in missing:
                what = f"holds {text!r}, which is no number" if text else "is empty"
                raise self._at(line, column, f"the cell {what}; fill it in, delete the row, or choose other columns")

    def must_be_numbers(self, column: Column, option: str) -> None:
        """Refuse words where numbers are needed."""
        self.must_be_complete(column)
        if not column.numeric:
            line, text = column.words[0]
            raise UsageError(
                f"{option}: the column {column.name!r} of {self.path} holds texts, as {text[:40]!r} on line {line}; "
                "a network takes numbers"
            )

    def must_vary(self, column: Column, option: str) -> None:
        """Refuse what is the same in every row."""
        if len(set(column.values) if column.numeric else column.classes) == 1:
            raise UsageError(f"{option}: the column {column.name!r} of {self.path} is {column.classes[0]} in every row")

    def _at(self, line: int, column: Column, message: str) -> UnreadableError:
        return UnreadableError(f"{self.path}, line {line}, column {column.name!r}: {message}")


def _read(path: Path) -> CsvFile:
    try:
        return read_csv(beside(path)(path.name))
    except ValueError as error:
        raise UnreadableError(f"the data file {str(path)!r} {error}") from None


def _must_be_a_table(path: Path, file: CsvFile) -> None:
    """Refuse what has no header, rows that are too long, too few rows or too many."""
    filled = [cell for cell in file.header if cell]
    if not filled or all(number(cell) is not None for cell in filled):
        met = "is empty" if not filled else "holds numbers only"
        raise UnreadableError(f"{path} has no header: its first line {met}; write the names of the columns above it")
    for line, row in file.rows:
        if len(row) > len(file.header) and any(row[len(file.header) :]):
            hint = "; a decimal comma? write 5.1, not 5,1" if file.delimiter == "," else ""
            raise UnreadableError(
                f"{path}, line {line}: {len(row)} cells, but the header has {len(file.header)} columns{hint}"
            )
    if len(file.rows) == 1:
        raise UnreadableError(f"{path} has one row of data, so nothing varies; give at least two")
    if len(file.rows) > MOST_ROWS:
        raise UnreadableError(
            f"{path} has {len(file.rows):,} rows; a workbook that can be looked through holds {MOST_ROWS:,}: "
            "draw a random sample of them"
        )


def unfit_as_target(column: Column) -> str:
    """Why a column can't be the target without being asked for; '' if it can."""
    if not column.name:
        return "it has no name"
    if column.is_id:
        return "it only numbers the rows"
    if len(column.classes) < 2:
        return f"it is {column.classes[0]} in every row"
    if column.numeric or column.decimal_comma or len(column.classes) <= min(MOST_CLASSES, len(column.cells) - 1):
        return ""
    line, text = column.words[0]
    if all(THOUSANDS.fullmatch(word) for _, word in column.words):
        return f"take the commas between its thousands out, as in {text.replace(',', '')} for {text!r} on line {line}"
    return f"it holds {len(column.classes):,} different texts, as {text[:40]!r} on line {line}"


def are_classes(column: Column) -> bool:
    """Whether a target is to be classified: texts, or few whole numbers that come back."""
    if not column.numeric:
        return True
    different = len(set(column.values))
    few = 2 <= different <= MOST_NUMBERED_CLASSES and 2 * different <= len(column.cells)
    return few and column.whole and different == len(column.classes)


def names_of(columns: Sequence[Column]) -> tuple[str, ...]:
    """What the columns are called."""
    return tuple(column.name for column in columns)
