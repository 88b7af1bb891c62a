"""A CSV file in which single cells are replaced, and not a byte besides: quotes, separators, line ends, encoding."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from xlbp.classroom.exercise.roster import encoding_of
from xlbp.datafile.rows import separator_of

MARK = "\ufeff"
QUOTE = re.compile('"')


class Cell(NamedTuple):
    """Where a cell begins and ends in the text, its quotes included."""

    start: int
    end: int


@dataclass(frozen=True)
class CsvText:
    """The text as it is, with the mark of its encoding if it has one, and the places of its cells, row by row."""

    text: str
    encoding: str
    separator: str
    rows: tuple[tuple[Cell, ...], ...]

    def value(self, row: int, column: int) -> str:
        """What a cell says; '' where the row ends before it."""
        if column >= len(self.rows[row]):
            return ""
        cell = self.rows[row][column]
        raw = self.text[cell.start : cell.end].removeprefix(MARK)
        return raw[1:-1].replace('""', '"') if self.is_quoted(row, column) else raw

    def is_quoted(self, row: int, column: int) -> bool:
        """Whether a cell stands in quotes."""
        cell = self.rows[row][column]
        raw = self.text[cell.start : cell.end].removeprefix(MARK)
        return len(raw) > 1 and raw[0] == raw[-1] == '"'

    def values(self, row: int) -> tuple[str, ...]:
        """All cells of a row, without blanks around them."""
        return tuple(self.value(row, column).strip() for column in range(len(self.rows[row])))

    def with_values(self, column: int, values: Mapping[int, str]) -> bytes:
        """The file with other values in one column, by row; quoted where the old one was, or the new one has to be."""
        pieces: list[str] = []
        done = 0
        for row in sorted(values):
            cell, value = self.rows[row][column], values[row]
            quoted = self.is_quoted(row, column) or self.separator in value or '"' in value
            escaped = value.replace('"', '""')
            pieces += [self.text[done : cell.start], f'"{escaped}"' if quoted else value]
            done = cell.end
        return "".join([*pieces, self.text[done:]]).encode(self.encoding)


def parse(data: bytes) -> CsvText:
    """The cells of a CSV file.  Raises UnicodeError, or ValueError where a quote is not closed."""
    encoding = encoding_of(data)
    text = data.decode(encoding)
    separator = separator_of(text.removeprefix(MARK))
    return CsvText(text, encoding, separator, tuple(_rows(text, separator)))


def _rows(text: str, separator: str) -> list[tuple[Cell, ...]]:
    apart = re.escape(separator)
    pattern = re.compile(rf'(\ufeff?"(?:[^"]|"")*"|[^{apart}\r\n]*)({apart}|\r\n|\n|\r|\Z)')
    rows: list[tuple[Cell, ...]] = []
    cells: list[Cell] = []
    place = 0
    while place < len(text):
        found = pattern.match(text, place)
        assert found is not None, "a cell may hold anything up to its separator"
        if found[1].startswith('"') and len(QUOTE.findall(found[1])) % 2:
            raise ValueError(f"is no readable CSV: a quote is not closed in line {len(rows) + 1}")
        cells.append(Cell(*found.span(1)))
        place = found.end()
        if found[2] == separator and place == len(text):
            cells.append(Cell(place, place))
        if found[2] != separator or place == len(text):
            rows.append(tuple(cells))
            cells = []
    return rows
