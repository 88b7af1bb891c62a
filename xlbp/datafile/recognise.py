"""How a person's file is written: its separator, comments, header and numbers, told from the file itself.

What a person has said already, in a :class:`Form`, stands.  What can be read in two ways is either noted or refused,
with the option that settles it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import TypeAlias

from xlbp.datafile.form import COUNTS, QUOTES, SEPARATORS, Form
from xlbp.datafile.missing import is_missing
from xlbp.datafile.numbers import ALIKE, DECIMALS, PERCENT, NumberForm, number
from xlbp.datafile.rows import (
    TOLD,
    DataFile,
    Record,
    counted_classes,
    filled_width,
    is_comment,
    read_table,
    records_of,
    separator_of,
    uncommented,
)
from xlbp.errors import worded

UNITS = (PERCENT, *"€$£¥₹₽₩￥元", "CHF", "EUR", "USD", "GBP", "RMB", "NT$", "US$", "HK$", "kr", "zł")
WITH_UNIT = re.compile(r"[-+]?\d[\d.,' \u00a0\u202f]*?\s*([^\W\d_]{1,6}|°[CFK]?|[^\W\d_]{1,3}[²³])")
COMMENT = "#"
LOOKED_AT = 300  # records, for the separator
ALIKE_ROWS = 0.6  # the share of rows with one number of cells, in a table
TABLE = 2  # columns


@dataclass(frozen=True)
class Ambiguous:
    """A cell that is a number in two ways, of which the first was taken."""

    column: str
    text: str
    taken: float
    other: float
    decimal: str  # the sign that would give the other one

    @property
    def readings(self) -> tuple[tuple[str, float], ...]:
        """Each decimal sign with the number that it makes."""
        first = "," if self.decimal == "." else "."
        return (first, self.taken), (self.decimal, self.other)


@dataclass(frozen=True)
class Recognised:
    """A file, how it is read, and what there is to say of that."""

    file: DataFile
    form: Form
    skipped: int = 0  # lines above the header that are none of the table
    comments: int = 0
    doubt: Ambiguous | None = None


def recognise(text: str, asked: Form, decimal: str, most_rows: int) -> Recognised:
    """The file with its form; ``decimal`` is the sign that a person named, or ''.

    Of a file with more than ``most_rows`` no numbers are looked at.  Raises ValueError, whose message continues "the
    data file ...", also where a number can be read in two ways.
    """
    form = _with_separator(text, asked)
    records = [record for record in records_of(text, form.separator, form.quote) if any(record[1])]
    form = _with_comments(records, form)
    form = _with_header(records, form)
    file = read_table(text, form)
    first = form.header if isinstance(form.header, int) else 0
    skipped = sum(line < first and not is_comment(cells, form) for line, cells in records)
    comments = sum(line != first and is_comment(cells, form) for line, cells in records)
    decimals = (decimal,) if decimal else DECIMALS
    numbers, doubt = _numbers(file, form, decimals) if len(file.rows) <= most_rows else (form.numbers, None)
    form = replace(form, numbers=numbers)
    return Recognised(replace(file, numbers=numbers), form, skipped, comments, doubt)


# the separator


def _with_separator(text: str, form: Form) -> Form:
    """The form with separator and quotes: those that make the best table of the file."""
    separators = [form.separator] if form.separator else list(SEPARATORS)
    if not form.separator and (told := TOLD.match(text)):
        separators = [told[1]]
    best, merit_of_best = replace(form, separator=separator_of(text, form)), NO_TABLE
    for separator, quote in product(separators, QUOTES):
        tried = replace(form, separator=separator, quote=quote)
        merit = _merit(text, tried)
        if separator == " " != best.separator and merit_of_best[1]:
            continue  # words have blanks between them, too
        if merit > merit_of_best:
            best, merit_of_best = tried, merit
    return best


Merit: TypeAlias = tuple[float, bool, float, bool, int]
NO_TABLE: Merit = (0.0, False, 0.0, False, 0)


def _merit(text: str, form: Form) -> Merit:
    """How good a table a separator makes: rows of one length, a header of that length, numbers, quotes, columns."""
    if form.quote != QUOTES[0] and not _is_quoted(text, form):
        return NO_TABLE
    try:
        records = [row for _, row in _some(records_of(text, form.separator, form.quote))]
    except ValueError:
        return NO_TABLE
    first, *rows = [row for row in records if any(row) and not row[0].startswith(COMMENT)] or [()]
    width, alike = _usual_width(rows)
    if width < TABLE or alike < ALIKE_ROWS * len(rows):
        return NO_TABLE
    cells = [cell for row in rows for cell in row if not is_missing(cell)]
    numeric = sum(any(form.value(cell) is not None for form in LOOSE) for cell in cells) / max(len(cells), 1)
    is_quoted = form.quote != QUOTES[0]
    return round(alike / len(rows), 1), filled_width(first) == width, round(numeric, 2), is_quoted, width


LOOSE = (NumberForm(".", ",", UNITS), NumberForm(",", ".", UNITS), NumberForm(".", "'"), NumberForm(",", " ", UNITS))


def _some(records: Iterator[Record]) -> Iterator[Record]:
    return (record for record, _ in zip(records, range(LOOKED_AT), strict=False))


def _is_quoted(text: str, form: Form) -> bool:
    """Whether the names of the columns stand in this sign."""
    plain = next((row for _, row in records_of(text, form.separator) if any(row)), ())
    return bool(plain) and all(len(cell) > 1 and cell[0] == cell[-1] == form.quote for cell in plain if cell)


def _usual_width(rows: Sequence[tuple[str, ...]]) -> tuple[int, int]:
    """The number of cells that most rows have, up to the last one that is filled in any, and how many rows have it."""
    lengths = Counter(len(row) for row in rows)
    length, times = lengths.most_common(1)[0] if lengths else (0, 0)
    return max((filled_width(row) for row in rows if len(row) == length), default=0), times


# comments and header


def _with_comments(records: Sequence[Record], form: Form) -> Form:
    """The form with ``#`` where lines that begin with it are none of the table."""
    if form.comment or not records:
        return form
    marked = [row for _, row in records if row[0].startswith(COMMENT)]
    width, _ = _usual_width([row for _, row in records])
    first = records[0][1]
    below = [row for _, row in records[1:2]]  # a column may be called #
    is_named_so = first[0] == COMMENT and filled_width(first) == width and any(map(_has_numbers, below))
    is_first = first[0].startswith(COMMENT) and len(marked) < len(records) - 1 and not is_named_so
    is_apart = any(filled_width(row) != width for row in marked) and not is_named_so
    return replace(form, comment=COMMENT) if is_first or is_apart else form


def _with_header(records: Sequence[Record], form: Form) -> Form:
    """The form with the line of the names where that is not simply the first one."""
    if form.header:
        return form
    table = [record for record in records if not is_comment(record[1], form)]
    if not table:
        return form
    if counted_classes(table) is not None:
        return replace(form, header=COUNTS)
    width, _ = _usual_width([row for _, row in table])
    above = [record for record in records if record[0] < table[0][0]]  # comments
    if above and _are_names(uncommented(above[-1][1], form.comment), width) and _has_numbers(table[0][1]):
        return replace(form, header=above[-1][0])
    place = next((at for at, (_, row) in enumerate(table) if _may_be_header(row, width)), 0)
    return replace(form, header=table[place][0]) if place else form


def _are_names(cells: Sequence[str], width: int) -> bool:
    return len(cells) == width and all(cells) and not _has_numbers(cells)


def _has_numbers(cells: Sequence[str]) -> bool:
    return any(form.value(cell) is not None for cell in cells for form in LOOSE)


def _may_be_header(cells: Sequence[str], width: int) -> bool:
    """Whether a row is no title above the table: most of its cells are filled, or all but that above row numbers."""
    return 2 * sum(map(bool, cells)) > width or (len(cells) >= width > 1 and all(cells[1:width]))


# numbers


def _numbers(file: DataFile, form: Form, decimals: Sequence[str]) -> tuple[NumberForm, Ambiguous | None]:
    """How numbers are written: so that the most cells are some; and a cell that might be another one."""
    columns = [
        (name, [text for _, text in file.column(place) if not is_missing(text)])
        for place, name in enumerate(file.header)
    ]
    cells = {text: name for name, texts in columns for text in texts if number(text) is None or "." in text}
    own = (unit for _, texts in columns if (unit := _unit_of(texts)) and unit not in UNITS)
    units = tuple(unit for unit in (*UNITS, *dict.fromkeys(own)) if any(_has_unit(text, unit) for text in cells))
    tried = _forms(cells, form, decimals, units)
    counts = {each: sum(each.value(text) is not None for text in cells) for each in tried}
    most = max(counts.values())
    best = [each for each in tried if counts[each] == most]
    chosen = _with_used_units(best[0], cells, most)
    return chosen, _settled(_doubt(chosen, best, cells), form)


def _settled(doubt: Ambiguous | None, form: Form) -> Ambiguous | None:
    """The doubt that is worth a note.  Raises ValueError for one that only the person can settle.

    Where commas part the cells, points part no thousands; semicolons go with decimal commas.
    """
    if doubt is None or (form.separator == "," and doubt.decimal == ","):
        return None
    if doubt.decimal == "." and form.separator != ";":
        readings = " or ".join(
            f"{worded(f'--decimal {sign!r}', f'decimal={sign!r}')}, for {value:g}" for sign, value in doubt.readings
        )
        raise ValueError(f"has {doubt.text!r} in the column {doubt.column!r}, a number in two ways: say {readings}")
    return doubt


def _unit_of(texts: Sequence[str]) -> str:
    """What stands behind each number of a column, as kg in ``5 kg``; '' where it is not the same behind all."""
    found = [WITH_UNIT.fullmatch(text) for text in texts]
    units = {match[1] if match else "" for match in found}
    return units.pop() if len(units) == 1 and len(set(texts)) > 1 else ""


def _has_unit(text: str, unit: str) -> bool:
    bare = text.strip("+-() ")
    rest = bare.removeprefix(unit) if bare.startswith(unit) else bare.removesuffix(unit)
    return rest != bare and rest.strip(" +-\u00a0\u202f")[:1].isdigit()


def _forms(cells: dict[str, str], form: Form, decimals: Sequence[str], units: tuple[str, ...]) -> list[NumberForm]:
    """The ways in which numbers may be written, those with fewer signs first."""
    signs = ["", *(sign for sign in (",", ".", "'", " ") if any(c in text for text in cells for c in ALIKE[sign]))]
    return [
        NumberForm(decimal, sign, units)
        for sign in signs
        for decimal in decimals
        if sign != decimal and not (sign == " " and form.separator == " ")
    ]


def _with_used_units(form: NumberForm, cells: dict[str, str], most: int) -> NumberForm:
    """The form without the units that no number needs."""
    used = form
    for unit in form.units:
        without = replace(used, units=tuple(each for each in used.units if each != unit))
        if sum(without.value(text) is not None for text in cells) == most:
            used = without
    return used


def _doubt(chosen: NumberForm, best: Sequence[NumberForm], cells: dict[str, str]) -> Ambiguous | None:
    for text, column in cells.items():
        taken = chosen.value(text)
        for each in best:
            other = each.value(text)
            if taken is not None and other is not None and taken != other:
                return Ambiguous(column, text, taken, other, each.decimal)
    return None
