"""What a book says before any engine computes: its inputs, its formulas, and what it must show for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xlbp.expectation.comparison import expect_runs
from xlbp.expectation.training import Shown, cells_of, expect
from xlbp.model.compile import compile_template
from xlbp.template.csv_file import labels
from xlbp.template.network import Network
from xlbp.verification.check import NOT_OURS, OTHER_VERSION, Findings, compare_names, read_numbers
from xlbp.verification.compare import Block, Mismatch, compare_cell_formulas, compare_formulas
from xlbp.workbook.book import names_of_comparison
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.patterns import names_of
from xlbp.workbook.page.page import Page
from xlbp.workbook.pages import first_choices, read_choices
from xlbp.workbook.reader import Opened, open_book
from xlbp.workbook.restore import (
    compares_several,
    made_by_this_version,
    restore_comparison,
    restore_contents,
    restore_template,
)
from xlbp.xlsx.areas import Area


@dataclass(frozen=True)
class Inspection:
    """A book, what it must show, what was found wrong already, and where an engine has to look."""

    shown: Shown
    findings: Findings
    areas: list[Area]


def inspect(book: Path, large: bool = False, is_sound: bool = False) -> Inspection:
    """Read a book of ours.  Raises UnreadableError if it is none, is damaged, or larger than a stranger's may be.

    ``is_sound`` says that this has been looked at already (:func:`xlbp.xlsx.preflight.preflight`).
    """
    with open_book(book, large, is_sound) as opened:
        current = made_by_this_version(opened)
        shown, names, unusable = _several(opened, current) if compares_several(opened) else _one(opened, current)
        cells, areas = cells_of(shown.pages), _areas(shown)
        changed: list[Mismatch] = []
        ours = 0
        for block in shown.blocks:
            wrong, found = _formulas_of(opened, block)
            changed, ours = changed + wrong, ours + found
        changed += compare_names(names, opened.defined_names(), opened.local_names())
        for (sheet, wanted), area in zip(cells.items(), areas[len(shown.blocks) :], strict=True):
            rows = opened.rows(area.sheet, area.first_row, area.last_row, area.columns)
            changed += compare_cell_formulas(sheet, wanted, rows)
            ours += sum(_is_formula(rows[cell.row - 1][cell.column - 1]) for cell in wanted)
        made_by = str(opened.stamp.get("version", "an unknown version"))
        reason = NOT_OURS if current else OTHER_VERSION.format(version=made_by)
        findings = Findings(changed, unusable, opened.formula_cells - ours, reason)
    return Inspection(shown, findings, areas)


def _one(opened: Opened, current: bool) -> tuple[Shown, dict[str, str], list[Mismatch]]:
    """What a book of one training must show, its defined names, and its unusable inputs."""
    template, language = restore_template(opened)
    contents = restore_contents(opened, template, compile_template(template), language)
    numbers, unusable = _numbers(opened, contents)
    plain = expect(contents, with_pages=current)
    choices, wrong = _read_choices(opened, contents, plain.pages)
    as_made = numbers == template.inputs() and choices == first_choices(contents)
    is_plain = unusable or wrong or as_made
    expected = plain if is_plain else expect(contents, numbers, choices, current, plain.facts)
    return expected, {**names_of(contents), **_page_names(expected.pages)}, [*unusable, *wrong]


def _several(opened: Opened, current: bool) -> tuple[Shown, dict[str, str], list[Mismatch]]:
    """What a book of several trainings must show, its defined names, and its unusable inputs."""
    comparison = restore_comparison(opened, compile_template)
    inputs: list[dict[str, float]] = []
    unusable: dict[str, Mismatch] = {}  # a cell on which several runs depend is told once
    for contents in comparison.contents:
        numbers, wrong = _numbers(opened, contents)
        inputs.append(numbers)
        unusable |= {mismatch.cell: mismatch for mismatch in wrong}
    expected = expect_runs(comparison, None if unusable else inputs, current)
    return expected, names_of_comparison(comparison, with_pages=current), list(unusable.values())


def _numbers(opened: Opened, contents: Contents) -> tuple[dict[str, float], list[Mismatch]]:
    """A training's inputs as they stand in its cells, and those that are no numbers."""
    model, panel = contents.template.model, contents.layout.panel
    initial = [name for name in model.parameters() if name not in panel]
    wanted = [name for name in contents.template.inputs() if name not in initial]
    classes, samples = (labels(model.data.classes), model.samples) if isinstance(model, Network) else ((), 0)
    return read_numbers(opened.inputs(contents.layout, contents.title, wanted, initial), classes, samples)


def _areas(shown: Shown) -> list[Area]:
    """The rows of each block, then each page from its first cell to its last formula."""
    areas = [Area(b.sheet, b.first_row, b.first_row + len(b.expected) - 1, len(b.letters)) for b in shown.blocks]
    for page in shown.pages:
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
        found |= opened.typed(page.title, page.names)
        addresses |= {name: page.address(*place) for name, place in page.names.items()}
    choices, wrong = read_choices(contents, found)
    shown = {name: "nothing" if found[name] is None else repr(found[name]) for name in wrong}
    return choices, [Mismatch(addresses[name], name, None, wanted, shown[name]) for name, wanted in wrong.items()]


def _page_names(pages: Sequence[Page]) -> dict[str, str]:
    return {name: page.target(row, column) for page in pages for name, (row, column) in page.names.items()}


def _formulas_of(opened: Opened, block: Block) -> tuple[list[Mismatch], int]:
    """Formulas of a block that are not what they should be; and how many of its cells that should have one do."""
    count = len(block.expected)
    known = count if opened.rows_are_ours(block.sheet, block.first_row, count, block.letters, block.later) else 0
    last = block.first_row if known else block.first_row + count - 1
    rows = opened.rows(block.sheet, block.first_row, last, len(block.letters))
    found = sum(
        _is_formula(content)
        for wanted, row in zip(block.is_formula(), rows, strict=False)
        for is_formula, content in zip(wanted, row, strict=True)
        if is_formula
    )
    later = sum(pattern is not None for pattern in block.later)
    return compare_formulas(block, rows), found + (count - 1) * later if known else found


def _is_formula(content: object) -> bool:
    return isinstance(content, str) and content.startswith("=")
