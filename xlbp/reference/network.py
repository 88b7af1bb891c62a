"""Backpropagation of a dense network by hand, in the matrix form of the textbooks.

Rows are samples: X is (B, m).  With ``A'`` the layer below and delta = dE/dZ,

    Z = A' W^T + b          A = f(Z)                     (B, n)
    delta = dE/dA * f'(Z)   dE/dA' = delta W             (B, n), (B, m)
    dE/dW = delta^T A' / B  dE/db = column sums of delta / B

delta belongs to each sample's own loss; the mean over the batch enters with the gradients.
(Rumelhart, Hinton and Williams, Nature 323, 1986; Goodfellow et al., Deep Learning, 2016, 6.5.)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import cast

import numpy as np

from xlbp.reference.activations import ACTIVATIONS, GATED
from xlbp.reference.data import Samples
from xlbp.reference.forward import Forward, Passed, matmul
from xlbp.reference.history import Array
from xlbp.reference.losses import LOSSES, Outputs, in_order, shared_out
from xlbp.reference.optimizers import Arrays, Kept, Moved, Optimizer
from xlbp.reference.recorder import Recorder
from xlbp.template import names
from xlbp.template.network import Layer, Network
from xlbp.template.quantity import Quantity

FLOOR = "floor of d"  # and a parameter's key: below it a gradient counts as 0


def parameter_names(network: Network) -> dict[str, Sequence[Quantity]]:
    """What the elements of ``W1`` (n, m) and ``b1`` (n,) or (1,) are called, in their order."""
    found: dict[str, Sequence[Quantity]] = {}
    for number, layer in network.numbered():
        rows, columns = range(1, layer.rows + 1), range(1, len(layer.weights[0]) + 1)
        found[f"W{number}"] = [names.weight(number, i, j) for i in rows for j in columns]
        if layer.bias:
            found[f"b{number}"] = layer.bias.names(number)
    return found


class Row:
    """The mathematics of one row."""

    def __init__(self, network: Network, samples: Samples, optimizer: Optimizer, record: Recorder) -> None:
        self.network, self.samples, self.optimizer, self.record = network, samples, optimizer, record
        self.last, self.called, self.inputs = len(network.layers), parameter_names(network), optimizer.inputs
        self.forward = Forward(network, record, network.marks)
        self.tests = Forward(network, record, network.test_marks, training=False)
        frozen = [f"b{n}" for n, layer in network.numbered() if layer.bias and not layer.bias.trainable]
        self.trained = [key for key in self.called if key not in frozen]

    def put_one(self, name: str, value: Array) -> Array:
        """Record a single number."""
        return self.record.put([name], value)

    def put_parameters(self, key: str, value: Array, called: Callable[[str], str]) -> None:
        """Record something that each element of a parameter has; ``called`` makes its name of the element's."""
        self.record.put([called(name) for name in self.called[key]], value)

    def done(self, given: Arrays, shared: Arrays, now: Arrays, above: Mapping[str, Kept]) -> Moved:
        """One iteration: forward, loss, backward, update.  ``shared`` is what all parameters share in the step."""
        for key in self.trained:
            self.put_parameters(key, now[key], str)
        x, target = self.batch(given)
        masks = self.drawn(given)
        below, layers = [x], []
        for number, layer in self.network.numbered():
            passed = self.forward.layer(number, layer, below[-1], now)
            a = passed.a
            below.append(self.forward.put_units(f"h{number}", a * masks[number]) if number in masks else a)
            layers.append(passed)
        flow = self.loss(layers[-1], target, now)
        gradients: dict[str, Array] = {}
        for number, layer in reversed(list(self.network.numbered())):
            if number in masks:
                flow = self.forward.put_units(f"dh{number}", flow) * masks[number]
            delta = self.delta(number, layer, layers[number - 1], flow, target)
            gradients |= self.gradient(number, layer, delta, below[number - 1], now[f"W{number}"])
            if number > 1:
                flow = self.record.cleaned(matmul(delta, now[f"W{number}"]))  # dE/dA of the layer below
        self.test(now)
        floors = {key: given[FLOOR + key] for key in self.trained if FLOOR + key in given}
        return self.update({key: gradients[key] for key in self.trained}, shared, now, above, floors)

    def batch(self, given: Arrays) -> tuple[Array, Array]:
        """Inputs and targets of the row, recorded."""
        if self.network.picks:
            self.forward.put_samples(f"{names.SAMPLE}[0]", given["numbers"])
            self.put_one(names.EPOCH, given["epoch"])
        if self.network.stored:
            self.forward.put_units("t", given["t"])
        return self.forward.put_units("a0", given["x"]), given["t"]

    def drawn(self, given: Arrays) -> dict[int, Array]:
        """Dropout's masks, recorded with the random numbers they come from."""
        found: dict[int, Array] = {}
        for number, layer in self.network.numbered():
            if layer.dropout:
                self.forward.put_units(f"r{number}", given[f"r{number}"])
                found[number] = self.forward.put_units(f"q{number}", given[f"q{number}"])
        return found

    def loss(self, last: Passed, target: Array, now: Arrays) -> Array:
        """Record the losses; return dE/da, or dE/dz where the loss takes the logit."""
        network = self.network
        outputs = self.outputs(last, target)
        samples, hits = self.forward.losses(outputs)
        count = len(samples)
        if network.data.accuracy and count > 1:
            self.put_one(names.HITS, shared_out(in_order(hits), count))
        mean = shared_out(in_order(samples), count)
        if network.penalties:
            mean = self.put_one(names.DATA_LOSS, mean)
            for kind in network.penalties:
                mean = mean + self.put_one(names.penalty(kind), self.penalty(kind, now))
        self.put_one(names.LOSS, mean)
        return self.record.cleaned(LOSSES[network.loss].start(outputs, outputs.a.shape[1]))

    def outputs(self, last: Passed, target: Array) -> Outputs:
        """What the loss is taken of."""
        error = self.record.cleaned(last.a - target)
        return Outputs(last.z, last.a, target, error, last.lse[:, None], self.network.loss_shape)

    def penalty(self, kind: str, now: Arrays) -> Array:
        """l2/2 times the sum of the squares of all weights, or l1 times the sum of their sizes."""
        size = self.inputs[names.setting(kind)]
        weights = [now[f"W{number}"].ravel() for number, _ in self.network.numbered()]
        sums = [in_order(w * w if kind == "l2" else np.abs(w)) for w in weights]
        return (size / 2 if kind == "l2" else size) * in_order(np.stack(sums))

    def delta(self, number: int, layer: Layer, passed: Passed, flow: Array, target: Array) -> Array:
        """dE/dZ from dE/dA, or straight from a loss that takes the logit."""
        straight = number == self.last and LOSSES[self.network.loss].from_logit
        if straight and layer.activation == "softmax":
            self.forward.put_samples(f"dlse{number}", in_order(target))
        delta = flow if straight else self.through_activation(number, layer, passed, flow)
        return self.forward.put_units(f"dz{number}", delta)

    def through_activation(self, number: int, layer: Layer, passed: Passed, da: Array) -> Array:
        """dE/dZ = dE/dA * f'(Z), and what that is where f takes several units or pieces together."""
        put = self.forward.put_units
        da = put(f"da{number}", da)
        z, a = passed.z, passed.a
        if layer.activation == "softmax":  # delta_k = a_k (da_k - sum of da_i a_i)
            dlse = self.forward.put_samples(f"dlse{number}", -in_order(da * a))
            return dlse[:, None] * a + da * a
        if layer.activation == "maxout":  # to the winning piece alone
            return (da[:, :, None] * passed.wins).reshape(*z.shape)
        if layer.activation in GATED:
            rule = GATED[layer.activation]
            return da * put(f"f'{number}", rule.slope(z, rule.gate(z), a))
        return da * put(f"f'{number}", ACTIVATIONS[layer.activation].slope(z, a, layer.shape))

    def gradient(self, number: int, layer: Layer, delta: Array, below: Array, weights: Array) -> dict[str, Array]:
        """dE/dW (n, m) and dE/db, the means over the batch, with the slopes of the penalties."""
        found = {f"W{number}": shared_out(matmul(delta.T, below), len(delta))}
        if layer.bias and layer.bias.trainable:
            sums = delta.T.reshape(1, -1) if layer.bias.shared else delta.T
            found[f"b{number}"] = shared_out(in_order(sums), len(delta))
        for kind in self.network.penalties:
            slope = weights if kind == "l2" else np.sign(weights)
            found[f"W{number}"] = found[f"W{number}"] + self.inputs[names.setting(kind)] * slope
        for key, value in found.items():
            self.put_parameters(key, value, names.gradient)
        whole = found[f"W{number}"]
        self.put_one(names.norm(number), np.sqrt(in_order((whole * whole).ravel())))
        return found

    def test(self, now: Arrays) -> None:
        """The samples that are kept from training, without dropout; then their mean."""
        a, network = self.samples.test_x, self.network
        if not len(a):
            return
        for number, layer in network.numbered():
            passed = self.tests.layer(number, layer, a, now)
            a = passed.a
        losses, hits = self.tests.losses(self.outputs(passed, self.samples.test_t))
        self.put_one(names.LOSS + names.TEST, in_order(losses) / len(losses))
        self.put_one(names.HITS + names.TEST, in_order(hits) / len(hits))

    def update(
        self, gradients: Arrays, shared: Arrays, now: Arrays, above: Mapping[str, Kept], floors: Arrays
    ) -> Moved:
        """The parameters of the next row, and what the optimizer keeps."""
        moved = self.optimizer.move(now, gradients, above, shared, self.record.cleaned, floors)
        for key in gradients:
            self.put_parameters(key, moved.parameters[key], names.updated)
            for letter, value in moved.kept[key].items():
                self.put_parameters(key, value, partial(names.kept, letter))
        for letter, number in moved.shared.items():
            self.put_one(names.kept(letter, ""), cast(Array, number))
        return moved
