"""A template's formulas as text for another program: each call by that program's own function, all else as written."""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, NoReturn

from xlbp.errors import XlbpError
from xlbp.interchange.source import Source
from xlbp.template.array_formulas import ArraySteps
from xlbp.template.array_views import Extents
from xlbp.template.document import Document
from xlbp.template.expressions import split_step
from xlbp.template.model import Model


@dataclass(frozen=True)
class Formula:
    """A step as the template has it: ``d = a + b``; ``value`` is what Python's parser makes of the right side."""

    name: str
    text: str
    value: ast.expr

    @property
    def uses(self) -> set[str]:
        """The names in it, those of functions too."""
        return {node.id for node in ast.walk(self.value) if isinstance(node, ast.Name)}


class Arrays(NamedTuple):
    """What has a name in a formula, with its shape: variables that training moves, constants, and steps.

    A single number has no axes.
    """

    variables: tuple[str, ...]
    constants: tuple[str, ...]
    shapes: Mapping[str, Extents]


def arrays_of(source: Source) -> Arrays:
    """Of a formula of numbers, or of arrays."""
    return ARRAYS[source.template.model.computed_as](source.template.model)


def _of_numbers(model: Model) -> Arrays:
    variables, constants = tuple(model.parameters()), tuple(model.constants())
    called = (str(unit.name) for unit in model.units(""))
    return Arrays(variables, constants, dict.fromkeys(called, ()))


def _of_arrays(model: Model) -> Arrays:
    return Arrays(tuple(model.arrays.variables), tuple(model.arrays.fixed), model.arrays.shapes)


ARRAYS: dict[str, Callable[[Model], Arrays]] = {"scalars": _of_numbers, "arrays": _of_arrays}


def formulas_of(source: Source) -> list[Formula]:
    """The steps that the objective depends on, in order."""
    template = source.template
    steps: list[str] = Document(template.text, template.name, template.overrides).data["expression"]["steps"]
    formulas = [_formula(" ".join(step.split())) for step in steps]
    reached = {template.model.objective}
    kept: list[Formula] = []
    for formula in reversed(formulas):
        if formula.name in reached:
            kept.insert(0, formula)
            reached |= formula.uses
    return kept


def _formula(text: str) -> Formula:
    name, value = split_step(text, _fail)
    return Formula(name, text, value)


def _fail(message: str, _: int) -> NoReturn:
    raise XlbpError(message)  # a template that is loaded has formulas that can be read


@dataclass(frozen=True)
class Writer(ABC):
    """Writes formulas for one program; ``renamed`` are the names that mean something else there."""

    arrays: Arrays
    renamed: Mapping[str, str]

    @abstractmethod
    def call(self, text: str, node: ast.Call, arguments: Sequence[str]) -> str:
        """A function of arguments that are written already."""

    @abstractmethod
    def number(self, text: str) -> str:
        """An expression of numbers alone where an array is needed."""

    @abstractmethod
    def stacked(self, parts: Sequence[str]) -> str:
        """Arrays of one shape along a new first axis."""

    @abstractmethod
    def flipped(self, value: str, axis: int) -> str:
        """An array turned round along an axis."""

    @abstractmethod
    def turned(self, value: str, axes: int) -> str:
        """All axes of an array, or the last two, in the other order; there are three or more."""

    def assignment(self, formula: Formula) -> str:
        """``d = a + b``."""
        value = self.write(formula.text, formula.value)
        value = value if self.is_array(formula.value) else self.number(value)
        return f"{self.name(formula.name)} = {value}"

    def name(self, name: str) -> str:
        """A quantity."""
        return self.renamed.get(name, name)

    def shape(self, text: str) -> Extents:
        """The shape of a part of a formula."""
        steps = ArraySteps(dict(self.arrays.shapes), frozenset(self.arrays.variables))
        name = "part_of_a_formula"
        while name in self.arrays.shapes:
            name += "_"
        steps.add(f"{name} = {text}", _fail)
        return steps.shapes[name]

    def write(self, text: str, node: ast.expr) -> str:
        """A part of the formula ``text``."""
        match node:
            case ast.Name(id=name):
                return self.name(name)
            case ast.Call():
                return self.call(text, node, [self.as_array(text, part) for part in node.args])
            case ast.List():
                return self.stack(text, node)
            case ast.Attribute(value=value, attr=attr):
                return self.transposed(text, value, attr)
            case ast.Subscript():
                return self.subscript(text, node)
        return self._spliced(text, node)

    def as_array(self, text: str, node: ast.expr) -> str:
        """The same, as an array also where it is a number."""
        written = self.write(text, node)
        return written if self.is_array(node) else self.number(written)

    @staticmethod
    def is_array(node: ast.expr) -> bool:
        """Whether anything in it is an array, and so it is one itself."""
        return any(isinstance(part, ast.Name | ast.Call | ast.List) for part in ast.walk(node))

    def _spliced(self, text: str, node: ast.expr) -> str:
        """As it stands in the template, but for what its parts are called."""
        line = text.encode()
        start, end = _span(node)
        written, at = b"", start
        for part in (child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)):
            first, last = _span(part)
            written += line[at:first] + self.write(text, part).encode()
            at = last
        return (written + line[at:end]).decode()

    def stack(self, text: str, node: ast.List) -> str:
        """``[[1, 0], [0, 1]]``, or arrays beside each other."""
        if not any(isinstance(part, ast.Name | ast.Call) for part in ast.walk(node)):
            return self.number(self._spliced(text, node))
        return self.stacked([self.as_array(text, part) for part in node.elts])

    def transposed(self, text: str, value: ast.expr, attr: str) -> str:
        """``.T``, ``.mT``; nothing of a vector."""
        written = self.bracketed(text, value)
        axes = len(self.shape(segment(text, value)))
        if axes < 2:
            return written
        return f"{written}.T" if axes == 2 else self.turned(written, axes if attr == "T" else 2)

    def bracketed(self, text: str, value: ast.expr) -> str:
        """What an attribute or an index stands behind."""
        written = self.write(text, value)
        return f"({written})" if isinstance(value, ast.BinOp | ast.UnaryOp) else written

    def subscript(self, text: str, node: ast.Subscript) -> str:
        """Indices and slices as they are written, but for those that go backwards."""
        value = self.bracketed(text, node.value)
        shape = self.shape(segment(text, node.value))
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        written, axis = [], 0
        for place, part in enumerate(parts):
            key = segment(text, part)
            if isinstance(part, ast.Constant) and part.value is Ellipsis:
                axis = len(shape) - sum(not _is_new_axis(later) for later in parts[place + 1 :])
            elif not _is_new_axis(part):
                if isinstance(part, ast.Slice) and _whole(part.step, 1) < 0:
                    value, key = self.flipped(value, axis), _forwards(part, shape[axis])
                axis += 1
            written.append(key)
        return f"{value}[{', '.join(written)}]"


def segment(text: str, node: ast.expr) -> str:
    """A part of a formula as it stands there."""
    start, end = _span(node)
    return text.encode()[start:end].decode()


def _span(node: ast.expr) -> tuple[int, int]:
    assert node.end_col_offset is not None
    return node.col_offset, node.end_col_offset


def _is_new_axis(part: ast.expr) -> bool:
    return isinstance(part, ast.Constant) and part.value is None


def _whole(node: ast.expr | None, otherwise: int) -> int:
    return otherwise if node is None else int(ast.literal_eval(node))


def _forwards(part: ast.Slice, extent: int) -> str:
    """The slice of the array that is turned round along the axis which a slice with a negative step is of the array."""
    ends = [None if end is None else _whole(end, 0) for end in (part.lower, part.upper, part.step)]
    start, stop, step = slice(*ends).indices(extent)
    return f"{extent - 1 - start}:{extent - 1 - stop}" + (f":{-step}" if step < -1 else "")
