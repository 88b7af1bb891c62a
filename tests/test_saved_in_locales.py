"""Books that LibreOffice saved in other countries: the same numbers, whatever sign stands in the texts."""

from __future__ import annotations

import json
import re
import subprocess
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from tests.classes import fill_in, roster
from tests.conftest import MakeBook
from xlbp.classroom.exercise.record import read_record
from xlbp.classroom.order import plan_of
from xlbp.cli import cli
from xlbp.pipeline import verify
from xlbp.recalc.libreoffice import PROGRAMS, write_profile
from xlbp.system.process import find_program

pytestmark = [pytest.mark.office, pytest.mark.slow]

COMMA = {"de-DE": True, "zh-CN": False}  # one of each decimal sign
NETWORK, GRAPH, COMPARISON, HAND_IN = "network.xlsx", "graph.xlsx", "comparison.xlsx", "Anna.xlsx"
COMPOSED = re.compile(r't="str"[^>]*><f[^>]*>[^<]*</f><v>−?\d+([.,])\d{4}</v>')  # texts of one number


@dataclass(frozen=True)
class Made:
    """Books as they left xlbp, by what is done with them, and a class of one whose hand-in is among them."""

    books: tuple[Path, ...]
    record: Path
    students: Path
    cells: int


@pytest.fixture(scope="module")
def made(make_book: MakeBook, make_comparison: MakeBook, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A network in German, a graph, a comparison, and an exercise that is filled in, once with a comma as text."""
    folder = tmp_path_factory.mktemp("made")
    sources = {
        NETWORK: make_book("mazur", 3, language="de"),
        GRAPH: make_book("into-backprop", 3),
        COMPARISON: make_comparison("xor", 3, "training.learning_rate=0.1,1,1e200"),
    }
    for name, source in sources.items():
        (folder / name).write_bytes(source.read_bytes())
    students = roster(folder / "roster.csv", "Anna")
    arguments = ["exercise", "mazur", "--blank=gradients", "--solution", f"--roster={students}"]
    CliRunner().invoke(cli, [*arguments, f"--output={folder / 'class'}"], standalone_mode=False, catch_exceptions=False)
    record, [solved] = folder / "class.exercise.json", (folder / "class-solutions").glob("*.xlsx")
    exercise = plan_of(read_record(record)).version()
    first = exercise.blanks.cells[0]
    value = load_workbook(solved, data_only=True)[exercise.contents.title][exercise.cell(first)].value
    fill_in(solved, folder / HAND_IN, exercise, {first: f"{value:.9f}".replace(".", ",")})
    books = tuple(folder / name for name in (*sources, HAND_IN))
    return Made(books, record, students, len(exercise.blanks.cells))


@pytest.fixture(scope="module", params=COMMA)
def saved(request: pytest.FixtureRequest, made: Made, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """A locale, and the folder of all books as LibreOffice saves them there: one start for all."""
    locale, folder = str(request.param), tmp_path_factory.mktemp("saved")
    write_profile(folder / "profile")
    settings = folder / "profile" / "user" / "registrymodifications.xcu"
    text = settings.read_text("utf-8")
    assert text.count("en-US") == 1
    settings.write_text(text.replace("en-US", locale), "utf-8")
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    convert = ["--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(folder)]
    program = find_program(PROGRAMS, "")
    subprocess.run([program, profile, *convert, *map(str, made.books)], check=True, capture_output=True, timeout=180)
    return locale, folder


def test_saved_books_verify(saved: tuple[str, Path]) -> None:
    """By an engine and by the values that were saved, every cell agrees, and no formula or name has changed."""
    for name in (NETWORK, GRAPH, COMPARISON):
        reports = verify(saved[1] / name, ("saved", "ironcalc"))
        assert [(r.engine, r.ok, r.unchecked) for r in reports] == [("saved", True, 0), ("ironcalc", True, 0)], name


def test_the_locale_was_in_force(saved: tuple[str, Path]) -> None:
    """The texts have the decimal sign of the country: without it the other tests would show nothing."""
    signs = {found for xml in sheets_of(saved[1] / NETWORK).values() for found in COMPOSED.findall(xml)}
    assert signs == {"," if COMMA[saved[0]] else "."}


def test_a_wrong_number_in_a_text_is_found(saved: tuple[str, Path], tmp_path: Path) -> None:
    """One digit of one saved text, and the book disagrees there."""
    sheets = sheets_of(saved[1] / NETWORK)
    part, text = next((part, found[0]) for part, xml in sheets.items() if (found := COMPOSED.search(xml)))
    place = len(text) - len("00</v>")  # of the third decimal
    digit = str((int(text[place - 1]) + 5) % 10)
    changed = sheets[part].replace(text, text[: place - 1] + digit + text[place:], 1)
    book = tmp_path / "forged.xlsx"
    with zipfile.ZipFile(saved[1] / NETWORK) as source, zipfile.ZipFile(book, "w") as package:
        for entry in source.namelist():
            package.writestr(entry, changed if entry == part else source.read(entry))
    [report] = verify(book, ("saved",))
    assert (report.ok, len(report.mismatches)) == (False, 1)


def test_a_hand_in_is_marked(saved: tuple[str, Path], made: Made, tmp_path: Path) -> None:
    """Every answer counts, the one that was typed with a comma too, and nothing counts as changed."""
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / HAND_IN).write_bytes((saved[1] / HAND_IN).read_bytes())
    arguments = ["mark", str(tmp_path / "class"), f"--roster={made.students}", f"--exercise={made.record}", "--json"]
    marked = CliRunner().invoke(cli, [*arguments, f"--output={tmp_path / 'marks.csv'}"], standalone_mode=False)
    [student] = json.loads(marked.stdout)["results"]
    assert (student["points"], student["changed"]) == (made.cells, [])


def sheets_of(book: Path) -> dict[str, str]:
    """The XML of a book's sheets."""
    with zipfile.ZipFile(book) as package:
        parts = [name for name in package.namelist() if name.startswith("xl/worksheets/sheet")]
        return {name: package.read(name).decode("utf-8") for name in parts}
