"""Which shapes fit together, and what comes of them: NumPy's rules, said in words where they are broken.

Axes and indices are counted from 0, as in Python.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from types import EllipsisType
from typing import TypeAlias

from xlbp.template.array_views import Extents, Span

Key: TypeAlias = int | slice | EllipsisType | None  # a part of what stands in the brackets behind an array
VERBS = {"add": "add", "sub": "subtract", "mul": "multiply", "div": "divide", "pow": "raise", "max": "compare"}
MATRIX = 2  # the axes of one
PREPOSITIONS = {"add": "and", "sub": "and", "mul": "by", "div": "by", "pow": "to", "max": "with"}


class ShapeError(ValueError):
    """Arrays that do not fit together; the message says both shapes."""


class Operand(tuple[str, Extents]):
    """What an argument is called in messages, with its shape: ``W (2, 3)``."""

    __slots__ = ()

    @property
    def shape(self) -> Extents:
        """Its extents."""
        return self[1]

    def __str__(self) -> str:
        return f"{self[0]} {written(self[1])}" if self[1] else f"{self[0]} (a single number)"


def written(shape: Extents) -> str:
    """``(2, 3)``; of a vector ``(2)``."""
    return f"({', '.join(map(str, shape))})"


def broadcast(operation: str, left: Operand, right: Operand) -> Extents:
    """The shape of an operation element by element: sizes are equal, or one of them is 1, from the last axis on."""
    found = _stretched(left.shape, right.shape)
    if found is not None:
        return found
    verb = "min" if operation == "min" else operation
    said = f"can't {VERBS.get(verb, 'compare')} {left} {PREPOSITIONS.get(verb, 'with')} {right}"
    sizes = next(
        (a, b) for a, b in zip(left.shape[::-1], right.shape[::-1], strict=False) if a != b and 1 not in (a, b)
    )
    message = f"{said}: from the last axis on, sizes must be equal or 1, not {sizes[0]} and {sizes[1]}"
    if operation == "mul" and _product_fits(left.shape, right.shape):
        message += f"; for the matrix product write {left[0]} @ {right[0]}"
    elif len(left.shape) == MATRIX and right.shape == left.shape[:1]:
        message += f"; to have a number of {right[0]} for each row write {right[0]}[:, None]"
    raise ShapeError(message)


def _stretched(left: Extents, right: Extents) -> Extents | None:
    longest = max(len(left), len(right))
    pairs = zip(*((1,) * (longest - len(shape)) + shape for shape in (left, right)), strict=True)
    found = []
    for a, b in pairs:
        if a != b and 1 not in (a, b):
            return None
        found.append(b if a == 1 else a)
    return tuple(found)


def matrix_product(left: Operand, right: Operand) -> Extents:
    """The shape of ``left @ right``: a vector stands as a row on the left, as a column on the right."""
    a, b = left.shape, right.shape
    for operand in (left, right):
        if not operand.shape:
            raise ShapeError(f"@ multiplies vectors and matrices, but {operand[0]} is a single number; write *")
    inner = a[-1], b[-2] if len(b) > 1 else b[0]
    if inner[0] != inner[1]:
        message = f"can't multiply {left} by {right}: the inner sizes {inner[0]} and {inner[1]} differ"
        raise ShapeError(message + _transposed_hint(left, right))
    stacks = _stretched(a[:-2], b[:-2])
    if stacks is None:
        raise ShapeError(f"can't multiply {left} by {right}: the stacks {written(a[:-2])} and {written(b[:-2])} differ")
    return (*stacks, *a[-2:-1], *(b[-1:] if len(b) > 1 else ()))


def _product_fits(a: Extents, b: Extents) -> bool:
    """Whether two arrays have a matrix product, of which one at least is a matrix."""
    return bool(a and b) and max(len(a), len(b)) > 1 and a[-1] == (b[-2] if len(b) > 1 else b[0])


def _transposed_hint(left: Operand, right: Operand) -> str:
    """What would fit: one of the two transposed, or the other order."""
    (a_name, a), (b_name, b) = left, right
    if len(b) == MATRIX and _product_fits(a, b[::-1]):
        return f" (did you mean {a_name} @ {_turned(b_name)}?)"
    if len(a) == MATRIX and _product_fits(a[::-1], b):
        return f" (did you mean {_turned(a_name)} @ {b_name}?)"
    return f" (did you mean {b_name} @ {a_name}?)" if _product_fits(b, a) else ""


def along(axis: int, operand: Operand) -> int:
    """An axis counted from 0, which may have been counted from the end."""
    rank = len(operand.shape)
    if not rank:
        raise ShapeError(f"{operand[0]} is a single number and has no axes")
    if not -rank <= axis < rank:
        raise ShapeError(f"{operand} has no axis {axis}: its axes are {_counted(range(rank))}, -1 is the last")
    return axis % rank


def _turned(name: str) -> str:
    """The transpose of a matrix as one writes it."""
    return name[:-2] if name[-2:] == ".T" else f"{name}.T"


def _counted(numbers: range) -> str:
    return f"{numbers[0]} to {numbers[-1]}" if len(numbers) > 2 else " and ".join(map(str, numbers))


def reduced(operand: Operand, axes: Sequence[int], keep: bool) -> Extents:
    """The shape that is left when these axes are taken together; with ``keep`` they stay, of size 1."""
    shape = enumerate(operand.shape)
    if keep:
        return tuple(1 if axis in axes else extent for axis, extent in shape)
    return tuple(extent for axis, extent in shape if axis not in axes)


def indexed(operand: Operand, key: Sequence[Key]) -> tuple[tuple[int | Span | None, ...], Extents]:
    """What ``x[key]`` takes of each axis, and its shape; axes that the key does not name are taken whole."""
    rank, taken = len(operand.shape), sum(part is not None and part is not Ellipsis for part in key)
    if taken > rank:
        axes = f"{rank} {'axis' if rank == 1 else 'axes'}" if rank else "no axes"
        raise ShapeError(f"{operand} has {axes}, but the brackets hold {taken} {'index' if taken == 1 else 'indices'}")
    full: list[int | Span | None] = []
    shape: list[int] = []
    axis = 0
    for part in _written_out(key, rank - taken):
        if part is None:
            full.append(None)
            shape.append(1)
            continue
        place = _span(operand, axis, part) if isinstance(part, slice) else _index(operand, axis, part)
        full.append(place)
        shape += [place.size] if isinstance(place, Span) else []
        axis += 1
    return tuple(full), tuple(shape)


def _written_out(key: Sequence[Key], missing: int) -> list[int | slice | None]:
    """The key with a colon for each axis that it does not name: where it has ``...``, or else in the end."""
    at = key.index(Ellipsis) if Ellipsis in key else len(key)
    parts = [*key[:at], *[slice(None)] * missing, *key[at + 1 :]]
    return [part for part in parts if not isinstance(part, EllipsisType)]


def _index(operand: Operand, axis: int, at: int) -> int:
    extent = operand.shape[axis]
    if not -extent <= at < extent:
        where = f" along axis {axis}" if len(operand.shape) > 1 else ""
        run = f"they run from 0 to {extent - 1}" if extent > 1 else "there is only 0"
        raise ShapeError(f"{operand} has no index {at}{where}: counted from 0, {run}")
    return at % extent


def _span(operand: Operand, axis: int, part: slice) -> Span:
    if part.step == 0:
        raise ShapeError("the step of a slice can't be 0")
    start, stop, step = part.indices(operand.shape[axis])
    count = len(range(start, stop, step))
    if not count:
        raise ShapeError(f"this slice of {operand} takes nothing along axis {axis}, which has {operand.shape[axis]}")
    return Span(start, count, step)


def reshaped(operand: Operand, shape: Sequence[int]) -> Extents:
    """The shape asked for, -1 in it reckoned from the rest."""
    numbers = prod(operand.shape)
    asked, known = written(tuple(shape)), prod(extent for extent in shape if extent != -1)
    unknown = list(shape).count(-1)
    if any(extent < 1 and extent != -1 for extent in shape) or unknown > 1:
        raise ShapeError(f"a shape has sizes from 1 on, and -1 once at most, not {asked}")
    if numbers % known or (not unknown and known != numbers):
        raise ShapeError(f"can't reshape {operand} to {asked}: it has {numbers} numbers")
    return tuple(numbers // known if extent == -1 else extent for extent in shape)


def stacked(operands: Sequence[Operand]) -> Extents:
    """The shape of ``[a, b]``: a new first axis before what all of them have."""
    first = operands[0]
    for other in operands[1:]:
        if other.shape != first.shape:
            raise ShapeError(f"can't stack {first} and {other}: in [a, b] all have one shape; concat(a, b) joins")
    return (len(operands), *first.shape)


def joined(operands: Sequence[Operand], axis: int) -> tuple[int, Extents]:
    """The axis that arrays are joined along, counted from 0, and the shape that comes of it."""
    first = operands[0]
    place = along(axis, first)
    for other in operands[1:]:
        if len(other.shape) != len(first.shape):
            raise ShapeError(f"can't join {first} and {other}: they have unequal numbers of axes")
        if any(a != b for at, (a, b) in enumerate(zip(first.shape, other.shape, strict=True)) if at != place):
            raise ShapeError(f"can't join {first} and {other} along axis {place}: their other sizes differ")
    length = sum(operand.shape[place] for operand in operands)
    return place, (*first.shape[:place], length, *first.shape[place + 1 :])
