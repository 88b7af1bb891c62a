"""A trace: arrays by name, with shapes, for every kind of model."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest

import xlbp
from xlbp.template.load import shipped
from xlbp.template.quantity import parse

SHAPES = {  # of arrays after two iterations, by template
    "mazur": {"W1": (3, 2, 2), "a1": (3, 1, 2), "x": (3, 1, 2), "E": (3,), "E[i]": (3, 1, 2), "eta": (3,)},
    "xor": {"a1": (3, 4, 2), "z2": (3, 4, 1), "E@s": (3, 4), "E": (3,), "b1": (3, 2), "W1+": (3, 2, 2), "|dW1|": (3,)},
    "iris": {"m:W1": (3, 4, 4), "a2@T": (3, 30, 3), "E@T": (3,), "E@Ts": (3, 30), "s": (3, 12, 1), "hits": (3,)},
    "lstm": {"W1": (3, 4, 2), "x": (3, 1, 2, 2), "i1": (3, 1, 2, 1), "dW1|2": (3, 4, 2), "E[i,j]": (3, 1, 2, 1)},
    "cnn": {"K1": (3, 1, 1, 2, 2), "z1": (3, 1, 1, 4, 4), "p2": (3, 1, 1, 2, 2), "dK1": (3, 1, 1, 2, 2)},
    "self-attention-causal": {"Q1": (3, 2, 2), "s1": (3, 1, 1, 3, 3), "E[i]": (3, 1, 3), "z1": (3, 1, 3, 2)},
    "batch-norm": {"G2": (3, 1), "mu2": (3, 1), "c2": (3, 4, 1), "dv2": (3, 1), "rm2": (3, 1)},
    "attention-formula": {"W_Q": (3, 3, 2), "A": (3, 3, 3), "dE/dW_Q": (3, 3, 2), "W_Q+": (3, 3, 2), "E": (3,)},
    "into-backprop": {"a": (3,), "f": (3,), "df/dd": (3,)},
}  # fmt: skip


@pytest.mark.parametrize("name", SHAPES)
def test_an_array_has_the_shape_of_its_tensor(name: str) -> None:
    """Iterations first, then the batch, then the tensor's own axes; test samples, states and parts likewise."""
    trace = xlbp.trace(name, iterations=2)
    assert {array: trace[array].shape for array in SHAPES[name]} == SHAPES[name]


@pytest.mark.parametrize("name", sorted(shipped()))
def test_every_number_of_a_row_stands_in_an_array(name: str) -> None:
    """Each column is found in an array at the place that its name says, once."""
    trace = xlbp.trace(name, iterations=1)
    numbers = np.concatenate([trace[array].reshape(2, -1) for array in trace], axis=1)
    told = np.sort(numbers[:, ~np.isnan(numbers).all(axis=0)], axis=1)
    rows = trace.rows[:, ~np.isnan(trace.rows).all(axis=0)]
    assert np.array_equal(told, np.sort(rows, axis=1))


def test_an_element_stands_where_its_indices_say() -> None:
    """Indices count from 1 in names, from 0 in arrays; the sample is the first axis."""
    trace = xlbp.trace("xor", iterations=2)
    for name in trace.columns:
        quantity = parse(name)
        if quantity.indices and quantity.whole in trace:
            sample = [int(quantity.sample[1:]) - 1] if quantity.sample else []
            place = (slice(None), *sample, *(max(index - 1, 0) for index in quantity.indices))
            assert np.array_equal(trace[quantity.whole][place], trace[name]), name


@pytest.mark.parametrize(
    ("asked", "array", "symbol"),
    [
        ("loss", "'E'", "E_total"),
        ("Cost", "'E'", "E_total"),
        ("lr", "'eta'", "η"),
        ("W1_grad", "'dW1'", "∂E_total/∂w1"),
        ("grad.W2", "'dW2'", "∂E_total/∂w5"),
        ("W1.grad", "'dW1'", "∂E_total/∂w1"),
        ("dL/dW1", "'dW1'", "∂E_total/∂w1"),
        ("W1_new", "'W1+'", "w1⁺"),
        ("weight2", "'W2'", "w5"),
        ("bias1", "'b1'", "b1"),
        ("dW3", "'dW2' or 'dW1'", ""),
        ("E_totl", "'E_total' or", "E_total"),
    ],
)
def test_a_name_that_programs_have_leads_to_ours(asked: str, array: str, symbol: str) -> None:
    """Where check takes a name and a trace does not, the message has ours; a near miss has what is like it."""
    with pytest.raises(KeyError, match=f"did you mean {re.escape(array)}"):
        xlbp.trace("mazur", iterations=1)[asked]
    if symbol:
        with pytest.raises(xlbp.UsageError, match=rf"did you mean {re.escape(symbol)}\?$"):
            xlbp.explain("mazur", asked)


@pytest.mark.parametrize("name", ["mazur", "into-backprop", "attention-formula", "lstm"])
def test_what_is_like_nothing_leads_to_what_there_is(name: str) -> None:
    """No name is guessed from a few letters that happen to be alike."""
    with pytest.raises(KeyError, match=r"'foobar' is no quantity of .*; list\(trace\) are the names of all arrays$"):
        xlbp.trace(name, iterations=1)["foobar"]
    with pytest.raises(xlbp.UsageError, match=r"'foobar' is no quantity of [^;]*; it has .* and more$"):
        xlbp.explain(name, "foobar")


def test_an_array_is_the_callers_own() -> None:
    """Who changes one changes nothing for the next; two traces are two, and a trace is itself."""
    trace = xlbp.trace("mazur", iterations=1)
    for name in ("E", "W1", "w5"):
        before = trace[name].copy()
        changed = trace[name]
        changed *= 2
        assert np.array_equal(trace[name], before)
    assert trace == trace  # noqa: PLR0124
    assert trace != xlbp.trace("mazur", iterations=1)
    assert {trace: 1}[trace] == 1


def test_what_is_masked_is_no_number() -> None:
    """Of causal scores those of later steps are NaN, and no others."""
    scores = xlbp.trace("self-attention-causal", iterations=1)["s1"][0, 0, 0]
    assert np.array_equal(np.isnan(scores), np.triu(np.ones((3, 3)), 1) == 1)


def test_the_books_own_symbols() -> None:
    """As the book has them, or as a keyboard has; of several samples all at once, or one."""
    mazur = xlbp.trace("mazur", iterations=2)
    assert np.array_equal(mazur["w5"], mazur["W2[1,1]"])
    assert np.array_equal(mazur["∂E_total/∂w5"], mazur["dE_total/dw5"])
    assert math.isclose(mazur["dE_total/dw5"][0], 0.08216704056423078)
    xor = xlbp.trace("xor", iterations=2)
    assert np.array_equal(xor["a1[2]"], xor["a1"][:, :, 1])
    assert np.array_equal(xor["a1[2]@3"], xor["a1"][:, 2, 1])


def test_a_name_that_is_none() -> None:
    """A KeyError whose message names the nearest ones; ``in`` and ``get`` work as for any mapping."""
    trace = xlbp.trace("mazur", iterations=1)
    with pytest.raises(KeyError, match=r"^'w55' is no quantity of mazur; did you mean 'w5'"):
        trace["w55"]
    assert "w5" in trace
    assert trace.get("nothing at all") is None
    assert len(trace) == len(list(trace))


@pytest.mark.slow
def test_a_trace_of_a_book_has_the_numbers_in_its_cells(mazur: object) -> None:
    """The same as that of its template, as long as nobody has typed into it."""
    of_book = xlbp.trace(str(mazur))
    assert np.array_equal(of_book.rows, xlbp.trace("mazur", iterations=of_book.iterations).rows)


def test_a_trace_as_a_table() -> None:
    """A row per iteration, a column per number, by name or by symbol; JSON has the same numbers."""
    trace = xlbp.trace("mazur", iterations=3)
    table = trace.to_dataframe()
    assert table.shape == table.reset_index(drop=True).shape == (4, len(trace.columns))
    assert list(table.reset_index()["iteration"]) == list(table.index) == [0, 1, 2, 3]
    assert np.array_equal(table["W2[1,1]"], trace.to_dataframe(symbols=True)["w5"])
    data = trace.to_dict()
    assert data["rows"][3][data["columns"].index("E")] == trace["E"][3]
    assert data["symbols"][data["columns"].index("W2[1,1]")] == "w5"


def test_a_trace_without_pandas(monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence says what is missing, and how to get it."""
    monkeypatch.setitem(__import__("sys").modules, "pandas", None)
    with pytest.raises(ImportError, match="needs pandas: pip install pandas"):
        xlbp.trace("mazur", iterations=1).to_dataframe()


def test_a_made_book_has_its_trace_and_losses(tmp_path: object) -> None:
    """Trained again on demand, bit for bit; the losses are those of the trace."""
    made = xlbp.generate("one-product", f"{tmp_path}/b.xlsx", iterations=4, verify=False)
    assert np.array_equal(made.losses, made.trace.loss)
    assert made.losses[-1] == made.final


def test_what_is_handed_out_is_a_copy() -> None:
    """Whoever changes the loss, the rows or an array changes nothing of the training."""
    trace = xlbp.trace("mazur", iterations=2)
    untouched = xlbp.trace("mazur", iterations=2)
    for array in (trace.loss, trace.rows, trace["E"], trace["W1"]):
        array[...] = 5
    assert np.array_equal(trace["E"], untouched["E"])
    assert np.array_equal(trace.loss, untouched.loss)
    assert np.array_equal(trace.rows, untouched.rows)
