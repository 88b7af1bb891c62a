"""Predictions: what each asks for can be done, and doing it gives the numbers of its answer."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from functools import cache

import numpy as np
import pytest

from tests.conftest import MakeBook
from tests.test_badge import Live
from xlbp.datafile.numbers import snap
from xlbp.expectation.contents import lay_out
from xlbp.expectation.training import train_run
from xlbp.reference.history import Array
from xlbp.reference.train import prepared, train
from xlbp.template.load import load_template, shipped
from xlbp.template.template import Template
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.lesson.lab import Lab
from xlbp.workbook.lesson.numbers import DIGITS, MOST_DIGITS, digits_apart, told, typed
from xlbp.workbook.lesson.predictions.choose import MOST, predictions
from xlbp.workbook.lesson.predictions.divergence import why_it_diverges
from xlbp.workbook.lesson.record import OWN, Claim, Prediction

FEWEST = 3


@cache
def book(name: str, *overrides: str) -> Lab:
    """A shipped template with its training, from which its book asks."""
    contents = lay_out(load_template(name, overrides), "en")
    return Lab(contents, train_run(contents).facts)


def asked(name: str, *overrides: str) -> tuple[Contents, list[Prediction]]:
    """The predictions of a shipped template as its book asks them."""
    made = book(name, *overrides)
    return made.contents, predictions(made.contents, made.facts)


def trained(template: Template, changes: Mapping[str, float], iterations: int) -> dict[str, Array]:
    """The reference on changed inputs, and the panel's numbers beside it."""
    inputs = {**template.inputs(), **changes}
    history = train(template, inputs, iterations=iterations)
    panel = {name: np.full(iterations + 1, value) for name, value in prepared(template, inputs).items()}
    return {**panel, **history}


def measured(claim: Claim, history: Mapping[str, Array]) -> float:
    """What a claim is of, computed here once more."""
    numbers = [float(history[name][claim.iteration]) for name in claim.quantities]
    squares = math.fsum(number * number for number in numbers)
    return {
        "value": lambda: numbers[0],
        "difference": lambda: numbers[0] - numbers[1],
        "length of difference": lambda: abs(numbers[0] - numbers[1]),
        "length": lambda: math.sqrt(squares),
        "root mean square": lambda: math.sqrt(squares / len(numbers)),
        "product": lambda: math.prod(numbers),
        "mean": lambda: math.fsum(numbers) / len(numbers),
        "largest": lambda: max(numbers),
        "sum": lambda: math.fsum(numbers),
        "zeros": lambda: numbers.count(0.0),
    }[claim.measure]()


def agree(shown: str, number: float) -> bool:
    """Whether a text tells a number, but for a last digit that roundings decide."""
    near = (number, number * (1 + 1e-9), number * (1 - 1e-9))
    return any(shown == told(each, digits) for each in near for digits in range(DIGITS, MOST_DIGITS + 1))


@pytest.mark.parametrize("name", shipped())
def test_doing_what_is_asked_gives_the_numbers_of_the_answer(name: str) -> None:
    """Each change is of an input, in the very cell that the question names; each number in an answer comes back."""
    contents, found = asked(name)
    template = contents.template
    own = trained(template, {}, template.training.iterations)
    assert FEWEST <= len(found) <= MOST
    assert len({prediction.key for prediction in found}) == len(found)
    for prediction in found:
        histories = [trained(template, trial.changes, trial.iterations) for trial in prediction.trials]
        for trial in prediction.trials:
            for changed, value in trial.changes.items():
                cell = cell_of(contents, changed)
                assert changed in template.inputs()
                assert value == snap(value) != template.inputs()[changed]
                assert typed(value) in prediction.question
                assert f"!{cell} ({contents.symbol(changed)}, now " in prediction.question
        for claim in prediction.claims:
            history = own if claim.trial == OWN else histories[claim.trial]
            assert claim.shown in prediction.answer
            assert agree(claim.shown, measured(claim, history)), (prediction.key, claim)


@pytest.mark.parametrize("name", shipped())
def test_each_number_of_an_answer_is_a_claim(name: str) -> None:
    """Decimals and powers of ten stand in an answer only where they have been claimed, or typed."""
    contents, found = asked(name)
    rate = contents.template.training.learning_rate
    for prediction in found:
        told_of = " ".join([prediction.question, *(claim.shown for claim in prediction.claims)])
        typed_here = " ".join(typed(value) for trial in prediction.trials for value in trial.changes.values())
        typed_here += typed(rate)
        numbers = re.findall(r"−?\d+\.\d+(?:E[+−]\d+)?", prediction.answer)
        unknown = [number for number in numbers if number not in told_of and number not in typed_here]
        assert len(unknown) <= ALLOWED.get(prediction.key, 0), (prediction.key, unknown)


ALLOWED = {"layers": 1, "scale": 1, "rate": 3, "half": 2}  # a ratio of claims, a root; means and sums over iterations


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("mazur", {"rate", "layers", "turning", "alike", "bias"}),
        ("into-backprop", {"rate", "sign", "zero", "first_step"}),
        ("lstm", {"rate", "gate", "parts"}),
        ("cnn", {"rate", "kernel", "pool"}),
        ("self-attention", {"rate", "scale", "mask"}),
        ("batch-norm", {"rate", "batch"}),
        ("attention-cheats", {"rows"}),
        ("ravine-momentum", {"without"}),
    ],
)
def test_questions_suit_the_book(name: str, keys: set[str]) -> None:
    """What is special about a network or a formula is asked for."""
    assert keys <= {prediction.key for prediction in asked(name)[1]}


def test_a_step_ten_times_as_long_is_told_as_it_goes() -> None:
    """mazur falls further; a rate that explodes says at which iteration; one that is too long that it ends worse."""
    answers = {name: asked(name)[1][0].answer for name in ("mazur", "xor", "rate-too-large")}
    assert (
        "With 5: E_total is 0.298, 0.223, 0.148 at iterations 0, 1, 2, and 0.00109 at 100. It gets further"
        in (answers["mazur"])
    )
    assert "the steps are too long" in answers["xor"]
    contents = lay_out(load_template("rate-too-large"), "en")
    eta = contents.template.inputs()["eta"]
    losses = trained(contents.template, {"eta": snap(eta * 10)}, 20)[contents.objective]
    assert (
        f"From iteration {int((~np.isfinite(losses)).argmax())} on a number is too large" in answers["rate-too-large"]
    )


def test_of_a_causal_attention_earlier_steps_stay() -> None:
    """Only the last step's output moves with its input; without the mask the first step's moves, too."""
    [causal], [open_] = (
        [p for p in asked(name)[1] if p.key == "mask"] for name in ("self-attention-causal", "self-attention")
    )
    for prediction, stays in ((causal, True), (open_, False)):
        first = [claim.shown for claim in prediction.claims[:2]]
        last = [claim.shown for claim in prediction.claims[2:]]
        assert (first[0] == first[1]) is stays
        assert last[0] != last[1]


def test_a_derivative_that_is_said_to_be_0_is_0() -> None:
    """In f = (a + b) c, a = 6 makes df/dc 0, and c stays in the first step."""
    [zero] = [p for p in asked("into-backprop")[1] if p.key == "zero"]
    history = trained(load_template("into-backprop"), zero.trials[0].changes, 1)
    assert zero.trials[0].changes == {"a": 6.0}
    assert history["df/dc"][0] == 0
    assert history["c"][1] == history["c"][0]


def prediction(name: str, key: str, *overrides: str) -> Prediction:
    """The prediction of a book that has this key."""
    return next(each for each in asked(name, *overrides)[1] if each.key == key)


def test_a_dip_is_told_by_its_weights_and_by_what_turns_together() -> None:
    """In mazur w5 has fallen where ∂E/∂w1 turns; w2 turns in the same iteration, w3 and w4 in the next."""
    answer = prediction("mazur", "turning").answer
    history = trained(load_template("mazur"), {}, 8)
    turns = {n: int((np.diff(np.sign(history[f"dW1[{n}]"])) != 0).argmax()) + 1 for n in ("1,1", "1,2", "2,1", "2,2")}
    assert turns["1,1"] == turns["1,2"] == 7
    assert {turns["2,1"], turns["2,2"]} <= {6, 8}
    assert f"w5 from 0.400 to {told(history['W2[1,1]'][7])}" in answer
    assert "∂E_total/∂w2 too at iteration 7" in answer
    assert "Within 1 iteration of it ∂E_total/∂w3, ∂E_total/∂w4" in answer


def test_no_line_parts_points_with_one_middle() -> None:
    """The middle that xor's answer names is that of both kinds; where a line does it, nothing is asked."""
    inputs = load_template("xor").inputs()
    kinds: dict[float, list[tuple[float, float]]] = {0.0: [], 1.0: []}
    for n in range(1, 5):
        kinds[inputs[f"t[1]@{n}"]].append((inputs[f"x[1]@{n}"], inputs[f"x[2]@{n}"]))
    assert {tuple(np.mean(points, axis=0)) for points in kinds.values()} == {(0.5, 0.5)}
    assert "is (0.500, 0.500), and so is" in prediction("xor", "no_line").answer
    conjunction = asked("xor", "data.targets=[[0],[0],[0],[1]]", "training.iterations=5")[1]
    assert "no_line" not in {each.key for each in conjunction}


def test_far_larger_scores_leave_small_derivatives() -> None:
    """With scores ten times as large the largest share of the last step is near 1, and its scores hardly count."""
    scale = prediction("self-attention", "scale")
    own, large = (trained(load_template("self-attention"), changes, 0) for changes in ({}, scale.trials[1].changes))
    last = [f"ds1[1,3,{n}]" for n in (1, 2, 3)]
    lengths = [math.hypot(*(float(history[name][0]) for name in last)) for history in (own, large)]
    assert lengths[1] < lengths[0] / 10
    assert large["s1[1,3,3]"][0] == pytest.approx(10 * own["s1[1,3,3]"][0])
    assert f"largest share is {told(float(large['p1[1,3,3]'][0]))}, and these derivatives are {told(lengths[1])}" in (
        scale.answer
    )


@pytest.mark.slow
def test_what_decides_is_larger_in_the_layer_that_it_decides_for() -> None:
    """In mazur inputs and deltas are larger in layer 2; in iris, whose layer 1 has the larger inputs, the deltas."""
    assert "Both make the difference" in prediction("mazur", "layers").answer
    assert "There the deltas are larger, and the numbers that come in are not" in prediction("iris", "layers").answer


def test_ends_that_differ_by_powers_of_ten_are_not_alike() -> None:
    """cnn ends at 1E-33 with ten times the rate: further than 1E-8, however near 0 both are."""
    answer = prediction("cnn", "rate").answer
    assert "9.63E−33 at 50. It gets further" in answer


def test_steps_of_one_length_are_told_once_with_their_reason() -> None:
    """Adam's first steps are all about the learning rate: no parameter goes farthest."""
    answer = prediction("iris", "first_step").answer
    assert "both move by about 0.0500" in answer
    assert "divides each gradient by a root of its own square" in answer


def test_numbers_are_told_with_three_digits() -> None:
    """Three digits that say something, whole numbers as they are, powers of ten for tiny and huge ones."""
    numbers = [0.2984, -5.882, 1849.0, 1849.4, 4.12e-5, 7.0, 0.4, math.nan, 1.5e61, 999.9]
    assert list(map(told, numbers)) == [
        *("0.298", "−5.88", "1849", "1849", "4.12E−05", "7", "0.400", "#NUM!", "1.50E+61", "1000"),
    ]
    assert [typed(number) for number in (0.5, 1e-5, -6.0, 1e-12)] == ["0.5", "0.00001", "−6", "1e−12"]


def test_numbers_that_differ_are_told_apart() -> None:
    """0.69312 and 0.69315 take four digits; equal ones three."""
    pairs = [(0.69312, 0.69315), (0.5, 0.5), (0.4, 0.6), (1849.2, 1849.4)]
    assert [tuple(told(number, digits_apart(*pair)) for number in pair) for pair in pairs] == [
        *(("0.6931", "0.6932"), ("0.500", "0.500"), ("0.400", "0.600"), ("1849.2", "1849.4")),
    ]


@pytest.mark.slow
def test_a_book_too_large_for_trials_asks_of_its_own_run() -> None:
    """Of a row of more columns than trials may have, what is asked needs one training at most."""
    _, found = asked("three-digits")
    assert len(found) >= FEWEST
    assert sum(len(prediction.trials) for prediction in found) <= 3


@pytest.mark.parametrize("name", [name for name in shipped() if name not in ("rate-too-large",)])
def test_only_a_training_that_runs_away_is_told_why(name: str) -> None:
    """Whose own objective stays a number has nothing to explain."""
    assert why_it_diverges(book(name)) is None


def test_a_rate_that_would_do_is_the_largest_halved_one() -> None:
    """The rows before #NUM! are told as they are; the first halved rate that stays finite and falls is named."""
    contents = lay_out(load_template("rate-too-large"), "en")
    found = why_it_diverges(Lab(contents, train_run(contents).facts))
    assert found is not None
    template, last = contents.template, contents.layout.iterations
    losses = train(template)[contents.objective]
    t = int((~np.isfinite(losses)).argmax())
    assert f"From iteration {t} on" in found.answer
    assert ", ".join(map(told, losses[t - 3 : t])) in found.answer
    rate = template.training.learning_rate
    while True:
        rate = snap(rate / 2)
        losses = trained(template, {"eta": rate}, last)[contents.objective]
        if np.isfinite(losses).all() and losses[-1] < losses[0]:
            break
    assert f"{typed(rate)} in Training!" in found.answer
    assert f"is {told(losses[-1])} at iteration {last}" in found.answer


@pytest.mark.parametrize(
    ("name", "rates"),
    [
        ("mazur", (10, 100, 1000)),
        ("into-backprop", (1, 10, 100)),
        ("excel-two-layer", (1, 10, 100)),
        ("rnn", (10, 100, 1000)),
    ],
)
def test_the_first_rate_that_explodes_is_told(name: str, rates: tuple[int, ...]) -> None:
    """Of round rates above ten times the template's: the first whose objective is no number; of the others its way."""
    contents, found = asked(name)
    [explode] = [prediction for prediction in found if prediction.key == "explode"]
    assert [trial.changes["eta"] for trial in explode.trials] == list(rates[: len(explode.trials)])
    for rate in rates:
        objectives = trained(contents.template, {"eta": rate}, contents.layout.iterations)[contents.objective]
        bad = ~np.isfinite(objectives)
        if bad.any():
            assert explode.answer.startswith(f"With {rate} first: from iteration {int(bad.argmax())} on")
            return
        first, end = ", ".join(map(told, objectives[:3])), told(objectives[-1])
        assert f"With {rate}: {contents.symbol(contents.objective)} is {first} at iterations 0, 1, 2, and {end} at" in (
            explode.answer
        )
    assert explode.answer.startswith("With none of these.")


def test_the_classic_question_is_answered() -> None:
    """What happens in mazur at a rate of 10: E_total falls faster, to 0.000433 in 100 iterations."""
    assert "With 10: E_total is 0.298, 0.151, 0.0562 at iterations 0, 1, 2, and 0.000433 at 100" in (
        prediction("mazur", "explode").answer
    )


@pytest.mark.slow
@pytest.mark.parametrize(("name", "iterations"), [("mazur", 10), ("into-backprop", 10), ("lstm", 4), ("batch-norm", 4)])
def test_typing_it_into_the_book_shows_the_numbers_of_the_answer(
    name: str, iterations: int, make_book: MakeBook
) -> None:
    """What is asked is typed into the cells that are named; the training sheet then shows what the answer says."""
    live = Live(make_book(name, iterations))
    contents, found = asked(name, f"training.iterations={iterations}")
    for prediction in found:
        for number, trial in enumerate(prediction.trials):
            cells = {changed: cell_of(contents, changed) for changed in trial.changes}
            before = {cell: live.content("Training", cell) for cell in cells.values()}
            for changed, value in trial.changes.items():
                live.type("Training", cells[changed], repr(value))
            for claim in prediction.claims:
                if (claim.trial, claim.measure) == (number, "value") and claim.quantities[0] in contents.layout.columns:
                    value = live.value("Training", contents.layout.cell(claim.quantities[0], claim.iteration))
                    assert agree(claim.shown, value if isinstance(value, float) else math.nan), (prediction.key, claim)
            for cell, content in before.items():
                live.type("Training", cell, content)


def cell_of(contents: Contents, name: str) -> str:
    """The address of an input on the training sheet."""
    place = contents.layout.panel.get(name)
    return place.address.replace("$", "") if place else contents.layout.cell(name, 0)


def test_of_mini_batches_the_means_tell_which_rate_gets_furthest() -> None:
    """iris's rows jump, so the last epoch of the trial is averaged: ten times the rate, a tenth, and the template's."""
    answer = prediction("iris", "rate").answer
    template, last = load_template("iris"), book("iris").last
    count = min(10, last // 2)
    means = {rate: float(trained(template, {"eta": rate}, last)["E"][-count:].mean()) for rate in (0.5, 0.005, 0.05)}
    best = min(means, key=lambda rate: means[rate])
    assert all(told(mean) in answer for mean in means.values())
    assert f"Averaged over the last {count} of these iterations" in answer
    assert answer.endswith(f"{best:g} gets furthest.")


@pytest.mark.slow
def test_where_lengths_go_to_and_fro_their_squares_tell_which_half_changes_more() -> None:
    """A plain step changes E by about eta times the squared length: the sums are the reference's."""
    names = [name for name in shipped() if any(p.key == "half" and "Added up" in p.answer for p in asked(name)[1])]
    assert "into-backprop" in names
    for name in names:
        contents, _ = asked(name)
        last = contents.layout.iterations
        history = trained(contents.template, {}, last)
        squares = sum(history[contents.gradient(each)] ** 2 for each in contents.template.parameter_order)
        sums = told(float(squares[: last // 2].sum())), told(float(squares[last // 2 : -1].sum()))
        assert f"are {sums[0]} in the first half and {sums[1]} in the second." in prediction(name, "half").answer


@pytest.mark.parametrize("name", ["iris", "mazur", "lstm", "self-attention", "into-backprop"])
def test_german_answers_have_decimal_commas(name: str) -> None:
    """No number of an answer keeps the point that it has in English, but in a command."""
    contents = lay_out(load_template(name), "de")
    answers = [p.answer for p in predictions(contents, train_run(contents).facts)]
    assert [re.findall(r"(?<![\w.])\d+\.\d+", answer) for answer in answers] == [[]] * len(answers)
