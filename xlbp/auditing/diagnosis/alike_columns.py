"""The same slip in columns that are made alike, one for each unit: one finding, however many cells it is in.

Where weights stand one below the other and units side by side, a reference goes down as the formula goes to the right.
"""

from __future__ import annotations

from collections.abc import Iterable

from xlbp.auditing.findings import Finding
from xlbp.auditing.reading.syntax import Cell, Node, UnreadableFormulaError, moved, parse
from xlbp.auditing.reading.trees import corners

REFERENCES = frozenset({"ref", "range"})


def as_families(findings: Iterable[Finding], in_steps: bool = False) -> list[Finding]:
    """The findings, each with those of its kind whose formulas, found and expected, are its own filled to the side.

    Where steps stand apart, ``in_steps``, those filled further down are the same slip in a later step.
    """
    told: list[Finding] = []
    for finding in findings:
        first = next((other for other in told if _is_filled(other, finding, in_steps)), None)
        if first is None:
            told.append(finding)
            continue
        first.cells = [*first.cells, *(cell for cell in finding.cells if cell not in first.cells)]
        first.max_rel = max(first.max_rel, finding.max_rel)
    return told


def _is_filled(one: Finding, other: Finding, in_steps: bool) -> bool:
    """Whether two findings of one kind are the same change in two columns."""
    are_apart = one.cell[0] == other.cell[0] and one.cell != other.cell
    if one.kind != other.kind or not are_apart or bool(one.expected) != bool(other.expected):
        return False
    pairs = ((one.found, other.found), (one.expected, other.expected))[: 2 if one.expected else 1]
    down, right = other.cell[1] - one.cell[1], other.cell[2] - one.cell[2]
    in_columns = ((down, right), (down, 0)) if right or in_steps else ()  # of a column's rows it is told already
    ways = (*in_columns, (right, down), (0, 0))
    return all(_are_alike(_tree(a, one.cell), _tree(b, other.cell), one.cell, other.cell, ways) for a, b in pairs)


def _tree(text: str, cell: Cell) -> Node | None:
    try:
        return parse(text, cell) if text.startswith("=") else None
    except UnreadableFormulaError:
        return None


def _are_alike(
    one: Node | None, other: Node | None, home: Cell, other_home: Cell, ways: tuple[tuple[int, int], ...]
) -> bool:
    """Whether each reference goes one of the ways, down and right, and all else is the same."""
    if one is None or other is None:
        return False
    if one.kind in REFERENCES and other.kind == one.kind:
        ends, others = corners(one, home), corners(other, other_home)
        if ends is None or others is None:
            return False
        return any(all(moved(a, *way) == b for a, b in zip(ends, others, strict=True)) for way in ways)
    if (one.kind, one.value, len(one.args)) != (other.kind, other.value, len(other.args)):
        return False
    return all(_are_alike(a, b, home, other_home, ways) for a, b in zip(one.args, other.args, strict=True))
