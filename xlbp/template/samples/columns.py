"""The columns of a data file by name, as texts or as numbers; complains of the line and the column at fault."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from xlbp.datafile.rows import DataFile
from xlbp.template.model import Category
from xlbp.template.nearest import nearest
from xlbp.template.samples.file_form import CATEGORY, LEVEL_MISSING, MEAN, Codes
from xlbp.template.table import Table

RANGE = ".."  # p1..p64: all columns from the one to the other
UNKNOWN = math.nan  # a number that is missing, until it is known which samples are trained on


@dataclass(frozen=True)
class Feature:
    """A number of each row: a column's own, whether it is of a category, or whether its cell is missing."""

    name: str
    values: tuple[float, ...]
    column: str = ""


def feature_name(column: str, level: str) -> str:
    """What the feature of one level of a category is called."""
    return f"{column}={level}"


class Columns:
    """Of one file; ``table`` is what names them, and what complaints point at."""

    def __init__(self, table: Table, name: str, file: DataFile, codes: Codes) -> None:
        self.table, self.name, self.file, self.codes = table, name, file, codes

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

    def without_gaps(self, keys: Sequence[str], dropping: Sequence[str], whole: str = "") -> Columns:
        """The same without the rows in which a column that one of ``dropping`` names is missing.

        ``keys`` are all that name columns.  ``whole`` names a column whose value is common to rows that go together.
        """
        if not self.codes.policy:
            return self
        used = {
            key: self.named(key) if isinstance(self.table.get(key), list) else (self.table.text(key),) for key in keys
        }
        places = [self.file.header.index(c) for key in dropping for c in used[key] if c in self.file.header]
        kept = [row for row in self.file.rows if not any(self.codes.is_missing(_cell(row[1], at)) for at in places)]
        if whole and whole in self.file.header:
            at = self.file.header.index(whole)
            apart = {_cell(row, at) for _, row in set(self.file.rows) - set(kept)}
            kept = [row for row in kept if _cell(row[1], at) not in apart]
        if not kept:
            self.table.fail("missing", f"every row of {self.name!r} has a missing cell; name fewer columns")
        return Columns(self.table, self.name, replace(self.file, rows=tuple(kept)), self.codes)

    def cells(self, key: str, place: int, column: str, may_be_missing: bool = False) -> list[tuple[int, str]]:
        """The cells with their lines, none of them empty; the ``place`` in the list of ``key`` names the column."""
        header = self.file.header
        if column not in header:
            where = (key, place) if isinstance(self.table.get(key), list) else key
            self.table.fail(where, f"{self.name!r} has no column {column!r}{nearest(column, header)}")
        cells = self.file.column(header.index(column))
        for line, text in cells:
            if not text and not may_be_missing:
                hint = "" if self.codes.policy else '; missing = "drop" leaves such rows out'
                self.table.fail("file", f"{self.name!r}, line {line}: the column {column!r} is empty{hint}")
        return cells

    def texts(self, key: str, column: str) -> list[str]:
        """The cells of the only column that a key names; missing ones are a class where that is asked for."""
        is_class = self.codes.policy == CATEGORY
        cells = self.cells(key, 0, column, may_be_missing=is_class)
        return [LEVEL_MISSING if is_class and self.codes.is_missing(text) else text for _, text in cells]

    def features(self, key: str, columns: Sequence[str]) -> list[Feature]:
        """The numbers of some columns: one or, of a category, several of each."""
        if not columns:
            self.table.fail(key, f"{key} must name at least one column of the file")
        return [feature for place, column in enumerate(columns) for feature in self._features(key, place, column)]

    def categories(self, features: Sequence[Feature]) -> tuple[Category, ...]:
        """The columns of texts that some features come from; one in which numbers stand as well is none."""
        categories: list[Category] = []
        for first, feature in enumerate(features):
            column = feature.column
            if column in self.codes.levels and (first == 0 or features[first - 1].column != column):
                levels = self.codes.levels[column]
                rows = {level: tuple(float(level == other) for other in levels) for level in levels}
                categories.append(Category(column, first, rows))
            elif column in self.codes.numbers and set(feature.values) <= set(self.codes.numbers[column].values()):
                categories.append(Category(column, first, {k: (v,) for k, v in self.codes.numbers[column].items()}))
        return tuple(categories)

    def are_numbers(self, key: str, columns: Sequence[str]) -> bool:
        """Whether all cells of some columns are numbers."""
        cells = (cell for place, column in enumerate(columns) for cell in self.cells(key, place, column))
        return all(self.file.numbers.value(text) is not None for _, text in cells)

    def _features(self, key: str, place: int, column: str) -> list[Feature]:
        may_be_missing = self.codes.policy in (MEAN, CATEGORY) and key == "inputs"
        cells = self.cells(key, place, column, may_be_missing)
        if column in self.codes.levels and key == "inputs":
            return self._levels(key, place, column, cells)
        numbers = []
        for line, text in cells:
            if may_be_missing and self.codes.is_missing(text):
                numbers.append(UNKNOWN)
            else:
                numbers.append(self._number(key, place, column, line, text))
        features = [Feature(column, tuple(numbers), column)]
        if self.codes.policy == CATEGORY and any(map(math.isnan, numbers)):
            features.append(Feature(feature_name(column, LEVEL_MISSING), tuple(float(math.isnan(n)) for n in numbers)))
        return features

    def _levels(self, key: str, place: int, column: str, cells: Sequence[tuple[int, str]]) -> list[Feature]:
        """For each level of a category a feature."""
        levels, texts = self.codes.levels[column], list[str]()
        for line, text in cells:
            is_unknown = self.codes.is_missing(text)
            level = LEVEL_MISSING if is_unknown and self.codes.policy == CATEGORY else text
            if level not in levels and not (is_unknown and self.codes.policy == MEAN):
                met = f"{self.at(line, column)}: {level[:40]!r} is none of the categories of this column"
                self.table.fail((key, place), f"{met}{nearest(level, levels)}; add it to categories")
            texts.append(level if level in levels else "")
        return [
            Feature(
                feature_name(column, level),
                tuple(float(text == level) if text else UNKNOWN for text in texts),
                column,
            )
            for level in levels
        ]

    def _number(self, key: str, place: int, column: str, line: int, text: str) -> float:
        """The number of a cell, or the one that its text stands for."""
        value = self.codes.numbers.get(column, {}).get(text, self.file.numbers.value(text))
        if value is None:
            self.table.fail(
                (key, place), f"{self.at(line, column)}: {text[:40]!r} is no number{self._hint(key, column)}"
            )
        return value

    def _hint(self, key: str, column: str) -> str:
        """What may help where a cell is no number."""
        if column in self.codes.numbers:
            return " and has no code; add it to codes"
        return "; one_hot = true takes classes" if key == "targets" else ""

    def at(self, line: int, column: str) -> str:
        """Where a cell stands, for a reader."""
        return f"{self.name!r}, line {line}, column {column!r}"


def _cell(row: Sequence[str], place: int) -> str:
    return row[place] if place < len(row) else ""
