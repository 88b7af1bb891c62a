"""Numbers and arrays as Python writes them: exact, whole numbers without a point, larger arrays in neat rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xlbp.interchange.literals import INDENT, WIDTH

MOST_SAMPLES = 8  # of matrices that have a line for each row, and not one for each sample
MOST_ZEROS = 4  # that are written out


def number(value: float) -> str:
    """The shortest text that Python reads as this number again: ``0.05``, ``3``, ``-0.0``."""
    if value == int(value) and abs(value) < 1e15 and not (value == 0 and np.signbit(value)):
        return str(int(value))
    return repr(float(value))


def assigned_number(name: str, value: float) -> str:
    """``name = 0.5``."""
    return f"{name} = {number(value)}"


def assigned_array(name: str, values: NDArray[Any], is_float: bool = True) -> list[str]:
    """``name = np.array(...)``, on one line if it fits, else a line for each row.

    Whole numbers alone would make an array of integers, unless it ``is_float``.
    """
    if values.ndim and values.size > MOST_ZEROS and not values.any() and is_float:
        shape = values.shape if values.ndim > 1 else values.size
        return [f"{name} = np.zeros({shape})"]
    if values.ndim > 2 and len(values) > MOST_SAMPLES:
        first, *rows = assigned_array(name, values.reshape(len(values), -1), is_float)
        return [first, *rows[:-1], f"{rows[-1]}.reshape{values.shape}"]
    all_whole = all(text.lstrip("-").isdigit() for text in _texts(values))
    option = ", dtype=float" if is_float and all_whole else ""
    single = f"{name} = np.array({_inline(values)}{option})"
    if len(single) <= WIDTH * 3 // 4 or (values.ndim < 2 and len(single) <= WIDTH):
        return [single]
    return [f"{name} = np.array([", *_rows(values, INDENT), f"]{option})"]


def _texts(values: NDArray[Any]) -> list[str]:
    return [number(value) for value in values.ravel().tolist()]


def _inline(values: NDArray[Any]) -> str:
    if values.ndim == 0:
        return number(float(values))
    return f"[{', '.join(map(_inline, values))}]"


def _rows(values: NDArray[Any], indent: str) -> list[str]:
    """What stands between the brackets of an array, line by line."""
    if values.ndim == 1:
        return wrapped([f"{text}," for text in _texts(values)], indent)
    lines: list[str] = []
    for part in values:
        line = f"{indent}{_inline(part)},"
        fits = len(line) <= WIDTH and part.ndim <= 2
        lines += [line] if fits else [f"{indent}[", *_rows(part, indent + INDENT), f"{indent}],"]
    return lines


def assigned_list(name: str, items: Sequence[str]) -> list[str]:
    """``name = [a, b]``, on several lines if it is too long for one."""
    single = f"{name} = [{', '.join(items)}]"
    if len(INDENT + single) <= WIDTH:
        return [single]
    return [f"{name} = [", *wrapped([f"{item}," for item in items], INDENT, WIDTH - len(INDENT)), "]"]


def wrapped(words: Sequence[str], indent: str, width: int = WIDTH) -> list[str]:
    """Words side by side, as many to a line as fit."""
    lines: list[str] = []
    for word in words:
        if lines and len(lines[-1]) + len(word) < width:
            lines[-1] += f" {word}"
        else:
            lines.append(indent + word)
    return lines
