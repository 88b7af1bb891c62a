"""A formula of arrays as a script: a line for each step, and on the way back a rule for each operation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import prod

from xlbp.interchange.numpy_script.formula import Formula
from xlbp.interchange.numpy_script.lines import Lines
from xlbp.interchange.numpy_script.operations import filled, operation
from xlbp.interchange.numpy_script.script import Script
from xlbp.interchange.numpy_script.terms import added, enclosed
from xlbp.interchange.numpy_script.views import Shares, written
from xlbp.interchange.source import Source
from xlbp.template.array_graph import ArrayGraph, ArrayStep
from xlbp.template.array_views import Argument, Extents, names_of

# Of how many arguments a line is made, where the others are steps on a way that NumPy goes by itself.
SEEN = {"softmax": 1, "logsumexp": 1, "variance": 1}


def arrays_script(source: Source) -> Script:
    """The script of a formula of arrays."""
    graph = source.template.model.arrays
    formula = Formula(source, graph.shapes, tuple(graph.variables), tuple(graph.fixed))
    writer = ArraysScript(graph, formula)
    return formula.script(writer.forward(), writer.backward())


def arguments_of(step: ArrayStep) -> tuple[Argument, ...]:
    """The arguments that stand in its line."""
    return step.arguments[: SEEN.get(step.operation)]


@dataclass(frozen=True)
class Back:
    """A step on the way back: what its arguments are called, and their shapes; its value, and the derivative by it."""

    step: ArrayStep
    arguments: list[str]
    shapes: list[Extents]
    value: str
    flow: str

    @property
    def axis(self) -> str:
        """``axis=1``, or ``axis=(0, 1)``."""
        return axis_of(self.step)

    @property
    def count(self) -> int:
        """How many numbers are taken together."""
        return prod(self.shapes[0][axis] for axis in self.step.axes)

    def kept(self, text: str) -> str:
        """What is left along the axes, with these as axes of size 1."""
        shape = self.shapes[0]
        if len(self.step.shape) == len(shape) or not self.step.shape:
            return text
        parts = ["None" if axis in self.step.axes else ":" for axis in range(len(shape))]
        while parts[-1] == ":":
            parts.pop()
        return f"{text}[{', '.join(parts)}]"


def axis_of(step: ArrayStep) -> str:
    """The axes that a step takes together."""
    return f"axis={step.axes[0] if len(step.axes) == 1 else step.axes}"


def options_of(step: ArrayStep, shape: Extents) -> str:
    """What is said behind an array that is summed and so on: nothing where all of it is."""
    keeps = ", keepdims=True" if shape and len(step.shape) == len(shape) else ""
    is_whole = len(step.axes) == len(shape) and not keeps
    return "" if is_whole else f", {axis_of(step)}{keeps}"


REDUCTIONS = {"sum": "np.sum", "mean": "np.mean", "largest": "np.max", "smallest": "np.min", "variance": "np.var"}


def _sum_back(b: Back) -> list[str]:
    return [f"{b.kept(b.flow)} * np.ones({b.shapes[0]})"]


def _mean_back(b: Back) -> list[str]:
    return [f"{b.kept(b.flow)} / {b.count} * np.ones({b.shapes[0]})"]


def _extreme_back(b: Back) -> list[str]:
    wins = f"({enclosed(b.arguments[0])} == {b.kept(b.value)})"
    return [f"{b.kept(b.flow)} * {wins} / np.sum({wins[1:-1]}, {b.axis}, keepdims=True)"]


def _variance_back(b: Back) -> list[str]:
    x = enclosed(b.arguments[0])
    return [f"{b.kept(b.flow)} * 2 * ({x} - np.mean({x}, {b.axis}, keepdims=True)) / {b.count}"]


def _softmax_back(b: Back) -> list[str]:
    return [f"{b.value} * ({b.flow} - np.sum({b.flow} * {b.value}, {b.axis}, keepdims=True))"]


def _logsumexp_back(b: Back) -> list[str]:
    return [f"{b.kept(b.flow)} * np.exp({b.arguments[0]} - {b.kept(b.value)})"]


def _matmul_back(b: Back) -> list[str]:
    """dE/dx = dE/dz y^T, dE/dy = x^T dE/dz; a vector stands as a row on the left, as a column on the right."""
    x, y, g = *map(enclosed, b.arguments), b.flow
    left, right = map(len, b.shapes)
    if left == right == 1:
        return [f"{g} * {y}", f"{g} * {x}"]
    if right == 1:
        return [f"{g}[..., None] * {y}", f"{g}[..., None] * {x}"]
    if left == 1:
        return [f"{y} @ {g}" if right == 2 else f"({y} @ {g}[..., None])[..., 0]", f"{x}[:, None] * {g}[..., None, :]"]
    return [f"{g} @ {_turned(y, right)}", f"{_turned(x, left)} @ {g}"]


def _turned(text: str, rank: int) -> str:
    """The transpose of matrices; what is one already is turned back."""
    if rank > 2:
        return f"{text}.swapaxes(-1, -2)"
    return text.removesuffix(".T") if text.endswith(".T") else f"{text}.T"


BACK: dict[str, Callable[[Back], list[str]]] = {
    "sum": _sum_back,
    "mean": _mean_back,
    "largest": _extreme_back,
    "smallest": _extreme_back,
    "variance": _variance_back,
    "softmax": _softmax_back,
    "logsumexp": _logsumexp_back,
    "matmul": _matmul_back,
}


@dataclass(frozen=True)
class ArraysScript:
    """Writes a formula of arrays."""

    graph: ArrayGraph
    formula: Formula

    @property
    def steps(self) -> list[ArrayStep]:
        """Those that have a line: what the template names, and what that is computed from."""
        asked = {self.graph.objective, *self.graph.formulas}
        found = []
        for step in reversed(self.graph.steps):
            if step.name in asked:
                found.append(step)
                asked.update(name for each in arguments_of(step) for name in names_of(each))
        return found[::-1]

    def forward(self) -> Lines:
        """The steps, one after the other; those of one formula under it."""
        lines = Lines()
        steps = self.steps
        for place, step in enumerate(steps):
            formula = self.formula_of(place, steps)
            if formula:
                lines.lines.append(f"# {formula}")
            lines.add(f"{self.formula.names[step.name]} = {self.value(step, lines)}", self.formula.about(step.name))
        return lines

    def formula_of(self, place: int, steps: list[ArrayStep]) -> str:
        """The formula of the template that the step at this place begins, if it takes several."""
        before = steps[place - 1].name if place else ""
        is_first = not before or before in self.graph.formulas
        owner = next((step.name for step in steps[place:] if step.name in self.graph.formulas), "")
        return f"{owner} = {self.graph.formulas[owner]}" if is_first and owner != steps[place].name and owner else ""

    def value(self, step: ArrayStep, lines: Lines) -> str:
        """The right side of a step's line."""
        arguments = [written(each, self.formula.names) for each in arguments_of(step)]
        first, shape = arguments[0], self.graph.shape_of(step.arguments[0])
        if step.operation in REDUCTIONS:
            return f"{REDUCTIONS[step.operation]}({first}{options_of(step, shape)})"
        if step.operation in ("softmax", "logsumexp"):
            lines.functions.add(step.operation)
            is_last = step.axes == (len(shape) - 1,)
            text = f"{step.operation}({first}{'' if is_last else f', {axis_of(step)}'})"
            squeezed = step.operation == "logsumexp" and len(step.shape) != len(shape)
            return f"np.squeeze({text}, {axis_of(step)})" if squeezed else text
        if step.operation == "matmul":
            return " @ ".join(map(enclosed, arguments))
        rule = operation(step.operation, arguments)
        lines.functions.update(rule.uses)
        return filled(rule.value, arguments)

    def backward(self) -> Lines:
        """From the objective back to the variables."""
        lines = Lines()
        shares, moving = Shares(lines), self.graph.derived | set(self.graph.variables)
        lines.add(f"{self.formula.d(self.graph.objective)} = 1")
        for step in reversed(self.steps):
            is_objective = step.name == self.graph.objective
            if step.name not in moving or not (is_objective or step.name in shares.terms):
                continue
            if not is_objective:
                self.put_derivative(step.name, shares, lines)
            terms = self.terms(step, lines)
            for argument, term in zip(arguments_of(step), terms, strict=False):
                if moving.intersection(names_of(argument)):
                    shares.hand_back(argument, term)
        for name in self.graph.variables:
            self.put_derivative(name, shares, lines)
        return lines

    def terms(self, step: ArrayStep, lines: Lines) -> list[str]:
        """What a step adds to the derivatives by its arguments, each in the argument's shape."""
        arguments = [written(each, self.formula.names) for each in arguments_of(step)]
        shapes = [self.graph.shape_of(each) for each in arguments_of(step)]
        value, flow = self.formula.names[step.name], self.formula.d(step.name)
        if step.operation in BACK:
            terms = BACK[step.operation](Back(step, arguments, shapes, value, flow))
        else:
            rule = operation(step.operation, arguments)
            lines.functions.update(rule.uses_back)
            terms = [filled(text, arguments, value, flow) for text in rule.terms]
        shape = _of_terms(step, shapes)
        return [_to_shape(term, each, own) for term, each, own in zip(terms, shape, shapes, strict=False)]

    def put_derivative(self, name: str, shares: Shares, lines: Lines) -> None:
        """The derivative by an array: the sum of its terms, or where some are of a part of it gathered there."""
        terms = shares.terms.get(name, [])
        d, shape, told = self.formula.d(name), self.graph.shapes[name], self.formula.about_derivative(name)
        if terms and not any(key for key, _ in terms):
            lines.add(f"{d} = {added([text for _, text in terms])}", told)
            return
        lines.add(f"{d} = np.zeros({shape})", told)
        for key, text in terms:
            lines.add(f"{d}[{key}] += {text}" if key else f"{d} += {text}")


def _of_terms(step: ArrayStep, shapes: list[Extents]) -> list[Extents]:
    """The shapes in which a step's rule gives its terms: those of the arguments, or of what these were stretched to."""
    if step.operation == "matmul":
        return [_of_product(step, shapes, 0), _of_product(step, shapes, 1)]
    return shapes if step.operation in BACK else [step.shape] * len(shapes)


def _of_product(step: ArrayStep, shapes: list[Extents], number: int) -> Extents:
    """The shape of the term of a factor of a matrix product, before stacks are added."""
    left, right = shapes
    if len(left) == len(right) == 1:
        return shapes[number]
    if len(right) == 1:
        return left
    if len(left) == 1:
        return (*right[:-2], *left) if number == 0 else right
    return (*step.shape[:-2], *shapes[number][-2:])


def _to_shape(term: str, shape: Extents, to: Extents) -> str:
    """A term of an argument that was stretched: the sum over what belongs to one number of it."""
    if shape == to:
        return term
    before = len(shape) - len(to)
    repeated = tuple(axis for axis in range(len(shape)) if axis < before or to[axis - before] < shape[axis])
    axis = repeated[0] if len(repeated) == 1 else repeated
    if len(repeated) == len(shape) and not to:
        return f"np.sum({term})"
    left = tuple(extent for place, extent in enumerate(shape) if place not in repeated)
    if left == to:
        return f"np.sum({term}, axis={axis})"
    if before == 0:
        return f"np.sum({term}, axis={axis}, keepdims=True)"
    return f"np.sum({term}, axis={axis}).reshape{to}"
