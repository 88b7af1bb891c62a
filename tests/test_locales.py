"""A decimal comma, or letters of another kind, reach no formula, no number and no CSV."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.locales import COMMA, NAMES, environment_of

pytestmark = [
    pytest.mark.whole_pictures,
    pytest.mark.slow,
    pytest.mark.skipif(os.name != "posix", reason="locales as POSIX names them"),
]
HOME = Path(__file__).resolve().parent.parent
SET = """
import locale, sys
locale.setlocale(locale.LC_ALL, "")
if sys.argv.pop(1) != locale.localeconv()["decimal_point"]:
    sys.exit("the locale is not in force")
from xlbp.__main__ import main
main()
"""


@pytest.fixture(scope="session")
def locales(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where locales are made that the system has not."""
    return tmp_path_factory.mktemp("locales")


def run(name: str, locales: Path, folder: Path, *arguments: str) -> str:
    """Run the command in a process that has set its locale, as a program around xlbp may; its words."""
    environment = {**os.environ, **environment_of(name, locales), "PYTHONPATH": str(HOME)}
    point = "," if name in COMMA else "."
    done = subprocess.run(
        [sys.executable, "-c", SET, point, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        check=False,
        encoding="utf-8",
    )
    assert (done.returncode, done.stderr) == (0, ""), done
    return done.stdout


def parts(book: Path) -> dict[str, bytes]:
    """All that a book says, but for the moment at which it was made."""
    with zipfile.ZipFile(book) as package:
        return {name: package.read(name) for name in package.namelist() if name != "docProps/core.xml"}


MAKE = ("generate", "mazur", "-n", "3", "--lang", "en")


@pytest.fixture(scope="module")
def book(locales: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The book of the locale C."""
    folder = tmp_path_factory.mktemp("plain")
    run("C", locales, folder, *MAKE, "-o", "book.xlsx")
    return folder / "book.xlsx"


@pytest.fixture(scope="module")
def csv(locales: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The CSV of the locale C."""
    return run("C", locales, tmp_path_factory.mktemp("plain"), "trace", "mazur", "-n", "3", "--csv")


@pytest.mark.parametrize("name", NAMES)
def test_a_book_is_the_same_in_every_locale(name: str, book: Path, csv: str, locales: Path, tmp_path: Path) -> None:
    """Byte for byte: formulas, numbers, names, and the CSV of a trace; and the book verifies."""
    run(name, locales, tmp_path, *MAKE, "-o", "book.xlsx")
    assert parts(tmp_path / "book.xlsx") == parts(book)
    assert run(name, locales, tmp_path, "trace", "mazur", "-n", "3", "--csv") == csv
    assert "0,15" not in csv


@pytest.mark.office
@pytest.mark.parametrize("name", COMMA)  # the others have the point, as every other test
def test_office_programs_read_the_same_numbers(name: str, book: Path, locales: Path, tmp_path: Path) -> None:
    """Office programs that speak the language of the locale recalculate that book to the same numbers."""
    both = ("--engine", "libreoffice", "--engine", "gnumeric")
    reports = json.loads(run(name, locales, tmp_path, "verify", str(book), *both, "--json"))
    assert [(report["engine"], report["ok"]) for report in reports] == [("libreoffice", True), ("gnumeric", True)]


def test_a_locale_that_is_not_there_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a locale is missing nothing passes by being left out: CI fails, a person's machine says what to install."""
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="xx_XX"):
        environment_of("xx_XX.UTF-8", tmp_path)
    monkeypatch.delenv("CI")
    with pytest.raises(pytest.skip.Exception, match="make office"):
        environment_of("xx_XX.UTF-8", tmp_path)
