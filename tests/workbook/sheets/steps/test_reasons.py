"""Step by step says by which rule each line follows from those above, and how each parameter moves."""

from __future__ import annotations

import pytest

from tests.teaching import cells_of, page_of, row_of, shown
from xlbp.workbook.page.lens import Lens
from xlbp.workbook.sheets.steps.reasons import Reasons
from xlbp.workbook.sheets.steps.steps import ARROW, CHANGE, MOST_ABOVE, NEXT, NOW, VALUE, WHY

REASONS = [
    ("mazur", "z1[1]", "weighted sum of what comes in, plus the bias"),
    ("cnn", "z1[1,1,1]", "weighted sum of what comes in"),
    ("lstm", "i1[1,1]", "sigmoid, 1 / (1 + e⁻ˣ): between 0 and 1"),
    ("mazur", "e[1]", "output minus target"),
    (
        "mazur",
        "E[2]",
        "half the square of the error: either sign counts, large errors more; the ½ cancels when it is differentiated",
    ),
    ("mazur", "E", "the sum of the losses above"),
    ("xor", "E", "the mean over the 4 samples: each counts 1/4"),
    ("mazur", "da2[1]", "(x² / 2)′ = x: the error itself; the losses of the other outputs do not contain out_o1"),
    ("batch-norm", "dz2[1]@1", "(x² / 2)′ = x: the error itself"),
    (
        *("xor", "dz2[1]@1"),
        "with output y and target t: ln brings (y − t) / (y(1 − y)), the sigmoid's slope is y(1 − y): it cancels, "
        "what is left is y − t",
    ),
    (
        "lstm",
        "da1[1,1]",
        "chain rule: a term from its own loss, and one for each way onward, through zi_2, zf_2, za_2, zo_2",
    ),
    ("into-backprop", "d", "a sum"),
    (
        "iris",
        "dz2[1]@1",
        "ln brings −t/y for each output y, the softmax's slopes are y(1 − y) and −y·y′: each y cancels",
    ),
    ("mazur", "f'1[1]", "σ′ = σ · (1 − σ)"),
    ("xor", "f'1[2]@1", "tanh′ = 1 − tanh²"),
    ("mazur", "dz2[1]", "chain rule, through out_o1: σ′ = σ · (1 − σ)"),
    ("mazur", "da1[2]", "chain rule: a term for each way, through net_o1, net_o2"),
    (
        "lstm",
        "df1[2,1]",
        "chain rule, through state_2: the derivative of a sum of products by one factor is the factor",
    ),
    ("lstm", "do1[2,1]", "chain rule, through out_2: the derivative of a product by one factor is the other factor"),
    ("lstm", "dc1[1,1]", "chain rule: a term for each way, through tanh_state_1, state_2"),
    ("batch-norm", "dz1[1]@1", "chain rule: a term for each way, through μ, c"),
    ("batch-norm", "dmu2[1]", "chain rule: a term for each way, through c⁽¹⁾, c⁽²⁾, c⁽³⁾, c⁽⁴⁾"),
    ("into-backprop", "df/dd", "the derivative of a product by one factor is the other factor"),
    ("into-backprop", "∂d/∂a", "the derivative of a sum by one of its terms is 1"),
    ("into-backprop", "a+", "up the slope: h times the gradient"),
    ("mazur", "W1+[1,1]", "against the slope: η times the gradient"),
    ("iris", "mh:W1[1,1]", "The average corrected for its start at 0"),
    ("lstm", "a1[1,1]", "a gate times what it lets through"),
    ("iris", "b1+[1]", "η times the direction, divided by a root of squared gradients"),
]


@pytest.mark.parametrize(("name", "quantity", "reason"), REASONS)
def test_the_rule_of_a_line(name: str, quantity: str, reason: str) -> None:
    """The reason names the rule, and the symbols through which a chain rule goes."""
    expected = shown(name)
    reasons = Reasons(Lens(expected.contents, expected.facts))
    column = next(c for c in expected.contents.program.columns if c.name == quantity)
    assert reasons.of(column).startswith(reason)


@pytest.mark.parametrize("name", ["mazur", "xor", "lstm", "batch-norm", "self-attention", "gru", "softmax-delta"])
def test_most_lines_have_a_reason(name: str) -> None:
    """Of the lines that compute something at least nine in ten say why."""
    expected = shown(name)
    reasons, lens = Reasons(Lens(expected.contents, expected.facts)), Lens(expected.contents, expected.facts)
    lines = [c for c in lens.columns() if c.phase in ("loss", "backward", "update", "optimizer")]
    silent = [column.name for column in lines if not reasons.of(column)]
    assert len(silent) <= len(lines) / 10, silent


@pytest.mark.slow
def test_a_form_that_no_rule_knows_says_nothing() -> None:
    """Where the derivative of a loss has another form than the one its rule speaks of, no reason stands there."""
    expected = shown("iris", overrides=("data.class_weights=[1, 2, 3]",))
    reasons = Reasons(Lens(expected.contents, expected.facts))
    columns = {c.name: c for c in expected.contents.program.columns}
    assert not reasons.of(columns["dz2[1]@1"]).startswith("ln brings")


def test_now_next_and_change() -> None:
    """Beside each update: w5 is 0.4, it becomes 0.3589, which is less."""
    expected = shown("mazur")
    page = page_of(expected, "steps")
    row, cells = row_of(page, "w5⁺"), cells_of(page)
    heading = row_of(page, "Update")
    assert [cells[heading, column] for column in (NOW, NEXT, CHANGE)] == ["now", "next", "change"]
    assert (0.4, cells[row, VALUE], "▼") == (cells[row, NOW], cells[row, NEXT], cells[row, ARROW])
    assert cells[row, CHANGE] == cells[row, VALUE] - 0.4
    assert cells[row_of(page, "w7⁺"), ARROW] == "▲"


def test_a_parameter_that_does_not_move() -> None:
    """With a learning rate of 0 nothing changes, and no arrow points anywhere."""
    expected = shown("mazur", overrides=("training.learning_rate=0",))
    page = page_of(expected, "steps")
    row, cells = row_of(page, "w5⁺"), cells_of(page)
    assert [cells[row, column] for column in (CHANGE, ARROW)] == [0.0, "="]


@pytest.mark.parametrize(("name", "is_below"), [("mazur", False), ("lstm", True), ("batch-norm", False)])
def test_many_given_numbers_stand_below(name: str, is_below: bool) -> None:
    """More than 15 given numbers would leave no room for a calculation on the first screen; a way leads to them."""
    expected = shown(name)
    page = page_of(expected, "steps")
    given, forward = row_of(page, "Given: inputs and parameters"), row_of(page, "Forward pass")
    assert (given > forward, forward < 30) == (is_below, True)
    assert (given in [int(place.rpartition("!B")[2]) for place in page.links.values() if "!B" in place]) == is_below
    assert not any("\x05" in formula.text for formula in page.formulas)
    assert cells_of(page)[forward, WHY] == "why"
    assert MOST_ABOVE == 15
