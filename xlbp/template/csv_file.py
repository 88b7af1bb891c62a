"""A CSV file as texts: its delimiter, its header, and its rows with the lines they stand on."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from xlbp.template.table import snap

DELIMITERS = ",;\t"


@dataclass(frozen=True)
class CsvFile:
    """``rows`` are those with anything in them: (line in the file, cells); blanks around a cell are gone."""

    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    delimiter: str

    def column(self, place: int) -> list[tuple[int, str]]:
        """(line, cell) of one column; a row that ends before it has an empty cell."""
        return [(line, row[place] if place < len(row) else "") for line, row in self.rows]


def read_csv(text: str) -> CsvFile:
    """The file as texts; its delimiter is the one that cuts the header into most columns.

    Raises ValueError, whose message continues "the data file ...".
    """
    delimiter = max(DELIMITERS, key=lambda d: len(next(_records(text, d), (0, ()))[1]))
    records = list(_records(text, delimiter))
    header = records[0][1] if records else ()
    rows = tuple((line, row) for line, row in records[1:] if any(row))
    if not rows:
        raise ValueError("has no rows below its header")
    return CsvFile(header, rows, delimiter)


def _records(text: str, delimiter: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Each record with its first line; a quoted cell may go over several."""
    reader, line = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True), 1
    try:
        for row in reader:
            yield line, tuple(cell.strip() for cell in row)
            line = reader.line_num + 1
    except csv.Error as error:
        raise ValueError(f"is no readable CSV: line {line}: {error}") from None


def number(text: str) -> float | None:
    """The number that a cell holds, snapped to 15 digits; None if it is no finite number."""
    try:
        value = snap(float(text)) if "_" not in text else math.nan  # Python reads 1_000, a spreadsheet does not
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def labels(classes: Sequence[str]) -> list[float | str]:
    """Classes as their cells hold them: numbers where all are numbers, else texts."""
    found = [number(text) for text in classes]
    return [value for value in found if value is not None] if None not in found else list(classes)
