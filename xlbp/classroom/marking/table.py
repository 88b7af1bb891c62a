"""The marks as a table, and which mistakes are common: CSV that Excel reads and that runs nothing."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence

from xlbp.classroom.exercise.blanks import Blank
from xlbp.classroom.marking.judge import EMPTY, FOLLOWS, RIGHT, WRONG
from xlbp.classroom.marking.result import MARKED, Result
from xlbp.classroom.marking.words import mistake, said
from xlbp.mistakes import Mistake
from xlbp.workbook.layout.contents import Contents

BOM = "\ufeff"  # by which Excel knows UTF-8
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")  # at the beginning of a text
MOST_LISTED = 5  # of changed cells


def safe(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    plain = " ".join(text.split()) if any(c in text for c in "\r\n\t") else text
    return f"'{plain}" if plain.lstrip().startswith(DANGEROUS) else plain


def marks_table(contents: Contents, blanks: Sequence[Blank], results: Iterable[Result]) -> str:
    """A row per student, a column per cell."""
    texts = contents.texts
    keys = ("name", "id", "status", "points", "of", "right", "follows", "wrong", "empty", "mistakes", "notes", "file")
    header = [texts(f"marking.column_{key}") for key in keys]
    header += [f"t={blank.iteration} {contents.symbol(blank.name)}" for blank in blanks]
    rows = [header]
    for result in results:
        by_cell = {verdict.blank: said(contents, verdict) for verdict in result.verdicts}
        person = [result.student.name, result.student.id] if result.student else ["", ""]
        rows.append([*person, *_row(contents, blanks, result), *(by_cell.get(blank, "") for blank in blanks)])
    return as_csv(rows)


def _row(contents: Contents, blanks: Sequence[Blank], result: Result) -> list[str]:
    counts = [result.count(status) for status in (RIGHT, FOLLOWS, WRONG, EMPTY)]
    numbers = [result.score, len(blanks), *counts] if result.status == MARKED else [0, len(blanks), "", "", "", ""]
    kinds = Counter(mistake(contents, v) for v in result.verdicts if v.status == WRONG)
    mistakes = "; ".join(f"{count} × {kind}" for kind, count in kinds.most_common())
    status = contents.texts(f"marking.status_{result.status}")
    file = str(result.file) if result.file else ""
    return [status, *map(str, numbers), mistakes, "; ".join(notes(contents, result)), file]


def notes(contents: Contents, result: Result) -> list[str]:
    """What a teacher should know besides: another's numbers, changed cells, further files."""
    texts = contents.texts
    remarks = [result.reason] if result.reason else []
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


def summary_table(contents: Contents, blanks: Sequence[Blank], results: Sequence[Result]) -> str:
    """Which mistakes are common, and which cells are hard."""
    texts = contents.texts
    rows = [[texts(f"marking.column_{key}") for key in ("mistake", "cells", "students")]]
    rows += [[kind, str(cells), str(students)] for kind, cells, students in common_mistakes(contents, results)]
    rows += [[], [texts(f"marking.column_{key}") for key in ("cell", "right", "follows", "wrong", "empty")]]
    marked = [result for result in results if result.status == MARKED]
    by_cell: dict[Blank, Counter[str]] = {blank: Counter() for blank in blanks}
    for result in marked:
        for verdict in result.verdicts:
            by_cell[verdict.blank][verdict.status] += 1
    for blank, counts in by_cell.items():
        shown = [str(counts[status]) for status in (RIGHT, FOLLOWS, WRONG, EMPTY)]
        rows.append([f"t={blank.iteration} {contents.symbol(blank.name)}", *shown])
    return as_csv(rows)


def common_mistakes(contents: Contents, results: Iterable[Result]) -> list[tuple[str, int, int]]:
    """(mistake, cells, students), the commonest first; what a mistake is about is left out."""
    cells: Counter[str] = Counter()
    students: Counter[str] = Counter()
    for result in results:
        keys = [(verdict.mistake or Mistake.UNKNOWN).key for verdict in result.verdicts if verdict.status == WRONG]
        cells.update(keys)
        students.update(set(keys))
    ranked = sorted(cells, key=lambda key: (-students[key], -cells[key], key))
    return [(contents.texts(f"mistake.{key}", about="…"), cells[key], students[key]) for key in ranked]


def as_csv(rows: Iterable[Sequence[str]]) -> str:
    """Quoted where it has to be, every text made safe, with the mark by which Excel knows UTF-8."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    for row in rows:
        writer.writerow([safe(cell) for cell in row])
    return BOM + stream.getvalue()
