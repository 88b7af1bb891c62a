"""Feedback named as the platform takes it back."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from xlbp.classroom.exercise.roster import Student
from xlbp.classroom.gradebook.feedback_archive import name_back, write_archive
from xlbp.classroom.handedin.files import Submission

ANNA = Student(1, "Anna Müller", "a1", "a1", "Anna Müller a1")


@pytest.mark.parametrize(
    ("name", "archive", "back"),
    [
        ("Zoë X_12_assignsubmission_file_/x.xlsx", "", "Zoë X_12_assignsubmission_file_/x.xlsx"),
        ("Course-77/Anna_12_assignsubmission_file/a/b.xlsx", "", "Anna_12_assignsubmission_file/a/b.xlsx"),
        ("Anna_12_assignsubmission_file_exercise.xlsx", "", "Anna_12_assignsubmission_file_exercise.xlsx"),
        ("Anna_12_assignsubmission_file_/w.zip/x.xlsx", "Anna_12_assignsubmission_file_/w.zip",
         "Anna_12_assignsubmission_file_/w.xlsx"),
        ("folder/mülleranna_LATE_1_2_exercise-1.xlsx", "", "mülleranna_LATE_1_2_exercise-1.xlsx"),
        ("mülleranna_1_2_w.zip/my/x.xlsx", "mülleranna_1_2_w.zip", "mülleranna_1_2_w.zip"),
        ("Anna's homework.xlsx", "", "Anna Müller a1.xlsx"),
    ],
)  # fmt: skip
def test_names_go_back_as_they_came(name: str, archive: str, back: str) -> None:
    """From the platform's own part on; Canvas's to the letter; a student's own zip is not what was handed out."""
    assert name_back(Submission(Path("x"), name, Path("all.zip"), archive=archive), ANNA) == back


def test_an_archive_has_every_file_once(tmp_path: Path) -> None:
    """A zip of Canvas's stays one, with the book in it; the same hand-ins give the same bytes."""
    copy = tmp_path / "copy.xlsx"
    copy.write_bytes(b"PK feedback")
    names = ("mülleranna_1_2_w.zip", "mülleranna_1_3_x.xlsx", "a.xlsx", "b.xlsx")
    feedback = [(ANNA, Submission(Path("x"), name, Path("all.zip")), copy) for name in names]
    write_archive(tmp_path / "feedback.zip", feedback, force=False)
    write_archive(tmp_path / "again.zip", feedback, force=False)
    assert (tmp_path / "feedback.zip").read_bytes() == (tmp_path / "again.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "feedback.zip") as package:
        assert package.namelist() == [*names[:2], "Anna Müller a1.xlsx", "Anna Müller a1 (2).xlsx"]
        assert package.read(names[1]) == b"PK feedback"
        inner = zipfile.ZipFile(io.BytesIO(package.read(names[0])))
        assert {name: inner.read(name) for name in inner.namelist()} == {"Anna Müller a1.xlsx": b"PK feedback"}
