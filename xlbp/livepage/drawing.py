"""What the page draws of a model: its units with what leads into each, and its arrays as grids of numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from xlbp.symbols.expr import Expr, names_in, topological
from xlbp.symbols.program import Column
from xlbp.template.blocks.block import Axis
from xlbp.template.model import Unit
from xlbp.template.quantity import Quantity, shape_of
from xlbp.workbook.layout.contents import Contents

MOST_UNITS, MOST_EDGES = 90, 420  # of a picture that can be read
SHOWN = ("batch", "parameters", "running", "forward", "dropout")  # phases whose arrays are shown
MOST_NUMBERS = 400  # of an array that is shown


@dataclass(frozen=True)
class Drawing:
    """``numbers`` tells where a quantity stands in the page's own count of all numbers."""

    contents: Contents
    numbers: Mapping[str, int]

    @property
    def mark(self) -> str:
        """The mark of the first sample."""
        return self.contents.template.model.marks[0]

    def units(self) -> dict[str, Any] | None:
        """Units and lines, None of what has too many."""
        units = self.contents.template.model.units(self.mark)
        is_readable = len(units) <= MOST_UNITS and all(len(unit.name.indices) <= 2 for unit in units)
        if not is_readable or not all(unit.name in self.numbers for unit in units):  # a unit may be a whole array
            return None
        edges = list(self._edges(units))
        if len(edges) > MOST_EDGES:
            return None
        is_graph = not self.contents.template.model.layers
        shown = {"units": [self._unit(unit) for unit in units], "edges": edges}
        return {**shown, "steps": self._has_steps, "graph": is_graph}

    @property
    def _has_steps(self) -> bool:
        model = self.contents.template.model
        return bool(model.inputs) and Axis.STEP in model.input_shape.axes

    def _unit(self, unit: Unit) -> list[Any]:
        """Its stage, step (0 without one), number, the number of the derivative by it (-1 without one), its label."""
        step = unit.name.indices[0] if self._has_steps and len(unit.name.indices) == 2 else 0
        gradient = self.numbers.get(unit.derivative, -1) if unit.derivative is not None else -1
        return [unit.stage, step, self.numbers[unit.name], gradient, self._label(unit.name)]

    def _label(self, name: Quantity) -> str:
        called = self.contents.output_name(name)
        symbol = self.contents.bare_symbol(name)
        return f"{symbol} {called}" if called else symbol

    def _edges(self, units: Sequence[Unit]) -> Iterator[list[int]]:
        """From which unit to which, and the number of the weight on the line, or -1."""
        owner = {str(part): n for n, unit in enumerate(units) for part in (unit.name, *unit.parts)}
        for n, unit in enumerate(units):
            if unit.arguments:
                for source, along in unit.arguments:
                    yield [owner[source], n, self.numbers.get(along, -1)]
            elif unit.stage:
                yield from ([m, n, weight] for m, weight in self._sources(unit, owner, n).items())

    def _sources(self, unit: Unit, owner: Mapping[str, int], own: int) -> dict[int, int]:
        """The units that a unit is computed from, by what has no unit of its own; each with its weight, or -1."""
        columns = self._columns
        weights: dict[int, set[int]] = {}
        waiting = [str(name) for name in unit.formulas or (unit.name,)]
        seen = set(waiting)
        while waiting:
            name = waiting.pop()
            if name not in columns:
                continue
            along = self._weights(columns[name].expr)
            for used in names_in(columns[name].expr):
                if owner.get(used, own) != own:
                    weights.setdefault(owner[used], set()).add(along.get(used, -1))
                elif used not in seen and used not in self._parameters and not self._recurs(name, used):
                    seen.add(used)
                    waiting.append(used)
        return {source: min(each) if len(each) == 1 else -1 for source, each in weights.items()}

    def _recurs(self, name: str, used: str) -> bool:
        """Whether a quantity is made from the same one of an earlier step, which has lines of its own."""
        return self.contents.quantity(name).tensor == self.contents.quantity(used).tensor

    def _weights(self, expr: Expr) -> dict[str, int]:
        """By each quantity that is multiplied with a parameter the number of this one."""
        found = {}
        for node in topological(expr):
            if node.op == "mul" and all(arg.op == "ref" for arg in node.args):
                for one, other in (node.args, node.args[::-1]):
                    if one.payload in self._parameters:
                        found[str(other.payload)] = self.numbers[str(one.payload)]
        return found

    @property
    def _columns(self) -> dict[str, Column]:
        return self.contents.worked_out(_columns_by_name)

    @property
    def _parameters(self) -> set[str]:
        return self.contents.worked_out(_parameters)

    def grids(self) -> list[list[Any]]:
        """Arrays of more than one number: heading, title, shape, numbers, those of the derivatives, or none.

        A number that is not there, as a masked score, is -1.
        """
        seen = [c for c in self.contents.program.columns if c.phase in SHOWN and self._is_seen(c.name)]
        own = sorted(seen, key=lambda column: column.layer)
        found = []
        for _, group in groupby(own, key=lambda column: self.contents.quantity(column.name).tensor):
            columns = list(group)
            names = [self.contents.quantity(column.name) for column in columns]
            if 1 < len(names) <= MOST_NUMBERS and all(name.indices for name in names):
                found.append([self._heading(columns[0]), *self._grid(names)])
        return found

    def _heading(self, column: Column) -> str:
        """The layer, or the phase of what belongs to none."""
        texts = self.contents.texts
        return texts("training.layer", number=column.layer) if column.layer else texts(f"phase.{column.phase}")

    def _is_seen(self, name: str) -> bool:
        return self.contents.quantity(name).sample in ("", self.mark)

    def _grid(self, names: Sequence[Quantity]) -> list[Any]:
        shape = shape_of(names)
        title = self.contents.family_symbol(names, names[0].tensor)
        gradients = [self.numbers.get(self.contents.gradient(name), -1) for name in names]
        values = _placed(names, shape, [self.numbers[name] for name in names])
        has_gradients = any(number >= 0 for number in gradients)
        return [title, list(shape), values, _placed(names, shape, gradients) if has_gradients else []]


def _placed(names: Sequence[Quantity], shape: tuple[int, ...], numbers: Sequence[int]) -> list[int]:
    """Numbers in the order of the array, the last index running fastest."""
    size = 1
    for extent in shape:
        size *= extent
    found = [-1] * size
    for name, number in zip(names, numbers, strict=True):
        at = 0
        for index, extent in zip(name.indices, shape, strict=True):
            at = at * extent + index - 1
        found[at] = number
    return found


def _columns_by_name(contents: Contents) -> dict[str, Column]:
    return {column.name: column for column in contents.program.columns}


def _parameters(contents: Contents) -> set[str]:
    """What is trained, and what stays as it is of a layer's own numbers."""
    model = contents.template.model
    own = {str(name) for node, parameter in model.each_parameter() for name in parameter.elements(node.layer)}
    return own | set(contents.template.parameter_order)
