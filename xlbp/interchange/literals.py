"""Numbers and lists of them as Python writes them, in lines of an exported script."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

WIDTH = 120
INDENT = " " * 4


def literal(array: NDArray[Any]) -> str:
    """A number, or nested lists, on one line; every digit counts: ``[[0.15, 0.2], [0.25, 0.3]]``."""
    return repr(array.tolist())


def statement(before: str, array: NDArray[Any], after: str, comment: str = "", indent: str = "") -> list[str]:
    """``before``, the array's literal and ``after``, as lines that fit: a comment that does not stands above."""
    whole = f"{indent}{before}{literal(array)}{after}"
    if len(whole) <= WIDTH:
        return with_comment(whole, comment)
    above = [f"{indent}# {comment}"] if comment else []
    return [*above, f"{indent}{before}[", *_rows(array.tolist(), indent + INDENT), f"{indent}]{after}"]


def with_comment(line: str, comment: str) -> list[str]:
    """A line with its comment behind it, or above where there is no room."""
    if not comment:
        return [line]
    whole = f"{line}  # {comment}"
    indent = line[: len(line) - len(line.lstrip())]
    return [whole] if len(whole) <= WIDTH else [f"{indent}# {comment}", line]


def _rows(values: list[Any], indent: str) -> list[str]:
    """The elements of a list, as many on a line as fit; one that does not is written on lines of its own."""
    lines: list[str] = []
    for value in values:
        text = f"{value!r},"
        if lines and lines[-1] != f"{indent}]," and len(lines[-1]) + 1 + len(text) <= WIDTH:
            lines[-1] += f" {text}"
        elif len(indent) + len(text) <= WIDTH:
            lines.append(f"{indent}{text}")
        else:
            lines += [f"{indent}[", *_rows(value, indent + INDENT), f"{indent}],"]
    return lines
