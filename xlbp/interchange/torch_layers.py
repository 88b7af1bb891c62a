"""PyTorch's modules and functions as layers of a draft: a table of each.

A reader is told where it reads, and what came in: values of the draft, and besides these plain arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, TypeAlias

import numpy as np

from xlbp.interchange.draft import ROWS, Array, Draft, Numbers, Value


@dataclass(frozen=True)
class Place:
    """Where something is read: its place in the module, what it is called there, which parameters are trained.

    ``samples`` is how many there are, ``sizes`` those of what PyTorch passes on, without the samples.
    """

    draft: Draft
    name: str
    what: str
    trained: Mapping[int, bool]
    is_active: bool = True  # whether dropout is: the module is in training
    samples: int = 0
    sizes: tuple[int, ...] = ()

    @property
    def told(self) -> str:
        """``encoder.0: Linear``."""
        return f"{self.name}: {self.what}"

    def refuse(self, why: str) -> NoReturn:
        """Raise UsageError with the place."""
        self.draft.refuse(self.told, why)

    def numbers(self, tensor: Any, *rows: int) -> Numbers:
        """A parameter, or the rows from one to another of it; the same tensor anywhere else is the same parameter."""
        array, is_trained = array_of(tensor), self.trained.get(id(tensor), False)
        if not rows:
            return Numbers(array, is_trained, str(id(tensor)))
        return Numbers(array[rows[0] : rows[1]], is_trained, str(id(tensor)), f"{ROWS}{rows}")

    def perhaps(self, tensor: Any) -> Numbers | None:
        """A parameter that may be None."""
        return None if tensor is None else self.numbers(tensor)

    def must_be(self, module: Any, **usual: Any) -> None:
        """Refuse a module that has other settings than these."""
        for key, value in usual.items():
            met = getattr(module, key, value)
            if met != value:
                self.refuse(f"{key} is {met}, which a template has not; take {key}={value}")


def array_of(tensor: Any) -> Array:
    """The numbers of a tensor, as doubles."""
    array: Array = tensor.detach().cpu().double().numpy().copy()
    return array


ModuleReader: TypeAlias = Callable[[Place, Any, Sequence[Any], Mapping[str, Any]], Any]


def _linear(at: Place, module: Any, given: Sequence[Any], _: Mapping[str, Any]) -> Value:
    return at.draft.dense(given[0], at.numbers(module.weight), at.perhaps(module.bias), at.told)


def _convolution(at: Place, module: Any, given: Sequence[Any], _: Mapping[str, Any]) -> Value:
    rank = len(module.kernel_size)
    at.must_be(module, dilation=(1,) * rank, groups=1)
    padding = module.padding
    if padding == "valid":
        padding = (0,) * rank
    if padding == "same":
        if any(size % 2 == 0 for size in module.kernel_size):
            at.refuse("padding='same' of an even kernel is lopsided; take an odd kernel, or padding as a number")
        padding = tuple((size - 1) // 2 for size in module.kernel_size)
    if any(padding):
        at.must_be(module, padding_mode="zeros")
    windows = {"stride": module.stride, "padding": padding}
    return at.draft.convolution(given[0], at.numbers(module.weight), at.perhaps(module.bias), windows, at.told)


def _pool(kind: str, rank: int) -> ModuleReader:
    def read(at: Place, module: Any, given: Sequence[Any], _: Mapping[str, Any]) -> Value:
        at.must_be(module, ceil_mode=False, return_indices=False, divisor_override=None)
        size, padding = _each(module.kernel_size, rank), _each(module.padding, rank)
        if any(padding) or set(_each(getattr(module, "dilation", 1), rank)) != {1}:
            at.refuse("padding and dilation are had in convolutions alone; pool without them")
        stride = size if module.stride is None else _each(module.stride, rank)
        return at.draft.pool(kind, given[0], size, stride, at.told)

    return read


def _each(value: Any, rank: int) -> tuple[int, ...]:
    return tuple(value) if isinstance(value, tuple | list) else (value,) * rank


def _adaptive(kind: str, rank: int) -> ModuleReader:
    """Windows of one size, which its output must divide the map into."""

    def read(at: Place, module: Any, given: Sequence[Any], _: Mapping[str, Any]) -> Value:
        wanted, extents = _each(module.output_size, rank), given[0].sizes[-rank:]
        if any(extent % count for extent, count in zip(extents, wanted, strict=True)):
            at.refuse(f"windows of one size can't make {wanted} of {tuple(extents)}; choose a divisor")
        size = [extent // count for extent, count in zip(extents, wanted, strict=True)]
        return at.draft.pool(kind, given[0], size, size, at.told)

    return read


@dataclass(frozen=True)
class Last:
    """What a recurrent module returns besides the states of all steps: of each of its layers those after the last one.

    Of an LSTM's cells, the layers are none: no layer takes these.
    """

    layers: tuple[Value, ...]


def _recurrent(kind: str) -> ModuleReader:
    def read(at: Place, module: Any, given: Sequence[Any], _: Mapping[str, Any]) -> Any:
        at.must_be(module, bidirectional=False, proj_size=0, batch_first=True)
        starts = _starts(at, module, given[1] if len(given) > 1 else None)
        value, last = given[0], []
        for number in range(module.num_layers):
            here = at if module.num_layers == 1 else _within(at, f"layer {number}")
            parameters, keys = _of_recurrent(here, kind, module, number)
            parameters |= {key: Numbers(start[number], False) for key, start in starts.items()}
            value = at.draft.recurrent(kind, value, parameters, keys, here.told)
            last.append(value)
            if module.dropout and at.is_active and number < module.num_layers - 1:
                value = at.draft.dropout(value, module.dropout, here.told)
        states = Last(tuple(last))
        return value, ((states, Last(())) if kind == "lstm" else states)

    return read


def _within(at: Place, what: str) -> Place:
    return Place(at.draft, at.name, f"{at.what}, {what}", at.trained, at.is_active, at.samples, at.sizes)


def _starts(at: Place, module: Any, told: Any) -> dict[str, Array]:
    """By key, what each layer starts from, (layers, units); those of all samples must be alike."""
    if told is None:
        return {}
    both = told if isinstance(told, tuple | list) else (told,)
    starts = {}
    for key, start in zip(("initial", "initial_cell"), both, strict=False):
        if isinstance(start, Value | Last):
            at.refuse("its first state comes from a layer, but a template starts from numbers; leave it out")
        array = array_of(start)  # (layers, samples, units)
        if (array != array[:, :1]).any():
            at.refuse("each sample starts from a state of its own; a template has one for all")
        if array.any():
            starts[key] = array[:, 0]
    return starts


def _of_recurrent(at: Place, kind: str, module: Any, number: int) -> tuple[dict[str, Numbers | None], dict[str, Any]]:
    """The parameters of one of its layers, and the keys."""
    suffix = f"_l{number}"
    parameters: dict[str, Numbers | None] = {
        "weights": at.numbers(getattr(module, f"weight_ih{suffix}")),
        "recurrent": at.numbers(getattr(module, f"weight_hh{suffix}")),
        "bias": None,
    }
    keys = {"activation": module.nonlinearity} if kind == "rnn" and module.nonlinearity != "tanh" else {}
    if not module.bias:
        return parameters, keys
    first, second = (at.numbers(getattr(module, f"bias_{name}{suffix}")) for name in ("ih", "hh"))
    return parameters | {"bias": first, "recurrent_bias": second}, keys


def _embedding(at: Place, module: Any, given: Sequence[Any], _: Mapping[str, Any]) -> Value:
    at.must_be(module, max_norm=None, scale_grad_by_freq=False)
    if module.padding_idx is not None:
        at.refuse(f"padding_idx={module.padding_idx} has a row that is not trained; leave it out, or freeze all rows")
    return at.draft.embedding(given[0], at.numbers(module.weight), at.told)


def _layer_norm(at: Place, module: Any, given: Sequence[Any], _: Mapping[str, Any]) -> Value:
    if len(module.normalized_shape) != 1:
        at.refuse(f"it takes {tuple(module.normalized_shape)} together; a template has the last axis alone")
    return at.draft.norm("layer_norm", given[0], _scale(at, module), _eps(module), at.told)


def _batch_norm(at: Place, module: Any, given: Sequence[Any], _: Mapping[str, Any]) -> Value:
    if module.momentum is None:
        at.refuse("momentum=None averages over all batches; take a number")
    numbers, keys = _scale(at, module), _eps(module)
    if module.running_mean is not None:
        numbers |= {key: Numbers(array_of(getattr(module, key)), False) for key in ("running_mean", "running_var")}
    keys |= {"momentum": module.momentum} if module.momentum != 0.1 else {}
    return at.draft.norm("batch_norm", given[0], numbers, keys, at.told, 0)


def _eps(module: Any) -> dict[str, Any]:
    return {"eps": module.eps} if module.eps != 1e-5 else {}


def _scale(at: Place, module: Any) -> dict[str, Numbers]:
    """gamma and beta; where there are none, 1 and 0, which are not trained."""
    count = module.normalized_shape[0] if hasattr(module, "normalized_shape") else module.num_features
    gamma, beta = at.perhaps(module.weight), at.perhaps(module.bias)
    return {
        "gamma": gamma if gamma is not None else Numbers(np.ones(count), False),
        "beta": beta if beta is not None else Numbers(np.zeros(count), False),
    }


def _attention(at: Place, module: Any, given: Sequence[Any], more: Mapping[str, Any]) -> tuple[Value, None]:
    """Self-attention: (query, key, value, key_padding_mask, need_weights, attn_mask, average, is_causal)."""
    places = ("query", "key", "value", "key_padding_mask", "need_weights", "attn_mask", "average", "is_causal")
    told = dict(zip(places, given, strict=False)) | dict(more)
    if any(told[key] is not told["query"] for key in ("key", "value")):
        at.refuse("its queries, keys and values come from different layers; a template has self-attention alone")
    if told.get("key_padding_mask") is not None:
        at.refuse("it masks padding, but samples of a template are of one length; leave the mask out")
    causal = is_causal(at, told.get("attn_mask"), told["query"].sizes[0], told.get("is_causal", False))
    return _attended(at, module, told["query"], causal), None


def _attended(at: Place, module: Any, x: Value, causal: bool) -> Value:
    at.must_be(module, batch_first=True, bias_k=None, add_zero_attn=False)
    if module.dropout and at.is_active:
        at.refuse("dropout within attention is not to be had; take dropout=0, or put the module in eval()")
    size = module.embed_dim
    if module.in_proj_weight is not None:
        parts = [at.numbers(module.in_proj_weight, n * size, (n + 1) * size) for n in range(3)]
    else:
        at.refuse("its keys and values have other sizes than its queries; take kdim and vdim as embed_dim")
    numbers: dict[str, Numbers | None] = dict(zip(("query", "key", "value"), parts, strict=True))
    numbers["out"] = at.numbers(module.out_proj.weight)
    if module.in_proj_bias is not None:
        numbers |= {"bias": at.numbers(module.in_proj_bias), "out_bias": at.numbers(module.out_proj.bias)}
    keys = {"size": size, "heads": module.num_heads} | ({"causal": True} if causal else {})
    return at.draft.attention(x, numbers, keys, at.told)


def is_causal(at: Place, mask: Any, steps: int, told: bool) -> bool:
    """Whether a mask lets a step see itself and those before it: -inf, or True, for all that come later."""
    if mask is None:
        if told:
            at.refuse("is_causal=True is a hint to a mask, which is missing; give attn_mask as well")
        return False
    array = array_of(mask)
    later = np.triu(np.ones((steps, steps), dtype=bool), 1)
    is_boolean = set(np.unique(array)) <= {0.0, 1.0}
    masked = array.astype(bool) if is_boolean else np.isneginf(array)
    rest = 0.0 if is_boolean else np.where(masked, 0.0, array)
    if array.shape == later.shape and (masked == later).all() and not np.any(rest):
        return True
    if not array.any():
        return False
    return at.refuse("its mask is none that a template has; take a causal one, or none")


def _encoder_layer(at: Place, module: Any, given: Sequence[Any], more: Mapping[str, Any]) -> Value:
    """A block of a transformer: attention and two dense layers, each with a residual arrow and a norm."""
    told = dict(zip(("src", "src_mask", "src_key_padding_mask", "is_causal"), given, strict=False)) | dict(more)
    if told.get("src_key_padding_mask") is not None:
        at.refuse("it masks padding, but samples of a template are of one length; leave the mask out")
    x: Value = told["src"]
    causal = is_causal(at, told.get("src_mask"), told["src"].sizes[0], told.get("is_causal", False))
    draft = at.draft

    def inner(name: str) -> Place:
        return _inner(at, name, type(getattr(module, name, module)).__name__)

    def attended(value: Value) -> Value:
        return _dropped(inner("dropout1"), module.dropout1, _attended(inner("self_attn"), module.self_attn, value,
                                                                      causal))  # fmt: skip

    def thought(value: Value) -> Value:
        value = _linear(inner("linear1"), module.linear1, [value], {})
        value = draft.activation(value, _transformer_activation(at, module.activation), inner("activation").told)
        value = _dropped(inner("dropout"), module.dropout, value)
        value = _linear(inner("linear2"), module.linear2, [value], {})
        return _dropped(inner("dropout2"), module.dropout2, value)

    for number, step in enumerate((attended, thought), start=1):
        norm, own = inner(f"norm{number}"), getattr(module, f"norm{number}")
        if module.norm_first:
            x = draft.added([x, step(_layer_norm(norm, own, [x], {}))], inner(f"residual{number}").told)
        else:
            x = _layer_norm(norm, own, [draft.added([x, step(x)], inner(f"residual{number}").told)], {})
    return x


def _inner(at: Place, name: str, what: str) -> Place:
    return Place(at.draft, f"{at.name}.{name}", what, at.trained, at.is_active, at.samples, at.sizes)


def _transformer_activation(at: Place, function: Any) -> str:
    """relu, or what else it is called."""
    called = getattr(function, "__name__", type(function).__name__.lower())
    if called == "gelu" and getattr(function, "approximate", "none") != "tanh":
        at.refuse(f"{EXACT_GELU}; take activation=nn.GELU(approximate='tanh')")
    if called not in ("relu", "gelu", "tanh", "silu"):
        at.refuse(f"its activation {called} is not to be had; take relu")
    return str(called)


def _encoder(at: Place, module: Any, given: Sequence[Any], more: Mapping[str, Any]) -> Value:
    told = dict(zip(("src", "mask", "src_key_padding_mask", "is_causal"), given, strict=False)) | dict(more)
    x = told["src"]
    for number, layer in enumerate(module.layers):
        masks = {"src_mask": told.get("mask"), "src_key_padding_mask": told.get("src_key_padding_mask")}
        x = _encoder_layer(_inner(at, f"layers.{number}", type(layer).__name__), layer, [x], masks)
    return x if module.norm is None else _layer_norm(_inner(at, "norm", "LayerNorm"), module.norm, [x], {})


def _dropped(at: Place, module: Any, x: Value) -> Value:
    return at.draft.dropout(x, module.p, at.told) if module.p and at.is_active else x


def _dropout(at: Place, module: Any, given: Sequence[Any], _: Mapping[str, Any]) -> Value:
    return _dropped(at, module, given[0])


EXACT_GELU = "GELU is the exact one with erf, but a template has the form with tanh"


def _activation(name: str, **options: str) -> ModuleReader:
    """``options``: what the template calls an attribute of the module, which is kept where it is not the usual one."""

    def read(at: Place, module: Any, given: Sequence[Any], _: Mapping[str, Any]) -> Value:
        values = {own: getattr(module, theirs) for own, theirs in options.items()}
        return at.draft.activation(given[0], {"name": name, **values} if values else name, at.told)

    return read


def _gelu(at: Place, module: Any, given: Sequence[Any], _: Mapping[str, Any]) -> Value:
    if module.approximate != "tanh":
        at.refuse(f"{EXACT_GELU}; take nn.GELU(approximate='tanh')")
    return at.draft.activation(given[0], "gelu", at.told)


def _softplus(at: Place, module: Any, given: Sequence[Any], _: Mapping[str, Any]) -> Value:
    at.must_be(module, beta=1)
    return at.draft.activation(given[0], "softplus", at.told)


def _softmax(function: str) -> ModuleReader:
    def read(at: Place, module: Any, given: Sequence[Any], _: Mapping[str, Any]) -> Value:
        if module.dim is None:
            at.refuse("it does not say its dim; take dim=-1")
        return at.draft.softmax(given[0], axis_of(module.dim, given[0]), at.told, function)

    return read


def axis_of(dim: int, value: Value) -> int:
    """An axis as PyTorch counts them, from the samples on or from the end, counted without the samples."""
    return dim % (len(value.axes) + 1) - 1


def _flatten(at: Place, module: Any, given: Sequence[Any], _: Mapping[str, Any]) -> Value:
    return flattened(at, given[0], module.start_dim, module.end_dim)


def flattened(at: Place, x: Value, first: int, last: int) -> Value:
    """All axes but that of the samples in a row."""
    if len(x.axes) > 1 and (axis_of(first, x) != 0 or axis_of(last, x) != len(x.axes) - 1):
        at.refuse("it flattens some axes alone; a template flattens all but that of the samples")
    return at.draft.flat(x, at.told)


def _same(at: Place, module: Any, given: Sequence[Any], _: Mapping[str, Any]) -> Any:
    return given[0]


MODULES: dict[str, ModuleReader] = {
    "Linear": _linear,
    "Conv1d": _convolution,
    "Conv2d": _convolution,
    "MaxPool1d": _pool("max_pool", 1),
    "MaxPool2d": _pool("max_pool", 2),
    "AvgPool1d": _pool("avg_pool", 1),
    "AvgPool2d": _pool("avg_pool", 2),
    "AdaptiveAvgPool1d": _adaptive("avg_pool", 1),
    "AdaptiveAvgPool2d": _adaptive("avg_pool", 2),
    "AdaptiveMaxPool1d": _adaptive("max_pool", 1),
    "AdaptiveMaxPool2d": _adaptive("max_pool", 2),
    "RNN": _recurrent("rnn"),
    "LSTM": _recurrent("lstm"),
    "GRU": _recurrent("gru"),
    "Embedding": _embedding,
    "LayerNorm": _layer_norm,
    "BatchNorm1d": _batch_norm,
    "BatchNorm2d": _batch_norm,
    "MultiheadAttention": _attention,
    "TransformerEncoderLayer": _encoder_layer,
    "TransformerEncoder": _encoder,
    "Flatten": _flatten,
    "Identity": _same,
    "Dropout": _dropout,
    "Sigmoid": _activation("sigmoid"),
    "Tanh": _activation("tanh"),
    "ReLU": _activation("relu"),
    "LeakyReLU": _activation("leaky_relu", slope="negative_slope"),
    "ELU": _activation("elu", alpha="alpha"),
    "Softplus": _softplus,
    "GELU": _gelu,
    "SiLU": _activation("silu"),
    "Hardsigmoid": _activation("hard_sigmoid"),
    "Softmax": _softmax("softmax"),
    "LogSoftmax": _softmax("log_softmax"),
}
WITHOUT = {  # what is not to be had, with what may be taken instead
    "Bilinear": "make it of Linear layers",
    "Conv3d": "take Conv2d",
    "ConvTranspose1d": "take Conv1d",
    "ConvTranspose2d": "take Conv2d",
    "ReLU6": "take ReLU",
    "Hardtanh": "take Tanh",
    "Hardswish": "take SiLU",
    "Mish": "take SiLU",
    "SELU": "take ELU",
    "CELU": "take ELU",
    "PReLU": "take LeakyReLU",
    "Softsign": "take Tanh",
    "Dropout1d": "take Dropout",
    "Dropout2d": "take Dropout",
    "GroupNorm": "take LayerNorm or BatchNorm2d",
    "InstanceNorm1d": "take BatchNorm1d",
    "InstanceNorm2d": "take BatchNorm2d",
    "RMSNorm": "take LayerNorm",
    "EmbeddingBag": "take Embedding",
    "RNNCell": "take RNN, which goes over the steps itself",
    "LSTMCell": "take LSTM, which goes over the steps itself",
    "GRUCell": "take GRU, which goes over the steps itself",
    "Transformer": "take TransformerEncoder",
    "TransformerDecoderLayer": "take TransformerEncoderLayer with a causal mask",
}
