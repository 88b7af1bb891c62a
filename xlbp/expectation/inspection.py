"""What a book says before any engine computes: its inputs, its formulas, and what it must show for them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xlbp.datafile.numbers import labels
from xlbp.errors import UsageError, option, worded
from xlbp.expectation.book import Book, cells_of, expect
from xlbp.expectation.contents import lay_out
from xlbp.expectation.training import Trained, train_run
from xlbp.model.compile import compile_template
from xlbp.template.load import load_template
from xlbp.template.sources import Overrides, Source
from xlbp.verification.check import NOT_OURS, OTHER_VERSION, Findings, compare_names, read_numbers
from xlbp.verification.compare import Block, Cell, Mismatch, compare_cell_formulas, compare_formulas
from xlbp.workbook.book import names_of_book
from xlbp.workbook.choices import read_choices
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.page.facts import Choices
from xlbp.workbook.reader import Opened, open_book
from xlbp.workbook.restore import is_record_of, made_by_this_version, restore_book
from xlbp.xlsx.areas import Area

BOOK = ".xlsx"  # what a book ends in


@dataclass(frozen=True)
class Inspection:
    """What a book must show, what is wrong with it already, and where an engine has to look.

    ``cells`` are the formulas of the teaching sheets, by sheet.
    """

    shown: Book
    cells: dict[str, list[Cell]]
    findings: Findings
    areas: list[Area]


def inspect(book: Path, large: bool = False, is_sound: bool = False, written: Book | None = None) -> Inspection:
    """Read a book of ours.  Raises UnreadableError if it is none, is damaged, or larger than a stranger's may be.

    ``is_sound`` says that this has been looked at already (:func:`xlbp.xlsx.preflight.preflight`).  ``written`` is what
    has just been written there, if it has: it is not computed again where the file's own record asks for the same.
    """
    with open_book(book, large, is_sound) as opened:
        current = made_by_this_version(opened)
        shown, unusable = _shown(opened, current, written)
        cells, areas = cells_of(shown.pages), _areas(shown)
        changed: list[Mismatch] = []
        ours = 0
        for block in shown.blocks:
            mismatches, formulas = _formulas_of(opened, block)
            changed, ours = changed + mismatches, ours + formulas
        changed += compare_names(names_of_book(shown.layout, shown.pages), opened.defined_names(), opened.local_names())
        for (sheet, expected), area in zip(cells.items(), areas[len(shown.blocks) :], strict=True):
            rows = opened.rows(area.sheet, area.first_row, area.last_row, area.columns)
            changed += compare_cell_formulas(sheet, expected, rows)
            ours += sum(_is_formula(rows[cell.row - 1][cell.column - 1]) for cell in expected)
        made_by = str(opened.stamp.get("version", "an unknown version"))
        reason = NOT_OURS if current else OTHER_VERSION.format(version=made_by)
        findings = Findings(changed, unusable, opened.formula_cells - ours, reason)
    return Inspection(shown, cells, findings, areas)


def book_at(source: object) -> Path | None:
    """The book that a name or a path means, by how it ends; None for what is to be a template."""
    is_book = isinstance(source, str | Path) and str(source).lower().endswith(BOOK)
    return Path(str(source)) if is_book else None


def training_of(source: Source, overrides: Overrides = ()) -> Trained:
    """The training of a book (``*.xlsx``), on the book's own inputs, or of a template.

    Raises UsageError for a book with an input that is no number, or of several trainings.
    """
    path = book_at(source)
    if path is None:
        return train_run(lay_out(load_template(source, overrides), "en"))
    if overrides:
        raise UsageError(f"{source} has its own settings; {option('--set')} and {option('-n')} go with a template")
    inspection = inspect(path)
    book = inspection.shown
    if book.layout.comparison is not None:
        runs = len(book.runs)
        remedy = worded("make it with xlbp generate --set", "make it with xlbp.generate(..., overrides=...)")
        raise UsageError(f"{path} compares {runs} trainings, but one is needed; {remedy}")
    for mismatch in inspection.findings.unusable:
        raise UsageError(f"{path}: {mismatch.cell} should hold {mismatch.expected}, but holds {mismatch.found}")
    return book.first


def _shown(opened: Opened, current: bool, written: Book | None) -> tuple[Book, list[Mismatch]]:
    """What a book must show for the inputs and choices in its cells, and those that are unusable.

    Where some are, it is what the book shows as it was made.
    """
    known = written if written is not None and is_record_of(opened, written.layout) else None
    layout = known.layout if known else restore_book(opened, compile_template)
    inputs: list[dict[str, float]] = []
    unusable: dict[str, Mismatch] = {}  # a cell on which several runs depend is told once
    for contents in layout.trainings:
        numbers, mismatches = _numbers(opened, contents)
        inputs.append(numbers)
        unusable |= {mismatch.cell: mismatch for mismatch in mismatches}
    as_made = known or expect(layout, with_pages=current)
    as_chosen = as_made.first.facts.choices
    choices, wrong_choices = _read_choices(opened, as_made, as_chosen)
    wrong = [*unusable.values(), *wrong_choices]
    own_inputs = [contents.template.inputs() for contents in layout.trainings]
    if wrong or (inputs == own_inputs and choices == as_chosen):
        return as_made, wrong
    return expect(layout, inputs, choices, current, as_made), wrong


def _numbers(opened: Opened, contents: Contents) -> tuple[dict[str, float], list[Mismatch]]:
    """A training's inputs as they stand in its cells, and those that are no numbers."""
    model, panel = contents.template.model, contents.layout.panel
    initial = [name for name in model.parameters() if name not in panel]
    others = [name for name in contents.template.inputs() if name not in initial]
    inputs = opened.inputs(contents.layout, contents.title, others, initial)
    return read_numbers(inputs, labels(model.data.classes), model.samples)


def _areas(shown: Book) -> list[Area]:
    """The rows of each block, then each page from its first cell to its last formula."""
    areas = [Area(b.sheet, b.first_row, b.first_row + len(b.expected) - 1, len(b.letters)) for b in shown.blocks]
    for page in shown.pages:
        if not page.formulas:
            continue
        last, width = max(f.row for f in page.formulas), max(f.column for f in page.formulas)
        areas.append(Area(page.title, 1, last, width))
    return areas


def _read_choices(opened: Opened, book: Book, otherwise: Choices) -> tuple[Choices, list[Mismatch]]:
    """The chosen iteration and so on, from their cells, or ``otherwise``; unusable ones are mismatches."""
    typed: dict[str, Any] = {}
    addresses: dict[str, str] = {}
    for page in book.pages:
        typed |= opened.typed(page.title, page.names)
        addresses |= {name: page.address(*place) for name, place in page.names.items()}
    choices, wrong = read_choices(book.layout.first, typed, otherwise)
    shown = {name: "nothing" if typed[name] is None else repr(typed[name]) for name in wrong}
    return choices, [Mismatch(addresses[name], name, None, remedy, shown[name]) for name, remedy in wrong.items()]


def _formulas_of(opened: Opened, block: Block) -> tuple[list[Mismatch], int]:
    """Formulas of a block that are not what they should be; and how many of its cells that should have one do."""
    count = len(block.expected)
    later = sum(pattern is not None for pattern in block.later)
    is_plain = opened.rows_are_ours(block.sheet, block.first_row, count, block.letters, block.later)
    rows_read, formulas_known = (1, (count - 1) * later) if is_plain else (count, 0)
    rows = opened.rows(block.sheet, block.first_row, block.first_row + rows_read - 1, len(block.letters))
    formulas = sum(
        _is_formula(content)
        for expected, row in zip(block.is_formula(), rows, strict=False)
        for is_formula, content in zip(expected, row, strict=True)
        if is_formula
    )
    return compare_formulas(block, rows), formulas + formulas_known


def _is_formula(content: object) -> bool:
    return isinstance(content, str) and content.startswith("=")
