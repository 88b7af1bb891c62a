"""Keras's layers as layers of a draft: a table by class, read from the configuration and the arrays of a saved model.

Keras has features last, also of maps, and matrices with a column for each unit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, TypeAlias

import numpy as np

from xlbp.interchange.draft import COLUMN, ROW, STEP, Array, Draft, Numbers, Value


@dataclass(frozen=True)
class Place:
    """A layer in its place: its configuration, its arrays by the part of it that has them, how it is called."""

    draft: Draft
    name: str
    kind: str
    config: Mapping[str, Any]
    arrays: Mapping[str, Sequence[Array]]
    call: Mapping[str, Any]

    @property
    def told(self) -> str:
        """``dense_1: Dense``."""
        return f"{self.name}: {self.kind}"

    def refuse(self, why: str) -> NoReturn:
        """Raise UsageError with the place."""
        self.draft.refuse(self.told, why)

    def must_be(self, **usual: Any) -> None:
        """Refuse other settings than these."""
        for key, value in usual.items():
            met = self.config.get(key, value)
            if met != value:
                self.refuse(f"{key} is {met}, which a template has not; take {key}={value}")

    def numbers(self, place: int, part: str = "") -> Numbers:
        """An array of it, or of a part of it; a layer that is used twice has the same ones."""
        arrays = self.arrays.get(part, ())
        if place >= len(arrays):
            self.refuse("its weights are not in the file; build the model, and save it again")
        is_trained = bool(self.config.get("trainable", True))
        return Numbers(np.asarray(arrays[place], dtype=np.float64), is_trained, f"{self.name} {part} {place}")

    @property
    def activation(self) -> str:
        """The name of its activation, '' for none."""
        told = self.config.get("activation") or "linear"
        name = told.get("config", {}).get("name", told.get("class_name")) if isinstance(told, Mapping) else told
        return "" if name == "linear" else str(name)

    def activated(self, x: Value, axis: int = -1) -> Value:
        """With the layer's own activation behind it."""
        name = self.activation
        if not name:
            return x
        if name in ("softmax", "log_softmax"):
            return self.draft.softmax(x, axis, self.told, name)
        if name == "gelu":
            self.refuse("GELU is the exact one with erf, but a template has the form with tanh; take another")
        if name not in ACTIVATIONS:
            self.refuse(f"the activation {name} is not to be had; choose one of {', '.join(ACTIVATIONS)}")
        return self.draft.activation(x, ACTIVATIONS[name], self.told)


ACTIVATIONS: dict[str, Any] = {
    **{name: name for name in ("relu", "sigmoid", "tanh", "elu", "softplus", "hard_sigmoid")},
    **dict.fromkeys(("silu", "swish"), "silu"),
    "leaky_relu": {"name": "leaky_relu", "slope": 0.2},
}
LayerReader: TypeAlias = Callable[[Place, Sequence[Value]], Value]


def _dense(at: Place, given: Sequence[Value]) -> Value:
    bias = at.numbers(1) if at.config.get("use_bias", True) else None
    return at.activated(at.draft.dense(given[0], at.numbers(0).turned(1, 0), bias, at.told))


def _to_channels_first(draft: Draft, x: Value) -> Value:
    last = len(x.axes) - 1
    return draft.permuted(x, [last, *range(last)])


def _to_channels_last(draft: Draft, x: Value) -> Value:
    return draft.permuted(x, [*range(1, len(x.axes)), 0])


def _pads(at: Place, extents: Sequence[int], size: Sequence[int], stride: Sequence[int]) -> list[int]:
    """The zeros on each side that ``padding`` asks for, which must be as many before the map as behind it."""
    padding = at.config["padding"]
    if padding == "valid":
        return [0] * len(size)
    if padding != "same":
        at.refuse(f"padding={padding!r} is not to be had; take 'same' or 'valid'")
    steps = zip(extents, size, stride, strict=True)
    total = [max((-(-extent // step) - 1) * step + width - extent, 0) for extent, width, step in steps]
    if any(zeros % 2 for zeros in total):
        at.refuse("padding='same' pads one side more than the other here; take an odd kernel, or 'valid'")
    return [zeros // 2 for zeros in total]


def _convolution(at: Place, given: Sequence[Value]) -> Value:
    size, stride = at.config["kernel_size"], at.config["strides"]
    at.must_be(data_format="channels_last", dilation_rate=[1] * len(size), groups=1)
    x = _to_channels_first(at.draft, given[0])
    rank = len(size)
    kernels = at.numbers(0).turned(rank + 1, rank, *range(rank))
    bias = at.numbers(1) if at.config.get("use_bias", True) else None
    windows = {"stride": stride, "padding": _pads(at, x.sizes[1:], size, stride)}
    maps = at.draft.convolution(x, kernels, bias, windows, at.told)
    return _to_channels_last(at.draft, at.activated(maps, 0))


def _pool(kind: str) -> LayerReader:
    def read(at: Place, given: Sequence[Value]) -> Value:
        at.must_be(data_format="channels_last")
        x, size, stride = _to_channels_first(at.draft, given[0]), at.config["pool_size"], at.config["strides"]
        if any(_pads(at, x.sizes[1:], size, stride)):
            at.refuse("padding is had in convolutions alone; pool with padding='valid'")
        return _to_channels_last(at.draft, at.draft.pool(kind, x, size, stride, at.told))

    return read


def _whole_pool(kind: str, *whats: str) -> LayerReader:
    """Of all steps, or all places; features are left."""

    def read(at: Place, given: Sequence[Value]) -> Value:
        at.must_be(data_format="channels_last", keepdims=False)
        x = given[0]
        for axis, what in zip(x.axes, whats, strict=False):
            axis.what = axis.what or what
        at.draft.settle(x)
        return at.draft.pooled(kind, x, whats, at.told)

    return read


def _by_gates(numbers: Numbers, units: int, gates: Sequence[int]) -> Numbers:
    """Rows with the gates in our order: of Keras's z, r, h a GRU's r, z, n."""
    order = [gate * units + unit for gate in gates for unit in range(units)]
    return numbers if order == list(range(len(order))) else numbers.taken(order)


GATES = {"rnn": (0,), "lstm": (0, 1, 2, 3), "gru": (1, 0, 2)}


def _recurrent(kind: str) -> LayerReader:
    def read(at: Place, given: Sequence[Value]) -> Value:
        at.must_be(go_backwards=False, stateful=False, return_state=False, recurrent_dropout=0.0, dropout=0.0)
        at.must_be(**({} if kind == "rnn" else {"recurrent_activation": "sigmoid", "activation": "tanh"}))
        keys: dict[str, Any] = {}
        if kind == "rnn" and at.activation != "tanh":
            if at.activation != "relu":
                at.refuse(f"its activation is {at.activation or 'linear'}; a template has tanh and relu")
            keys["activation"] = "relu"
        resets_before = kind == "gru" and not at.config.get("reset_after", True)
        keys |= {"reset": "before"} if resets_before else {}
        units = at.config["units"]
        weights, recurrent = (_by_gates(at.numbers(n, "cell").turned(1, 0), units, GATES[kind]) for n in (0, 1))
        parameters: dict[str, Numbers | None] = {"weights": weights, "recurrent": recurrent, "bias": None}
        if at.config.get("use_bias", True):
            parameters |= _biases(at, kind, units, has_two=kind == "gru" and not resets_before)
        value = at.draft.recurrent(kind, given[0], parameters, keys, at.told)
        return value if at.config.get("return_sequences") else at.draft.last_step(value, at.told)

    return read


def _biases(at: Place, kind: str, units: int, has_two: bool) -> dict[str, Numbers | None]:
    both = at.numbers(2, "cell")
    if not has_two:
        return {"bias": _by_gates(both, units, GATES[kind])}
    parts = (Numbers(both.array[n], both.is_trained, both.key, f"rows {n}") for n in (0, 1))
    first, second = (_by_gates(part, units, GATES[kind]) for part in parts)
    return {"bias": first, "recurrent_bias": second}


def _embedding(at: Place, given: Sequence[Value]) -> Value:
    at.must_be(mask_zero=False)
    return at.draft.embedding(given[0], at.numbers(0), at.told)


def _scale(at: Place, count: int) -> tuple[dict[str, Numbers], int]:
    """gamma and beta, and how many of the layer's arrays these are."""
    numbers, place = {}, 0
    for key, setting, usual in (("gamma", "scale", 1.0), ("beta", "center", 0.0)):
        if at.config.get(setting, True):
            numbers[key] = at.numbers(place)
            place += 1
        else:
            numbers[key] = Numbers(np.full(count, usual), is_trained=False)
    return numbers, place


def _layer_norm(at: Place, given: Sequence[Value]) -> Value:
    at.must_be(rms_scaling=False)
    axis = at.config["axis"]
    if axis not in (-1, [-1], [len(given[0].axes)]):
        at.refuse(f"it takes the axes {axis} together; a template has the last one alone")
    numbers, _ = _scale(at, given[0].sizes[-1])
    return at.draft.norm("layer_norm", given[0], numbers, {"eps": at.config["epsilon"]}, at.told)


RUNNING = (
    "Keras's batch normalisation keeps the running variance by n, the template's by n - 1: training is the same, what "
    "samples for testing are normalised by is not."
)


def _batch_norm(at: Place, given: Sequence[Value]) -> Value:
    axis = at.config["axis"]
    if (axis[0] if isinstance(axis, list) else axis) not in (-1, len(given[0].axes)):
        at.refuse(f"it goes along axis {axis}; a template has it along the features, which are last")
    numbers, place = _scale(at, given[0].sizes[-1])
    for key, number in (("running_mean", place), ("running_var", place + 1)):
        numbers[key] = Numbers(at.numbers(number).array, is_trained=False)
    at.draft.note(RUNNING)
    keys = {"eps": at.config["epsilon"], "momentum": round(1 - at.config["momentum"], 12)}
    return at.draft.norm("batch_norm", given[0], numbers, keys, at.told)


def _attention(at: Place, given: Sequence[Value]) -> Value:
    if any(value is not given[0] for value in given):
        at.refuse("its queries, keys and values come from different layers; a template has self-attention alone")
    at.must_be(dropout=0.0, use_gate=False, sliding_window=None)
    heads, width = at.config["num_heads"], at.config["key_dim"]
    size = heads * width
    if at.config.get("value_dim", width) != width or at.numbers(0, "output_dense").array.shape[-1] != size:
        at.refuse(
            f"a template's attention passes on {size} features, num_heads times key_dim; make the features so many"
        )
    numbers: dict[str, Numbers | None] = {}
    parts = {"query": "query_dense", "key": "key_dense", "value": "value_dense"}
    for key, part in parts.items():
        kernel = at.numbers(0, part)
        numbers[key] = _flat(kernel, (-1, size)).turned(1, 0)
    numbers["out"] = _flat(at.numbers(0, "output_dense"), (size, size)).turned(1, 0)
    if at.config.get("use_bias", True):
        biases = [at.numbers(1, part) for part in parts.values()]
        joined = np.concatenate([bias.array.ravel() for bias in biases])
        numbers |= {"bias": Numbers(joined, biases[0].is_trained, f"{at.name} biases")}
        numbers |= {"out_bias": at.numbers(1, "output_dense")}
    keys = {"size": size, "heads": heads} | ({"causal": True} if at.call.get("use_causal_mask") else {})
    return at.draft.attention(given[0], numbers, keys, at.told)


def _flat(numbers: Numbers, shape: tuple[int, int]) -> Numbers:
    return Numbers(numbers.array.reshape(shape), numbers.is_trained, numbers.key, numbers.view)


def _dropout(at: Place, given: Sequence[Value]) -> Value:
    at.must_be(noise_shape=None)
    return at.draft.dropout(given[0], at.config["rate"], at.told) if at.config["rate"] else given[0]


def _activation(at: Place, given: Sequence[Value]) -> Value:
    return at.activated(given[0])


def _with_option(name: str, key: str, own: str) -> LayerReader:
    def read(at: Place, given: Sequence[Value]) -> Value:
        return at.draft.activation(given[0], {"name": name, own: at.config[key]}, at.told)

    return read


def _relu(at: Place, given: Sequence[Value]) -> Value:
    at.must_be(max_value=None, threshold=0.0)
    slope = at.config.get("negative_slope", 0.0)
    return at.draft.activation(given[0], {"name": "leaky_relu", "slope": slope} if slope else "relu", at.told)


def _softmax(at: Place, given: Sequence[Value]) -> Value:
    axis = at.config.get("axis", -1)
    return at.draft.softmax(given[0], axis if axis < 0 else axis - 1, at.told)


def _flatten(at: Place, given: Sequence[Value]) -> Value:
    at.must_be(data_format="channels_last")
    return at.draft.flat(given[0], at.told)


def _reshape(at: Place, given: Sequence[Value]) -> Value:
    sizes = [int(size) for size in at.config["target_shape"]]
    whole = int(np.prod(given[0].sizes))
    if -1 in sizes:
        sizes[sizes.index(-1)] = whole // -int(np.prod(sizes))
    return at.draft.reshaped(given[0], sizes, at.told)


def _permute(at: Place, given: Sequence[Value]) -> Value:
    return at.draft.permuted(given[0], [dim - 1 for dim in at.config["dims"]])


def _add(at: Place, given: Sequence[Value]) -> Value:
    return at.draft.added(given, at.told)


def _concatenate(at: Place, given: Sequence[Value]) -> Value:
    axis = at.config.get("axis", -1)
    return at.draft.joined(given, axis if axis < 0 else axis - 1, at.told)


LAYERS: dict[str, LayerReader] = {
    "Dense": _dense,
    "Conv1D": _convolution,
    "Conv2D": _convolution,
    "MaxPooling1D": _pool("max_pool"),
    "MaxPooling2D": _pool("max_pool"),
    "AveragePooling1D": _pool("avg_pool"),
    "AveragePooling2D": _pool("avg_pool"),
    "GlobalAveragePooling1D": _whole_pool("avg_pool", STEP),
    "GlobalAveragePooling2D": _whole_pool("avg_pool", ROW, COLUMN),
    "GlobalMaxPooling1D": _whole_pool("max_pool", STEP),
    "GlobalMaxPooling2D": _whole_pool("max_pool", ROW, COLUMN),
    "SimpleRNN": _recurrent("rnn"),
    "LSTM": _recurrent("lstm"),
    "GRU": _recurrent("gru"),
    "Embedding": _embedding,
    "LayerNormalization": _layer_norm,
    "BatchNormalization": _batch_norm,
    "MultiHeadAttention": _attention,
    "Dropout": _dropout,
    "Activation": _activation,
    "ReLU": _relu,
    "LeakyReLU": _with_option("leaky_relu", "negative_slope", "slope"),
    "ELU": _with_option("elu", "alpha", "alpha"),
    "Softmax": _softmax,
    "Flatten": _flatten,
    "Reshape": _reshape,
    "Permute": _permute,
    "Add": _add,
    "Concatenate": _concatenate,
}
WITHOUT = {  # what is not to be had, with what may be taken instead
    "Lambda": "code is not read from a file; write it with layers",
    "Bidirectional": "take the layer alone",
    "Conv3D": "take Conv2D",
    "SeparableConv2D": "take Conv2D",
    "DepthwiseConv2D": "take Conv2D",
    "Conv2DTranspose": "take Conv2D",
    "Normalization": 'scale the data, or with scale = "standard" in the template',
    "Rescaling": "scale the data themselves",
    "GroupNormalization": "take LayerNormalization",
    "TimeDistributed": "take the Dense layer itself, which works step by step",
    "Masking": "samples of a template are of one length",
    "PReLU": "take LeakyReLU",
    "Functional": "put the layers of the inner model into the outer one",
    "Sequential": "put the layers of the inner model into the outer one",
}
