"""A copy of the audited book: the wrong cells coloured, a comment on each slip's first, and a sheet that lists them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from xlbp.auditing.explanations import extent
from xlbp.auditing.findings import Finding
from xlbp.auditing.reading.syntax import Cell, in_book, quoted
from xlbp.auditing.report.wording import name_of, why
from xlbp.auditing.result import Audit
from xlbp.lang import Texts, load_texts
from xlbp.lang.languages import DEFAULT
from xlbp.xlsx.in_memory import save
from xlbp.xlsx.overlay.lay_over import lay_over
from xlbp.xlsx.overlay.marks import Line, ListSheet, Mark

FIRST, OTHERS = "FFFF9F80", "FFFFE0B3"
AUTHOR = "xlbp audit"
LONGEST = 1_500
WIDTHS = (16, 30, 40, 40, 70, 30)
COLUMNS = ("place", "mistake", "stands", "expected", "why", "others")
WITH_MACROS = (".xlsm", ".xltm")
PACKAGES = (".xlsx", ".xltx", *WITH_MACROS)


def annotate(audit: Audit, source: Path, target: Path, language: str = DEFAULT) -> None:
    """Write the copy, an .xlsx, in which all else stays as it was but for macros, which such a file can't hold."""
    texts = load_texts(language)
    had_macros = source.suffix.lower() in WITH_MACROS
    marks, listed = list(_marks(audit, texts)), _list_of(audit, texts, had_macros)
    if source.suffix.lower() in PACKAGES:
        lay_over(source, target, marks, listed, AUTHOR)
        return
    plain = target.with_name(f"{target.name}.plain")
    try:
        _write_plain(audit, plain)
        lay_over(plain, target, marks, listed, AUTHOR)
    finally:
        plain.unlink(missing_ok=True)


def _marks(audit: Audit, texts: Texts) -> Iterator[Mark]:
    """The first cells with their comments, then all others."""
    for finding in audit.findings:
        cell = in_book(finding.cell)
        if min(cell[1:]) > 0:
            yield Mark(*cell, FIRST, _comment(finding, texts))
    for finding in audit.findings:
        for cell in map(in_book, finding.cells):
            if cell != in_book(finding.cell) and min(cell[1:]) > 0:
                yield Mark(*cell, OTHERS)


def _comment(finding: Finding, texts: Texts) -> str:
    parts = [name_of(finding, texts), why(finding, texts)]
    if finding.expected:
        parts.append(f"{texts('audit.page_expected')}: {finding.expected}")
    return "\n".join(parts)[:LONGEST]


def _list_of(audit: Audit, texts: Texts, had_macros: bool) -> ListSheet:
    """The sheet with a line for each finding, which links to its cell, and what is not in the copy."""
    lines = [_line(each, texts) for each in audit.findings]
    lines += [Line((texts("audit.page_macros"),))] if had_macros else []
    headings = tuple(texts(f"audit.column_{column}") for column in COLUMNS)
    return ListSheet(texts("audit.list_title"), headings, WIDTHS, tuple(lines))


def _line(finding: Finding, texts: Texts) -> Line:
    others = [in_book(cell) for cell in finding.cells if cell != finding.cell]
    link = _link(in_book(finding.cell)) if min(finding.cell[1:]) > 0 else ""
    parts = (
        *(finding.place, name_of(finding, texts), finding.found, finding.expected),
        *(why(finding, texts), extent(others, finding.cell[0], texts) if others else ""),
    )
    return Line(parts, link)


def _link(cell: Cell) -> str:
    sheet, row, column = cell
    return f"{quoted(sheet)}!{get_column_letter(column)}{row}"


def _write_plain(audit: Audit, path: Path) -> None:
    """The cells of a book of another format as an .xlsx, without what only their looks need."""
    contents = audit.cells.contents
    book = Workbook()
    book.remove(book.active)
    for title in contents.sheets:
        book.create_sheet(title)
    for cell, value in contents.cells.items():
        sheet, row, column = cell
        if cell == in_book(cell) and sheet in book.sheetnames:
            written = book[sheet].cell(row, column)
            written.value = contents.formulas.get(cell, value)
            if cell not in contents.formulas and isinstance(value, str):
                written.data_type = "s"
    save(book, path)
