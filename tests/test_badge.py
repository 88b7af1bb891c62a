"""The line on the first sheet that tells of damage is alive for any inputs, and cries for nothing."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import ironcalc
import pytest
from openpyxl.utils import column_index_from_string, get_column_letter

from tests.books import contents_of
from tests.conftest import MakeBook
from tests.teaching import change, laid_out, recalculate
from xlbp.symbols.program import Column
from xlbp.template.template import Template
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.legal import must_be_legal
from xlbp.workbook.layout.watch import LEARNED, watch_of
from xlbp.xlsx.row_xml import may_be_shared

pytestmark = pytest.mark.slow  # whole books, or many processes

DAMAGED, OWN, SAME = "A formula is missing or damaged: ", "Your own inputs: ", "Verified: "
KINDS = ("delete", "number", "text", "formula")
BOOKS = {"mazur": 8, "into-backprop": 8, "xor": 6, "fastai-line-adam": 8, "rate-too-large": 12}


class Live:
    """A book that is open in IronCalc: what is typed into a cell, and what the first sheet then says."""

    def __init__(self, book: Path) -> None:
        with zipfile.ZipFile(book) as package:
            text = package.read("xl/workbook.xml").decode("utf-8")
        self.sheets = re.findall(r'<sheet [^>]*name="([^"]+)"', text)
        self.model = ironcalc.load_from_xlsx(str(book), "en", "UTC", "en")
        self.is_evaluated = False

    def type(self, sheet: str, address: str, content: str) -> None:
        """Put a number, a text, a formula, or with '' nothing into a cell."""
        self.model.set_user_input(self.sheets.index(sheet), *self._place(address), content)
        self.is_evaluated = False

    def content(self, sheet: str, address: str) -> str:
        """What was typed into a cell."""
        return str(self.model.get_cell_content(self.sheets.index(sheet), *self._place(address)))

    def value(self, sheet: str, address: str) -> Any:
        """What a cell shows."""
        if not self.is_evaluated:
            self.model.evaluate()
            self.is_evaluated = True
        return self.model.get_cell_value(self.sheets.index(sheet), *self._place(address))

    def texts(self) -> list[str]:
        """What stands in column B of the first sheet."""
        return [str(self.value(self.sheets[0], f"B{row}")) for row in range(1, 40)]

    def badge(self, row: int = 0) -> str:
        """The line on the formulas: in a row of the first sheet's column A, or wherever it stands in B."""
        if row:
            return str(self.value(self.sheets[0], f"A{row}"))
        return next(text for text in self.texts() if text.startswith((DAMAGED, OWN, SAME)))

    @contextmanager
    def typed(self, sheet: str, address: str, content: str) -> Iterator[None]:
        """For a while, and then as it was."""
        before = self.content(sheet, address)
        self.type(sheet, address, content)
        yield
        self.type(sheet, address, before)

    @staticmethod
    def _place(address: str) -> tuple[int, int]:
        letters, row = re.fullmatch(r"([A-Z]+)(\d+)", address).groups()  # type: ignore[union-attr]
        return int(row), column_index_from_string(letters)


def with_other_inputs(book: Path, contents: Contents, by: float = 1.25) -> Live:
    """The book with every number of the panel and of the first row multiplied, but for settings of whole numbers."""
    live = Live(book)
    for name, value in own_inputs(contents.template).items():
        place = contents.layout.panel.get(name)
        if place is None or place.sheet == "training":
            address = place.address.replace("$", "") if place else contents.layout.cell(name, 0)
            live.type(contents.title, address, repr(value * by if value else 0.125))
    return live


def own_inputs(template: Template) -> dict[str, float]:
    """The inputs of a template that are no settings of the optimizer."""
    return {name: value for name, value in template.inputs().items() if not name.startswith("$")}


def damages(contents: Contents, seed: str, count: int) -> Iterator[tuple[str, Column, int]]:
    """Kinds of damage and where it is done, drawn at random: the column and the iteration."""
    random = Random(seed)
    for number in range(count):
        kind = KINDS[number % len(KINDS)]
        columns = [c for c in contents.program.columns if kind != "formula" or c.phase in LEARNED]
        column = random.choice(columns)
        yield kind, column, random.randint(1 if column.given else 0, contents.layout.iterations)


def spoiled(kind: str, formula: str, value: Any) -> str:
    """What is typed over a formula."""
    number = repr(value) if isinstance(value, float) else "0.5"  # even the very number that stood there
    return {"delete": "", "number": number, "text": "oops", "formula": f"{formula}*1.01+0.01"}[kind]


def where(contents: Contents, column: Column, iteration: int) -> str:
    """How a line names a cell of the training."""
    letter = get_column_letter(contents.layout.columns[column.name])
    phase = contents.texts(f"phase.{column.phase}")
    return f"{phase}, column {letter} ({contents.symbol(column.name)}), iteration {iteration}."


LARGE = pytest.mark.slow  # its sheets besides the training take long to compute


@pytest.mark.parametrize("name", [pytest.param(n, marks=LARGE) if n == "xor" else n for n in BOOKS])
def test_any_damage_is_noticed_and_named_though_inputs_have_changed(name: str, make_book: MakeBook) -> None:
    """Any cell of any row deleted, overwritten, or given another formula: named; and once it is put back, all is well.

    Where the training has diverged, another formula gives the error that stands there already.
    """
    contents = contents_of(name, BOOKS[name])
    live = with_other_inputs(make_book(name, BOOKS[name]), contents)
    assert live.badge().startswith(OWN)
    for kind, column, iteration in damages(contents, name, 12):
        address = contents.layout.cell(column.name, iteration)
        formula, value = live.content("Training", address), live.value("Training", address)
        if kind == "formula" and not isinstance(value, float):
            continue
        with live.typed("Training", address, spoiled(kind, formula, value)):
            found = live.badge()
        assert found.startswith(DAMAGED), (kind, address)
        assert where(contents, column, iteration) in found, (kind, address)
    assert live.badge().startswith(OWN)


def test_damage_is_named_before_inputs_have_changed(mazur: Path) -> None:
    """With the template's own inputs even a formula overwritten by its own number is missed."""
    contents, live = contents_of("mazur", 15), Live(mazur)
    address = contents.layout.cell("dW2[1,1]", 3)
    assert live.badge().startswith(SAME)
    with live.typed("Training", address, repr(live.value("Training", address))):
        assert "Gradients, column AM (∂E_total/∂w5), iteration 3." in live.badge()


def test_the_first_of_several_damaged_columns_is_named(mazur: Path) -> None:
    """The leftmost one, whatever its row."""
    contents, live = contents_of("mazur", 15), Live(mazur)
    with (
        live.typed("Training", contents.layout.cell("W2+[2,2]", 2), ""),
        live.typed("Training", contents.layout.cell("a1[1]", 9), "0.5"),
    ):
        assert "Forward pass, column L (out_h1), iteration 9." in live.badge()


def test_what_watches_is_watched(mazur: Path) -> None:
    """The watching cells themselves cannot be deleted or overwritten unnoticed, in the last row neither."""
    contents, live = contents_of("mazur", 15), Live(mazur)
    watch = watch_of(contents)
    assert watch is not None
    for letter in watch.letters:
        for iteration, content in ((0, "0"), (7, ""), (15, "0")):
            with live.typed("Training", f"{letter}{contents.layout.row_of(iteration)}", content):
                assert live.badge().startswith(DAMAGED), (letter, iteration, content)


@pytest.mark.parametrize("by", [-1.0, 1e-9, 1e6, 1e150])
@pytest.mark.parametrize("name", [pytest.param(n, marks=LARGE) if n in ("xor", "mazur") else n for n in BOOKS])
def test_extreme_inputs_are_no_damage(name: str, by: float, make_book: MakeBook) -> None:
    """Tiny, huge and negative inputs, with which trainings diverge or stand still, leave an intact book green."""
    assert with_other_inputs(make_book(name, BOOKS[name]), contents_of(name, BOOKS[name]), by).badge().startswith(OWN)


def test_a_comparison_watches_every_run(make_comparison: MakeBook) -> None:
    """With a shared input changed, damage in any run is named by the run, the phase and the column."""
    book = make_comparison("mazur", 6, "training.learning_rate=0.1,0.5")
    live, contents = Live(book), contents_of("mazur", 6)
    assert live.badge(6) == "The losses of all runs agree with NumPy's."
    address = next(a for a in (f"{c}{r}" for r in range(30, 50) for c in "CDEF") if live.value("Comparison", a) == 0.05)
    live.type("Comparison", address, "0.125")
    assert live.badge(6).startswith(OWN)
    for number, (kind, column, iteration) in enumerate(damages(contents, "comparison", 12)):
        run = number % 2 + 1
        address = contents.layout.cell(column.name, iteration)
        formula, value = (read(live.sheets[run], address) for read in (live.content, live.value))
        with live.typed(live.sheets[run], address, spoiled(kind, formula, value)):
            assert live.badge(6).startswith(f"{DAMAGED}run {run}: {where(contents, column, iteration)[:-1]}"), address
    assert live.badge(6).startswith(OWN)


def without_isformula(book: Path, target: Path) -> Path:
    """The book as a program sees it that has no such function."""
    with zipfile.ZipFile(book) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for part in source.namelist():
            package.writestr(part, source.read(part).replace(b"_xlfn.ISFORMULA", b"_xlfn.NOSUCHTHING"))
    return target


def test_a_program_without_isformula_still_sees_what_is_not_equal(mazur: Path, tmp_path: Path) -> None:
    """There the question falls away, and no error shows; a text, a deleted formula, another number are seen."""
    contents = contents_of("mazur", 15)
    live = with_other_inputs(without_isformula(mazur, tmp_path / "old.xlsx"), contents)
    assert live.badge().startswith(OWN)
    for content in ("", "oops", "0.125"):
        with live.typed("Training", contents.layout.cell("dW2[1,1]", 3), content):
            assert "Gradients, column AM" in live.badge()


def test_a_cell_that_excel_sets_to_nothing_is_no_damage(graph: Path, tmp_path: Path) -> None:
    """Excel makes 0 of a last sum that cancels, where the same sum within a formula leaves some 1e-17."""
    layout, live = contents_of("into-backprop", 20).layout, Live(without_isformula(graph, tmp_path / "old.xlsx"))
    for name, value in (("a", "0.30000000000000004"), ("b", "-0.3")):
        live.type("Training", layout.cell(name, 0), value)
    address = layout.cell("d", 0)
    assert 0 < live.value("Training", address) < 1e-16
    for content, beginning in (("0", OWN), ("0.001", DAMAGED)):
        with live.typed("Training", address, content):
            assert live.badge().startswith(beginning)


@pytest.mark.parametrize("engine", [pytest.param(e, marks=pytest.mark.office) for e in ("libreoffice", "gnumeric")])
def test_other_programs_say_the_same(engine: str, mazur: Path, tmp_path: Path) -> None:
    """After eta and then a formula of the second row have changed, both lines are what IronCalc makes of them."""
    typed = {"Training!H3": 0.1}
    found = []
    for more in ({}, {"Training!B12": None}, {"Training!AM11": "=AA11*L11*1.01"}):
        book = change(mazur, tmp_path / "changed.xlsx", {**typed, **more})
        texts = [str(row[1]) for row in recalculate(book, engine)["Start"]]
        found.append(next(text for text in texts if text.startswith((DAMAGED, OWN, SAME))))
    assert found[0].startswith(OWN)
    assert "Parameters, column B (w1), iteration 3." in found[1]
    assert "Gradients, column AM (∂E_total/∂w5), iteration 2." in found[2]


@pytest.mark.parametrize("language", ["zh-CN", "zh-TW"])
def test_the_reader_is_told_in_his_language(language: str, make_book: MakeBook) -> None:
    """Phase, column and iteration stand in a sentence of the book's language."""
    contents = contents_of("into-backprop", 3, language)
    texts, live = contents.texts, Live(make_book("into-backprop", 3, language=language))
    column = next(c for c in contents.program.columns if c.phase == "gradients")
    letter = get_column_letter(contents.layout.columns[column.name])
    with live.typed(contents.title, contents.layout.cell(column.name, 2), ""):
        found = live.texts()
    where = f"{texts('phase.gradients')}{texts('watch.column')}{letter} ({contents.symbol(column.name)})"
    assert f"{texts('badge.out_of_place')}{where}{texts('watch.iteration')}2{texts('badge.put_back')}" in found


WIDE = ("vanishing-relu", "softmax-three-classes", "overfitting", "uneven-slopes-adam")


@pytest.mark.parametrize("name", WIDE)
def test_every_program_takes_the_watching_formulas(name: str) -> None:
    """They are of legal length and depth, and those of later rows can be written once for all of them."""
    watch = watch_of(laid_out(name))
    assert watch is not None
    for pattern in (*watch.start, *watch.later):
        must_be_legal("a watching cell", pattern.replace("{r}", "1048576").replace("{p}", "1048575"), "")
    assert all(map(may_be_shared, watch.later))
