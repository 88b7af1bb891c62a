"""What the operations on whole arrays add to the derivatives of their arguments, rule by rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import prod

from xlbp.interchange.numpy_script.terms import enclosed
from xlbp.interchange.numpy_script.views import transposed_matrix
from xlbp.template.array_graph import ArrayStep
from xlbp.template.array_views import Extents

MATRIX = 2  # the axes of one
REDUCTIONS = {"sum": "np.sum", "mean": "np.mean", "largest": "np.max", "smallest": "np.min", "variance": "np.var"}


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
        return [
            f"{y} @ {g}" if right == MATRIX else f"({y} @ {g}[..., None])[..., 0]",
            f"{x}[:, None] * {g}[..., None, :]",
        ]
    return [f"{g} @ {_turned(y, right)}", f"{_turned(x, left)} @ {g}"]


def _turned(text: str, rank: int) -> str:
    """The transpose of a matrix, or of a stack of these."""
    return f"{text}.swapaxes(-1, -2)" if rank > MATRIX else transposed_matrix(text)


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


def shapes_of_terms(step: ArrayStep, shapes: list[Extents]) -> list[Extents]:
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


def to_shape(term: str, shape: Extents, to: Extents) -> str:
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
