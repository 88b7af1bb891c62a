"""A platform's export filled: one column, and not a byte besides; what the platform would leave out is not touched."""

from __future__ import annotations

import csv
import io
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xlbp.classroom.exercise.roster import Student, read_roster
from xlbp.classroom.gradebook.csv_text import parse
from xlbp.classroom.gradebook.export import Export, fill, read_export, written
from xlbp.errors import UsageError

MOODLE = (
    'Identifier,"Full name","Email address",Status,Grade,"Maximum grade","Grade can be changed",'
    '"Last modified (submission)","Last modified (grade)","Feedback comments"\n'
    '"Participant 501","Anna Müller",a@x.org,"Submitted for grading - 2 hours late",,10.00,Yes,"Monday, 3 May",-,\n'
    '"Participant 502","Tim O\'Neill",t@x.org,"Submitted for grading",8.00,10.00,No,-,-,"Good,\nvery ""good"""\n'
    '"Participant 503",王小明,w@x.org,"No submission",,10.00,Yes,-,-,\n'
)
CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Notes,Monday (77),Tuesday (78),Monday Current Score,Final Score\r\n"
    ",,,,,,Manual Posting,,,\r\n"
    "    Points Possible,,,,,,20.00,10.00,(read only),(read only)\r\n"
    '"Müller, Anna",11,u1,anna,A,,,3.00,30,30\r\n'
    '"O\'Neill, Tim",12,u2,tim,A,,N/A,,0,0\r\n'
    '"小明, 王",13,u3,wang,A,,EX,,0,0\r\n'
    '"Lee, Ann",14,u4,ann,A,,,,0,0\r\n'
    '"Student, Test",15,,8f14e45fceea167a5a36dedd4bea2543aabbccdd,A,,,,0,0\r\n'
)


def written_as(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    """An export's file."""
    path = tmp_path / "export.csv"
    path.write_bytes(text.encode(encoding))
    return path


def filled(tmp_path: Path, text: str, points: dict[str, int], column: str | None = None) -> tuple[str, Export]:
    """The export's text, filled with the points of students by name."""
    path = written_as(tmp_path, text)
    students = read_roster(path)
    export = read_export(path, column, students)
    by_number = {student.number: Fraction(points[student.name]) for student in students if student.name in points}
    return fill(export, by_number, students).data.decode(), export


def test_moodles_worksheet(tmp_path: Path) -> None:
    """Only the grade; a grade that can't be changed stays; the late are known, and what it is out of."""
    text, export = filled(tmp_path, MOODLE, {"Anna Müller": 7, "Tim O'Neill": 9})
    assert text == MOODLE.replace('late",,10.00', 'late",7.00,10.00')
    assert (export.platform, export.heading, export.maximum) == ("Moodle", "Grade", 10)
    assert export.late == {1}


def test_moodles_worksheet_in_another_language(tmp_path: Path) -> None:
    """The headings are others, the numbers have commas and thus stand in quotes, and locked is Nein."""
    german = (
        'ID,"Vollständiger Name",E-Mail-Adresse,Status,Bewertung,Bestwertung,"Bewertung kann geändert werden"\n'
        'Teilnehmer/in501,"Anna Müller",a@x,"Zur Bewertung abgegeben",,"10,00",Ja\n'
        'Teilnehmer/in502,"Tim Roe",t@x,"Zur Bewertung abgegeben, 2 Stunden verspätet","5,50","10,00",Nein\n'
    )
    text, export = filled(tmp_path, german, {"Anna Müller": 7, "Tim Roe": 3})
    assert text == german.replace('abgegeben",,', 'abgegeben","7,00",')
    assert export.late == {2}
    foreign = german.replace("Bewertung,Bestwertung", "Zzz,Yyy")
    assert read_export(written_as(tmp_path, foreign), None, ()).heading == "Zzz"


def test_grades_that_are_all_alike_are_not_the_largest_one(tmp_path: Path) -> None:
    """Nor is a number of the class's before them."""
    alike = MOODLE.replace(",,10.00,Yes", ",5.00,10.00,Yes").replace("8.00,10.00", "5.00,10.00")
    for text in (
        alike,
        alike.replace("Grade,", "Zzz,").replace("a@x.org", "7").replace("t@x.org", "7").replace("w@x.org", "7"),
    ):
        export = read_export(written_as(tmp_path, text), None, ())
        assert (export.csv.value(1, export.column), export.maximum) == ("5.00", 10)


def test_canvass_gradebook(tmp_path: Path) -> None:
    """The assignment that is asked for, with its number or without; who is excused or has not got it stays so."""
    points = {"Anna Müller": 7, "Tim O'Neill": 9, "王小明": 4, "Ann Lee": 20}
    text, export = filled(tmp_path, CANVAS, points, "Monday")
    assert text == CANVAS.replace("anna,A,,,", "anna,A,,7.00,").replace("ann,A,,,", "ann,A,,20.00,")
    assert (export.platform, export.heading, export.maximum) == ("Canvas", "Monday (77)", 20)
    assert filled(tmp_path, CANVAS, points, "Monday (77)")[0] == text


@pytest.mark.parametrize(
    ("column", "words"),
    [
        (None, "column; it has 'Monday \\(77\\)', 'Tuesday \\(78\\)'"),
        ("Final Score", "takes nothing"),
        ("Notes", "takes nothing"),
        ("Friday", "no column 'Friday'"),
    ],
)
def test_a_column_that_cannot_be_filled_is_refused(tmp_path: Path, column: str | None, words: str) -> None:
    """With those that can."""
    with pytest.raises(UsageError, match=words):
        read_export(written_as(tmp_path, CANVAS), column, ())


def test_canvas_in_germany(tmp_path: Path) -> None:
    """Semicolons and decimal commas; a total of an assignment's name is none, a final exam is one."""
    text = CANVAS.replace(",", ";").replace("Müller; Anna", "Müller, Anna").replace(".00", ",00")
    text = text.replace("Tuesday (78)", "Final Exam Points (78)").replace("Monday Current Score", "Final Score (79)")
    new, export = filled(tmp_path, text, {"Anna Müller": 7}, "Final Exam Points")
    assert new == text.replace("anna;A;;;3,00", "anna;A;;;7,00")
    assert export.maximum == 10
    with pytest.raises(UsageError, match="takes nothing"):
        read_export(written_as(tmp_path, text), "Final Score", ())


def test_a_plain_table(tmp_path: Path) -> None:
    """Moodle's grade export or one's own: the column is named; numbers are as short as they are."""
    plain = "First name,Last name,ID number,Assignment: Monday (Real)\nAnna,Müller,7,-\nTim,Roe,8,-\n"
    text, export = filled(tmp_path, plain, {"Anna Müller": 16}, "assignment: monday (real)")
    assert text == plain.replace("7,-", "7,16")
    assert (export.platform, export.maximum) == ("", 0)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "gb18030"])
def test_every_byte_but_the_column_stays(tmp_path: Path, encoding: str) -> None:
    """Encoding with its mark, semicolons, line ends, quotes that need not be, a last line without an end."""
    name = "王小明" if encoding == "gb18030" else "Jörg Müller"
    heading = "姓名" if encoding == "gb18030" else "Name"
    text = f'{heading};"ID";Punkte;"Bemerkung"\r\n"{name}";7;"1,5";"a;""b"""\r\n\r\nBob Ray;8;;x'
    path = written_as(tmp_path, text, encoding)
    students = read_roster(path)
    export = read_export(path, None, students)
    new = fill(export, {1: Fraction(7, 2), 2: Fraction(1)}, students).data
    assert new == text.replace('"1,5"', '"3,5"').replace("8;;x", "8;1;x").encode(encoding)


def test_who_is_not_in_the_gradebook_is_told(tmp_path: Path) -> None:
    """Students of another roster are found by an id, an address or the name; who is not there is named."""
    roster = tmp_path / "class.csv"
    roster.write_text("name,email\nMueller Anna,x\nWang,w@x.org\nBob Ray,b@x.org\nTim O'Neill,\n", "utf-8")
    students = read_roster(roster)
    export = read_export(written_as(tmp_path, MOODLE), None, students)
    done = fill(export, {student.number: Fraction(5) for student in students}, students)
    assert done.filled == 2
    assert [student.name for student in done.locked] == ["Tim O'Neill"]
    assert [student.name for student in done.absent] == ["Bob Ray"]
    assert '小明,w@x.org,"No submission",5.00' in done.data.decode()


@pytest.mark.parametrize(
    ("points", "decimal", "with_cents", "text"),
    [
        (Fraction(5, 8), ".", True, "0.63"),
        (Fraction(5, 8), ",", False, "0,63"),
        (Fraction(10), ".", False, "10"),
        (Fraction(10), ".", True, "10.00"),
        (Fraction(1, 3), ".", False, "0.33"),
        (Fraction(200), ".", False, "200"),
    ],
)
def test_points_are_rounded_half_up(points: Fraction, decimal: str, with_cents: bool, text: str) -> None:
    """To two decimals, more than which no platform keeps."""
    assert written(points, decimal, with_cents) == text


CELLS = st.lists(st.text('ab,;"\r\n\t é王', max_size=6), min_size=2, max_size=4)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(rows=st.lists(CELLS, min_size=1, max_size=6), quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]))
def test_cells_are_those_that_a_reader_of_csv_sees(rows: list[list[str]], quoting: int) -> None:
    """Whatever stands in them; and what is not replaced is the same to the byte."""
    stream = io.StringIO(newline="")
    csv.writer(stream, quoting=quoting, lineterminator="\r\n").writerows([["name", "id"], *rows])  # type: ignore[arg-type]
    data = stream.getvalue().encode()
    parsed = parse(data)
    assert parsed.with_values(0, {}) == data
    if parsed.separator == ",":
        assert [[parsed.value(n, k) for k in range(len(row))] for n, row in enumerate(parsed.rows)][1:] == rows
        new = parse(parsed.with_values(1, {1: 'x"y'}))
        assert new.value(1, 1) == 'x"y'
        assert [new.value(1, 0), *map(new.values, range(2, len(new.rows)))] == [
            parsed.value(1, 0),
            *map(parsed.values, range(2, len(parsed.rows))),
        ]


def test_the_students_of_a_worksheet_know_their_numbers(tmp_path: Path) -> None:
    """As a roster it leads to its own rows."""
    path = written_as(tmp_path, MOODLE)
    students: tuple[Student, ...] = read_roster(path)
    assert read_export(path, None, students).rows == {1: 1, 2: 2, 3: 3}
