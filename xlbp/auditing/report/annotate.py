"""A copy of the audited book with the wrong cells coloured and a comment on the first cell of each slip."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from xlbp.auditing.findings import Finding
from xlbp.auditing.reading.syntax import in_book
from xlbp.auditing.result import Audit
from xlbp.errors import UnreadableError
from xlbp.xlsx.in_memory import save

FIRST, OTHERS = "FFFF9F80", "FFFFE0B3"
AUTHOR = "xlbp audit"
LONGEST = 1_500
SIZE = (420, 180)  # of a comment's box in pixels: without one, Excel shows a tiny box


def annotate(audit: Audit, source: Path, target: Path) -> None:
    """Write the copy.  Macros are left out; a program that opens it computes the values anew."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = _opened(source)
    for finding in audit.findings:
        for sheet, row, column in map(in_book, finding.cells):
            if (sheet, row, column) != in_book(finding.cell) and min(row, column) > 0:
                _colour(book[sheet].cell(row, column), OTHERS)
    for finding in audit.findings:
        sheet, row, column = in_book(finding.cell)
        if min(row, column) > 0:
            cell = book[sheet].cell(row, column)
            _colour(cell, FIRST)
            before = f"{cell.comment.text}\n\n" if cell.comment is not None else ""
            cell.comment = Comment((before + _text(finding))[:LONGEST], AUTHOR, height=SIZE[1], width=SIZE[0])
    save(book, target)


def _opened(source: Path) -> Any:
    """The book as openpyxl has it, which is stricter than the audit and knows one kind of file alone."""
    try:
        return load_workbook(source, keep_vba=False, keep_links=False)
    except Exception:  # a stranger's XML can break it in any way
        raise UnreadableError(
            f"{source}: it was audited, but no copy can be marked of a book of this kind; save it anew as .xlsx first"
        ) from None


def _colour(cell: object, colour: str) -> None:
    cell.fill = PatternFill("solid", fgColor=colour)  # type: ignore[attr-defined]


def _text(finding: Finding) -> str:
    parts = [f"{finding.kind}", finding.explanation]
    if finding.expected:
        parts.append(f"should be: {finding.expected}")
    return "\n".join(parts)
