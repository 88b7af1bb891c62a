"""A class marked from end to end: files in, marks, summary and feedback out."""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from tests.classes import fill_in, key, roster
from tests.test_docs import tool
from xlbp.classroom.exercise.layout import Exercise
from xlbp.classroom.exercise.record import find_record, read_record
from xlbp.classroom.exercise.roster import read_roster
from xlbp.classroom.make import MadeClass, make_class
from xlbp.classroom.mark import Marked, Options, lost_file, mark
from xlbp.classroom.marking.answers import own_formulas
from xlbp.classroom.marking.files import Found
from xlbp.classroom.marking.marker import Job, Marker
from xlbp.classroom.marking.result import Result
from xlbp.classroom.marking.table import safe
from xlbp.classroom.order import Order, plan_of
from xlbp.classroom.versions import draw_class
from xlbp.cli import cli
from xlbp.cli.mark import text_of
from xlbp.errors import UsageError, WriteError
from xlbp.system.delivery import Produced
from xlbp.system.outcome import Failure, Outcome
from xlbp.system.process import find_program, limited, memory_for, started

pytestmark = [pytest.mark.slow, pytest.mark.whole_pictures]  # whole books, many of them

NAMES = ("Ann Lee", "Bob Ray", "王小明", "=1+1 Eve", "Max Roe", "Kim Poe", "Lou Doe")
EVIL = '=HYPERLINK("http://evil.example","x")'


class Class:
    """A class's books, and a folder to hand in to."""

    def __init__(self, folder: Path, order: Order) -> None:
        self.folder, self.roster = folder, roster(folder / "class.csv", *NAMES)
        self.made: MadeClass = make_class(order, self.roster, 5, folder / "out", jobs=1)
        self.record = read_record(self.made.record)
        plan, self.students = plan_of(self.record), read_roster(self.roster)
        versions = draw_class(plan, self.record, self.students)
        self.exercises: list[Exercise] = [plan.version(numbers, s.name) for s, numbers in versions]
        self.handed = folder / "in"
        self.handed.mkdir()

    def book(self, n: int) -> Path:
        """What student n was given."""
        return self.made.folder / f"{self.students[n].stem}.xlsx"

    def hand_in(self, n: int, changes: dict[int, str | float | None], of: int | None = None, name: str = "") -> Path:
        """Student n hands in the key but for some cells, perhaps in the book of another."""
        owner = n if of is None else of
        answers = dict(key(self.exercises[owner]))
        for place, answer in changes.items():
            answers[self.exercises[owner].blanks.cells[place]] = answer
        target = self.handed / (name or f"{self.students[n].stem}.xlsx")
        return fill_in(self.book(owner), target, self.exercises[owner], answers)


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Class, Marked]:
    """Seven students: right, wrong, renamed, injecting, copied, unreadable, missing."""
    group = Class(tmp_path_factory.mktemp("class"), Order("mazur", "gradients", language="en"))
    group.hand_in(0, {})
    cells = group.exercises[1].blanks.cells
    group.hand_in(1, {0: f"=-({group.exercises[1].formula(cells[0])})", 1: None})
    group.hand_in(2, {}, name="final version.xlsx")
    group.hand_in(3, {0: EVIL})
    group.hand_in(4, {}, of=0)
    (group.handed / "Kim Poe.xlsx").write_bytes(group.book(5).read_bytes()[:4000])
    return group, mark(group.handed, group.roster, group.record, group.folder / "marks.csv", Options(jobs=2))


def rows(path: Path) -> list[list[str]]:
    """A table as Excel reads it."""
    return list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


def test_each_student_has_a_status(marked: tuple[Class, Marked]) -> None:
    """Marked, unreadable or missing, in the order of the roster."""
    _, done = marked
    assert [r.status for r in done.results] == ["marked"] * 5 + ["unreadable", "missing"]


def test_points_and_mistakes(marked: tuple[Class, Marked]) -> None:
    """A sign and an empty cell cost two; later rows follow from them."""
    _, done = marked
    right, wrong = done.results[0], done.results[1]
    assert right.score == len(right.verdicts) == 16
    assert [(v.status, v.kind) for v in wrong.verdicts[:2]] == [("wrong", "sign"), ("empty", "")]
    assert wrong.score == 14


def test_a_renamed_book_is_known_by_its_numbers(marked: tuple[Class, Marked]) -> None:
    """Its name says nothing, and what it says of itself is not read."""
    _, done = marked
    assert (done.results[2].score, done.results[2].owner) == (16, "")


def test_copied_work_is_noticed(marked: tuple[Class, Marked]) -> None:
    """Under Max's name with Ann's numbers; the given cells are told, too."""
    _, done = marked
    assert done.results[4].owner == "Ann Lee"
    assert done.results[4].answers_of == "Ann Lee"
    assert done.results[4].changed
    assert [r.owner for r in done.results[:4]] == [""] * 4


def test_unreadable_hand_ins_are_named(marked: tuple[Class, Marked]) -> None:
    """With the reason, in one sentence."""
    group, done = marked
    assert "damaged" in done.results[5].reason
    [line] = [row for row in rows(done.table) if row[0] == "Kim Poe"]
    assert line[2] == "unreadable"
    assert "damaged" in line[10]
    assert str(group.handed) in line[11]


def test_the_table_is_utf8_with_a_mark_and_runs_nothing(marked: tuple[Class, Marked]) -> None:
    """Excel knows the encoding, and no cell begins like a formula."""
    _, done = marked
    assert done.table.read_bytes().startswith(b"\xef\xbb\xbf")
    found = rows(done.table)
    assert found[3][0] == "王小明"
    assert found[4][0].startswith("'=1+1")
    assert not [cell for row in found for cell in row if cell.startswith(("=", "+", "-", "@"))]
    assert len(found) == 8
    assert {len(row) for row in found} == {12 + 16}


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\t=1", "\r=1", "＝1", " =1"])
def test_a_dangerous_text_is_made_safe(text: str) -> None:
    """An apostrophe stands before it, and it is one line."""
    assert safe(text).startswith("'")
    assert "\r" not in safe(text)


def test_the_summary_counts_mistakes(marked: tuple[Class, Marked]) -> None:
    """How many cells and students have which, and how each cell went."""
    _, done = marked
    found = rows(done.summary)
    assert ["the sign is turned round", "1", "1"] in found
    [first] = [row for row in found if row and row[0].startswith("t=0") and row[0].endswith("w1")]
    assert sum(map(int, first[1:])) == 5


def test_the_feedback_copy_shows_what_went_wrong(marked: tuple[Class, Marked]) -> None:
    """A fresh book: score, verdicts, formulas as text, and nothing of the handed-in file runs in it."""
    _, done = marked
    wrong = done.results[1]
    assert wrong.feedback is not None
    sheet = load_workbook(wrong.feedback)["Feedback"]
    texts = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert "14 of 16 cells" in texts
    assert "the sign is turned round" in texts
    evil = done.results[3]
    assert evil.feedback is not None
    with zipfile.ZipFile(evil.feedback) as package:
        parts = b"".join(package.read(n) for n in package.namelist())
    assert b"evil.example" not in re.sub(rb"<t[ >][^<]*</t>|<si>.*?</si>", b"", parts)


@pytest.mark.parametrize("force", [False, True])
def test_feedback_that_came_meanwhile_is_kept(marked: tuple[Class, Marked], tmp_path: Path, force: bool) -> None:
    """Another marking's copy is replaced with --force only."""
    group, _ = marked
    versions = draw_class(plan_of(group.record), group.record, group.students)
    formulas = own_formulas(group.book(0), group.exercises[0])
    marker = Marker(Job(group.record, versions, formulas, True, False))
    copy = tmp_path / f"{group.students[0].stem}.xlsx"
    copy.write_text("theirs")
    feedback = marker.mark(Found(group.hand_in(0, {}), group.students[0])).feedback
    assert feedback is not None
    if force:
        Produced(copy, feedback, force).write()
        assert zipfile.is_zipfile(copy)
    else:
        with pytest.raises(WriteError, match=r"exists; .*force=True"):
            Produced(copy, feedback, force).write()
        assert copy.read_text() == "theirs"


def test_feedback_names_no_other_student(marked: tuple[Class, Marked]) -> None:
    """Who copied from whom is for the teacher."""
    _, done = marked
    copied = done.results[4]
    assert copied.feedback is not None
    cells = [str(c.value) for s in load_workbook(copied.feedback).worksheets for r in s.iter_rows() for c in r]
    assert not [text for text in cells if "Ann" in text]


def test_a_book_is_not_believed(marked: tuple[Class, Marked], tmp_path: Path) -> None:
    """A forged hidden sheet, forged marks and forged saved values change nothing."""
    group, _ = marked
    book = group.hand_in(0, dict.fromkeys(range(16), 0.12345678))
    workbook = load_workbook(book)
    workbook["_xlbp"]["A2"] = '|{"exercise":{"student":"Bob Ray","template":"xor"}}|'
    for row in workbook["Marks"].iter_rows(min_col=8, max_col=8, min_row=7):
        row[0].value = "right"
    folder = tmp_path / "in"
    folder.mkdir()
    workbook.save(folder / "Ann Lee.xlsx")
    done = mark(folder, group.roster, group.record, tmp_path / "m.csv", Options(jobs=1, feedback=False))
    assert (done.results[0].score, done.results[0].status) == (0, "marked")


def test_hostile_and_odd_files_cost_nobody_else(marked: tuple[Class, Marked], tmp_path: Path) -> None:
    """A bomb, a text, macros, another workbook and a moved sheet are named; the good one is marked."""
    group, _ = marked
    folder = tmp_path / "in"
    folder.mkdir()
    shutil.copy(group.hand_in(0, {}), folder / "Ann Lee.xlsx")
    (folder / "Bob Ray.xlsx").write_text("no workbook")
    with zipfile.ZipFile(folder / "王小明.xlsx", "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("xl/workbook.xml", "x")
        bomb.writestr("xl/worksheets/sheet1.xml", b"0" * 300_000_000)
    workbook = load_workbook(group.book(3))
    workbook["Training"].insert_cols(3)
    workbook.save(folder / f"{group.students[3].stem}.xlsx")
    with zipfile.ZipFile(group.book(4)) as source, zipfile.ZipFile(folder / "Max Roe.xlsx", "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name))
        target.writestr("xl/vbaProject.bin", b"x")
    os.utime(folder / "Ann Lee.xlsx")
    done = mark(folder, group.roster, group.record, tmp_path / "m.csv", Options(jobs=2, feedback=False))
    assert [r.status for r in done.results[:5]] == ["marked"] + ["unreadable"] * 4
    reasons = [r.reason for r in done.results[1:5]]
    for reason, words in zip(reasons, ("no .xlsx", "unpacks to", "laid out", "macros"), strict=True):
        assert words in reason


def test_the_command_finds_the_record_and_tells_the_class(marked: tuple[Class, Marked]) -> None:
    """Beside the roster; the commonest mistakes are printed."""
    group, _ = marked
    told = CliRunner().invoke(
        cli,
        [
            "mark",
            str(group.handed),
            "--roster",
            str(group.roster),
            "-o",
            str(group.folder / "again.csv"),
            "--jobs",
            "1",
        ],
    )
    assert told.exit_code == 0, told.output
    assert "5 marked, 1 missing, 1 unreadable" in told.output
    assert "the sign is turned round" in told.output


def test_a_record_among_the_hand_ins_is_not_the_teachers(tmp_path: Path) -> None:
    """Students could put one there."""
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "x.exercise.json").write_text("{}")
    with pytest.raises(UsageError, match="no record"):
        find_record([folder], folder)


def test_all_may_have_the_same_numbers(tmp_path: Path) -> None:
    """Without a seed the template's own numbers count, and nobody has copied."""
    order = Order("into-backprop", "gradients", language="en")
    group = Class(tmp_path, order)
    record = order.record(None)
    plan = plan_of(record)
    fill_in(group.book(0), group.handed / "Ann Lee.xlsx", plan.version(), key(plan.version()))
    done = mark(group.handed, group.roster, record, tmp_path / "m.csv", Options(jobs=1, feedback=False))
    assert (done.results[0].status, done.results[0].owner) == ("marked", "")
    assert "1 of them" not in done.results[0].reason


@pytest.mark.slow
def test_a_class_of_planted_slips(tmp_path: Path) -> None:
    """Slips of every kind that fits: all are seen, nearly all are named, and no right cell is called wrong."""
    simulation = tool("class_marks")
    outcome = simulation.Outcome()
    classes = (("mazur", "forward", 20), ("mazur", "backward", 12), ("xor", "gradients", 12))
    for number, (template, blank, students) in enumerate(classes):
        folder = tmp_path / str(number)
        folder.mkdir()
        simulation.run_class(folder, template, blank, students, 2, 2, outcome)
    planted, found, named = (sum(getattr(t, k) for t in outcome.slips.values()) for k in ("planted", "found", "named"))
    assert planted >= 25
    assert (found, outcome.alarms) == (planted, [])
    assert named >= 0.9 * planted
    assert len(outcome.copies) == 3
    assert {owner for owner, _ in outcome.copies} == {"王小明"}
    assert outcome.accused == []
    assert set(outcome.files) == {
        "whole: marked", "copied: marked", "missing: missing",
        *(f"{fate}: unreadable" for fate in ("cut off", "macros", "bomb", "old .xls")),
    }  # fmt: skip


@pytest.mark.office
@pytest.mark.slow
def test_a_hand_in_saved_by_libreoffice_is_marked_alike(marked: tuple[Class, Marked], tmp_path: Path) -> None:
    """The same verdicts, and no given cell is taken for changed."""
    group, done = marked
    office = find_program(("soffice", "libreoffice"), "install LibreOffice")
    source = group.handed / "Bob Ray.xlsx"
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [office, profile, "--headless", "--convert-to", "xlsx", "--outdir", str(tmp_path / "in"), str(source)]
    with started(limited(command, memory_for(source)), "LibreOffice") as office:
        office.finish()
    again = mark(tmp_path / "in", group.roster, group.record, tmp_path / "m.csv", Options(jobs=1, feedback=False))
    before, after = done.results[1], again.results[1]
    assert [(v.status, v.kind) for v in after.verdicts] == [(v.status, v.kind) for v in before.verdicts]
    assert not after.changed


@pytest.mark.parametrize(
    ("failure", "reason"),
    [
        (Failure.REFUSED, "could not be marked: no space left"),
        (Failure.FAULT, "could not be marked for a fault of xlbp itself, please report it (no space left)"),
        (Failure.ENDED, "ended the program that read it"),
        (Failure.LATE, "no space left"),
    ],
)
def test_a_file_that_could_not_be_marked_is_told_with_the_reason(failure: Failure, reason: str) -> None:
    """What is no fault of the student's is told as such; nobody is asked to report a full disk."""
    lost = Outcome[Result](0, None, "no space left", 5, failure)
    file = Found(Path("ann.xlsx"), None)
    assert lost_file(file, lost) == Result("stray", None, file.path, reason=reason)


def test_a_german_class_is_told_in_german(marked: tuple[Class, Marked], tmp_path: Path) -> None:
    """What can't be read and why, and what a teacher has to settle: of an exercise in German no English."""
    group, _ = marked
    with zipfile.ZipFile(archive := tmp_path / "in.zip", "w") as package:
        package.writestr("Ann Lee.xlsx", "kein Buch")
        package.writestr("wer.xlsx", "auch keines")
        package.writestr("../fort.xlsx", "x")
    german = replace(group.record, language="de")
    done = mark([archive], group.roster, german, tmp_path / "marks.csv", Options(feedback=False, jobs=1))
    tables = [(tmp_path / name).read_text("utf-8-sig") for name in ("marks.csv", "marks-decisions.csv")]
    said = "\n".join([text_of(done), *tables]).replace(str(tmp_path), "")
    assert "nicht lesbar: Ann Lee" in said
    assert "nicht gelesen: /in.zip/../fort.xlsx: der Name zeigt aus dem Archiv hinaus" in said
    assert "das ist keine .xlsx-Mappe" in said
    assert re.findall(r"\b(the|is|of|or|and|with|files|read|more|missing)\b", said) == []
