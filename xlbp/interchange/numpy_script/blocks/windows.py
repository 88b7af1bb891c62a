"""Convolution and pooling: loops over the windows of maps, (B, channels, height, width) or (B, channels, steps)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import cast

from xlbp.interchange.literals import INDENT
from xlbp.interchange.numpy_script.blocks.dense import plus_bias, sum_of_bias
from xlbp.interchange.numpy_script.node import At
from xlbp.template.blocks.block import Axis
from xlbp.template.blocks.convolution import Convolution
from xlbp.template.blocks.pool import AveragePool, MaxPool
from xlbp.template.blocks.windows import Windows

PLACES = "ij"  # the loops over the windows


def windows_of(at: At) -> Windows:
    """How the windows of a block lie."""
    return cast(Convolution | MaxPool | AveragePool, at.block).windows


def maps(at: At) -> str:
    """What comes in as maps with channels, padded where that is asked for; a line where it is not so already."""
    x, shape, name = at.x, at.shapes[0], f"maps{at.layer}{at.passes.suffix}"
    padding = windows_of(at).padding
    if shape.axes == (Axis.STEP, Axis.UNIT):
        x = f"{x}.swapaxes(1, 2)"
    elif len(shape) == len(padding):
        x = f"{x}[:, None]"
    if any(padding):
        around = ", ".join(f"({pad}, {pad})" for pad in (0, 0, *padding))
        x = f"np.pad({x}, ({around}))"
    if x == at.x:
        return x
    if at.flow == "":
        at.line(f"{name} = {x}", note="samples, channels, then the places of a map")
    return name


def unmapped(at: At, flow: str) -> str:
    """From the derivative by the maps: that by what came in."""
    shape, padding = at.shapes[0], windows_of(at).padding
    if any(padding):
        inner = ", ".join(f"{pad}:-{pad}" if pad else ":" for pad in padding)
        flow = f"{flow}[:, :, {inner}]"
    if shape.axes == (Axis.STEP, Axis.UNIT):
        return f"{flow}.swapaxes(1, 2)"
    return f"{flow}[:, 0]" if len(shape) == len(padding) else flow


def over_windows(at: At, body: Callable[[str, str], Sequence[str]]) -> None:
    """Loops over the windows; ``body`` gets where a window stands and what it lies on, each as an index."""
    windows, counts = windows_of(at), at.shape[1:]
    letters = PLACES[: len(counts)]
    for depth, (letter, count) in enumerate(zip(letters, counts, strict=True)):
        at.line(f"{INDENT * depth}for {letter} in range({count}):")
    along = zip(letters, windows.stride, windows.size, strict=True)
    seen = ", ".join([":", ":", *(_span(letter, stride, size) for letter, stride, size in along)])
    for line in body(f":, :, {', '.join(letters)}", seen):
        at.line(INDENT * len(letters) + line)


def _span(letter: str, stride: int, size: int) -> str:
    """``i:i + 2``, with a stride ``3 * i:3 * i + 2``."""
    first = letter if stride == 1 else f"{stride} * {letter}"
    return f"{first} : {first} + {size}"


def zeros(at: At, letter: str) -> str:
    """An array for what the windows give."""
    name = at.name(letter)
    at.line(f"{name} = np.zeros(({at.batch}, {', '.join(map(str, at.shape))}))", letter)
    return name


def convolution(at: At) -> str:
    """z[f, window] = b[f] + sum over channels and places of K[f] times the window."""
    x = maps(at)
    z, axes = zeros(at, "z"), "cpq"[: len(at.shape)]
    over_windows(
        at,
        lambda place, seen: [
            f'{z}[{place}] = np.einsum("b{axes},f{axes}->bf", {x}[{seen}], {at.p("K")}){plus_bias(at)}'
        ],
    )
    return z


def convolution_backward(at: At) -> None:
    """dE/dK is the sum over the windows of dE/dz times what each lies on; dE/dX of dE/dz times K."""
    x, axes = maps(at), "cpq"[: len(at.shape)]
    kernels = at.sums("K") if at.trains("K") else ""
    below = gathered_maps(at, x)

    def body(place: str, seen: str) -> list[str]:
        lines = [f'{kernels} += np.einsum("bf,b{axes}->f{axes}", {at.flow}[{place}], {x}[{seen}])'] if kernels else []
        if below:
            lines += [f'{below}[{seen}] += np.einsum("bf,f{axes}->b{axes}", {at.flow}[{place}], {at.p("K")})']
        return lines

    if kernels or below:
        over_windows(at, body)
    if at.has("b"):
        at.gradient("b", sum_of_bias(at, at.flow, at.shape))


def gathered_maps(at: At, x: str) -> str:
    """The name of zeros like the maps, which gather the derivative by them; '' where nobody asks for it."""
    if not at.needs():
        return ""
    if x == at.x:
        return at.gathered()
    name = f"d{x}"
    at.line(f"{name} = np.zeros_like({x})")
    at.below(unmapped(at, name))
    return name


def max_pool(at: At) -> str:
    """The largest of each window."""
    return _pooled(at, "max")


def max_pool_backward(at: At) -> None:
    """All goes to the largest number of each window, of equal ones to the first."""
    x = maps(at)
    if below := gathered_maps(at, x):
        at.uses("first_largest")
        channels = at.shape[0]

        def body(place: str, seen: str) -> list[str]:
            return [
                f"window = {x}[{seen}]",
                f"wins = first_largest(window.reshape({at.batch}, {channels}, -1)).reshape(window.shape)",
                f"{below}[{seen}] += wins * {_spread(at, place)}",
            ]

        over_windows(at, body)


def avg_pool(at: At) -> str:
    """The mean of each window."""
    return _pooled(at, "mean")


def avg_pool_backward(at: At) -> None:
    """Every number of a window gets an equal share."""
    x = maps(at)
    if below := gathered_maps(at, x):
        places = math.prod(windows_of(at).size)
        over_windows(at, lambda place, seen: [f"{below}[{seen}] += {_spread(at, place)} / {places}"])


def _pooled(at: At, method: str) -> str:
    """One number for each window, by a method of arrays."""
    x, p = maps(at), zeros(at, "p")
    over_windows(at, lambda place, seen: [f"{p}[{place}] = {x}[{seen}].{method}(axis={_inner(at)})"])
    return p


def _inner(at: At) -> str:
    """The axes within a window."""
    return "(2, 3)" if len(at.shape) > 2 else "2"


def _spread(at: At, place: str) -> str:
    """The derivative by a window's number, for all places of the window."""
    return f"{at.flow}[{place}{', None' * (len(at.shape) - 1)}]"
