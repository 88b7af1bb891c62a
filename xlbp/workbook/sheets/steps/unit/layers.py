"""What the sheet of one unit has to know of the layers: the formulas of a unit's quantities, and where these stand.

The formulas are read off the program, from the first unit of each layer: the units of a layer differ in their numbers,
never in their formulas.  :func:`is_made_of_units` says whether a network is so; any other has no such sheet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial

from openpyxl.utils import get_column_letter

from xlbp.symbols.expr import Expr, dot, names_in, ref, total
from xlbp.symbols.program import Column
from xlbp.symbols.simplify import simplify
from xlbp.template import names
from xlbp.template.blocks.block import Role
from xlbp.template.network import Layer, Network
from xlbp.template.quantity import GRADIENT
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.formula import mathematics
from xlbp.workbook.page.live_text import gap
from xlbp.workbook.page.page import Page

SUM, TARGET, ERROR, PRE, DELTA = "Σ", "t", "e", "z", "dz"  # names of gaps besides the letters of a quantity
OLD, SLOPE, RATE, NEW = "old", "slope", "rate", "new"  # the gaps of an update
CHOSEN, KEYS, FIRST = 3, 4, 5  # rows of the table
ALWAYS = ("targets", "panel", "frozen", "shared", "b", "bd", "b+")  # has a place even where it is 0 everywhere


@dataclass(frozen=True)
class Line:
    """One quantity of a unit, by the letters of its name, and its formula with gaps."""

    letters: str
    text: str


@dataclass(frozen=True)
class Kind:
    """Layers of one kind have the same lines, and differ in their numbers only."""

    forward: tuple[Line, ...]
    backward: tuple[Line, ...]
    shared_bias: str


# which networks, and the names of their quantities


def is_made_of_units(contents: Contents) -> bool:
    """Whether the model is a network in which each layer is a list of units that take the same formulas.

    Such a unit has one pre-activation, the weighted sum of all that the layer before passes on; everything else is
    made of the unit's own quantities, of numbers that its layer has once, and of what the next layer sends back.
    """
    return bool(contents.template.model.layers) and all(
        _has_equal_units(contents, layer) for layer in contents.template.model.layers
    )


def _has_equal_units(contents: Contents, layer: Layer) -> bool:
    first, last = _Unit(contents, layer, 1), _Unit(contents, layer, layer.units)
    return (
        layer.rows == layer.units
        and layer.parameters == layer.network.parameters_of(layer.nodes[0])
        and all(unit.is_weighted_sum for unit in (first, last))
        and (first.forward(), first.backward()) == (last.forward(), last.backward())
        and DELTA in {line.letters for line in first.backward()}
    )


def network_of(contents: Contents) -> Network:
    """The network of a book whose model is made of units."""
    return contents.template.model.layers[0].network


def quantity(contents: Contents, letters: str, layer: int, unit: int, mark: str) -> str:
    """A unit's quantity by its letters: one of its own, or one that the whole layer shares."""
    if letters in (ERROR, TARGET):
        return names.of_input(letters, unit, mark)
    own = names.of_unit(letters, layer, unit, mark)
    return own if own in contents.layout.columns else names.of_layer(letters, layer, mark)


def below(contents: Contents, layer: int, source: int, mark: str) -> str:
    """What comes into a layer from a source: an input, or what a unit of the layer before passes on."""
    network = network_of(contents)
    if layer == 1:
        in_row = mark or network.stored
        return names.of_unit("a", 0, source, mark) if in_row else names.of_input("x", source)
    before = network.layers[layer - 2]
    return names.of_unit(network.output_of(before.nodes[-1]).letter, layer - 1, source, mark)


def bias_of(layer: Layer, unit: int) -> str:
    """The name of a unit's bias, or of the one it shares; '' where there is none."""
    return layer.bias_of(unit) or ""


# the formulas


class _Unit:
    """A unit of a layer as the program computes it, for the first sample."""

    def __init__(self, contents: Contents, layer: Layer, unit: int) -> None:
        self.contents, self.layer, self.unit = contents, layer, unit
        self.model, self.mark = contents.template.model, contents.template.model.marks[0]
        self.is_last = layer.number == layer.network.last

    @property
    def is_weighted_sum(self) -> bool:
        """Whether its pre-activation is the sum of all that comes in, each times a weight, and of the bias."""
        number = self.layer.number
        sources = range(1, self.layer.sources + 1)
        weights = [ref(names.weight(number, self.unit, j)) for j in sources]
        incoming = [ref(below(self.contents, number, j, self.mark)) for j in sources]
        bias = bias_of(self.layer, self.unit)
        z = total([dot(weights, incoming), *([ref(bias)] if bias else [])])
        pre_activation = names.of_unit(PRE, number, self.unit, self.mark)
        return any(column.expr is simplify(z) for column in self.columns("forward") if column.name == pre_activation)

    def columns(self, phase: str) -> list[Column]:
        """Its columns of a phase, and those that its layer has once."""
        return [c for c in self.contents.program.columns if c.phase == phase and self.letters(c.name)]

    def letters(self, name: str) -> str:
        """The letters of a quantity of the unit or of the layer itself, '' for any other."""
        q = self.model.quantity(name)
        is_own = (q.block, q.sample) == (str(self.layer.number), self.mark) and q.indices in ((), (self.unit,))
        return q.letter if is_own and q.relation in ("", GRADIENT) else ""

    @cached_property
    def in_lines(self) -> dict[str, str]:
        """The quantities that a formula may take as gaps: name -> letters."""
        letters_of = {name: self.letters(name) for name in self.contents.layout.columns}
        if self.is_last:
            letters_of |= {names.of_input(letters, self.unit, self.mark): letters for letters in (ERROR, TARGET)}
        return {name: letters for name, letters in letters_of.items() if letters}

    def forward(self) -> tuple[Line, ...]:
        """From the pre-activation on, in the order in which it is computed; first the random numbers that it takes."""
        columns = self.columns("forward")
        used = {name for column in columns for name in names_in(column.expr)}
        random = [Line(letters, "") for name, letters in self.in_lines.items() if name in used and self.is_random(name)]
        return (*random, *(line for line in map(self._line, columns) if line.letters != PRE))

    def is_random(self, name: str) -> bool:
        """Whether a quantity is a random number or is made of one alone."""
        tensor = self.model.tensor(self.model.quantity(name))
        return tensor is not None and tensor.role is Role.RANDOM

    def backward(self) -> tuple[Line, ...]:
        """From the error, or from what the next layer sends back, to the unit's delta."""
        error = names.of_input(ERROR, self.unit, self.mark)
        errors = [column for column in self.contents.program.columns if self.is_last and column.name == error]
        return tuple(map(self._line, [*errors, *self.columns("backward")]))

    def _line(self, column: Column) -> Line:
        letters = self.letters(column.name) or ERROR
        used = names_in(column.expr)
        if set(used) <= set(self.in_lines):
            symbols = {name: gap(letters) for name, letters in self.in_lines.items()}
            return Line(letters, "= " + mathematics(symbols)(column.expr))
        if any(self.model.quantity(name).block == str(self.layer.number + 1) for name in used):
            return Line(letters, "= " + gap(SUM))
        return Line(letters, "= " + self._in_short(column.expr))

    def _in_short(self, expr: Expr) -> str:
        """A formula over all units of the layer: its first and its last term."""
        write = mathematics({name: self.contents.bare_symbol(name) for name in names_in(expr)})
        if expr.op not in ("add", "largest"):
            return write(expr)
        last = expr.args[-1]
        if expr.op == "largest":
            return f"max({_ends([write(arg) for arg in expr.args], ', ')})"
        negative = last.op == "neg"
        terms = [write(arg) for arg in expr.args[:-1]] + [write(last.args[0] if negative else last)]
        return _ends(terms, " − " if negative else " + ")


def kind_of(contents: Contents, number: int) -> Kind:
    """The lines of a layer's units."""
    unit = _Unit(contents, network_of(contents).layers[number - 1], 1)
    return Kind(unit.forward(), unit.backward(), _shared_bias_text(contents, unit.layer))


def _shared_bias_text(contents: Contents, layer: Layer) -> str:
    """The gradient of a bias that the layer shares: the sum over its units; '' where each has its own."""
    if not layer.shares_bias or not layer.trains_bias:
        return ""
    deltas = [names.of_unit(DELTA, layer.number, i, layer.network.marks[0]) for i in range(1, layer.units + 1)]
    return "= " + _ends(map(contents.bare_symbol, deltas), " + ")


def update_text(contents: Contents) -> str:
    """How a parameter moves, with gaps; from what to what, where that takes more than its gradient and the rate."""
    parameter = contents.template.parameter_order[0]
    moved = names.updated(parameter)
    expr = next(column.expr for column in contents.program.columns if column.name == moved)
    gaps = {parameter: OLD, names.gradient(parameter): SLOPE, names.LEARNING_RATE: RATE}
    if names_in(expr, "prev") or not set(names_in(expr)) <= set(gaps):
        return f"{gap(OLD)} → {gap(NEW)}"
    return "= " + mathematics({name: gap(kind) for name, kind in gaps.items()})(expr)


def _ends(terms: Iterable[str], sign: str) -> str:
    """All of two terms; of more the first and the last."""
    first, *others = terms
    if not others:
        return first
    between = f"{sign}…{sign}" if len(others) > 1 else sign
    return f"{first}{between}{others[-1]}"


# where the quantities stand


class LayerTable:
    """A record of each layer in helper cells: how large it is, and where its quantities stand on the training sheet.

    A quantity stands at a first column, plus a step per unit and a step per source.  The row above the table holds the
    record of the chosen layer; formulas read nothing else, so that they need no names.
    """

    def __init__(self, contents: Contents, column: int, chosen: int) -> None:
        self.contents, self.column, self.chosen = contents, column, chosen
        numbers = [layer.number for layer in network_of(contents).layers]
        kinds = [kind_of(contents, number) for number in numbers]
        self.kinds = list(dict.fromkeys(kinds))
        self.records = [
            {**_record(contents, number, kind), "kind": self.kinds.index(kind) + 1}
            for number, kind in zip(numbers, kinds, strict=True)
        ]
        for record in self.records:  # a layer with fewer lines has 0 for those that others have
            record.update({key: record.get(key, 0) for other in self.records for key in other})
        self.keys = [key for key in self.records[0] if key in ALWAYS or self.varies(key)]

    @property
    def kind(self) -> Kind:
        """That of the chosen layer."""
        return self.kinds[self["kind"] - 1]

    def __getitem__(self, key: str) -> int:
        """A number of the chosen layer's record."""
        return self.records[self.chosen - 1][key]

    def most(self, key: str) -> int:
        """The largest such number of any layer."""
        return max(record.get(key, 0) for record in self.records)

    def varies(self, key: str) -> bool:
        """Whether a number is more than 0 in any layer; one that is not needs no place in a formula."""
        return self.most(key) != 0

    def cell(self, key: str) -> str:
        """Where the chosen layer's number stands."""
        return f"${self._letter(key)}${CHOSEN}"

    def all_cells(self, key: str) -> str:
        """Where the number of every layer stands."""
        letter = self._letter(key)
        return f"${letter}${FIRST}:${letter}${FIRST + len(self.records) - 1}"

    def _letter(self, key: str) -> str:
        return str(get_column_letter(self.column + self.keys.index(key)))

    def put(self, page: Page, layer_cell: str) -> None:
        """Headings, a row per layer, and on top the chosen one's."""
        for offset, key in enumerate(self.keys):
            page.text(KEYS, self.column + offset, key, "small")
            for row, record in enumerate(self.records, start=FIRST):
                page.number(row, self.column + offset, record[key])
            formula = f"INDEX({self.all_cells(key)},{layer_cell})"
            page.live(CHOSEN, self.column + offset, formula, float(self[key]), "small")


def column_of(contents: Contents, name: str) -> int:
    """The column of a quantity's first sample on the training sheet; 0 where there is none."""
    if not name:
        return 0
    quantity = contents.template.model.quantity(name)
    first = quantity.sampled("@1") if quantity.sample else quantity
    if first in contents.layout.columns:
        return contents.layout.columns[first]
    place = contents.layout.panel.get(first)
    return place.column if place and place.sheet == "training" else 0


Record = dict[str, int]
NameOf = Callable[[int, int], str]  # (unit, source) -> name


def _record(contents: Contents, number: int, kind: Kind) -> Record:
    """Everything the formulas need to know of a layer."""
    network = network_of(contents)
    layer, mark = network.layers[number - 1], network.marks[0]
    units, sources = layer.units, layer.sources
    targets = network.layers[number].units if number < len(network.layers) else 0
    frozen = bool(layer.biases) and not layer.trains_bias
    record = {"layer": number, "units": units, "sources": sources, "targets": targets}
    record["delta"] = 1 + [line.letters for line in kind.backward].index(DELTA)  # its place among these lines
    on_panel = number == 1 and not mark and not network.stored
    record |= {"panel": int(on_panel), "frozen": int(frozen), "shared": int(bool(kind.shared_bias))}
    record |= _run(contents, "in", lambda _, j: below(contents, number, j, mark), 1, sources)
    record |= _run(contents, "b", lambda i, _: bias_of(layer, i), units, 1)
    of_weight = partial(names.weight, number)
    record |= _run(contents, "W", of_weight, units, sources)
    record |= _run(contents, "Wd", lambda i, j: names.gradient(of_weight(i, j)), units, sources)
    record |= _run(contents, "W+", lambda i, j: names.updated(of_weight(i, j)), units, sources)
    if layer.trains_bias or not layer.biases:
        record |= _run(contents, "bd", lambda i, _: bias_of(layer, i) and names.gradient(bias_of(layer, i)), units, 1)
        record |= _run(contents, "b+", lambda i, _: bias_of(layer, i) and names.updated(bias_of(layer, i)), units, 1)
    if targets:
        record |= _run(contents, "next W", lambda i, j: names.weight(number + 1, i, j), targets, units)
        record |= _run(contents, "next dz", lambda i, _: names.of_unit(DELTA, number + 1, i, mark), targets, 1)
    for way, lines in (("z", (Line(PRE, ""),)), ("forward", kind.forward), ("backward", kind.backward)):
        for place, line in enumerate(lines):
            record |= _run(contents, f"{way} {place}", _named(contents, line.letters, number, mark), units, 1)
    return record


def _named(contents: Contents, letters: str, layer: int, mark: str) -> NameOf:
    return lambda unit, _: quantity(contents, letters, layer, unit, mark)


def _run(contents: Contents, key: str, name: NameOf, units: int, sources: int) -> Mapping[str, int]:
    """A first column, and the steps to the next unit and to the next source."""
    first = column_of(contents, name(1, 1))
    by_unit = column_of(contents, name(2, 1)) - first if first and units > 1 else 0
    by_source = column_of(contents, name(1, 2)) - first if first and sources > 1 else 0
    return {key: first, f"{key}/unit": by_unit, f"{key}/source": by_source}
