"""A dense network as a row: its samples side by side, forward, loss, backward, gradients, update.

For layer l:  z = W a' + b,  a = f(z)  with a' the layer below.  The backward half is not written
here: it follows from the forward half by :class:`xlbp.graph.program.Adjoints`.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from xlbp.graph.expr import Expr, dot, exp, function, log, ref, total
from xlbp.graph.program import Adjoints, Builder, Column, Program
from xlbp.model import rows
from xlbp.model.activations import ACTIVATIONS
from xlbp.model.losses import LOSSES, Output
from xlbp.model.optimizers import sgd
from xlbp.spec import names
from xlbp.spec.model import Layer, Network

Batch = dict[tuple[int, str], Expr]  # (unit, sample mark) -> cell


def compile_network(network: Network, order: tuple[str, ...]) -> Program:
    """The training row of a network, its parameters in the source's ``order``.

    Raises ProgramError if it makes no row.
    """
    builder = Builder()
    layers = _layer_of_parameter(network)
    rows.begin(builder, network.parameters(), order, layers)
    _forward_and_loss(builder, network)
    _backward(builder, network, order, layers)
    gradients = {name: names.gradient(name) for name in order}
    return rows.finish(builder, order, gradients, layers, sgd, tuple(network.constants()))


def _layer_of_parameter(network: Network) -> dict[str, int]:
    owners: dict[str, int] = {}
    for number, layer in network.numbered():
        for i, j in product(_units(layer), range(1, len(layer.weights[0]) + 1)):
            owners[names.weight(number, i, j)] = number
        owners |= dict.fromkeys(layer.bias.names(number) if layer.bias else (), number)
    return owners


def _units(layer: Layer) -> range:
    return range(1, layer.units + 1)


def _each(network: Network, layer: Layer) -> Iterator[tuple[int, str]]:
    """Every unit with every sample, the samples of a unit side by side."""
    return product(_units(layer), network.marks)


# forward


def _forward_and_loss(builder: Builder, network: Network) -> None:
    a = _inputs(builder, network)
    for number, layer in network.numbered():
        z = _pre_activations(builder, network, number, layer, a)
        a = _activations(builder, network, number, layer, z)
    _losses(builder, network, z, a)


def _inputs(builder: Builder, network: Network) -> Batch:
    """The inputs on the panel; those of a batch stand side by side in the row as well."""
    found: Batch = {}
    for i, mark in product(range(1, len(network.inputs[0]) + 1), network.marks):
        cell = ref(names.of_input("x", i, mark))
        if mark:
            cell = builder.add(Column(names.of_unit("a", 0, i, mark), cell, "batch"))
        found[i, mark] = cell
    return found


def _pre_activations(builder: Builder, network: Network, number: int, layer: Layer, below: Batch) -> Batch:
    """Z = W a + b."""
    biases = layer.bias.names(number) if layer.bias else ()
    sources = range(1, len(layer.weights[0]) + 1)
    z: Batch = {}
    for i, mark in _each(network, layer):
        weights = (ref(names.weight(number, i, j)) for j in sources)
        bias = [ref(biases[0 if len(biases) == 1 else i - 1])] if biases else []
        value = total([dot(weights, (below[j, mark] for j in sources)), *bias])
        z[i, mark] = builder.define(names.of_unit("z", number, i, mark), value, "forward", number)
    return z


def _activations(builder: Builder, network: Network, number: int, layer: Layer, z: Batch) -> Batch:
    """A = f(z); identity needs no cell."""
    if layer.activation == "identity":
        return z
    if layer.activation == "softmax":
        return _softmax(builder, network, number, layer, z)
    f = ACTIVATIONS[layer.activation]
    return {
        (i, mark): builder.define(names.of_unit("a", number, i, mark), f(cell), "forward", number)
        for (i, mark), cell in z.items()
    }


def _softmax(builder: Builder, network: Network, number: int, layer: Layer, z: Batch) -> Batch:
    """M = max z;  u_i = exp(z_i - m);  S = sum of u;  lse = m + log S;  a_i = u_i / S.

    As a_i = exp(z_i - lse), derivatives are known in closed form: dlse/dz_i = a_i, da_i/dz_i = a_i,
    da_i/dlse = -a_i.  (Goodfellow, Bengio and Courville, Deep Learning, 2016, 4.1 and 6.2.2.3.)
    """
    each = list(_each(network, layer))

    def own(letter: str, mark: str) -> str:
        return names.of_layer(letter, number, mark)

    def cell(letter: str, i: int, mark: str) -> Expr:
        return ref(names.of_unit(letter, number, i, mark))

    for mark in network.marks:
        peak = function("largest")(*(z[i, mark] for i in _units(layer)))
        builder.define(own("m", mark), peak, "forward", number)
    for i, mark in each:
        power = exp(z[i, mark] - ref(own("m", mark)))
        builder.define(names.of_unit("u", number, i, mark), power, "forward", number)
    for mark in network.marks:
        powers = total(cell("u", i, mark) for i in _units(layer))
        builder.define(own("S", mark), powers, "forward", number)
    for mark in network.marks:
        log_sum_exp = ref(own("m", mark)) + log(ref(own("S", mark)))
        slopes = tuple((names.of_unit("z", number, i, mark), cell("a", i, mark)) for i in _units(layer))
        builder.define(own("lse", mark), log_sum_exp, "forward", number, jacobian=slopes)
    for i, mark in each:
        a = cell("a", i, mark)
        slopes = ((names.of_unit("z", number, i, mark), a), (own("lse", mark), -a))
        share = cell("u", i, mark) / ref(own("S", mark))
        builder.define(names.of_unit("a", number, i, mark), share, "forward", number, jacobian=slopes)
    return {(i, mark): cell("a", i, mark) for i, mark in each}


def _losses(builder: Builder, network: Network, z: Batch, a: Batch) -> None:
    """Errors, the loss of each output, of each sample, and of the batch."""
    loss, last = LOSSES[network.loss], network.layers[-1]
    values: Batch = {}
    for i, mark in _each(network, last):
        error, target = names.of_input("e", i, mark), ref(names.of_input("t", i, mark))
        if loss.from_error:
            builder.define(error, a[i, mark] - target, "loss")
        lse = ref(names.of_layer("lse", len(network.layers), mark))
        values[i, mark] = loss.of_output(Output(ref(error), z[i, mark], target, lse))
    if last.units > 1:
        for i, mark in values:
            name = names.of_input("E", i, mark)
            values[i, mark] = builder.define(name, values[i, mark], "loss")
    samples = [
        builder.define(names.LOSS + mark, loss.of_sample([values[i, mark] for i in _units(last)]), "loss")
        for mark in network.marks
    ]
    if len(samples) > 1:
        builder.define(names.LOSS, total(samples) / len(samples), "loss")


# backward


def _backward(builder: Builder, network: Network, order: tuple[str, ...], layers: dict[str, int]) -> None:
    """Each sample's own loss backward through the layers; a gradient is the mean over the samples."""
    adjoints = Adjoints(builder, seeds=[names.LOSS + mark for mark in network.marks])
    for letter in ("E", "e"):  # these adjoints are a number and the error itself: no cell of their own
        for i, mark in _each(network, network.layers[-1]):
            name = names.of_input(letter, i, mark)
            if name in builder.columns:
                adjoints.bind(name, adjoints.expression(name))
    for number, layer in reversed(list(network.numbered())):
        _layer_backward(builder, adjoints, network, number, layer)
    for name in order:
        mean = adjoints.expression(name) / len(network.marks)
        builder.define(names.gradient(name), mean, "gradients", layers[name])
    for number, layer in network.numbered():
        shape = product(_units(layer), range(1, len(layer.weights[0]) + 1))
        weights = (ref(names.gradient(names.weight(number, i, j))) for i, j in shape)
        builder.define(names.norm(number), function("norm")(*weights), "gradients", number)


def _layer_backward(builder: Builder, adjoints: Adjoints, network: Network, number: int, layer: Layer) -> None:
    """dE/da, then da/dz, then dE/dz.  A loss that starts from the logit passes dE/da by."""

    def adjoint_cell(source: str, name: str) -> None:
        value = adjoints.expression(source)
        adjoints.bind(source, builder.define(name, value, "backward", number))

    cells = [[names.of_unit(q, number, i, m) for q in ("z", "a", "da", "f'", "dz")] for i, m in _each(network, layer)]
    through_a = [row for row in cells if adjoints.flows(row[1])]
    for _, a, da, _, _ in through_a:
        adjoint_cell(a, da)
    if layer.activation == "softmax":
        for mark in network.marks:
            adjoint_cell(names.of_layer("lse", number, mark), names.of_layer("dlse", number, mark))
    else:
        for z, a, _, slope, _ in through_a:
            builder.define(slope, builder.partials(a)[z], "backward", number)
    for z, _, _, _, dz in cells:
        adjoint_cell(z, dz)
