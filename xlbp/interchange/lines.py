"""Lines of a script: definitions apart from each other, and the loop over the iterations."""

from __future__ import annotations

from xlbp.interchange.literals import INDENT, WIDTH
from xlbp.interchange.source import Source

CLOSING = {")": "(", "]": "[", "}": "{"}


def fitting(line: str) -> list[str]:
    """A line, or several where it is too long: what stands in its last bracket, part by part; comments stay whole."""
    opened = _last_bracket(line) if len(line) > WIDTH else None
    if opened is None:
        return [line]
    indent = line[: len(line) - len(line.lstrip())]
    first, last = opened
    parts = _parts(line[first + 1 : last])
    if len(parts) < 2:
        return [line]
    inner = [fit for part in parts for fit in fitting(f"{indent}{INDENT}{part},")]
    return [line[: first + 1], *inner, f"{indent}{line[last:]}"]


def _last_bracket(line: str) -> tuple[int, int] | None:
    """Where the widest bracket that ends a line is opened, and where it is closed; None where it ends otherwise."""
    last = len(line.rstrip(",:")) - 1
    if line[last] not in CLOSING:
        return None
    depth = 0
    for place in range(last, -1, -1):
        depth += (line[place] in CLOSING) - (line[place] in CLOSING.values())
        if depth == 0:
            return place, last
    return None


def _parts(text: str) -> list[str]:
    """What commas part, but for those within brackets."""
    parts, depth = [""], 0
    for sign in text:
        depth += (sign in CLOSING.values()) - (sign in CLOSING)
        if sign == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += sign
    return [part.strip() for part in parts if part.strip()]


def loop(source: Source, body: list[str]) -> list[str]:
    """For each iteration, the last one included."""
    iterations = source.template.training.iterations
    return [f"for iteration in range({iterations + 1}):", *(f"    {line}" if line else "" for line in body)]


def blocks(*parts: list[str]) -> list[str]:
    """Those that have lines, with an empty line between each two, as :func:`spaced` has them."""
    told = [part for part in parts if part]
    return spaced([line for part in told for line in ("", *part)][1:])


def gap(text: str) -> list[str]:
    """The empty lines before a text: two where it begins with a definition."""
    return ["", ""] if text.startswith(("class ", "def ")) else [""]


def apart(definitions: list[str]) -> list[str]:
    """Classes, or functions, with two empty lines before and behind each."""
    return [line for text in definitions for line in ("", "", *text.splitlines(), "", "")]


def spaced(lines: list[str]) -> list[str]:
    """Lines that fit, with no more than two empty ones in a row, and none first or last."""
    kept: list[str] = []
    for line in (part for whole in lines for part in fitting(whole)):
        if line or (kept and kept[-2:] != ["", ""]):
            kept.append(line)
    while kept and not kept[-1]:
        kept.pop()
    return kept
