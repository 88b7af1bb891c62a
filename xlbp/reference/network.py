"""Backpropagation of a dense network by hand, in the matrix form of the textbooks.

Rows are samples: X is (B, m).  With ``A'`` the layer below and delta = dE/dZ,

    Z = A' W^T + b          A = f(Z)                     (B, n)
    delta = dE/dA * f'(Z)   dE/dA' = delta W             (B, n), (B, m)
    dE/dW = delta^T A' / B  dE/db = column sums of delta / B

delta belongs to each sample's own loss; the mean over the batch enters with the gradients.
(Rumelhart, Hinton and Williams, Nature 323, 1986; Goodfellow et al., Deep Learning, 2016, 6.5.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import product

import numpy as np

from xlbp.reference.activations import ACTIVATIONS, exp, log
from xlbp.reference.history import Array, History
from xlbp.reference.losses import LOSSES, Outputs, in_order
from xlbp.spec import names
from xlbp.spec.model import Layer, Network


def train_network(network: Network, inputs: Mapping[str, float], iterations: int) -> History:
    """Every quantity of rows 0 to ``iterations``, from the numbers in ``inputs``."""
    run = _Run(network, inputs, iterations)
    t = 0
    try:
        with np.errstate(over="raise", divide="raise", invalid="raise", under="ignore"):
            for t in range(iterations + 1):
                run.row(t)
    except FloatingPointError:  # the training diverges here: go on with errors as NaN
        run.clean = _nan_for_infinite
        with np.errstate(all="ignore"):
            for later in range(t, iterations + 1):
                run.row(later)
    return run.history()


def _nan_for_infinite(value: Array) -> Array:
    return np.where(np.isfinite(value), value, np.nan)


def matmul(x: Array, y: Array) -> Array:
    """``x @ y``, each sum taken from left to right."""
    return in_order(x[:, None, :] * y.T[None, :, :])


class _Run:
    """The parameters as they move, and what was recorded of each row."""

    def __init__(self, network: Network, inputs: Mapping[str, float], iterations: int) -> None:
        self.network, self.inputs, self.rows = network, inputs, iterations + 1
        self.last, self.samples = len(network.layers), len(network.inputs)
        self.x = self._batch("x", len(network.inputs[0]))  # (B, m)
        self.t = self._batch("t", len(network.targets[0]))  # (B, n)
        self.eta = inputs[names.LEARNING_RATE]
        self.now: dict[str, Array] = {}
        for number, layer in network.numbered():
            self.now |= self._parameters(number, layer)
        self.records: dict[str, Array] = {}
        self.clean: Callable[[Array], Array] = lambda value: value

    def _batch(self, letter: str, width: int) -> Array:
        columns = range(1, width + 1)
        rows = [[self.inputs[names.of_input(letter, i, mark)] for i in columns] for mark in self.network.marks]
        return np.array(rows)

    def _parameters(self, number: int, layer: Layer) -> dict[str, Array]:
        """W (n, m), and b (n,), or (1,) where the units share it."""
        units, sources = range(1, layer.units + 1), range(1, len(layer.weights[0]) + 1)
        found = {f"W{number}": np.array([[self.inputs[names.weight(number, i, j)] for j in sources] for i in units])}
        if layer.bias:
            found[f"b{number}"] = np.array([self.inputs[name] for name in layer.bias.names(number)])
        return found

    def put(self, t: int, quantity: str, value: Array) -> Array:
        """Record a quantity of row t, and hand it back."""
        value = self.clean(value)
        if quantity not in self.records:
            self.records[quantity] = np.empty((self.rows, *value.shape))
        self.records[quantity][t] = value
        return value

    def row(self, t: int) -> None:
        """One iteration: forward, loss, backward, update."""
        below = [self.x]
        for number, layer in self.network.numbered():
            below.append(self.forward(t, number, layer, below[-1]))
        flow = self.loss(t, below[-1])
        gradients: dict[str, Array] = {}
        for number, layer in reversed(list(self.network.numbered())):
            delta = self.delta(t, number, layer, flow)
            gradients |= self.gradient(t, number, layer, delta, below[number - 1])
            flow = self.clean(matmul(delta, self.now[f"W{number}"]))  # dE/dA of the layer below
        moved = dict(self.now)  # kept whole until every update is known: a row may be done again
        for name, value in self.now.items():
            self.put(t, name, value)
            if name in gradients:
                moved[name] = self.put(t, f"{name}+", value - self.eta * gradients[name])
        self.now = moved

    def forward(self, t: int, number: int, layer: Layer, below: Array) -> Array:
        z = matmul(below, self.now[f"W{number}"].T)  # (B, n)
        if layer.bias:
            z = z + self.now[f"b{number}"]
        z = self.put(t, f"z{number}", z)
        if layer.activation == "softmax":
            return self.softmax(t, number, z)
        return self.put(t, f"a{number}", ACTIVATIONS[layer.activation].f(z))

    def softmax(self, t: int, number: int, z: Array) -> Array:
        most = self.put(t, f"m{number}", np.max(z, axis=1))  # (B,)
        powers = self.put(t, f"u{number}", exp(z - most[:, None]))
        sums = self.put(t, f"S{number}", in_order(powers))
        self.put(t, f"lse{number}", most + log(sums))
        return self.put(t, f"a{number}", powers / sums[:, None])

    def loss(self, t: int, a: Array) -> Array:
        """Record the losses; return dE/da, or dE/dz where the loss takes the logit."""
        loss, n = LOSSES[self.network.loss], a.shape[1]
        z = self.records[f"z{self.last}"][t]
        lse = self.records.get(f"lse{self.last}", np.zeros((self.rows, self.samples)))[t]
        outputs = Outputs(z, a, self.t, lse[:, None])
        self.put(t, "e", a - self.t)
        each = self.put(t, "E[]", loss.each(outputs))
        sums = in_order(each)
        samples = self.put(t, "E@", sums / n if loss.averaged else sums)  # (B,)
        self.put(t, "E", in_order(samples) / self.samples)
        return self.clean(loss.start(outputs, n))

    def delta(self, t: int, number: int, layer: Layer, flow: Array) -> Array:
        """dE/dZ from dE/dA, or straight from a loss that takes the logit."""
        straight = number == self.last and LOSSES[self.network.loss].from_logit
        if straight and layer.activation == "softmax":
            self.put(t, f"dlse{number}", in_order(self.t))
        delta = flow if straight else self.through_activation(t, number, layer, flow)
        return self.put(t, f"dz{number}", delta)

    def through_activation(self, t: int, number: int, layer: Layer, da: Array) -> Array:
        da = self.put(t, f"da{number}", da)
        a = self.records[f"a{number}"][t]
        if layer.activation == "softmax":  # delta_k = a_k (da_k - sum of da_i a_i)
            dlse = self.put(t, f"dlse{number}", -in_order(da * a))
            return np.asarray(dlse[:, None] * a + da * a)
        slope = ACTIVATIONS[layer.activation].slope(self.records[f"z{number}"][t], a)
        slope = self.put(t, f"f'{number}", slope)
        return da * slope

    def gradient(self, t: int, number: int, layer: Layer, delta: Array, below: Array) -> dict[str, Array]:
        """dE/dW (n, m) and dE/db, the means over the batch."""
        found = {f"W{number}": matmul(delta.T, below)}
        if layer.bias and layer.bias.trainable:
            sums = delta.T.reshape(1, -1) if layer.bias.shared else delta.T
            found[f"b{number}"] = in_order(sums)
        mean = found[f"W{number}"] / self.samples
        self.put(t, f"|dW{number}|", np.sqrt(in_order((mean * mean).ravel())))
        return {name: self.put(t, f"d{name}", value / self.samples) for name, value in found.items()}

    def history(self) -> History:
        """Every recorded quantity by the names of :mod:`xlbp.spec.names`."""
        found: History = {names.ITERATION: np.arange(float(self.rows)), names.LOSS: self.records["E"]}
        for number, layer in self.network.numbered():
            found |= self._layer_history(number, layer)
        found |= self._data_history()
        return found

    def _layer_history(self, number: int, layer: Layer) -> History:
        found: History = {}
        for quantity in ("z", "a", "u", "da", "f'", "dz"):
            found |= dict(self._by_unit(f"{quantity}{number}", f"{quantity}{number}"))
        for quantity in ("m", "S", "lse", "dlse"):
            if (record := self.records.get(f"{quantity}{number}")) is not None:
                for s, mark in enumerate(self.network.marks):
                    found[names.of_layer(quantity, number, mark)] = record[:, s]
        found[names.norm(number)] = self.records[f"|dW{number}|"]
        for i, j in product(range(layer.units), range(len(layer.weights[0]))):
            name = names.weight(number, i + 1, j + 1)
            found |= self._parameter_history(name, f"W{number}", (i, j))
        if layer.bias and layer.bias.trainable:
            for i, name in enumerate(layer.bias.names(number)):
                found |= self._parameter_history(name, f"b{number}", (i,))
        return found

    def _parameter_history(self, name: str, record: str, index: tuple[int, ...]) -> History:
        at: tuple[slice | int, ...] = (slice(None), *index)
        return {
            name: self.records[record][at],
            names.gradient(name): self.records[f"d{record}"][at],
            names.updated(name): self.records[f"{record}+"][at],
        }

    def _by_unit(self, record: str, prefix: str) -> Iterator[tuple[str, Array]]:
        values = self.records.get(record)
        if values is None:
            return
        for s, mark in enumerate(self.network.marks):
            for i in range(values.shape[2]):
                yield f"{prefix}[{i + 1}]{mark}", values[:, s, i]

    def _data_history(self) -> History:
        found: History = dict(self._by_unit("e", "e"))
        found |= dict(self._by_unit("E[]", "E"))
        for s, mark in enumerate(self.network.marks):
            if mark:
                found[names.LOSS + mark] = self.records["E@"][:, s]
            for i in range(self.x.shape[1]):
                found[names.of_unit("a", 0, i + 1, mark)] = np.full(self.rows, self.x[s, i])
        return found
