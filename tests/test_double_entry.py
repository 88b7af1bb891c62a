"""Both entries of the books: the formulas' rules and the reference's, against each other and against differences."""

from __future__ import annotations

import cmath
import math
from collections.abc import Mapping
from random import Random
from typing import Any

import numpy as np
import pytest

from tests.duals import derivatives
from tests.random_templates import random_expression, random_network
from tests.shaped_networks import CASES, PAIRS, fan, made, random_stack
from tests.templates import REPRESENTATIVES
from xlbp.model import blocks as formula_blocks
from xlbp.model import losses as formula_losses
from xlbp.model import optimizers as formula_optimizers
from xlbp.model import schedules as formula_schedules
from xlbp.model.blocks import activation as formula_activations
from xlbp.model.compile import compile_template
from xlbp.reference import blocks as reference_blocks
from xlbp.reference import graph as reference_graph
from xlbp.reference import losses as reference_losses
from xlbp.reference import optimizers as reference_optimizers
from xlbp.reference.blocks import activation as reference_activations
from xlbp.reference.train import forward_passes, prepared, train
from xlbp.symbols.derivatives import RULES
from xlbp.symbols.interpret import Interpreter
from xlbp.template import names
from xlbp.template.activations import ACTIVATIONS
from xlbp.template.blocks.block import Block
from xlbp.template.expressions import OPERATIONS
from xlbp.template.graph import Graph
from xlbp.template.load import load_template, parse_template, shipped
from xlbp.template.losses import LOSSES
from xlbp.template.network import Network
from xlbp.template.optimizers import OPTIMIZERS
from xlbp.template.quantity import parse, quantity
from xlbp.template.schedules import SCHEDULES
from xlbp.template.template import Template


def seeds(count: int) -> list[Any]:
    """So many random templates; a few of them where there is little time."""
    return [seed if seed < 6 else pytest.param(seed, marks=pytest.mark.slow) for seed in range(count)]


def test_activations_are_entered_twice() -> None:
    """Every activation a template may name is a block, whose function exists on both sides, and on no side alone."""
    blocks = [activation.block(name, activation.default) for name, activation in ACTIVATIONS.items()]
    by_kind = {kind: {b.activation for b in blocks if b and b.kind == kind} for kind in ("pointwise", "gated")}
    assert set(formula_activations.ACTIVATIONS) == set(reference_activations.ACTIVATIONS) == by_kind["pointwise"]
    assert set(formula_activations.GATED) == set(reference_activations.GATED) == by_kind["gated"]
    assert {block.kind for block in blocks if block} <= set(formula_blocks.BLOCKS)


def _blocks(parent: type[Block]) -> list[type[Block]]:
    """Every block of the package that has a kind of its own."""
    children = [block for block in parent.__subclasses__() if block.__module__.startswith("xlbp.")]
    return [block for block in children if hasattr(block, "kind")] + [b for child in children for b in _blocks(child)]


def test_blocks_are_entered_twice() -> None:
    """Every kind of block has its mathematics on both sides, and on no side alone."""
    kinds = {block.kind for block in _blocks(Block)}
    assert set(formula_blocks.BLOCKS) == set(reference_blocks.BLOCKS) == kinds


@pytest.mark.parametrize("name", REPRESENTATIVES)
def test_both_sides_write_the_tensors_that_a_block_tells(name: str) -> None:
    """What a network's nodes compute in the row is what their blocks say, sample by sample, on both sides."""
    template = load_template(name, overrides=("training.iterations=1",))
    model = template.model
    if not isinstance(model, Network):
        pytest.skip("a computation graph has no blocks")
    marks = [*((mark, True) for mark in model.marks), *((mark, False) for mark in model.test_marks)]
    told = {
        str(element)
        for node, tensor in model.each_tensor()
        for mark, training in marks
        if training or tensor.in_tests
        for element in tensor.elements(node.layer, mark)
    }
    letters = {tensor.letter for _, tensor in model.each_tensor()}
    columns = {
        n for n in compile_template(template).names if (q := parse(n)).letter in letters and q.block not in ("", "0")
    }
    recorded = {n for n in train(template) if (q := parse(n)).letter in letters and q.block not in ("", "0")}
    assert columns == recorded == told


def test_losses_are_entered_twice() -> None:
    """Every loss exists on both sides, and on no side alone."""
    assert set(formula_losses.LOSSES) == set(reference_losses.LOSSES) == set(LOSSES)


def test_optimizers_and_schedules_are_entered_twice() -> None:
    """Every optimizer and every schedule exists on both sides."""
    assert set(formula_optimizers.OPTIMIZERS) == set(reference_optimizers.RULES) == set(OPTIMIZERS)
    formulas = {*formula_schedules.RECURSIVE, *formula_schedules.CLOSED, "constant", "piecewise"}
    assert formulas == {*reference_optimizers.RATES, "piecewise"} == set(SCHEDULES)


def test_operations_are_entered_twice() -> None:
    """Every operation of a graph has a rule in the derivative table and one in the reference."""
    assert set(reference_graph.OPERATIONS) == set(OPERATIONS)
    assert set(OPERATIONS) <= set(RULES)


@pytest.mark.parametrize("name", sorted(reference_activations.ACTIVATIONS))
def test_reference_slopes_agree_with_differences(name: str) -> None:
    """The reference's f'(z) is the central difference of its f(z)."""
    f, slope = reference_activations.ACTIVATIONS[name]
    z = np.array([[-3.1, -0.7, -0.01, 0.02, 0.9, 4.2]])
    h, shape = 1e-6, 0.3
    expected = (f(z + h, shape) - f(z - h, shape)) / (2 * h)
    np.testing.assert_allclose(slope(z, f(z, shape), shape), expected, atol=1e-8)


@pytest.mark.parametrize("name", sorted(reference_activations.GATED))
def test_reference_slopes_of_gated_units_agree_with_differences(name: str) -> None:
    """The slope that comes from z, the gate and the value is the central difference of f(z, g(z))."""
    gate, f, slope = reference_activations.GATED[name]
    z = np.array([[-3.1, -0.7, -0.01, 0.02, 0.9, 4.2]])
    h = 1e-6
    expected = (f(z + h, gate(z + h)) - f(z - h, gate(z - h))) / (2 * h)
    np.testing.assert_allclose(slope(z, gate(z), f(z, gate(z))), expected, atol=1e-8)


COMPLEX = {
    "exp": cmath.exp, "log": cmath.log, "sqrt": cmath.sqrt, "tanh": cmath.tanh, "sin": cmath.sin, "cos": cmath.cos,
    "sigmoid": lambda x: 1 / (1 + cmath.exp(-x)), "softplus": lambda x: cmath.log(1 + cmath.exp(x)),
    "add": lambda x, y: x + y, "sub": lambda x, y: x - y, "mul": lambda x, y: x * y, "div": lambda x, y: x / y,
    "pow": lambda x, y: x**y, "neg": lambda x: -x, "copy": lambda x: x,
}  # fmt: skip
KINKED = {"relu", "abs", "max", "min"}  # not analytic; their slopes are 0, 1, -1 by inspection


def test_every_analytic_operation_has_a_witness() -> None:
    """No operation escapes the complex step but those with a kink."""
    assert set(COMPLEX) | KINKED == set(OPERATIONS)


@pytest.mark.parametrize("name", sorted(COMPLEX))
def test_slopes_agree_with_the_complex_step(name: str) -> None:
    """Each slope of the reference is Im f(x + ih) / h, which has no cancellation (Squire and Trapp, 1998)."""
    operation = reference_graph.OPERATIONS[name]
    point = [0.7, 1.9][: len(operation.slopes)]
    for place, slope in enumerate(operation.slopes):
        moved = [complex(v, 1e-30 if i == place else 0) for i, v in enumerate(point)]
        assert COMPLEX[name](*moved).imag / 1e-30 == pytest.approx(slope(*point), rel=1e-14)


@pytest.mark.parametrize(
    ("name", "point", "slopes"),
    [
        ("relu", (2.0,), (1.0,)), ("relu", (-2.0,), (0.0,)), ("relu", (0.0,), (0.0,)),
        ("abs", (2.0,), (1.0,)), ("abs", (-2.0,), (-1.0,)), ("abs", (0.0,), (0.0,)),
        ("max", (1.0, 2.0), (0.0, 1.0)), ("max", (2.0, 2.0), (0.5, 0.5)),
        ("min", (1.0, 2.0), (1.0, 0.0)), ("min", (2.0, 2.0), (0.5, 0.5)),
    ],
)  # fmt: skip
def test_kinks_follow_pytorch(name: str, point: tuple[float, ...], slopes: tuple[float, ...]) -> None:
    """At and beside a kink both sides give PyTorch's derivative."""
    assert tuple(slope(*point) for slope in reference_graph.OPERATIONS[name].slopes) == slopes


@pytest.mark.parametrize("seed", seeds(40))
def test_backward_agrees_with_forward(seed: int) -> None:
    """Reverse accumulation and dual numbers give every node the same derivative, on random formulas."""
    template = parse_template(random_expression(Random(500 + seed), iterations=1), "random", "random")
    graph, inputs = template.model, template.inputs()
    assert isinstance(graph, Graph)
    history = train(template)
    forward = derivatives(graph, inputs)
    backward = {node: history[names.total(graph.objective, node)][0] for node in forward if node != graph.objective}
    size = max(map(abs, forward.values()))
    assert backward == pytest.approx({node: forward[node] for node in backward}, rel=1e-11, abs=1e-13 * size)


def loss_at(template: Template, name: str, step: float) -> float:
    """The reference's objective of row 0 with one number moved."""
    inputs = template.inputs()
    inputs[name] += step
    model = template.model
    return float(train(template, inputs)["E" if isinstance(model, Network) else model.objective][0])


@pytest.mark.slow
@pytest.mark.parametrize("seed", seeds(12))
def test_reference_gradients_agree_with_differences(seed: int) -> None:
    """Every gradient of the reference is the central difference of its own loss, on random templates."""
    for make in (random_network, random_expression):
        template = parse_template(make(Random(seed), iterations=1), "random", "random")
        history = train(template)
        for name in template.parameter_order:
            model = template.model
            gradient = history[f"d{name}" if isinstance(model, Network) else f"d{model.objective}/d{name}"][0]
            h = 1e-5
            expected = (loss_at(template, name, h) - loss_at(template, name, -h)) / (2 * h)
            assert gradient == pytest.approx(expected, rel=2e-4, abs=2e-6), (seed, make.__name__, name)


def both_sides(template: Template) -> float:
    """The largest difference between the symbols, interpreted, and the reference, beside the terms' size."""
    program, history = compile_template(template), train(template)
    constants = {name: np.asarray(value) for name, value in prepared(template, template.inputs()).items()}
    interpret = Interpreter(constants | history)
    worst = 0.0
    with np.errstate(all="ignore"):  # a training that diverges: errors on both sides
        for column in program.columns:
            rows = slice(1, None) if column.start is not None else slice(None)
            expected = history[column.name]
            value = np.where(np.isfinite(expected), np.broadcast_to(interpret(column.expr), expected.shape), np.nan)
            scale = 1 + np.nanmax(np.abs(expected[rows]), initial=0)
            worst = max(worst, float(np.nanmax(np.abs(value - expected)[rows], initial=0)) / scale)
    return worst


@pytest.mark.parametrize("name", REPRESENTATIVES)
def test_symbols_agree_with_the_reference(name: str) -> None:
    """Each column's expression, interpreted on the reference's row, is the reference's value."""
    template = load_template(name, ("training.iterations=20",))
    assert both_sides(template) < 1e-12


@pytest.mark.parametrize("seed", seeds(40))
def test_symbols_agree_with_the_reference_on_random_templates(seed: int) -> None:
    """The two derivations agree on architectures and formulas nobody chose."""
    for make in (random_network, random_expression):
        template = parse_template(make(Random(1000 + seed), iterations=3), "random", "random")
        assert both_sides(template) < 1e-11, make.__name__


def beside_the_columns(template: Template) -> set[str]:
    """What the reference records that a row has no cell for.

    Inputs and a single output's loss that stand elsewhere already, errors that the loss does not use, and the gradient
    and the rate that an optimizer sees where nothing is done to them.
    """
    model = template.model.network
    marks = [*model.marks, *model.test_marks]
    single = len(model.output) == 1
    names_of = [*(model.each_input("a", mark) for mark in marks), *(model.each_target("e", mark) for mark in marks)]
    names_of += [model.each_target("E", mark) for mark in marks if single]
    seen = {f"g:{name}" for name in template.parameter_order} | {":rate"}
    inputs = {quantity("a", 0, name.indices, mark) for mark in model.marks for name in model.each_input()}
    return seen | inputs | {name for called in names_of for name in called}


def differences_of(template: Template) -> dict[str, float]:
    """The central difference of the reference's loss of row 0, by each trained parameter."""
    inputs, order, h = template.inputs(), template.parameter_order, 1e-5
    settings = [{name: inputs[name] + step} for name in order for step in (h, -h)]
    losses = forward_passes(template, inputs, settings)["E"].reshape(-1, 2)
    return dict(zip(order, ((losses[:, 0] - losses[:, 1]) / (2 * h)).tolist(), strict=True))


def slopes_along_a_line(template: Template, gradients: Mapping[str, float]) -> tuple[float, float]:
    """The loss's slope along a line through all trained parameters: by its gradients, and by a central difference."""
    random, inputs, h = Random(7), template.inputs(), 1e-6
    line = {name: random.choice((-1, 1)) * random.uniform(0.5, 1) for name in template.parameter_order}
    settings = [{name: inputs[name] + step * along for name, along in line.items()} for step in (h, -h)]
    above, below = forward_passes(template, inputs, settings)["E"].tolist()
    return sum(gradients[name] * along for name, along in line.items()), (above - below) / (2 * h)


def must_agree(template: Template) -> dict[str, float]:
    """The columns are what the reference records, and each is its number; returns the gradients of the first row."""
    history, columns = train(template), set(compile_template(template).names)
    assert columns - set(history) == set()
    assert set(history) - columns - beside_the_columns(template) == set()
    assert both_sides(template) < 1e-11
    return {name: float(history[f"d{name}"][0]) for name in template.parameter_order}


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_both_entries_agree_on_networks_of_shapes(name: str) -> None:
    """Every block and option: the same quantities on both sides, and the gradients are the loss's own."""
    template = made(CASES[name])
    assert must_agree(template) == pytest.approx(differences_of(template), rel=1e-6, abs=1e-8)


@pytest.mark.slow
@pytest.mark.parametrize("name", PAIRS)
def test_both_entries_agree_on_every_pair_of_blocks(name: str) -> None:
    """Whatever may follow a block takes what that passes on, and gives it its derivative."""
    template = fan(name)
    told, met = slopes_along_a_line(template, must_agree(template))
    assert told == pytest.approx(met, rel=1e-6, abs=1e-7)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(16))
def test_both_entries_agree_on_stacks_that_nobody_chose(seed: int) -> None:
    """Blocks of all kinds one on another, with batches, tests and arrows past a layer."""
    template = random_stack(seed)
    told, met = slopes_along_a_line(template, must_agree(template))
    assert told == pytest.approx(met, rel=1e-6, abs=1e-7)


CHOICE = """[network]
loss = "{loss}"
[[network.layers]]
units = 4
activation = "{hidden}"
weights = {{ init = "uniform", low = -1.5, high = 1.5, seed = 3 }}
[[network.layers]]
units = 2
activation = "{output}"
weights = {{ init = "uniform", low = -1.5, high = 1.5, seed = 4 }}
[data]
inputs = [[0.5, -1.2, 2], [1.5, 0.3, -0.7], [-2.1, 0.9, 0.4]]
targets = [[1, {other}], [{other}, 1], [1, {other}]]
[training]
iterations = 3
learning_rate = 0.1
"""


def of_choice(hidden: str = "tanh", loss: str = "half_squared_error") -> Template:
    """A small network with this activation in its hidden layer, and this loss of outputs and targets of its kind."""
    record = LOSSES[loss]
    other = min(record.targets, default=0.0)
    text = CHOICE.format(hidden=hidden, loss=loss, output=record.logits_of or "identity", other=other)
    return parse_template(text, "choice", "choice")


CHOICES = [*(("hidden", name) for name in ACTIVATIONS), *(("loss", name) for name in LOSSES)]


@pytest.mark.parametrize(("what", "name"), CHOICES)
def test_symbols_agree_with_the_reference_for_every_choice(what: str, name: str) -> None:
    """Forward and backward, each activation and each loss that a template may name."""
    assert both_sides(of_choice(**{what: name})) < 1e-12


@pytest.mark.slow
@pytest.mark.parametrize(("what", "name"), CHOICES)
def test_reference_gradients_of_every_choice_agree_with_differences(what: str, name: str) -> None:
    """Each gradient of the reference is the central difference of its loss, with that activation or loss."""
    template, h = of_choice(**{what: name}), 1e-5
    history = train(template)
    for parameter in template.parameter_order:
        expected = (loss_at(template, parameter, h) - loss_at(template, parameter, -h)) / (2 * h)
        assert history[f"d{parameter}"][0] == pytest.approx(expected, rel=1e-6, abs=1e-8), parameter


def test_the_comparison_can_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong derivative rule on one side is seen."""
    monkeypatch.setitem(RULES, "sigmoid", lambda ans, x: (ans * ans,))
    template = parse_template(shipped()["mazur"].read_text("utf-8"), "mazur", "mazur", ("training.iterations=2",))
    assert both_sides(template) > 1e-3


def test_divergence_is_an_error_in_all_that_follows() -> None:
    """What overflows is NaN, and so is everything computed from it, in every later row."""
    text = shipped()["excel-two-layer"].read_text("utf-8")
    history = train(parse_template(text, "x", "x", ("training.learning_rate=10",)))
    first = int(np.isnan(history["W1[1,1]"]).argmax())
    assert first > 0
    assert np.isnan(history["E"][first:]).all()
    assert not any(math.isinf(v) for values in history.values() for v in values)
