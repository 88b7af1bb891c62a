"""Step by step: the article's own arithmetic, path by path, in symbols and in numbers."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.teaching import Expected, cells_of, page_of, reading, row_of, shown
from tests.templates import REPRESENTATIVES
from xlbp.workbook.page.page import Page
from xlbp.workbook.sheets.steps.steps import FACTORS

SYMBOL, FORMULA, NUMBERS, VALUE, LINK = range(2, 7)


def steps(name: str, iterations: int = 3, **choices: float) -> Page:
    """The page of a shipped template."""
    return page_of(shown(name, iterations, **choices), "steps")


def chain_of(page: Page, symbol: str) -> list[list[Any]]:
    """The lines of a gradient's chain rule: its own, and those below that belong to it."""
    section = row_of(page, "Gradients: the chain rule, path by path")
    first = row_of(page, symbol, after=section)
    cells, lines = cells_of(page), []
    row = first
    while row == first or cells.get((row, SYMBOL)) == "":
        lines.append(reading(page, row, FORMULA, NUMBERS, VALUE))
        row += 1
    return lines


def test_w5_is_one_product() -> None:
    """∂E_total/∂w5 = 0.7414 · 0.1868 · 0.5933 = 0.0822, in one line."""
    [[formula, numbers, value]] = chain_of(steps("mazur"), "∂E_total/∂w5")
    expected = ("= ∂E_total/∂out_o1 · ∂out_o1/∂net_o1 · ∂net_o1/∂w5", "= 0.7414 · 0.1868 · 0.5933", "0.0822")
    assert expected == (formula, numbers, f"{value:.4f}")


def test_w1_has_two_paths() -> None:
    """w1 reaches the loss by both outputs; the second path is added, and both come to the gradient."""
    first, second, total = chain_of(steps("mazur"), "∂E_total/∂w1")
    assert (first[1], total[0]) == ("= 0.7414 · 0.1868 · 0.4000 · 0.2413 · 0.0500", "= sum of the paths")
    assert second[1] == "+ (−0.2171) · 0.1755 · 0.5000 · 0.2413 · 0.0500"
    assert pytest.approx(0.00043856773447434685, rel=1e-12) == first[2] + second[2] == pytest.approx(total[2])


def test_w1_in_symbols() -> None:
    """Both paths share their last two factors."""
    expected = [
        f"{sign} ∂E_total/∂out_{o} · ∂out_{o}/∂net_{o} · ∂net_{o}/∂out_h1 · ∂out_h1/∂net_h1 · ∂net_h1/∂w1"
        for sign, o in (("=", "o1"), ("+", "o2"))
    ]
    assert expected == [line[0] for line in chain_of(steps("mazur"), "∂E_total/∂w1")[:2]]


@pytest.mark.parametrize(
    ("symbol", "numbers", "value"),
    [
        ("net_h1", "= 0.1500 · 0.0500 + 0.2000 · 0.1000 + 0.3500", "0.3775"),
        ("out_h1", "= σ(0.3775)", "0.5933"),
        ("error_o2", "= 0.7729 − 0.9900", "-0.2171"),
        ("E_o2", "= (−0.2171)² / 2", "0.0236"),
        ("E_total", "= 0.2748 + 0.02356", "0.2984"),
        ("∂out_o1/∂net_o1", "= 0.7514 · (1 − 0.7514)", "0.1868"),
        ("∂E_total/∂out_h1", "= 0.1385 · 0.4000 + (−0.03810) · 0.5000", "0.0364"),
        ("w5⁺", "= 0.4000 − 0.5000 · 0.08217", "0.3589"),
        ("w7⁺", "= 0.5000 − 0.5000 · (−0.02260)", "0.5113"),
    ],
)
def test_lines_of_the_article(symbol: str, numbers: str, value: str) -> None:
    """Each line has the article's numbers, a negative one in brackets after an operator or before a power."""
    page = steps("mazur")
    found, result = reading(page, row_of(page, symbol), NUMBERS, VALUE)
    assert (numbers, value) == (found, f"{result:.4f}")


@pytest.mark.parametrize(
    ("symbol", "kind"),
    [
        ("i1", "input"),
        ("target_o2", "target"),
        ("b1", "bias, not trained"),
        ("η", "learning rate"),
        ("w8", "parameter"),
    ],
)
def test_what_is_given(symbol: str, kind: str) -> None:
    """The first section says of each given number what it is."""
    page = steps("mazur")
    assert [kind] == reading(page, row_of(page, symbol), FORMULA)


def test_six_neurons_have_four_paths() -> None:
    """A weight of the first of three layers of two reaches the loss by four paths, whose products come to it."""
    expected = shown("six-neurons")
    symbol = expected.contents.symbol("dW1[1,1]")
    lines = chain_of(page_of(expected, "steps"), symbol)
    paths, total = lines[:-1], lines[-1]
    assert (len(paths), total[0], [p[1][0] for p in paths]) == (4, "= sum of the paths", ["=", "+", "+", "+"])
    assert pytest.approx(float(expected.history["dW1[1,1]"][0]), rel=1e-12) == sum(p[2] for p in paths)


GRAPH = [
    ("df/da", "= df/dd · ∂d/∂a", "= 7.0000 · 1.0000", 7.0),
    ("df/db", "= df/dd · ∂d/∂b", "= 7.0000 · 1.0000", 7.0),
    ("df/dc", "= ∂f/∂c", "= −1.0000", -1.0),
]


@pytest.mark.parametrize(("symbol", "formula", "numbers", "value"), GRAPH)
def test_chain_of_a_graph(symbol: str, formula: str, numbers: str, value: float) -> None:
    """In f = (a + b) · c the derivative goes from f over d to a and b, and straight to c."""
    assert [[formula, numbers, value]] == chain_of(steps("into-backprop"), symbol)


@pytest.mark.parametrize(
    ("symbol", "numbers"),
    [("d", "= 5.0000 + (−6.0000)"), ("f", "= −1.0000 · 7.0000"), ("a⁺", "= 5.0000 + 0.0100 · 7.0000")],
)
def test_lines_of_a_graph(symbol: str, numbers: str) -> None:
    """Nodes and updates of a graph, which climbs."""
    page = steps("into-backprop")
    assert [numbers] == reading(page, row_of(page, symbol), NUMBERS)


# the choice of iteration and sample


@pytest.mark.parametrize(
    ("name", "names"),
    [
        ("mazur", {"show_t": (3, 3)}),
        ("into-backprop", {"show_t": (3, 3)}),
        ("xor", {"show_t": (3, 3), "show_s": (4, 3)}),
    ],
)
def test_choosers(name: str, names: dict[str, tuple[int, int]]) -> None:
    """An iteration can be chosen, and in a batch a sample, with the bounds beside the cell."""
    page = steps(name, 5)
    assert names == page.names
    hints = [str(reading(page, row, 4)[0]) for row, _ in names.values()]
    assert ["from 0 to 5", "from 1 to 4"][: len(hints)] == [re.findall(r"from \d to \d", hint)[0] for hint in hints]


@pytest.mark.slow
@pytest.mark.parametrize("sample", [1, 2, 3, 4])
def test_a_sample_is_shown_without_its_mark(sample: int) -> None:
    """The quantities are those of the chosen sample, under symbols without its number."""
    expected = shown("xor", 3, iteration=2, sample=sample)
    page = page_of(expected, "steps")
    for symbol, name in (("x1", "a0[1]"), ("z_h1", "z1[1]"), ("y", "a2[1]"), ("∂E/∂z_y", "dz2[1]")):
        [value] = reading(page, row_of(page, symbol), VALUE)
        assert float(expected.history[f"{name}@{sample}"][2]) == value, symbol


def test_a_batch_has_a_mean() -> None:
    """The paths of a batch are the sample's own; the line below them is the mean over the samples."""
    expected = shown("xor")
    page = page_of(expected, "steps")
    lines = chain_of(page, "∂E/∂w5")
    assert ("= mean over the 4 samples", float(expected.history["dW2[1,1]"][0])) == (lines[-1][0], lines[-1][2])
    assert [float(expected.history["E"][0])] == reading(page, row_of(page, "E (mean over the batch)"), VALUE)


@pytest.mark.parametrize("iteration", [0, 1, 3])
def test_the_chosen_iteration_is_shown(iteration: int) -> None:
    """Every value is that of the chosen iteration."""
    expected = shown("mazur", 3, iteration=iteration)
    page = page_of(expected, "steps")
    for symbol, name in (("w5", "W2[1,1]"), ("E_total", "E"), ("w5⁺", "W2+[1,1]")):
        assert [float(expected.history[name][iteration])] == reading(page, row_of(page, symbol), VALUE)


# every template


AFTER_GRADIENTS = ("Optimizer", "Update")


def products(expected: Expected) -> list[tuple[str, float, float]]:
    """(numbers as shown, value, size) of each line of the chain rule that has both."""
    page = page_of(expected, "steps")
    cells = cells_of(page)
    start = row_of(page, "Gradients: the chain rule, path by path")
    end = min(row for row, title in ((r, cells[r, c]) for r, c in cells if c == SYMBOL) if title in AFTER_GRADIENTS)
    rows = range(start + 1, end)
    return [(cells[r, NUMBERS], cells[r, VALUE]) for r in rows if (r, NUMBERS) in cells and (r, VALUE) in cells]


@pytest.mark.parametrize("name", REPRESENTATIVES)
def test_numbers_multiply_to_the_value(name: str) -> None:
    """The product of the numbers as they are printed is the value beside it, but for their rounding."""
    found = products(shown(name))
    assert found
    for numbers, value in found:
        plain = numbers.strip("=+ ").translate(str.maketrans("·−", "*-"))
        assert pytest.approx(value, abs=slack(plain) + 1e-4) == eval(plain), numbers


def slack(arithmetic: str) -> float:
    """How far the result moves, if each of the printed numbers is 0.0001 larger, one after the other."""
    moved = (
        f"{arithmetic[: number.start()]}({number.group()} + 1e-4){arithmetic[number.end() :]}"
        for number in re.finditer(r"\d+\.\d+(?:E[+-]\d+)?", arithmetic)
    )
    return sum(abs(eval(each) - eval(arithmetic)) for each in moved)


@pytest.mark.parametrize("name", REPRESENTATIVES)
def test_every_parameter_has_chain_and_update(name: str) -> None:
    """Each trained parameter has its gradient under the chain rule, and below its update, by gradient or moment."""
    expected = shown(name)
    page, contents = page_of(expected, "steps"), expected.contents
    chain, update = row_of(page, "Gradients: the chain rule, path by path"), row_of(page, "Update")
    for parameter in contents.template.parameter_order:
        assert chain < row_of(page, contents.symbol(contents.gradient(parameter)), after=chain) < update
        [formula] = reading(page, row_of(page, f"{contents.symbol(parameter)}⁺", after=update), FORMULA)
        kept = {"adam": f"mh:{parameter}", "momentum": f"v:{parameter}"}
        moved_by = kept.get(contents.template.training.optimizer, contents.gradient(parameter))
        assert contents.symbol(moved_by) in formula


@pytest.mark.parametrize("name", REPRESENTATIVES)
def test_no_sign_stands_beside_a_sign(name: str) -> None:
    """A negative number after an operator, or before a power, is in brackets."""
    page = page_of(shown(name), "steps")
    texts = [str(f.value) for f in page.formulas if f.column == NUMBERS]
    assert [text for text in texts if re.search(r"[+−·/] -\d|-[\d.]+[²^]", text)] == []


@pytest.mark.parametrize(
    ("name", "parameter"), [("mazur", "W2[1,1]"), ("xor", "W1[1,2]"), ("into-backprop", "a"), ("sigmoid-graph", "b")]
)
def test_every_factor_is_a_link(name: str, parameter: str) -> None:
    """Each factor of a product stands once more to the right, as a link to the cell it comes from."""
    expected = shown(name)
    page, contents = page_of(expected, "steps"), expected.contents
    section = row_of(page, "Gradients: the chain rule, path by path")
    row = row_of(page, contents.symbol(contents.gradient(parameter)), after=section)
    [numbers] = reading(page, row, NUMBERS)
    linked = [f for f in page.formulas if f.row == row and f.column >= FACTORS]
    shown_numbers = [n.strip("()") for n in numbers.removeprefix("= ").split(" · ")]
    assert shown_numbers == [f.value for f in linked]
    assert all(f.text.startswith('HYPERLINK("#Training!"&ADDRESS(') for f in linked)


HEADINGS = {
    "en": "The factors; most are links to their cells",
    "zh-CN": "各个因子（多数链接到所在单元格）",
    "zh-TW": "各個因子（多數連結到所在儲存格）",
}


@pytest.mark.parametrize("language", HEADINGS)
def test_the_links_of_the_factors_have_a_heading(language: str) -> None:
    """The band of the gradients goes on over every column that holds the link of a factor."""
    expected = shown("mazur", language=language)
    page = page_of(expected, "steps")
    band = row_of(page, expected.contents.texts("steps.chain"))
    factors = {column for row, column in cells_of(page) if column >= FACTORS and row != band}
    headed = {column for (row, column), look in page.looks.items() if row == band and column >= FACTORS}
    assert cells_of(page)[band, FACTORS] == HEADINGS[language]
    assert headed == factors == {column for column in headed if page.looks[band, column] == "gradients"}


def test_what_begins_at_a_sum_is_no_path() -> None:
    """Of many paths the sheet has the last steps only: each line says from which derivative on, and is a part."""
    page = page_of(shown("lstm"), "steps")
    section = row_of(page, "Gradients: the chain rule, path by path")
    row = row_of(page, "∂E/∂Wi1", after=section)
    formula, reason = reading(page, row, FORMULA, 8)
    assert reason.startswith(f"chain rule, part 1 of 3: from {formula.removeprefix('= ').split(' · ')[0]} on")
    mazur = page_of(shown("mazur"), "steps")
    assert not any("part 1" in str(content) for content in cells_of(mazur).values())


def test_factors_multiply_to_what_a_path_contributes() -> None:
    """Those without a cell of their own stand as numbers, so that none is missing at the right."""
    page = page_of(shown("lstm"), "steps")
    section = row_of(page, "Gradients: the chain rule, path by path")
    cells = cells_of(page)
    for row in range(section + 1, row_of(page, "Update")):
        formula = str(cells.get((row, FORMULA), ""))
        if " · ∂" in formula:
            assert all((row, FACTORS + place) in cells for place in range(formula.count(" · ") + 1))


def test_a_batch_says_of_which_sample_loss_and_paths_are() -> None:
    """Two losses are called E: one is of the chosen sample; so are the paths, whose mean the gradient is."""
    page = page_of(shown("xor", sample=2), "steps")
    assert row_of(page, "E (of sample 2)") < row_of(page, "E (mean over the batch)")
    section = row_of(page, "Gradients: the chain rule, path by path")
    assert reading(page, row_of(page, "∂E/∂w5", after=section), 8)[0].endswith("(of sample 2)")
