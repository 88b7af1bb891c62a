"""A row as straight JavaScript: each cell a statement, what recurs a loop.

Numbers stand in arrays: ``R`` has all rows one after the other, this one from ``o`` on and the one above from ``u`` on;
``P`` what is typed and what is computed from that before any row; ``A`` the answer to an input that is no sample.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import NamedTuple

from xlbp.livepage.dialect import STEP, is_of_many, writer
from xlbp.livepage.folding import Item, Loop, folded
from xlbp.symbols.expr import Expr, const, ref
from xlbp.symbols.program import Column

FEWEST_TERMS = 5  # of a sum that may become a loop
LARGEST_FUNCTION = 150  # statements: engines don't optimise what is longer by much
INDICES = "ijklmnpqr"
ARRAYS = {"R": "R[o+{0}]", "U": "R[u+{0}]", "P": "P[{0}]", "A": "A[{0}]", "column": "{0}"}


class Place(NamedTuple):
    """Where a quantity stands: an array of :data:`ARRAYS`, and the number in it."""

    array: str
    number: int


Places = Mapping[str, Place]


class Form(NamedTuple):
    """The form of an expression: an operation of forms; or a leaf, a constant or a place in an array."""

    op: str
    args: tuple[Hashable, ...] = ()
    payload: float | str | None = None
    numbers: int = 0
    is_loop: bool = False  # the terms are done one after the other


@dataclass
class Forms:
    """Takes expressions apart into their forms and the places of what they refer to."""

    places: Places
    known: dict[Expr, Item] = field(default_factory=dict)

    def of(self, expr: Expr) -> Item:
        """Form and numbers of an expression."""
        if expr not in self.known:
            self.known[expr] = self._of(expr)
        return self.known[expr]

    def _of(self, expr: Expr) -> Item:
        if expr.op == "const":
            return Item(Form("const", payload=expr.payload), ())
        if expr.op in ("ref", "prev"):
            place = self.places[str(expr.payload)]
            array = "U" if expr.op == "prev" else place.array
            return Item(Form("place", payload=array, numbers=1), (place.number,))
        items = list(map(self.of, expr.args))
        if expr.op == "pick":
            items.append(Item(Form("place", payload="column", numbers=1), (self.places[f"{expr.payload}#1"].number,)))
        looped = folded(items) if is_of_many(expr.op) and len(items) >= FEWEST_TERMS else items
        numbers = tuple(number for item in looped for number in item.numbers)
        keys = tuple(item.key for item in looped)
        return Item(Form(expr.op, keys, None, len(numbers), len(looped) < len(items)), numbers)


class Cell(NamedTuple):
    """The form of a statement: what is put into a place of an array; in the first row the start, where there is one."""

    array: str
    value: Hashable
    start: Hashable | None
    lengths: tuple[int, int]


def statements(columns: Sequence[Column], places: Places, starts: Mapping[str, str]) -> list[Item]:
    """The cells of a row in their order, what recurs as loops.

    ``starts`` says where the first row's plain numbers stand, by column.
    """
    forms = Forms(places)
    return folded([_statement(column, forms, starts) for column in columns])


def _statement(column: Column, forms: Forms, starts: Mapping[str, str]) -> Item:
    place, value = forms.places[column.name], forms.of(column.expr)
    first = ref(starts[column.name]) if column.name in starts else column.start
    start = forms.of(first) if first is not None else Item(None, ())
    lengths = len(value.numbers), len(start.numbers)
    return Item(Cell(place.array, value.key, start.key, lengths), (place.number, *value.numbers, *start.numbers))


def functions(items: Sequence[Item], name: str, parameters: str) -> str:
    """Functions that do all of it, and one of this ``name`` that calls them."""
    parts = [items[at : at + LARGEST_FUNCTION] for at in range(0, len(items), LARGEST_FUNCTION)]
    written = [f"function {name}{n}({parameters}){{\n{body(part)}}}\n" for n, part in enumerate(parts)]
    calls = "".join(f"{name}{n}({parameters});" for n in range(len(parts)))
    return "".join(written) + f"function {name}({parameters}){{{calls}}}\n"


def body(items: Sequence[Item]) -> str:
    """The statements of a function."""
    printing = _Printing()
    text = "".join(printing.item(item.key, [str(number) for number in item.numbers], 0) for item in items)
    declared = ",".join([*INDICES[: printing.deepest], *printing.temporary])
    return (f"let {declared};\n" if declared else "") + text


def expression(expr: Expr, leaf: Callable[[str], str]) -> str:
    """A single expression, whose names stand where ``leaf`` says."""
    return writer(leaf)(expr)


class _Printing:
    """Prints items; it counts the indices and the temporary numbers that it needs."""

    def __init__(self) -> None:
        self.deepest = 0
        self.temporary: list[str] = []

    def item(self, key: Hashable, numbers: Sequence[str], depth: int) -> str:
        """A statement, or a loop of statements."""
        if isinstance(key, Loop):
            return self.loop(key, numbers, depth, self.item)
        assert isinstance(key, Cell)
        before: list[str] = []
        names = map("t{}".format, count())
        value_count, _ = key.lengths
        value = self.value(key.value, numbers[1 : 1 + value_count], depth, before, names)
        if key.start is not None:
            start = self.value(key.start, numbers[1 + value_count :], depth, before, names)
            value = start if start == value else f"o?{value}:{start}"
        return "".join(before) + f"{ARRAYS[key.array].format(numbers[0])}=F({value});\n"

    def loop(
        self, key: Loop, numbers: Sequence[str], depth: int, inside: Callable[[Hashable, Sequence[str], int], str]
    ) -> str:
        """What is done for each value of an index."""
        index = INDICES[depth]
        self.deepest = max(self.deepest, depth + 1)
        moved = [_moved(number, step, index) for number, step in zip(numbers, key.steps, strict=True)]
        text, at = "", 0
        for form, length in zip(key.body, key.lengths, strict=True):
            text += inside(form, moved[at : at + length], depth + 1)
            at += length
        return f"for({index}=0;{index}<{key.times};{index}++){{{text}}}\n"

    def value(self, form: Hashable, numbers: Sequence[str], depth: int, before: list[str], names: Iterator[str]) -> str:
        """An expression; what must be done for it in a loop is put ``before``."""
        leaves: dict[str, str] = {}
        expr = self._expr(form, list(numbers), depth, before, names, leaves)
        return writer(leaves.__getitem__)(expr)

    def _expr(
        self,
        form: Hashable,
        numbers: Sequence[str],
        depth: int,
        before: list[str],
        names: Iterator[str],
        leaves: dict[str, str],
    ) -> Expr:
        """The expression whose leaves are texts of JavaScript."""
        assert isinstance(form, Form)
        if form.op == "const":
            return const(float(form.payload or 0))
        if form.op == "place":
            text = ARRAYS[str(form.payload)].format(numbers[0])
            return _leaf(text, leaves)
        if form.is_loop:
            return _leaf(self._one_by_one(form, numbers, depth, before, names), leaves)
        args, at = [], 0
        for arg in form.args:
            length = arg.numbers if isinstance(arg, Form) else 0
            args.append(self._expr(arg, numbers[at : at + length], depth, before, names, leaves))
            at += length
        if form.op == "pick":
            return Expr("pick", tuple(args[:2]), args[2].payload)
        return Expr(form.op, tuple(args))

    def _one_by_one(
        self, form: Form, numbers: Sequence[str], depth: int, before: list[str], names: Iterator[str]
    ) -> str:
        """Terms that are added up, or compared, one after the other, before the statement itself."""
        begin, add, end = STEP[form.op]
        total = next(names)
        if total not in self.temporary:
            self.temporary.append(total)

        def term(key: Hashable, places: Sequence[str], at: int) -> str:
            if isinstance(key, Loop):
                return self.loop(key, places, at, term)
            inner: list[str] = []
            value = self.value(key, places, at, inner, names)
            return "".join(inner) + add.format(total, value) + ";"

        text, at = f"{total}={begin};", 0
        for arg in form.args:
            length = len(arg.steps) if isinstance(arg, Loop) else arg.numbers if isinstance(arg, Form) else 0
            text += term(arg, numbers[at : at + length], depth)
            at += length
        before.append(text)
        return end.format(total)


def _leaf(text: str, leaves: dict[str, str]) -> Expr:
    leaves[text] = text
    return ref(text)


def _moved(number: str, step: int, index: str) -> str:
    """A number with what an index adds to it."""
    if step == 0:
        return number
    times = index if abs(step) == 1 else f"{abs(step)}*{index}"
    return f"{number}{'+' if step > 0 else '-'}{times}"
