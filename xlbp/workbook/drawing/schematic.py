"""What the small picture on the first sheet draws: the units, or what is typical of a network that has no such picture.

Sequences are unrolled step by step; each query meets all keys; maps go through convolutions and pools; samples, or
features, meet in their mean and deviation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from xlbp.template.blocks.attention import Attention
from xlbp.template.blocks.block import FEATURES, Axis, Shape
from xlbp.template.blocks.norms import Norm
from xlbp.template.blocks.recurrent import ALL, Gru, Lstm, Recurrent
from xlbp.template.blocks.windows import IMAGE
from xlbp.template.layer import Node as Block
from xlbp.template.network import Network
from xlbp.workbook.drawing.diagram import Edge, Layers, Node, diagram
from xlbp.workbook.page.lens import Lens

MOST_STEPS, MOST_SIDE_BY_SIDE, MOST_COLUMNS = 5, 4, 7
INPUT, CELL, MAP = "input", "cell", "map"  # kinds of nodes
STATE, MEMORY, GATES, BEFORE = "h", "c", "gates", "′"  # of a recurrent layer; of the step before
MORE = "…"


def small_picture(lens: Lens) -> Layers:
    """What is drawn, from left to right; [] of what is too large and of no known kind."""
    if lens.contents.template.kind != "network":
        return diagram(lens)
    network = lens.contents.network
    blocks = {type(node.block): node for node in reversed(network.nodes)}
    node = next((node for block, node in blocks.items() if issubclass(block, Attention)), None)
    if node is not None:
        return _attention(network, node)
    node = next((node for block, node in blocks.items() if issubclass(block, Recurrent)), None)
    if node is not None:
        return _unrolled(network, node, _own_letters(lens, node))
    node = next((node for block, node in blocks.items() if issubclass(block, Norm)), None)
    if node is not None:
        return _norm(network, node)
    if network.input_shape.axes in (IMAGE, IMAGE[1:]):
        return _maps(lens, network)
    return diagram(lens)


def drawn_as(lens: Lens) -> str:
    """The key of what is said of the picture to those who do not see it."""
    kinds = {node.kind for layer in small_picture(lens) for node in layer}
    return "schematic" if kinds & {CELL, MAP} else lens.contents.template.kind


def _node(key: str, symbol: str, kind: str, *sources: str) -> Node:
    """A node with edges from others."""
    return Node(key, symbol, key, edges=[Edge(source, "", "") for source in sources], kind=kind)


def _steps(shape: Shape) -> list[str]:
    """The numbers of the steps that are drawn; dots stand for those left out."""
    every = shape.extent(Axis.STEP)
    shown = [str(step) for step in range(1, min(every, MOST_STEPS) + 1)]
    return [*shown[:-1], MORE] if every > MOST_STEPS else shown


def _own_letters(lens: Lens, block: Block) -> dict[str, str]:
    """What the source calls state, memory and gates: ``out`` of out_1 and out_2; h and c where it has no word."""
    symbols = lens.contents.tensor_symbols(block)
    lanes = {lane: symbols[letter] for lane, letter in {STATE: "a", MEMORY: "c"}.items() if letter in symbols}
    recurrent = block.block
    assert isinstance(recurrent, Recurrent)
    gates = " ".join(symbols.get(gate, gate) for gate in recurrent.gates)
    return {lane: own if len(own) > 1 else lane for lane, own in lanes.items()} | {GATES: gates}


def _unrolled(network: Network, block: Block, letters: Mapping[str, str]) -> Layers:
    """Inputs at the bottom, the layer's lanes from step to step over them, and what layers behind it make of it."""
    recurrent = block.block
    assert isinstance(recurrent, Recurrent)
    goes_on = any(network.tensors_of(node) for node in network.nodes if node.layer > block.layer)
    steps = _steps(network.inputs_of(block)[0])
    columns: Layers = []
    for place, step in enumerate(steps):
        before = steps[place - 1] if place else ""
        nodes = [_node(f"y{step}", f"y_{step}", CELL, f"h{step}")] if recurrent.returns == ALL and goes_on else []
        for lane, sources in _lanes(recurrent).items():
            here = [f"{source}{step}" for source in sources if not source.endswith(BEFORE)]
            earlier = [f"{source.removesuffix(BEFORE)}{before}" for source in sources if source.endswith(BEFORE)]
            symbol = letters[GATES] if lane == GATES else f"{letters[lane]}_{step}"
            nodes.append(_node(f"{lane}{step}", symbol, CELL, *here, *(earlier if before else [])))
        columns.append([*nodes, _node(f"x{step}", f"x_{step}", INPUT)])
    if recurrent.returns != ALL and goes_on:
        columns.append([_node("y", "y", CELL, f"h{steps[-1]}")])
    return columns


def _lanes(recurrent: Recurrent) -> dict[str, tuple[str, ...]]:
    """What a step has from the top to its input, each with what it is made of: of the same step or of the one before.

    What an LSTM passes on reaches the next step through its gates alone.
    """
    if isinstance(recurrent, Lstm):
        return {STATE: (MEMORY,), MEMORY: (GATES, MEMORY + BEFORE), GATES: ("x", STATE + BEFORE)}
    if isinstance(recurrent, Gru):
        return {STATE: (GATES, STATE + BEFORE), GATES: ("x", STATE + BEFORE)}
    return {STATE: ("x", STATE + BEFORE)}


def _attention(network: Network, block: Block) -> Layers:
    """At each step query, key and value of what comes in; each output takes the values of all steps it may see."""
    attention = block.block
    assert isinstance(attention, Attention)
    steps = _steps(network.inputs_of(block)[0])
    return [
        [
            _node(
                f"o{step}", f"o_{step}", CELL, *(f"q{at}" for at in (steps[: place + 1] if attention.causal else steps))
            ),
            _node(f"q{step}", "q k v", CELL, f"x{step}"),
            _node(f"x{step}", f"x_{step}", INPUT),
        ]
        for place, step in enumerate(steps)
    ]


def _norm(network: Network, block: Block) -> Layers:
    """What is normalised together meets in mean and deviation, and each goes on by these."""
    norm = block.block
    assert isinstance(norm, Norm)
    every = network.batch if norm.of_batch else network.inputs_of(block)[0].extent(*FEATURES)
    shown = [str(number) for number in range(1, min(every, MOST_SIDE_BY_SIDE) + 1)]
    incoming = [_node(f"x{number}", f"x_{number}", INPUT) for number in shown]
    meeting = _node("mean", "μ, σ", CELL, *(node.key for node in incoming))
    return [incoming, [meeting], [_node(f"y{number}", f"y_{number}", CELL, "mean") for number in shown]]


def _maps(lens: Lens, network: Network) -> Layers:
    """The image, then a column for each layer that computes something: its channels, or its units."""
    layers = [layer for layer in network.layers if any(map(network.tensors_of, layer.nodes))]
    shapes: list[tuple[tuple[str, ...], Shape]] = [((), network.input_shape)]
    shapes += [(tuple(map(lens.symbol, layer.outputs(lens.mark))), layer.shape) for layer in layers]
    columns = [list(_column(place, symbols, shape)) for place, (symbols, shape) in enumerate(shapes[:MOST_COLUMNS])]
    for before, after in pairwise(columns):
        for node in after:
            node.edges += [Edge(source.key, "", "") for source in before]
    return columns


def _column(place: int, symbols: tuple[str, ...], shape: Shape) -> Iterator[Node]:
    """The channels of maps with their sizes, or the units of a layer with their symbols."""
    is_map = shape.axes in (IMAGE, IMAGE[1:])
    sizes: Sequence[int] = shape[-len(IMAGE[1:]) :] if is_map else ()
    count = (shape[0] if shape.axes == IMAGE else 1) if is_map else shape.extent(*FEATURES)
    for number in range(1, min(count, MOST_SIDE_BY_SIDE) + 1):
        symbol = "×".join(map(str, sizes)) if is_map else symbols[number - 1]
        yield _node(f"{place}.{number}", symbol, MAP if is_map else "unit")
