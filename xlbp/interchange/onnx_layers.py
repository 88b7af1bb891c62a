"""Each block of a network as ONNX: the operators that compute it for new samples, without dropout, from its parameters.

A value keeps the axes that its shape has in a template, with the samples before them: (N, steps, units), (N, channels,
rows, columns).  Arrays are called as the book calls its parameters, ``W1``, and have the template's shapes; where ONNX
has its gates in another order, nodes rearrange them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from xlbp.interchange.onnx_graph import Function, OnnxGraph
from xlbp.template.blocks.activation import Gated, Pointwise
from xlbp.template.blocks.attention import PROJECTIONS, Attention
from xlbp.template.blocks.block import FEATURES, Axis, Shape
from xlbp.template.blocks.convolution import Convolution
from xlbp.template.blocks.dense import Dense
from xlbp.template.blocks.embedding import by_step
from xlbp.template.blocks.norms import Norm
from xlbp.template.blocks.pool import AveragePool, MaxPool
from xlbp.template.blocks.recurrent import AFTER, ALL, NEW_GATE, Gru, Recurrent, Rnn
from xlbp.template.blocks.windows import Windows
from xlbp.template.layer import Node


@dataclass(frozen=True)
class Place:
    """A block in its place: where it is written, the shapes that come in and go out, its arrays by letter."""

    graph: OnnxGraph
    node: Node
    shapes: tuple[Shape, ...]
    shape: Shape
    arrays: dict[str, str]

    def called(self, letter: str) -> str:
        """What a tensor of it is called: ``z1``."""
        return f"{letter}{self.node.layer}"

    def setting(self, key: str) -> str:
        """A number of the panel, as ``normeps2``."""
        return self.graph.array(f"{key}{self.node.layer}", np.float64(self.node.block.settings[key]))

    def is_zero(self, letter: str) -> bool:
        """Whether all numbers of a parameter are 0."""
        return not self.graph.arrays[self.arrays[letter]].any()


Writer: TypeAlias = Callable[[Place, Any, tuple[str, ...]], str]


def features_last(graph: OnnxGraph, value: str, shape: Shape) -> str:
    """The same numbers with the features as the last axis; what has no features gets one."""
    place = shape.place(*FEATURES)
    if place is None:
        return graph.add("Unsqueeze", value, graph.whole(-1))
    return value if place == len(shape) - 1 else graph.add("Transpose", value, perm=_moved(len(shape), place))


def features_back(graph: OnnxGraph, value: str, shape: Shape, name: str = "") -> str:
    """What has its features last, as the shape has them: the way back from :func:`features_last`."""
    place = shape.place(*FEATURES)
    if place is None:
        return graph.add("Squeeze", value, graph.whole(-1), name=name)
    if place == len(shape) - 1:
        return value
    order = np.argsort(_moved(len(shape), place)).tolist()
    return graph.add("Transpose", value, perm=order, name=name)


def _moved(axes: int, place: int) -> list[int]:
    """The order of the samples and so many axes in which the one at ``place`` is the last."""
    return [0, *(1 + n for n in range(axes) if n != place), 1 + place]


def dense(at: Place, block: Dense, inputs: tuple[str, ...]) -> str:
    """z = W x + b; of a sequence at each of its steps."""
    graph, biases = at.graph, [at.arrays["b"]] if "b" in at.arrays else []
    x = features_last(graph, inputs[0], at.shapes[0])
    if len(at.shape) == 1:
        return graph.add("Gemm", x, at.arrays["W"], *biases, transB=1, name=at.called("z"))
    products = graph.add("MatMul", x, graph.add("Transpose", at.arrays["W"], perm=[1, 0]), name=at.called("z"))
    return graph.add("Add", products, *biases, name=at.called("z")) if biases else products


def convolution(at: Place, block: Convolution, inputs: tuple[str, ...]) -> str:
    """z: the cross-correlation with K, and b."""
    windows, biases = block.windows, []
    if "b" in at.arrays:
        b = at.arrays["b"]
        is_shared = at.graph.arrays[b].size == 1 < block.rows
        biases = [at.graph.add("Expand", b, at.graph.whole(block.rows)) if is_shared else b]
    maps = _as_maps(at, windows, inputs[0])
    return at.graph.add(
        *("Conv", maps, at.arrays["K"], *biases),
        name=at.called("z"),
        kernel_shape=windows.size,
        strides=windows.stride,
        pads=[*windows.padding, *windows.padding],
    )


def pool(operator: str) -> Writer:
    """The largest of each window, or the mean."""

    def write(at: Place, block: MaxPool | AveragePool, inputs: tuple[str, ...]) -> str:
        windows = block.windows
        maps = _as_maps(at, windows, inputs[0])
        return at.graph.add(operator, maps, name=at.called("p"), kernel_shape=windows.size, strides=windows.stride)

    return write


def _as_maps(at: Place, windows: Windows, x: str) -> str:
    """What comes in as maps, channels first: an image without channels has one, a sequence's features are such."""
    shape = at.shapes[0]
    if shape.axes == windows.axes[1:]:
        return at.graph.add("Unsqueeze", x, at.graph.whole(1))
    if shape.axes == (Axis.STEP, Axis.UNIT):
        return at.graph.add("Transpose", x, perm=[0, 2, 1])
    return x


# Row by row where a gate of ONNX stands among ours: an LSTM's i, o, f, g of our i, f, g, o; a GRU's z, r, n of r, z, n.
GATES = {"rnn": (0,), "lstm": (0, 3, 1, 2), "gru": (1, 0, 2)}


def recurrent(at: Place, block: Recurrent, inputs: tuple[str, ...]) -> str:
    """The states of all steps, or the last one, by ONNX's own RNN, LSTM or GRU."""
    graph, is_relu = at.graph, isinstance(block, Rnn) and block.function == "relu"
    x = features_last(graph, inputs[0], at.shapes[0])
    if is_relu:
        return _relu_rnn(at, block, x)
    x = graph.add("Transpose", x, perm=[1, 0, 2])
    starts = [_start(at, x, letter) for letter in ("start", "cstart") if letter in at.arrays]
    while starts and not starts[-1]:
        starts.pop()
    weights = [_by_onnx_gates(at, block, letter) for letter in "WU"]
    taken = (x, *weights, _biases(at, block), "", *starts)
    while not taken[-1]:
        taken = taken[:-1]
    every, last = graph.free(f"every{at.node.layer}"), graph.free(f"last{at.node.layer}")
    outputs = (every,) if block.returns == ALL else ("", last)
    graph.add_several(block.kind.upper(), taken, outputs, hidden_size=block.units, **_options(block))
    if block.returns == ALL:
        by_step = graph.add("Squeeze", every, graph.whole(1))
        return graph.add("Transpose", by_step, perm=[1, 0, 2], name=at.called("a"))
    return graph.add("Squeeze", last, graph.whole(0), name=at.called("a"))


def _options(block: Recurrent) -> dict[str, Any]:
    """The attributes of a kind of its own."""
    return {"linear_before_reset": int(block.reset == AFTER)} if isinstance(block, Gru) else {}


def _rearranged(at: Place, block: Recurrent, rows: str, gates: Sequence[int]) -> str:
    """The rows of these of our gates, one after the other."""
    order = [gate * block.units + unit for gate in gates for unit in range(block.units)]
    if order == list(range(len(order))):
        return rows
    return at.graph.add("Gather", rows, at.graph.whole(*order), axis=0)


def _by_onnx_gates(at: Place, block: Recurrent, letter: str) -> str:
    """W or U with the gates as ONNX has them, and an axis for its directions; one number for U is a diagonal of it."""
    array = at.arrays[letter]
    if isinstance(block, Rnn) and block.is_single and letter == "U":
        identity = at.graph.array(f"identity{block.units}", np.eye(block.units))
        array = at.graph.add("Mul", array, identity)
    return at.graph.add("Unsqueeze", _rearranged(at, block, array, GATES[block.kind]), at.graph.whole(0))


def _biases(at: Place, block: Recurrent) -> str:
    """b and the second bias, or zeros, one after the other and with an axis for ONNX's directions; '' for none."""
    graph, rows = at.graph, block.rows
    if not {"b", "c", "bh"} & at.arrays.keys():
        return ""
    zeros = graph.array(f"zeros{rows}", np.zeros(rows))
    first, second = zeros, zeros
    if "b" in at.arrays:
        b = at.arrays["b"]
        first = graph.add("Expand", b, graph.whole(rows)) if not graph.arrays[b].shape else b
    second = at.arrays.get("bh", second)
    if "c" in at.arrays:
        second = at.arrays["c"]
        if isinstance(block, Gru) and block.second == NEW_GATE:
            others = graph.array(f"zeros{2 * block.units}", np.zeros(2 * block.units))
            second = graph.add("Concat", others, second, axis=0)
    both = (_rearranged(at, block, rows, GATES[block.kind]) for rows in (first, second))
    return graph.add("Unsqueeze", graph.add("Concat", *both, axis=0), graph.whole(0))


def _start(at: Place, x: str, letter: str) -> str:
    """What each sample of x (steps, N, features) starts from, (1, N, units); '' where that is 0."""
    if at.is_zero(letter):
        return ""
    graph = at.graph
    samples = graph.add("Shape", x, start=1, end=2)
    shape = graph.add("Concat", graph.whole(1), samples, graph.whole(1), axis=0)
    return graph.add("Expand", graph.add("Unsqueeze", at.arrays[letter], graph.whole(0, 1)), shape)


def _relu_rnn(at: Place, block: Recurrent, x: str) -> str:
    """An Elman layer with relu, step by step: onnx's reference evaluator knows its RNN with tanh alone."""
    letters = [letter for letter in ("W", "U", "b", "bh", "start") if letter in at.arrays]
    steps = by_step(at.shapes[0])[0]
    is_single = isinstance(block, Rnn) and block.is_single

    def write(body: OnnxGraph) -> str:
        weights = body.add("Transpose", "W", perm=[1, 0])
        recurrent = "" if is_single else body.add("Transpose", "U", perm=[1, 0])
        state, states = "start", []
        for step in range(steps):
            sums = body.add("MatMul", body.add("Gather", "x", body.whole_number(step), axis=1), weights)
            past = body.add("Mul", state, "U") if is_single else body.add("MatMul", state, recurrent)
            sums = body.add("Add", sums, past)
            for bias in {"b", "bh"} & set(letters):
                sums = body.add("Add", sums, bias)
            state = body.add("Relu", sums)
            states.append(body.add("Unsqueeze", state, body.whole(1)))
        return body.add("Concat", *states, axis=1) if block.returns == ALL else state

    function = Function("ReluRnn", ("x", *letters), write, (is_single, block.returns, steps, *letters))
    settings = {"returns": block.returns, "parameters": " ".join(letters)}
    arrays = (at.arrays[letter] for letter in letters)
    return at.graph.call(function, x, *arrays, name=at.called("a"), **settings)


def embedding(at: Place, _: Any, inputs: tuple[str, ...]) -> str:
    """The row of W of each token."""
    return at.graph.add("Gather", at.arrays["W"], inputs[0], axis=0, name=at.called("z"))


def positions(at: Place, _: Any, inputs: tuple[str, ...]) -> str:
    """x + P."""
    x = features_last(at.graph, inputs[0], at.shapes[0])
    return at.graph.add("Add", x, at.arrays["P"], name=at.called("z"))


def _layer_norm(body: OnnxGraph) -> str:
    """gamma (x - mu) / sqrt(variance + eps) + beta, over the last axis."""
    last = body.whole(-1)
    centred = body.add("Sub", "x", body.add("ReduceMean", "x", last, keepdims=1))
    variance = body.add("ReduceMean", body.add("Mul", centred, centred), last, keepdims=1)
    deviation = body.add("Sqrt", body.add("Add", variance, "eps"))
    return body.add("Add", body.add("Mul", body.add("Div", centred, deviation), "gamma"), "beta")


def _batch_norm(body: OnnxGraph) -> str:
    """gamma (x - mean) / sqrt(variance + eps) + beta, feature by feature in the last axis."""
    deviation = body.add("Sqrt", body.add("Add", "variance", "eps"))
    normalised = body.add("Div", body.add("Sub", "x", "mean"), deviation)
    return body.add("Add", body.add("Mul", normalised, "gamma"), "beta")


LAYER_NORM = Function("LayerNorm", ("x", "gamma", "beta", "eps"), _layer_norm)
BATCH_NORM = Function("BatchNorm", ("x", "gamma", "beta", "mean", "variance", "eps"), _batch_norm)


def norm(at: Place, block: Norm, inputs: tuple[str, ...]) -> str:
    """A layer norm, or a batch norm by its running statistics."""
    shape = at.shapes[0]
    x = features_last(at.graph, inputs[0], shape)
    function = BATCH_NORM if block.of_batch else LAYER_NORM
    arrays = (at.arrays[letter] for letter in ("G", "B", *(("rm", "rv") if block.of_batch else ())))
    normed = at.graph.call(function, x, *arrays, at.setting("normeps"), name=at.called("z"))
    return features_back(at.graph, normed, shape, at.called("z"))


def attention(at: Place, block: Attention, inputs: tuple[str, ...]) -> str:
    """Self-attention, as a function of the domain xlbp."""
    letters = [letter for letter in (*(matrix for matrix, _ in PROJECTIONS.values()), "O", "b", "c") if
               letter in at.arrays]  # fmt: skip
    x = features_last(at.graph, inputs[0], at.shapes[0])
    steps = by_step(at.shapes[0])[0]
    told = (block.size, block.heads, block.causal, *letters, steps if block.causal else 0)
    body = _attention_of(block, "b" in letters, steps)
    function = Function("Attention", ("x", "dk", *letters), body, told)
    settings = {"heads": block.heads, "causal": int(block.causal), "parameters": " ".join(letters)}
    arrays = (at.arrays[letter] for letter in letters)
    return at.graph.call(function, x, at.setting("dk"), *arrays, name=at.called("z"), **settings)


def _attention_of(block: Attention, has_bias: bool, steps: int) -> Callable[[OnnxGraph], str]:
    """softmax(q k / sqrt(dk)) v, head by head, and O times that."""

    def write(body: OnnxGraph) -> str:
        by_head = body.whole(0, 0, block.heads, block.width)
        taken = {}
        for number, (letter, (matrix, _)) in enumerate(PROJECTIONS.items()):
            value = body.add("MatMul", "x", body.add("Transpose", matrix, perm=[1, 0]))
            if has_bias:
                rows = body.whole(*range(number * block.size, (number + 1) * block.size))
                value = body.add("Add", value, body.add("Gather", "b", rows, axis=0))
            order = [0, 2, 3, 1] if letter == "k" else [0, 2, 1, 3]
            taken[letter] = body.add("Transpose", body.add("Reshape", value, by_head), perm=order)
        scores = body.add("Div", body.add("MatMul", taken["q"], taken["k"]), body.add("Sqrt", "dk"))
        if block.causal:
            seen = body.array("seen", np.tril(np.ones((steps, steps), dtype=bool)))
            scores = body.add("Where", seen, scores, body.array("nothing", np.float64(-np.inf)))
        heads = body.add("MatMul", body.add("Softmax", scores, axis=-1), taken["v"])
        side_by_side = body.add("Transpose", heads, perm=[0, 2, 1, 3])
        z = body.add("Reshape", side_by_side, body.whole(0, 0, block.size))
        if block.has_out:
            z = body.add("MatMul", z, body.add("Transpose", "O", perm=[1, 0]))
            z = body.add("Add", z, "c") if has_bias else z
        return z

    return write


def _leaky_relu(body: OnnxGraph) -> str:
    """z where it is above 0, and the slope times z elsewhere."""
    is_above = body.add("Greater", "z", body.array("zero", np.float64(0)))
    return body.add("Where", is_above, "z", body.add("Mul", "slope", "z"))


def _elu(body: OnnxGraph) -> str:
    """z where it is above 0, and alpha (exp(z) - 1) elsewhere."""
    zero, one = body.array("zero", np.float64(0)), body.array("one", np.float64(1))
    below = body.add("Mul", "alpha", body.add("Sub", body.add("Exp", body.add("Min", "z", zero)), one))
    return body.add("Where", body.add("Greater", "z", zero), "z", below)


def _hard_sigmoid(body: OnnxGraph) -> str:
    """(z + 3) / 6, from 0 to 1."""
    three, six = body.array("three", np.float64(3)), body.array("six", np.float64(6))
    line = body.add("Div", body.add("Add", "z", three), six)
    return body.add("Clip", line, body.array("zero", np.float64(0)), body.array("one", np.float64(1)))


def _silu(body: OnnxGraph) -> str:
    """z times its sigmoid."""
    return body.add("Mul", "z", body.add("Sigmoid", "z"))


def _gelu(body: OnnxGraph) -> str:
    """z (1 + tanh(sqrt(2 / pi) (z + 0.044715 z^3))) / 2, as gelu is approximated."""
    factor, cubic = body.array("factor", np.sqrt(2 / np.pi)), body.array("cubic", np.float64(0.044715))
    cube = body.add("Mul", body.add("Mul", "z", "z"), "z")
    gate = body.add("Tanh", body.add("Mul", factor, body.add("Add", "z", body.add("Mul", cubic, cube))))
    one, half = body.array("one", np.float64(1)), body.array("half", np.float64(0.5))
    return body.add("Mul", body.add("Mul", "z", half), body.add("Add", one, gate))


OPERATORS = {"sigmoid": "Sigmoid", "tanh": "Tanh", "relu": "Relu", "softplus": "Softplus"}
FUNCTIONS = {  # what an operator of ONNX, if there is one, can't say in double precision
    "leaky_relu": Function("LeakyRelu", ("z", "slope"), _leaky_relu),
    "elu": Function("Elu", ("z", "alpha"), _elu),
    "hard_sigmoid": Function("HardSigmoid", ("z",), _hard_sigmoid),
    "gelu": Function("Gelu", ("z",), _gelu),
    "silu": Function("Silu", ("z",), _silu),
}
WITH_OPTION = ("leaky_relu", "elu")


def activation(at: Place, block: Pointwise | Gated, inputs: tuple[str, ...]) -> str:
    """a = f(z)."""
    graph, function, name = at.graph, block.function, at.called("a")
    if function in OPERATORS:
        return graph.add(OPERATORS[function], inputs[0], name=name)
    options = []
    if isinstance(block, Pointwise) and function in WITH_OPTION:
        options = [graph.array(f"alpha{at.node.layer}", np.float64(block.alpha))]
    return graph.call(FUNCTIONS[function], inputs[0], *options, name=name)


def softmax(at: Place, _: Any, inputs: tuple[str, ...]) -> str:
    """The shares of the features, or channels."""
    place = at.shapes[0].place(*FEATURES)
    if place is None:
        shares = at.graph.add("Softmax", features_last(at.graph, inputs[0], at.shapes[0]), axis=-1)
        return features_back(at.graph, shares, at.shapes[0], at.called("a"))
    return at.graph.add("Softmax", inputs[0], axis=1 + place, name=at.called("a"))


def maxout(at: Place, block: Any, inputs: tuple[str, ...]) -> str:
    """The largest of each unit's pieces, which are neighbours."""
    shape = at.shapes[0]
    place = shape.place(*FEATURES) or 0
    parted = (0, *shape[:place], shape[place] // block.pieces, block.pieces, *shape[place + 1 :])

    def largest(body: OnnxGraph) -> str:
        return body.add("ReduceMax", body.add("Reshape", "z", body.whole(*parted)), body.whole(2 + place), keepdims=0)

    function = Function("Maxout", ("z",), largest, parted)
    return at.graph.call(function, inputs[0], name=at.called("a"), pieces=block.pieces)


def flatten(at: Place, _: Any, inputs: tuple[str, ...]) -> str:
    """All numbers in a row."""
    return at.graph.add("Flatten", inputs[0], axis=1)


def add(at: Place, _: Any, inputs: tuple[str, ...]) -> str:
    """The sum."""
    return at.graph.add("Add" if len(inputs) == 2 else "Sum", *inputs, name=at.called("z"))


def concat(at: Place, _: Any, inputs: tuple[str, ...]) -> str:
    """The features, or channels, side by side."""
    place = at.shapes[0].place(*FEATURES) or 0
    return at.graph.add("Concat", *inputs, axis=1 + place)


def left_out(at: Place, _: Any, inputs: tuple[str, ...]) -> str:
    """Dropout, of which new samples meet none."""
    return inputs[0]


BLOCKS: dict[str, Writer] = {
    "dense": dense,
    "pointwise": activation,
    "gated": activation,
    "softmax": softmax,
    "maxout": maxout,
    "dropout": left_out,
    "convolution": convolution,
    "max_pool": pool("MaxPool"),
    "avg_pool": pool("AveragePool"),
    "rnn": recurrent,
    "lstm": recurrent,
    "gru": recurrent,
    "embedding": embedding,
    "positions": positions,
    "attention": attention,
    "layer_norm": norm,
    "batch_norm": norm,
    "flatten": flatten,
    "concat": concat,
    "add": add,
}
