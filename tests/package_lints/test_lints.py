"""Every lint over books of every kind, in every language: a few quickly, all shipped templates where time allows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.package_lints.lints import LINTS
from tests.package_lints.package import Package
from tests.templates import FEW, FEWER, REPRESENTATIVES
from xlbp.cli import cli
from xlbp.lang.languages import DEFAULT, LANGUAGES

pytestmark = pytest.mark.slow  # whole books, or many processes


def run(*arguments: object) -> None:
    """Run a command of xlbp, which must succeed."""
    CliRunner().invoke(cli, [str(argument) for argument in arguments], catch_exceptions=False, standalone_mode=False)


def faults_of(folder: Path) -> list[str]:
    """What all lints find in all books of a folder."""
    return [fault for book in sorted(folder.rglob("*.xlsx")) for fault in _faults(Package.read(book))]


def _faults(package: Package) -> Iterator[str]:
    for name, lint in LINTS.items():
        for fault in lint(package):
            yield f"{package.name}: {name}: {fault}"


@pytest.mark.parametrize("language", tuple(LANGUAGES))
def test_no_lint_finds_a_fault_in_a_class_with_its_keys_and_feedback(language: str, tmp_path: Path) -> None:
    """Exercises, keys, the feedback after marking, a comparison and plain books are as every program wants them."""
    (tmp_path / "roster.csv").write_text("name,id\nLi Wei,1\n", "utf-8")
    lang, roster = f"--lang={language}", f"--roster={tmp_path / 'roster.csv'}"
    run("exercise", "mazur", "--blank=gradients", "--solution", roster, lang, "-o", tmp_path / "class")
    run(
        "mark", tmp_path / "class", roster, "--exercise", tmp_path / "class.exercise.json", "-o", tmp_path / "marks.csv"
    )
    run(
        "compare",
        "xor",
        "--vary=training.learning_rate=0.1,1",
        "-n3",
        lang,
        "-o",
        tmp_path / "rates.xlsx",
        "--no-verify",
    )
    for name in ("mazur", "into-backprop"):  # a network and a graph, whose sheets differ
        run("generate", name, "-n3", lang, "-o", tmp_path / f"{name}.xlsx", "--no-verify")
    assert faults_of(tmp_path) == []


OTHERS = [language for language in LANGUAGES if language != DEFAULT]
BOOKS = [(DEFAULT, name) for name in REPRESENTATIVES]  # of the few each in one more language
BOOKS += [(OTHERS[n % len(OTHERS)], name) for n, name in enumerate(FEW)]


@pytest.mark.slow
@pytest.mark.parametrize(("language", "name"), BOOKS)
def test_no_lint_finds_a_fault_in_a_shipped_template(language: str, name: str, tmp_path: Path) -> None:
    """The book of every template is as every program wants it, those of each kind in another language, too."""
    fewer = [f"--set={setting}" for setting in FEWER.get(name, ())]
    run("generate", name, "-n2", *fewer, f"--lang={language}", "-o", tmp_path / f"{name}.xlsx", "--no-verify")
    assert faults_of(tmp_path) == []
