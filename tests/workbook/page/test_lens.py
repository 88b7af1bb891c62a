"""Fetching quantities of the chosen iteration and sample: formula, value and link."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.books import edit
from tests.conftest import MakeBook
from tests.large_networks import large_network
from tests.teaching import change, recalculate, shown, shown_of
from xlbp.pipeline import verify
from xlbp.workbook.page.lens import Lens
from xlbp.workbook.page.page import Page

pytestmark = pytest.mark.slow  # many whole books


def lens(name: str, **choices: float) -> Lens:
    """The lens of a shipped template."""
    expected = shown(name, 5, **choices)
    return Lens(expected.contents, expected.facts)


@pytest.mark.parametrize(
    ("name", "quantity", "formula"),
    [
        ("mazur", "W2[1,1]", "INDEX(Training!$F$9:$F$14,show_t+1)"),
        ("mazur", "x[1]", "x_1"),
        ("mazur", "eta", "eta"),
        ("xor", "z1[1]@1", "INDEX(Training!$S$12:$V$17,show_t+1,show_s)"),
        ("xor", "t[1]@1", "INDEX(Training!$D$3:$D$6,show_s)"),
        ("xor", "E", "INDEX(Training!$AU$12:$AU$17,show_t+1)"),
    ],
)
def test_formulas(name: str, quantity: str, formula: str) -> None:
    """A column is looked up by the iteration, in a batch by the sample too; the panel by its name."""
    assert formula == lens(name).formula(quantity)


@pytest.mark.parametrize("sample", [1, 2, 4])
def test_a_formula_is_the_same_for_every_sample(sample: int) -> None:
    """The chosen sample's formula does not depend on which one is chosen, so that the sheets can follow."""
    quantities = ("z1[1]", "a0[2]", "E", "t[1]")
    found = [lens("xor", sample=sample).formula(f"{quantity}@{sample}") for quantity in quantities]
    assert [lens("xor").formula(f"{quantity}@1") for quantity in quantities] == found


@pytest.mark.parametrize(
    ("quantity", "seen"), [("z1[1]@2", True), ("z1[1]@1", False), ("E@2", True), ("E", True), ("W1[1,1]", True)]
)
def test_what_is_seen(quantity: str, seen: bool) -> None:
    """The chosen sample's quantities are seen, and those that belong to all."""
    assert seen == lens("xor", sample=2).seen(quantity)


@pytest.mark.parametrize(("name", "samples", "mark"), [("mazur", 1, ""), ("xor", 4, "@1"), ("into-backprop", 1, "")])
def test_samples(name: str, samples: int, mark: str) -> None:
    """One sample needs no mark."""
    assert (samples, mark) == (lens(name).samples, lens(name).mark)


def test_symbols_lose_their_sample() -> None:
    """A symbol is shown without the number of its sample, wherever that stands."""
    assert [lens("xor", sample=3).symbol(n) for n in ("z1[1]@3", "f'1[1]@3", "E@3")] == ["z_h1", "∂h1/∂z_h1", "E"]


@pytest.mark.parametrize(("iteration", "sample"), [(0, 1), (3, 4), (5, 2)])
def test_formulas_fetch_what_they_should(iteration: int, sample: int, xor: Path, tmp_path: Path) -> None:
    """Recalculated, each formula gives the quantity of the chosen iteration and sample."""
    quantities = ["W1[2,1]", "E", "eta", *(f"{q}@{sample}" for q in ("z1[2]", "a0[1]", "t[1]", "dz2[1]", "E"))]
    glass = lens("xor", iteration=iteration, sample=sample)

    def ask(workbook) -> None:
        workbook["Step by step"]["C3"].value, workbook["Step by step"]["C4"].value = iteration, sample
        sheet = workbook.create_sheet("Asked")
        for row, name in enumerate(quantities, start=1):
            sheet.cell(row, 1).value = f"={glass.formula(name)}"

    grid = recalculate(edit(xor, tmp_path / "asked.xlsx", ask))["Asked"]
    assert [glass.value(name) for name in quantities] == pytest.approx([row[0] for row in grid], rel=1e-12, abs=1e-16)


@pytest.mark.parametrize(
    ("name", "quantity", "formula"),
    [
        ("mazur", "W2[1,1]", 'HYPERLINK("#Training!"&ADDRESS(9+show_t,6,4),"→")'),
        ("xor", "z1[1]@1", 'HYPERLINK("#Training!"&ADDRESS(12+show_t,19+show_s-1,4),"→")'),
        ("xor", "t[1]@1", 'HYPERLINK("#Training!"&ADDRESS(3+show_s-1,4,4),"→")'),
    ],
)
def test_links_that_follow_the_choice(name: str, quantity: str, formula: str) -> None:
    """A link leads to the very cell of the chosen iteration and sample."""
    page = Page("Asked")
    lens(name).put_link(page, 2, 3, quantity)
    assert ([(formula, "→")], {}) == ([(f.text, f.value) for f in page.formulas], page.links)


def test_links_to_one_place() -> None:
    """What stands in one place whatever is chosen is reached by a link of the cell, not by a formula."""
    page = Page("Asked")
    lens("mazur").put_link(page, 2, 3, "x[2]")
    lens("mazur").put_link(page, 2, 4, "x[2]", ("B7", "0.1"))
    assert page.links == {(2, 3): "Training!C3", (2, 4): "Training!C3"}
    assert (
        [(cell.row, cell.column, cell.content) for cell in page.fixed],
        [(f.row, f.column, f.text, f.value) for f in page.formulas],
    ) == ([(2, 3, "→")], [(2, 4, "B7", "0.1")])


GATED = large_network([2, 2, 1], ["silu", "sigmoid"], "half_squared_error", 3)


def test_samples_that_stand_apart() -> None:
    """A gate and its activation are written sample by sample: the next sample's is two columns further."""
    expected = shown_of(GATED, sample=2)
    columns, glass = expected.contents.layout.columns, Lens(expected.contents, expected.facts)
    assert [columns[f"a1[1]@{n}"] - columns["a1[1]@1"] for n in (2, 3)] == [2, 4]
    assert glass.formula("a1[1]@2").endswith(",show_t+1,(show_s-1)*2+1)")
    page = Page("Asked")
    glass.put_link(page, 2, 3, "a1[1]@2")
    assert f",{columns['a1[1]@1']}+(show_s-1)*2,4)" in page.formulas[0].text


def test_every_sheet_follows_to_samples_that_stand_apart(make_book: MakeBook, tmp_path: Path) -> None:
    """After another sample was chosen, each cell shows what NumPy says of it."""
    template = tmp_path / "gated.toml"
    template.write_text(GATED, "utf-8")
    book = change(make_book(str(template), 3), tmp_path / "chosen.xlsx", {"Step by step!C4": 2})
    [report] = verify(book)
    assert (report.ok, report.unchecked, report.mismatches) == (True, 0, [])
