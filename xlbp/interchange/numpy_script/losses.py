"""Losses: the line that computes E, and where the way back starts.

E is the mean over the samples; derivatives are those of each sample's own loss.  (docs/templates.md, Losses.)
"""

from __future__ import annotations

import math
from typing import NamedTuple

from xlbp.interchange.numpy_script.axes import over_features, sum_over_features
from xlbp.interchange.numpy_script.literals import number
from xlbp.interchange.numpy_script.node import Passes
from xlbp.interchange.numpy_script.terms import as_factor
from xlbp.template.blocks.block import FEATURES
from xlbp.template.losses import LOSSES as RECORDS
from xlbp.template.network import Network


class Loss(NamedTuple):
    """``each`` is the loss of each output, ``start`` its derivative by the output, or by the logit, before any mean.

    In both {z} are the logits, {a} the outputs, {t} the targets and {e} the errors a - t; {lse} is the log-sum-exp of
    the logits, {sum} the sum of a sample's targets, {delta} Huber's.  ``half`` says that ``each`` is to be halved.
    """

    each: str
    start: str
    half: bool = False
    uses: tuple[str, ...] = ()
    note: str = ""

    @property
    def takes_error(self) -> bool:
        """Whether the error has a line of its own."""
        return "{e}" in self.each


LOSSES: dict[str, Loss] = {
    "half_squared_error": Loss("{e}**2", "{e}", half=True),
    "half_mse": Loss("{e}**2", "{e}", half=True),
    "mse": Loss("{e}**2", "2 * {e}"),
    "mae": Loss("np.abs({e})", "np.sign({e})"),
    "huber": Loss(
        "np.where(np.abs({e}) <= {delta}, {e}**2 / 2, {delta} * (np.abs({e}) - {delta} / 2))",
        "np.clip({e}, -{delta}, {delta})",
    ),
    "binary_cross_entropy": Loss(
        "np.maximum({z}, 0) - {z} * {t} + np.log(1 + np.exp(-np.abs({z})))",
        "{a} - {t}",
        note="-(t log a + (1 - t) log(1 - a)), from the logits z",
    ),
    "cross_entropy": Loss(
        *("{t} * ({lse} - {z})", "{sum}{a} - {t}"), uses=("logsumexp",), note="-t log a, from the logits z"
    ),
    "hinge": Loss("np.maximum(1 - {t} * {a}, 0)", "np.where(1 - {t} * {a} > 0, -{t}, 0)"),
}


class Outputs(NamedTuple):
    """What a loss is taken of: by its letter in the texts above; and what each output counts for, '' if all alike."""

    names: dict[str, str]
    weight: str


def outputs_of(passes: Passes, weight: str, sums_to_one: bool) -> Outputs:
    """The outputs of a network, its logits and its targets, which may sum to 1 for each sample, or step."""
    network, suffix = passes.network, passes.suffix
    last, shape = network.nodes[-1], network.output_shape
    a, t = passes.outputs[len(network.nodes) - 1], f"T{suffix}"
    z = passes.outputs[last.inputs[0]] if last.block.activation else a
    total = "" if sums_to_one else f"{sum_over_features(t, shape)} * "
    names = {"z": z, "a": a, "t": t, "e": f"e{suffix}", "sum": total, "lse": over_features("logsumexp", z, shape)}
    return Outputs(names | {"delta": number(network.loss_shape)}, weight)


def put_loss(passes: Passes, outputs: Outputs, name: str) -> None:
    """The lines as far as E, without penalties."""
    network, rule, sheet = passes.network, LOSSES[passes.network.loss], passes.sheet
    passes.lines.functions.update(rule.uses)
    whole = f"{name} = {_mean(network, rule, outputs, passes.batch)}"
    errors = "{e} = {a} - {t}".format(**outputs.names)
    if not passes.training:
        passes.lines.lines += [errors, whole] if rule.takes_error else [whole]
        return
    if rule.takes_error:
        elements = network.each_target("e")
        passes.lines.add(errors, sheet.about([e.sampled(mark) for mark in network.marks for e in elements]))
    told = (rule.note, _told_of_mean(network), sheet.about([network.quantity(network.objective)]))
    passes.lines.add(whole, "; ".join(filter(None, told)))


def _mean(network: Network, rule: Loss, outputs: Outputs, batch: str) -> str:
    """E: the mean over all outputs where it is that, else their sum over the number of samples."""
    each = rule.each.format(**outputs.names)
    weighed = f"{outputs.weight} * {as_factor(each)}" if outputs.weight else each
    if divisor(network) == math.prod(network.output_shape) > 1:
        return f"np.mean({weighed})" + (" / 2" if rule.half else "")
    is_one = network.batch == 1 and batch == "B"
    by = (("2", rule.half), (str(divisor(network)), divisor(network) > 1), (batch, not is_one))
    divisors = [text for text, is_there in by if is_there]
    total = f"np.sum({weighed})"
    return " / ".join([total, *([as_factor_of(divisors)] if divisors else [])])


def as_factor_of(divisors: list[str]) -> str:
    """One number, or the product of several in brackets."""
    return divisors[0] if len(divisors) == 1 else f"({' * '.join(divisors)})"


def divisor(network: Network) -> int:
    """By what the sum of all losses of a sample's outputs is divided."""
    return math.prod(_averaged(network).values())


def _averaged(network: Network) -> dict[str, int]:
    """What a sample's loss is the mean over: outputs, and steps or places, with how many there are."""
    outputs = network.output_shape.extent(*FEATURES) if RECORDS[network.loss].is_averaged else 1
    steps = 1 if network.sums_steps else math.prod(network.outputs_apart)
    word = "steps" if len(network.outputs_apart) == 1 else "places"
    return {key: count for key, count in {"outputs": outputs, word: steps}.items() if count > 1}


def _told_of_mean(network: Network) -> str:
    """``the mean over 3 outputs and 5 steps``; '' where there is no such mean."""
    parts = [f"{count} {word}" for word, count in _averaged(network).items()]
    return f"the mean over {' and '.join(parts)}" if parts else ""


def start(network: Network, outputs: Outputs) -> str:
    """The derivative of a sample's loss by its outputs, or by the logits where the loss takes these."""
    text = LOSSES[network.loss].start.format(**outputs.names)
    if outputs.weight:
        text = f"{outputs.weight} * {as_factor(text)}"
    return f"{as_factor(text)} / {divisor(network)}" if divisor(network) > 1 else text
