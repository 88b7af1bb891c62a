"""The training sheet of an exercise: blanks in the colour of inputs, a mark right of each, all else locked."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from itertools import count

from openpyxl import Workbook
from openpyxl.styles import Border, Protection
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from xlbp.classroom.exercise.blanks import Blank
from xlbp.classroom.exercise.layout import FIRST, MARK_COLUMN, Exercise
from xlbp.classroom.exercise.marks import colour_marks
from xlbp.workbook.drawing import style
from xlbp.workbook.layout.layout import HEADING_ROWS, LABEL_ROW, TITLE_COLUMN, TITLE_ROW, quoted
from xlbp.workbook.layout.legal import must_be_legal_rows
from xlbp.workbook.layout.patterns import columns_of, patterns_of
from xlbp.workbook.page.cells import protect, put_plain_text, put_text
from xlbp.workbook.page.entries import colour_all_wrong, first_wrong
from xlbp.workbook.sheets.guides import comment_headings
from xlbp.workbook.sheets.training import add_training, set_pages
from xlbp.xlsx.metrics import column_width, text_width

Answers = Mapping[Blank, str | float]  # a formula starts with '='
Place = tuple[str, int, int]  # sheet, row, column
TITLE_CELL = (TITLE_ROW, TITLE_COLUMN)
MARK_WIDTH = 11.0
GIVEN = "EFEFEF"
UNKNOWN = "?"
LOW = 6.0  # points: the row of the formulas where these are not shown


def add_exercise_rows(workbook: Workbook, exercise: Exercise, answers: Answers) -> Worksheet:
    """The sheet with its rows; a blank holds its answer if there is one."""
    contents = exercise.contents
    sheet = add_training(workbook, contents, guided=False)
    comment_headings(sheet, contents)
    _comment_given(sheet, exercise)
    first, last = (contents.layout.row_of(t) for t in (0, contents.layout.iterations))
    area = f"B{first}:{get_column_letter(sheet.max_column)}{last}"
    sheet.conditional_formatting.add(area, style.readable_numbers(f"B{first}"))
    _as_given(sheet, exercise)
    _fill_rows(sheet, exercise)
    if exercise.task is not None and exercise.task.hides_formulas:
        _hide_formulas(sheet, exercise)
    _leave_blank(sheet, exercise, answers)
    _add_marks(sheet, exercise)
    set_pages(sheet, contents)  # once more: the marks have columns of their own
    put_title(sheet, exercise)
    protect(sheet)
    return sheet


def put_title(sheet: Worksheet, exercise: Exercise) -> None:
    """Whose the sheet is, over all."""
    if exercise.student:
        put_plain_text(sheet, *TITLE_CELL, title_of_rows(exercise))


def title_of_rows(exercise: Exercise) -> str:
    """The title of a student's own sheet, in its ``TITLE_CELL``."""
    return f"{exercise.student}: {exercise.contents.texts.of(exercise.contents.template.title)}"


def places_of_numbers(exercise: Exercise) -> dict[Place, str]:
    """The cells of the initial numbers that a student has as their own, and which number each is."""
    contents, layout = exercise.contents, exercise.contents.layout
    names = contents.template.model.parameters()
    return {(contents.title, layout.first_row, layout.columns[name]): name for name in names}


def _comment_given(sheet: Worksheet, exercise: Exercise) -> None:
    """A parameter's first value is given here; in the comment of a whole book it is the reader's to change."""
    contents, layout = exercise.contents, exercise.contents.layout
    model = contents.template.model
    for column in contents.program.columns:
        comment = sheet.cell(layout.first_row - 2, layout.columns[column.name]).comment
        if column.phase == "parameters" and comment is not None:
            kind = "variable" if model.tensor(model.quantity(column.name)) is None else "parameter"
            comment.text = f"{contents.symbol(column.name)}\n{contents.texts(f'exercise.{kind}')}"


def _as_given(sheet: Worksheet, exercise: Exercise) -> None:
    """In a book that asks for something only the blanks are yellow."""
    contents, layout = exercise.contents, exercise.contents.layout
    places = [(place.row, place.column) for place in layout.panel.values() if place.sheet == "training"]
    for column in {column for _, column in places}:
        sheet.cell(LABEL_ROW, column).fill = style.fill(style.PHASES["parameters"].tint)
    places += [(layout.first_row, layout.columns[c.name]) for c in contents.program.columns if c.phase == "parameters"]
    for row, column in places:
        sheet.cell(row, column).fill = style.fill(GIVEN)
        sheet.cell(row, column).font = style.font(contents.texts.language, bold=True)


def _fill_rows(sheet: Worksheet, exercise: Exercise) -> None:
    """Every iteration's formulas, in the style of the first two rows."""
    contents, layout = exercise.contents, exercise.contents.layout
    starts = {column.name: column for column in contents.program.columns if column.given}
    standing = exercise.task.standing(exercise) if exercise.task else {}
    must_be_legal_rows(contents)
    patterns = patterns_of(contents)
    for t in range(layout.iterations + 1):
        row = layout.row_of(t)
        for (name, _), pattern in zip(columns_of(contents), patterns[min(t, 1)], strict=True):
            cell = sheet.cell(row, layout.columns[name])
            if t > 1:
                cell._style = copy(sheet.cell(layout.first_row + 1, layout.columns[name])._style)
            content = standing.get((name, t), pattern)
            if isinstance(content, float):
                cell.value = content
            elif content is not None:
                cell.value = "=" + content.replace("{r}", str(row)).replace("{p}", str(row - 1))
            elif t == 0 and name in starts:
                start = starts[name].start
                cell.value = float(start.payload or 0) if start is not None else 0.0


def _hide_formulas(sheet: Worksheet, exercise: Exercise) -> None:
    """No formula over any column; the row of the formulas becomes as low as the others."""
    row = exercise.contents.layout.first_row - 1
    for column in exercise.contents.layout.columns.values():
        sheet.cell(row, column).value = None
    sheet.row_dimensions[row].height = LOW


def _leave_blank(sheet: Worksheet, exercise: Exercise, answers: Answers) -> None:
    """Each blank empty, or with its answer; no formula over its column, or one with holes."""
    contents, layout = exercise.contents, exercise.contents.layout
    if not exercise.blanks.cells:
        return
    for blank in exercise.blanks.cells:
        cell = sheet[exercise.cell(blank)]
        cell.value = answers.get(blank)
        cell.fill, cell.border = style.fill(style.INPUT.tint), style.THIN
        cell.font = style.font(contents.texts.language, bold=True, colour="0033AA")
        cell.protection = Protection(locked=False)
    _tell_wrong_answers(sheet, exercise)
    for blank in {blank.name: blank for blank in reversed(exercise.blanks.cells)}.values():
        over = f"={exercise.hint(blank)}" if exercise.hint(blank) else UNKNOWN
        put_plain_text(sheet, layout.first_row - 1, layout.columns[blank.name], over)


def _tell_wrong_answers(sheet: Worksheet, exercise: Exercise) -> None:
    """Colour what is no number; where no mark or verdict stands beside the blanks, a line names the first one."""
    contents, layout = exercise.contents, exercise.contents.layout
    blanks = exercise.blanks.cells
    cells = [(layout.row_of(blank.iteration), layout.columns[blank.name]) for blank in blanks]
    colour_all_wrong(sheet, cells, may_be_empty=True)
    formula = first_wrong(cells, contents.texts, may_be_empty=True)
    if exercise.marks or exercise.verdicts is not None or not formula:
        return
    font = style.font(contents.texts.language, 9, bold=True, colour=style.PHASES["loss"].fill)
    cell = put_text(sheet, layout.first_row - HEADING_ROWS - 1, 2, "", font)
    cell.value = f"={formula}"


def _add_marks(sheet: Worksheet, exercise: Exercise) -> None:
    """Right of each blank what the sheet of marks says, under a heading in the colours of the blank's own."""
    contents, layout = exercise.contents, exercise.contents.layout
    language, first = contents.texts.language, layout.first_row
    for name, column in exercise.marks.items():
        for row in range(first - 4, first):
            cell = sheet.cell(row, column)
            cell._style = copy(sheet.cell(row, layout.columns[name])._style)
            cell.border = Border()  # a new layer begins at the quantity, not at its mark
        put_plain_text(sheet, first - 2, column, contents.texts("marks.mark"))
    home = quoted(contents.texts("sheet.marks"))
    for number, blank in zip(count(FIRST), exercise.blanks.cells if exercise.marks else (), strict=False):
        row, column = layout.row_of(blank.iteration), exercise.marks[blank.name]
        cell = put_text(sheet, row, column, "", style.font(language, 9, bold=True), style.CENTRE)
        if exercise.live:
            cell.value = f"={home}!${get_column_letter(MARK_COLUMN)}${number}"
    place_verdicts(sheet, exercise)
    letters = [get_column_letter(column) for column in exercise.marks.values()]
    colour_marks(sheet, exercise, [f"{letter}{first}:{letter}{layout.last_row}" for letter in letters])


def place_verdicts(sheet: Worksheet, exercise: Exercise) -> None:
    """The words of a marked book where the live marks would stand, and columns as wide as the longest of them."""
    language, verdicts = exercise.contents.texts.language, exercise.verdicts or {}
    longest = max((text_width(text, 9, bold=True, language=language) for text in verdicts.values()), default=0.0)
    for column in exercise.marks.values():
        sheet.column_dimensions[get_column_letter(column)].width = max(MARK_WIDTH, column_width(longest))
    for blank, said in verdicts.items() if exercise.marks else ():
        sheet.cell(exercise.contents.layout.row_of(blank.iteration), exercise.marks[blank.name]).value = said
