"""The marks as tables, and which mistakes are common; CSV whose columns no program shifts, and that runs nothing."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import TypeAlias

from xlbp.classroom.exercise.blanks import Blank
from xlbp.classroom.exercise.kinds.task import Question
from xlbp.classroom.gradebook.export import written
from xlbp.classroom.marking.result import MARKED, Result
from xlbp.classroom.marking.verdict import EMPTY, FOLLOWS, RIGHT, WRONG
from xlbp.classroom.marking.words import mistake, said, signed
from xlbp.lang import Texts
from xlbp.workbook.layout.contents import Contents

BOM = "\ufeff"  # by which Excel knows UTF-8
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")  # at the beginning of a text
MOST_LISTED = 5  # of changed cells, or of those with one mistake
STEPS = 10  # of the points, in the chart of a class
STATUSES = (RIGHT, FOLLOWS, WRONG, EMPTY)


def safe(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    plain = " ".join(text.split()) if any(c in text for c in "\r\n\t") else text
    plain = plain.encode("utf-8", "replace").decode()  # a file's name may be no text
    return f"'{plain}" if plain.lstrip().startswith(DANGEROUS) else plain


Cell: TypeAlias = str | float
Rows: TypeAlias = list[list[Cell]]
COLUMNS = ("name", "id", "status", "points", "of", "right", "follows", "wrong", "empty", "mistakes", "notes", "file")


def marks_rows(
    contents: Contents, blanks: Sequence[Blank], results: Iterable[Result], out_of: Fraction | None = None
) -> Rows:
    """A row per student, a column per cell; ``out_of`` adds one with the points of a scale."""
    texts = contents.texts
    header = [texts(f"marking.column_{key}") for key in COLUMNS]
    scale = [texts("marking.column_grade", of=written(out_of, texts.facts.decimal))] if out_of else []
    rows: Rows = [[*header, *scale, *(blank_title(contents, blank) for blank in blanks)]]
    for result in results:
        by_cell = {verdict.blank: said(contents, verdict) for verdict in result.verdicts}
        person = [result.student.name, result.student.id] if result.student else ["", ""]
        grade = [grade_of(result, out_of)] if out_of else []
        rows.append([*person, *_row(contents, result), *grade, *(by_cell.get(blank, "") for blank in blanks)])
    return rows


ON_PAPER = ("mistakes", "notes", "file")  # behind the cells, in a workbook


def marks_sheet(
    contents: Contents, blanks: Sequence[Blank], results: Iterable[Result], out_of: Fraction | None = None
) -> tuple[list[str], Rows]:
    """The same for a workbook: a sign for each cell, and which cells a mistake is in; the keys of the columns first."""
    keys = [*(key for key in COLUMNS if key not in ON_PAPER), *(["grade"] if out_of else [])]
    of = written(out_of, contents.texts.facts.decimal) if out_of else ""
    titles = [contents.texts(f"marking.column_{key}", of=of) for key in (*keys, *ON_PAPER)]
    cells = [blank_title(contents, blank) for blank in blanks]
    rows: Rows = [[*titles[: len(keys)], *cells, *titles[len(keys) :]]]
    for result in results:
        by_key = _by_key(contents, result, out_of)
        signs = {verdict.blank: signed(contents, verdict) for verdict in result.verdicts}
        behind = [_mistakes_by_cell(contents, result), by_key["notes"], by_key["file"]]
        rows.append([*(by_key[key] for key in keys), *(signs.get(blank, "") for blank in blanks), *behind])
    return [*keys, *("cell" for _ in blanks), *ON_PAPER], rows


def _by_key(contents: Contents, result: Result, out_of: Fraction | None) -> dict[str, Cell]:
    person = [result.student.name, result.student.id] if result.student else ["", ""]
    by_key: dict[str, Cell] = dict(zip(COLUMNS, [*person, *_row(contents, result)], strict=True))
    return {**by_key, "grade": grade_of(result, out_of)} if out_of else by_key


def _mistakes_by_cell(contents: Contents, result: Result) -> str:
    """Each mistake with the cells that it is in, that in most cells first."""
    cells: dict[str, list[str]] = {}
    for verdict in result.verdicts:
        if verdict.status == WRONG:
            cells.setdefault(mistake(contents, verdict), []).append(blank_title(contents, verdict.blank))
    ranked = sorted(cells.items(), key=lambda item: -len(item[1]))
    return "; ".join(contents.texts("marking.because", status=_listed(own), reason=kind) for kind, own in ranked)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:MOST_LISTED]) + (f" (+{len(names) - MOST_LISTED})" if len(names) > MOST_LISTED else "")


def blank_title(contents: Contents, blank: Blank) -> str:
    """A cell's row and symbol, over its column."""
    return blank.titled(contents.symbol(blank.name))


def points_of(result: Result, out_of: Fraction) -> Fraction:
    """The points of a hand-in, as points of a scale."""
    return result.points / (result.maximum or 1) * out_of


def grade_of(result: Result, out_of: Fraction) -> Cell:
    """The points of a hand-in that was marked, rounded as the gradebook has them."""
    return float(written(points_of(result, out_of))) if result.status == MARKED else ""


def shown(points: Fraction) -> float:
    """Points with at most two decimals."""
    return float(written(points))


def average(texts: Texts, results: Iterable[Result], decimals: int = 1) -> tuple[str, float] | None:
    """What those who were marked have on average, in words and as a number; None if nobody was."""
    marked = [result for result in results if result.status == MARKED]
    if not marked:
        return None
    mean = sum((result.points for result in marked), Fraction(0)) / len(marked)
    are_cells = not isinstance(marked[0].verdicts[0].blank, Question) and all(result.is_plain for result in marked)
    key = "marking.mean" if are_cells else "marking.mean_points"
    of = written(marked[0].maximum, texts.facts.decimal)
    return texts(key, mean=texts.number(float(mean), f".{decimals}f"), of=of), round(float(mean), decimals)


def _row(contents: Contents, result: Result) -> list[Cell]:
    counts = [result.count(status) for status in STATUSES]
    numbers: list[Cell] = [0, shown(result.maximum), "", "", "", ""]
    if result.status == MARKED:
        numbers = [shown(result.points), shown(result.maximum), *counts]
    kinds = Counter(mistake(contents, v) for v in result.verdicts if v.status == WRONG)
    mistakes = "; ".join(f"{count} × {kind}" for kind, count in kinds.most_common())
    status = contents.texts(f"marking.status_{result.status}")
    file = str(result.file) if result.file else ""
    return [status, *numbers, mistakes, "; ".join(notes(contents, result)), file]


def notes(contents: Contents, result: Result) -> list[str]:
    """What a teacher should know besides: another's numbers, changed cells, further files."""
    texts = contents.texts
    remarks = [result.reason] if result.reason else []
    if result.is_late:
        remarks.append(texts("marking.late"))
    if result.owner:
        remarks.append(texts("marking.copied", student=result.owner))
    if result.answers_of:
        remarks.append(texts("marking.answers_of", student=result.answers_of))
    if texts_read := sum(verdict.answer.as_text for verdict in result.verdicts):
        remarks.append(texts("marking.texts", count=texts_read))
    if result.changed:
        listed = ", ".join(result.changed[:MOST_LISTED]) + (", …" if len(result.changed) > MOST_LISTED else "")
        remarks.append(texts("marking.changed", count=len(result.changed), cells=listed))
    if result.others:
        remarks.append(texts("marking.others", files=", ".join(path.name for path in result.others)))
    return remarks


def mistakes_rows(contents: Contents, results: Sequence[Result]) -> Rows:
    """Which mistakes are common."""
    rows: Rows = [[contents.texts(f"marking.column_{key}") for key in ("mistake", "cells", "students")]]
    rows += [[kind, cells, students] for kind, cells, students in common_mistakes(contents, results)]
    return rows


def cells_rows(contents: Contents, blanks: Sequence[Blank], results: Sequence[Result]) -> Rows:
    """Which cells are hard."""
    by_cell: dict[Blank, Counter[str]] = {blank: Counter() for blank in blanks}
    for result in results:
        for verdict in result.verdicts if result.status == MARKED else ():
            by_cell[verdict.blank][verdict.status] += 1
    rows: Rows = [[contents.texts(f"marking.column_{key}") for key in ("cell", "right", "follows", "wrong", "empty")]]
    rows += [[blank_title(contents, blank), *map(counts.__getitem__, STATUSES)] for blank, counts in by_cell.items()]
    return rows


def points_rows(contents: Contents, results: Sequence[Result]) -> Rows:
    """How many students have how many points: in ten steps of the most that there are, the most on top."""
    marked = [result for result in results if result.status == MARKED and result.maximum]
    counts = Counter(min(STEPS - 1, int(result.points * STEPS / result.maximum)) for result in marked)
    rows: Rows = [[contents.texts(f"marking.column_{key}") for key in ("points", "students")]]
    if not marked:
        return rows
    decimal, maximum = contents.texts.facts.decimal, marked[0].maximum
    edges = [written(maximum * step / STEPS, decimal) for step in range(STEPS + 1)]
    rows += [[f"{edges[step]} – {edges[step + 1]}", counts[step]] for step in reversed(range(STEPS))]
    return rows


def common_mistakes(contents: Contents, results: Iterable[Result]) -> list[tuple[str, int, int]]:
    """(mistake, cells, students), the commonest first; what a mistake is about is left out."""
    cells: Counter[str] = Counter()
    students: Counter[str] = Counter()
    for result in results:
        keys = [key for verdict in result.verdicts if verdict.status == WRONG for key, _ in verdict.words]
        cells.update(keys)
        students.update(set(keys))
    ranked = sorted(cells, key=lambda key: (-students[key], -cells[key], key))
    return [(contents.texts(key, about="…"), cells[key], students[key]) for key in ranked]


def as_csv(rows: Iterable[Sequence[Cell]], decimal: str = ".") -> str:
    """Every text quoted and made safe, numbers plain, with the mark by which Excel knows UTF-8.

    A number with decimals has the sign of the reader's language, which its Excel expects, in quotes if that is a comma.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n", quoting=csv.QUOTE_NONNUMERIC)
    for row in rows:
        writer.writerow([safe(cell) if isinstance(cell, str) else _short(cell, decimal) for cell in row])
    return BOM + stream.getvalue()


def _short(number: float, decimal: str) -> Cell:
    """5 for 5.0, and ``2,5`` where that is written so."""
    if number == int(number):
        return int(number)
    return number if decimal == "." else str(number).replace(".", decimal)
