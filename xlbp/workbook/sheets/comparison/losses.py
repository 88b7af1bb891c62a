"""The losses of all runs side by side, a row per iteration, as the charts draw them.

A loss above the ceiling is cut there, so that a run that diverges does not press the others flat, and one of
nearly 0 at a floor far below it, for a logarithmic axis has no 0.  Behind them stands the best loss of each run so
far, uncut, which a diverging run keeps.
"""

from __future__ import annotations

from dataclasses import dataclass

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from xlbp.template import names
from xlbp.workbook.drawing import style
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.runs import CEILING, Comparison
from xlbp.workbook.page.cells import put_text
from xlbp.workbook.page.fitting import fit_rows
from xlbp.xlsx.metrics import column_width, text_width
from xlbp.xlsx.new_workbook import new_sheet
from xlbp.xlsx.printing import print_landscape

FIRST_LOSS = 2  # the first run's column
FLOOR = 1e-12  # in ceilings


@dataclass(frozen=True)
class LossColumn:
    """Letter and name of a column, the formula of its first row and the pattern of all later ones."""

    letter: str
    name: str
    start: str
    later: str


def loss_columns(comparison: Comparison) -> list[LossColumn]:
    """The iteration, each run's loss as it is drawn, and each run's best loss so far."""
    first = comparison.first
    iteration, runs = _cell(first, names.ITERATION), list(enumerate(comparison.contents))
    columns = [LossColumn("A", names.ITERATION, iteration, iteration)]
    for run, contents in runs:
        cut = _cut(contents)
        columns.append(
            LossColumn(get_column_letter(FIRST_LOSS + run), f"{contents.objective}, run {run + 1}", cut, cut)
        )
    for run, contents in runs:
        letter, loss = best_column(comparison, run), _cell(contents, contents.objective)
        function = "MAX" if is_upward(contents) else "MIN"
        later = f"IF(ISNUMBER({loss}),{function}({loss},{letter}{{p}}),{letter}{{p}})"
        columns.append(LossColumn(letter, f"best {contents.objective}, run {run + 1}", loss, later))
    return columns


def best_column(comparison: Comparison, run: int) -> str:
    """The letter of the column of a run's best loss so far; runs are counted from 0."""
    return str(get_column_letter(FIRST_LOSS + len(comparison.runs) + run))


def is_upward(contents: Contents) -> bool:
    """Whether the objective is to grow."""
    return contents.template.model.maximize


def _cell(contents: Contents, name: str) -> str:
    """The cell of this iteration; rows have the same number on every sheet."""
    return f"{contents.training}!{get_column_letter(contents.layout.columns[name])}{{r}}"


def _cut(contents: Contents) -> str:
    low = f"MIN({_cell(contents, contents.objective)},{CEILING})"
    return f"MAX({low},{FLOOR:.0E}*{CEILING})" if contents.template.kind == "network" else f"MAX({low},-{CEILING})"


def floor_of(kind: str, ceiling: float) -> float:
    """The least that is drawn: of a loss, a small share of the ceiling; of any other objective, as far below 0."""
    return FLOOR * ceiling if kind == "network" else -ceiling


def add_losses(workbook: Workbook, comparison: Comparison) -> Worksheet:
    """Headings, and the first two rows, whose styles the streamed rows take over."""
    sheet = new_sheet(workbook, comparison.losses)
    first = comparison.first
    texts, row = first.texts, first.layout.first_row
    objective = first.symbol(first.objective)
    put_text(sheet, 1, 1, texts("losses.title", objective=objective), style.font(texts.language, 14, bold=True))
    note = texts("losses.note", front=comparison.front)
    put_text(sheet, 2, 1, note, style.font(texts.language, 9, colour=style.GREY))
    labels = [run.label for run in comparison.runs]
    key = "losses.largest" if is_upward(first) else "losses.smallest"
    best = [texts(key, objective=objective, run=label) for label in labels]
    for column, title in enumerate([texts("training.iteration"), *labels, *best], start=1):
        band = style.PHASES["iteration" if column == 1 else "loss"]
        font = style.font(texts.language, bold=True, colour=band.ink)
        put_text(sheet, row - 1, column, title, font, style.CENTRE).fill = style.fill(band.fill)
        for below in (row, row + 1):
            cell = sheet.cell(below, column)
            cell.font, cell.alignment = style.font(texts.language), style.RIGHT
            cell.number_format = style.INTEGER if column == 1 else style.NUMBER
        narrowest = 7.0 if column == 1 else 12.5
        width = min(24.0, max(narrowest, column_width(text_width(title, bold=True, language=texts.language))))
        sheet.column_dimensions[get_column_letter(column)].width = width
    area = f"B{row}:{best_column(comparison, len(comparison.runs) - 1)}{first.layout.last_row}"
    sheet.conditional_formatting.add(area, style.readable_numbers(f"B{row}"))
    fit_rows(sheet, (1, row - 1), texts.language)
    sheet.freeze_panes = f"B{row}"
    print_landscape(sheet, len(comparison.runs) + 1)
    sheet.print_title_rows = f"{row - 1}:{row - 1}"
    return sheet
