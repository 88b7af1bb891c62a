"""Books are valid, and every program that reads them finds the same values in them."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.books import rewrite
from tests.conftest import MakeBook
from tests.readers import (
    COMPUTED,
    SAVED,
    by_node,
    by_openpyxl,
    differences,
    formulas_by_openpyxl,
    of_numbers,
    same,
    validator_findings,
)
from tests.witnesses.node import require_node
from xlbp.cli import cli
from xlbp.lang.languages import LANGUAGES as OFFERED
from xlbp.xlsx.in_memory import with_fonts_in_order

pytestmark = [pytest.mark.slow, pytest.mark.office]

TEMPLATES = ("mazur", "into-backprop", "fastai-line-adam")  # `make readers` takes all
LANGUAGES = tuple(OFFERED)


def run(*arguments: object) -> None:
    """Run a command of xlbp, which must succeed."""
    CliRunner().invoke(cli, [str(argument) for argument in arguments], catch_exceptions=False, standalone_mode=False)


@pytest.fixture(autouse=True)
def node_programs() -> None:
    """The validator and the libraries must be there where a whole run is asked for; elsewhere one may do without."""
    require_node()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", TEMPLATES)
def test_a_book_is_valid(template: str, language: str, make_book: MakeBook) -> None:
    """The Open XML SDK finds nothing wrong with a book, in any language."""
    assert validator_findings(make_book(template, 4, language=language)) == []


def test_a_comparison_is_valid(make_comparison: MakeBook) -> None:
    """Nor with a book of several trainings."""
    assert validator_findings(make_comparison("mazur", 4, "training.learning_rate=0.1,0.5")) == []


def test_the_validator_can_find_something(make_book: MakeBook, tmp_path: Path) -> None:
    """A stylesheet whose fonts' parts stand in disorder, as openpyxl writes them, is found."""
    spoiled = {"xl/styles.xml": lambda xml: xml.replace("<font><b", '<font><name val="X"/><b', 1)}
    assert validator_findings(rewrite(make_book("mazur", 4), tmp_path / "spoiled.xlsx", spoiled)) != []


@pytest.mark.parametrize("reader", [*SAVED, *COMPUTED])
@pytest.mark.parametrize("template", TEMPLATES)
def test_a_reader_finds_the_same_values(template: str, reader: str, make_book: MakeBook) -> None:
    """Another library loads the book without a warning, and sees in each cell what openpyxl sees, or computes it."""
    book = make_book(template, 4)
    expected = by_openpyxl(book)
    assert len(expected) > 1000
    expected = of_numbers(expected, formulas_by_openpyxl(book)) if reader == "formualizer" else expected
    found = SAVED[reader](book) if reader in SAVED else COMPUTED[reader](book, expected)
    assert differences(expected, found) == []


@pytest.fixture(scope="module")
def books_of_every_kind(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """In each language a book and a comparison, an exercise with its key, and the feedback after marking."""
    folder = tmp_path_factory.mktemp("kinds")
    roster = folder / "roster.csv"
    roster.write_text("name,id\nAda,1\n", "utf-8")
    for language in LANGUAGES:
        books = folder / language
        books.mkdir()
        run("generate", "xor", "-n1", "-o", books / "xor.xlsx", "--no-verify", "--lang", language)
        vary = "--vary=training.learning_rate=0.1,1"
        run("compare", "mazur", vary, "-n2", "-o", books / "rates.xlsx", "--no-verify", "--lang", language)
        exercise = ("--blank=gradients", "--solution", "--roster", roster, "-o", books / "class", "--lang", language)
        run("exercise", "mazur", *exercise)
        record = ("--exercise", books / "class.exercise.json")
        run("mark", books / "class", "--roster", roster, *record, "-o", books / "marks.csv")
    return sorted(folder.rglob("*.xlsx"))


@pytest.mark.parametrize("library", ["exceljs", "sheetjs"])
def test_a_library_for_node_opens_every_kind_of_book(library: str, books_of_every_kind: list[Path]) -> None:
    """It finds the same values, and in each formula cell the same formula, in every language."""
    assert len(books_of_every_kind) == 5 * len(LANGUAGES)
    for book, (values, formulas) in zip(books_of_every_kind, by_node(library, books_of_every_kind), strict=True):
        assert differences(by_openpyxl(book), values) == [], book
        expected = formulas_by_openpyxl(book)
        assert len(expected) > 50, book
        if library == "sheetjs":  # it shows new functions by the names that people type
            expected = {place: str(formula).replace("_xlfn.", "") for place, formula in expected.items()}
        assert {place: formulas.get(place) for place in expected} == expected, book


def test_differences_are_seen() -> None:
    """Another number or text, a text for a number, a missing cell are differences; seven digits that agree are none."""
    assert [same(1.0, 1.0 + 1e-14), same(1, 1.0), same("a", "a"), same(0.0, 0)] == [True] * 4
    assert [same(1.0, 1.001), same("a", "b"), same(1.0, "1.0"), same(1.0, None), same("a", None)] == [False] * 5


def test_fonts_are_put_in_order() -> None:
    """The parts of each font stand in the schema's order, and no part is lost."""
    styles = b'<fonts><font><name val="A"/><sz val="9"/><color rgb="00"/><b val="1"/></font><font/></fonts>'
    expected = b'<fonts><font><b val="1"/><sz val="9"/><color rgb="00"/><name val="A"/></font><font/></fonts>'
    assert with_fonts_in_order(styles) == expected
