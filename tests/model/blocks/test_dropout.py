"""Dropout's generator in the row: exact in doubles, the same as in whole numbers, and as good as its papers say."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.training_templates import load, text
from xlbp.model.blocks.dropout import FIRST_MULTIPLIER, MODULUS, MULTIPLIER, OFFSET
from xlbp.model.compile import compile_template
from xlbp.symbols.expr import names_in
from xlbp.symbols.interpret import Interpreter
from xlbp.template.template import Template

EXACT = 2**53
MASKED = text(layer="dropout = 0.4", training="batch_size = 2")


def dropped(seed: int = 1, iterations: int = 6) -> Template:
    """Three units with dropout on two samples: six masks in each row."""
    return load(
        text(layer="dropout = 0.4", network=f"dropout_seed = {seed}", training="batch_size = 2", iterations=iterations)
    )


def by_formulas(template: Template, seed: float | None = None) -> list[dict[str, float]]:
    """The random numbers and masks of every row as the formulas have them."""
    columns = [column for column in compile_template(template).columns if column.phase == "dropout"]
    panel = template.inputs() | ({} if seed is None else {"$seed": seed})
    found: list[dict[str, float]] = []
    for t in range(template.training.iterations + 1):
        row = dict(panel)
        above = found[-1] if found else {}
        for column in columns:
            values = {k: np.array([above.get(k, math.nan), v]) for k, v in {**above, **row}.items()}
            row[column.name] = float(np.ravel(Interpreter(values)(column.at(t)))[-1])
        found.append(row)
    return found


def in_whole_numbers(seed: int, count: int) -> list[int]:
    """The recurrence r = 16807 r' mod (2^31 - 1), from a start that the seed decides, in unlimited integers."""
    state, found = 69621 * (seed + 31337) % (2**31 - 1), []
    for _ in range(count):
        state = 16807 * state % (2**31 - 1)
        found.append(state)
    return found


@pytest.mark.parametrize("seed", [0, 1, 2, 7, 4711, 999_999_999])
def test_the_formulas_draw_what_whole_numbers_give(seed: int) -> None:
    """Through all units and samples of a row and on to the next, doubles have the very same numbers."""
    order = [f"r1[{i}]{mark}" for i in (1, 2, 3) for mark in ("@1", "@2")]
    found = [int(row[name]) for row in by_formulas(dropped(seed)) for name in order]
    assert found == in_whole_numbers(seed, 42)


def test_no_product_leaves_the_whole_numbers_of_a_double() -> None:
    """Below 2^53 every product and its remainder are exact; seeds go up to a billion."""
    assert MULTIPLIER * (MODULUS - 1) < EXACT
    assert FIRST_MULTIPLIER * (1_000_000_000 + OFFSET) < EXACT


def test_the_multipliers_are_those_of_the_paper() -> None:
    """The modulus is the prime 2^31 - 1, and both multipliers are primitive roots of it: the period is full."""
    factors = (2, 3, 7, 11, 31, 151, 331)  # of 2^31 - 2, which has 3 twice
    assert math.prod(factors) * 3 == MODULUS - 1 == 2**31 - 2
    for multiplier in (MULTIPLIER, FIRST_MULTIPLIER):
        assert all(pow(multiplier, (MODULUS - 1) // factor, MODULUS) != 1 for factor in factors)


def test_a_mask_scales_what_is_kept() -> None:
    """The mask is 1/(1 - p) where r is at least p of the modulus, else 0; both occur."""
    rows = by_formulas(dropped(iterations=12))
    assert {(r["r1[1]@1"] >= 0.4 * MODULUS, r["q1[1]@1"]) for r in rows} == {(True, 1 / (1 - 0.4)), (False, 0.0)}


@pytest.mark.parametrize("share", [0.0, 0.25, 0.5])
def test_a_share_in_the_cell_decides(share: float) -> None:
    """The panel's share is what masks follow, and without one all units are kept as they are."""
    template = dropped(iterations=1)
    [column] = [c for c in compile_template(template).columns if c.name == "q1[1]@1"]
    values = {"$drop1": share}
    for r in (1.0, share * MODULUS - 1, share * MODULUS + 1, float(MODULUS - 1)):
        q = float(Interpreter({k: np.asarray(v) for k, v in {**values, "r1[1]@1": r}.items()})(column.expr))
        assert q == (1 / (1 - share) if r >= share * MODULUS else 0)


def test_rows_follow_each_other() -> None:
    """A row's first number comes from the last one of the row above; only the first row asks for the seed."""
    columns = [c for c in compile_template(dropped()).columns if c.name.startswith("r1")]
    assert names_in(columns[0].expr, "prev") == ("r1[3]@2",)
    assert [c.name for c in columns if c.start is not None] == ["r1[1]@1"]


def test_without_dropout_there_are_no_masks() -> None:
    """No layer with dropout, no random numbers."""
    assert not [c for c in compile_template(load(text())).columns if c.phase == "dropout"]


def test_dropout_stands_between_activation_and_the_next_layer() -> None:
    """What goes on is h = a q; the derivative comes back through the same mask."""
    columns = {c.name: c.expr for c in compile_template(load(MASKED)).columns}
    assert set(names_in(columns["h1[1]@1"])) == {"a1[1]@1", "q1[1]@1"}
    assert "h1[1]@1" in names_in(columns["z2[1]@1"])
    assert set(names_in(columns["da1[1]@1"])) == {"dh1[1]@1", "q1[1]@1"}
