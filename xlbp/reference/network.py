"""Backpropagation of a dense network by hand, in the matrix form of the textbooks.

Rows are samples: X is (B, m).  With ``A'`` the layer below and delta = dE/dZ,

    Z = A' W^T + b          A = f(Z)                     (B, n)
    delta = dE/dA * f'(Z)   dE/dA' = delta W             (B, n), (B, m)
    dE/dW = delta^T A' / B  dE/db = column sums of delta / B

delta belongs to each sample's own loss; the mean over the batch enters with the gradients.
(Rumelhart, Hinton and Williams, Nature 323, 1986; Goodfellow et al., Deep Learning, 2016, 6.5.)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np

from xlbp.reference.activations import ACTIVATIONS, GATED
from xlbp.reference.data import Masks, Samples
from xlbp.reference.forward import Forward, Passed, matmul
from xlbp.reference.history import Array, History
from xlbp.reference.losses import LOSSES, Outputs, in_order
from xlbp.reference.optimizers import Optimizer
from xlbp.reference.recorder import Names, Recorder, nan_for_infinite
from xlbp.spec import names
from xlbp.spec.model import Layer, Network, Training


def train_network(network: Network, training: Training, inputs: Mapping[str, float], iterations: int) -> History:
    """Every quantity of rows 0 to ``iterations``, from the numbers in ``inputs``."""
    run = _Run(network, training, inputs, iterations + 1)
    t = 0
    try:
        with np.errstate(over="raise", divide="raise", invalid="raise", under="ignore"):
            for t in range(iterations + 1):
                run.row(t)
    except FloatingPointError:  # the training diverges here: go on with errors as NaN
        run.record.clean = nan_for_infinite
        with np.errstate(all="ignore"):
            for later in range(t, iterations + 1):
                run.row(later)
    return run.record.history() | {names.ITERATION: np.arange(float(iterations + 1))}


def one_row(network: Network, training: Training, inputs: Mapping[str, float], iteration: int) -> History:
    """Every quantity of one row: the samples and masks of ``iteration``, the parameters of ``inputs``."""
    run = _Run(network, training, inputs, 1, first=iteration)
    run.record.clean = nan_for_infinite
    with np.errstate(all="ignore"):
        run.row(0)
    return run.record.history()


def parameter_names(network: Network) -> dict[str, Names]:
    """What the elements of ``W1`` (n, m) and ``b1`` (n,) or (1,) are called, in their order."""
    found: dict[str, Names] = {}
    for number, layer in network.numbered():
        rows, columns = range(1, layer.rows + 1), range(1, len(layer.weights[0]) + 1)
        found[f"W{number}"] = [names.weight(number, i, j) for i in rows for j in columns]
        if layer.bias:
            found[f"b{number}"] = layer.bias.names(number)
    return found


class _Run:
    """The parameters as they move; ``first`` is the iteration that row 0 stands for."""

    def __init__(
        self, network: Network, training: Training, inputs: Mapping[str, float], rows: int, first: int = 0
    ) -> None:
        self.network, self.inputs, self.first, self.last = network, inputs, first, len(network.layers)
        self.samples, self.masks = Samples(network, inputs), Masks(network, inputs)
        self.optimizer, self.record = Optimizer(training, inputs), Recorder(rows)
        self.forward = Forward(network, self.record, network.marks)
        self.tests = Forward(network, self.record, network.test_marks, training=False)
        self.called = parameter_names(network)
        self.now = {key: self._initial(key, found) for key, found in self.called.items()}
        frozen = [f"b{n}" for n, layer in network.numbered() if layer.bias and not layer.bias.trainable]
        self.trained = [key for key in self.called if key not in frozen]

    def _initial(self, key: str, found: Names) -> Array:
        values = np.array([self.inputs[name] for name in found])
        return values.reshape(self.network.layers[int(key[1:]) - 1].rows, -1) if key[0] == "W" else values

    def put_one(self, t: int, name: str, value: float | Array) -> float:
        return float(self.record.put(t, name, np.asarray(value), lambda: [name]))

    def put_parameters(self, t: int, key: str, kind: str, value: Array, called: Callable[[str], str]) -> None:
        """Record something that each element of a parameter has; ``called`` makes its name of the element's."""
        self.record.put(t, f"{kind} {key}", value, lambda: [called(name) for name in self.called[key]])

    def row(self, t: int) -> None:
        """One iteration: forward, loss, backward, update."""
        for key in self.trained:
            self.put_parameters(t, key, "", self.now[key], str)
        x, target = self.batch(t)
        masks = self.drawn(t)
        below, layers = [x], []
        for number, layer in self.network.numbered():
            passed = self.forward.layer(t, number, layer, below[-1], self.now)
            a = passed.a
            below.append(self.forward.put_units(t, f"h{number}", a * masks[number]) if number in masks else a)
            layers.append(passed)
        flow = self.loss(t, layers[-1], target)
        gradients: dict[str, Array] = {}
        for number, layer in reversed(list(self.network.numbered())):
            if number in masks:
                flow = self.forward.put_units(t, f"dh{number}", flow) * masks[number]
            delta = self.delta(t, number, layer, layers[number - 1], flow, target)
            gradients |= self.gradient(t, number, layer, delta, below[number - 1])
            if number > 1:
                flow = self.record.cleaned(matmul(delta, self.now[f"W{number}"]))  # dE/dA of the layer below
        self.test(t)
        self.update(t, {key: gradients[key] for key in self.trained})

    def batch(self, t: int) -> tuple[Array, Array]:
        """Inputs and targets of the row, recorded."""
        now, network = self.first + t, self.network
        x, target = self.samples.row(now)
        if network.picks:
            numbers = np.array(self.samples.numbers(now), dtype=float)
            self.forward.put_samples(t, f"{names.SAMPLE}[0]", np.where(numbers > 0, numbers, np.nan))
            self.put_one(t, names.EPOCH, float(now * network.batch // network.samples + 1))
        if network.stored:
            self.forward.put_units(t, "t", target)
        return self.forward.put_units(t, "a0", x), target

    def drawn(self, t: int) -> dict[int, Array]:
        """Dropout's masks, recorded with the random numbers they come from."""
        found: dict[int, Array] = {}
        for number, (r, mask) in self.masks.row(self.first + t).items():
            self.forward.put_units(t, f"r{number}", r)
            found[number] = self.forward.put_units(t, f"q{number}", mask)
        return found

    def loss(self, t: int, last: Passed, target: Array) -> Array:
        """Record the losses; return dE/da, or dE/dz where the loss takes the logit."""
        network = self.network
        outputs = self.outputs(last, target)
        samples, hits = self.forward.losses(t, outputs)
        count = len(samples)
        if network.data.accuracy and count > 1:
            self.put_one(t, names.HITS, in_order(hits) / count)
        mean = float(in_order(samples) / count)
        if network.penalties:
            mean = self.put_one(t, names.DATA_LOSS, mean)
            for kind in network.penalties:
                mean = mean + self.put_one(t, names.penalty(kind), self.penalty(kind))
        self.put_one(t, names.LOSS, mean)
        return self.record.cleaned(LOSSES[network.loss].start(outputs, outputs.a.shape[1]))

    def outputs(self, last: Passed, target: Array) -> Outputs:
        """What the loss is taken of."""
        error = self.record.cleaned(last.a - target)
        return Outputs(last.z, last.a, target, error, last.lse[:, None], self.network.loss_shape)

    def penalty(self, kind: str) -> float:
        """l2/2 times the sum of the squares of all weights, or l1 times the sum of their sizes."""
        size = self.inputs[names.setting(kind)]
        weights = [self.now[f"W{number}"].ravel() for number, _ in self.network.numbered()]
        sums = [in_order(w * w if kind == "l2" else np.abs(w)) for w in weights]
        return float((size / 2 if kind == "l2" else size) * in_order(np.array(sums)))

    def delta(self, t: int, number: int, layer: Layer, passed: Passed, flow: Array, target: Array) -> Array:
        """dE/dZ from dE/dA, or straight from a loss that takes the logit."""
        straight = number == self.last and LOSSES[self.network.loss].from_logit
        if straight and layer.activation == "softmax":
            self.forward.put_samples(t, f"dlse{number}", in_order(target))
        delta = flow if straight else self.through_activation(t, number, layer, passed, flow)
        return self.forward.put_units(t, f"dz{number}", delta)

    def through_activation(self, t: int, number: int, layer: Layer, passed: Passed, da: Array) -> Array:
        put = self.forward.put_units
        da = put(t, f"da{number}", da)
        z, a = passed.z, passed.a
        if layer.activation == "softmax":  # delta_k = a_k (da_k - sum of da_i a_i)
            dlse = self.forward.put_samples(t, f"dlse{number}", -in_order(da * a))
            return np.asarray(dlse[:, None] * a + da * a)
        if layer.activation == "maxout":  # to the winning piece alone
            return (da[:, :, None] * passed.wins).reshape(z.shape)
        if layer.activation in GATED:
            rule = GATED[layer.activation]
            return da * put(t, f"f'{number}", rule.slope(z, rule.gate(z), a))
        return da * put(t, f"f'{number}", ACTIVATIONS[layer.activation].slope(z, a, layer.shape))

    def gradient(self, t: int, number: int, layer: Layer, delta: Array, below: Array) -> dict[str, Array]:
        """dE/dW (n, m) and dE/db, the means over the batch, with the slopes of the penalties."""
        weights = self.now[f"W{number}"]
        found = {f"W{number}": matmul(delta.T, below) / len(delta)}
        if layer.bias and layer.bias.trainable:
            sums = delta.T.reshape(1, -1) if layer.bias.shared else delta.T
            found[f"b{number}"] = in_order(sums) / len(delta)
        for kind in self.network.penalties:
            slope = weights if kind == "l2" else np.sign(weights)
            found[f"W{number}"] = found[f"W{number}"] + self.inputs[names.setting(kind)] * slope
        for key, value in found.items():
            self.put_parameters(t, key, "gradient of", value, names.gradient)
        whole = found[f"W{number}"]
        self.put_one(t, names.norm(number), np.sqrt(in_order((whole * whole).ravel())))
        return found

    def test(self, t: int) -> None:
        """The samples that are kept from training, without dropout; then their mean."""
        a, network = self.samples.test_x, self.network
        if not len(a):
            return
        for number, layer in network.numbered():
            passed = self.tests.layer(t, number, layer, a, self.now)
            a = passed.a
        outputs = self.outputs(passed, self.samples.test_t)
        losses, hits = self.tests.losses(t, outputs)
        self.put_one(t, names.LOSS + names.TEST, in_order(losses) / len(losses))
        self.put_one(t, names.HITS + names.TEST, in_order(hits) / len(hits))

    def update(self, t: int, gradients: Mapping[str, Array]) -> None:
        """The parameters of the next row, and what the optimizer keeps."""
        moved = self.optimizer.step(self.first + t, self.now, gradients, self.record.cleaned)
        for key in gradients:
            self.put_parameters(t, key, "updated", moved.parameters[key], names.updated)
            for letter, value in moved.kept[key].items():
                self.put_parameters(t, key, letter, value, partial(names.kept, letter))
        for letter, number in moved.shared.items():
            self.put_one(t, names.kept(letter, ""), number)
        self.now = moved.parameters
        self.optimizer.commit(moved)
