"""A dense network as a row: its samples side by side, forward, loss, backward, gradients, update.

For layer l:  z = W a' + b,  a = f(z)  with a' the layer below.  The backward half is not written
here: it follows from the forward half by :class:`xlbp.symbols.program.Adjoints`.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import product

from xlbp.model import rows
from xlbp.model.accuracy import hit
from xlbp.model.answer import answer_columns
from xlbp.model.dropout import add_masks
from xlbp.model.layers import Batch, Forward, layer_forward
from xlbp.model.losses import LOSSES, Output
from xlbp.model.samples import add_batch, tested
from xlbp.model.schedules import setting
from xlbp.symbols.expr import Expr, absolutes, function, ref, sign, squares, total
from xlbp.symbols.program import Adjoints, Builder, Program
from xlbp.template import names
from xlbp.template.network import Layer, Network
from xlbp.template.quantity import parse
from xlbp.template.template import Training


def compile_network(network: Network, training: Training, order: tuple[str, ...]) -> Program:
    """The training row of a network, its parameters in the source's ``order``.

    Raises ProgramError if it makes no row.
    """
    builder = Builder()
    layers = _layer_of_parameter(network)
    rows.begin(builder, network.parameters(), order, layers)
    inputs, targets = add_batch(builder, network)
    add_masks(builder, network)
    run = Forward(builder, network, network.marks)
    _losses(run, *_forward(run, inputs), targets)
    _penalised(builder, network)
    _backward(builder, network, order, layers)
    _tests(builder, network)
    gradients = {name: names.gradient(name) for name in order}
    program = rows.finish(builder, training, gradients, layers, tuple(_panel(network)))
    return replace(program, answer=answer_columns(network))


def _panel(network: Network) -> dict[str, None]:
    """What formulas of the row may refer to: the table's numbers as the network sees them, or the panel's."""
    found = dict.fromkeys(network.constants())
    if network.stored:
        raw = [name for name in found if parse(name).letter in ("raw", names.CLASS)]
        for name in raw:
            del found[name]
        for letter, table in (("x", network.inputs), ("t", network.targets)):
            rows_of = product(range(1, len(table[0]) + 1), names.rows(len(table)))
            found |= dict.fromkeys(names.of_input(letter, i, row) for i, row in rows_of)
    return found


def _layer_of_parameter(network: Network) -> dict[str, int]:
    owners: dict[str, int] = {}
    for number, layer in network.numbered():
        owners |= dict.fromkeys(_weights_of(number, layer), number)
        owners |= dict.fromkeys(layer.bias.names(number) if layer.bias else (), number)
    return owners


def _weights_of(number: int, layer: Layer) -> list[str]:
    shape = product(range(1, layer.rows + 1), range(1, len(layer.weights[0]) + 1))
    return [names.weight(number, i, j) for i, j in shape]


# forward


def _forward(run: Forward, inputs: Batch) -> tuple[Batch, Batch]:
    """Through all layers: the last one's pre-activations and activations."""
    a = inputs
    for number, layer in run.network.numbered():
        z, a = layer_forward(run, number, layer, a)
    return z, a


def _losses(run: Forward, z: Batch, a: Batch, targets: Batch) -> None:
    """Errors, the loss of each output, of each sample, and of the batch."""
    network, builder = run.network, run.builder
    loss, last = LOSSES[network.loss], network.layers[-1]
    phase = "loss" if run.training else run.phase
    values: Batch = {}
    for i, mark in run.each(last.units):
        error, target = names.of_input("e", i, mark), targets[i, mark]
        if loss.from_error:
            builder.define(error, a[i, mark] - target, phase)
        lse = ref(names.of_layer("lse", len(network.layers), mark))
        output = Output(ref(error), a[i, mark], z[i, mark], target, lse, network.loss_shape)
        values[i, mark] = loss.of_output(output)
    if last.units > 1:
        for i, mark in values:
            values[i, mark] = builder.define(names.of_input("E", i, mark), values[i, mark], phase)
    for mark in run.marks:
        sample = loss.of_sample([values[i, mark] for i in range(1, last.units + 1)])
        builder.define(_loss_of(network, mark), sample, phase)
        if network.data.accuracy:
            builder.define(names.HITS + mark, hit(network, mark, z, a, targets), phase)


def _loss_of(network: Network, mark: str) -> str:
    """What the loss of a sample is called; where it is the only one and there is a penalty, that comes on top."""
    return names.DATA_LOSS if network.penalties and not mark else names.LOSS + mark


def _penalised(builder: Builder, network: Network) -> None:
    """The mean of the samples' losses, and the penalties on the weights: l2/2 sum w^2, l1 sum |w|."""
    marks = network.marks
    if len(marks) > 1:
        mean = total(ref(names.LOSS + mark) for mark in marks) / len(marks)
        builder.define(names.DATA_LOSS if network.penalties else names.LOSS, mean, "loss")
        if network.data.accuracy:
            builder.define(names.HITS, total(ref(names.HITS + mark) for mark in marks) / len(marks), "loss")
    parts = [builder.define(names.penalty(kind), *_penalty(network, kind)) for kind in network.penalties]
    if parts:
        builder.define(names.LOSS, total([ref(names.DATA_LOSS), *parts]), "loss")


def _penalty(network: Network, kind: str) -> tuple[Expr, str, int, tuple[tuple[str, Expr], ...]]:
    """The penalty, its phase, its layer (none), and its derivative by each weight."""
    by_layer = [_weights_of(number, layer) for number, layer in network.numbered()]
    if kind == "l2":
        value = setting("l2") / 2 * total(squares(*map(ref, weights)) for weights in by_layer)
        return value, "loss", 0, tuple((w, setting("l2") * ref(w)) for weights in by_layer for w in weights)
    value = setting("l1") * total(absolutes(*map(ref, weights)) for weights in by_layer)
    return value, "loss", 0, tuple((w, setting("l1") * sign(ref(w))) for weights in by_layer for w in weights)


def _tests(builder: Builder, network: Network) -> None:
    """The loss, and the share of hits, of the samples that are kept from training, by the row's own parameters."""
    for place, mark in enumerate(network.test_marks):
        inputs, targets = tested(network, place, mark)
        run = Forward(builder, network, (mark,), "test", training=False)
        _losses(run, *_forward(run, inputs), targets)
    if network.test_marks:
        count = len(network.test_marks)
        mean = total(ref(names.LOSS + mark) for mark in network.test_marks) / count
        builder.define(names.LOSS + names.TEST, mean, "test")
        if network.data.accuracy:
            hits = total(ref(names.HITS + mark) for mark in network.test_marks) / count
            builder.define(names.HITS + names.TEST, hits, "test")


# backward


def _backward(builder: Builder, network: Network, order: tuple[str, ...], layers: dict[str, int]) -> None:
    """Each sample's own loss backward through the layers; a gradient is the mean over the samples."""
    adjoints = Adjoints(builder, seeds=[_loss_of(network, mark) for mark in network.marks])
    for letter in ("E", "e"):  # these adjoints are a number and the error itself: no cell of their own
        for i, mark in product(range(1, network.layers[-1].units + 1), network.marks):
            output = names.of_input(letter, i, mark)
            if output in builder.columns:
                adjoints.bind(output, adjoints.expression(output))
    for number, layer in reversed(list(network.numbered())):
        _layer_backward(builder, adjoints, network, number, layer)
    for name in order:
        terms = [adjoints.expression(name) / len(network.marks)]
        terms += [slope for kind in network.penalties if (slope := _of_penalty(builder, kind, name)) is not None]
        builder.define(names.gradient(name), total(terms), "gradients", layers[name])
    for number, layer in network.numbered():
        weights = (ref(names.gradient(name)) for name in _weights_of(number, layer))
        builder.define(names.norm(number), function("norm")(*weights), "gradients", number)


def _of_penalty(builder: Builder, kind: str, name: str) -> Expr | None:
    """The derivative of a penalty by a parameter; a bias has none."""
    return builder.partials(names.penalty(kind)).get(name)


def _layer_backward(builder: Builder, adjoints: Adjoints, network: Network, number: int, layer: Layer) -> None:
    """dE/dh, then dE/da, then da/dz, then dE/dz.  A loss that starts from the logit passes dE/da by."""

    def adjoint_cells(source: str, cell: str, units: int, flowing: bool = True) -> list[tuple[int, str]]:
        """A cell for the adjoint of each unit's quantity, and which of them have one."""
        each = product(range(1, units + 1), network.marks)
        found = [at for at in each if not flowing or adjoints.flows(names.of_unit(source, number, *at))]
        for at in found:
            put(names.of_unit(source, number, *at), names.of_unit(cell, number, *at))
        return found

    def put(source: str, cell: str) -> None:
        value = adjoints.expression(source)
        adjoints.bind(source, builder.define(cell, value, "backward", number))

    if layer.dropout:
        adjoint_cells("h", "dh", layer.units)
    through_a = adjoint_cells("a", "da", layer.units)
    if layer.activation == "softmax":
        for mark in network.marks:
            put(names.of_layer("lse", number, mark), names.of_layer("dlse", number, mark))
    elif layer.activation != "maxout":
        for at in through_a:
            a, z = names.of_unit("a", number, *at), names.of_unit("z", number, *at)
            builder.define(names.of_unit("f'", number, *at), builder.partials(a)[z], "backward", number)
    adjoint_cells("z", "dz", layer.rows, flowing=False)
