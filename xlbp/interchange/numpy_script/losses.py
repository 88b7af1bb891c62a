"""Losses: the line that computes E, and where the way back starts.

E is the mean over the samples; derivatives are those of each sample's own loss.  (docs/templates.md, Losses.)
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from xlbp.interchange.numpy_script.axes import along_features, features_axis
from xlbp.interchange.numpy_script.literals import number
from xlbp.interchange.numpy_script.node import Passes
from xlbp.interchange.numpy_script.terms import as_factor
from xlbp.template.blocks.block import FEATURES
from xlbp.template.losses import LOSSES as RECORDS
from xlbp.template.losses import OUTPUTS, SAMPLES
from xlbp.template.network import Network


@dataclass(frozen=True)
class Outputs:
    """The names of what a loss is taken of: logits Z where there are some, outputs A, targets T, and what it counts.

    ``weight`` is what each output counts for, '' where all count alike; ``delta`` Huber's.
    """

    z: str
    a: str
    t: str
    e: str
    axis: str
    weight: str = ""
    delta: str = ""
    sums_to_one: bool = True  # the targets of each sample, or step


class Loss(NamedTuple):
    """``each`` is the loss of each output, ``start`` dE/da, or dE/dz where the loss takes logits, before any mean.

    ``half`` says that each is to be halved; ``takes_error`` that it is of e = a - t, which has a line of its own.
    """

    each: Callable[[Outputs], str]
    start: Callable[[Outputs], str]
    takes_error: bool = True
    uses: tuple[str, ...] = ()
    half: bool = False
    note: str = ""


def _huber(o: Outputs) -> str:
    return f"np.where(np.abs({o.e}) <= {o.delta}, {o.e}**2 / 2, {o.delta} * (np.abs({o.e}) - {o.delta} / 2))"


def _softmax_start(o: Outputs) -> str:
    if o.sums_to_one:
        return f"{o.a} - {o.t}"
    return f"{o.t}.sum({o.axis}, keepdims=True) * {o.a} - {o.t}"


def _log_loss(o: Outputs) -> str:
    return f"np.maximum({o.z}, 0) - {o.z} * {o.t} + np.log(1 + np.exp(-np.abs({o.z})))"


def _cross_entropy(o: Outputs) -> str:
    option = "" if o.axis == "axis=-1" else f", {o.axis}"
    return f"{o.t} * (logsumexp({o.z}{option}) - {o.z})"


LOSSES: dict[str, Loss] = {
    "half_squared_error": Loss(lambda o: f"{o.e}**2", lambda o: o.e, half=True),
    "half_mse": Loss(lambda o: f"{o.e}**2", lambda o: o.e, half=True),
    "mse": Loss(lambda o: f"{o.e}**2", lambda o: f"2 * {o.e}"),
    "mae": Loss(lambda o: f"np.abs({o.e})", lambda o: f"np.sign({o.e})"),
    "huber": Loss(_huber, lambda o: f"np.clip({o.e}, -{o.delta}, {o.delta})"),
    "binary_cross_entropy": Loss(
        _log_loss,
        lambda o: f"{o.a} - {o.t}",
        takes_error=False,
        note="-(t log a + (1 - t) log(1 - a)), from the logits z",
    ),
    "cross_entropy": Loss(
        _cross_entropy,
        _softmax_start,
        takes_error=False,
        uses=("logsumexp",),
        note="-t log a, from the logits z",
    ),
    "hinge": Loss(
        lambda o: f"np.maximum(1 - {o.t} * {o.a}, 0)",
        lambda o: f"np.where(1 - {o.t} * {o.a} > 0, -{o.t}, 0)",
        takes_error=False,
    ),
}


def outputs_of(passes: Passes, weight: str, sums_to_one: bool) -> Outputs:
    """What the loss of a network is taken of."""
    network, suffix = passes.network, passes.suffix
    last, place = network.nodes[-1], len(network.nodes) - 1
    z = passes.outputs[last.inputs[0]] if last.block.activation else passes.outputs[place]
    axis = along_features(network.output_shape)
    delta = number(network.loss_shape)
    return Outputs(z, passes.outputs[place], f"T{suffix}", f"e{suffix}", axis, weight, delta, sums_to_one)


def divisor(network: Network) -> int:
    """By what the sum of all losses of a sample's outputs is divided."""
    outputs = network.output_shape.extent(*FEATURES) if RECORDS[network.loss].is_averaged else 1
    return outputs * (1 if network.sums_steps else math.prod(network.outputs_apart))


def put_loss(passes: Passes, outputs: Outputs, loss_name: str) -> None:
    """The lines as far as E, without penalties."""
    network, rule = passes.network, LOSSES[passes.network.loss]
    passes.lines.functions.update(rule.uses)
    if rule.takes_error:
        names = network.each_target("e")
        told = [name.sampled(mark) for mark in network.marks for name in names] if passes.training else []
        passes.lines.add(f"{outputs.e} = {outputs.a} - {outputs.t}", passes.sheet.about(told) if told else "")
    whole = _whole(network, rule, outputs, passes.batch)
    if not passes.training:
        passes.lines.add(f"{loss_name} = {whole}")
        return
    notes = (rule.note, passes.sheet.about([network.quantity(network.objective)]))
    passes.lines.add(f"{loss_name} = {whole}", "; ".join(filter(None, notes)))


def _whole(network: Network, rule: Loss, outputs: Outputs, batch: str) -> str:
    """E: the mean over all outputs where it is that, else their sum over the number of samples."""
    count, numbers = divisor(network), math.prod(network.output_shape)
    each = rule.each(outputs)
    weighed = f"{outputs.weight} * {as_factor(each)}" if outputs.weight else each
    half = " / 2" if rule.half else ""
    if count == numbers and numbers > 1:
        return f"np.mean({weighed}){half}"
    by_samples = [] if network.batch == 1 and batch == "B" else [batch]
    by = [*(["2"] if half else []), *([str(count)] if count > 1 else []), *by_samples]
    total = f"np.sum({weighed})"
    return f"{total} / {by[0]}" if len(by) == 1 else f"{total} / ({' * '.join(by)})" if by else total


def start(network: Network, outputs: Outputs) -> str:
    """The derivative of a sample's loss by its outputs, or by the logits where the loss takes these."""
    rule, count = LOSSES[network.loss], divisor(network)
    text = rule.start(outputs)
    if outputs.weight:
        text = f"{outputs.weight} * {as_factor(text)}"
    return f"{as_factor(text)} / {count}" if count > 1 else text


def put_weights(passes: Passes, outputs_axis: str) -> str:
    """The lines of what each output, or each sample, counts for by its class; its name, or '' where all count alike."""
    network, t, suffix = passes.network, f"T{passes.suffix}", passes.suffix
    rho = f"rho{suffix}"
    if network.weighs == OUTPUTS:
        axis = features_axis(network.output_shape)
        behind = 0 if axis is None else len(network.output_shape) - axis
        omega = f"omega[:{', None' * behind}]" if behind else "omega"
        passes.lines.add(f"{rho} = 1 + ({omega} - 1) * {t}", "omega for a target of 1, 1 for one of 0")
        return rho
    samples = network.batch if passes.training else network.data.test
    if network.weighs == SAMPLES and samples * math.prod(network.outputs_apart) > 1:
        axis = features_axis(network.output_shape)
        behind = 0 if axis is None else len(network.output_shape) - axis
        omega = f"omega[:{', None' * behind}]" if behind else "omega"
        passes.lines.add(f"{rho} = np.sum({omega} * {t}, {outputs_axis}, keepdims=True)", "the weight of the class")
        passes.lines.add(f"{rho} = {rho} / {rho}.mean()", "beside the mean of these")
        return rho
    return ""
