"""Which file is whose."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from xlbp.classroom.exercise.roster import Student
from xlbp.classroom.marking.files import find_files, settle
from xlbp.errors import UsageError

CLASS = tuple(
    Student(n, name, id_, name, stem)
    for n, (name, id_, stem) in enumerate(
        [
            ("Ann Lee", "17", "Ann Lee 17"),
            ("Joanna Leeds", "18", "Joanna Leeds 18"),
            ("王小明", "", "王小明"),
            ("Ann Lee", "", "Ann Lee (2)"),
            ("Zoë O'Neil", "", "Zoë O'Neil"),
        ],
        start=1,
    )
)


@pytest.mark.parametrize(
    ("path", "number"),
    [
        ("Ann Lee 17.xlsx", 1),
        ("17_exercise.xlsx", 1),
        ("LEE ANN 17_12345_assignsubmission_file/mazur.xlsx", 1),
        ("Joanna Leeds_99_file.xlsx", 2),
        ("作业-王小明-最终.xlsx", 3),
        ("Ann Lee (2).xlsx", 4),
        ("Zoe\u0308 O'Neil.xlsx", 5),
        ("exercise-final.xlsx", None),
        ("Annabel Leeway.xlsx", None),
    ],
)
def test_a_name_or_an_id_in_the_path_tells(tmp_path: Path, path: str, number: int | None) -> None:
    """In the file's name or in a folder's, in any case and order, as learning platforms write it."""
    (tmp_path / path).parent.mkdir(exist_ok=True)
    (tmp_path / path).write_text("x")
    [found] = find_files(tmp_path, CLASS)
    assert (found.student.number if found.student else None) == number


def test_the_newest_of_two_is_marked(tmp_path: Path) -> None:
    """The other one is named."""
    for n, name in enumerate(("王小明 1.xlsx", "王小明 2.xlsx")):
        (tmp_path / name).write_text("x")
        os.utime(tmp_path / name, (1_000_000 - n, 1_000_000 - n))
    [found] = find_files(tmp_path, CLASS)
    assert (found.path.name, [p.name for p in found.others]) == ("王小明 1.xlsx", ["王小明 2.xlsx"])


def test_locks_hidden_files_and_links_are_passed_over(tmp_path: Path) -> None:
    """Nothing outside of the folder is read."""
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "王小明.xlsx").write_text("x")
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("~$王小明.xlsx", ".王小明.xlsx", "._王小明.xlsx"):
        (folder / name).write_text("x")
    (folder / "Ann Lee 17.xlsx").symlink_to(secret / "王小明.xlsx")
    (folder / "link").symlink_to(secret)
    assert find_files(folder, CLASS) == []


def test_a_file_of_another_kind_is_a_hand_in_too(tmp_path: Path) -> None:
    """If it bears a student's name; what it is will be told."""
    (tmp_path / "王小明.pdf").write_text("x")
    (tmp_path / "notes.pdf").write_text("x")
    assert [f.path.name for f in find_files(tmp_path, CLASS)] == ["王小明.pdf"]


def test_no_folder_is_refused(tmp_path: Path) -> None:
    """The error says what to give."""
    with pytest.raises(UsageError, match="no folder"):
        find_files(tmp_path / "none", CLASS)


def test_an_old_workbook_without_a_name_is_not_passed_over(tmp_path: Path) -> None:
    """A teacher must learn of it: .xls and .ods are listed, a picture is not."""
    for name in ("homework.xls", "homework.ods", "holiday.jpg"):
        (tmp_path / name).write_text("x")
    assert [f.path.name for f in find_files(tmp_path, CLASS)] == ["homework.ods", "homework.xls"]


def test_a_second_file_without_a_name_costs_nobody_theirs(tmp_path: Path) -> None:
    """The file that bears the name is marked; one that only has the student's numbers is named beside it."""
    for name in ("王小明.xlsx", "homework.xlsx", "other.xlsx"):
        (tmp_path / name).write_text("x")
    owner = next(student for student in CLASS if student.name == "王小明")
    other = next(student for student in CLASS if student is not owner)
    owners = {tmp_path / "homework.xlsx": owner, tmp_path / "other.xlsx": other}
    found = settle(find_files(tmp_path, CLASS), owners)
    told = {f.student.number: (f.path.name, [p.name for p in f.others]) for f in found if f.student}
    assert told == {owner.number: ("王小明.xlsx", ["homework.xlsx"]), other.number: ("other.xlsx", [])}
