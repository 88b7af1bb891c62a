"""Each fault of the table: its code, its one line, and what must hold whatever happens."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

import pytest

from tests.conftest import MakeBook
from tests.faults.conftest import Place
from tests.faults.table import BOOK, FAULTS, SPOILED, Arrange

pytestmark = [
    pytest.mark.whole_pictures,
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="runs in forked processes"),
]

OWN = '[network]\n[[network.layers]]\nunits = 1\nactivation = "tanh"\nweights = [[0.1]]\nbias = 0.1\n[data]\n\
file = "own.csv"\ninputs = ["a"]\ntargets = ["b"]\n[training]\niterations = 3\nlearning_rate = 0.5\n'


@pytest.fixture
def furnished(place: Place, make_book: MakeBook) -> Place:
    """A folder with a sound book, a template of one's own, and its data."""
    shutil.copyfile(make_book("mazur", 3), place.folder / BOOK)
    (place.folder / "own.toml").write_text(OWN)
    (place.folder / "own.csv").write_text("a,b\n1,2\n3,4\n")
    return place


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_one_line_and_changes_nothing(name: str, furnished: Place) -> None:
    """The code of its kind, one line on stderr, nothing on stdout; all files as they were, nothing left behind."""
    fault = FAULTS[name]
    if "XLBP_MEMORY" in fault.environment and sys.platform == "darwin":
        pytest.skip("macOS keeps no limit of memory")
    fault.arrange(furnished.folder)
    before = furnished.files()
    furnished.environment |= fault.environment
    ended = furnished.run(*fault.command)
    lines = ended.err.splitlines()
    assert (ended.code, ended.out, len(lines)) == (fault.code, "", fault.lines), ended
    assert lines[0].startswith("xlbp: error: "), lines
    assert re.search(fault.words, lines[0]), lines
    assert "please report" not in ended.err
    assert (furnished.files(), furnished.left_at_last(), ended.busy < fault.seconds) == (before, [], True)


@pytest.mark.parametrize("name", SPOILED)
def test_a_spoiled_book_is_named_at_its_cell(name: str, furnished: Place) -> None:
    """A book with a wrong cell gives 1, and that cell, what was expected and what was found; it is not touched."""
    cell, arrange = SPOILED[name]
    arranged(arrange, furnished.folder)
    before = furnished.files()
    ended = furnished.run("verify", "x.xlsx")
    assert (ended.code, ended.err) == (1 if cell else 0, "")
    assert not cell or re.search(rf"{re.escape(cell)} .*expected .*, found ", ended.out), ended.out
    assert (furnished.files(), furnished.left_at_last()) == (before, [])


def arranged(arrange: Arrange, folder: Path) -> None:
    """Bring the fault about."""
    arrange(folder)


GOOD_NAMES = ["学习 η.xlsx", "with space.xlsx", "-dash.xlsx", "a'b[1].xlsx", "n" * 250 + ".xlsx", "UPPER.XLSX"]


@pytest.mark.parametrize("name", GOOD_NAMES)
def test_odd_names_are_fine(name: str, furnished: Place) -> None:
    """Other scripts, spaces, a leading dash, 255 bytes: written, verified, and nothing besides."""
    before = set(furnished.files())
    assert furnished.run("generate", "mazur", "-n", "3", "-o", name).code == 0
    assert furnished.run("verify", "--", name).code == 0
    assert (set(furnished.files()) - before, furnished.left_at_last()) == ({name}, [])


def test_a_formula_in_a_label_is_a_text(furnished: Place) -> None:
    """A symbol that reads as a formula is stored as a text, in a book that verifies."""
    from openpyxl import load_workbook

    text = OWN.replace('file = "own.csv"\ninputs = ["a"]\ntargets = ["b"]', "inputs = [[1]]\ntargets = [[1]]")
    text += '[template]\ntitle = "=1+1"\nsummary = "=HYPERLINK(1)"\n'
    (furnished.folder / "label.toml").write_text(text)
    assert furnished.run("generate", "label.toml", "-o", "m.xlsx").code == 0
    cells = [c for s in load_workbook(furnished.folder / "m.xlsx") for row in s.iter_rows() for c in row]
    told = [c for c in cells if isinstance(c.value, str) and c.value.startswith(("=1+1", "=HYPERLINK(1)"))]
    assert told
    assert all(c.data_type == "s" for c in told)


@pytest.mark.parametrize("locale", ["C", "POSIX"])  # those of decimal commas and other letters: tests/test_locales.py
def test_any_locale_reads_and_writes_the_same_numbers(locale: str, furnished: Place) -> None:
    """Where letters are bytes a book is made and verified all the same."""
    furnished.environment |= {"LC_ALL": locale, "LANG": locale}
    assert furnished.run("generate", "mazur", "-n", "3", "-o", "m.xlsx", "--lang", "en").code == 0
    ended = furnished.run("verify", "m.xlsx")
    assert (ended.code, ended.err) == (0, "")


@pytest.mark.parametrize("target", ["link.xlsx", "broken.xlsx"])
def test_a_link_stays_one(target: str, furnished: Place) -> None:
    """With --force what a link points to is replaced, and the link stays a link."""
    folder = furnished.folder / "elsewhere"
    folder.mkdir()
    (folder / "old.xlsx").write_bytes(b"old")
    (furnished.folder / "link.xlsx").symlink_to("elsewhere/old.xlsx")
    (furnished.folder / "broken.xlsx").symlink_to("elsewhere/new.xlsx")
    assert furnished.run("generate", "mazur", "-n", "3", "-o", target, "--force").code == 0
    assert (furnished.folder / target).is_symlink()
    assert furnished.run("verify", target).code == 0
    assert furnished.left_at_last() == []
