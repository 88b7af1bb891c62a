"""The columns of a CSV file by name, as texts or as numbers; complains of the line and the column at fault."""

from __future__ import annotations

from collections.abc import Sequence

from xlbp.template.csv_file import CsvFile, number
from xlbp.template.nearest import nearest
from xlbp.template.table import Table

RANGE = ".."  # p1..p64: all columns from the one to the other


class Columns:
    """Of one file; ``table`` is what names them, and what complaints point at."""

    def __init__(self, table: Table, name: str, file: CsvFile) -> None:
        self.table, self.name, self.file = table, name, file

    def named(self, key: str) -> tuple[str, ...]:
        """The columns that a key of the template names; ``p1..p64`` are all from p1 to p64, in the file's order."""
        texts = self.table.texts(key)
        return tuple(column for place, text in enumerate(texts) for column in self._range(key, place, text))

    def _range(self, key: str, place: int, text: str) -> tuple[str, ...]:
        header = self.file.header
        first, is_range, last = text.partition(RANGE)
        if not is_range or text in header:
            return (text,)
        for end in (first, last):
            if end not in header:
                self.table.fail((key, place), f"{self.name!r} has no column {end!r}{nearest(end, header)}")
        begin, end_place = header.index(first), header.index(last)
        if begin > end_place:
            self.table.fail((key, place), f"{text}: the column {last!r} of {self.name!r} stands before {first!r}")
        return header[begin : end_place + 1]

    def cells(self, key: str, place: int, column: str) -> list[tuple[int, str]]:
        """The cells with their lines, none of them empty; the ``place`` in the list of ``key`` names the column."""
        header = self.file.header
        if column not in header:
            where = (key, place) if isinstance(self.table.get(key), list) else key
            self.table.fail(where, f"{self.name!r} has no column {column!r}{nearest(column, header)}")
        cells = self.file.column(header.index(column))
        for line, text in cells:
            if not text:
                self.table.fail("file", f"{self.name!r}, line {line}: the column {column!r} is empty")
        return cells

    def texts(self, key: str, column: str) -> list[str]:
        """The cells of the only column that a key names."""
        return [text for _, text in self.cells(key, 0, column)]

    def rows(self, key: str, columns: Sequence[str]) -> list[tuple[float, ...]]:
        """The numbers of some columns, line by line."""
        if not columns:
            self.table.fail(key, f"{key} must name at least one column of the file")
        numbers = [self._numbers(key, place, column) for place, column in enumerate(columns)]
        return list(zip(*numbers, strict=True))

    def are_numbers(self, key: str, columns: Sequence[str]) -> bool:
        """Whether all cells of some columns are numbers."""
        cells = (cell for place, column in enumerate(columns) for cell in self.cells(key, place, column))
        return all(number(text) is not None for _, text in cells)

    def _numbers(self, key: str, place: int, column: str) -> list[float]:
        numbers = []
        for line, text in self.cells(key, place, column):
            if (value := number(text)) is None:
                hint = "; one_hot = true takes classes" if key == "targets" else ""
                self.table.fail((key, place), f"{self.at(line, column)}: {text[:40]!r} is no number{hint}")
            numbers.append(value)
        return numbers

    def at(self, line: int, column: str) -> str:
        """Where a cell stands, for a reader."""
        return f"{self.name!r}, line {line}, column {column!r}"
