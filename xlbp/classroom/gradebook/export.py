"""A platform's export with one column filled: Moodle's grading worksheet or grades, Canvas's gradebook, or any table.

What the platforms leave out or refuse is not touched: rows that Moodle has locked, Canvas's columns that are read only,
students who are excused or have not got the assignment.  docs/learning-platforms.md tells where that is written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path

from xlbp.classroom.exercise.headings import place_of, plain_heading
from xlbp.classroom.exercise.roster import (
    POINTS_POSSIBLE,
    SECTION,
    Person,
    Student,
    identifier_of,
    is_of_canvas,
    keys_of,
    people_of,
)
from xlbp.classroom.exercise.spelling import folded, orders, words_of
from xlbp.classroom.gradebook.csv_text import CsvText, parse
from xlbp.classroom.handedin.platforms import CANVAS, MOODLE
from xlbp.datafile.numbers import NumberForm
from xlbp.datafile.rows import DataFile
from xlbp.errors import UsageError, option, reason_of

LARGEST = 100_000_000
GRADES = (
    "grade", "bewertung", "note", "calificación", "voto", "valutazione", "nota", "cijfer", "beoordeling", "ocena",
    "známka", "hodnocení", "betyg", "karakter", "arvosana", "osztályzat", "pont", "notă", "not", "оценка", "оцінка",
    "βαθμός", "評点", "성적", "성적 점수", "成绩", "成績", "分数", "分數", "điểm", "nilai", "คะแนน", "الدرجة", "ציון",
    "points", "punkte", "score", "mark",
)  # fmt: skip
YES = ("yes", "ja", "oui", "sí", "si", "sim", "tak", "ano", "igen", "da", "evet", "да", "так", "ναι", "kyllä", "はい",
       "예", "是", "có", "ya", "ใช่", "نعم", "כן", "हाँ")  # fmt: skip
NO = ("no", "nein", "non", "não", "nee", "nei", "nej", "nie", "ne", "nem", "nu", "hayır", "нет", "ні", "όχι", "ei",
      "いいえ", "아니오", "아니요", "否", "不", "không", "tidak", "ไม่ใช่", "لا", "לא", "नहीं")  # fmt: skip
LATE = re.compile(
    r"\blate\b|verspätet|en retard|de retraso|retrasado|tarde|in ritardo|atrasad|te laat|spóźni|zpožd|försenad"
    r"|forsinket"
    r"|myöhässä|késve|întârziere|geç|опозда|запізн|καθυστέρ|遅れ|늦게|迟|遲|muộn|terlambat|متأخر|באיחור",
    re.IGNORECASE,
)
READ_ONLY = "read only"
NOT_THEIRS = ("n/a", "ex")  # Canvas: has not got the assignment, is excused
COMPUTED = re.compile("(Current|Final) (Score|Points|Grade)|Override (Score|Grade|Status)")  # in any language
ASSIGNMENT = re.compile(r"(.*?)\s*\(\d+\)")
CENT = Decimal("0.01")
EITHER = (NumberForm("."), NumberForm(","))


@dataclass(frozen=True)
class Export:
    """``rows`` are those of the students, by their numbers; ``locked`` ones must not be filled.

    ``platform`` is Moodle, Canvas or ''; ``maximum`` what its points are out of, 0 if it does not say; ``late`` are
    the numbers of students whose work it calls late; ``platform_ids`` by which numbers it knows them.
    """

    path: Path
    csv: CsvText
    platform: str
    column: int
    rows: Mapping[int, int]
    locked: frozenset[int]
    maximum: Fraction
    decimal: str
    late: frozenset[int]
    platform_ids: Mapping[int, str]

    @property
    def heading(self) -> str:
        """What the column is called."""
        return self.csv.value(0, self.column).strip()


@dataclass(frozen=True)
class Filled:
    """The new file's bytes, and the students who are not in it: their rows are locked, or they have none."""

    data: bytes
    filled: int
    locked: tuple[Student, ...]
    absent: tuple[Student, ...]


def read_export(path: Path, column: str | None, students: Sequence[Student]) -> Export:
    """The export, and where each student's points go.  Raises UsageError for one that can't be filled."""
    csv = _parsed(path)
    header = csv.values(0)
    table = DataFile(header, tuple((n, csv.values(n)) for n in range(1, len(csv.rows))), csv.separator, NumberForm())
    body = DataFile(header, tuple(row for row in table.rows if any(row[1])), csv.separator, NumberForm())
    platform = _platform_of(body)
    place = _column(path, body, platform, column)
    people = people_of(path, body)
    rows = _rows_of(people, students)
    numbers = {person.line: person.platform_id for person in people}
    return Export(
        path,
        csv,
        platform,
        place,
        rows,
        _locked(body, platform, place),
        _maximum(body, platform, place),
        _decimal(body, platform, place),
        _late(body, platform, rows, place),
        {student: numbers[row] for student, row in rows.items() if numbers[row]},
    )


def fill(export: Export, points: Mapping[int, Fraction], students: Sequence[Student]) -> Filled:
    """The export with the points of students, by their numbers, in its column."""
    there = {number: row for number, row in export.rows.items() if number in points}
    values = {
        row: written(points[number], export.decimal, bool(export.platform))
        for number, row in there.items()
        if row not in export.locked and export.column < len(export.csv.rows[row])
    }
    by_number = {student.number: student for student in students}
    locked = tuple(by_number[number] for number, row in there.items() if row not in values)
    absent = tuple(by_number[number] for number in points if number not in export.rows)
    return Filled(export.csv.with_values(export.column, values), len(values), locked, absent)


def written(points: Fraction, decimal: str = ".", with_cents: bool = False) -> str:
    """Points with at most two decimals, a half rounded up; ``with_cents`` both of them, as platforms write them."""
    exact = Decimal(points.numerator) / Decimal(points.denominator)
    rounded = exact.quantize(CENT, ROUND_HALF_UP)
    text = f"{rounded}" if with_cents else f"{rounded.normalize():f}"
    return text.replace(".", decimal)


def _parsed(path: Path) -> CsvText:
    try:
        if path.stat().st_size > LARGEST:
            raise UsageError(f"{path}: a gradebook has at most {LARGEST // 1_000_000} MB")
        csv = parse(path.read_bytes())
    except OSError as error:
        raise UsageError(f"can't read the gradebook {str(path)!r}: {reason_of(error)}") from None
    except UnicodeError:
        raise UsageError(
            f"{path}: the gradebook is no text; export it from the platform as CSV, or plain text"
        ) from None
    except ValueError as error:
        raise UsageError(f"{path}: the gradebook {error}") from None
    if len(csv.rows) < 2:
        raise UsageError(f"{path}: the gradebook has no rows below its headings")
    return csv


def _platform_of(table: DataFile) -> str:
    if is_of_canvas(table.header):
        return CANVAS
    return MOODLE if identifier_of(table) is not None else ""


# which column


def _column(path: Path, table: DataFile, platform: str, asked: str | None) -> int:
    """The place of the column that is filled: the one that is asked for, or the only one that can be meant."""
    if asked is not None:
        return _asked(path, table, platform, asked)
    candidates = COLUMNS[platform](table)
    if len(candidates) == 1:
        return candidates[0]
    listed = ", ".join(repr(table.header[place]) for place in candidates or range(len(table.header)))
    raise UsageError(
        f"{path}: name the column of the gradebook that is to be filled, {option('--column')}; it has {listed}"
    )


def _asked(path: Path, table: DataFile, platform: str, asked: str) -> int:
    names = [plain_heading(cell) for cell in table.header]
    bare = [plain_heading(ASSIGNMENT.sub(r"\1", cell)) for cell in table.header]
    found = [k for k, name in enumerate(names) if name == plain_heading(asked)]
    found = found or [k for k, name in enumerate(bare) if name == plain_heading(asked)]
    if len(found) != 1:
        how_many = "no column" if not found else f"{len(found)} columns"
        raise UsageError(f"{path}: the gradebook has {how_many} {asked!r}; it has {', '.join(map(repr, table.header))}")
    if platform == CANVAS and found[0] not in _of_canvas(table):
        raise UsageError(f"{path}: Canvas takes nothing for the column {asked!r}; give one of an assignment")
    return found[0]


def _of_canvas(table: DataFile) -> list[int]:
    """The assignments: behind the columns that tell the student, and not read only."""
    headings = [plain_heading(cell) for cell in table.header]
    first = headings.index(SECTION) + 1
    locked = {k for _, row in table.rows if _is_points(row) for k, cell in enumerate(row) if READ_ONLY in cell}
    return [
        k
        for k in range(first, len(headings))
        if k not in locked and not COMPUTED.search(table.header[k]) and ASSIGNMENT.fullmatch(table.header[k])
    ]


def _of_moodle(table: DataFile) -> list[int]:
    """The grade of the worksheet: by its heading, or by the column of the largest grade, which is next to it."""
    place = place_of(table.header, GRADES)
    if place is not None:
        return [place]
    largest = _with_one_number(table)[-1:]
    return [largest[0] - 1] if largest else []


def _of_any(table: DataFile) -> list[int]:
    place = place_of(table.header, GRADES)
    return [] if place is None else [place]


COLUMNS: dict[str, Callable[[DataFile], list[int]]] = {MOODLE: _of_moodle, CANVAS: _of_canvas, "": _of_any}


def _with_one_number(table: DataFile) -> list[int]:
    """The places of columns that have one and the same number in each row, as that of the largest grade."""
    cells = {place: {cell for _, cell in table.column(place)} for place in range(1, len(table.header))}
    return [place for place, texts in cells.items() if len(texts) == 1 and _number(next(iter(texts)))]


# what the column is out of, and how its numbers are written


def _number(text: str) -> Fraction:
    """A number with either decimal sign; 0 if it is none."""
    value = next((value for form in EITHER if (value := form.value(text)) is not None), None)
    return Fraction(str(value)) if value is not None else Fraction(0)


def _maximum(table: DataFile, platform: str, column: int) -> Fraction:
    if platform == CANVAS:
        return next(
            (_number(row[column]) for _, row in table.rows if _is_points(row) and column < len(row)), Fraction(0)
        )
    behind = [place for place in _with_one_number(table) if place > column] if platform == MOODLE else []
    return _number(table.column(behind[0])[0][1]) if behind else Fraction(0)


def _decimal(table: DataFile, platform: str, column: int) -> str:
    """The decimal sign of the numbers in the column, or else of any with two decimals."""
    own = [cell for _, cell in table.column(column)]
    others = [cell for _, row in table.rows for cell in row] if platform or table.separator == ";" else []
    for cell in (*own, *others):
        if found := re.fullmatch(r"-?\d+([.,])\d{1,5}", cell):
            return found[1]
    return "."


# which rows


def _is_points(row: Sequence[str]) -> bool:
    return bool(row) and row[0].strip().casefold().startswith(POINTS_POSSIBLE)


def _locked(table: DataFile, platform: str, column: int) -> frozenset[int]:
    """Rows whose grade the platform would not change."""
    if platform == CANVAS:
        return frozenset(line for line, cell in table.column(column) if cell.casefold() in NOT_THEIRS)
    if platform == MOODLE:
        for place in range(column + 1, len(table.header)):
            answers = {cell.casefold() for _, cell in table.column(place)}
            if answers <= {*YES, *NO}:
                return frozenset(line for line, cell in table.column(place) if cell.casefold() in NO)
    return frozenset()


def _late(table: DataFile, platform: str, rows: Mapping[int, int], grade: int) -> frozenset[int]:
    """Students of whose work Moodle's worksheet says by how long it is late, before the grade."""
    if platform != MOODLE:
        return frozenset()
    late = {line for line, row in table.rows if any(_says_late(cell) for cell in row[2:grade])}
    return frozenset(number for number, line in rows.items() if line in late)


def _says_late(cell: str) -> bool:
    return bool(LATE.search(cell)) and any(map(str.isdigit, cell)) and "@" not in cell


def _rows_of(people: Sequence[Person], students: Sequence[Student]) -> dict[int, int]:
    """Each student's row: by the platform's number, an id or an address, else by the name, if it is one person's."""
    claims: dict[str, set[int]] = {}
    for student in students:
        for key in _keys(student):
            claims.setdefault(key, set()).add(student.number)
    rows: dict[int, list[int]] = {}
    for number, person in enumerate(people, start=1):
        own = Student(number, person.name, person.id, f"id {person.id}", "", person.ids, person.platform_id)
        for key in _keys(own):
            if len(found := claims.get(key, set())) == 1:
                rows.setdefault(next(iter(found)), []).append(person.line)
                break
    return {number: lines[0] for number, lines in rows.items() if len(lines) == 1}


def _keys(student: Student) -> list[str]:
    """What a student may be told by, the surest first."""
    ids = [key for key in keys_of(student) if key.startswith("id ") and key != "id "]
    numbers = [f"number {student.platform_id}"] if student.platform_id else []
    names = [f"name {folded(way)}" for way in orders(words_of(student.name))]
    return [*numbers, *ids, *dict.fromkeys(names)]
