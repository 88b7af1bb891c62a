"""A text as a table: its separator, the names of its columns, and its rows with the lines they stand on."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from xlbp.datafile.form import COUNTS, NO_HEADER, PLAIN_FORM, Form
from xlbp.datafile.numbers import NumberForm, number

USUAL = ",;\t"  # separators that the header shows
TOLD = re.compile(
    r'\A"?sep=(.)"?[ \t]*$', re.IGNORECASE | re.MULTILINE
)  # a first line by which Excel knows the separator
BLANKS = re.compile(r"[ \t]+")
RULED = re.compile(r":?-+:?")  # what parts the names from the rows where bars stand between the cells
FRAMED = 3  # cells of a row that begins and ends with a bar, at least
Record = tuple[int, tuple[str, ...]]


@dataclass(frozen=True)
class DataFile:
    """``rows`` are those with anything in them: (line in the file, cells); blanks around a cell are gone."""

    header: tuple[str, ...]
    rows: tuple[Record, ...]
    separator: str
    numbers: NumberForm

    def column(self, place: int) -> list[tuple[int, str]]:
        """(line, cell) of one column; a row that ends before it has an empty cell."""
        return [(line, row[place] if place < len(row) else "") for line, row in self.rows]


def read_table(text: str, form: Form = PLAIN_FORM) -> DataFile:
    """The file as texts.  Raises ValueError, whose message continues "the data file ..."."""
    separator = separator_of(text, form)
    records = list(records_of(text, separator, form.quote))
    if not any(row for _, row in records):
        raise ValueError("has no rows below its header: it is empty")
    header, rows = _headed(records, form)
    if not rows:
        raise ValueError("has no rows below its header")
    return _framed(DataFile(header, tuple(rows), separator, form.numbers))


def separator_of(text: str, form: Form = PLAIN_FORM) -> str:
    """What parts the cells: as the form or the first line says, else what cuts the header into most columns."""
    if form.separator:
        return form.separator
    if told := TOLD.match(text):
        return told[1]
    return max(USUAL, key=lambda each: len(next(_filled(records_of(text, each, form.quote)), (0, ()))[1]))


def _filled(records: Iterator[Record]) -> Iterator[Record]:
    return (record for record in records if any(record[1]))


def records_of(text: str, separator: str, quote: str = '"') -> Iterator[Record]:
    """Each record with its first line; a quoted cell may go over several.  The line ``sep=;`` is an empty one."""
    stream: Iterator[str] = io.StringIO(TOLD.sub("", text, count=1), newline="")
    if separator == " ":
        stream = (f"{BLANKS.sub(' ', row.strip())}\n" for row in stream)
    reader, line = csv.reader(stream, delimiter=separator, quotechar=quote, skipinitialspace=True), 1
    try:
        for row in reader:
            cells = tuple(cell.strip() for cell in row)
            yield line, _without_bars(cells) if separator == "|" else cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise ValueError(f"is no readable CSV: line {line}: {error}") from None


def _without_bars(cells: tuple[str, ...]) -> tuple[str, ...]:
    """The cells of a row that begins and ends with a bar; none of a rule between names and rows."""
    if len(cells) >= FRAMED and not cells[0] and not cells[-1]:
        cells = cells[1:-1]
    return () if all(map(RULED.fullmatch, cells)) else cells


def is_comment(cells: Sequence[str], form: Form) -> bool:
    """Whether a record is none of the table."""
    return bool(form.comment) and bool(cells) and cells[0].startswith(form.comment)


def _headed(records: Sequence[Record], form: Form) -> tuple[tuple[str, ...], list[Record]]:
    """The names of the columns, and the rows below them with anything in them."""
    named = [record for record in records if record[0] == form.header]
    after = named[0][0] if named else 0
    rows = [(line, row) for line, row in records if line > after and any(row) and not is_comment(row, form)]
    if form.header == NO_HEADER:
        return numbered(max((len(row) for _, row in rows), default=0)), rows
    if form.header == COUNTS:
        return _counted(rows)
    if form.header and not named:
        raise ValueError(f"has no line {form.header}, in which its header should stand")
    if named:
        return uncommented(named[0][1], form.comment), rows
    return (rows[0][1], rows[1:]) if rows else ((), [])


def numbered(columns: int) -> tuple[str, ...]:
    """Names for columns that have none."""
    return tuple(f"col{place}" for place in range(1, columns + 1))


def uncommented(cells: tuple[str, ...], comment: str) -> tuple[str, ...]:
    """A header without the sign of a comment that stands before it."""
    if not comment or not cells[0].startswith(comment):
        return cells
    first = cells[0].removeprefix(comment).strip()
    return (first, *cells[1:]) if first else cells[1:]


def _counted(records: Sequence[Record]) -> tuple[tuple[str, ...], list[Record]]:
    """Of a header such as ``150,4,setosa,versicolor,virginica``: the last column has the number of a class, from 0."""
    classes = counted_classes(records)
    if classes is None:
        raise ValueError("has no header that counts its rows and columns and names its classes")
    names = (*numbered(len(records[1][1]) - 1), "class")
    return names, [(line, (*row[:-1], classes[int(row[-1])])) for line, row in records[1:]]


def counted_classes(records: Sequence[Record]) -> tuple[str, ...] | None:
    """The classes that a header of counts names; None if the first record is none.

    It is one if it begins with numbers of rows, features or classes, names classes behind them, and the last column
    counts these from 0.
    """
    rest = [row for _, row in records[1:]]
    widths = {len(row) for row in rest}
    if len(widths) != 1 or len(rest) <= 1:
        return None
    header = records[0][1]
    classes = tuple(cell for cell in header if number(cell) is None)
    counts, names = header[: len(header) - len(classes)], header[len(header) - len(classes) :]
    possible = {float(count) for count in (len(rest), *widths, *(width - 1 for width in widths), len(classes))}
    fits = bool(counts) and names == classes and all(classes) and {number(count) for count in counts} <= possible
    return classes if fits and {row[-1] for row in rest} <= {str(place) for place in range(len(classes))} else None


def _framed(file: DataFile) -> DataFile:
    """The same without columns that only trailing separators make; the first one unnamed if the header is one short.

    R's write.table names its rows, each otherwise, and leaves their column without a name.
    """
    header, rows = file.header, file.rows
    width, named = max(filled_width(row) for _, row in rows), filled_width(header)
    is_short = all(len(row) == len(header) + 1 for _, row in rows) and width == named + 1 and all(header[:named])
    if is_short and len({row[0] for _, row in rows}) == len(rows):
        header = ("", *header)
    width = max(width, filled_width(header))
    return replace(file, header=header[:width], rows=tuple((line, row[:width]) for line, row in rows))


def filled_width(cells: Sequence[str]) -> int:
    """How many cells there are up to the last one with anything in it."""
    return max((place for place, cell in enumerate(cells, start=1) if cell), default=0)
