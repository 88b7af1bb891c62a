"""The long form of a CSV file: a row for each step of each sequence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.template.samples.shaped import EACH_STEP, FLAT, RNN, must_refuse, network
from xlbp.template.load import parse_template

STEPS = "day,t,a,b,out,kind\nmon,1,1,2,3,x\nmon,2,4,5,6,y\ntue,2,10,11,12,x\ntue,1,7,8,9,x\n"
LONG = 'file = "d.csv"\nsequence = "day"\nstep = "t"\ninputs = ["a", "b"]\ntargets = ["out"]\n'


def test_rows_become_the_steps_of_their_sequences() -> None:
    """The sequences as they come in the file, each by its steps, a target for each."""
    model = network(LONG, EACH_STEP, file=STEPS)
    assert (model.input_shape, model.inputs) == ((2, 2), ((1, 2, 4, 5), (7, 8, 10, 11)))
    assert (model.target_shape, model.targets) == ((2, 1), ((3, 6), (9, 12)))


def test_without_a_step_the_order_is_that_of_the_file() -> None:
    """Whatever numbers stand beside."""
    assert network(LONG.replace('step = "t"\n', ""), EACH_STEP, file=STEPS).inputs[1] == (10, 11, 7, 8)


def test_an_answer_to_the_whole_sequence_aims_at_its_last_step() -> None:
    """Which of the two is meant, the last layer says."""
    model = network(LONG, RNN, file=STEPS)
    assert (model.target_shape, model.targets) == ((1,), ((6,), (12,)))


def test_a_unit_for_each_step_aims_at_all_steps() -> None:
    """Where the last layer answers to every step at once, in units."""
    assert network(LONG, FLAT, 2, STEPS).targets == ((3, 6), (9, 12))


@pytest.mark.parametrize(
    ("layers", "shape", "targets", "classes", "letters"),
    [
        (EACH_STEP, (2, 2), ((1, 0, 0, 1), (1, 0, 1, 0)), (), ("x", "y")),
        (RNN, (2,), ((0, 1), (1, 0)), ("x", "y"), ()),
    ],
)
def test_classes_of_steps_or_of_sequences(
    layers: str,
    shape: tuple[int, ...],
    targets: tuple[tuple[float, ...], ...],
    classes: tuple[str, ...],
    letters: tuple[str, ...],
) -> None:
    """Those of a sequence are the class of a sample, as in any data; those of steps are like letters."""
    model = network(LONG.replace('"out"', '"kind"') + "one_hot = true", layers, 2, STEPS)
    assert (model.target_shape, model.targets) == (shape, targets)
    assert (model.data.classes, model.data.target_letters, model.data.accuracy) == (classes, letters, True)


def test_letters_step_by_step() -> None:
    """A letter in each row, and the next one as its target."""
    file = "word,t,letter,next\n1,1,h,e\n1,2,e,y\n2,1,y,e\n2,2,e,h\n"
    data = 'file = "d.csv"\nsequence = "word"\nstep = "t"\nalphabet = "hey"\ninputs = ["letter"]\ntargets = ["next"]'
    model = network(data, EACH_STEP, 3, file)
    assert (model.input_shape, model.inputs[0]) == ((2, 3), (1, 0, 0, 0, 1, 0))
    assert (model.targets[0], model.data.target_letters) == ((0, 1, 0, 0, 0, 1), ("h", "e", "y"))
    last = network(data, RNN, 3, file)
    assert (last.targets[0], last.data.classes, last.data.target_letters) == ((0, 0, 1), (), ("h", "e", "y"))


def test_columns_keep_their_names() -> None:
    """With the step behind them; the target of a whole sequence without."""

    def symbols(layers: str) -> dict[str, str]:
        text = f"[data]\n{LONG}[network]\n[[network.layers]]\n{layers.format(1)}\n[training]\nlearning_rate = 1"
        return parse_template(text, "t", "t", read_file=lambda name: STEPS).symbols

    assert symbols(EACH_STEP)["x[2,1]@1"].startswith("a[2]")
    assert symbols(EACH_STEP)["t[2,1]@1"].startswith("out[2]")
    assert symbols(RNN)["t[1]@1"].startswith("out⁽")


@pytest.mark.slow
@given(st.permutations(range(6)))
def test_the_order_of_the_rows_is_of_no_account(order: list[int]) -> None:
    """A sequence has the same steps wherever its rows stand."""
    rows = [f"{sequence},{step},{10 * sequence + step},{step}\n" for sequence in (1, 2) for step in (1, 2, 3)]
    data = 'file = "d.csv"\nsequence = "s"\nstep = "t"\ninputs = ["v"]\ntargets = ["y"]'
    model = network(data, EACH_STEP, file="s,t,v,y\n" + "".join(rows[place] for place in order))
    assert sorted(model.inputs) == [(11, 12, 13), (21, 22, 23)]
    assert set(model.targets) == {(1, 2, 3)}


@pytest.mark.parametrize(
    ("data", "file", "message", "under"),
    [
        (
            LONG,
            STEPS + "tue,3,1,1,1,x\n",
            "the sequence 'mon' of 'd.csv' has 2 steps, 'tue' has 3; cut the longer ones, or fill up the shorter ones",
            "sequence",
        ),
        (
            LONG,
            STEPS + "mon,2,1,1,1,x\n",
            "'d.csv', line 6, column 't': the sequence 'mon' has the step 2 twice",
            "step",
        ),
        (LONG, STEPS.replace("mon,2", "mon,two"), "'d.csv', line 3, column 't': 'two' is no number of a step", "step"),
        (LONG.replace('"day"', '"days"'), STEPS, "'d.csv' has no column 'days' (did you mean 'day'?)", "sequence"),
        (LONG.replace('"t"', '"tt"'), STEPS, "'d.csv' has no column 'tt' (did you mean 't'?)", "step"),
        (LONG.replace('sequence = "day"\n', ""), STEPS, "[data] lacks the key 'sequence'", "[data]"),
        (LONG + "shape = [2, 2]", STEPS, "unknown key 'shape' in [data] (did you mean 'sheet'?)", "shape"),
        (
            LONG.replace('["a", "b"]', '["kind"]') + 'alphabet = "xyz"',
            STEPS.replace("11,12,x", "11,12,xy"),
            "'d.csv', line 4, column 'kind': 'xy' has 2 letters, but a row needs 1",
            '"kind"',
        ),
    ],
)
def test_steps_that_make_no_sequences_are_refused(data: str, file: str, message: str, under: str) -> None:
    """The sequence is named, and what to do."""
    must_refuse(data, message, under, file=file)
