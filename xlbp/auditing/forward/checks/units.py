"""Units side by side, h1, h2, h3, are made alike: one whose column has another activation or lacks a term is a slip."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby, pairwise

from xlbp.auditing.forward.differences import (
    ADDING,
    SCALING,
    Difference,
    Question,
    differences,
    left_out,
    name_of,
    sigmoid_of,
)
from xlbp.auditing.forward.sheet_view import SheetView, Slip
from xlbp.auditing.reading.syntax import Cell, Node, address

FEWEST = 3  # units of one layer
UNIT = re.compile(r"(?P<name>.*?)[\s_\[(]*(?P<number>\d+)[\])]*")
ACTIVATIONS = frozenset({"TANH", "MAX", "SIGMOID"})


def unit_slips(view: SheetView) -> Iterator[Slip]:
    """The columns of a layer, by their headings, of which one alone has another activation, or a term less."""
    for units in _layers(view):
        keys = [view.forms.key(unit) for unit in units]
        usual = max(set(keys), key=keys.count)
        odd = [unit for unit, key in zip(units, keys, strict=True) if key != usual]
        model = units[keys.index(usual)]
        tree = view.forms.element_tree(model)
        if len(odd) != 1 or usual is None or tree is None:
            continue
        part = _slip_between(view, odd[0], tree)
        if part is None:
            continue
        column, expected = tuple(_filled_down(view, odd[0])), view.written(tree, odd[0])
        mistake = name_of(Question(part, odd[0], view.forms, frozenset(units)))
        values = {"heading": view.heading_above(odd[0]), "model": address(model, model[0])}
        yield Slip(mistake, column, expected, "units", values)


def _layers(view: SheetView) -> Iterator[list[Cell]]:
    """The first cells below headings that stand side by side and differ in a rising number alone."""
    firsts = [cell for cell in view.in_order if (cell[1] - 1, cell[2]) in view.texts and view.cells.is_formula(cell)]
    for _, in_row in groupby(firsts, key=lambda cell: cell[1]):
        layer: list[Cell] = []
        for one, other in pairwise([*in_row, ("", 0, 0)]):
            layer.append(one)
            if not _is_next(view, one, other):
                if len(layer) >= FEWEST:
                    yield layer
                layer = []


def _is_next(view: SheetView, one: Cell, other: Cell) -> bool:
    if other[1] != one[1] or other[2] != one[2] + 1:
        return False
    names = [UNIT.fullmatch(view.texts[cell[1] - 1, cell[2]]) for cell in (one, other)]
    first, second = names
    if first is None or second is None:
        return False
    return first["name"] == second["name"] and int(second["number"]) == int(first["number"]) + 1


def _slip_between(view: SheetView, cell: Cell, expected: Node) -> Difference | None:
    """The one activation, or the one term or factor that it lacks, in which a formula differs from what is expected."""
    found = view.forms.element_tree(cell)
    parts = list(differences(found, expected, cell)) if found is not None else []
    if len(parts) != 1:
        return None
    (part,) = parts
    lacks = left_out(part.found, part.expected, cell)
    is_activation = _is_activation(part.found) and _is_activation(part.expected)
    return part if is_activation or (lacks is not None and lacks[0] in ADDING | SCALING) else None


def _is_activation(node: Node) -> bool:
    return sigmoid_of(node) is not None or (node.kind == "call" and node.value in ACTIVATIONS)


def _filled_down(view: SheetView, first: Cell) -> Iterator[Cell]:
    """A cell and those below it that have its formula."""
    sheet, row, column = first
    key = view.forms.key(first)
    while view.forms.key((sheet, row, column)) == key:
        yield sheet, row, column
        row += 1
