"""ONNX's operators, and the functions of the domain xlbp, as layers of a draft: a table by name.

A reader is told where it reads, and what came in: values of the draft as ONNX shows them, and arrays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn, TypeAlias

import numpy as np
from numpy.typing import NDArray

from xlbp.interchange.draft import COLUMN, FEATURE, ROW, ROWS, STEP, Draft, Numbers, Value
from xlbp.interchange.written_attention import Scores, attended

SAMPLES, ONE = "samples", "one"  # axes that a value of the draft has not: that of the samples, and one of size 1


@dataclass(frozen=True, eq=False)
class Constant:
    """An array that depends on no input: the initializers it is made of, and how."""

    array: NDArray[Any]
    roots: tuple[str, ...] = ()
    view: str = ""

    @property
    def turned(self) -> Constant:
        """With its two axes changed."""
        return replace(self, array=self.array.T, view=turned_view(self.view))

    @property
    def numbers(self) -> Numbers:
        """As a parameter of a layer."""
        return Numbers(np.asarray(self.array, dtype=np.float64), key=" ".join(self.roots), view=self.view)

    def rows(self, first: int, last: int) -> Numbers:
        """Some of its rows as a parameter."""
        whole = self.numbers
        view = f"{ROWS}{first}-{last} {self.view}" if (first, last) != (0, len(whole.array)) else self.view
        return replace(whole, array=whole.array[first:last], view=view)


TURNED = " turned"


def turned_view(view: str) -> str:
    """Turned round twice is not turned."""
    return view.removesuffix(TURNED) if view.endswith(TURNED) else view + TURNED


@dataclass(frozen=True, eq=False)
class Prepared:
    """The samples, or what the model computes of them before its first layer; and which axis is theirs."""

    array: NDArray[Any]
    axis: int = 0


@dataclass(frozen=True, eq=False)
class Shown:
    """A value of the draft as ONNX has its axes: numbers of the value's own axes, SAMPLES, and ONE.

    ``scaled`` are the operations that bring outputs back into the units of the data.
    """

    value: Value
    axes: tuple[int | str, ...]
    scaled: tuple[tuple[str, Any], ...] = ()  # by the operator's name, its numbers along the value's axes


@dataclass(frozen=True, eq=False)
class Stacked:
    """The last states of several recurrent layers along an axis of their own, as PyTorch's exporter joins them."""

    parts: tuple[Shown, ...]


@dataclass(frozen=True)
class Place:
    """Where something is read: the node, its attributes, how many samples there are, how exact its floats are meant."""

    draft: Draft
    name: str
    operator: str
    attributes: Mapping[str, Any]
    samples: int
    is_double: bool
    opset: int
    outputs: tuple[str, ...] = ()
    entering: Callable[[Prepared], Value] = field(repr=False, default=lambda _: Value(0, ()))

    @property
    def told(self) -> str:
        """``/fc1/Gemm: Gemm``."""
        return f"{self.name or self.outputs[0]}: {self.operator}"

    def refuse(self, why: str) -> NoReturn:
        """Raise UsageError with the place."""
        self.draft.refuse(self.told, why)

    def plain(self, given: Any) -> Value:
        """A value whose samples come first; data that a layer takes are the draft's from now on."""
        if isinstance(given, Prepared):
            return self.entering(given)
        if not isinstance(given, Shown):
            self.refuse("it needs what a layer gives, but takes plain numbers")
        if given.scaled:
            self.refuse("it takes what was multiplied by numbers; a template scales inputs and targets alone")
        axes = tuple(axis for axis in given.axes if axis != ONE)
        if axes[:1] != (SAMPLES,):
            what = "attention of several heads comes by xlbp.from_torch, or from a model of xlbp's"
            self.refuse(f"the samples are not its first axis; transpose them to the front ({what})")
        places = [axis for axis in axes if isinstance(axis, int)]
        return self.draft.permuted(given.value, places) if places != list(range(len(places))) else given.value

    def shown(self, value: Value) -> Shown:
        """A value with its samples first."""
        return Shown(value, (SAMPLES, *range(len(value.axes))))

    def constant(self, given: Any, what: str) -> Constant:
        """An array that depends on no input."""
        if not isinstance(given, Constant):
            self.refuse(f"its {what} come from a layer; a template has parameters for them")
        return given

    def numbers(self, given: Any, what: str) -> Numbers | None:
        """A parameter that may be missing."""
        return None if given is None else self.constant(given, what).numbers

    def number(self, key: str, usual: float) -> float:
        """An attribute that is a float: its decimal digits, but all of its bits where the model is in doubles."""
        value = np.float32(self.attributes.get(key, usual))
        return float(value) if self.is_double else float(str(value))

    def must_be(self, **usual: Any) -> None:
        """Refuse attributes other than these."""
        for key, value in usual.items():
            met = self.attributes.get(key, value)
            met = met.decode() if isinstance(met, bytes) else met
            if met != value:
                self.refuse(f"{key} is {met}, which a template has not; take {key} = {value}")


Reader: TypeAlias = Callable[[Place, Sequence[Any]], Any]


def _gemm(at: Place, given: Sequence[Any]) -> Shown:
    at.must_be(alpha=1.0, beta=1.0, transA=0)
    weights = at.constant(given[1], "weights")
    weights = weights if at.attributes.get("transB", 0) else weights.turned
    bias = at.numbers(given[2] if len(given) > 2 else None, "biases")
    return at.shown(_dense(at, given[0], weights, bias))


def _dense(at: Place, x: Any, weights: Constant, bias: Numbers | None) -> Value:
    if weights.array.ndim != 2:
        at.refuse(f"its weights have {weights.array.ndim} axes; a dense layer has a matrix")
    value = at.plain(x)
    if bias is not None:
        bias = replace(bias, array=bias.array.ravel())
        if bias.array.size not in (1, len(weights.array)):
            at.refuse(f"it has {bias.array.size} biases for {len(weights.array)} units")
    return at.draft.dense(value, weights.numbers, bias, at.told)


def _matmul(at: Place, given: Sequence[Any]) -> Shown | Scores:
    first, second = given
    if isinstance(first, Scores):
        return at.shown(attended(at.draft, first, at.plain(second), at.told, ATTENTION))
    if isinstance(first, Shown) and isinstance(second, Shown):
        (query, one), (key, other) = (_without_factor(at, part) for part in (first, second))
        return Scores(query, key, 1 / (one * other))
    if isinstance(given[0], Constant):
        at.refuse("its first factor is no layer; write it as x W")
    return at.shown(_dense(at, given[0], at.constant(given[1], "second factor").turned, None))


ATTENTION = "a template has products of layers in attention alone: softmax(q k / sqrt(size)) v, with one head"
HIDDEN = -1e4  # at most what is added to the scores of steps that are not seen


def _without_factor(at: Place, shown: Shown) -> tuple[Value, float]:
    """A value that was multiplied by a number, and that number."""
    factor = 1.0
    for operator, array in shown.scaled:
        if operator not in ("Mul", "Div") or np.ptp(array) != 0:
            at.refuse(f"it multiplies layers that were scaled feature by feature; {ATTENTION}")
        number = float(array.flat[0])
        factor *= number if operator == "Mul" else 1 / number
    return at.plain(replace(shown, scaled=())), factor


def _masked(at: Place, scores: Scores, hides: NDArray[Any]) -> Scores:
    """Scores of which some are hidden, as a matrix says: those of later steps."""
    steps = scores.query.axes[0].size
    later = np.triu(np.ones((steps, steps), dtype=bool), 1)
    mask = hides.reshape(hides.shape[-2:]) if hides.size == later.size else hides
    if not np.array_equal(mask, later):
        at.refuse("its mask is none that a template has; take a causal one, or none")
    return replace(scores, causal=True)


def _where(at: Place, given: Sequence[Any]) -> Scores:
    """Scores where a mask says so, elsewhere -inf."""
    mask, kept, other = given
    is_kept = isinstance(kept, Scores)
    scores, number = (kept, other) if is_kept else (other, kept)
    if not isinstance(scores, Scores) or not isinstance(number, Constant) or float(number.array.max()) > HIDDEN:
        at.refuse(f"it chooses between layers; {ATTENTION}")
    seen = at.constant(mask, "mask").array.astype(bool)
    return _masked(at, scores, ~seen if is_kept else seen)


def _add(at: Place, given: Sequence[Any]) -> Any:
    """Layers, or a layer and a bias, or rows for the positions; behind a product the outputs' shift."""
    if scores := next((part for part in given if isinstance(part, Scores)), None):
        added = next((part.array for part in given if isinstance(part, Constant)), np.zeros(1))
        if not ((added == 0) | (added <= HIDDEN)).all():
            at.refuse("it adds numbers to the scores; a template can only hide some, by -inf")
        return _masked(at, scores, added <= HIDDEN)
    layers = [part for part in given if not isinstance(part, Constant)]
    if len(layers) == len(given):
        return at.shown(at.draft.added([at.plain(part) for part in layers], at.told))
    [x], [constant] = layers, [part for part in given if isinstance(part, Constant)]
    if isinstance(x, Shown) and x.scaled:
        return _brought_back(at, x, constant)
    value, array = at.plain(x), constant.array
    while array.ndim > 1 and array.shape[0] == 1:
        array = array[0]
    if value.whats[:1] == (FEATURE,) and array.size == value.sizes[0]:  # of channels, along an axis of their own
        array = array.ravel()
    numbers = replace(constant, array=array).numbers
    if numbers.array.ndim < 2 and (made := at.draft.biased(value, numbers)) is not None:
        return at.shown(made)
    return at.shown(at.draft.positions(value, numbers, at.told))


def _scaled(at: Place, given: Sequence[Any]) -> Any:
    """A product with numbers, or a difference: outputs are brought back into the units of the data."""
    x, other = given
    if isinstance(x, Scores) and isinstance(other, Constant) and other.array.size == 1 and at.operator != "Sub":
        number = float(other.array.flat[0])
        return replace(x, divisor=x.divisor * (number if at.operator == "Div" else 1 / number))
    if at.operator == "Mul" and isinstance(other, Shown) and isinstance(x, Shown):
        return _product(at, x, other)
    if at.operator == "Mul" and isinstance(x, Constant):
        x, other = other, x
    if not isinstance(x, Shown) or not isinstance(other, Constant):
        at.refuse(f"a template has no such product or difference of layers; {ATTENTION}")
    return _brought_back(at, x, other)


def _brought_back(at: Place, x: Shown, numbers: Constant) -> Shown:
    """With an operation more that outputs go through, its numbers along the value's own axes."""
    sizes = [x.value.axes[axis].size if isinstance(axis, int) else 1 for axis in x.axes]
    try:
        spread = np.broadcast_to(np.asarray(numbers.array, dtype=np.float64), sizes)
    except ValueError:
        at.refuse("it multiplies or shifts samples each in its own way, which a template has not")
    own = [n for n, axis in enumerate(x.axes) if isinstance(axis, int)]
    places = [axis for axis in x.axes if isinstance(axis, int)]
    along = spread.reshape([sizes[n] for n in own]).transpose(np.argsort(places).tolist())
    return replace(x, scaled=(*x.scaled, (at.operator, along)))


def _product(at: Place, x: Shown, other: Shown) -> Shown:
    """A layer times its own sigmoid, which is silu."""
    for z, gate in ((x, other), (other, x)):
        layer = at.draft.layers[gate.value.layer] if gate.value.layer >= 0 else None
        if layer is not None and layer.activation == "sigmoid" and layer.sources == [z.value.layer]:
            return at.shown(at.draft.activation(at.plain(z), "silu", at.told))
    return at.refuse("it multiplies two layers, which a template has not")


def _convolution(at: Place, given: Sequence[Any]) -> Shown:
    kernels = at.constant(given[1], "kernels").numbers
    rank = kernels.array.ndim - 2
    if rank not in (1, 2):
        at.refuse(f"it goes along {rank} axes; a template has conv1d and conv2d")
    at.must_be(dilations=[1] * rank, group=1)
    windows = {"stride": at.attributes.get("strides", [1] * rank), "padding": _padding(at, kernels.array.shape[2:])}
    bias = at.numbers(given[2] if len(given) > 2 else None, "biases")
    return at.shown(at.draft.convolution(at.plain(given[0]), kernels, bias, windows, at.told))


def _padding(at: Place, size: Sequence[int]) -> list[int]:
    """As many zeros before the map as behind it, along each axis."""
    automatic = at.attributes.get("auto_pad", b"NOTSET")
    automatic = automatic.decode() if isinstance(automatic, bytes) else automatic
    rank = len(size)
    if automatic.startswith("SAME"):
        if any(n % 2 == 0 for n in size) or set(at.attributes.get("strides", [1])) != {1}:
            at.refuse(f"auto_pad = {automatic} pads one side more than the other; give pads")
        return [(n - 1) // 2 for n in size]
    pads = at.attributes.get("pads", [0] * 2 * rank) if automatic == "NOTSET" else [0] * 2 * rank
    if list(pads[:rank]) != list(pads[rank:]):
        at.refuse(f"pads are {list(pads)}; a template pads both sides alike")
    return list(pads[:rank])


def _pool(kind: str) -> Reader:
    def read(at: Place, given: Sequence[Any]) -> Shown:
        size = at.attributes["kernel_shape"]
        at.must_be(ceil_mode=0, dilations=[1] * len(size))
        if any(_padding(at, size)):
            at.refuse("padding is had in convolutions alone; pool without it")
        stride = at.attributes.get("strides", [1] * len(size))
        return at.shown(at.draft.pool(kind, at.plain(given[0]), size, stride, at.told))

    return read


def _whole_pool(kind: str) -> Reader:
    """One window over the whole map."""

    def read(at: Place, given: Sequence[Any]) -> Shown:
        x = at.plain(given[0])
        return at.shown(at.draft.pool(kind, x, x.sizes[1:], x.sizes[1:], at.told))

    return read


def _over(kind: str) -> Reader:
    """The mean, or the largest, over all steps or all places."""

    def read(at: Place, given: Sequence[Any]) -> Shown:
        axes = given[1].array.tolist() if len(given) > 1 and given[1] is not None else at.attributes.get("axes")
        at.must_be(keepdims=0)
        x = at.plain(given[0])
        if axes is None:
            at.refuse("it takes all samples together; give axes")
        places = [axis % (len(x.axes) + 1) - 1 for axis in axes]
        for place, what in zip(places, [STEP] if len(places) == 1 else [ROW, COLUMN], strict=False):
            x.axes[place].what = x.axes[place].what or what
        at.draft.settle(x)
        return at.shown(at.draft.pooled(kind, x, [x.axes[place].what for place in places], at.told))

    return read


# A gate of ours stands where, among ONNX's: i, f, g, o of i, o, f, c; r, z, n of z, r, h.
GATES = {"rnn": (0,), "lstm": (0, 2, 3, 1), "gru": (1, 0, 2)}


def _recurrent(kind: str) -> Reader:
    def read(at: Place, given: Sequence[Any]) -> tuple[Any, ...]:
        at.must_be(direction="forward", layout=0, clip=None, input_forget=0)
        given = [*given, *[None] * (8 - len(given))]
        if given[7] is not None:
            at.refuse("it has peepholes, which a template has not; leave them out")
        weights, recurrent = (at.constant(given[n], "weights") for n in (1, 2))
        units = recurrent.array.shape[-1]
        order = [gate * units + unit for gate in GATES[kind] for unit in range(units)]
        parameters: dict[str, Numbers | None] = {
            "weights": _by_our_gates(weights, order),
            "recurrent": _by_our_gates(recurrent, order),
            **_biases(at, kind, given[3], order),
            **_starts(at, given[5], given[6]),
        }
        value = at.draft.recurrent(kind, _by_step(at, given[0]), parameters, _keys(at, kind), at.told)
        every = Shown(value, (0, ONE, SAMPLES, 1))
        last = at.draft.last_step(value, at.told)
        return every, Shown(last, (ONE, SAMPLES, 0)), None

    return read


def _by_step(at: Place, x: Any) -> Value:
    """What comes in as (steps, samples, features)."""
    if isinstance(x, Prepared):
        return at.entering(x)
    if not isinstance(x, Shown) or x.axes[1:2] != (SAMPLES,):
        at.refuse("it takes (steps, samples, features); transpose its input")
    return at.plain(replace(x, axes=(SAMPLES, x.axes[0], *x.axes[2:])))


def _by_our_gates(rows: Constant, order: Sequence[int]) -> Numbers:
    numbers = replace(rows, array=rows.array[0]).numbers
    return numbers if list(order) == list(range(len(order))) else numbers.taken(order)


def _biases(at: Place, kind: str, given: Any, order: Sequence[int]) -> dict[str, Numbers | None]:
    """b, and the second bias; of a GRU that resets before its product the sum of both."""
    if given is None:
        return {"bias": None}
    both = at.constant(given, "biases")
    both = replace(both, array=both.array[0])
    count = len(order)
    first, second = (both.rows(n * count, (n + 1) * count).taken(order) for n in (0, 1))
    if not second.array.any():
        return {"bias": first}
    if kind == "gru" and at.attributes.get("linear_before_reset", 0):
        units = count // 3
        if not second.array[: 2 * units].any():
            second = second.taken(range(2 * units, count))
        return {"bias": first, "recurrent_bias": second}
    if kind == "gru":
        return {"bias": Numbers(first.array + second.array)}
    return {"bias": first, "recurrent_bias": second}


def _starts(at: Place, first: Any, cell: Any) -> dict[str, Numbers | None]:
    """What the states start from, which must be the same for all samples."""
    starts: dict[str, Numbers | None] = {}
    for key, given in (("initial", first), ("initial_cell", cell)):
        if given is None:
            continue
        array = np.asarray(at.constant(given, "first states").array, dtype=np.float64)[0]
        if (array != array[:1]).any():
            at.refuse("each sample starts from a state of its own; a template has one for all")
        if array.any():
            starts[key] = Numbers(array[0], is_trained=False)
    return starts


def _keys(at: Place, kind: str) -> dict[str, Any]:
    """The options of a recurrent layer."""
    usual = {"rnn": ["Tanh"], "lstm": ["Sigmoid", "Tanh", "Tanh"], "gru": ["Sigmoid", "Tanh"]}[kind]
    functions = [name.decode() if isinstance(name, bytes) else name for name in at.attributes.get("activations", usual)]
    if kind == "rnn" and functions == ["Relu"]:
        return {"activation": "relu"}
    if [name.capitalize() for name in functions] != usual:
        at.refuse(f"its activations are {functions}; a template has {usual}")
    if kind == "gru" and not at.attributes.get("linear_before_reset", 0):
        return {"reset": "before"}
    return {}


def _relu_rnn(at: Place, given: Sequence[Any]) -> Shown:
    """The function of the domain xlbp: an Elman layer with relu."""
    x, *arrays = given
    parameters = dict(zip(_letters(at), arrays, strict=True))
    weights, recurrent = (at.constant(parameters[letter], "weights") for letter in "WU")
    if recurrent.array.ndim == 0:
        recurrent = replace(recurrent, array=np.eye(len(weights.array)) * recurrent.array, view="diagonal")
    numbers: dict[str, Numbers | None] = {"weights": weights.numbers, "recurrent": recurrent.numbers, "bias": None}
    if "b" in parameters:
        bias = at.constant(parameters["b"], "biases").numbers
        numbers["bias"] = replace(bias, array=np.broadcast_to(bias.array, (len(weights.array),)))
    if "bh" in parameters:
        numbers["recurrent_bias"] = at.constant(parameters["bh"], "biases").numbers
    start = at.constant(parameters["start"], "start").array
    numbers |= {"initial": Numbers(start, False)} if start.any() else {}
    value = at.draft.recurrent("rnn", at.plain(x), numbers, {"activation": "relu"}, at.told)
    return at.shown(value if at.attributes["returns"] == b"all" else at.draft.last_step(value, at.told))


def _letters(at: Place) -> list[str]:
    """Which parameters a function of ours takes, in order."""
    return list(at.attributes["parameters"].decode().split())


def _attention(at: Place, given: Sequence[Any]) -> Shown:
    """The function of the domain xlbp."""
    x, divisor, *arrays = given
    keys = {"Q": "query", "K": "key", "V": "value", "O": "out", "b": "bias", "c": "out_bias"}
    numbers: dict[str, Numbers | None] = {
        keys[letter]: at.constant(array, "parameters").numbers
        for letter, array in zip(_letters(at), arrays, strict=True)
    }
    query = numbers["query"]
    assert query is not None
    size, heads = len(query.array), at.attributes["heads"]
    told: dict[str, Any] = {"size": size} | ({"heads": heads} if heads != 1 else {})
    told |= {"causal": True} if at.attributes["causal"] else {}
    dk = float(at.constant(divisor, "divisor").array)
    told |= {"divide_by_root_of": dk} if dk != size / heads else {}
    return at.shown(at.draft.attention(at.plain(x), numbers, told, at.told))


def _embedding_or_step(at: Place, given: Sequence[Any]) -> Shown:
    """Gather: the rows of tokens, or the last step."""
    rows, places = given
    axis = at.attributes.get("axis", 0)
    if isinstance(rows, Stacked) and isinstance(places, Constant) and places.array.ndim == 0:
        rows = rows.parts[int(places.array)]
    if isinstance(rows, Constant) and axis == 0 and rows.array.ndim == 2:
        return at.shown(at.draft.embedding(at.plain(places), rows.numbers, at.told))
    if isinstance(rows, Shown) and isinstance(places, Constant) and places.array.ndim == 0:
        where = rows.axes[axis]
        if where == ONE:
            return replace(rows, axes=tuple(place for n, place in enumerate(rows.axes) if n != axis % len(rows.axes)))
        count = rows.value.axes[where].size if isinstance(where, int) else 0
        if where == 0 and int(places.array) in (-1, count - 1):
            left = tuple(place for n, place in enumerate(rows.axes) if n != axis)
            value = at.draft.last_step(rows.value, at.told)
            return Shown(value, tuple(0 if isinstance(place, int) else place for place in left))
    what = "a template has rows of an embedding, and the last step of a recurrent layer"
    return at.refuse(f"it picks a part of a layer; {what}")


def _layer_norm(at: Place, given: Sequence[Any]) -> Shown:
    x, scale, *bias = given
    value = at.plain(x)
    if at.attributes.get("axis", -1) % (len(value.axes) + 1) != len(value.axes):
        at.refuse("it takes several axes together; a template has the last one alone")
    gamma = at.constant(scale, "scale").numbers
    beta = at.numbers(bias[0] if bias else None, "bias") or Numbers(np.zeros(len(gamma.array)), False)
    keys = _eps(at.number("epsilon", 1e-5))
    return at.shown(at.draft.norm("layer_norm", value, {"gamma": gamma, "beta": beta}, keys, at.told))


def _batch_norm(at: Place, given: Sequence[Any]) -> Shown:
    at.must_be(training_mode=0)
    momentum = float(str(np.float32(1 - at.number("momentum", 0.9))))
    keys = _eps(at.number("epsilon", 1e-5)) | ({"momentum": momentum} if abs(momentum - 0.1) > 1e-6 else {})
    return at.shown(at.draft.norm("batch_norm", at.plain(given[0]), _of_batch(at, given[1:]), keys, at.told, 0))


def _of_batch(at: Place, arrays: Sequence[Any]) -> dict[str, Numbers]:
    gamma, beta, mean, variance = (at.constant(array, "parameters").numbers for array in arrays[:4])
    running = {
        "running_mean": replace(mean, is_trained=False, key=""),
        "running_var": replace(variance, is_trained=False, key=""),
    }
    return {"gamma": gamma, "beta": beta, **running}


def _eps(eps: float) -> dict[str, Any]:
    return {"eps": eps} if eps != 1e-5 else {}


def _own_norm(kind: str) -> Reader:
    """The functions of the domain xlbp, whose epsilon is an input."""

    def read(at: Place, given: Sequence[Any]) -> Shown:
        x, *arrays, eps = given
        gamma, beta = (at.constant(array, "parameters").numbers for array in arrays[:2])
        numbers = {"gamma": gamma, "beta": beta} if kind == "layer_norm" else _of_batch(at, arrays)
        keys = _eps(float(at.constant(eps, "epsilon").array))
        return at.shown(at.draft.norm(kind, at.plain(x), numbers, keys, at.told))

    return read


def _activation(name: str, **options: tuple[str, float]) -> Reader:
    """``options``: what the template calls an attribute, with what that is usually."""

    def read(at: Place, given: Sequence[Any]) -> Shown:
        values = {own: at.number(*theirs) for own, theirs in options.items()}
        return at.shown(at.draft.activation(at.plain(given[0]), {"name": name, **values} if values else name, at.told))

    return read


def _own_activation(name: str, option: str = "") -> Reader:
    """The functions of the domain xlbp, whose option is an input."""

    def read(at: Place, given: Sequence[Any]) -> Shown:
        function: Any = name
        if option:
            function = {"name": name, option: float(at.constant(given[1], "option").array)}
        return at.shown(at.draft.activation(at.plain(given[0]), function, at.told))

    return read


def _hard_sigmoid(at: Place, given: Sequence[Any]) -> Shown:
    if abs(at.number("alpha", 0.2) - 1 / 6) > 1e-7 or at.number("beta", 0.5) != 0.5:
        at.refuse("a template's hard_sigmoid has alpha = 1/6 and beta = 0.5; take these")
    return at.shown(at.draft.activation(at.plain(given[0]), "hard_sigmoid", at.told))


def _gelu(at: Place, given: Sequence[Any]) -> Shown:
    if at.attributes.get("approximate", b"none") != b"tanh":
        at.refuse('GELU is the exact one with erf, but a template has the form with tanh; take approximate = "tanh"')
    return at.shown(at.draft.activation(at.plain(given[0]), "gelu", at.told))


def _maxout(at: Place, given: Sequence[Any]) -> Shown:
    pieces, value = at.attributes["pieces"], at.plain(given[0])
    made = at.draft.activation(value, {"name": "maxout", "pieces": pieces}, at.told)
    axes = tuple(replace(axis, size=axis.size // pieces) if axis.what == FEATURE else axis for axis in made.axes)
    return at.shown(replace(made, axes=axes))


def _softmax(function: str) -> Reader:
    def read(at: Place, given: Sequence[Any]) -> Any:
        if isinstance(given[0], Scores) and at.attributes.get("axis", -1) in (-1, 2):
            return replace(given[0], are_shares=True)
        value = at.plain(given[0])
        axis = at.attributes.get("axis", -1 if at.opset >= 13 else 1) % (len(value.axes) + 1)
        if at.opset < 13 and axis != len(value.axes):
            at.refuse("softmax before opset 13 takes all axes from one on together; export with a newer opset")
        return at.shown(at.draft.softmax(value, axis - 1, at.told, function))

    return read


def _flatten(at: Place, given: Sequence[Any]) -> Shown:
    at.must_be(axis=1)
    return at.shown(at.draft.flat(at.plain(given[0]), at.told))


def _reshape(at: Place, given: Sequence[Any]) -> Shown:
    x, shape = given[0], [int(n) for n in at.constant(given[1], "shape").array]
    if isinstance(x, Shown) and ONE in x.axes and len(shape) == len(x.axes) - x.axes.count(ONE):
        return replace(x, axes=tuple(axis for axis in x.axes if axis != ONE))
    value = at.plain(x)
    met = [at.samples, *value.sizes]
    sizes = [met[n] if size == 0 else size for n, size in enumerate(shape)]
    whole = int(np.prod(met))
    if -1 in sizes:
        sizes[sizes.index(-1)] = whole // -int(np.prod(sizes))
    if sizes[0] != at.samples or int(np.prod(sizes)) != whole:
        at.refuse(f"it mixes the samples with other axes: {met} becomes {sizes}; keep the samples first")
    return at.shown(at.draft.reshaped(value, sizes[1:], at.told))


def _axes(at: Place, given: Sequence[Any]) -> list[int] | None:
    if len(given) > 1 and given[1] is not None:
        return [int(n) for n in np.atleast_1d(at.constant(given[1], "axes").array)]
    return at.attributes.get("axes")


def _squeeze(at: Place, given: Sequence[Any]) -> Shown:
    x = given[0] if isinstance(given[0], Shown) else at.shown(at.plain(given[0]))
    axes = _axes(at, given)
    if axes is None:
        axes = [n for n, axis in enumerate(x.axes) if axis == ONE]
    for axis in sorted((axis % len(x.axes) for axis in axes), reverse=True):
        where = x.axes[axis]
        if where == ONE:
            x = replace(x, axes=tuple(place for n, place in enumerate(x.axes) if n != axis))
        else:
            x = at.shown(at.draft.squeezed(at.plain(x), axis - 1, at.told))
    return x


def _unsqueeze(at: Place, given: Sequence[Any]) -> Shown:
    value = at.plain(given[0])
    for axis in _axes(at, given) or []:
        value = at.draft.widened(value, axis % (len(value.axes) + 2) - 1, at.told)
    return at.shown(value)


def _transpose(at: Place, given: Sequence[Any]) -> Shown:
    x = given[0] if isinstance(given[0], Shown) else at.shown(at.plain(given[0]))
    order = at.attributes.get("perm", list(range(len(x.axes)))[::-1])
    return replace(x, axes=tuple(x.axes[place] for place in order))


def _concat(at: Place, given: Sequence[Any]) -> Any:
    if all(isinstance(part, Shown) and part.axes[at.attributes["axis"]] == ONE for part in given):
        return Stacked(tuple(given))
    values = [at.plain(part) for part in given]
    return at.shown(at.draft.joined(values, at.attributes["axis"] % (len(values[0].axes) + 1) - 1, at.told))


def _same(at: Place, given: Sequence[Any]) -> Any:
    return given[0]


WITHOUT = {  # operators that no layer stands for, with what may be taken instead
    "Erf": 'it is of an exact GELU, and a template has the form with tanh: take approximate = "tanh", and opset 20',
    "Clip": "it is of ReLU6 or Hardtanh: take Relu or Tanh",
    "HardSwish": "take a layer times its own Sigmoid, which is silu",
    "Mish": "take a layer times its own Sigmoid, which is silu",
    "Selu": "take Elu",
    "Celu": "take Elu",
    "PRelu": "take LeakyRelu",
    "Softsign": "take Tanh",
    "ThresholdedRelu": "take Relu",
    "ConvTranspose": "take Conv",
    "InstanceNormalization": "take BatchNormalization or LayerNormalization",
    "GroupNormalization": "take BatchNormalization or LayerNormalization",
}
OPERATORS: dict[str, Reader] = {
    "Gemm": _gemm,
    "MatMul": _matmul,
    **dict.fromkeys(("Add", "Sum"), _add),
    **dict.fromkeys(("Mul", "Div", "Sub"), _scaled),
    "Conv": _convolution,
    "MaxPool": _pool("max_pool"),
    "AveragePool": _pool("avg_pool"),
    "GlobalMaxPool": _whole_pool("max_pool"),
    "GlobalAveragePool": _whole_pool("avg_pool"),
    "ReduceMean": _over("avg_pool"),
    "ReduceMax": _over("max_pool"),
    "RNN": _recurrent("rnn"),
    "LSTM": _recurrent("lstm"),
    "GRU": _recurrent("gru"),
    "Gather": _embedding_or_step,
    "Where": _where,
    "LayerNormalization": _layer_norm,
    "BatchNormalization": _batch_norm,
    "Sigmoid": _activation("sigmoid"),
    "Tanh": _activation("tanh"),
    "Relu": _activation("relu"),
    "LeakyRelu": _activation("leaky_relu", slope=("alpha", 0.01)),
    "Elu": _activation("elu", alpha=("alpha", 1.0)),
    "Softplus": _activation("softplus"),
    "HardSigmoid": _hard_sigmoid,
    "Gelu": _gelu,
    "Softmax": _softmax("softmax"),
    "LogSoftmax": _softmax("log_softmax"),
    "Flatten": _flatten,
    "Reshape": _reshape,
    "Squeeze": _squeeze,
    "Unsqueeze": _unsqueeze,
    "Transpose": _transpose,
    "Concat": _concat,
    **dict.fromkeys(("Identity", "Cast", "Dropout"), _same),
}
OWN_FUNCTIONS: dict[str, Reader] = {  # of the domain xlbp
    "Attention": _attention,
    "LayerNorm": _own_norm("layer_norm"),
    "BatchNorm": _own_norm("batch_norm"),
    "LeakyRelu": _own_activation("leaky_relu", "slope"),
    "Elu": _own_activation("elu", "alpha"),
    "HardSigmoid": _own_activation("hard_sigmoid"),
    "Silu": _own_activation("silu"),
    "Gelu": _own_activation("gelu"),
    "Maxout": _maxout,
    "ReluRnn": _relu_rnn,
}
PREPARING = (  # operators that only prepare the samples, where no layer stands before them
    *("Sub", "Div", "Mul", "Sin", "Cos", "Pow", "Sqrt", "Log", "Abs", "Cast", "Identity"),
    *("Transpose", "Unsqueeze", "Squeeze", "Concat", "Gather", "Slice", "Clip"),
)
