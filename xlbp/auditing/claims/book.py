"""The claims of a whole book: what options say, or else the tables and the labelled blocks of its sheets."""

from __future__ import annotations

from collections.abc import Iterator

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.claims.headings import claim, plain
from xlbp.auditing.claims.labelled_blocks import labelled_blocks
from xlbp.auditing.claims.layout import Layout
from xlbp.auditing.claims.options import AuditOptions, by_options, losses, named_sheet
from xlbp.auditing.claims.parameter_lists import parameter_lists
from xlbp.auditing.claims.spread_tables import spread_over_sheets
from xlbp.auditing.claims.tables import tables

LEAST = 3  # steps: fewer are a list of names and values
OURS = "_xlbp"  # the sheet that tells a book of ours


def claimed_layouts(cells: Cells, wanted: AuditOptions) -> Iterator[Layout]:
    """Every layout that claims gradients, with or without a loss."""
    if wanted.given:
        yield by_options(cells, wanted)
        return
    sheets = [named_sheet(cells, wanted.sheet)] if wanted.sheet else cells.contents.sheets
    is_ours = OURS in cells.contents.sheets
    count, trained = 0, None
    for sheet in sheets:
        for layout in _of_sheet(cells, sheet, wanted, is_ours):
            parameters = [parameter.name for parameter in layout.parameters]
            trained = trained or parameters
            if is_ours and parameters != trained:
                continue  # of ours, other sheets than trainings of the same parameters show what these hold
            yield layout
            count += 1
    spread = spread_over_sheets(cells, sheets) if count == 0 and len(sheets) > 1 else None
    if spread is not None:
        yield _with_loss(cells, spread, wanted)


def _of_sheet(cells: Cells, sheet: str, wanted: AuditOptions, is_ours: bool) -> list[Layout]:
    """The sheet's tables; where there are none, its blocks.  In a book of ours only what has a loss is a claim."""
    found = [_with_loss(cells, layout, wanted) for layout in tables(cells, sheet)]
    if is_ours:
        return [layout for layout in found if layout.losses]
    if not found:
        found = [_with_loss(cells, layout, wanted) for layout in _on_its_side(cells, sheet) if layout.losses]
    for other in (labelled_blocks, parameter_lists) if not found else ():
        layout = other(cells, sheet)
        if layout is not None:
            return [_with_loss(cells, layout, wanted)]
    return found


def _on_its_side(cells: Cells, sheet: str) -> list[Layout]:
    """The tables that have an iteration in each column, and their headings one below the other."""
    texts = (value for (at, _, _), value in cells.contents.cells.items() if at == sheet and isinstance(value, str))
    if not any(claim(plain(text)) for text in texts):
        return []
    return [layout for layout in tables(cells, cells.contents.turn(sheet)) if _trains(cells, layout)]


def _trains(cells: Cells, layout: Layout) -> bool:
    """Whether parameters are computed from step to step: otherwise it is a list of names and values."""
    places = [parameter.places for parameter in layout.parameters]
    return len(places[0]) >= LEAST and any(cells.is_formula(each[1].cell) for each in places)


def _with_loss(cells: Cells, layout: Layout, wanted: AuditOptions) -> Layout:
    """The layout with the loss that the options name, if they do."""
    if wanted.loss or wanted.loss_expr:
        first, steps = (layout.table.first, layout.table.steps) if layout.table else (1, 1)
        layout.losses = losses(cells, layout.sheet, wanted, first, steps)
    return layout
