"""Exercises and classes for tests: made once, filled in as students do."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from openpyxl import load_workbook

from xlbp.classroom.exercise.blanks import Blank
from xlbp.classroom.exercise.layout import Exercise
from xlbp.classroom.exercise.plan import Plan
from xlbp.classroom.order import Order, plan_of


def plan(template: str, blank: str, *overrides: str, marked: bool = True, language: str = "en") -> Plan:
    """An exercise laid out, with two rows."""
    settings = overrides or ("training.iterations=1",)
    return plan_of(Order(template, blank, tuple(settings), language, marked=marked).record(None))


def key(exercise: Exercise) -> dict[Blank, str | float]:
    """The right formula of every blank."""
    return {blank: f"={exercise.formula(blank)}" for blank in exercise.blanks.cells}


def fill_in(source: Path, target: Path, exercise: Exercise, answers: Mapping[Blank, str | float | None]) -> Path:
    """A handed-out book with answers in it, saved by another program."""
    workbook = load_workbook(source)
    for blank, answer in answers.items():
        workbook[exercise.contents.title][exercise.cell(blank)].value = answer
    workbook.save(target)
    return target


def roster(path: Path, *names: str) -> Path:
    """A class list."""
    path.write_text("name\n" + "\n".join(f'"{name}"' for name in names) + "\n", "utf-8")
    return path
