"""What is written beside a unit's quantities: their formulas with gaps for the chosen unit's symbols and numbers.

They are read off the program, from the first unit of each layer: units of a layer differ in their
numbers, never in their formulas.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from xlbp.symbols.expr import Expr, names_in
from xlbp.symbols.program import Column
from xlbp.template import names
from xlbp.template.network import Network
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.formula import mathematics
from xlbp.workbook.page.live_text import gap

MASK = "q"  # of dropout
SUM, TARGET, PRE, DELTA = "Σ", "t", "z", "dz"  # names of gaps besides the letters of a quantity
OLD, SLOPE, RATE, NEW = "old", "slope", "rate", "new"  # the gaps of an update


@dataclass(frozen=True)
class Line:
    """One quantity of a unit, by the letters of its name, and its formula with gaps."""

    letters: str
    text: str


def network_of(contents: Contents) -> Network:
    """The network of a book that has layers and units."""
    model = contents.template.model
    assert isinstance(model, Network), "a computation graph has no units"
    return model


def quantity(contents: Contents, letters: str, layer: int, unit: int, mark: str) -> str:
    """A unit's quantity by its letters: one of its own, or one that the whole layer shares."""
    if letters in ("e", TARGET):
        return names.of_input(letters, unit, mark)
    own = names.of_unit(letters, layer, unit, mark)
    return own if own in contents.layout.columns else names.of_layer(letters, layer, mark)


def forward_lines(contents: Contents, layer: int) -> list[Line]:
    """From the pre-activation on: what the layer's activation takes, in the order in which it is computed."""
    columns = [c for c in contents.program.columns if c.phase == "forward" and _letters(contents, c.name, layer)]
    found = [_line(contents, column, layer) for column in columns]
    masks = [c for c in contents.program.columns if _letters(contents, c.name, layer) == MASK]
    return [Line(MASK, "") for _ in masks] + [line for line in found if line.letters != PRE]


def backward_lines(contents: Contents, layer: int) -> list[Line]:
    """From the error, or from what the next layer sends back, to the unit's delta."""
    columns = [c for c in contents.program.columns if c.phase == "backward" and _letters(contents, c.name, layer)]
    if layer == len(network_of(contents).layers):
        error = names.of_input("e", 1, _mark(contents))
        columns = [c for c in contents.program.columns if c.name == error] + columns
    return [_line(contents, column, layer) for column in columns]


def update_text(contents: Contents) -> str:
    """How a parameter moves, with gaps; from what to what, where that takes more than its gradient and the rate."""
    parameter = contents.template.parameter_order[0]
    moved = names.updated(parameter)
    expr = next(column.expr for column in contents.program.columns if column.name == moved)
    known = {parameter: OLD, names.gradient(parameter): SLOPE, names.LEARNING_RATE: RATE}
    if names_in(expr, "prev") or not set(names_in(expr)) <= set(known):
        return f"{gap(OLD)} → {gap(NEW)}"
    return "= " + mathematics({name: gap(kind) for name, kind in known.items()})(expr)


def shared_bias_text(contents: Contents, layer: int) -> str:
    """The gradient of a bias that the layer shares: the sum over its units; '' where each has its own."""
    own = network_of(contents).layers[layer - 1]
    if not own.shares_bias or not own.trains_bias:
        return ""
    units = range(1, own.units + 1)
    deltas = [contents.bare_symbol(names.of_unit(DELTA, layer, i, _mark(contents))) for i in units]
    return "= " + _ends(deltas, " + ")


def _mark(contents: Contents) -> str:
    return network_of(contents).marks[0]


def _letters(contents: Contents, name: str, layer: int) -> str:
    """The letters of a quantity of the layer's first unit or of the layer itself, '' for any other."""
    found = re.fullmatch(rf"(\D+){layer}(\[1\])?{_mark(contents)}", name)
    return found[1] if found else ""


def _line(contents: Contents, column: Column, layer: int) -> Line:
    letters = _letters(contents, column.name, layer) or "e"
    used, known = names_in(column.expr), _known(contents, layer)
    if set(used) <= set(known):
        return Line(letters, "= " + mathematics({name: gap(kind) for name, kind in known.items()})(column.expr))
    if any(name.startswith(f"W{layer + 1}[") for name in used):
        return Line(letters, "= " + gap(SUM))
    return Line(letters, "= " + _in_short(contents, column.expr))


def _known(contents: Contents, layer: int) -> dict[str, str]:
    """The quantities that have a line: name -> letters."""
    mark = _mark(contents)
    found = {name: _letters(contents, name, layer) for name in contents.layout.columns}
    if layer == len(network_of(contents).layers):
        found |= {names.of_input(letters, 1, mark): letters for letters in ("e", TARGET)}
    return {name: letters for name, letters in found.items() if letters}


def _in_short(contents: Contents, expr: Expr) -> str:
    """A formula over all units of the layer: its first and its last term."""
    write = mathematics({name: contents.bare_symbol(name) for name in names_in(expr)})
    if expr.op not in ("add", "largest"):
        return write(expr)
    last = expr.args[-1]
    if expr.op == "largest":
        return f"max({_ends([write(arg) for arg in expr.args], ', ')})"
    negative = last.op == "neg"
    terms = [write(arg) for arg in expr.args[:-1]] + [write(last.args[0] if negative else last)]
    return _ends(terms, " − " if negative else " + ")


def _ends(terms: Iterable[str], sign: str) -> str:
    """All of two terms; of more the first and the last."""
    first, *others = terms
    if not others:
        return first
    between = f"{sign}…{sign}" if len(others) > 1 else sign
    return f"{first}{between}{others[-1]}"
