"""The claims of a whole book: what options say, or else the tables and the labelled blocks of its sheets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.claims.headings import claim, plain
from xlbp.auditing.claims.labelled_blocks import labelled_blocks
from xlbp.auditing.claims.layout import Layout
from xlbp.auditing.claims.options import AuditOptions, StepRows, by_options, losses_of, named_sheet
from xlbp.auditing.claims.parameter_lists import parameter_lists
from xlbp.auditing.claims.spread_tables import spread_over_sheets
from xlbp.auditing.claims.tables import tables
from xlbp.auditing.reading.telling import Told, each, nobody

LEAST = 3  # steps: fewer are a list of names and values
OURS = "_xlbp"  # the sheet that tells a book of ours


def claimed_layouts(cells: Cells, options: AuditOptions, told: Told = nobody) -> Iterator[Layout]:
    """Every layout that claims gradients, with or without a loss; ``told`` hears how many sheets are done."""
    if options.names_ranges:
        yield by_options(cells, options)
        return
    sheets = [named_sheet(cells, options.sheet)] if options.sheet else cells.contents.sheets
    is_empty = True
    trained: list[str] = []  # of ours, other sheets than trainings of the same parameters show what these hold
    for sheet in each(sheets, told):
        for layout in _of_sheet(cells, sheet, options, trained):
            parameters = [parameter.name for parameter in layout.parameters]
            if is_ours(cells):
                trained = trained or parameters
                if parameters != trained:
                    continue
            yield layout
            is_empty = False
    spread = spread_over_sheets(cells, sheets) if is_empty and len(sheets) > 1 else None
    if spread is not None:
        yield _with_named_loss(cells, spread, options)


def is_ours(cells: Cells) -> bool:
    """Whether it is a book of ours, whose sheets are told by their headings."""
    return OURS in cells.contents.sheets


def _of_sheet(cells: Cells, sheet: str, options: AuditOptions, trained: Sequence[str]) -> list[Layout]:
    """The sheet's tables; where there are none, its blocks.  In a book of ours only what has a loss is a claim."""
    upright = [_with_named_loss(cells, layout, options) for layout in tables(cells, sheet, trained)]
    if is_ours(cells):
        return [layout for layout in upright if layout.losses]
    if upright:
        return upright
    turned = [_with_named_loss(cells, layout, options) for layout in _on_its_side(cells, sheet) if layout.losses]
    if turned:
        return turned
    layout = labelled_blocks(cells, sheet) or parameter_lists(cells, sheet)
    return [_with_named_loss(cells, layout, options)] if layout is not None else []


def _on_its_side(cells: Cells, sheet: str) -> list[Layout]:
    """The tables that have an iteration in each column, and their headings one below the other."""
    if not any(claim(plain(text)) for text in cells.contents.texts(sheet).values()):
        return []
    return [layout for layout in tables(cells, cells.contents.turn(sheet)) if _trains(cells, layout)]


def _trains(cells: Cells, layout: Layout) -> bool:
    """Whether parameters are computed from step to step: otherwise it is a list of names and values."""
    places = [parameter.places for parameter in layout.parameters]
    return len(places[0]) >= LEAST and any(cells.is_formula(each[1].cell) for each in places)


def _with_named_loss(cells: Cells, layout: Layout, options: AuditOptions) -> Layout:
    """The layout with the loss that the options name, if they do."""
    if not options.loss and not options.loss_expr:
        return layout
    rows = StepRows(layout.table.first, layout.table.last) if layout.table else StepRows(1, 1)
    return replace(layout, losses=losses_of(cells, layout.sheet, options, rows))
