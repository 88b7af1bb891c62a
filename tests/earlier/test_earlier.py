"""What version 0.1.0 made goes on working: its books verify and explain, its exercises are marked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from xlbp.cli import cli
from xlbp.pipeline import explain, verify

pytestmark = pytest.mark.slow  # whole books, or many processes

BOOKS = Path(__file__).parent / "books"


@pytest.mark.parametrize(
    ("name", "cells"), [("mazur", 355), ("into-backprop", 101), ("xor-rates", 948), ("r1c1-names", 100)]
)
def test_a_book_of_0_1_0_verifies(name: str, cells: int) -> None:
    """Every formula of its training agrees with NumPy, whatever its cells are called; other sheets are left out."""
    [report] = verify(BOOKS / f"{name}.xlsx")
    assert (report.ok, report.checked, "0.1.0" in str(report.unchecked_reasons)) == (True, cells, True)


def test_a_book_of_0_1_0_is_explained() -> None:
    """Its numbers are read by the layout that it carries."""
    explanation = explain(str(BOOKS / "mazur.xlsx"), "dE/dw5", 0)
    assert (explanation.cell, explanation.value) == ("Training!AM9", 0.08216704056423078)


def test_an_exercise_of_0_1_0_is_marked(tmp_path: Path) -> None:
    """The keys of a class that 0.1.0 made get full points by the record that 0.1.0 wrote."""
    arguments = [
        "mark",
        str(BOOKS / "monday-solutions"),
        f"--roster={BOOKS / 'roster.csv'}",
        f"--exercise={BOOKS / 'monday.exercise.json'}",
        f"--output={tmp_path / 'marks.csv'}",
        "--json",
    ]
    marked = CliRunner().invoke(cli, arguments, standalone_mode=False)
    students = json.loads(marked.stdout)["results"]
    assert [(student["name"], student["points"]) for student in students] == [("Anna Müller", 16), ("Li Wei", 16)]


def test_an_exercise_whose_names_are_others_now_is_marked(tmp_path: Path) -> None:
    """0.1.0 called constants z1s1, f or t1_, which are called otherwise now: its key is right, and nothing changed."""
    arguments = [
        "mark",
        str(BOOKS / "names-solutions"),
        f"--roster={BOOKS / 'names-roster.csv'}",
        f"--exercise={BOOKS / 'names.exercise.json'}",
        f"--output={tmp_path / 'marks.csv'}",
        "--json",
    ]
    [student] = json.loads(CliRunner().invoke(cli, arguments, standalone_mode=False).stdout)["results"]
    assert (student["points"], student["changed"]) == (2, [])
