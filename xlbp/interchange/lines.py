"""Lines of a script: definitions apart from each other, and the loop over the iterations."""

from __future__ import annotations

from xlbp.interchange.source import Source


def loop(source: Source, body: list[str]) -> list[str]:
    """For each iteration, the last one included."""
    iterations = source.template.training.iterations
    return [f"for iteration in range({iterations + 1}):", *(f"    {line}" if line else "" for line in body)]


def apart(definitions: list[str]) -> list[str]:
    """Classes, or functions, with two empty lines before and behind each."""
    return [line for text in definitions for line in ("", "", *text.splitlines(), "", "")]


def spaced(lines: list[str]) -> list[str]:
    """No more than two empty lines in a row, and none first or last."""
    kept: list[str] = []
    for line in lines:
        if line or (kept and kept[-2:] != ["", ""]):
            kept.append(line)
    while kept and not kept[-1]:
        kept.pop()
    return kept
