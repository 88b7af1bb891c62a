"""Explaining one quantity: how it may be called, its numbers and cells, and the chain rule path by path."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.books import put
from tests.templates import FEW
from xlbp.cli import cli
from xlbp.errors import UsageError
from xlbp.expectation.contents import lay_out
from xlbp.expectation.training import train_run
from xlbp.pipeline import explain
from xlbp.template.load import load_template
from xlbp.workbook.explain import Explanation, as_text, explain_quantity

pytestmark = pytest.mark.slow  # whole books, or many processes

SHORT = ("training.iterations=7",)


def of(template: str, wanted: str, iteration: int | None = None, sample: int | None = None) -> Explanation:
    """An explanation from a short training of a template."""
    return explain(template, wanted, iteration, sample, SHORT)


@pytest.fixture(scope="module")
def w5() -> Explanation:
    """The gradient that the article derives in full."""
    return of("mazur", "dE_total/dw5")


def rounded(explanation: Explanation) -> list[tuple[list[float], float]]:
    """The factors and the product of each path, to four decimals."""
    return [([round(f.value or 0, 4) for f in path.factors], round(path.value or 0, 4)) for path in explanation.paths]


def test_the_articles_product(w5: Explanation) -> None:
    """dE_total/dw5 is 0.7414 * 0.1868 * 0.5933 = 0.0822, as the article has it."""
    expected = [([0.7414, 0.1868, 0.5933], 0.0822)]
    assert expected == rounded(w5)


def test_each_factor_has_symbol_and_cell(w5: Explanation) -> None:
    """A factor says what it is and in which cell of its iteration it stands."""
    expected = [
        ("∂E_total/∂out_o1", "Training!W9"),
        ("∂out_o1/∂net_o1", "Training!Y9"),
        ("∂net_o1/∂w5", "Training!L9"),
    ]
    assert expected == [(factor.symbol, factor.cell) for factor in w5.paths[0].factors]


def test_formula_numbers_and_cell(w5: Explanation) -> None:
    """The quantity's own formula comes in symbols, in numbers, and as the cell has it."""
    expected = ("∂E_total/∂net_o1 · out_h1", "0.1385 · 0.5933", "=AA9*L9", "Training!AM9", "dW2[1,1]")
    assert expected == (w5.formula, w5.numbers, w5.spreadsheet, w5.cell, w5.name)


def test_two_paths_of_w1() -> None:
    """w1 reaches the loss by both outputs, and the gradient is the sum."""
    found = of("mazur", "dE/dw1")
    expected = 2
    assert expected == len(found.paths)
    assert found.value == pytest.approx(found.total, rel=1e-12)


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        ("dW2[1,1]", "dW2[1,1]"),
        ("∂E_total/∂w5", "dW2[1,1]"),
        ("dE_total/dw5", "dW2[1,1]"),
        ("dE/dw5", "dW2[1,1]"),
        (" dE / dw5 ", "dW2[1,1]"),
        ("AM9", "dW2[1,1]"),
        ("$am$9", "dW2[1,1]"),
        ("Training!AM9", "dW2[1,1]"),
        ("'training'!AM9", "dW2[1,1]"),
        ("out_h1", "a1[1]"),
        ("w5", "W2[1,1]"),
        ("w5⁺", "W2+[1,1]"),
        ("w5+", "W2+[1,1]"),
        ("dE/dout_h1", "da1[1]"),
        ("dout_h1/dnet_h1", "f'1[1]"),
        ("E_total", "E"),
        ("E", "E"),
        ("i1", "x[1]"),
        ("B3", "x[1]"),
        ("η", "eta"),
    ],
)
def test_ways_to_call_a_quantity(wanted: str, name: str) -> None:
    """A cell, a name, the source's symbol, and the symbol as a keyboard has it all lead to the quantity."""
    assert name == of("mazur", wanted).name


def test_a_cell_says_its_iteration() -> None:
    """The row of a cell is its iteration."""
    found = of("mazur", "AM12")
    expected = (3, "Training!AM12", "=AA12*L12")
    assert expected == (found.iteration, found.cell, found.spreadsheet)


def test_iteration_of_a_name() -> None:
    """A name is explained at the iteration that is asked for, and a parameter leads to the row above."""
    found = of("mazur", "w5", iteration=3)
    above = of("mazur", "w5+", iteration=2).cell.removeprefix("Training!")
    expected = ("w5⁺ of iteration 2", "0.2754", f"={above}", 0.2754)
    assert expected == (found.formula, found.numbers, found.spreadsheet, round(found.value or 0, 4))


def test_an_input_has_no_formula() -> None:
    """A yellow cell is said to be one."""
    found = of("mazur", "w5")
    expected = ("", "", "", 0.4)
    assert expected == (found.formula, found.numbers, found.spreadsheet, found.value)
    assert "an input" in as_text(found)


def test_a_batch_explains_one_sample() -> None:
    """In a batch the paths are those of the chosen sample, and the gradient is the mean over all."""
    found = [of("xor", "dE/dw5", sample=k) for k in range(1, 5)]
    expected = [(k, 4, 1) for k in range(1, 5)]
    assert expected == [(f.sample, f.samples, len(f.paths)) for f in found]
    assert found[0].value == pytest.approx(math.fsum(f.total or 0 for f in found) / 4, rel=1e-12)


@pytest.mark.parametrize("wanted", ["z_h1⁽³⁾", "z_h1@3", "z1[1]@3"])
def test_a_sample_may_stand_in_the_name(wanted: str) -> None:
    """A mark in the name or the symbol chooses the sample."""
    found = of("xor", wanted)
    expected = ("z1[1]@3", 3)
    assert expected == (found.name, found.sample)


def test_a_sample_may_be_an_option() -> None:
    """A name without a mark is that of the chosen sample."""
    expected = "z1[1]@2"
    assert expected == of("xor", "z_h1", sample=2).name


def test_a_computation_graph() -> None:
    """df/da = df/dd * dd/da in f = (a + b) * c."""
    found = of("into-backprop", "df/da")
    expected = [("df/dd", 7.0, "Training!G9"), ("∂d/∂a", 1.0, "Training!H9")]
    assert expected == [(f.symbol, f.value, f.cell) for path in found.paths for f in path.factors]


@pytest.mark.slow
@pytest.mark.parametrize("template", FEW)
def test_paths_come_to_every_gradient(template: str) -> None:
    """In each template and for each parameter, the paths' sum, or its mean over the samples, is the gradient."""
    expected = train_run(lay_out(load_template(template, ("training.iterations=1",)), "en"))
    contents, facts = expected.contents, expected.facts
    for parameter in contents.template.parameter_order[:6]:
        name = contents.gradient(parameter)
        first = explain_quantity(contents, facts, name, 1, None)
        samples = [k or None for k in range(1, first.samples + 1)] if first.sample else [None]
        found = [explain_quantity(contents, facts, name, 1, k) for k in samples]
        mean = math.fsum(f.total or 0 for f in found) / len(found)
        assert first.value == pytest.approx(mean, rel=1e-9, abs=1e-15), name


@pytest.mark.parametrize(
    ("wanted", "iteration", "sample", "message"),
    [
        ("dE/dw55", None, None, "did you mean ∂E_total/∂w5?"),
        ("out_h3", None, None, "did you mean out_h"),
        ("A1", None, None, "A1 holds no quantity of the training sheet; its iterations are in Training!A9:"),
        ("Start!B2", None, None, "Start!B2 holds no quantity"),
        ("AM17", None, None, "AM17 holds no quantity"),
        ("AM12", 4, None, "AM12 is a cell of iteration 3, not 4"),
        ("w5", 8, None, "iteration 8: the training has iterations 0 to 7"),
        ("w5", -1, None, "iteration -1: the training has iterations 0 to 7"),
        ("w5", None, 2, "sample 2: the batch has samples 1 to 1"),
    ],
)
def test_what_is_no_quantity(wanted: str, iteration: int | None, sample: int | None, message: str) -> None:
    """What can't be explained is refused with a hint."""
    with pytest.raises(UsageError) as error:
        of("mazur", wanted, iteration, sample)
    assert message in str(error.value)


def test_two_samples_at_once() -> None:
    """A name with a mark and another sample contradict each other."""
    with pytest.raises(UsageError, match="belongs to sample 3, not 2"):
        of("xor", "z1[1]@3", sample=2)


def test_a_book_speaks_for_itself(mazur: Path, tmp_path: Path) -> None:
    """The numbers are those of the book's own inputs, as a person has changed them."""
    changed = put(mazur, tmp_path / "changed.xlsx", "H3", 0.25)
    found = explain(str(changed), "w5+")
    expected = "0.4000 − 0.2500 · 0.08217"
    assert expected == found.numbers


def test_a_book_has_its_own_settings(mazur: Path) -> None:
    """Overrides go with a template, not with a book."""
    with pytest.raises(UsageError, match="overrides and iterations go with a template"):
        explain(str(mazur), "w5", None, None, SHORT)


def test_a_book_with_an_unusable_input(mazur: Path, tmp_path: Path) -> None:
    """Where an input is no number there is nothing to explain."""
    changed = put(mazur, tmp_path / "text.xlsx", "H3", "0,5")
    with pytest.raises(UsageError, match="H3 should hold a number, but holds '0,5'"):
        explain(str(changed), "w5+")


def test_diverged_numbers(diverging: Path) -> None:
    """A number beyond the doubles is shown as the sheet shows it."""
    found = explain(str(diverging), "f", 20)
    expected = (None, True)
    assert expected == (found.value, "#NUM!" in as_text(found))


def test_the_command_prints_the_chain_rule() -> None:
    """The command shows the product, each factor's cell, and the formula of the cell."""
    out = CliRunner().invoke(cli, ["explain", "mazur", "dE/dw5", "-n", "1"]).output
    expected = ["= 0.7414 · 0.1868 · 0.5933 = 0.08217", "cell formula   =AA9*L9", "Training!Y9", "iteration 0"]
    assert expected == [piece for piece in expected if piece in out]


def test_the_command_prints_json() -> None:
    """--json gives every field, numbers in full."""
    out = CliRunner().invoke(cli, ["explain", "xor", "dE/dw5", "--sample", "3", "--json"]).output
    data = json.loads(out)
    expected = (3, 4, "dW2[1,1]", 1)
    assert expected == (data["sample"], data["samples"], data["name"], len(data["paths"]))


def test_unknown_names_end_with_code_2() -> None:
    """An unknown name is a usage error."""
    error = CliRunner().invoke(cli, ["explain", "mazur", "nonsense"]).exception
    expected = 2
    assert expected == getattr(error, "exit_code", None)
