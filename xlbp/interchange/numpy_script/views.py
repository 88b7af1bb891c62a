"""What only looks at numbers elsewhere: transposes, slices, joins; and the way back through them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import numpy as np

from xlbp.interchange.numpy_script.lines import Lines
from xlbp.interchange.numpy_script.literals import number
from xlbp.interchange.numpy_script.terms import enclosed
from xlbp.template.array_views import Argument, Extents, Span, View


def written(argument: Argument, names: Mapping[str, str]) -> str:
    """An argument of a step as NumPy has it."""
    if isinstance(argument, View):
        parts = [written(each, names) for each in argument.of]
        return VIEWS[argument.operation](argument, parts)
    return names[argument] if isinstance(argument, str) else number(argument)


def axes_of(view: View) -> tuple[int, ...]:
    """The order of the axes, or the axis of a join."""
    return cast(tuple[int, ...], view.detail)


def transposed(text: str, order: tuple[int, ...]) -> str:
    """An array with its axes in another order."""
    if order == (1, 0):
        return transposed_matrix(text)
    if order == tuple(reversed(range(len(order)))):
        return f"{enclosed(text)}.T"
    if order == (*range(len(order) - 2), len(order) - 1, len(order) - 2):
        return f"{enclosed(text)}.swapaxes(-1, -2)"
    return f"np.transpose({text}, {order})"


def transposed_matrix(text: str) -> str:
    """``K.T``; of ``K.T`` K, and of a product ``A @ B`` the product of the transposes."""
    factors = text.split(" @ ")
    if len(factors) == 2 and all(factor == enclosed(factor) for factor in factors):
        left, right = map(transposed_matrix, factors)
        return f"{right} @ {left}"
    return text.removesuffix(".T") if text.endswith(".T") and text == enclosed(text) else f"{enclosed(text)}.T"


def key(view: View) -> str:
    """What stands in the brackets: ``0, 1:``."""
    (shape,) = view.shapes
    extents = iter(shape)
    parts = ["None" if part is None else _part(part, next(extents)) for part in view.detail]
    while len(parts) > 1 and parts[-1] == ":":
        parts.pop()
    return ", ".join(parts)


def _part(part: int | Span, extent: int) -> str:
    """An index, or a slice."""
    if isinstance(part, int):
        return str(part)
    stop = part.start + part.size * part.step
    if part.step < 0:
        first = "" if part.start == extent - 1 else str(part.start)
        return f"{first}:{stop if stop >= 0 else ''}:{part.step}"
    first = str(part.start) if part.start else ""
    end = str(stop) if stop < extent else ""
    return f"{first}:{end}" + (f":{part.step}" if part.step > 1 else "")


def _reshaped(text: str, shape: Extents) -> str:
    return f"np.reshape({text}, {shape})"


VIEWS = {
    "transposed": lambda view, of: transposed(of[0], axes_of(view)),
    "indexed": lambda view, of: f"{enclosed(of[0])}[{key(view)}]",
    "reshaped": lambda view, of: _reshaped(of[0], view.shape),
    "stacked": lambda view, of: f"np.stack([{', '.join(of)}])",
    "joined": lambda view, of: f"np.concatenate([{', '.join(of)}], axis={axes_of(view)[0]})",
}


class Shares:
    """The terms of the derivatives by arrays: whole ones, and those of a part in brackets."""

    def __init__(self, lines: Lines) -> None:
        self.lines = lines
        self.parts = 0  # arrays that have lines because a part of a view is taken
        self.terms: dict[str, list[tuple[str, str]]] = {}  # by array: the key of the part, or '', and the text

    def hand_back(self, argument: Argument, text: str) -> None:
        """Give a term of an argument to the arrays that it looks at."""
        if isinstance(argument, str):
            self.terms.setdefault(argument, []).append(("", text))
        elif isinstance(argument, View):
            BACK[argument.operation](self, argument, text)

    def _transposed(self, view: View, text: str) -> None:
        order = tuple(int(axis) for axis in np.argsort(axes_of(view)))
        self.hand_back(view.of[0], transposed(text, order))

    def _indexed(self, view: View, text: str) -> None:
        """What the key does not take gets nothing."""
        (source,) = view.of
        if isinstance(source, str):
            self.terms.setdefault(source, []).append((key(view), text))
            return
        self.parts += 1
        part = f"part_{self.parts}"
        self.lines.add(f"{part} = np.zeros({view.shapes[0]})")
        self.lines.add(f"{part}[{key(view)}] = {text}")
        self.hand_back(source, part)

    def _reshaped(self, view: View, text: str) -> None:
        self.hand_back(view.of[0], _reshaped(text, view.shapes[0]))

    def _stacked(self, view: View, text: str) -> None:
        for place, part in enumerate(view.of):
            self.hand_back(part, f"{enclosed(text)}[{place}]")

    def _joined(self, view: View, text: str) -> None:
        axis, first = axes_of(view)[0], 0
        for part, shape in zip(view.of, view.shapes, strict=True):
            end = first + shape[axis]
            self.hand_back(part, f"{enclosed(text)}[{':, ' * axis}{first}:{end}]")
            first = end


BACK = {
    "transposed": Shares._transposed,
    "indexed": Shares._indexed,
    "reshaped": Shares._reshaped,
    "stacked": Shares._stacked,
    "joined": Shares._joined,
}
