"""The teaching sheets of whole books: engines agree on them, they follow every change, and they can say no."""

from __future__ import annotations

import math
import re
from pathlib import Path
from random import Random
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from tests.books import contents_of
from tests.conftest import MakeBook
from tests.teaching import GOOD, Expected, change, page_of, recalculate, row_in, shown, verdict, verified_in_libreoffice
from xlbp.pipeline import generate, verify

pytestmark = pytest.mark.slow  # many whole books

SHORT = ("training.iterations=3",)
BOTH = ["ironcalc", pytest.param("libreoffice", marks=[pytest.mark.office, pytest.mark.slow])]
TITLES = ["Start", "Step by step", "Network", "Charts", "Gradient check", "Loss landscape", "Proof"]


# changes that a reader makes

CHOICES: dict[str, tuple[str, dict[str, Any]]] = {
    "nothing": ("mazur", {}),
    "iteration": ("mazur", {"Step by step!C3": 7}),
    "learning rate and target": ("mazur", {"Training!H3": 0.9, "Training!D3": 0.3, "Step by step!C3": 15}),
    "initial weight": ("mazur", {"Training!F9": -1.5}),
    "tiny weight": ("mazur", {"Training!F9": -3e-17}),
    "landscape": ("mazur", {"Loss landscape!C4": "w8", "Loss landscape!C5": "w1", "Loss landscape!C6": 0.25}),
    "one parameter twice": ("mazur", {"Loss landscape!C4": "w3", "Loss landscape!C5": "w3"}),
    "step": ("mazur", {"Gradient check!C4": 0.125}),
    "tangent": ("mazur", {"Step by step!C3": 7, "Activation!C11": "out_o2"}),
    "path that leaves": ("mazur", {"Step by step!C3": 3, "Loss landscape!C6": 0.25, "Training!H3": 5}),
    "sample": ("xor", {"Step by step!C3": 4, "Step by step!C4": 3}),
    "input of a sample": ("xor", {"Step by step!C4": 2, "Training!C4": 0.75, "Training!D6": 0.25}),
    "graph": ("graph", {"Step by step!C3": 7, "Training!B3": 0.5, "Loss landscape!C4": "a", "Gradient check!C4": 0.01}),
    "error in sight": ("diverging", {"Step by step!C3": 12}),
    "sheet of samples": ("large_batch", {"Step by step!C3": 2, "Step by step!C4": 8, "Data!B9": 0.5}),
}

LONG = ("input of a sample", "sheet of samples", "initial weight", "one parameter twice")


@pytest.mark.parametrize("case", [*(pytest.param(c, marks=pytest.mark.slow) if c in LONG else c for c in CHOICES)])
def test_every_sheet_follows_a_change(case: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """After a change of inputs or choices every sheet shows what NumPy says for them."""
    fixture, contents = CHOICES[case]
    book = change(request.getfixturevalue(fixture), tmp_path / "changed.xlsx", contents)
    [report] = verify(book, ("ironcalc",))
    assert verdict(report) == GOOD


# what programs may see otherwise: tiny and many numbers, labels that are chosen, errors, a batch and sheets of samples
IN_LIBREOFFICE = ("tiny weight", "landscape", "tangent", "path that leaves", "sample", "graph", "error in sight")
IN_LIBREOFFICE += ("sheet of samples",)


@pytest.mark.slow
@pytest.mark.office
def test_every_sheet_follows_changes_in_libreoffice(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """After each of these changes every sheet shows what NumPy says for it."""
    books = []
    for number, case in enumerate(IN_LIBREOFFICE):
        fixture, contents = CHOICES[case]
        books.append(change(request.getfixturevalue(fixture), tmp_path / f"{number}.xlsx", contents))
    verdicts = dict(zip(IN_LIBREOFFICE, map(verdict, verified_in_libreoffice(books)), strict=True))
    assert verdicts == dict.fromkeys(IN_LIBREOFFICE, GOOD)


UNUSABLE = {
    "iteration beyond the last": ("mazur", "Step by step!C3", 16),
    "iteration before the first": ("mazur", "Step by step!C3", -1),
    "half an iteration": ("mazur", "Step by step!C3", 1.5),
    "text for an iteration": ("mazur", "Step by step!C3", "7"),
    "no iteration": ("mazur", "Step by step!C3", None),
    "sample that there is not": ("xor", "Step by step!C4", 0),
    "no step": ("mazur", "Gradient check!C4", 0),
    "truth for a step": ("mazur", "Gradient check!C4", True),
    "backward radius": ("mazur", "Loss landscape!C6", -1),
    "parameter that there is not": ("mazur", "Loss landscape!C4", "w9"),
    "frozen parameter": ("mazur", "Loss landscape!C5", "b1"),
    "unit that there is not": ("mazur", "Activation!C11", "out_h3"),
}


@pytest.mark.parametrize("case", UNUSABLE)
def test_a_choice_that_is_none_is_named(case: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """A choice out of range fails the book, and its cell is named; nothing is compared."""
    fixture, address, content = UNUSABLE[case]
    book = change(request.getfixturevalue(fixture), tmp_path / "changed.xlsx", {address: content})
    [report] = verify(book)
    assert (False, 0, [address]) == (report.ok, report.checked, [m.cell for m in report.mismatches])


@pytest.mark.parametrize("sample", [5, 1_000_000])
def test_a_sample_beyond_the_last_is_named(sample: int, xor: Path, tmp_path: Path) -> None:
    """A sample that the batch does not have is an unusable choice like any other."""
    book = change(xor, tmp_path / "changed.xlsx", {"Step by step!C4": sample})
    [report] = verify(book)
    assert (report.ok, [m.cell for m in report.mismatches]) == (False, ["Step by step!C4"])


# the same by arithmetic of our own

RATE, TARGETS, STEP, RADIUS = 0.9, (0.3, 0.99), 1e-3, 0.5


def sigmoid(z: float) -> float:
    """The logistic function."""
    return 1 / (1 + math.exp(-z))


def outputs(w: list[float]) -> tuple[list[float], list[float]]:
    """The hidden and the output activations of the 2-2-2 network, from w1 to w8."""
    hidden = [sigmoid(w[i] * 0.05 + w[i + 1] * 0.1 + 0.35) for i in (0, 2)]
    return hidden, [sigmoid(w[i] * hidden[0] + w[i + 1] * hidden[1] + 0.6) for i in (4, 6)]


def loss(w: list[float]) -> float:
    """Half the squared errors, summed."""
    return sum((a - t) ** 2 / 2 for a, t in zip(outputs(w)[1], TARGETS, strict=True))


def gradients(w: list[float]) -> list[float]:
    """By the chain rule, weight by weight."""
    hidden, out = outputs(w)
    delta = [(a - t) * a * (1 - a) for a, t in zip(out, TARGETS, strict=True)]
    back = [(delta[0] * w[4 + i] + delta[1] * w[6 + i]) * h * (1 - h) for i, h in enumerate(hidden)]
    return [d * x for d in back for x in (0.05, 0.1)] + [d * h for d in delta for h in hidden]


def weights_after(iterations: int) -> list[float]:
    """Gradient descent from the article's weights."""
    w = [0.15, 0.2, 0.25, 0.3, 0.4, 0.45, 0.5, 0.55]
    for _ in range(iterations):
        w = [value - RATE * slope for value, slope in zip(w, gradients(w), strict=True)]
    return w


def moved(w: list[float], **steps: float) -> float:
    """The loss with some weights moved: ``moved(w, w5=0.1)``."""
    return loss([value + steps.get(f"w{i}", 0.0) for i, value in enumerate(w, start=1)])


@pytest.fixture(scope="module")
def changed_mazur(mazur: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Iteration 7 of the article's network with another rate and target, recalculated.

    By one engine: that all see the same in changed books is said above.
    """
    contents = {"Step by step!C3": 7, "Training!H3": RATE, "Training!D3": TARGETS[0], "Gradient check!C4": STEP}
    landscape = {"Loss landscape!C4": "w5", "Loss landscape!C5": "w8", "Loss landscape!C6": RADIUS}
    book = change(mazur, tmp_path_factory.mktemp("changed") / "changed.xlsx", {**contents, **landscape})
    return recalculate(book)


def test_steps_show_the_arithmetic(changed_mazur: Any) -> None:
    """Step by step shows w5, its gradient and its update of that iteration as arithmetic gives them."""
    w = weights_after(7)
    slope = gradients(w)[4]
    grid = changed_mazur["Step by step"]
    found = [row_in(grid, symbol)[4] for symbol in ("w5", "E_total", "∂E_total/∂w5", "w5⁺")]
    assert pytest.approx([w[4], loss(w), slope, w[4] - RATE * slope], rel=1e-12) == found
    expected = f"= {w[4]:.5f} − {RATE:.4f} · {slope:.5f}"  # four digits that count
    assert expected == row_in(grid, "w5⁺")[3]


def test_the_check_shows_the_arithmetic(changed_mazur: Any) -> None:
    """The gradient check moves w5 by the chosen step and shows both losses and the slope between them."""
    w = weights_after(7)
    high, low = moved(w, w5=STEP), moved(w, w5=-STEP)
    found = row_in(changed_mazur["Gradient check"], "w5")[2:6]
    assert pytest.approx([gradients(w)[4], high, low], rel=1e-12) == found[:3]
    assert pytest.approx((high - low) / (2 * STEP), rel=1e-9) == found[3]


@pytest.mark.parametrize(("x", "y"), [(0, 0), (6, 0), (3, 3), (1, 5)])
def test_the_landscape_shows_the_arithmetic(x: int, y: int, changed_mazur: Any) -> None:
    """A point of the landscape is the loss with w5 and w8 moved as its place says."""
    across, down = ((place - 3) * RADIUS / 3 for place in (x, y))
    expected = moved(weights_after(7), w5=across, w8=down)
    assert pytest.approx(expected, rel=1e-12) == changed_mazur["Loss landscape"][15 - y][2 + x]


def test_the_network_shows_the_arithmetic(changed_mazur: Any) -> None:
    """The picture shows the hidden activations of that iteration under their symbols."""
    grid = changed_mazur["Network"]
    places = {grid[r][c]: (r, c) for r in range(len(grid)) for c in range(len(grid[r])) if isinstance(grid[r][c], str)}
    (top, left), (bottom, right) = places["out_h1"], places["out_h2"]
    assert pytest.approx(outputs(weights_after(7))[0], rel=1e-12) == [grid[top + 1][left], grid[bottom + 1][right]]


# books that are damaged


def column_verdicts(grids: Any) -> dict[str, str]:
    """The verdict of each column by its symbol, as the sheet Proof shows it."""
    return {row[1]: row[5] for row in grids["Proof"][8:] if row[5]}


def words_on_start(grids: Any) -> list[str]:
    """The three live lines of the first sheet."""
    first = next(i for i, row in enumerate(grids["Start"]) if str(row[1]).startswith("Gradient check: "))
    return [row[1] for row in grids["Start"][first - 1 : first + 2]]


def damaged(book: Path, target: Path, name: str, iteration: int, old: str, new: str) -> Path:
    """A copy of the 15 iterations of mazur with one formula of the training sheet changed."""
    contents = contents_of("mazur", 15)
    column = list(contents.program.names).index(name)
    formula = shown("mazur", 15).block.formula(iteration, column)
    assert old in formula
    return change(book, target, {f"Training!{contents.layout.cell(name, iteration)}": formula.replace(old, new)})


def test_a_healthy_book_says_so(mazur: Path) -> None:
    """Undamaged, Start says verified, PASS and finite, and no column of Proof fails."""
    grids = recalculate(mazur)
    beginnings = [text[:22] for text in words_on_start(grids)]
    assert beginnings == ["Verified: the totals o", "Gradient check: PASS", "Training: E_total stay"]
    assert {"OK"} == set(column_verdicts(grids).values())


@pytest.mark.parametrize("engine", BOTH)
def test_a_wrong_slope_shows_in_proof_and_badge(engine: str, mazur: Path, tmp_path: Path) -> None:
    """With a(1 + a) for a(1 - a) in the last row, that column and those made from it fail; Start names the damage."""
    grids = recalculate(damaged(mazur, tmp_path / "book.xlsx", "f'2[1]", 15, "(1-", "(1+"), engine)
    back = ["∂out_o1/∂net_o1", "∂E_total/∂net_o1", "∂E_total/∂out_h1", "∂E_total/∂out_h2"]
    hidden = ["∂E_total/∂net_h1", "∂E_total/∂net_h2", "‖∂E_total/∂W1‖", "‖∂E_total/∂W2‖"]
    slopes = [f"{before}w{i}{after}" for i in range(1, 7) for before, after in (("∂E_total/∂", ""), ("", "⁺"))]
    failed = {symbol for symbol, verdict in column_verdicts(grids).items() if verdict == "FAIL"}
    assert {*back, *hidden, *slopes} == failed
    assert "Backward pass, column Y (∂out_o1/∂net_o1), iteration 15." in words_on_start(grids)[0]


def test_a_wrong_slope_spreads_to_later_rows(mazur: Path, tmp_path: Path) -> None:
    """Damage in an early row reaches the loss by the weights of later rows; Proof counts the columns."""
    grids = recalculate(damaged(mazur, tmp_path / "book.xlsx", "f'2[1]", 2, "(1-", "(1+"))
    verdicts = column_verdicts(grids)
    assert [verdicts[s] for s in ("∂out_o1/∂net_o1", "w5", "E_total", "iteration")] == ["FAIL", "FAIL", "FAIL", "OK"]
    assert list(verdicts.values()).count("FAIL") == grids["Proof"][4][2]


def test_a_wrong_gradient_fails_the_gradient_check(mazur: Path, tmp_path: Path) -> None:
    """A gradient's formula damaged at the chosen iteration fails for its parameter, and Start repeats it."""
    grids = recalculate(damaged(mazur, tmp_path / "book.xlsx", "dW2[1,1]", 0, "*", "+"))
    found = {f"w{i}": row_in(grids["Gradient check"], f"w{i}")[7] for i in range(1, 9)}
    assert {f"w{i}": "FAIL" if i == 5 else "PASS" for i in range(1, 9)} == found
    summary = [grids["Gradient check"][4][2], grids["Gradient check"][4][3], words_on_start(grids)[1]]
    assert summary == ["FAIL", "7 / 8", "Gradient check: FAIL"]


def test_damage_at_another_iteration_is_out_of_the_checks_sight(mazur: Path, tmp_path: Path) -> None:
    """The gradient check looks at the chosen iteration: it passes at 0 and fails at 4, where the damage is."""
    book = damaged(mazur, tmp_path / "book.xlsx", "dW2[1,1]", 4, "*", "+")
    there = change(book, tmp_path / "there.xlsx", {"Step by step!C3": 4})
    found = [recalculate(path)["Gradient check"][4][2] for path in (book, there)]
    assert found == ["PASS", "FAIL"]


@pytest.mark.parametrize("address", ["Training!B3", "Training!H3", "Training!F9"])
def test_a_changed_input_silences_numpy(address: str, mazur: Path, tmp_path: Path) -> None:
    """While an input is changed Start says that formulas alone are watched, and Proof counts that input."""
    grids = recalculate(change(mazur, tmp_path / "book.xlsx", {address: 0.75}))
    marks = [row[9] for row in grids["Proof"][8:] if row[9]]
    found = (words_on_start(grids)[0][:16], marks.count("≠"), grids["Proof"][3][2])
    assert found == ("Your own inputs:", 1, 1.0)


# formulas of the teaching sheets themselves

REFERENCE = re.compile(r"(?<![A-Za-z0-9_])(\$?[A-Z]{1,3}\$?)(\d+)(?![A-Za-z0-9_(])")


def slipped(formula: str) -> str:
    """The formula with its last reference outside quotation marks one row lower; the same if it has none."""
    found = [m for m in REFERENCE.finditer(formula) if formula[: m.start()].count('"') % 2 == 0]
    if not found:
        return formula
    last = found[-1]
    return f"{formula[: last.start()]}{last[1]}{int(last[2]) + 1}{formula[last.end() :]}"


SEEDS = [0, 1]
FIXTURES = {"mazur": ("mazur", 15), "xor": ("xor", 5), "graph": ("into-backprop", 20)}


def planted(expected: Expected, seed: int, kind: str) -> dict[str, Any]:
    """One formula of each teaching sheet changed, drawn at random: address -> what stands there instead."""
    found: dict[str, Any] = {}
    for page in expected.pages:
        usable = [f for f in page.formulas if kind == "value" or slipped(f.text) != f.text]
        if usable:
            formula = Random(f"{seed} {page.title}").choice(usable)
            content = formula.value if kind == "value" else f"={slipped(formula.text)}"
            found[f"{page.title}!{formula.address}"] = content
    return found


@pytest.mark.parametrize("kind", ["value", "slip"])
@pytest.mark.parametrize("fixture", FIXTURES)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_changed_formula_of_each_sheet_is_named(
    seed: int, fixture: str, kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """One formula per teaching sheet, replaced by its value or slipped by a row: just those cells are named."""
    faults = planted(shown(*FIXTURES[fixture]), seed, kind)
    assert {*TITLES[1:3], *TITLES[4:]} <= {address.split("!")[0] for address in faults}
    book = change(request.getfixturevalue(fixture), tmp_path / "fault.xlsx", faults)
    [report] = verify(book)
    assert (False, sorted(faults)) == (report.ok, sorted(m.cell for m in report.formulas_changed))


@pytest.mark.parametrize("title", TITLES)
def test_one_changed_formula_is_enough(title: str, mazur: Path, tmp_path: Path) -> None:
    """A single number in place of a formula of one teaching sheet fails the book by that cell alone."""
    page = next(page for page in shown("mazur", 15).pages if page.title == title)
    formula = Random(title).choice(page.formulas)
    address = f"{title}!{formula.address}"
    [report] = verify(change(mazur, tmp_path / "fault.xlsx", {address: formula.value}))
    expected = (False, [(address, f"={formula.text}")])
    assert expected == (report.ok, [(m.cell, m.expected) for m in report.formulas_changed])


def test_a_foreign_formula_on_a_teaching_sheet_is_counted(mazur: Path, tmp_path: Path) -> None:
    """A formula in a cell that should be empty is left unchecked, and counted."""
    [report] = verify(change(mazur, tmp_path / "more.xlsx", {"Network!A40": "=1+1"}))
    assert (report.ok, report.unchecked) == (True, 1)


# numbers that leave the doubles' range

DIVERGING = [("into-backprop", "1e100"), ("excel-two-layer", "10")]


@pytest.mark.parametrize("iteration", [0, 15])
@pytest.mark.parametrize(("name", "rate"), DIVERGING)
def test_a_diverging_book_agrees_on_all_its_sheets(
    name: str, rate: str, iteration: int, make_book: MakeBook, tmp_path: Path
) -> None:
    """Errors stand where they must, whether the chosen iteration is one of them or not."""
    made = make_book(name, 15, f"training.learning_rate={rate}")
    [report] = verify(change(made, tmp_path / "chosen.xlsx", {"Step by step!C3": iteration}), ("ironcalc",))
    expected = shown(name, 15, (f"training.learning_rate={rate}",))
    formulas = expected.training.formulas_in_rows + sum(len(page.formulas) for page in expected.pages)
    assert (formulas, GOOD) == (report.checked, verdict(report))


@pytest.mark.office
def test_diverging_books_agree_in_libreoffice(make_book: MakeBook, tmp_path: Path) -> None:
    """A network's errors stand where they must there, too; a graph's are among the changes above."""
    made = make_book("excel-two-layer", 15, "training.learning_rate=10")
    books = [change(made, tmp_path / f"{chosen}.xlsx", {"Step by step!C3": chosen}) for chosen in (0, 15)]
    assert [*map(verdict, verified_in_libreoffice(books))] == [GOOD, GOOD]


@pytest.mark.parametrize(("name", "rate"), DIVERGING)
def test_start_says_where_training_diverges(name: str, rate: str) -> None:
    """Start names the first iteration whose loss is no number, which is not the first of all."""
    expected = shown(name, 15, (f"training.learning_rate={rate}",))
    history = expected.history[expected.contents.objective]
    first = next(t for t, value in enumerate(history) if not math.isfinite(value))
    values = page_of(expected, "start").values().values()
    assert first > 0
    assert [f"Training diverges at iteration {first} — a number became too large for a cell."] == [
        str(text).split(" Try")[0] for text in values if "diverges" in str(text)
    ]


# a network too large for a picture


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The path of a template with 20 inputs, 12 hidden and 5 output units."""
    random = Random(7)

    def rows(height: int, width: int) -> list[list[float]]:
        return [[round(random.uniform(-0.5, 0.5), 2) for _ in range(width)] for _ in range(height)]

    layers = "".join(
        f'[[network.layers]]\nunits = {units}\nactivation = "sigmoid"\nweights = {rows(units, below)}\nbias = 0.1\n'
        for below, units in ((20, 12), (12, 5))
    )
    data = f"[data]\ninputs = {rows(1, 20)}\ntargets = {rows(1, 5)}\n[training]\nlearning_rate = 0.3\niterations = 3\n"
    path = tmp_path_factory.mktemp("wide") / "wide.toml"
    path.write_text(f"[network]\n{layers}{data}", "utf-8")
    return str(path)


@pytest.fixture(scope="module")
def wide_book(wide: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its book, verified."""
    return generate(wide, tmp_path_factory.mktemp("wide") / "wide.xlsx", language="en").path


@pytest.mark.slow
def test_a_wide_network_is_shown_as_matrices(wide_book: Path) -> None:
    """20-12-5 gets W, b, z and a of each layer with the derivatives below, and no picture."""
    sheet = load_workbook(wide_book)["Network"]
    headings = [
        cell.value for row in sheet.iter_rows() for cell in row if re.match(r"(∂E/∂)?[Wbza]\d$", str(cell.value))
    ]
    letters = ["W", "b", "z", "a"]
    expected = [f"{d}{letter}{n}" for n in (1, 2) for d in ("", "∂E/∂") for letter in letters]
    assert (expected, []) == (headings, sheet._charts)


@pytest.mark.slow
@pytest.mark.office
def test_a_wide_network_agrees_in_libreoffice(wide_book: Path) -> None:
    """Its sheets follow in a second engine as well."""
    [report] = verify(wide_book, ("libreoffice",))
    assert verdict(report) == GOOD


def test_letters_of_the_changed_cells_are_inputs() -> None:
    """The addresses of the tables above are the cells they mean."""
    layout = contents_of("mazur", 15).layout
    places = [layout.panel[name] for name in ("x[1]", "t[1]", "eta")]
    found = [f"{get_column_letter(place.column)}{place.row}" for place in places] + [layout.cell("W2[1,1]", 0)]
    assert found == ["B3", "D3", "H3", "F9"]
