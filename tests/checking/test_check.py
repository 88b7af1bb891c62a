"""Right programs pass; of wrong ones the first departure is found, and the mistake is named."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest

from tests.checking.students import PROGRAMS, SOFTMAX, Log, mazur, softmax, xor
from xlbp.checking.result import Checked
from xlbp.errors import UsageError
from xlbp.pipeline import check, trace
from xlbp.template.sources import Source

TEMPLATES: dict[str, tuple[Source, Callable[..., Log]]] = {
    **{name: (name, program) for name, program in PROGRAMS.items()},
    "softmax": (SOFTMAX, softmax),
}


@cache
def right(name: str) -> Log:
    """A right program's log."""
    return TEMPLATES[name][1](10)


def checked(name: str, numbers: Any, **options: Any) -> Checked:
    """Its numbers, or others, beside its template."""
    return check(TEMPLATES[name][0], numbers, **options)


def changed(log: Log, **others: Any) -> Log:
    """A log with other numbers under some labels."""
    return {**log, **others}


@pytest.mark.slow
@pytest.mark.parametrize("labels", [("W2", "w5"), ("w5", "W2")])
def test_two_labels_of_one_quantity_are_both_compared(labels: tuple[str, str]) -> None:
    """Whichever comes first, the wrong one departs; two right ones agree."""
    right_start = right("mazur")["W2"][0]
    numbers = {"W2": right_start, "w5": float(right_start[0, 0]) + 1}
    result = checked("mazur", {label: numbers[label] for label in labels})
    assert result.first is not None
    assert result.first.symbol == "w5"
    loss = right("mazur")["loss"]
    assert not checked("mazur", {"E": loss, "loss": 2 * loss}).ok
    assert checked("mazur", {"E": loss, "loss": loss}).ok


@pytest.mark.parametrize("name", TEMPLATES)
def test_right_programs_pass(name: str) -> None:
    """Every number agrees, in all usual forms: all, parameters alone, 32 bits, rounded, one row."""
    log = right(name)
    forms = (
        log,
        {label: values for label, values in log.items() if label[0] in "Wb"},
        {label: values.astype(np.float32) for label, values in log.items()},
        {label: np.round(values, 4) for label, values in log.items()},
        {label: values[0] for label, values in log.items()},
        [{label: values[t] for label, values in log.items()} for t in range(5)],
    )
    for form in forms:
        result = checked(name, form)
        assert result.ok, str(result)
        assert not result.unknown
        assert not result.misshapen


@pytest.mark.parametrize("name", TEMPLATES)
def test_parameters_logged_after_the_update(name: str) -> None:
    """They are told, and compared with what the iteration's update gives."""
    log = {label: values[1:] if label[0] in "Wb" else values[:-1] for label, values in right(name).items()}
    result = checked(name, log)
    assert result.ok
    assert any("after the update" in note for note in result.notes)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "fault"), [("xor", "sum for mean"), ("xor", "no slope"), ("mazur", "updated weights")]
)
@pytest.mark.parametrize("labels", ["Wb", "Wbd", "Wbdl"])
def test_wrong_parameters_logged_after_the_update(name: str, fault: str, labels: str) -> None:
    """A wrong step leads to none of the right numbers, and is recognised by where it leads from."""
    log = TEMPLATES[name][1](6, fault)
    given = {label: values for label, values in log.items() if label[0] in labels}
    after = {label: values[1:] if label[0] in "Wb" else values[:-1] for label, values in given.items()}
    results = [checked(name, numbers) for numbers in ({k: v[:-1] for k, v in given.items()}, after)]
    firsts = [(result.first.name, result.first.iteration) for result in results if result.first]
    assert firsts[0] == firsts[1]
    assert [each.kind for each in results[0].mistakes] == [each.kind for each in results[1].mistakes] != []


@pytest.mark.slow
def test_a_program_that_computes_with_32_bits_somewhere() -> None:
    """Its doubles depart, but no mistake is named: they are right to 32 bits, and so it is said."""
    noise = np.random.default_rng(1).uniform(-1e-7, 1e-7, (11, 2, 2))
    log = changed(right("mazur"), dW2=right("mazur")["dW2"] * (1 + noise))
    result = checked("mazur", log)
    assert (result.ok, result.mistakes) == (False, ())
    assert any("32 bits" in note for note in result.notes)
    assert checked("mazur", log, rtol=1e-5).ok


def test_a_log_that_starts_late() -> None:
    """Its first row is iteration 1, and so it is said."""
    result = checked("xor", {label: values[1:] for label, values in right("xor").items()})
    assert result.ok
    assert any("after the first update" in note for note in result.notes)


def test_epochs_that_count_from_one() -> None:
    """Epoch 1 is iteration 0; every tenth epoch is compared with its own iteration."""
    log = xor(20)
    assert checked("xor", {**log, "epoch": np.arange(1, 22)}).ok
    some = {label: values[::5] for label, values in log.items()}
    result = checked("xor", {**some, "iteration": np.arange(0, 21, 5)})
    assert (result.ok, result.iterations) == (True, 20)


def test_a_log_longer_than_the_training() -> None:
    """The reference goes as far as the log, unless the length was asked for."""
    log = mazur(120)
    result = checked("mazur", log)
    assert (result.ok, result.iterations) == (True, 120)
    short = checked("mazur", log, overrides=("training.iterations=5",))
    assert (short.ok, short.iterations) == (True, 5)
    assert any("left out" in note for note in short.notes)


FAULTS: list[tuple[str, str, str, str]] = [  # the program, its fault, the kind it is named by, the first departure
    ("xor", "bias forgotten", "no_bias", "a1[1]@1"),
    ("xor", "sum for mean", "sum_for_mean", "dW2[1,1]"),
    ("xor", "bias of one sample", "bias_of_one_sample", "db2[1]"),
    ("xor", "updated weights", "updated_weights", "dW1[1,1]"),
    ("xor", "slope at a", "slope_at_a", "dW1[1,1]"),
    ("xor", "slope of the sigmoid", "slope_of_other", "dW1[1,1]"),
    ("xor", "no slope", "no_slope", "dW1[1,1]"),
    ("xor", "uphill", "direction", "W1[1,1]"),
    ("mazur", "no half", "no_half", "E"),
    ("mazur", "no outer slope", "no_slope", "dW2[1,1]"),
    ("mazur", "updated weights", "updated_weights", "dW1[1,1]"),
    ("mazur", "transposed", "transposed", "dW1[1,1]"),
    ("rnn", "recurrent transposed", "transposed", "dW1[1,1]"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "fault", "kind", "first"), FAULTS, ids=[f"{f[0]}-{f[1]}" for f in FAULTS])
def test_faults_are_found_and_named(name: str, fault: str, kind: str, first: str) -> None:
    """The first departure is the right cell, and the mistake explains most of what departs."""
    result = checked(name, TEMPLATES[name][1](10, fault))
    assert result.first is not None
    assert (result.first.name, result.first.iteration) == (first, 1 if fault == "uphill" else 0)
    assert [each.kind for each in result.mistakes] == [kind]
    assert result.mistakes[0].explains > 0.8 * result.departing


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["sum for mean", "updated weights", "no slope"])
def test_parameters_alone_are_enough(fault: str) -> None:
    """By gradient descent, two rows of parameters tell the gradient between them, and with it the mistake."""
    log = xor(10, fault)
    result = checked("xor", {label: values for label, values in log.items() if label[0] in "Wb"})
    whole = checked("xor", log)
    assert result.first is not None
    assert whole.first is not None
    assert (result.first.name, result.first.iteration) == (whole.first.name, whole.first.iteration)
    assert result.first.derived_from
    assert [each.kind for each in result.mistakes] == [each.kind for each in whole.mistakes]


@pytest.mark.slow
def test_parameters_alone_tell_a_rate_that_decays() -> None:
    """The gradients that follow from their rows, taken with the template's rate, are no evidence against it."""
    log = xor(10, "rate decays")
    for told in (log, {label: values for label, values in log.items() if label[0] in "Wb"}):
        assert [each.kind for each in checked("xor", told).mistakes] == ["rate_decays"]


def test_the_factor_that_is_off_is_marked() -> None:
    """The formula with the numbers, and a caret under the factor: here the one that was not given."""
    result = checked("mazur", mazur(10, "no outer slope"))
    assert result.first is not None
    symbols, right_numbers, own, carets = result.first.lines
    assert symbols == "∂E_total/∂w5 = ∂E_total/∂net_o1 · out_h1"
    place = symbols.index("∂E_total/∂net_o1")
    assert right_numbers[place:].split(" · ")[0].strip() == "0.1385"
    assert own[place:].split(" · ")[0].strip() == "0.7414"
    assert (carets.strip(), carets.index("^")) == ("^^^^^^", place)


@pytest.mark.slow
def test_a_factor_that_was_given_and_is_off() -> None:
    """It stands earlier, so that it is the first departure itself; what follows from it is not wrong by itself."""
    log = changed(right("mazur"), dz2=np.array([[0.2, -0.03]]))
    result = checked("mazur", {label: values[:1] for label, values in log.items()})
    assert result.first is not None
    assert result.first.name == "dz2[1]"


@pytest.mark.slow
def test_a_step_that_is_wrong_though_all_agrees() -> None:
    """Every factor agrees, the product does not: the step itself is wrong, and by how much."""
    traced = trace("mazur", ("training.iterations=2",))
    names, values = traced.columns, traced.rows
    log = dict(zip(names, values.T.copy(), strict=True))
    log["dW2[1,1]"] = log["dW2[1,1]"] * 3
    result = checked("mazur", log)
    assert result.first is not None
    assert "this step itself is wrong" in result.first.told
    assert "3 times as much" in result.first.told


def descending(rate: float, decay: float) -> Log:
    """A right program's parameters and gradients, each step a rate that shrinks; ``lr`` is that of each row."""
    numbers, records = {name: right("mazur")[name][0] for name in ("W1", "W2")}, []
    for step in range(4):
        truth = trace("mazur", tuple(f"training.{key}" for key in ("iterations=4", f"learning_rate={rate}")))
        own = rate * decay**step
        if step:
            overrides = {f"network.layers.{n}.weights": numbers[f"W{n}"].tolist() for n in (1, 2)}
            truth = trace("mazur", tuple(f"{key}={value}" for key, value in overrides.items()))
        records.append({**numbers, "dW1": truth["dW1"][0], "dW2": truth["dW2"][0], "lr": own})
        numbers = {name: numbers[name] - own * records[-1][f"d{name}"] for name in numbers}
    return {name: np.array([record[name] for record in records]) for name in records[0]}


def test_a_rate_that_was_not_given_is_solved_for() -> None:
    """It is the program's own: not shown as if it agreed, but as what the step must have had."""
    log = descending(0.5, 0.9)
    result = checked("mazur", {name: values for name, values in log.items() if name != "lr"})
    assert result.first is not None
    assert (result.first.name, result.first.iteration) == ("W1[1,1]", 2)
    assert "η is not given: if this step is right, yours was 0.4500, not 0.5000, 0.9 times as much" in result.first.told
    assert result.first.lines[2].count("0.4500") == 1
    constant = descending(0.5, 1.0)
    assert checked("mazur", constant).ok


def test_a_rate_that_was_given_and_differs_is_told_first() -> None:
    """In plain words, in whichever iteration it is another one."""
    result = checked("mazur", descending(0.5, 0.9))
    assert result.first is not None
    assert (result.first.name, result.first.iteration) == ("eta", 1)
    assert "your learning rate is not the template's, 0.5000, in this iteration, 0.9 times" in result.first.told


def test_the_mistake_comes_before_the_formula() -> None:
    """First what it is, then where; a sum over samples of what is not given is one line, and nothing is asked for."""
    text = str(checked("xor", xor(3, "sum for mean")))
    assert text.index("it looks like: the sum where the mean is meant") < text.index("first departure:")
    assert "∂E/∂w5 = (sum over 4 samples of ∂E/∂z_y · h1) / 4" in text
    assert "it should be" not in text
    assert "log them" not in str(checked("rnn", TEMPLATES["rnn"][1](3, "recurrent transposed")))


@pytest.mark.slow
def test_deltas_that_are_divided_by_the_batch_are_right() -> None:
    """They are compared as they are meant, which is said; what is wrong besides is found as ever."""
    log, truth = right("xor"), trace("xor", ("training.iterations=10",))
    deltas = {name: truth[name] / 4 for name in ("da1", "dz1", "da2", "dz2") if name in truth}
    divided = checked("xor", changed(log, **deltas))
    assert divided.ok
    assert any("divided by the 4 samples" in note for note in divided.notes)
    wrong = checked("xor", changed(log, **deltas, dW2=log["dW2"] * 4))
    assert wrong.first is not None
    assert wrong.first.name == "dW2[1,1]"


def test_another_start_is_told_first_and_trained_from() -> None:
    """It is the first departure; mistakes behind it are told all the same."""
    result = checked("mazur", mazur(5, "updated weights", w5=0.45))
    assert result.first is not None
    assert (result.first.name, result.first.iteration, result.first.found) == ("W2[1,1]", 0, 0.45)
    assert "start" in result.first.told
    assert result.later is not None
    assert (result.later.name, result.later.iteration) == ("dW1[1,1]", 0)
    assert [each.kind for each in result.mistakes] == ["updated_weights"]


def test_another_start_that_is_right_otherwise() -> None:
    """Nothing departs from a training from there."""
    result = checked("mazur", mazur(5, w5=0.45))
    assert not result.ok
    assert (result.later, result.mistakes) == (None, ())


@pytest.mark.slow
def test_a_rounded_start_is_not_trained_from() -> None:
    """Nobody knows where it starts; the note says what to do."""
    result = checked("mazur", {label: np.round(values, 3) for label, values in mazur(5, w5=0.4567).items()})
    assert not result.ok
    assert any("with all digits" in note for note in result.notes)


def test_another_learning_rate_is_a_start_as_well() -> None:
    """A rate that was logged is compared with the template's."""
    result = checked("mazur", {**mazur(5, rate=0.4), "lr": 0.4})
    assert result.first is not None
    assert (result.first.name, result.later) == ("eta", None)


def test_a_program_that_comes_to_nan() -> None:
    """NaN is a departure where the truth is a number."""
    log = right("mazur")
    loss = log["loss"].copy()
    loss[3:] = np.nan
    result = checked("mazur", {"loss": loss})
    assert result.first is not None
    assert (result.first.name, result.first.iteration, result.departing) == ("E", 3, 8)
    assert result.to_dict()["first"]["found"] is None  # type: ignore[index]


def test_an_error_agrees_with_an_error() -> None:
    """A training that diverges does so in both."""
    name, overrides = "rate-too-large", ("training.iterations=400",)
    traced = trace(name, overrides)
    names, values = traced.columns, traced.rows
    assert not np.isfinite(values).all() or np.abs(values).max() > 1e6
    assert check(name, dict(zip(names, values.T, strict=True)), overrides).ok


def test_unknown_names_are_listed_with_the_nearest() -> None:
    """What is known is compared all the same."""
    result = checked("mazur", {**right("mazur"), "lossy": [1.0] * 11, "W9": np.zeros((11, 2, 2))})
    assert result.ok
    assert set(result.unknown) == {"lossy", "W9"}
    assert result.unknown["lossy"] == "loss"


def test_nothing_known_is_a_wrong_request() -> None:
    """With what to do about it."""
    with pytest.raises(UsageError, match=r"no name in the log is a quantity of mazur: it has 'foo'"):
        checked("mazur", {"foo": [1.0]})
    with pytest.raises(UsageError, match="has the shape"):
        checked("mazur", {"W1": np.zeros((3, 5))})


@pytest.mark.parametrize(
    ("value", "why"),
    [(["0.298", "x"], "'x' is no number"), (None, "nothing is given"), ([], "it is empty"), (1j, "complex128")],
)
def test_the_value_is_wrong_and_not_the_name(value: object, why: str) -> None:
    """A known name over something else is told by what stands there; beside others it is left out."""
    with pytest.raises(UsageError, match=f"nothing could be compared: 'loss' is left out, .*{why}"):
        checked("mazur", {"loss": value})
    assert why in checked("mazur", {"W1": right("mazur")["W1"], "loss": value}).misshapen["loss"]


def test_a_tolerance_is_a_number() -> None:
    """Anything else is a wrong request, told in a sentence."""
    with pytest.raises(UsageError, match="give a number from 0 to 1"):
        checked("mazur", right("mazur"), rtol="a")


def test_the_contract_of_the_json() -> None:
    """Its keys are there to the letter."""
    data = checked("mazur", mazur(3, "no outer slope")).to_dict()
    assert {"template", "checked", "unknown", "first", "mistakes", "max_rel", "ok"} <= set(data)
    assert set(data["first"]) >= {"iteration", "name", "symbol", "expected", "found"}  # type: ignore[call-overload]
    assert set(data["mistakes"][0]) >= {"kind", "explains", "cells", "text"}  # type: ignore[index]


def test_noise_is_not_compared() -> None:
    """What follows from rounding noise in the truth itself may be anything."""
    name = "uneven-slopes-adam"
    traced = trace(name, ("training.iterations=5",))
    names, values = traced.columns, traced.rows
    assert check(name, dict(zip(names, values.T, strict=True))).ok


@pytest.mark.parametrize(
    "name", ["xor", "rnn", "lstm", "gru", "cnn", "self-attention", "batch-norm", "micrograd", "iris"]
)
def test_a_trace_agrees_with_itself(name: str) -> None:
    """Every column of ``xlbp trace`` is known by its name, of every kind of template, and so is every array."""
    overrides = ("training.iterations=3",)
    traced = trace(name, overrides)
    names, values = traced.columns, traced.rows
    result = check(name, dict(zip(names, values.T, strict=True)), overrides)
    assert (result.ok, result.unknown, result.quantities) == (True, {}, len(names) - 1)
    arrays = check(name, traced, overrides)
    assert (arrays.ok, arrays.unknown, arrays.misshapen) == (True, {}, {})
