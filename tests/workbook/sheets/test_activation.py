"""The sheet of activations: the units on the curve, the tangent, what is said of derivatives, and who has the sheet."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.teaching import cells_of, laid_out, laid_out_of, page_of, reading, row_of, shown
from xlbp.reference.blocks.activation import ACTIVATIONS as BY_HAND
from xlbp.symbols.expr import Expr
from xlbp.symbols.interpret import Interpreter
from xlbp.template.activations import ACTIVATIONS
from xlbp.workbook.sheets.activation.activation import has_activations
from xlbp.workbook.sheets.activation.block import FIRST, HELPERS, curve_places
from xlbp.workbook.sheets.activation.functions import MOST_UNITS, Function, functions_of

PLAIN = [kind for kind in BY_HAND if kind != "identity"]
TEMPLATE = """
[template]
title = "activations"
[network]
loss = "half_squared_error"
[[network.layers]]
units = 3
activation = "{kind}"
weights = [[0.5], [-1], [2]]
bias = [0.1, 0.2, -0.3]
[[network.layers]]
units = 1
activation = "identity"
weights = [[0.5, 0.4, 0.3]]
[data]
inputs = [[0.7]]
targets = [[0.2]]
[training]
optimizer = "sgd"
learning_rate = 0.1
iterations = 2
"""


def test_units_of_mazur_stand_on_the_sigmoid() -> None:
    """Each of the four units is told with z, a and a(1 - a), in the source's symbols."""
    expected = shown("mazur", 2)
    page = page_of(expected, "activation")
    for label, z, a in (("out_h1", "z1[1]", "a1[1]"), ("out_o2", "z2[2]", "a2[2]")):
        inside, outside = (float(expected.history[name][0]) for name in (z, a))
        row = row_of(page, label, column=3, after=FIRST + 8)
        assert reading(page, row, 4, 5, 6) == pytest.approx([inside, outside, outside * (1 - outside)])


def test_the_tangent_touches_the_curve_with_the_slope_of_the_derivative() -> None:
    """It goes through the chosen unit, and rises by da/dz for each step to the right."""
    expected = shown("mazur", 2, tangents=(3,))
    page = page_of(expected, "activation")
    z, a = (float(expected.history[name][0]) for name in ("z2[1]", "a2[1]"))
    (left, low), (right, high), (at, height) = (reading(page, FIRST + k, HELPERS + 4, HELPERS + 5) for k in (1, 2, 3))
    assert (at, height) == (z, a)
    assert (high - low) / (right - left) == pytest.approx(a * (1 - a))
    assert low + (high - low) / 2 == pytest.approx(a)
    assert reading(page, FIRST + 6, 3) == pytest.approx([a * (1 - a)])


def test_gates_are_grouped_by_their_function() -> None:
    """An LSTM has the sigmoid of three gates and the tanh of the new values and of the memory."""
    functions = functions_of(laid_out("lstm"))
    assert [(f.kind, f.count) for f in functions] == [("sigmoid", 6), ("tanh", 4)]


@pytest.mark.parametrize("kind", [kind for kind, known in ACTIVATIONS.items() if known.formula])
def test_every_curve_of_one_number_is_shown(kind: str) -> None:
    """A layer of any activation of one number has its curve, whose slope is that of the reference."""
    contents = laid_out_of(TEMPLATE.format(kind=kind))
    (function,) = functions_of(contents)
    z = np.array([-7.3, -3.1, -0.5, 0.2, 1.7, 9.0])
    a = _worth(function.value, z, z)
    assert function.kind == kind
    assert _worth(function.slope, z, a) == pytest.approx(
        (_at(function, z + 1e-6) - _at(function, z - 1e-6)) / 2e-6, abs=1e-7
    )


def _worth(expr: Expr, z: np.ndarray, a: np.ndarray) -> np.ndarray:
    return np.broadcast_to(Interpreter({"z": z, "a": a})(expr), z.shape)


def _at(function: Function, z: np.ndarray) -> np.ndarray:
    return _worth(function.value, z, z)


@pytest.mark.parametrize("kind", [kind for kind, known in ACTIVATIONS.items() if known.formula])
def test_the_derivative_is_largest_where_the_record_says(kind: str) -> None:
    """No point of a fine grid has a larger one than the stretch that the book names."""
    (function,) = functions_of(laid_out_of(TEMPLATE.format(kind=kind)))
    first, last = function.record.steepest
    inside = 50.0 if first == math.inf else first if first == last else (first + min(last, first + 2)) / 2
    grid = np.linspace(-12, 12, 4801)
    slopes = _worth(function.slope, grid, _at(function, grid))
    most = _worth(function.slope, np.array([inside]), _at(function, np.array([inside])))[0]
    assert slopes.max() <= most + 1e-12
    assert slopes.max() == pytest.approx(most, abs=1e-4)


def test_a_jump_of_the_derivative_is_drawn_as_one() -> None:
    """The curve of a ReLU has points close to 0 on both sides."""
    (function,) = functions_of(laid_out("dead-relu"))
    near = [z for z in curve_places(function) if abs(z) < 1e-3]
    assert (len(near), near[0] < 0 < near[-1]) == (3, True)


def test_a_dead_unit_and_a_saturated_one_are_called_so() -> None:
    """A ReLU below 0 passes nothing back; a sigmoid far from 0 next to nothing."""
    dead = cells_of(page_of(shown("dead-relu", 2), "activation")).values()
    assert "passes nothing back: da/dz = 0" in dead
    saturated = cells_of(page_of(shown("saturation-squared-error", 2), "activation")).values()
    assert "saturated: da/dz is below 0.02" in saturated


@pytest.mark.slow
def test_of_many_units_some_of_each_layer_are_shown() -> None:
    """The sheet keeps to its number of units and says so."""
    expected = shown("lstm-remembers", 2)
    page = page_of(expected, "activation")
    sigmoid = functions_of(expected.contents)[0]
    assert len(sigmoid.units) <= MOST_UNITS < sigmoid.count
    assert (
        f"{len(sigmoid.units)} of {sigmoid.count} units: of large layers some, evenly spread" in cells_of(page).values()
    )


@pytest.mark.parametrize(("name", "has"), [("softmax-delta", False), ("sigmoid-graph", True), ("into-backprop", False)])
def test_a_book_without_such_a_function_has_no_such_sheet(name: str, has: bool) -> None:
    """Softmax alone has no curve; a formula with a sigmoid has one."""
    assert has_activations(laid_out(name)) == has


def test_an_output_whose_slope_cancels_says_so() -> None:
    """With cross-entropy no derivative has the sigmoid's slope as a factor; with squared errors all have."""
    page = page_of(shown("xor"), "activation")
    rows = [row for (row, _), content in cells_of(page).items() if "cancels" in str(content)]
    assert [reading(page, row, 3) for row in rows] == [["y"]]
    assert not any("cancels" in str(content) for content in cells_of(page_of(shown("mazur"), "activation")).values())


@pytest.mark.parametrize(("name", "is_headed"), [("mazur", False), ("lstm", True)])
def test_the_remarks_have_a_heading_where_there_are_any(name: str, is_headed: bool) -> None:
    """Nothing is said on the way back of units that all pass it: the column has no heading either."""
    assert ("on the way back" in cells_of(page_of(shown(name), "activation")).values()) == is_headed


def test_a_slope_that_is_not_used_shrinks_nothing() -> None:
    """xor's sigmoid is passed by on the way back, so it leaves all of a gradient; mazur's are not."""
    said = {name: cells_of(page_of(shown(name), "activation")).values() for name in ("xor", "mazur")}
    shrinks = {name: any("leaves at most 0.25" in str(text) for text in texts) for name, texts in said.items()}
    assert shrinks == {"xor": False, "mazur": True}
