"""Losses of one output, and how outputs make the loss of one sample.

Conventions are PyTorch's, for hinge Keras's: the loss of a batch is the mean over its samples.
``half_squared_error`` (the textbooks' own) and ``cross_entropy`` are summed over the outputs, the others
averaged over them.  Cross-entropies start from the logit z, so that no probability of 0 meets a logarithm.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from xlbp.model.accuracy import hit
from xlbp.model.cells import Grid, Pass
from xlbp.model.forward import Outputs
from xlbp.model.schedules import setting
from xlbp.symbols.expr import Expr, absolute, absolutes, huber, log_loss, ref, relu, sign, square, squares, total
from xlbp.symbols.program import Adjoints, Builder
from xlbp.template import names
from xlbp.template.blocks.block import FEATURES, Role
from xlbp.template.losses import LOSSES as RECORDS
from xlbp.template.network import Network
from xlbp.template.quantity import Quantity, quantity


@dataclass(frozen=True)
class Output:
    """What a loss may use of one output; ``log_sum_exp`` exists after softmax only."""

    error: Expr
    value: Expr
    logit: Expr
    target: Expr
    log_sum_exp: Expr
    shape: float  # Huber's delta


@dataclass(frozen=True)
class Loss:
    """``of_output`` gives E_i."""

    of_output: Callable[[Output], Expr]
    from_error: bool = False  # whether it uses the error a - t, which then has a cell


LOSSES: dict[str, Loss] = {
    "half_squared_error": Loss(lambda o: square(o.error) / 2, from_error=True),
    "half_mse": Loss(lambda o: square(o.error) / 2, from_error=True),
    "mse": Loss(lambda o: square(o.error), from_error=True),
    "mae": Loss(lambda o: absolute(o.error), from_error=True),
    "huber": Loss(lambda o: huber(o.error, o.shape), from_error=True),
    "binary_cross_entropy": Loss(lambda o: log_loss(o.logit, o.target)),
    "cross_entropy": Loss(lambda o: o.target * (o.log_sum_exp - o.logit)),
    "hinge": Loss(lambda o: relu(1 - o.target * o.value)),
}


def add_losses(run: Pass, outputs: Outputs, targets: Grid, weights: Mapping[Quantity, Expr]) -> None:
    """Errors, the loss of each output, of each sample, and whether it is a hit; ``weights`` tell what each counts."""
    network, builder = run.network, run.builder
    loss = LOSSES[network.loss]
    phase = "loss" if run.training else run.phase
    losses: dict[Quantity, Expr] = {}
    for name in _of_outputs(run, "e"):
        error, value, target = ref(name), _at(outputs.values, name), _at(targets, name)
        if loss.from_error:
            builder.define(name, value - target, phase)
        log_sum_exp = ref(_at_its_place(network, name, "lse", network.last))
        output = Output(error, value, _at(outputs.logits, name), target, log_sum_exp, network.loss_shape)
        losses[name.lettered("E")] = _weighed(weights, name, loss.of_output(output))
    if len(network.output) > 1:
        losses = {name: builder.define(name, value, phase) for name, value in losses.items()}
    for mark in run.marks:
        of_outputs = {name: value for name, value in losses.items() if name.sample == mark}
        builder.define(network.loss_of(mark), _of_sample(run, mark, of_outputs, phase, weights), phase)
        if network.data.accuracy:
            builder.define(names.HITS + mark, hit(run, mark, outputs, targets, phase), phase)


def _weighed(weights: Mapping[Quantity, Expr], name: Quantity, loss: Expr) -> Expr:
    """The loss of what has this name, times what it counts for."""
    weight = weights.get(name.lettered(names.RELATIVE_WEIGHT))
    return loss if weight is None else weight * loss


def _of_sample(
    run: Pass, mark: str, losses: dict[Quantity, Expr], phase: str, weights: Mapping[Quantity, Expr]
) -> Expr:
    """E of one sample from the losses of its outputs: of a sequence from those of its steps, which have cells."""
    network, apart = run.network, run.network.each_apart(names.LOSS, mark)
    if not apart:
        return _weighed(weights, quantity(names.LOSS, sample=mark), _together(network, list(losses.values())))
    features = len(losses) // len(apart)
    steps = []
    for step in apart:
        outputs = [value for name, value in losses.items() if _at_its_place(network, name, names.LOSS) == step]
        loss = _weighed(weights, step, _together(network, outputs))
        steps.append(run.builder.define(step, loss, phase) if features > 1 else outputs[0])
    return total(steps) if network.sums_steps else total(steps) / len(steps)


def _together(network: Network, losses: Sequence[Expr]) -> Expr:
    """The loss of outputs that stand together: their sum, or their mean."""
    return total(losses) / len(losses) if RECORDS[network.loss].is_averaged else total(losses)


def _at_its_place(network: Network, output: Quantity, letter: str, block: int | str = "") -> Quantity:
    """What stands once for all features, at the step, or the place, of an output."""
    return quantity(letter, block, network.output_shape.index_without(output.indices, *FEATURES), output.sample)


def _of_outputs(run: Pass, letter: str) -> Iterator[Quantity]:
    """What each output has by itself: ``e[2]@3`` for every output with every sample."""
    return (name.sampled(mark) for name in run.network.each_target(letter) for mark in run.marks)


def _at(grid: Grid, name: Quantity) -> Expr:
    """The cell of an output's sample."""
    cell = grid[name.sample][tuple(i - 1 for i in name.indices)]
    assert isinstance(cell, Expr)
    return cell


def over_batch(builder: Builder, network: Network) -> None:
    """The means of the samples' losses and hits."""
    marks = network.marks
    if len(marks) == 1:
        return
    mean = total(ref(names.LOSS + mark) for mark in marks) / len(marks)
    builder.define(names.DATA_LOSS if network.penalties else names.LOSS, mean, "loss")
    if network.data.accuracy:
        builder.define(names.HITS, total(ref(names.HITS + mark) for mark in marks) / len(marks), "loss")


def of_penalties(builder: Builder, network: Network) -> None:
    """The penalties on the weights, l2/2 sum w^2 and l1 sum |w|, and the loss with them."""
    parts = [_penalty(builder, network, kind) for kind in network.penalties]
    if parts:
        builder.define(names.LOSS, total([ref(names.DATA_LOSS), *parts]), "loss")


def _penalty(builder: Builder, network: Network, kind: str) -> Expr:
    """The cell of a penalty, which knows its derivative by each weight."""
    weights = [
        [ref(name) for name in parameter.elements(node.layer)]
        for node, parameter in network.each_parameter()
        if parameter.role is Role.WEIGHT
    ]
    size = setting(kind)
    if kind == "l2":
        value = size / 2 * total(squares(*tensor) for tensor in weights)
        slopes = tuple((str(w.payload), size * w) for tensor in weights for w in tensor)
    else:
        value = size * total(absolutes(*tensor) for tensor in weights)
        slopes = tuple((str(w.payload), size * sign(w)) for tensor in weights for w in tensor)
    return builder.define(names.penalty(kind), value, "loss", 0, slopes)


def of_losses(run: Pass, adjoints: Adjoints) -> None:
    """The adjoints of the outputs' losses and errors are a number and the error itself: they need no cell."""
    for mark in run.marks:
        for name in run.network.each_apart(names.LOSS, mark):
            if name in run.builder.columns:
                adjoints.bind(name, adjoints.expression(name))
    for letter in ("E", "e"):
        for name in _of_outputs(run, letter):
            if name in run.builder.columns:
                adjoints.bind(name, adjoints.expression(name))
