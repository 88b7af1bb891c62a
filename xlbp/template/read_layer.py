"""Reads a [[network.layers]]: what it takes, its block with the numbers it starts from, its activation, its dropout."""

from __future__ import annotations

from xlbp.template.activations import ACTIVATIONS
from xlbp.template.blocks.block import FEATURES, Block, Parameter, Role, Shape
from xlbp.template.blocks.dropout import Dropout
from xlbp.template.layer import INPUT, Node
from xlbp.template.layer_kinds import JOINING, KINDS, OWN_ACTIVATION, WITHOUT_BLOCK
from xlbp.template.read_parameter import SAME_AS, read_parameter
from xlbp.template.table import Table

DATA = "input"  # what a layer's ``from`` calls the data


class LayerReader:
    """Reads layer after layer, each from those before it; ``shape`` is that of a sample's inputs."""

    def __init__(self, shape: Shape) -> None:
        self.nodes: list[Node] = []
        self.shapes = {INPUT: shape}  # of what each node passes on, by its place
        self.places = {DATA: INPUT}  # of the last node of each layer that has a name
        self.parameters: dict[tuple[str, str], tuple[int, Parameter]] = {}  # by the layer's name or number, and the key

    def read(self, table: Table, number: int) -> None:
        """Adds the nodes of layer ``number``."""
        kinds = (*KINDS, *WITHOUT_BLOCK)
        kind = table.text("kind", "dense", choices=kinds)
        name = self._name(table)
        sources = self._sources(table, kind)
        activation = None if kind in OWN_ACTIVATION else _activation(table, is_needed=kind == "activation")
        share = None if kind in OWN_ACTIVATION else _dropout(table, is_needed=kind == "dropout")
        if kind in KINDS:
            shapes = tuple(self.shapes[place] for place in sources)
            block = KINDS[kind](table, shapes, activation.pieces if activation else 1)
            sources = (self._add(self._with_parameters(table, number, name, block, sources)),)
        _must_take(table, kind, activation, self.shapes[sources[0]])
        for follower in filter(None, (activation, share)):
            sources = (self._add(Node(number, follower, sources, name=name)),)
        table.close()
        if name:
            self.places[name] = sources[0]

    def _add(self, node: Node) -> int:
        """Put a node after the others; returns its place."""
        place = len(self.nodes)
        self.nodes.append(node)
        self.shapes[place] = node.block.shape(*(self.shapes[source] for source in node.inputs))
        return place

    def _name(self, table: Table) -> str:
        name = table.text("name", "")
        if name in self.places:
            what = "stands for the data" if name == DATA else "is another layer's name"
            table.fail("name", f"{name!r} {what}; give each layer a name of its own")
        if table.has("name") and (not name.strip() or name.isdigit() or "." in name):
            table.fail("name", f"a layer can't be called {name!r}; take a word that is no number and has no dot")
        return name

    def _sources(self, table: Table, kind: str) -> tuple[int, ...]:
        """The places that a layer takes: those of ``from``, or the one before it."""
        if not table.has("from"):
            if kind in JOINING:
                table.fail("kind", f'{kind} joins several layers; name them: from = ["a layer", "another one"]')
            return (len(self.nodes) - 1,)  # of the first layer, INPUT
        value = table.get("from")
        called = (table.text("from"),) if isinstance(value, str) else table.texts("from")
        for place, name in enumerate(called):
            if name not in self.places:
                known = ", ".join(repr(known) for known in self.places)
                key = "from" if isinstance(value, str) else ("from", place)
                table.fail(key, f"there is no layer named {name!r} before this one; there are {known}")
        if kind in JOINING and len(called) == 1:
            table.fail("from", f"{kind} joins several layers, but from names {called[0]!r} alone")
        if len(called) != 1 and (kind not in JOINING or not called):
            table.fail("from", f"such a layer takes one other, not {len(called)}; put an add or a concat between")
        return tuple(self.places[name] for name in called)

    def _with_parameters(self, table: Table, number: int, name: str, block: Block, sources: tuple[int, ...]) -> Node:
        """A block in its place, with the numbers of its parameters, or with the layers it shares them with."""
        parameters = block.parameters(*(self.shapes[place] for place in sources))
        start: dict[str, tuple[float, ...]] = {}
        shared: dict[str, tuple[int, str]] = {}
        for parameter in parameters:
            if other := self._shared(table, parameter):
                shared[parameter.letter] = other
                continue
            start[parameter.letter] = read_parameter(table, number, parameter)
            for called in dict.fromkeys((name or str(number), str(number))):
                self.parameters[called, parameter.key] = number, parameter
        frozen = _frozen(table, [parameter for parameter in parameters if parameter.letter not in shared])
        return Node(number, block, sources, start, frozen, shared, name)

    def _shared(self, table: Table, parameter: Parameter) -> tuple[int, str] | None:
        """The layer, and the letter there, of a parameter that is another layer's: ``{ same_as = "tokens" }``."""
        value = table.get(parameter.key, None)
        if not isinstance(value, dict) or SAME_AS not in value:
            return None
        inner = Table(value, (*table.path, parameter.key), table.document)
        layer, _, key = str(inner.get(SAME_AS)).partition(".")
        inner.close()
        key = key or parameter.key
        number, other = self.parameters.get((layer, key), (0, None))
        if other is None:
            known = ", ".join(dict.fromkeys(repr(name) for name, of in self.parameters if of == key))
            what = f"no layer {layer!r} before this one has {key} of its own"
            inner.fail(SAME_AS, f"{what}; there are {known}" if known else what)
        if other.shape != parameter.shape:
            met, needed = (" x ".join(map(str, shape)) or "one number" for shape in (other.shape, parameter.shape))
            inner.fail(SAME_AS, f"{key} of layer {layer!r} has the shape {met}, but {needed} is needed")
        if other.is_trainable != parameter.is_trainable:
            moved, fixed = (parameter.key, key) if parameter.is_trainable else (key, parameter.key)
            inner.fail(SAME_AS, f"{moved} is trained and {fixed} is not, so they can't be one; give it numbers")
        if parameter.role is Role.BIAS and not table.boolean("bias_trainable", True):
            table.fail("bias_trainable", f"the bias is that of layer {layer!r}, so that one says whether it is trained")
        return number, other.letter


def _frozen(table: Table, parameters: list[Parameter]) -> frozenset[str]:
    """The letters of what is not trained: what ``frozen`` names, all biases, and what a recurrence starts from."""
    letters = {parameter.key: parameter.letter for parameter in parameters if parameter.is_trainable}
    frozen = {parameter.letter for parameter in parameters if not parameter.is_trainable}
    keys = table.texts("frozen", ())
    for place, key in enumerate(keys):
        if key not in letters:
            has = f"it has {', '.join(letters)}" if letters else "it has none"
            table.fail(("frozen", place), f"{key!r} is no parameter that this layer could train; {has}")
    if not table.boolean("bias_trainable", True):
        frozen |= {parameter.letter for parameter in parameters if parameter.role is Role.BIAS}
    return frozenset(frozen | {letters[key] for key in keys})


def _activation(table: Table, is_needed: bool) -> Block | None:
    """``"elu"`` or ``{name = "elu", alpha = 0.5}``; None where a is z."""
    value = table.get("activation") if is_needed else table.get("activation", "identity")
    is_name = not isinstance(value, dict)
    inner = Table({} if is_name else value, (*table.path, "activation"), table.document)
    if is_name:
        name = table.text("activation", "identity", choices=ACTIVATIONS)
    else:
        name = inner.text("name", choices=ACTIVATIONS)
    activation = ACTIVATIONS[name]
    option = activation.default
    if activation.is_counted:
        option = inner.integer(activation.option, int(activation.default), minimum=2)
    elif activation.option:
        option = inner.number(activation.option, activation.default)
    inner.close()
    return activation.block(name, option)


def _must_take(table: Table, kind: str, activation: Block | None, shape: Shape) -> None:
    """Refuse an activation of several pieces where what comes in can't be parted so."""
    pieces, features = (activation.pieces if activation else 1), shape.extent(*FEATURES)
    if features % pieces:
        met = f"maxout takes {pieces} features, or channels, for each unit, but {features} come in"
        table.fail("activation", f"{met}, which can't be parted so")
    if pieces > 1 and kind == "max_pool":
        table.fail("activation", "maxout can't be the activation of max_pool; put it in a layer of its own behind")


def _dropout(table: Table, is_needed: bool) -> Dropout | None:
    share = table.number("dropout") if is_needed else table.number("dropout", 0.0)
    if not 0 <= share < 1:
        table.fail("dropout", f"dropout is {share:g}, but must be from 0 to below 1: the share of units left out")
    return Dropout(share) if share else None
