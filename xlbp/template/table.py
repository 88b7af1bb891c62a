"""Reads one table of a template: each key once, of the right type, and none left over."""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Iterable
from typing import Any, NoReturn

from xlbp.datafile.numbers import snap
from xlbp.errors import counted
from xlbp.template.document import Document
from xlbp.template.foreign_names import key_meant, meant, own_key
from xlbp.template.model import Matrix
from xlbp.template.places import Path

MISSING: Any = object()
MATRIX = 2  # dimensions
LARGEST_INTEGER = 1_000_000_000  # far beyond any sheet


class Table:
    """A TOML table being read; :meth:`close` complains of keys that nobody asked for."""

    def __init__(self, data: object, path: Path, document: Document) -> None:
        self.path, self.document = path, document
        if not isinstance(data, dict):
            document.fail(path, f"{_dotted(path)} must be a table, not {_kind(data)}")
        self.data: dict[str, Any] = data
        self.asked: set[str] = set()

    def fail(self, key: str | int | Path, message: str, offset: int | None = None) -> NoReturn:
        """Raise a TemplateError that points at ``key``."""
        keys = key if isinstance(key, tuple) else (key,)
        self.document.fail(self.path + keys, message, offset)

    def has(self, key: str) -> bool:
        """Whether the template gives this key at all."""
        self.asked.add(key)
        return key in self.data

    def get(self, key: str, default: Any = MISSING) -> Any:
        """The raw value; without a default the key is required."""
        if self.has(key):
            return self.data[key]
        if default is MISSING:
            self.missing(key)
        return default

    def missing(self, key: str) -> NoReturn:
        """Complain of a key that is not there; where a misspelt one is, point at that."""
        where = f"[{_dotted(self.path)}]"
        others = [other for other in self.data if other not in self.asked]
        foreign = [other for other in others if own_key(other, (key,))]
        for other in (foreign or difflib.get_close_matches(key, others, n=1))[:1]:
            self.fail(other, f"unknown key {other!r} in {where} (did you mean {key!r}?)")
        self.document.fail(self.path, f"{where} lacks the key {key!r}")

    def close(self) -> None:
        """Complain of the first key that nobody asked for, and name the nearest one."""
        for key in self.data:
            if key not in self.asked:
                where = f"in [{_dotted(self.path)}]" if self.path else "at the top"
                hint = key_meant(key, sorted(self.asked), _dotted(self.path))
                self.fail(key, f"unknown key {key!r} {where}{hint}")

    def table(self, key: str) -> Table:
        """A table inside this one; an absent one reads as empty."""
        return Table(self.get(key, {}), (*self.path, key), self.document)

    def tables(self, key: str) -> list[Table]:
        """An array of tables, at least one."""
        items = self.get(key)
        if not isinstance(items, list) or not items:
            self.fail(key, f"{key!r} must be a non-empty array of tables: [[{_dotted(self.path)}.{key}]]")
        return [Table(item, (*self.path, key, i), self.document) for i, item in enumerate(items)]

    def boolean(self, key: str, default: bool) -> bool:
        """True or false, nothing else."""
        return bool(self._checked(key, default, lambda v: isinstance(v, bool), "true or false"))

    def text(self, key: str, default: Any = MISSING, choices: Iterable[str] = ()) -> str:
        """A string, one of ``choices`` if there are any."""
        value = self._checked(key, default, lambda v: isinstance(v, str), "a text")
        options = list(choices)
        if options and value not in options:
            what = self.path[-1] if key == "name" and self.path else key  # loss = {name = "huber", delta = 0.5}
            self.fail(key, f"unknown {key} {value!r}{meant(str(what), value, options)}")
        return str(value)

    def texts(self, key: str, default: Any = MISSING) -> tuple[str, ...]:
        """A list of strings."""
        ok: Callable[[Any], bool] = lambda v: isinstance(v, list) and all(isinstance(t, str) for t in v)  # noqa: E731
        return tuple(self._checked(key, default, ok, "a list of texts"))

    def integer(self, key: str, default: Any = MISSING, minimum: int = 0) -> int:
        """A whole number of at least ``minimum``."""
        ok: Callable[[Any], bool] = lambda v: isinstance(v, int) and not isinstance(v, bool)  # noqa: E731
        value = self._checked(key, default, ok, "a whole number")
        if not minimum <= value <= LARGEST_INTEGER:
            bounds = f"at least {minimum}" if value < minimum else f"at most {LARGEST_INTEGER:,}"
            self.fail(key, f"{key} is {clip(value)}, but must be {bounds}")
        return int(value)

    def number(self, key: str, default: Any = MISSING) -> float:
        """A finite number, snapped to 15 digits."""
        return self.as_number(self.get(key, default), key)

    def numbers(self, key: str) -> dict[str, float]:
        """A table of named numbers; absent reads as empty."""
        inner = self.table(key)
        return {name: inner.number(name) for name in inner.data}

    def as_number(self, value: object, *keys: str | int) -> float:
        """``value`` as a finite double with 15 digits; true is not 1, and '1' is not 1."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.fail(keys, f"{_dotted(keys)} must be a number, not {_kind(value)}")
        try:
            number = snap(float(value))
        except OverflowError:
            number = math.inf
        if not math.isfinite(number):
            self.fail(keys, f"{_dotted(keys)} is {clip(value)}, but a cell holds finite numbers below 1.8e308 only")
        return number

    def as_row(self, value: object, *keys: str | int) -> tuple[float, ...]:
        """``value`` as a non-empty list of numbers."""
        if not isinstance(value, list) or not value:
            self.fail(keys, f"{_dotted(keys)} must be a non-empty list of numbers, not {_kind(value)}")
        return tuple(self.as_number(v, *keys, i) for i, v in enumerate(value))

    def matrix(self, key: str) -> Matrix:
        """A non-empty list of rows of one length."""
        rows = self.get(key)
        if not isinstance(rows, list) or not rows:
            self.fail(key, f"{key} must be a non-empty list of rows, as in [[1, 2], [3, 4]], not {_kind(rows)}")
        found = tuple(self.as_row(row, key, i) for i, row in enumerate(rows))
        for i, row in enumerate(found):
            if len(row) != len(found[0]):
                self.fail(
                    (key, i),
                    f"{key} is ragged: row 1 has {counted(len(found[0]), 'number')}, row {i + 1} has {len(row)}",
                )
        return found

    def samples(self, key: str) -> tuple[tuple[int, ...], Matrix]:
        """A non-empty list of samples, nested alike: the shape of each, and their numbers, the last index fastest."""
        value, rank = self.get(key), 1
        while isinstance(value, list) and value and isinstance(value[0], list):
            value, rank = value[0], rank + 1
        if rank <= MATRIX:
            rows = self.matrix(key)
            return (len(rows[0]),), rows
        samples = self.get(key)
        alike: tuple[int, ...] = ()
        flat: list[tuple[float, ...]] = []
        for place, sample in enumerate(samples):
            shape, numbers = self._nested(sample, rank - 1, key, place)
            alike = alike or shape
            if shape != alike:
                first, other = (" x ".join(map(str, each)) for each in (alike, shape))
                met = f"{key} is ragged: sample 1 is {first}, sample {place + 1} is {other}"
                self.fail((key, place), f"{met}; cut the longer ones, or fill up the shorter ones")
            flat.append(numbers)
        return alike, tuple(flat)

    def _nested(self, value: object, depth: int, *keys: str | int) -> tuple[tuple[int, ...], tuple[float, ...]]:
        """The shape of a sample, or of a part of it, and its numbers; the second of ``keys`` is its place."""
        if depth == 1:
            row = self.as_row(value, *keys)
            return (len(row),), row
        if not isinstance(value, list) or not value:
            self.fail(keys, f"{_dotted(keys)} must be a list of lists, {depth} deep, not {_kind(value)}")
        parts = [self._nested(part, depth - 1, *keys, place) for place, part in enumerate(value)]
        alike = parts[0][0]
        for place, (shape, _) in enumerate(parts):
            if shape != alike:
                first, other = (f"list {_dotted((*keys[2:], n))}" for n in (0, place))
                lengths = f"{first} has {alike[0]} entries, {other} has {shape[0]}"
                self.fail((*keys, place), f"{keys[0]} is ragged: in sample {int(keys[1]) + 1}, {lengths}")
        return (len(parts), *alike), tuple(number for _, numbers in parts for number in numbers)

    def array(self, key: str, rank: int) -> tuple[tuple[int, ...], tuple[float, ...]]:
        """Numbers in lists nested this deep: their shape, and all of them, the last index running fastest."""
        if rank == 1:
            row = self.as_row(self.get(key), key)
            return (len(row),), row
        parts = self.get(key)
        if rank == MATRIX:
            matrix = self.matrix(key)
            return (len(matrix), len(matrix[0])), tuple(number for row in matrix for number in row)
        if not isinstance(parts, list) or not parts:
            self.fail(key, f"{key} must be a non-empty list of lists, {rank} deep, not {_kind(parts)}")
        inside = [Table({key: part}, self.path, self.document).array(key, rank - 1) for part in parts]
        shapes = {shape for shape, _ in inside}
        if len(shapes) > 1:
            self.fail(key, f"{key} is ragged: its lists have unequal lengths")
        return (len(parts), *shapes.pop()), tuple(number for _, values in inside for number in values)

    def _checked(self, key: str, default: Any, ok: Callable[[Any], bool], wanted: str) -> Any:
        value = self.get(key, default)
        if value is not default and not ok(value):
            self.fail(key, f"{key} must be {wanted}, not {_kind(value)}")
        return value


def _dotted(path: Path) -> str:
    return ".".join(str(part + 1) if isinstance(part, int) else part for part in path)


def clip(value: object) -> str:
    """A number as met, cut short: 10**400 has 401 digits and one line must hold it."""
    text = str(value)
    return text if len(text) <= 24 else f"{text[:10]}... ({len(text)} digits)"


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f"the text {value[:40]!r}"
    if isinstance(value, list):
        return "an empty list" if not value else "a list"
    return "a table" if isinstance(value, dict) else clip(value)
