"""The forward pass of a layer for some samples: z = W a' + b, a = f(z), and what f needs cells for.

Every function takes a :class:`Forward`, which says for which samples and in which phase of the row.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from xlbp.model.activations import ACTIVATIONS, GATED
from xlbp.symbols.expr import Expr, dot, exp, function, if_positive, log, ref, total
from xlbp.symbols.program import Builder
from xlbp.template import names
from xlbp.template.network import Layer, Network
from xlbp.template.quantity import Quantity

Batch = dict[tuple[int, str], Expr]  # (unit, sample mark) -> cell


@dataclass(frozen=True)
class Forward:
    """Where the cells of a forward pass go; ``training`` is false for samples that are kept from it."""

    builder: Builder
    network: Network
    marks: tuple[str, ...]
    phase: str = "forward"
    training: bool = True

    def each(self, units: int) -> Iterator[tuple[int, str]]:
        """Every unit with every sample, the samples of a unit side by side."""
        return product(range(1, units + 1), self.marks)

    def put(
        self, name: str, value: Expr, layer: int, jacobian: tuple[tuple[str, Expr], ...] = (), phase: str = ""
    ) -> Expr:
        """A cell of this pass."""
        return self.builder.define(name, value, phase or self.phase, layer, jacobian)


def layer_forward(run: Forward, number: int, layer: Layer, below: Batch) -> tuple[Batch, Batch]:
    """Pre-activations, and what the layer above receives."""
    z = _pre_activations(run, number, layer, below)
    a = _activations(run, number, layer, z)
    return z, _dropped(run, number, a) if run.training and layer.dropout else a


def _pre_activations(run: Forward, number: int, layer: Layer, below: Batch) -> Batch:
    """z = W a + b; a row of W for each unit, or for each piece of a maxout unit."""
    biases = layer.bias.names(number) if layer.bias else ()
    sources = range(1, len(layer.weights[0]) + 1)
    z: Batch = {}
    for i, mark in run.each(layer.rows):
        weights = (ref(names.weight(number, i, j)) for j in sources)
        bias = [ref(biases[0 if len(biases) == 1 else i - 1])] if biases else []
        value = total([dot(weights, (below[j, mark] for j in sources)), *bias])
        z[i, mark] = run.put(names.of_unit("z", number, i, mark), value, number)
    return z


def _activations(run: Forward, number: int, layer: Layer, z: Batch) -> Batch:
    """a = f(z); identity needs no cell."""
    if layer.activation == "identity":
        return z
    if layer.activation == "softmax":
        return _softmax(run, number, layer, z)
    if layer.activation == "maxout":
        return _maxout(run, number, layer, z)
    if layer.activation in GATED:
        return {key: _gated(run, number, layer, key, cell) for key, cell in z.items()}
    f = ACTIVATIONS[layer.activation]
    return {
        (i, mark): run.put(names.of_unit("a", number, i, mark), f(cell, layer.shape), number)
        for (i, mark), cell in z.items()
    }


def _gated(run: Forward, number: int, layer: Layer, key: tuple[int, str], z: Expr) -> Expr:
    """A gate of z in a cell of its own, then a, with a slope that knows both."""
    gate, value, slope = GATED[layer.activation]
    g = run.put(names.of_unit("g", number, *key), gate(z), number)
    name = names.of_unit("a", number, *key)
    return run.put(name, value(z, g), number, ((names.of_unit("z", number, *key), slope(z, g, ref(name))),))


def _maxout(run: Forward, number: int, layer: Layer, z: Batch) -> Batch:
    """a = max of a unit's pieces; k is 1 for the first piece that reaches it, which alone the slope passes.

    (Goodfellow et al., Maxout Networks, 2013.)
    """
    a: Batch = {}
    for i, mark in run.each(layer.units):
        rows = range((i - 1) * layer.pieces + 1, i * layer.pieces + 1)
        slopes = tuple((names.of_unit("z", number, r, mark), ref(names.of_unit("k", number, r, mark))) for r in rows)
        peak = function("largest")(*(z[r, mark] for r in rows))
        a[i, mark] = run.put(names.of_unit("a", number, i, mark), peak, number, slopes)
    for i, mark in run.each(layer.units) if run.training else ():
        winners: list[Expr] = []
        for r in range((i - 1) * layer.pieces + 1, i * layer.pieces + 1):
            free = total([1, *(-winner for winner in winners)])
            won = if_positive(a[i, mark] - z[r, mark], 0, free)
            winners.append(run.put(names.of_unit("k", number, r, mark), won, number))
    return a


def _softmax(run: Forward, number: int, layer: Layer, z: Batch) -> Batch:
    """m = max z;  u_i = exp(z_i - m);  S = sum of u;  lse = m + log S;  a_i = u_i / S.

    As a_i = exp(z_i - lse), derivatives are known in closed form: dlse/dz_i = a_i, da_i/dz_i = a_i,
    da_i/dlse = -a_i.  (Goodfellow, Bengio and Courville, Deep Learning, 2016, 4.1 and 6.2.2.3.)
    """
    units = range(1, layer.units + 1)
    each = list(run.each(layer.units))

    def own(letter: str, mark: str) -> Quantity:
        return names.of_layer(letter, number, mark)

    def cell(letter: str, i: int, mark: str) -> Expr:
        return ref(names.of_unit(letter, number, i, mark))

    for mark in run.marks:
        run.put(own("m", mark), function("largest")(*(z[i, mark] for i in units)), number)
    for i, mark in each:
        run.put(names.of_unit("u", number, i, mark), exp(z[i, mark] - ref(own("m", mark))), number)
    for mark in run.marks:
        run.put(own("S", mark), total(cell("u", i, mark) for i in units), number)
    for mark in run.marks:
        slopes = tuple((names.of_unit("z", number, i, mark), cell("a", i, mark)) for i in units)
        run.put(own("lse", mark), ref(own("m", mark)) + log(ref(own("S", mark))), number, slopes)
    for i, mark in each:
        a = cell("a", i, mark)
        own_slopes = ((names.of_unit("z", number, i, mark), a), (own("lse", mark), -a))
        run.put(names.of_unit("a", number, i, mark), cell("u", i, mark) / ref(own("S", mark)), number, own_slopes)
    return {(i, mark): cell("a", i, mark) for i, mark in each}


def _dropped(run: Forward, number: int, a: Batch) -> Batch:
    """h = a * q, with the mask q of :mod:`xlbp.model.dropout`."""
    return {
        (i, mark): run.put(names.of_unit("h", number, i, mark), cell * ref(names.of_unit("q", number, i, mark)), number)
        for (i, mark), cell in a.items()
    }
