"""A class from the learning platform and back: its archive and its export in, the filled export and feedback out."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from openpyxl import Workbook, load_workbook

import xlbp
from tests.classes import fill_in, key
from tests.classroom.handedin.platform_names import canvas, moodle_folder
from tests.package_lints.lints import LINTS
from tests.package_lints.package import Package
from xlbp.classroom.exercise.layout import Exercise
from xlbp.classroom.exercise.record import read_record
from xlbp.classroom.exercise.roster import read_roster
from xlbp.classroom.handedin.corrections import read_corrections
from xlbp.classroom.handedin.files import Submission
from xlbp.classroom.make import MadeClass, make_class
from xlbp.classroom.marking.marks_book import must_fit
from xlbp.classroom.marking.record import Line, record_rows
from xlbp.classroom.order import Order, plan_of
from xlbp.classroom.versions import draw_class
from xlbp.cli import cli
from xlbp.errors import UsageError
from xlbp.lang import load_texts

pytestmark = [pytest.mark.slow, pytest.mark.whole_pictures]  # whole books, many of them

PEOPLE = (
    ("Anna", "Müller", "a1"),
    ("Tim", "O'Neill", "a2"),
    ("Zoë", "Dubois", "a3"),
    ("小明", "王", "a4"),
    ("Ann", "Lee", "a5"),
)
NAMES = ("Anna Müller", "Tim O'Neill", "Zoë Dubois", "王小明", "Ann Lee")
ALL_WRONG = dict.fromkeys(range(16), 0.5)
WORKSHEET = 'Identifier,"Full name","Email address",Status,Grade,"Maximum grade","Grade can be changed"\n'


class Monday:
    """An exercise handed out to five students, with their own list; what comes back is put together by each test."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.roster = folder, folder / "class.csv"
        lines = "".join(f"{first},{last},{id_}\n" for first, last, id_ in PEOPLE)
        self.roster.write_text(f"Vorname,Nachname,Matrikelnummer\n{lines}", "utf-8")
        order = Order("mazur", "gradients", language="en")
        self.made: MadeClass = make_class(order, self.roster, 5, folder / "out", jobs=1)
        record, self.students = read_record(self.made.record), read_roster(self.roster)
        plan = plan_of(record)
        versions = draw_class(plan, record, self.students)
        self.exercises: list[Exercise] = [plan.version(numbers, student.name) for student, numbers in versions]

    def book(self, n: int, changes: dict[int, float] | None = None) -> bytes:
        """Student n's key, but for some cells."""
        exercise = self.exercises[n]
        answers: dict[Any, str | float | None] = dict(key(exercise))
        for place, answer in (changes or {}).items():
            answers[exercise.blanks.cells[place]] = answer
        source = self.made.folder / f"{self.students[n].stem}.xlsx"
        return fill_in(source, self.folder / "filled.xlsx", exercise, answers).read_bytes()

    def worksheet(self, path: Path) -> Path:
        """Moodle's grading worksheet: addresses, but not the ids of the class list; Tim's grade is locked."""
        lines = [
            f'"Participant {501 + n}","{name}",{n}@x.org,"Submitted for grading",,10.00,{"No" if n == 1 else "Yes"}\n'
            for n, name in enumerate(NAMES)
        ]
        path.write_text("\ufeff" + WORKSHEET + "".join(lines), "utf-8")
        return path

    def gradebook(self, path: Path) -> Path:
        """Canvas's gradebook."""
        lines = [f'"{last}, {first}",{11 + n},{id_},login{n},A,\n' for n, (first, last, id_) in enumerate(PEOPLE)]
        head = "Student,ID,SIS User ID,SIS Login ID,Section,Monday (77)\n    Points Possible,,,,,20.00\n"
        path.write_text(head + "".join(lines), "utf-8")
        return path


@pytest.fixture(scope="module")
def monday(tmp_path_factory: pytest.TempPathFactory) -> Monday:
    """Made once."""
    return Monday(tmp_path_factory.mktemp("monday"))


def zipped(path: Path, files: Iterable[tuple[str, bytes]]) -> Path:
    """An archive of these files."""
    with zipfile.ZipFile(path, "w") as package:
        for name, data in files:
            package.writestr(name, data)
    return path


def run(monday: Monday, *arguments: str | Path) -> Any:
    """The command with the exercise's record."""
    command = ["mark", *map(str, arguments), "--exercise", str(monday.made.record), "--jobs", "1"]
    return CliRunner().invoke(cli, command)


def marked(monday: Monday, *arguments: str | Path) -> dict[str, Any]:
    """What the command prints for programs."""
    told = run(monday, *arguments, "--json")
    assert told.exit_code == 0, told.output
    data: dict[str, Any] = json.loads(told.output)
    return data


def refused(monday: Monday, *arguments: str | Path) -> str:
    """Why the command refuses."""
    error = run(monday, *arguments).exception
    assert isinstance(error, UsageError), error
    return error.at_the_command_line


def moodle_takes(archive: Path) -> dict[int, set[str]]:
    """The participants for whom Moodle takes feedback, with the texts of its first sheet.

    By the rule of mod/assign/feedback/file/importziplib.php: a part of the path is split at _ into five, of which the
    second is the participant's number and the next two name a plugin.
    """
    taken: dict[int, set[str]] = {}
    with zipfile.ZipFile(archive) as package:
        for name in package.namelist():
            for part in name.split("/"):
                info = part.split("_", 4)
                if len(info) >= 4 and info[1].isdigit() and info[2:4] == ["assignsubmission", "file"]:
                    taken[int(info[1])] = texts_of(package.read(name))
                    break
    return taken


def texts_of(data: bytes) -> set[str]:
    """The texts of a feedback book's first sheet."""
    sheet = load_workbook(io.BytesIO(data)).worksheets[0]
    return {str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None}


def test_moodle_and_back(monday: Monday, tmp_path: Path) -> None:
    """The worksheet is the class list, and is filled; feedback goes to its participants; a doubtful file to nobody."""
    inner = zipped(tmp_path / "inner.zip", [("my/exercise.xlsx", monday.book(3))]).read_bytes()
    files = [(moodle_folder(name, 501 + n, old=n % 2 == 0), monday.book(n)) for n, name in enumerate(NAMES[:3])]
    files += [(moodle_folder("王小明", 504, "work.zip"), inner), ("mueler anna.xlsx", monday.book(0, ALL_WRONG))]
    files += [("../evil.xlsx", b"x"), ("Ann Müller.xlsx", b"x")]
    archive = zipped(tmp_path / "submissions.zip", files)
    export = monday.worksheet(tmp_path / "Grades.csv")
    data = marked(monday, archive, "--gradebook", export, "-o", tmp_path / "marks.xlsx")
    assert [(r["points"], r["grade"]) for r in data["results"][:5]] == [(16, 10)] * 4 + [(0, None)]
    expected = export.read_text("utf-8")
    for n in (0, 2, 3):
        row = f'{n}@x.org,"Submitted for grading",'
        expected = expected.replace(f"{row},", f"{row}10.00,")
    assert (tmp_path / "Grades-filled.csv").read_text("utf-8") == expected
    feedback = moodle_takes(tmp_path / "marks-feedback.zip")
    whose = {number: {name for name in NAMES if any(text.startswith(name) for text in texts)}
             for number, texts in feedback.items()}  # fmt: skip
    assert whose == {501 + n: {name} for n, name in enumerate(NAMES[:4])}
    uses = {Path(line["file"]).name: line["use"] for line in data["owners"]}
    assert (uses["mueler anna.xlsx"], uses["Ann Müller.xlsx"], uses["evil.xlsx"]) == ("beside", "doubtful", "skipped")


def test_the_record_filled_in_is_a_table_of_corrections(monday: Monday, tmp_path: Path) -> None:
    """As a sheet of the marks' workbook, in any language; what is left empty says nothing."""
    files = [Submission(Path("x"), name, tmp_path / "all.zip") for name in ("a.xlsx", "b.xlsx", "c.xlsx")]
    for language in ("en", "de", "zh-CN", "zh-TW"):
        book = Workbook()
        book.create_sheet("Marks").append(["name", "file"])
        texts = load_texts(language)
        sheet = book.create_sheet(texts("marking.sheet_decisions"))
        lines = [Line(file.shown, None, "doubtful") for file in files]
        rows = record_rows(texts, lines)
        rows[1][1], rows[2][1] = "Anna Müller (a1)", "-"
        for row in rows:
            sheet.append(row)
        book.active.append(["something"])
        book.save(tmp_path / "marks.xlsx")
        settled = read_corrections(tmp_path / "marks.xlsx", files, monday.students)
        assert {Path(name).name: student.name if student else None for name, student in settled.items()} == {
            "a.xlsx": "Anna Müller",
            "b.xlsx": None,
        }


def test_the_teachers_word_settles_a_doubt(monday: Monday, tmp_path: Path) -> None:
    """By two columns, or by the record of decisions, filled in; for nobody, too."""
    files = [("exercise.xlsx", monday.book(4)), ("Ann and Zoë.xlsx", monday.book(2)), ("Bob.xlsx", monday.book(1))]
    archive = zipped(tmp_path / "all.zip", files)
    corrections = tmp_path / "whose.csv"
    corrections.write_text(
        "Datei;Student\nexercise.xlsx;a5\nAnn and Zoë.xlsx;dubois zoe\nall.zip/Bob.xlsx;-\n", "utf-8"
    )
    settled = ["--roster", monday.roster, "-o", tmp_path / "marks.csv", "--no-feedback", "--out-of", "8"]
    data = marked(monday, archive, *settled, "--corrections", corrections)
    assert [r["grade"] for r in data["results"]] == [None, None, 8, None, 8]
    assert [line["use"] for line in data["owners"]] == ["nobody", "counted", "counted"]
    again = marked(monday, archive, *settled[:2], "-o", tmp_path / "again.csv", "--no-feedback",
                      "--corrections", tmp_path / "marks-decisions.csv")  # fmt: skip
    assert [r["decided_by"] for r in again["results"]] == [None, None, "correction", None, "correction"]


@pytest.mark.parametrize(
    ("line", "words"), [("x.xlsx,a5", "no file is called"), ("Bob.xlsx,Somebody", "is no student")]
)
def test_a_correction_that_means_nothing_is_refused(monday: Monday, tmp_path: Path, line: str, words: str) -> None:
    """With the line that says so."""
    archive = zipped(tmp_path / "all.zip", [("Bob.xlsx", b"x")])
    (tmp_path / "whose.csv").write_text(f"file,student\n{line}\n", "utf-8")
    corrections = ["--corrections", tmp_path / "whose.csv"]
    told = refused(monday, archive, "--roster", monday.roster, "-o", tmp_path / "m.csv", *corrections)
    assert "whose.csv:2: " in told
    assert words in told


@pytest.mark.parametrize(("attempt", "points"), [("last", "0.00"), ("best", "20.00")])
def test_canvas_and_back(monday: Monday, tmp_path: Path, attempt: str, points: str) -> None:
    """The better or the later of two uploads counts; late ones are told; names in the feedback are unchanged."""
    first, second = canvas("Anna", "Müller", 11, 100), canvas("Anna", "Müller", 11, 200, "_LATE")
    zipped_name = canvas("小明", "王", 14, 103, file="work.zip")
    inner = zipped(tmp_path / "inner.zip", [("exercise.xlsx", monday.book(3))]).read_bytes()
    files = [(first, monday.book(0)), (second, monday.book(0, ALL_WRONG)), (zipped_name, inner)]
    archive = zipped(tmp_path / "submissions.zip", files)
    export = monday.gradebook(tmp_path / "2026-Grades.csv")
    data = marked(monday, archive, "--gradebook", export, "-o", tmp_path / "marks.csv", "--attempt", attempt)
    filled = (tmp_path / "2026-Grades-filled.csv").read_text("utf-8")
    expected = (
        export.read_text("utf-8").replace("login0,A,", f"login0,A,{points}").replace("login3,A,", "login3,A,20.00")
    )
    assert filled == expected
    counted = first if attempt == "best" else second
    assert [r["late"] for r in data["results"]] == [attempt == "last", False, False, False, False]
    with zipfile.ZipFile(tmp_path / "marks-feedback.zip") as package:
        assert sorted(package.namelist()) == sorted([counted, zipped_name])
        assert zipfile.ZipFile(io.BytesIO(package.read(zipped_name))).namelist() == ["王小明 14.xlsx"]


def test_the_command_says_what_to_look_at_and_what_goes_where(monday: Monday, tmp_path: Path) -> None:
    """Late, doubtful and skipped files; whose grades are locked, and which file is uploaded where."""
    files = [(moodle_folder(name, 501 + n), monday.book(n)) for n, name in enumerate(NAMES[:2])]
    files += [("../evil.xlsx", b"x"), ("Ann Müller.xlsx", b"x")]
    archive = zipped(tmp_path / "all.zip", [*files, (canvas("Zoë", "Dubois", 1, 2, "late"), monday.book(2))])
    export = monday.worksheet(tmp_path / "Grades.csv")
    told = run(monday, archive, "--gradebook", export, "-o", tmp_path / "marks.xlsx", "--no-feedback")
    for words in (
        "late: Zoë Dubois",
        "points out of the archive",
        "Ann Müller.xlsx: Anna Müller or Ann Lee?",
        "--corrections FILE",
        "2 grades in 'Grade'",
        "locked there, left as they were: Tim O'Neill",
        f"Upload grading worksheet: {tmp_path / 'Grades-filled.csv'}",
    ):
        assert words in told.output
    assert "Canvas" not in told.output


def test_the_marks_as_a_workbook(monday: Monday, tmp_path: Path) -> None:
    """A line per student, a sign and a colour for each cell, frozen; the class with charts; whose each file is."""
    files = [("Anna Müller.xlsx", monday.book(0, {0: 0.5})), ("final.xlsx", monday.book(2)), ("zzz.xlsx", b"no book")]
    archive = zipped(tmp_path / "all.zip", files)
    marked(monday, archive, "--roster", monday.roster, "-o", tmp_path / "marks.xlsx", "--out-of", "10", "--no-feedback")
    book = load_workbook(tmp_path / "marks.xlsx")
    marks, summary, decisions = book.worksheets
    assert (marks.freeze_panes, decisions.freeze_panes) == ("B2", "B2")
    assert [cell.value for cell in marks["A"]] == ["name", *NAMES, None]
    assert [marks.cell(row, 10).value for row in (1, 2, 3)] == ["points of 10", 9.38, None]
    cells = [marks.cell(2, column) for column in range(11, 27)]
    assert {(cell.value, cell.fill.fgColor.rgb) for cell in cells} == {
        (sign, cells[[cell.value for cell in cells].index(sign)].fill.fgColor.rgb) for sign in ("✓", "(✓)", "✗")
    }
    assert len({cell.fill.fgColor.rgb for cell in cells}) == 3
    assert len(summary._charts) == 2
    package = Package.read(tmp_path / "marks.xlsx")
    found = {name: list(lint(package)) for name, lint in LINTS.items()}
    assert {name for name, faults in found.items() if faults} <= {
        "texts are not cut"
    }  # by the next cell, as in any table
    uses = {row[0].value: row[3].value for row in decisions.iter_rows(min_row=2)}
    assert uses[f"{archive}/final.xlsx"] == "counted, but only likely"
    assert uses[f"{archive}/zzz.xlsx"] == "doubtful, nobody's yet"


def test_marks_that_are_too_many_for_a_workbook_are_refused() -> None:
    """Before the work, with what to do."""
    must_fit(10_000, 60)
    with pytest.raises(UsageError, match=r"ask for \.csv"):
        must_fit(100_000, 60)


def test_every_text_of_the_csv_is_quoted(monday: Monday, tmp_path: Path) -> None:
    """So that a program that cuts at semicolons, too, shifts no column; numbers are plain."""
    archive = zipped(tmp_path / "all.zip", [("Anna Müller; =1+1.xlsx", monday.book(0))])
    marked(monday, archive, "--roster", monday.roster, "-o", tmp_path / "marks.csv", "--no-feedback")
    text = (tmp_path / "marks.csv").read_bytes().decode("utf-8-sig")
    assert text.splitlines()[1].startswith('"Anna Müller","a1","marked",16,16,16,0,0,0,"","","')
    assert '/Anna Müller; =1+1.xlsx","right","right"' in text
    assert set(re.sub('"(?:[^"]|"")*"', "", text)) <= set("0123456789.,\r\n")


def test_what_cannot_be_read_is_no_attempt(monday: Monday, tmp_path: Path) -> None:
    """Another workbook beside the exercise costs nothing; where none can be read, the last one is told.

    Who handed in what is not even unpacked has handed in; pictures are nobody's hand-in.
    """
    folder = moodle_folder("Anna Müller", 501, "zzz.xlsx")
    files = [(moodle_folder("Anna Müller", 501), monday.book(0)), (folder, b"no book")]
    files += [(moodle_folder("Zoë Dubois", 503, name), b"no book") for name in ("a.xlsx", "b.xlsx")]
    files += [(moodle_folder("Ann Lee", 505), bytes(21_000_000)), ("holiday.jpg", b"x")]
    archive = zipped(tmp_path / "all.zip", files)
    data = marked(monday, archive, "--roster", monday.roster, "-o", tmp_path / "marks.csv", "--no-feedback")
    anna, tim, zoe, _, ann = data["results"]
    assert (tim["status"], ann["status"]) == ("missing", "unreadable")
    assert "at most 20,000,000" in ann["reason"]
    assert {line["use"] for line in data["owners"]} == {"counted", "beside", "skipped"}
    assert (anna["status"], anna["points"]) == ("marked", 16)
    assert "counted instead of zzz.xlsx, which could not be read" in anna["reason"]
    assert (zoe["status"], Path(zoe["file"]).name) == ("unreadable", "b.xlsx")


def test_python_has_the_same_words(monday: Monday, tmp_path: Path) -> None:
    """Several sources, the gradebook as the class list, a scale with decimals."""
    archives = [zipped(tmp_path / f"{n}.zip", [(canvas(*PEOPLE[n][:2], 11 + n, n), monday.book(n))]) for n in (0, 2)]
    export = monday.gradebook(tmp_path / "Grades.csv")
    done = xlbp.mark(
        archives,
        output=tmp_path / "marks.xlsx",
        exercise=monday.made.record,
        gradebook=export,
        column="Monday",
        out_of=7.5,
        attempt="best",
        feedback=False,
    )
    assert [done.grade(result) for result in done.results] == [7.5, None, 7.5, None, None]
    assert "login2,A,7.50" in (tmp_path / "Grades-filled.csv").read_text("utf-8")
    with pytest.raises(UsageError, match="attempt"):
        xlbp.mark(archives, output=tmp_path / "m.csv", exercise=monday.made.record, gradebook=export, attempt="first")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["-o", "marks.ods"], "must end in .xlsx or .csv"),
        (["-o", "m.csv", "--out-of", "0"], "give a number above 0"),
        (["-o", "m.csv", "--column", "x"], "--column goes with --gradebook"),
        (["-o", "m.csv", "--gradebook", "Grades.csv", "--out-of", "20"], "leaves out what is above"),
    ],
)
def test_what_cannot_be_is_refused_before_the_work(
    monday: Monday, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], words: str
) -> None:
    """In one sentence."""
    monkeypatch.chdir(tmp_path)
    monday.worksheet(tmp_path / "Grades.csv")
    archive = zipped(tmp_path / "all.zip", [("Bob.xlsx", b"x")])
    assert words in refused(monday, archive, "--roster", monday.roster, *arguments)


def test_a_list_that_the_record_does_not_know_is_refused(monday: Monday, tmp_path: Path) -> None:
    """All books would be wrong, and the gradebook full of zeros."""
    (tmp_path / "others.csv").write_text("name\nBob Ray\n", "utf-8")
    archive = zipped(tmp_path / "all.zip", [("Bob Ray.xlsx", monday.book(0))])
    told = refused(monday, archive, "--roster", tmp_path / "others.csv", "-o", tmp_path / "m.csv")
    assert "knows nobody of this list" in told
