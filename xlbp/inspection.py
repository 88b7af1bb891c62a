"""What a book says before any engine computes: its inputs, its formulas, and what it must show for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xlbp.expected import Expected, expect
from xlbp.model.compile import compile_template
from xlbp.recalc.base import Area
from xlbp.spec.csv_file import labels
from xlbp.spec.model import Network
from xlbp.verification.check import NOT_OURS, OTHER_VERSION, Findings, compare_names, read_numbers
from xlbp.verification.compare import Block, Mismatch, compare_cell_formulas, compare_formulas
from xlbp.workbook.blueprint import names_of
from xlbp.workbook.contents import Contents
from xlbp.workbook.page import Page
from xlbp.workbook.pages import first_choices, read_choices
from xlbp.workbook.reader import Opened, open_book
from xlbp.workbook.restore import made_by_this_version, restore_contents, restore_template


@dataclass(frozen=True)
class Inspection:
    """A book, what it must show, what was found wrong already, and where an engine has to look."""

    expected: Expected
    findings: Findings
    areas: list[Area]


def inspect(book: Path, large: bool = False) -> Inspection:
    """Read a book of ours.  Raises UnreadableError if it is none, is damaged, or larger than a stranger's may be."""
    with open_book(book, large) as opened:
        template, language = restore_template(opened)
        contents = restore_contents(opened, template, compile_template(template), language)
        layout, training = contents.layout, contents.texts("sheet.training")
        parameters = template.model.parameters()
        wanted = [name for name in template.inputs() if name not in parameters]
        model = template.model if isinstance(template.model, Network) else None
        classes, samples = (labels(model.data.classes), model.samples) if model else ((), 0)
        numbers, unusable = read_numbers(opened.inputs(layout, training, wanted, parameters), classes, samples)
        current = made_by_this_version(opened)
        plain = expect(contents, with_pages=current)
        choices, wrong = _read_choices(opened, contents, plain.pages)
        as_made = numbers == template.inputs() and choices == first_choices(contents)
        if unusable or wrong or as_made:
            expected = plain
        else:
            expected = expect(contents, numbers, choices, current, plain.facts.totals)
        areas = _areas(expected)
        found = [opened.rows(area.sheet, area.first_row, area.last_row, area.columns) for area in areas]
        names = {**names_of(contents), **_page_names(expected.pages)}
        changed = compare_formulas(expected.block, found[0]) + compare_names(
            names, opened.defined_names(), opened.local_names()
        )
        cells = expected.cells()
        for area, rows in zip(areas[1:], found[1:], strict=True):
            changed += compare_cell_formulas(area.sheet, cells[area.sheet], rows)
        ours = _formulas_in(expected.block, found[0]) + sum(
            _is_formula(rows[cell.row - 1][cell.column - 1])
            for area, rows in zip(areas[1:], found[1:], strict=True)
            for cell in cells[area.sheet]
        )
        made_by = str(opened.stamp.get("version", "an unknown version"))
        reason = NOT_OURS if current else OTHER_VERSION.format(version=made_by)
        findings = Findings(changed, [*unusable, *wrong], opened.formula_cells - ours, reason)
    return Inspection(expected, findings, areas)


def _areas(expected: Expected) -> list[Area]:
    """The training sheet's rows, then each teaching sheet from its first cell to its last formula."""
    layout, block = expected.contents.layout, expected.block
    areas = [Area(block.sheet, layout.first_row, layout.last_row, len(layout.columns))]
    for page in expected.pages:
        if not page.formulas:
            continue
        last, width = max(f.row for f in page.formulas), max(f.column for f in page.formulas)
        areas.append(Area(page.title, 1, last, width))
    return areas


def _read_choices(opened: Opened, contents: Contents, pages: Sequence[Page]) -> tuple[Any, list[Mismatch]]:
    """The chosen iteration and so on, from their cells; unusable ones are mismatches."""
    found: dict[str, Any] = {}
    addresses: dict[str, str] = {}
    for page in pages:
        for name, (row, column) in page.names.items():
            found[name] = opened.rows(page.title, row, row, column)[0][column - 1]
            addresses[name] = page.address(row, column)
    choices, wrong = read_choices(contents, found)
    shown = {name: "nothing" if found[name] is None else repr(found[name]) for name in wrong}
    return choices, [Mismatch(addresses[name], name, None, wanted, shown[name]) for name, wanted in wrong.items()]


def _page_names(pages: Sequence[Page]) -> dict[str, str]:
    return {name: page.target(row, column) for page in pages for name, (row, column) in page.names.items()}


def _formulas_in(block: Block, rows: Sequence[Sequence[object]]) -> int:
    """How many of the cells that should hold a formula do hold one."""
    return sum(
        _is_formula(content)
        for wanted, row in zip(block.is_formula(), rows, strict=True)
        for is_formula, content in zip(wanted, row, strict=True)
        if is_formula
    )


def _is_formula(content: object) -> bool:
    return isinstance(content, str) and content.startswith("=")
