"""Programs in plain NumPy, right or with one edit: which mistake explains the numbers that they tell."""

from __future__ import annotations

import numpy as np
import pytest

from tests.misconceptions.edits import ADAM, RIGHT_OPTIMIZERS, RULE, WITH_ADAM, WRONG, Wrong
from tests.misconceptions.numpy_programs import Edit, Numbers, agrees, batch_of, run, run_batch, template_of
from tests.test_mistakes import used
from xlbp.misconceptions.explain import Explained, explain_numbers
from xlbp.misconceptions.given import Agrees
from xlbp.mistakes import Mistake
from xlbp.reference.train import train
from xlbp.template.template import Template

PROGRAMS = (
    *(
        "dense",
        "classes",
        "dropped",
        "linear",
        "rnn",
        "lstm",
        "gru",
        "batch_norm",
        "attention",
        "images",
        "tokens",
        "formula",
    ),
)
ONE_OF_A_KIND = list({wrong.mistake: wrong for wrong in reversed(WRONG)}.values())
BY_STEPS = ("rnn", "lstm", "gru", "attention")  # programs of one sample
OF_TRAININGS = (Mistake.STATE_CARRIED, Mistake.TWO_BIASES)  # which lead from one row to the next
OF_ONE_SAMPLE = [w for w in ONE_OF_A_KIND if w.program in BY_STEPS and w.mistake not in OF_TRAININGS]
ALIKE = {Mistake.SIGN: Mistake.DIRECTION}  # mistakes that come to the same parameters as a more common one


def named(wrong: Wrong) -> str:
    """The mistake and the program."""
    return f"{wrong.mistake.key}-{wrong.program}"


def explained(template: Template, numbers: Numbers) -> list[Explained]:
    """What explains the numbers, from the template's own start."""
    return explain_numbers(template, template.inputs(), numbers, agrees)


def departing(template: Template, numbers: Numbers) -> set[tuple[str, int]]:
    """The cells with a number that is not that of the reference."""
    truth = train(template)
    wrong = {name: ~agrees(name, values, truth[name]) & np.isfinite(values) for name, values in numbers.items()}
    return {(name, int(t)) for name, hits in wrong.items() for t in hits.nonzero()[0]}


def must_explain_all(template: Template, numbers: Numbers, *mistakes: Mistake) -> None:
    """These mistakes, in this order or another, and no others; together they explain every departing cell."""
    found = explained(template, numbers)
    assert {each.mistake for each in found} == set(mistakes)
    assert len(found) == len(mistakes)
    assert set().union(*(each.cells for each in found)) == departing(template, numbers)


@pytest.mark.parametrize("program", PROGRAMS)
def test_right_numbers_have_no_mistake(program: str) -> None:
    """Whatever is given of them."""
    template, numbers = template_of(program), run(program)
    assert departing(template, numbers) == set()
    assert explained(template, numbers) == []


@pytest.mark.slow
@pytest.mark.parametrize("wrong", WRONG, ids=named)
def test_one_edit_is_one_mistake(wrong: Wrong) -> None:
    """It is named from all numbers of the program, and explains every cell that departs."""
    numbers = run(wrong.program, *wrong.edits, optimizer=wrong.optimizer)
    must_explain_all(template_of(wrong.program, wrong.optimizer), numbers, wrong.mistake)


@pytest.mark.slow
@pytest.mark.parametrize("wrong", OF_ONE_SAMPLE, ids=named)
def test_one_edit_is_one_mistake_of_a_batch_too(wrong: Wrong) -> None:
    """What is named for one sample is named for three."""
    must_explain_all(batch_of(wrong.program), run_batch(wrong.program, *wrong.edits), wrong.mistake)


@pytest.mark.slow
@pytest.mark.parametrize("wrong", ONE_OF_A_KIND, ids=named)
def test_parameters_alone_tell_the_mistake(wrong: Wrong) -> None:
    """Where it moves them at all."""
    template = template_of(wrong.program, wrong.optimizer)
    numbers = run(wrong.program, *wrong.edits, optimizer=wrong.optimizer)
    parameters = {name: numbers[name] for name in template.parameter_order}
    if not departing(template, parameters):
        assert explained(template, parameters) == []
    else:
        must_explain_all(template, parameters, ALIKE.get(wrong.mistake, wrong.mistake))


@pytest.mark.slow
@pytest.mark.parametrize("wrong", ONE_OF_A_KIND, ids=named)
def test_losses_alone_tell_the_mistake(wrong: Wrong) -> None:
    """Where it changes them at all."""
    template = template_of(wrong.program, wrong.optimizer)
    losses = {"E": run(wrong.program, *wrong.edits, optimizer=wrong.optimizer)["E"]}
    if not departing(template, losses):
        assert explained(template, losses) == []
    else:
        must_explain_all(template, losses, ALIKE.get(wrong.mistake, wrong.mistake))


HALF = (("da2 = 2 * (a2 - t)", "da2 = (a2 - t)"), ("E = np.mean((a2 - t) ** 2)", "E = np.mean((a2 - t) ** 2) / 2"))
NO_BIAS = (("z1 = x @ W1.T + b1", "z1 = x @ W1.T"), ("db1 = dz1.mean(axis=0)", "db1 = 0 * b1"))
TWO: list[tuple[str, tuple[Edit, ...], str, set[Mistake]]] = [
    ("dense", (*HALF, *NO_BIAS), "", {Mistake.FACTOR_HALF, Mistake.NO_BIAS}),
    (
        "dense",
        (("dz2 = da2 * a2 * (1 - a2)", "dz2 = da2"), ("W1 = W1 - eta * dW1", "pass")),
        "",
        {Mistake.NO_SLOPE, Mistake.LAYER_NOT_MOVED},
    ),
    (
        "classes",
        (("dz2 = a2 - t", "dz2 = (a2 - t) * a2 * (1 - a2)"), ("da1 * (z1 > 0)", "da1")),
        "",
        {Mistake.SLOPE_TWICE, Mistake.NO_SLOPE},
    ),
    (
        "rnn",
        (("later = U.T @ dz[step]", "later = np.zeros(2)"), ("U @ past + b", "U @ past"), ("db += dz[step]", "pass")),
        "",
        {Mistake.TRUNCATED, Mistake.NO_BIAS},
    ),
    (
        "linear",
        ((RULE, ADAM.replace("m / (1 - beta1 ** (step + 1))", "m")), ("e.T @ x / len(x)", "e.T @ x")),
        WITH_ADAM,
        {Mistake.NO_CORRECTION, Mistake.SUM_FOR_MEAN},
    ),
]


@pytest.mark.slow
@pytest.mark.parametrize(("program", "edits", "optimizer", "mistakes"), TWO)
def test_two_mistakes_are_both_named(
    program: str, edits: tuple[Edit, ...], optimizer: str, mistakes: set[Mistake]
) -> None:
    """The one of more cells first, and the other on top of it."""
    must_explain_all(template_of(program, optimizer), run(program, *edits, optimizer=optimizer), *mistakes)


@pytest.mark.slow
def test_two_mistakes_of_which_neither_explains_anything_alone() -> None:
    """The losses alone of a program that forgets a bias and a factor."""
    template, numbers = template_of("dense"), run("dense", *HALF, *NO_BIAS)
    must_explain_all(template, {"E": numbers["E"]}, Mistake.FACTOR_HALF, Mistake.NO_BIAS)


@pytest.mark.slow
def test_what_changes_nothing_is_not_offered() -> None:
    """A sum of one sample is its mean; a person's other number in one cell alone is nobody's mistake."""
    template, numbers = template_of("rnn"), run("rnn")
    numbers["dU1[1,2]"] = numbers["dU1[1,2]"] + [0, 0, 0.123, 0, 0]
    assert explained(template, numbers) == []


def to_decimals(decimals: int) -> Agrees:
    """Half a unit in the last of some decimals."""
    return lambda _, theirs, ours: np.abs(theirs - ours) <= 0.5001 * 10.0**-decimals


@pytest.mark.slow
@pytest.mark.parametrize(("decimals", "rows", "is_enough"), [(1, 1, False), (2, 1, False), (2, 5, True), (6, 1, True)])
def test_a_mistake_needs_digits_that_tell_it(decimals: int, rows: int, is_enough: bool) -> None:
    """One loss of one digit is explained by many mistakes; several numbers, or one of many digits, by few."""
    template = template_of("dense")
    losses = np.round(run("dense", ("E = np.mean((a2 - t) ** 2)", "E = np.sum((a2 - t) ** 2)"))["E"][:rows], decimals)
    found = explain_numbers(template, template.inputs(), {"E": losses}, to_decimals(decimals))
    assert bool(found) == is_enough


@pytest.mark.slow
def test_another_start_is_no_mistake() -> None:
    """Numbers from other initial parameters are right if they follow from these; and a mistake is named on top."""
    template, other = template_of("dense"), ("told = []", "told, W1 = [], W1 + 0.1")
    assert explained(template, run("dense", other)) == []
    found = explained(template, run("dense", other, ("dz1 = da1 * (1 - a1**2)", "dz1 = da1")))
    assert [each.mistake for each in found] == [Mistake.NO_SLOPE]


def test_a_mistake_is_about_a_tensor() -> None:
    """The layer whose slope is left out, the weights that are transposed."""
    for edit, about in (
        (("dz1 = da1 * (1 - a1**2)", "dz1 = da1"), "f'1"),
        (("da1 = dz2 @ W2", "da1 = dz2 @ W2.T"), "W2"),
    ):
        assert [each.about for each in explained(template_of("dense"), run("dense", edit))] == [about]


def test_a_way_back_of_some_steps_is_told_with_their_number() -> None:
    """Of two steps of three, and of one."""
    for kept, about in (("* (step != 1)", "a1, k = 2"), ("* 0", "a1")):
        numbers = run("rnn", ("later = U.T @ dz[step]", f"later = U.T @ dz[step] {kept}"))
        assert [each.about for each in explained(template_of("rnn"), numbers)] == [about]


def test_the_right_optimizers_are_right() -> None:
    """Momentum and Nesterov's rule as they are meant."""
    for optimizer, rule in RIGHT_OPTIMIZERS.items():
        assert explained(template_of("linear", optimizer), run("linear", (RULE, rule), optimizer=optimizer)) == []


QUOTIENTS = """        def loss(w1, c1, w2, c2):
            y = 1 / (1 + np.exp(-(np.tanh(x @ w1.T + c1) @ w2.T + c2)))
            return np.mean((y - t) ** 2)

        def quotient(place):
            weights = [W1, b1, W2, b2]
            found = np.zeros_like(weights[place])
            for index in np.ndindex(found.shape):
                moved = [np.array(w, dtype=KIND) for w in weights]
                moved[place][index] += H
                found[index] = (loss(*moved) - loss(*[np.array(w, dtype=KIND) for w in weights])) / H
            return found

        x, t = x.astype(KIND), t.astype(KIND)
        dW1, db1, dW2, db2 = map(quotient, range(4))
        row = {"""


@pytest.mark.slow
@pytest.mark.parametrize("step", [1e-2, 1e-4])
def test_difference_quotients_are_named_with_their_step(step: float) -> None:
    """Of a gradient in double precision that is taken by differences to one side."""
    edit = ("        row = {", QUOTIENTS.replace("H", str(step)).replace("KIND", "np.float64"))
    found = explained(template_of("dense"), run("dense", edit))
    assert [(each.mistake, each.about) for each in found] == [(Mistake.DIFFERENCE_QUOTIENT, f"h = {step:g}")]


@pytest.mark.slow
@pytest.mark.parametrize("step", [1e-3, 1e-4, 1e-6])
def test_a_gradient_check_in_single_precision_is_named(step: float) -> None:
    """Its quotients are multiples of the loss's last bit over h, off by some of these, and there are few digits."""
    template, numbers = template_of("dense"), run("dense")
    single = run("dense", ("        row = {", QUOTIENTS.replace("H", str(step)).replace("KIND", "np.float32")))
    numbers |= {name: single[name] for name in single if name[:2] in ("dW", "db")}
    rows = {name: values[:1] for name, values in numbers.items()}
    found = explained(template, rows)
    assert [(each.mistake, each.about) for each in found] == [(Mistake.SINGLE_PRECISION, f"h = {step:g}")]


@pytest.mark.slow
@pytest.mark.parametrize("size", [1e-6, 1e-2])
@pytest.mark.parametrize("is_relative", [True, False])
def test_noise_of_another_kind_names_nothing(size: float, is_relative: bool) -> None:
    """Whatever its size, and whether it is a share of each gradient or the same for all."""
    template, numbers = template_of("dense"), run("dense")
    random = np.random.default_rng(1)
    for name in [name for name in numbers if name[:2] in ("dW", "db")]:
        noise = size * random.normal(size=len(numbers[name]))
        numbers[name] = numbers[name] + noise * (numbers[name] if is_relative else 1)
    assert explained(template, numbers) == []


OF_DECAY = 'schedule = {name = "exponential", factor = 0.8}'
RATES: list[tuple[str, str, Mistake, str]] = [  # the template's schedule, a program's rate, and what is said of it
    ("", "eta * 0.3", Mistake.OTHER_RATE, "0.3"),
    ("", "eta * 0.9**step", Mistake.RATE_DECAYS, "0.9"),
    ("", "eta * 0.5 ** (step // 3)", Mistake.OTHER_RATES, "0.1, 0.05, 0.025"),
    ("", "eta * 0.9 ** (step + 1)", Mistake.OTHER_RATES, "0.09, 0.081, 0.0729, 0.06561, 0.05905, …"),
    (OF_DECAY, "eta * 0.8 ** (step * (step + 1) / 2)", Mistake.OTHER_RATES, "0.1, 0.08, 0.0512, 0.02621, 0.01074, …"),
    (OF_DECAY, "eta * 0.64**step", Mistake.OTHER_RATES, "0.1, 0.064, 0.04096, 0.02621, 0.01678, …"),
]


@pytest.mark.parametrize(("schedule", "rate", "mistake", "about"), RATES)
@pytest.mark.parametrize("is_all_told", [True, False])
def test_other_learning_rates_follow_from_the_steps(
    schedule: str, rate: str, mistake: Mistake, about: str, is_all_told: bool
) -> None:
    """One that is constant, one that decays by a factor, any others; from all numbers, and the parameters alone."""
    template = template_of("linear", schedule)
    numbers = run("linear", (RULE, f"    return w - {rate} * g"), optimizer=schedule)
    told = numbers if is_all_told else {name: numbers[name] for name in template.parameter_order}
    assert [(each.mistake, each.about) for each in explained(template, told)] == [(mistake, about)]
    must_explain_all(template, told, mistake)


def test_every_misconception_has_a_program_that_has_it() -> None:
    """Whatever the catalogue names, an edit of one of the programs is that mistake."""
    named = used("misconceptions/catalogue")
    assert named - {wrong.mistake for wrong in WRONG} == set()
