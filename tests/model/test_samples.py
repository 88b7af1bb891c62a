"""Which samples stand in a row: formulas that refer to the panel, to the table, or pick from it."""

from __future__ import annotations

import numpy as np
import pytest

from tests.training_templates import load, network, text
from xlbp.model.compile import compile_template
from xlbp.model.samples import tested as kept_for_testing
from xlbp.reference.train import prepared, train
from xlbp.symbols.expr import Expr, floor, modulo, pick, ref
from xlbp.symbols.interpret import Interpreter
from xlbp.symbols.program import Program

T = ref("iteration")
FULL, BATCHES, SHUFFLED = text(), text(training="batch_size = 2"), text(training="batch_size = 2\nshuffle = true")


def program(of: str) -> Program:
    """The row of a template."""
    return compile_template(load(of))


def batch(of: str) -> dict[str, Expr]:
    """The columns of the row's own samples."""
    return {column.name: column.expr for column in program(of).columns if column.phase == "batch"}


def test_a_small_full_batch_stands_in_the_row_once() -> None:
    """Inputs are gathered side by side for the sums; targets stay on the panel."""
    expected = {f"a0[{i}]@{s}": ref(f"x[{i}]@{s}") for i in (1, 2) for s in range(1, 6)}
    assert expected == batch(FULL)
    assert {f"t[1]@{s}" for s in range(1, 6)} <= set(program(FULL).panel)


@pytest.mark.parametrize("data", ["scale = 'standard'", "scale = 'minmax'"])
def test_a_stored_full_batch_comes_from_the_table(data: str) -> None:
    """Sample k of the row is row k of the table, targets too."""
    found = batch(text(data=data))
    expected = {f"a0[{i}]@{s}": ref(f"x[{i}]#{s}") for i in (1, 2) for s in range(1, 6)}
    assert found == expected | {f"t[1]@{s}": ref(f"t[1]#{s}") for s in range(1, 6)}


def test_a_mini_batch_is_picked_by_number() -> None:
    """The numbers go round by MOD, and inputs and targets are picked with them."""
    found = batch(BATCHES)
    assert list(found)[:3] == [":epoch", "s[0]@1", "s[0]@2"]
    assert found["s[0]@1"] is modulo(T * 2, 5) + 1
    assert found["s[0]@2"] is modulo(T * 2 + 1, 5) + 1
    assert found["a0[2]@2"] is pick("x[2]", ref("s[0]@2"), 5)
    assert found["t[1]@1"] is pick("t[1]", ref("s[0]@1"), 5)
    assert found[":epoch"] is floor(T * 2 / 5) + 1


def test_a_shuffled_batch_asks_the_order_first() -> None:
    """The draw's place in the order gives the number; the rest is as without."""
    found = batch(SHUFFLED)
    assert found["s[0]@2"] is pick("order", T * 2 + 1 + 1, 14)
    assert {k: v for k, v in found.items() if k[0] != "s"} == {k: v for k, v in batch(BATCHES).items() if k[0] != "s"}


def test_online_training_has_one_sample_without_a_mark() -> None:
    """A batch of one is a row as of a single sample."""
    found = batch(text(training="batch_size = 1"))
    assert list(found) == [":epoch", "s[0]", "a0[1]", "a0[2]", "t[1]"]


def test_samples_for_testing_come_straight_from_the_table() -> None:
    """Sample T1 is the first row after those that are trained on."""
    extra = "test_inputs = [[1, 2], [3, 4]]\ntest_targets = [[0], [1]]"
    model = network(text(data=extra))
    x, t = kept_for_testing(model, 1, "@T2")
    assert {mark: list(cells) for mark, cells in x.items()} == {"@T2": [ref("x[1]#7"), ref("x[2]#7")]}
    assert {mark: list(cells) for mark, cells in t.items()} == {"@T2": [ref("t[1]#7")]}


@pytest.mark.parametrize(
    "of", [FULL, BATCHES, SHUFFLED, text(training="batch_size = 1\nshuffle = true", data="scale = 'standard'")]
)
def test_the_formulas_pick_what_the_reference_picks(of: str) -> None:
    """Row by row, every cell of the batch is the reference's."""
    template = load(of)
    history, known = train(template), prepared(template, template.inputs())
    values = {**{k: np.asarray(v) for k, v in known.items()}, **history}
    for name, expr in batch(of).items():
        found = np.broadcast_to(Interpreter(values)(expr), history[name].shape)
        assert found.tolist() == history[name].tolist(), name


def test_a_batch_of_all_is_no_choice() -> None:
    """Nothing is picked where every sample stands in every row."""
    assert not any(expr.op == "pick" for expr in batch(text(training="batch_size = 5")).values())
