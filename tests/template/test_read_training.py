"""[training]: every choice with its numbers, and every fault with its line and caret."""

from __future__ import annotations

import pytest

from tests.template.faults import Fault, must_fail
from xlbp.template.load import parse_template
from xlbp.template.network import Network
from xlbp.template.optimizers import OPTIMIZERS
from xlbp.template.schedules import SCHEDULES
from xlbp.template.template import Template, Training

NETWORK = """[network]
[[network.layers]]
units = 1
weights = [[0.5, 0.6]]
[data]
inputs = [[1, 2], [3, 4], [5, 6]]
targets = [[1], [0], [1]]
[training]
iterations = 4
learning_rate = 0.1
"""
EXPRESSION = """[expression]
variables = { a = 5 }
steps = ["f = a * a"]
[training]
iterations = 4
learning_rate = 0.1
"""


def load(lines: str = "", text: str = NETWORK) -> Template:
    """The template with these lines at the end of its [training]."""
    return parse_template(text + lines, "t.toml", "t")


def training(lines: str, text: str = NETWORK) -> Training:
    """What is read of [training]."""
    return load(lines, text).training


def network(lines: str) -> Network:
    """The network with the batches that [training] asks for."""
    model = load(lines).model
    assert isinstance(model, Network)
    return model


def test_without_choices_training_is_plain() -> None:
    """Plain gradient descent at a constant rate on all samples, with no numbers on the panel."""
    found, model = training(""), network("")
    assert (found.optimizer, found.schedule, found.clip, found.settings) == ("sgd", "constant", "", {})
    assert (model.data.batch, model.data.order, model.penalties, model.picks) == (0, (), (), False)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_an_optimizer_by_its_name_has_its_defaults(name: str) -> None:
    """``optimizer = "adam"`` puts PyTorch's numbers on the panel, no more and no fewer."""
    found = training(f"optimizer = '{name}'\n")
    assert (found.optimizer, found.settings) == (name, {f"${k}": v for k, v in OPTIMIZERS[name].options.items()})


OPTIONS = [(name, key) for name, record in OPTIMIZERS.items() for key in (*record.options, *record.extras)]


@pytest.mark.parametrize(("name", "key"), [*OPTIONS, *((name, "weight_decay") for name in OPTIMIZERS)])
def test_every_option_of_an_optimizer_is_taken(name: str, key: str) -> None:
    """An option given in the table replaces the default, or is there where it would be absent."""
    assert training(f"optimizer = {{ name = '{name}', {key} = 0.25 }}\n").settings[f"${key}"] == 0.25


@pytest.mark.parametrize(("name", "key"), [("adagrad", "initial"), ("rmsprop", "momentum"), ("sgd", "weight_decay")])
def test_an_extra_of_nothing_is_absent(name: str, key: str) -> None:
    """An option of 0 that is absent by default takes no cell."""
    assert not training(f"optimizer = {{ name = '{name}', {key} = 0 }}\n").has(key)


@pytest.mark.parametrize(("more", "name"), [("", "momentum"), (", nesterov = true", "nesterov")])
def test_sgd_with_momentum_is_what_pytorch_means_by_it(more: str, name: str) -> None:
    """As PyTorch's SGD takes momentum and nesterov, so does ours."""
    found = training(f"optimizer = {{ name = 'sgd', momentum = 0.8{more} }}\n")
    assert (found.optimizer, found.settings) == (name, {"$momentum": 0.8})


@pytest.mark.parametrize("name", [name for name in SCHEDULES if name not in ("piecewise", "cosine", "warmup")])
def test_a_schedule_by_its_name_has_its_defaults(name: str) -> None:
    """``schedule = "step"`` puts its numbers on the panel."""
    found = training(f"schedule = '{name}'\n")
    assert (found.schedule, found.settings) == (name, {f"${k}": v for k, v in SCHEDULES[name].items()})


@pytest.mark.parametrize(
    ("schedule", "settings"),
    [
        ("'cosine'", {"$period": 4.0, "$lowest": 0.0}),
        ("{ name = 'cosine', period = 9, lowest = 0.01 }", {"$period": 9.0, "$lowest": 0.01}),
        ("{ name = 'warmup', iterations = 3, start = 0.5 }", {"$warmup": 3.0, "$start": 0.5}),
        ("{ name = 'step', every = 2, factor = 0.5 }", {"$every": 2.0, "$factor": 0.5}),
        (
            "{ name = 'piecewise', until = [2, 3], rates = [0.5, 0.1, 0.01] }",
            {"$until1": 2.0, "$until2": 3.0, "$rate1": 0.5, "$rate2": 0.1, "$rate3": 0.01},
        ),
    ],
)
def test_a_schedule_with_its_numbers(schedule: str, settings: dict[str, float]) -> None:
    """Options replace defaults; a cosine without a period takes all iterations; warmup's own are not training's."""
    found = training(f"schedule = {schedule}\n")
    assert (settings, 4) == (found.settings, found.iterations)
    assert found.pieces == sum(key.startswith("$rate") for key in settings)


def test_the_numbers_of_a_warmup_keep_their_places_on_the_panel() -> None:
    """The start stands before the length, as in books made before: a book laid out otherwise is refused as damaged."""
    assert list(training("schedule = 'warmup'\n").settings) == ["$start", "$warmup"]


@pytest.mark.parametrize("kind", ["value", "norm"])
def test_clipping(kind: str) -> None:
    """``clip_value`` and ``clip_norm`` each set a limit on the panel."""
    found = training(f"clip_{kind} = 0.5\n")
    assert (found.clip, found.settings) == (kind, {f"$clip_{kind}": 0.5})


def test_penalties_that_are_nothing_are_absent() -> None:
    """l2 = 0 is as if it were not there; l1 is named among the network's penalties, with its number."""
    lines = "l1 = 0.01\nl2 = 0\n"
    assert (network(lines).penalties, training(lines).settings) == (("l1",), {"$l1": 0.01})


@pytest.mark.parametrize(
    ("lines", "size", "draws"),
    [
        ("batch_size = 'all'\n", 0, 0),
        ("batch_size = 3\n", 0, 0),
        ("batch_size = 3\nshuffle = true\n", 0, 0),
        ("batch_size = 2\n", 2, 0),
        ("batch_size = 2\nshuffle = false\n", 2, 0),
        ("batch_size = 2\nshuffle = true\n", 2, 10),
        ("batch_size = 1\nshuffle = { seed = 7 }\n", 1, 5),
    ],
)
def test_batches(lines: str, size: int, draws: int) -> None:
    """A batch of all samples is the full batch, which has no order; else every row of the training draws its own."""
    data = network(lines).data
    assert (size, draws) == (data.batch, len(data.order))


def test_the_seed_of_the_shuffle_decides_the_order() -> None:
    """``shuffle = true`` is seed 0; the same seed draws the same order, and another another."""
    plain, zero, other = (network(f"batch_size = 1\nshuffle = {s}\n") for s in ("true", "{seed = 0}", "{seed = 3}"))
    assert plain.data.order == zero.data.order != other.data.order


@pytest.mark.parametrize("lines", ["batch_size = 'all'\n", "batch_size = 1\n", ""])
def test_a_graph_takes_a_batch_of_one(lines: str) -> None:
    """A formula has no samples, which is as good as a batch of one."""
    assert training(lines, EXPRESSION).optimizer == "sgd"


RATE = "learning_rate = 0.1\n"

# (what stands there, the message, the text above the caret); it stands on line 11
FAULTS = [
    ("optimizer = 'adma'", "unknown optimizer 'adma' .did you mean 'adam'", "optimizer = 'adma'"),
    ("optimizer = 1", "optimizer must be a text, not 1", "optimizer = 1"),
    ("optimizer = { name = 'sdg' }", "unknown name 'sdg' .did you mean 'sgd'", "name = 'sdg'"),
    ("optimizer = { beta1 = 0.9 }", r"\[training.optimizer\] lacks the key 'name'", "optimizer = {"),
    ("optimizer = { name = 'adam', beta3 = 1 }", "unknown key 'beta3'", "beta3 = 1"),
    ("optimizer = { name = 'sgd', nesterov = true }", "unknown key 'nesterov'", "nesterov = true"),
    ("optimizer = { name = 'adam', beta1 = 1 }", "beta1 is 1, but must be from 0 to below 1", "beta1 = 1"),
    ("optimizer = { name = 'adam', beta2 = -0.1 }", "beta2 is -0.1, but must be from 0 to below 1", "beta2 = -"),
    ("optimizer = { name = 'momentum', momentum = 1.5 }", "momentum is 1.5, but must be from 0", "momentum = 1.5"),
    ("optimizer = { name = 'rmsprop', alpha = 1 }", "alpha is 1, but must be from 0", "alpha = 1"),
    ("optimizer = { name = 'rmsprop', momentum = 1 }", "momentum is 1, but must be from 0", "momentum = 1"),
    ("optimizer = { name = 'adadelta', rho = 1 }", "rho is 1, but must be from 0", "rho = 1"),
    ("optimizer = { name = 'adam', eps = -1 }", "eps is -1, but must be at least 0", "eps = -1"),
    ("optimizer = { name = 'adam', eps = true }", "eps must be a number, not true", "eps = true"),
    ("optimizer = { name = 'sgd', weight_decay = -1 }", "weight_decay is -1, but must be at least 0", "weight_decay"),
    ("optimizer = { name = 'adagrad', initial = -1 }", "initial is -1, but must be at least 0", "initial = -1"),
    ("schedule = 'cosin'", "unknown schedule 'cosin' .did you mean 'cosine'", "schedule = 'cosin'"),
    ("schedule = { name = 'stepp' }", "unknown name 'stepp' .did you mean 'step'", "name = 'stepp'"),
    ("schedule = { name = 'step', every = 0 }", "every is 0, but must be at least 1", "every = 0"),
    ("schedule = { name = 'step', every = 2.5 }", "every must be a whole number, not 2.5", "every = 2.5"),
    ("schedule = { name = 'step', factor = -1 }", "factor is -1, but must be at least 0", "factor = -1"),
    ("schedule = { name = 'step', gamma = 1 }", "unknown key 'gamma'", "gamma = 1"),
    ("schedule = { name = 'cosine', period = -1 }", "period is -1, but must be at least 0", "period = -1"),
    ("schedule = { name = 'cosine', lowest = -1 }", "lowest is -1, but must be at least 0", "lowest = -1"),
    ("schedule = { name = 'warmup', iterations = 0 }", "iterations is 0, but must be at least 1", "iterations = 0"),
    ("schedule = { name = 'piecewise' }", r"\[training.schedule\] lacks the key 'until'", "schedule = {"),
    ("schedule = 'piecewise'", r"\[training.schedule\] lacks the key 'until'", "schedule = 'piecewise'"),
    (
        "schedule = { name = 'piecewise', until = [5], rates = [1] }",
        "rates has 1 number, but until has 1: one more rate is needed",
        "rates = [1]",
    ),
    ("schedule = { name = 'piecewise', until = [5, 5], rates = [1, 2, 3] }", "until must grow", "until = [5, 5]"),
    ("schedule = { name = 'piecewise', until = [5, 2], rates = [1, 2, 3] }", "until must grow", "until = [5, 2]"),
    ("schedule = { name = 'piecewise', until = 5, rates = [1, 2] }", "until must be a non-empty list", "until = 5"),
    ("clip_value = 0", "clip_value is 0, but must be above 0", "clip_value = 0"),
    ("clip_norm = -1", "clip_norm is -1, but must be above 0", "clip_norm = -1"),
    ("clip_norm = 'x'", "clip_norm must be a number, not the text 'x'", "clip_norm = 'x'"),
    ("clip_norm = 1e999", "clip_norm is inf, but a cell holds finite numbers", "clip_norm = 1e999"),
    ("l1 = -1", "l1 is -1, but must be at least 0", "l1 = -1"),
    ("l2 = -0.5", "l2 is -0.5, but must be at least 0", "l2 = -0.5"),
    ("batch_size = 0", "batch_size is 0, but must be at least 1", "batch_size = 0"),
    ("batch_size = 1.5", "batch_size must be a whole number, not 1.5", "batch_size = 1.5"),
    ("batch_size = 'al'", "batch_size must be a whole number or 'all', not the text 'al'", "batch_size = 'al'"),
    ("batch_size = 4", "batch_size is 4, but there are 3 samples to train on", "batch_size = 4"),
    ("shuffle = 1", "shuffle must be true or false, not 1", "shuffle = 1"),
    ("shuffle = { sed = 1 }", "unknown key 'sed' .*did you mean 'seed'", "sed = 1"),
    ("shuffle = { seed = -1 }", "seed is -1, but must be at least 0", "seed = -1"),
    ("decay = 1", r"unknown key 'decay' in \[training\]", "decay = 1"),
]


@pytest.mark.parametrize(("line", "message", "under"), FAULTS)
def test_a_fault_is_refused_with_its_line_and_a_caret(line: str, message: str, under: str) -> None:
    """Each fault is named in a sentence that points at its own key."""
    must_fail(NETWORK, (RATE, f"{RATE}{line}\n", message, 11, under))


def test_two_kinds_of_clipping_are_one_too_many() -> None:
    """clip_value and clip_norm exclude each other; the caret stands under the second."""
    fault = (RATE, f"{RATE}clip_value = 1\nclip_norm = 1\n", "choose one of clip_value and clip_norm", 12, "clip_norm")
    must_fail(NETWORK, fault)


def test_more_draws_than_rows_are_refused() -> None:
    """A shuffle of a training too long to write down is refused with the figure."""
    lines = "iterations = 600000\nlearning_rate = 0.1\nbatch_size = 2\nshuffle = true\n"
    message = "1,200,002 draws are more than a sheet has rows; train for fewer iterations"
    must_fail(NETWORK, ("iterations = 4\nlearning_rate = 0.1\n", lines, message, 12, "shuffle = true"))


# line 7 of a graph
GRAPH_FAULTS: list[tuple[str, str, str]] = [
    ("batch_size = 2", r"batch_size goes with a \[network\]", "batch_size = 2"),
    ("shuffle = true", r"shuffle goes with a \[network\]", "shuffle"),
    ("l1 = 0.1", r"l1 goes with a \[network\]", "l1 = 0.1"),
    ("l2 = 0.1", r"l2 goes with a \[network\]", "l2 = 0.1"),
]


@pytest.mark.parametrize(("line", "message", "under"), GRAPH_FAULTS)
def test_what_needs_samples_is_refused_for_a_graph(line: str, message: str, under: str) -> None:
    """A computation graph has no samples to batch and no weights to punish."""
    fault: Fault = (RATE, f"{RATE}{line}\n", message, 7, under)
    must_fail(EXPRESSION, fault)
