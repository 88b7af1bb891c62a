"""Where a witness is known to differ from a spreadsheet program: each with its reason, none without need.

A cell that differs and has no reason here fails a test, and so does a reason that no cell has.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from openpyxl.formula.tokenizer import Token, Tokenizer
from openpyxl.utils.cell import coordinate_to_tuple, range_boundaries

from xlbp.verification.compare import Mismatch, Report

Place = tuple[str, int, int]
CELLS = re.compile(r"\$?[A-Z]{1,3}\$?\d+(:\$?[A-Z]{1,3}\$?\d+)?")

NUMBER_IN_A_TEXT = re.compile(r"−?(\d+\.\d+(E[+-]\d+)?|#NUM!)")  # the latter where a number can't be written


@dataclass(frozen=True)
class Difference:
    """A kind of cell that a witness gets wrong, and the reason."""

    witness: str
    reason: str
    explains: Callable[[Mismatch], bool]


def _uses_row_of_a_range(mismatch: Mismatch) -> bool:
    return "ROW(" in mismatch.formula and ":" in mismatch.formula


def _is_a_text_with_numbers(mismatch: Mismatch) -> bool:
    """Whether the texts are the same but for the numbers in them, which could not be written."""
    if not isinstance(mismatch.expected, str):
        return False
    if mismatch.found == "#NUM!" and re.fullmatch(r"−?\d+", mismatch.expected):
        return True
    return NUMBER_IN_A_TEXT.sub("#NUM!", mismatch.expected) == NUMBER_IN_A_TEXT.sub("#NUM!", mismatch.found)


KNOWN = (
    Difference("cellrune", "ROW of a range is its first row's number", _uses_row_of_a_range),
    Difference("hyperformula", "ROW of a range is its first row's number", _uses_row_of_a_range),
    Difference("hyperformula", "there is no FIXED", _is_a_text_with_numbers),
)


def known_of(witness: str) -> set[Difference]:
    """The known differences of a witness."""
    return {difference for difference in KNOWN if difference.witness == witness}


def unexplained(report: Report) -> list[Mismatch]:
    """The cells of a witness's report that differ without a reason, and do not read one that has a reason."""
    known = known_of(report.engine)
    explained, left = _parted(report.mismatches, lambda wrong: any(known_one.explains(wrong) for known_one in known))
    while explained:
        places = [_place(wrong.cell) for wrong in explained]
        explained, left = _parted(left, lambda wrong: _reads_one_of(places, wrong))  # noqa: B023  # called at once
    return left


def _parted(cells: list[Mismatch], belongs: Callable[[Mismatch], bool]) -> tuple[list[Mismatch], list[Mismatch]]:
    """The cells that belong to what is asked for, and the others."""
    verdicts = [(belongs(cell), cell) for cell in cells]
    return [cell for yes, cell in verdicts if yes], [cell for yes, cell in verdicts if not yes]


def _place(cell: str) -> Place:
    """Sheet, row and column of a cell such as ``Step by step!D8``."""
    sheet, _, address = cell.rpartition("!")
    return sheet, *coordinate_to_tuple(address)


def _reads_one_of(places: list[Place], reader: Mismatch) -> bool:
    """Whether a formula refers to one of the places, alone or in a range."""
    own_sheet, _, _ = _place(reader.cell)
    for token in Tokenizer(reader.formula).items:
        if token.subtype == Token.RANGE and CELLS.fullmatch(reference := token.value.rpartition("!")[2]):
            sheet = token.value.rpartition("!")[0].strip("'") or own_sheet
            left, top, right, bottom = range_boundaries(reference)
            if any(s == sheet and top <= r <= bottom and left <= c <= right for s, r, c in places):
                return True
    return False


def needed(witness: str, reports: Iterable[Report]) -> set[Difference]:
    """The known differences that explain a cell in one of the reports."""
    mismatches = [wrong for report in reports for wrong in report.mismatches]
    return {difference for difference in known_of(witness) if any(map(difference.explains, mismatches))}
