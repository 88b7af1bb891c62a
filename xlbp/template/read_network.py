"""Reads [network]: layers with their weights, biases and activations, and the loss."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from xlbp.errors import counted
from xlbp.template.blocks.block import Shape
from xlbp.template.blocks.windows import IMAGE, SIGNAL
from xlbp.template.layer import Node
from xlbp.template.layer_kinds import DATA_AXES, EMBEDDING, JOINING
from xlbp.template.losses import LOSSES, MEAN, SUM
from xlbp.template.model import Samples
from xlbp.template.network import Network
from xlbp.template.read_class_weights import read_class_weights
from xlbp.template.read_layer import DATA, LayerReader
from xlbp.template.samples.given import Given, are_alike, shown
from xlbp.template.scaling import INPUTS, UNSCALED, Scaled
from xlbp.template.table import Table


def read_network(table: Table, data: Table, given: Given) -> tuple[Network, Given]:
    """The network for the data as given, and the data as it takes them; how training takes the samples is not known."""
    loss, delta = _loss(table)
    over_steps = _over_steps(table, loss)
    layers = table.tables("layers")
    if any(kind == EMBEDDING for kind in _kinds_taking_data(layers)):
        given = _tokens(data, layers, given)
    shape = _input_shape(layers, given)
    reader = LayerReader(shape)
    for number, layer in enumerate(layers, start=1):
        reader.read(layer, number)
    _must_be_taken(table, reader.nodes)
    seed = table.integer("dropout_seed", 1)
    table.close()
    output = reader.shapes[len(reader.nodes) - 1]
    given = given.suited_to(output)
    samples = Samples(
        *(given.test,),
        scale=given.scale,
        scale_targets=given.scale_targets,
        classes=given.classes,
        accuracy=given.accuracy,
        input_shape=shape,
        target_shape=output,
        input_letters=given.input_letters,
        target_letters=given.target_letters,
        filled=given.filled,
        categories=given.categories,
        target_names=given.target_names,
        features=given.features,
    )
    network = Network(
        *(tuple(reader.nodes), delta),
        seed=seed,
        over_steps=over_steps,
        loss=loss,
        inputs=given.inputs,
        targets=given.targets,
        data=samples,
    )
    _must_suit(table, data, network, given)
    network = replace(network, class_weights=read_class_weights(data, network, given))
    for scaled in network.scalings:
        _must_vary(data, network, scaled)
    return network, given


def _over_steps(table: Table, loss: str) -> str:
    """How the losses of steps, or places, make one; some losses are always summed."""
    always = LOSSES[loss].over_steps
    over_steps = table.text("loss_over_steps", always or MEAN, choices=(MEAN, SUM))
    if always and over_steps != always:
        what = f"{loss} is always the {always} over the steps"
        table.fail("loss_over_steps", f"{what}, not their {over_steps}; take half_mse, or leave this out")
    return over_steps


def _must_be_taken(table: Table, nodes: Sequence[Node]) -> None:
    """Refuse a layer that leads nowhere: nothing of it would be trained."""
    taken = {source for node in nodes for source in node.inputs}
    for place, node in enumerate(nodes[:-1]):
        if place not in taken:
            called = f"layer {node.layer}" + (f", {node.name!r}," if node.name else "")
            table.fail(("layers", node.layer - 1), f"nothing takes {called}; name it in a later layer's from")


def _input_shape(layers: list[Table], given: Given) -> Shape:
    """The shape of a sample's inputs; what its axes are, the first layer says that takes the data.

    A picture or signal without channels that is joined with maps has one channel, as they have.
    """
    kinds = _kinds_taking_data(layers)
    shape = Shape(given.input_shape, DATA_AXES.get(kinds[0], {}).get(len(given.input_shape)) if kinds else None)
    for axes in (SIGNAL, IMAGE):
        if shape.axes == axes[1:] and any(kind in JOINING for kind in kinds):
            return Shape((1, *shape), axes)
    return shape


def _kinds_taking_data(layers: list[Table]) -> list[str]:
    """The kinds of the layers that take the data."""
    taking = (layer for place, layer in enumerate(layers) if _takes_data(layer, place))
    return [str(layer.get("kind", "dense")) for layer in taking]


def _tokens(data: Table, layers: list[Table], given: Given) -> Given:
    """The inputs as tokens, each the number of a row that every embedding of the data has."""
    if given.scale != UNSCALED:
        data.fail("scale", "an embedding takes tokens, which are no amounts to be scaled; leave scale out")
    if given.features:
        data.fail("features", "an embedding takes tokens, of which nothing can be computed; leave features out")
    given = given.as_tokens()
    taking = [layer for place, layer in enumerate(layers) if _takes_data(layer, place)]
    rows = min(layer.integer("rows", minimum=1) for layer in taking if layer.get("kind", "") == EMBEDDING)
    for place, row in enumerate(given.inputs):
        for token in row:
            if token != int(token) or not 0 <= token < rows:
                where = "inputs" if data.has("file") else ("inputs", place)
                what = (
                    f"sample {place + 1} has the token {token:g}, but an embedding of {rows} rows takes whole numbers"
                )
                data.fail(where, f"{what} from 0 to {rows - 1}")
    return given


def _takes_data(layer: Table, place: int) -> bool:
    """Whether the layer at this place takes the data, alone or among others."""
    sources = layer.get("from", DATA if place == 0 else "")
    return sources == DATA or (isinstance(sources, list) and DATA in sources)


def _loss(table: Table) -> tuple[str, float]:
    """``"huber"`` or ``{name = "huber", delta = 0.5}``."""
    value = table.get("loss", "half_squared_error")
    if not isinstance(value, dict):
        name = table.text("loss", "half_squared_error", choices=LOSSES)
        return name, LOSSES[name].default
    inner = Table(value, (*table.path, "loss"), table.document)
    name = inner.text("name", choices=LOSSES)
    option, value = LOSSES[name].option, LOSSES[name].default
    if option:
        value = inner.number(option, value)
        if value <= 0:
            inner.fail(option, f"{option} is {value:g}, but must be above 0")
    inner.close()
    return name, value


def _must_suit(table: Table, data: Table, network: Network, given: Given) -> None:
    """Refuse targets and a loss that the last layer is not made for."""
    loss, last = network.loss, network.layers[-1]
    _must_fit(data, network, given)
    needed, aimed = LOSSES[loss].logits_of, LOSSES[loss].targets
    if needed and last.activation != needed:
        remedy = f'give it activation = "{needed}", or take mse to learn numbers'
        met = f"the last one is {last.activation}"
        table.fail("loss", f"{loss} is computed from the logits of a {needed} layer; {met}: {remedy}")
    if last.dropout:
        table.fail(
            ("layers", len(network.layers) - 1), "the last layer can't have dropout: its output is the network's"
        )
    if given.scale_targets != UNSCALED and (needed or aimed):
        what = "signs" if aimed else "probabilities"
        needs = f"{loss} needs targets that are {what}, which scaled ones are not"
        data.fail("scale_targets", f"{needs}; take mse, or leave scale_targets out")
    if aimed and any(t not in aimed for row in network.targets for t in row):
        data.fail("targets", f"{loss} needs targets of {' and '.join(f'{t:g}' for t in aimed)}")
    if not network.parameters():
        table.fail("layers", "no layer has a parameter to train; add one that has, or leave out frozen")


def _must_fit(data: Table, network: Network, given: Given) -> None:
    """Refuse targets of another shape than the last layer's; axes of one number may be left out or put in."""
    met, needed = given.target_shape, network.output_shape
    if are_alike(met, needed):
        return
    if len(met) == len(needed) == 1:
        what = "class" if network.data.classes else "letter" if network.data.target_letters else "column"
        data.fail(
            "targets", f"targets has {counted(met[0], what)}, but the last layer has {counted(needed[0], 'unit')}"
        )
    data.fail("targets", f"a sample's targets are {shown(met)}, but the last layer passes on {shown(needed)}")


def _must_vary(data: Table, network: Network, scaled: Scaled) -> None:
    """What never changes can't be scaled, over all samples to train on, and all their steps or places."""
    is_input = scaled == INPUTS
    rows = (network.inputs if is_input else network.targets)[: network.samples]
    values: dict[int, set[float]] = {}
    for number, column in zip(network.each_of(scaled.letter), zip(*rows, strict=True), strict=True):
        values.setdefault(network.feature_of(number), set()).update(column)
    what = "input" if len(network.input_shape) == 1 and network.features > 1 else "feature"
    key, what = ("scale", what) if is_input else ("scale_targets", "target")
    for feature, different in values.items():
        if len(different) == 1:
            value = different.pop()
            data.fail(key, f"{what} {feature} is {value:g} in every sample, so it can't be scaled")
