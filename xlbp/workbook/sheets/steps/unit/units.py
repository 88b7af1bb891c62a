"""What the sheet of one unit says: what a unit's quantities are called, and the formulas that stand beside them.

The formulas are read off the program, from the first unit of each layer: the units of a layer differ in their numbers,
never in their formulas.  :func:`is_made_of_units` says whether a network is so; any other has no such sheet.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from xlbp.symbols.expr import Expr, dot, names_in, ref, total
from xlbp.symbols.program import Column
from xlbp.symbols.simplify import simplify
from xlbp.template import names
from xlbp.template.blocks.block import Role
from xlbp.template.layer import Layer
from xlbp.template.network import Network
from xlbp.template.quantity import GRADIENT
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.formula import mathematics
from xlbp.workbook.page.live_text import gap

SUM, TARGET, ERROR, PRE, DELTA = "Σ", "t", "e", "z", "dz"  # names of gaps besides the letters of a quantity
OLD, SLOPE, RATE, NEW = "old", "slope", "rate", "new"  # the gaps of an update


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
    return network.taken(network.layers[layer - 1].nodes[0], mark)[source - 1]


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
        weights = [ref(names.weight(number, self.unit, j)) for j in range(1, self.layer.sources + 1)]
        incoming = map(ref, self.layer.network.taken(self.layer.nodes[0], self.mark))
        bias = self.layer.bias_of(self.unit)
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
