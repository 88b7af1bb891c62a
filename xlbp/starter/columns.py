"""What the columns of a person's file hold: numbers, texts that stand for some, dates, names, nothing.

An error in the file is an UnreadableError that names line and column; a wrong choice of columns is a UsageError.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import TypeAlias

from xlbp.datafile.form import PLAIN_FORM
from xlbp.datafile.missing import is_missing
from xlbp.datafile.numbers import PLAIN, NumberForm, number
from xlbp.datafile.recognise import Recognised, recognise
from xlbp.datafile.source import is_made, recognised_text
from xlbp.errors import UnreadableError, UsageError, counted, option
from xlbp.lang import load_texts
from xlbp.starter.arrays import Arrays, read_npz
from xlbp.starter.meaning import are_dates, are_times, codes_of
from xlbp.starter.wishes import Wishes
from xlbp.template.load import bytes_of
from xlbp.template.nearest import nearest
from xlbp.template.samples.arrays import SUFFIX
from xlbp.template.samples.classes import class_order
from xlbp.template.samples.columns import Feature, feature_name
from xlbp.template.samples.file_form import CATEGORY, LEVEL_MISSING

ID_NAME = re.compile(r"(.*[\W_])?id|identifier|.*(编号|编码|序号|編號|編碼|序號|学号|學號)", re.IGNORECASE)
ID_SUFFIX = re.compile(r".*[a-z](ID|Id)")
MOST_CLASSES = 20  # each has an output of its own, for every sample of a row
MOST_NUMBERED_CLASSES = 10
MOST_LEVELS = 12  # of an input, each of which is a feature
MOST_LEVELS_ASKED = 50
MOST_ROWS = 5_000
MOST_DIGITS = 15  # that a sheet keeps
MONTH = 2  # digits of a number that may begin with 0
MOST_GAPS = 0.5  # the share of cells that may be missing in an input


@dataclass(frozen=True)
class Why:
    """A reason against a column: a key of the words, and what to fill in."""

    key: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Column:
    """One column: its name, its cells with the lines of the file, and how its numbers are written."""

    name: str
    cells: tuple[tuple[int, str], ...]
    numbers: NumberForm = PLAIN

    @cached_property
    def has_signs(self) -> bool:
        """Whether it holds nothing but + and -, which is then no dash where something is missing."""
        return {text for _, text in self.cells if text} == {"+", "-"}

    def is_missing(self, text: str) -> bool:
        """Whether a cell says that nothing is known."""
        return is_missing(text) and not (text and self.has_signs)

    @cached_property
    def known(self) -> list[tuple[int, str]]:
        """The cells that hold anything."""
        return [(line, text) for line, text in self.cells if not self.is_missing(text)]

    @cached_property
    def words(self) -> list[tuple[int, str]]:
        """The cells that hold something, but no number."""
        return [(line, text) for line, text in self.known if self.numbers.value(text) is None]

    @cached_property
    def values(self) -> list[float]:
        """The cells that are numbers."""
        return [value for _, text in self.known if (value := self.numbers.value(text)) is not None]

    @property
    def numeric(self) -> bool:
        """Whether all that is known are numbers."""
        return bool(self.known) and not self.words

    @property
    def has_gaps(self) -> bool:
        """Whether some cells are missing."""
        return len(self.known) < len(self.cells)

    @property
    def whole(self) -> bool:
        """Whether all are whole numbers."""
        return self.numeric and all(value.is_integer() for value in self.values)

    @cached_property
    def classes(self) -> tuple[str, ...]:
        """The different cells that are known, in the order of the file."""
        return tuple(dict.fromkeys(text for _, text in self.known))

    @cached_property
    def codes(self) -> Mapping[str, float] | None:
        """The numbers that its texts stand for; None of a column of numbers, and of texts without numbers."""
        return codes_of(self.classes) if self.words and not self.values else None

    @cached_property
    def is_dates(self) -> bool:
        """Whether it holds dates."""
        return are_dates(self.classes)

    @cached_property
    def is_times(self) -> bool:
        """Whether it holds times of day."""
        return are_times(self.classes)

    @property
    def numbers_rows(self) -> bool:
        """Whether it counts the rows of the file: whole numbers, each by one larger than that before it."""
        values = self.values
        rises = all(later - earlier == 1 for earlier, later in pairwise(values))
        return self.whole and not self.has_gaps and len(values) > 1 and rises

    @property
    def counts_rows(self) -> bool:
        """Whether it does so from 0 or 1."""
        return self.numbers_rows and self.values[0] in (0, 1)

    @property
    def is_id(self) -> bool:
        """Whether it names the rows: whole numbers, all different, under a name such as id."""
        is_called = ID_NAME.fullmatch(self.name) or ID_SUFFIX.fullmatch(self.name)
        return bool(is_called) and self.whole and len(set(self.values)) == len(self.values) > 1

    @property
    def is_constant(self) -> bool:
        """Whether it is the same in every row, however that is written."""
        return len(self.classes) == 1 or (self.numeric and not self.is_beyond_digits and len(set(self.values)) == 1)

    @property
    def names_rows(self) -> bool:
        """Whether it holds texts that differ in every row."""
        return len(self.words) > len(self.values) and len(self.classes) == len(self.known)

    @property
    def is_beyond_digits(self) -> bool:
        """Whether it holds whole numbers with digits that no sheet keeps."""
        return self.whole and self.is_digits and self.longest > MOST_DIGITS

    @property
    def is_codes(self) -> bool:
        """Whether its numbers are codes of one length, such as 01234, whose first zeros belong to them."""
        have_one_length = len({len(text) for text in self.classes}) == 1
        has_zero = any(text.startswith("0") for text in self.classes)
        return have_one_length and has_zero and self.is_digits and self.longest > MONTH

    @property
    def is_digits(self) -> bool:
        """Whether its cells hold nothing but digits."""
        return all(text.isdecimal() for text in self.classes)

    @property
    def longest(self) -> int:
        """The digits of its longest cell."""
        return max((sum(map(str.isdigit, text)) for text in self.classes), default=0)

    def levels(self, policy: str) -> tuple[str, ...]:
        """The levels of a category, in order; a missing cell is one where ``policy`` says so."""
        missing = (LEVEL_MISSING,) if policy == CATEGORY and self.has_gaps else ()
        return tuple(dict.fromkeys((*sorted(self.classes, key=class_order), *missing)))

    def features(self, policy: str) -> list[Feature]:
        """The numbers that the network sees; NaN where one is missing, and a mean will stand."""
        if self.numeric or self.codes:
            of_text = (self.codes or {}).get
            found = [
                math.nan if self.is_missing(t) else of_text(t, self.numbers.value(t) or 0.0) for _, t in self.cells
            ]
            gaps = tuple(float(math.isnan(value)) for value in found)
            is_told = policy == CATEGORY and self.has_gaps
            told = [Feature(feature_name(self.name, LEVEL_MISSING), gaps)] if is_told else []
            return [Feature(self.name, tuple(found)), *told]
        levels = self.levels(policy)
        gap = LEVEL_MISSING if LEVEL_MISSING in levels else ""
        texts = [gap if self.is_missing(text) else text for _, text in self.cells]
        return [
            Feature(feature_name(self.name, level), tuple(float(t == level) if t else math.nan for t in texts))
            for level in levels
        ]

    def reason_against(self, most_levels: int = MOST_LEVELS) -> Why | None:
        """Why it is no input; None if it is one."""
        reason = next((name for name, holds in REASONS if holds(self, most_levels)), "")
        return self.told(reason, most_levels) if reason else None

    def reason_of_content(self, most_levels: int) -> Why | None:
        """Why a network can't take what its cells hold; None if it can."""
        reason = next((name for name, holds in OF_CONTENT if holds(self, most_levels)), "")
        return self.told(reason, most_levels) if reason else None

    def told(self, reason: str, most_levels: int) -> Why:
        """A reason with all that its words may say."""
        line, text = (self.words or self.known or self.cells)[0]
        return Why(
            reason,
            {
                **{"line": line, "text": repr(text[:40]), "decimal": self.numbers.decimal, "value": text},
                **{"count": len(self.cells) - len(self.known), "rows": len(self.cells), "levels": len(self.classes)},
                **{"digits": self.longest, "digits_kept": MOST_DIGITS, "most": most_levels},
            },
        )

    @property
    def is_otherwise_signed(self) -> bool:
        """Whether its cells would be numbers with the other decimal sign."""
        other = NumberForm("." if self.numbers.decimal == "," else ",", self.numbers.decimal)
        return bool(self.words) and all(other.value(word) is not None for _, word in self.words)


Reason: TypeAlias = tuple[str, Callable[[Column, int], bool]]  # a key of the words, and whether it holds
OF_CONTENT: tuple[Reason, ...] = (  # the first that holds is told; a column of numbers, or with codes, has none
    ("left_dates", lambda column, most: column.is_dates),
    ("left_times", lambda column, most: column.is_times),
    ("left_long", lambda column, most: column.is_beyond_digits),
    ("left_codes", lambda column, most: column.is_codes),
    ("", lambda column, most: column.numeric or column.codes is not None),
    ("left_other_sign", lambda column, most: column.is_otherwise_signed),
    ("left_mixed", lambda column, most: len(column.values) >= len(column.words)),
    ("left_names", lambda column, most: column.names_rows),
    ("left_levels", lambda column, most: len(column.classes) > min(most, len(column.known) / 2)),
)
REASONS: tuple[Reason, ...] = (
    ("left_empty", lambda column, most: not column.known),
    ("left_row_numbers", lambda column, most: column.numbers_rows),
    ("left_id", lambda column, most: column.is_id),
    ("left_unnamed", lambda column, most: not column.name and not column.names_rows),
    ("left_constant", lambda column, most: column.is_constant),
    ("left_gaps", lambda column, most: len(column.known) < MOST_GAPS * len(column.cells)),
    *OF_CONTENT,
)
# reasons against a column that a person may overrule; one that is the same in every row is another refusal
OVERRULED = ("left_row_numbers", "left_id", "left_gaps", "left_codes", "left_constant")


@dataclass(frozen=True)
class Dropped:
    """Rows that are left out as something is missing in them: their lines, and in how many of them each column is."""

    lines: tuple[int, ...] = ()
    columns: Mapping[str, int] = field(default_factory=dict)


NOTHING_DROPPED = Dropped()


class Survey:
    """A person's file, column by column.  ``text`` is what is kept of it, ``read`` how it was read."""

    def __init__(self, path: Path, wishes: Wishes) -> None:
        self.path = path
        self.arrays: Arrays | None = None
        if path.suffix.lower() == SUFFIX:
            self.text, self.arrays = read_npz(path, wishes)
            self.read = Recognised(self.arrays.table, PLAIN_FORM)
        else:
            self.text, self.read = _read(path, wishes)
        file = self.read.file
        _must_be_a_table(path, file.header, file.rows, wishes)
        self.columns = tuple(
            Column(name, tuple(file.column(place)), file.numbers) for place, name in enumerate(file.header)
        )
        self.rows = len(file.rows)
        self.names = [column.name for column in self.columns if column.name]
        if not any(column.numeric or column.codes or column.values for column in self.columns):
            hint = "; columns are parted by commas, semicolons, tabs, bars or blanks" if len(self.columns) == 1 else ""
            raise UnreadableError(f"{path} has no column of numbers; a network takes numbers{hint}")

    def named(self, name: str, asked: str) -> Column:
        """The column of this name, which a person gave with the option ``asked``."""
        found = [column for column in self.columns if column.name == name and name]
        if not found:
            raise UsageError(f"{asked}: {self.path} has no column {name!r}{nearest(name, self.names)}")
        if len(found) > 1:
            raise UnreadableError(f"{self.path}: {len(found)} columns are called {name!r}; give each its own name")
        return found[0]

    def without_gaps(self, columns: Sequence[Column], whole: str = "") -> tuple[Survey, Dropped]:
        """The survey of the rows in which none of these columns is missing, and what is left out.

        ``whole`` names a column whose value is common to rows that stay or go together.
        """
        missing = {c.name: {at for at, (_, text) in enumerate(c.cells) if c.is_missing(text)} for c in columns}
        gone = set().union(*missing.values())
        if whole and gone:
            cells = self.named(whole, option("--sequence")).cells
            apart = {cells[at][1] for at in gone}
            gone = {at for at, (_, text) in enumerate(cells) if text in apart}
        if not gone:
            return self, NOTHING_DROPPED
        part = copy(self)
        part.columns = tuple(
            replace(column, cells=tuple(cell for at, cell in enumerate(column.cells) if at not in gone))
            for column in self.columns
        )
        part.rows = self.rows - len(gone)
        lines = tuple(self.columns[0].cells[at][0] for at in sorted(gone))
        return part, Dropped(lines, {name: len(places) for name, places in missing.items() if places})

    def must_be_numbers(self, column: Column, asked: str) -> None:
        """Refuse words where numbers are needed."""
        if not column.numeric:
            line, text = column.words[0] if column.words else column.cells[0]
            raise UsageError(
                f"{asked}: the column {column.name!r} of {self.path} holds texts, as {text[:40]!r} on line {line}; "
                "a network takes numbers"
            )

    def must_be_input(self, column: Column) -> None:
        """Refuse a column that a person asks for, but that no network can take."""
        why = column.reason_against(MOST_LEVELS_ASKED)
        if why is not None and why.key in OVERRULED:
            why = column.reason_of_content(MOST_LEVELS_ASKED)
        if why is not None and why.key not in OVERRULED:
            said = load_texts("en")(f"new.{why.key}", **why.values, inputs=option("--inputs"))
            raise UsageError(f"{option('--inputs')}: the column {column.name!r} of {self.path} {said}")

    def must_vary(self, column: Column, asked: str) -> None:
        """Refuse what is the same in every row."""
        if column.is_constant:
            raise UsageError(f"{asked}: the column {column.name!r} of {self.path} is {column.classes[0]} in every row")


def _read(path: Path, wishes: Wishes) -> tuple[str, Recognised]:
    """The text of a file, and how it is read.  Raises UnreadableError."""
    try:
        data = bytes_of(path)
        text, form = recognised_text(data, path.name, wishes.form)
        if not is_made(path.name, data):
            return text, recognise(text, form, wishes.decimal, MOST_ROWS)
        read = recognise(text, replace(form, separator=","), wishes.decimal, MOST_ROWS)
        return text, replace(read, form=replace(read.form, separator=""))
    except ValueError as error:
        raise UnreadableError(f"the data file {str(path)!r} {error}") from None


def _must_be_a_table(
    path: Path, header: Sequence[str], rows: Sequence[tuple[int, tuple[str, ...]]], wishes: Wishes
) -> None:
    """Refuse what has no header, rows that are too long, too few rows or too many."""
    if not wishes.form.header and _is_data(header, [row for _, row in rows]):
        only = "holds numbers only" if all(number(cell) is not None for cell in header if cell) else "holds data"
        raise UnreadableError(
            f"{path} has no header: its first line {only}; write the names of the columns above it, "
            f"or say {option('--header', 'none')}, or {option('--header', 1)} if these are names"
        )
    for line, row in rows:
        if len(row) > len(header) and any(row[len(header) :]):
            raise UnreadableError(
                f"{path}, line {line}: {counted(len(row), 'cell')}, but the header has {counted(len(header), 'column')}"
            )
    if len(rows) == 1:
        raise UnreadableError(f"{path} has one row of data, so nothing varies; give at least two")
    if len(rows) > MOST_ROWS:
        raise UnreadableError(
            f"{path} has {len(rows):,} rows; a workbook that can be looked through holds {MOST_ROWS:,}: "
            "draw a random sample of them"
        )


def _is_data(header: Sequence[str], rows: Sequence[tuple[str, ...]]) -> bool:
    """Whether the cells of a header are numbers, or such texts as stand below them."""
    numbers = [number(cell) is not None for cell in header]
    below = [{row[place] for row in rows if place < len(row)} for place in range(len(header))]
    are_there = (
        not cell or is_number or cell in below[at]
        for at, (cell, is_number) in enumerate(zip(header, numbers, strict=True))
    )
    return (any(numbers) or not any(header)) and all(are_there)


UNFIT: tuple[tuple[Callable[[Column], bool], str], ...] = (
    (lambda column: not column.known, "it is empty"),
    (lambda column: not column.name, "it has no name"),
    (lambda column: column.counts_rows or column.is_id, "it only numbers the rows"),
    (lambda column: column.is_constant, "it is {text} in every row"),
    (lambda column: column.is_dates, "it holds dates, as {text!r}"),
    (lambda column: column.is_times, "it holds times of day, as {text!r}"),
    (lambda column: column.numeric, ""),
    (
        lambda column: column.is_otherwise_signed,
        "{text!r} on line {line} is no number with the decimal sign {decimal!r}: write numbers alike, or say "
        + option("--decimal"),
    ),
    (
        lambda column: len(column.values) >= len(column.words),
        "it holds texts among its numbers, as {text!r} on line {line}",
    ),
    (
        lambda column: len(column.classes) > min(MOST_CLASSES, len(column.known) - 1),
        "it holds {count:,} different texts, as {text!r} on line {line}",
    ),
)


def unfit_as_target(column: Column) -> str:
    """Why a column can't be the target without being asked for; '' if it can."""
    reason = next((reason for holds, reason in UNFIT if holds(column)), "")
    line, text = (column.words or column.known or column.cells)[0]
    return reason.format(text=text[:40], line=line, count=len(column.classes), decimal=column.numbers.decimal)


def are_classes(column: Column) -> bool:
    """Whether a target is to be classified: texts, or few whole numbers that come back."""
    if not column.numeric:
        return True
    different = len(set(column.values))
    few = 2 <= different <= MOST_NUMBERED_CLASSES and 2 * different <= len(column.known)
    return few and column.whole and different == len(column.classes)


def names_of(columns: Sequence[Column]) -> tuple[str, ...]:
    """What the columns are called."""
    return tuple(column.name for column in columns)
