"""Step by step and the chain rule of a made-up block: helpers of rank 2, derivatives that have no cell."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import pytest

from tests.large_networks import large_network
from tests.teaching import cells_of, reading, row_of
from xlbp.expectation.contents import lay_out
from xlbp.expectation.training import Trained, train_run
from xlbp.model import blocks as symbols
from xlbp.model.cells import Cells, Grid
from xlbp.reference import blocks as numbers
from xlbp.reference.arithmetic import in_order, tanh
from xlbp.reference.notes import LayerNotes
from xlbp.symbols import expr
from xlbp.template import layer_kinds
from xlbp.template.blocks.block import Block, Parameter, Role, Shape, Tensor
from xlbp.template.load import parse_template
from xlbp.workbook.explain import Explanation, explain_quantity
from xlbp.workbook.opening import first_choices
from xlbp.workbook.page.chain import ChainRule
from xlbp.workbook.page.lens import Lens
from xlbp.workbook.page.page import Page
from xlbp.workbook.sheets.steps.steps import FACTORS, MOST_PARAMETERS, is_large, steps_page
from xlbp.workbook.sheets.steps.unit.units import is_made_of_units

SYMBOL, FORMULA, NUMBERS, VALUE = range(2, 6)


@dataclass(frozen=True)
class Mixer(Block):
    """p_ti = tanh(U_ti x_i + d_t), y_i = p_1i p_2i x_i: two times, a helper of rank 2, a bias for each time."""

    kind: ClassVar[str] = "mixer"

    def parameters(self, *inputs: Shape) -> tuple[Parameter, ...]:
        """U (2, n) and d (2,)."""
        start = {"init": "uniform", "low": 0.2, "high": 0.9}
        weights = Parameter("U", (2, *inputs[0]), Role.WEIGHT, key="weights", fallback=start)
        return weights, Parameter("d", (2,), Role.BIAS, key="bias", fallback=0.1)

    def tensors(self, *inputs: Shape) -> tuple[Tensor, ...]:
        """The helpers p (2, n), and y (n,)."""
        return Tensor("p", (2, *inputs[0]), Role.HELPER, "part_{unit}"), Tensor("y", inputs[0], Role.ACTIVATION)


def mixed(cells: Cells, _: Mixer, x: Grid) -> Grid:
    """The symbols' side."""
    weights, biases = cells.parameter("U"), cells.parameter("d")
    p = cells.fill("p", lambda s, t, i: expr.tanh(weights[t, i] * x[s][i] + biases[t]))
    return cells.fill("y", lambda s, i: p[s][0, i] * p[s][1, i] * x[s][i])


def forward(notes: LayerNotes, _: Mixer, p: Any, x: Any) -> tuple[Any, Any]:
    """NumPy's side."""
    parts = notes.put("p", tanh(p["U"][None] * x[:, None] + p["d"][None, :, None]))
    return notes.put("y", parts[:, 0] * parts[:, 1] * x), (x, parts)


def backward(notes: LayerNotes, _: Mixer, p: Any, kept: Any, dy: Any) -> tuple[Any, Any]:
    """And back."""
    x, parts = kept
    dp = notes.put("dp", (dy * x)[:, None] * parts[:, ::-1])
    inner = dp * (1 - parts) * (1 + parts)
    gradients = {"U": in_order((inner * x[:, None]).T).T, "d": in_order(in_order(inner.T).T)}
    return gradients, dy * parts[:, 0] * parts[:, 1] + inner[:, 0] * p["U"][None, 0] + inner[:, 1] * p["U"][None, 1]


@pytest.fixture(autouse=True)
def mixer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The block is one of those that there are."""
    monkeypatch.setitem(layer_kinds.KINDS, "mixer", lambda table, inputs, pieces: Mixer())
    monkeypatch.setitem(symbols.BLOCKS, "mixer", mixed)
    monkeypatch.setitem(numbers.BLOCKS, "mixer", numbers.Entry(forward, backward))


def shown(units: int = 2, samples: int = 1, **choices: int) -> Trained:
    """The training of a network with that block in the middle."""
    text = large_network([2, units, 1], ["identity", "tanh"], "half_squared_error", samples)
    first, *others = text.split("[[network.layers]]")
    with_block = "[[network.layers]]".join([first, others[0], '\nkind = "mixer"\n', others[1]])
    contents = lay_out(parse_template(with_block, "test", "test"), "en")
    return train_run(contents, choices=replace(first_choices(contents), iteration=2, **choices))


def page_of(training: Trained) -> Page:
    """Its step sheet."""
    return steps_page(training.contents, training.facts)


def explained(name: str) -> Explanation:
    """What is said of a quantity."""
    training = shown()
    return explain_quantity(training.contents, training.facts, name, 2)


@pytest.mark.parametrize("samples", [1, 2])
def test_paths_sum_to_every_gradient(samples: int) -> None:
    """The products of a parameter's paths, sample by sample, come to its gradient on average."""
    totals: dict[str, list[float]] = {}
    for sample in range(1, samples + 1):
        training = shown(samples=samples, sample=sample)
        lens = Lens(training.contents, training.facts)
        for parameter in training.contents.template.parameter_order:
            paths = ChainRule(lens).paths(parameter)
            factors = [[lens.worth(factor.value) or 0.0 for factor in path] for path in paths]
            totals.setdefault(parameter, []).append(sum(map(math.prod, factors)))
    for parameter, sums in totals.items():
        gradient = float(training.history[training.contents.gradient(parameter)][2])
        assert pytest.approx(gradient, rel=1e-11) == np.mean(sums), parameter


def test_each_line_is_worth_what_its_formula_says() -> None:
    """Helpers of rank 2 have lines in the forward and in the backward pass, with their numbers."""
    page = page_of(shown())
    row = row_of(page, "part_2[2,1]")
    assert reading(page, row, FORMULA) == ["= tanh(U2[2,1] · z1[1] + d2[2])"]
    row = row_of(page, "∂E/∂part_2[2,1]")
    assert reading(page, row, FORMULA)[0].startswith("= ∂E/∂y2[1] · ")


def test_a_factor_without_a_cell_is_written_out() -> None:
    """A local derivative that is more than a cell stands in brackets, and among the factors leads nowhere."""
    training = shown()
    page, facts = page_of(training), training.facts
    section = row_of(page, "Gradients: the chain rule, path by path")
    row = row_of(page, "∂E/∂W1[1,1]", after=section)
    formula, numbers_shown, value = reading(page, row, FORMULA, NUMBERS, VALUE)
    assert formula.endswith("∂y2[1]/∂part_2[1,1] · ∂part_2[1,1]/∂z1[1] · ∂z1[1]/∂W1[1,1]")
    assert numbers_shown.count("(1 − ") == 1
    product = next(f.text for f in page.formulas if (f.row, f.column) == (row, VALUE))
    assert product.count("(1-") == 1
    p1, p2, weight, x, y = (facts.value(name) or 0.0 for name in ("p2[1,1]", "p2[2,1]", "U2[1,1]", "z1[1]", "dy2[1]"))
    first = facts.value("x[1]") or 0.0
    assert pytest.approx(y * p2 * x * (1 - p1) * (1 + p1) * weight * first, rel=1e-12) == value
    place = formula.split(" · ").index("∂part_2[1,1]/∂z1[1]")
    factors = [formula for formula in page.formulas if formula.row == row and formula.column >= FACTORS]
    assert (row, FACTORS + place) not in page.links
    assert next(f.value for f in factors if f.column == FACTORS + place) == pytest.approx(
        (1 - p1 * p1) * weight, rel=1e-12
    )


def test_an_explanation_names_no_cell_for_what_has_none() -> None:
    """Of each factor it tells the number, and the cell where there is one."""
    paths = explained("dU2[2,1]").paths
    cells = [(factor.symbol, bool(factor.cell)) for factor in paths[0].factors]
    assert cells[-1] == ("∂part_2[2,1]/∂U2[2,1]", False)
    assert cells[0] == ("∂E/∂a3[1]", True)
    assert pytest.approx(explained("dU2[2,1]").value, rel=1e-11) == explained("dU2[2,1]").total


@pytest.mark.slow
def test_such_a_network_is_not_made_of_units() -> None:
    """However large it is, it gets the lines of the chosen sample, and no sheet about a unit that is none."""
    large = shown(units=30, samples=2, sample=2)
    page = page_of(large)
    assert (is_large(large.contents), is_made_of_units(large.contents)) == (True, False)
    assert {"show_l", "show_u"}.isdisjoint(page.names)
    first = large.contents.template.parameter_order[:MOST_PARAMETERS]
    symbols_shown = {content for (_, column), content in cells_of(page).items() if column == SYMBOL}
    assert {large.contents.symbol(name) + "⁺" for name in first} <= symbols_shown
    assert None not in {formula.value for formula in page.formulas}
