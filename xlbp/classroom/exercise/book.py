"""An exercise as a file: its sheets, what it says of itself, and the values that an engine found."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Protection
from openpyxl.worksheet.worksheet import Worksheet

from xlbp import __version__
from xlbp.classroom.exercise.front import NAME_CELL, height_of_student, line_of_student
from xlbp.classroom.exercise.kinds.answers import answers_page
from xlbp.classroom.exercise.layout import Exercise
from xlbp.classroom.exercise.marks import marks_pages
from xlbp.classroom.exercise.sheet import (
    TITLE_CELL,
    Answers,
    Place,
    add_exercise_rows,
    places_of_numbers,
    title_of_rows,
)
from xlbp.expectation.training import train_run
from xlbp.workbook.package import (
    EXERCISE_VERSION,
    CellsByRow,
    formula_cell,
    hidden_lines,
    write_hidden,
    write_package,
)
from xlbp.workbook.page.cells import is_quoted
from xlbp.workbook.page.facts import Facts
from xlbp.workbook.page.page import Content, Page
from xlbp.workbook.page.render import render
from xlbp.workbook.properties import describe
from xlbp.workbook.sheets.data import data_page
from xlbp.workbook.skeleton import Skeleton
from xlbp.xlsx.new_workbook import new_workbook

Values = Mapping[str, Mapping[str, Content]]  # sheet -> address of a formula -> its value


def build_exercise(exercise: Exercise, facts: Facts | None, answers: Answers, front: Page | None = None) -> Workbook:
    """The workbook; ``facts`` are needed where the samples stand on a sheet of their own.

    ``answers`` are put into the blanks: none in a student's book, all of them in the key.  A marked book has
    another ``front``.
    """
    contents = exercise.contents
    workbook = new_workbook()
    texts, language = contents.texts, contents.texts.language
    describe(workbook, texts, texts("exercise.title", title=texts.of(contents.template.title)))
    render(front or exercise.kind.front(exercise), workbook, language, with_formulas=True)
    if exercise.task:
        render(answers_page(exercise, answers), workbook, language, with_formulas=True)
    add_exercise_rows(workbook, exercise, answers)
    for page in _live_pages(exercise):
        _lock(render(page, workbook, language, with_formulas=True), hidden=True)
    if facts is not None and contents.data_on_own_sheet:
        _lock(render(data_page(contents, facts), workbook, language, with_formulas=True), hidden=False)
    hide_stamp(workbook, exercise)
    workbook.active = 0
    workbook.calculation.fullCalcOnLoad = True
    return workbook


def _live_pages(exercise: Exercise) -> list[Page]:
    """The sheets that the live marks need."""
    if not exercise.live or not exercise.asked:
        return []
    return exercise.task.behind(exercise) if exercise.task else marks_pages(exercise)


def facts_of(exercise: Exercise) -> Facts | None:
    """What the data sheet shows, where there is one."""
    contents = exercise.contents
    return train_run(contents).facts if contents.data_on_own_sheet else None


def _lock(sheet: Worksheet, hidden: bool) -> None:
    """Nothing is typed here; with ``hidden`` a program that respects protection does not show the formulas."""
    protections = sheet.parent._protections  # by number: openpyxl would look the same one up for each cell anew
    of_all, of_formulas = (protections.add(Protection(locked=True, hidden=secret)) for secret in (False, hidden))
    for cell in sheet._cells.values():
        is_formula = cell.data_type == "f"
        if is_formula or not cell.protection.locked:
            cell._style.protectionId = of_formulas if is_formula else of_all


def hide_stamp(workbook: Workbook, exercise: Exercise) -> None:
    """Put what the book says of itself behind its sheets."""
    write_hidden(workbook, _stamp(exercise), EXERCISE_VERSION)


def _stamp(exercise: Exercise) -> dict[str, object]:
    """Which exercise this is.  Neither the template's text nor the layout: a key could be made from these."""
    template = exercise.contents.template
    return {
        "exercise": {
            "template": template.name,
            "kind": exercise.kind.name,
            "blank": exercise.blanks.asked,
            "iterations": exercise.contents.layout.iterations,
            "marks": exercise.marked,
            "student": exercise.student,
        },
        "language": exercise.contents.texts.language,
        "version": __version__,
    }


def texts_of(exercise: Exercise) -> dict[Place, str]:
    """The texts that say whose a student's book is, by their cells."""
    texts = hidden_lines(_stamp(exercise))
    if exercise.student:
        texts |= {
            (exercise.contents.title, *TITLE_CELL): title_of_rows(exercise),
            (exercise.contents.front, *NAME_CELL): line_of_student(exercise),
        }
    return texts


def form_of(exercise: Exercise) -> Hashable:
    """What two books of one plan must have in common to differ in nothing but numbers, values, and these texts.

    A text may have a look of its own, and a row its height; what else differs from student to student, such as a
    formula, must be told here.
    """
    looks = tuple((place, is_quoted(text)) for place, text in texts_of(exercise).items())
    return looks, height_of_student(exercise) if exercise.student else None


def skeleton_of(exercise: Exercise) -> Skeleton:
    """The book of every student whose form is the same."""
    workbook = build_exercise(exercise, facts_of(exercise), {})
    return Skeleton(workbook, places_of_numbers(exercise), texts_of(exercise))


def formulas_of(workbook: Workbook) -> dict[str, dict[str, tuple[int, int]]]:
    """Every formula cell: sheet -> address -> row and column."""
    return {
        sheet.title: {cell.coordinate: place for place, cell in sorted(sheet._cells.items()) if cell.data_type == "f"}
        for sheet in workbook.worksheets
    }


def write_exercise(workbook: Workbook, values: Values, path: Path) -> None:
    """Write the workbook, each formula with its value; a sheet that ``values`` leaves out is written without."""
    cells: dict[str, CellsByRow] = {}
    for title, places in formulas_of(workbook).items():
        for address, (row, column) in places.items() if values.get(title) else ():
            cell = workbook[title].cell(row, column)
            written = formula_cell(address, cell.style_id, str(cell.value)[1:], values[title][address])
            cells.setdefault(title, {}).setdefault(row, {})[column] = written
    write_package(workbook, {}, cells, path)
