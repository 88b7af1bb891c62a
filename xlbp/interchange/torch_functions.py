"""PyTorch's functions and the methods of its tensors as layers of a draft: a table by name."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any, TypeAlias

from xlbp.interchange.draft import COLUMN, ROW, STEP, Numbers, Value
from xlbp.interchange.torch_layers import EXACT_GELU, MODULES, Last, Place, array_of, axis_of, flattened, is_causal
from xlbp.interchange.written_attention import Scores, attended

FunctionReader: TypeAlias = Callable[[Place, Sequence[Any], Mapping[str, Any]], Any]


@dataclass(frozen=True)
class Constant:
    """A tensor that does not depend on the inputs; ``parameter`` is the one that it is, perhaps turned round."""

    tensor: Any
    parameter: Any = None
    is_turned: bool = False


def numbers_of(at: Place, constant: Any) -> Numbers:
    """The numbers of a constant, and the parameter that it is."""
    if not isinstance(constant, Constant):
        at.refuse("it multiplies two layers, or takes one for weights; a template has attention, and no other product")
    if constant.parameter is None:
        return Numbers(array_of(constant.tensor), bool(getattr(constant.tensor, "requires_grad", False)))
    numbers = at.numbers(constant.parameter)
    return numbers.turned(1, 0) if constant.is_turned else numbers


def plain(given: Any) -> Any:
    """An argument as PyTorch has it: a constant's tensor, or what it is."""
    if isinstance(given, Constant):
        return given.tensor
    return type(given)(map(plain, given)) if type(given) in (tuple, list) else given


def _argument(given: Sequence[Any], more: Mapping[str, Any], place: int, key: str, usual: Any = None) -> Any:
    """An argument by its place, or by its name."""
    return given[place] if len(given) > place else more.get(key, usual)


def _module(kind: str, *keys: str, **usual: Any) -> FunctionReader:
    """A function that has what a module has as its arguments, in this order; the rest is usual."""

    def read(at: Place, given: Sequence[Any], more: Mapping[str, Any]) -> Any:
        told = usual | dict(zip(keys, map(plain, given[1:]), strict=False))
        told |= {key: plain(value) for key, value in more.items() if key not in ("input", "inplace")}
        return MODULES[kind](at, SimpleNamespace(**told), [_argument(given, more, 0, "input")], {})

    return read


def _linear(at: Place, given: Sequence[Any], more: Mapping[str, Any]) -> Value:
    weights, bias = (_argument(given, more, place, key) for place, key in ((1, "weight"), (2, "bias")))
    return at.draft.dense(given[0], numbers_of(at, weights), None if bias is None else numbers_of(at, bias), at.told)


def _matmul(at: Place, given: Sequence[Any], more: Mapping[str, Any]) -> Any:
    x, weights = given[0], _argument(given, more, 1, "other")
    if isinstance(x, Value) and isinstance(weights, Value):
        return Scores(x, weights)
    if isinstance(x, Scores) and isinstance(weights, Value):
        return attended(at.draft, x, weights, at.told, ATTENTION)
    if not isinstance(x, Value):
        at.refuse("its first factor is no layer; write x @ W")
    return at.draft.dense(x, numbers_of(at, weights).turned(1, 0), None, at.told)


ATTENTION = "a template has products of layers in attention alone: softmax(q @ k.transpose(1, 2) / sqrt(size)) @ v"


def _divided(at: Place, given: Sequence[Any], more: Mapping[str, Any]) -> Scores:
    """Scores divided by a number, or multiplied by one."""
    scores, number = given[0], plain(_argument(given, more, 1, "other"))
    if not isinstance(scores, Scores) or scores.are_shares or not isinstance(number, int | float):
        at.refuse(f"a template has no such product or quotient of layers; {ATTENTION}")
    factor = number if at.what in ("truediv", "div") else 1 / number
    return replace(scores, divisor=scores.divisor * factor)


def _masked(at: Place, given: Sequence[Any], more: Mapping[str, Any]) -> Scores:
    """Scores of later steps become -inf."""
    scores, mask, number = given[0], _argument(given, more, 1, "mask"), plain(_argument(given, more, 2, "value"))
    if not isinstance(scores, Scores) or not isinstance(mask, Constant) or float(number) != -math.inf:
        at.refuse(f"only scores of attention can be masked, with float('-inf'); {ATTENTION}")
    return replace(scores, causal=is_causal(at, mask.tensor, scores.query.axes[0].size, False))


def _scaled_attention(at: Place, given: Sequence[Any], more: Mapping[str, Any]) -> Value:
    """scaled_dot_product_attention(query, key, value, attn_mask, dropout_p, is_causal, scale)."""
    keys = ("query", "key", "value", "attn_mask", "dropout_p", "is_causal", "scale")
    told = dict(zip(keys, given, strict=False)) | dict(more)
    if told.get("dropout_p"):
        at.refuse("dropout within attention is not to be had; take dropout_p=0")
    query, key = told["query"], at.draft.permuted(told["key"], (1, 0))
    mask = plain(told.get("attn_mask"))
    steps, causal = query.axes[0].size, bool(told.get("is_causal"))
    if mask is not None:  # where it is True, or 0, a step is seen
        is_boolean = str(mask.dtype) == "torch.bool"
        causal = is_causal(at, ~mask if is_boolean else mask, steps, False)
    scale = told.get("scale")
    divisor = math.sqrt(query.axes[-1].size) if scale is None else 1 / scale
    scores = Scores(query, key, divisor, causal, are_shares=True)
    return attended(at.draft, scores, told["value"], at.told, ATTENTION)


def _embedding(at: Place, given: Sequence[Any], more: Mapping[str, Any]) -> Value:
    return at.draft.embedding(given[0], numbers_of(at, _argument(given, more, 1, "weight")), at.told)


def _add(at: Place, given: Sequence[Any], more: Mapping[str, Any]) -> Any:
    """Two layers, or a layer and a parameter: a bias, or a row for each position."""
    first, second = given[0], _argument(given, more, 1, "other")
    if more.get("alpha", 1) != 1:
        at.refuse(f"alpha is {more['alpha']}; add without it")
    if isinstance(first, Value) and isinstance(second, Value):
        return at.draft.added([first, second], at.told)
    x, constant = (first, second) if isinstance(first, Value) else (second, first)
    if not isinstance(constant, Constant) or not hasattr(constant.tensor, "dim"):
        at.refuse(f"it adds {plain(constant)!r} to a layer; put that into the layer's bias")
    return _added(at, x, constant)


def _added(at: Place, x: Value, constant: Constant) -> Value:
    numbers = numbers_of(at, constant)
    while numbers.array.ndim > 1 and numbers.array.shape[0] == 1:  # the axis of the samples
        numbers = replace(numbers, array=numbers.array[0], view=numbers.view)
    if numbers.array.ndim == 1 and (made := at.draft.biased(x, numbers)) is not None:
        return made
    return at.draft.positions(x, numbers, at.told)


def _activation(name: str, key: str = "", own: str = "", usual: float = 0.0) -> FunctionReader:
    def read(at: Place, given: Sequence[Any], more: Mapping[str, Any]) -> Value:
        function: Any = name
        if key:
            function = {"name": name, own: _argument(given, more, 1, key, usual)}
        return at.draft.activation(given[0], function, at.told)

    return read


def _gelu(at: Place, given: Sequence[Any], more: Mapping[str, Any]) -> Value:
    if more.get("approximate") != "tanh":
        at.refuse(f"{EXACT_GELU}; take gelu(x, approximate='tanh')")
    return at.draft.activation(given[0], "gelu", at.told)


def _softmax(function: str) -> FunctionReader:
    def read(at: Place, given: Sequence[Any], more: Mapping[str, Any]) -> Any:
        dim = _argument(given, more, 1, "dim")
        if isinstance(given[0], Scores) and dim in (-1, 2) and function == "softmax":
            return replace(given[0], are_shares=True)
        if dim is None:
            at.refuse("it does not say its dim; take dim=-1")
        return at.draft.softmax(given[0], axis_of(dim, given[0]), at.told, function)

    return read


def _dropout(at: Place, given: Sequence[Any], more: Mapping[str, Any]) -> Value:
    share, training = _argument(given, more, 1, "p", 0.5), _argument(given, more, 2, "training", True)
    return at.draft.dropout(given[0], share, at.told) if share and training and at.is_active else given[0]


def _flatten(at: Place, given: Sequence[Any], more: Mapping[str, Any]) -> Value:
    first, last = _argument(given, more, 1, "start_dim", 0), _argument(given, more, 2, "end_dim", -1)
    return flattened(at, given[0], first, last)


def _reshaped(at: Place, given: Sequence[Any], _: Mapping[str, Any]) -> Value:
    """view and reshape: what comes out tells the sizes."""
    return at.draft.reshaped(given[0], at.sizes, at.told)


def _permuted(at: Place, given: Sequence[Any], more: Mapping[str, Any]) -> Any:
    order = given[1] if len(given) == 2 else given[1:] or more["dims"]
    return _turned(at, given[0], list(order))


def _transposed(at: Place, given: Sequence[Any], more: Mapping[str, Any]) -> Any:
    x = given[0]
    count = x.tensor.dim() if isinstance(x, Constant) else len(x.axes) + 1
    order = list(range(count))
    first, second = _argument(given, more, 1, "dim0", 0), _argument(given, more, 2, "dim1", 1)
    order[first], order[second] = order[second], order[first]
    return _turned(at, x, order)


def _turned(at: Place, x: Any, order: list[int]) -> Any:
    order = [dim % len(order) for dim in order]
    if order[0] != 0:
        at.refuse("it moves the axis of the samples, which is the first one; build the module with batch_first=True")
    return at.draft.permuted(x, [dim - 1 for dim in order[1:]])


def _widened(at: Place, given: Sequence[Any], more: Mapping[str, Any]) -> Value:
    x, dim = given[0], _argument(given, more, 1, "dim")
    return at.draft.widened(x, dim % (len(x.axes) + 2) - 1, at.told)


def _squeezed(at: Place, given: Sequence[Any], more: Mapping[str, Any]) -> Any:
    x, dim = given[0], _argument(given, more, 1, "dim")
    if isinstance(x, Last):
        return _of_last(at, x, 0)
    if dim is None:
        return at.draft.reshaped(x, at.sizes, at.told)
    place = axis_of(dim, x)
    return at.draft.squeezed(x, place, at.told) if place >= 0 and x.axes[place].size == 1 else x


def _of_last(at: Place, last: Last, number: int) -> Value:
    """The state of one layer of a recurrent module after its last step."""
    if not last.layers:
        at.refuse("it takes the cells of an LSTM; a template has its states alone")
    return at.draft.last_step(last.layers[number], at.told)


def _item(at: Place, given: Sequence[Any], _: Mapping[str, Any]) -> Any:
    """One of several results, a state, the last step, or an axis more."""
    x, index = given[0], plain(given[1])
    if isinstance(x, tuple | list):
        return x[index]
    if isinstance(x, Last):
        return _of_last(at, x, index)
    indices = [part for part in (index if isinstance(index, tuple) else (index,)) if part is not Ellipsis]
    whole = slice(None)
    if indices[:1] == [whole] and len(indices) > 1 and all(part == whole for part in indices[2:]):
        second = indices[1]
        if second == whole:
            return x
        if second is None:
            return at.draft.widened(x, 0, at.told)
        if isinstance(second, int) and second in (-1, x.axes[0].size - 1):
            return at.draft.last_step(x, at.told)
    return at.refuse(f"it takes the part {index} of a layer; a template has the last step of a recurrent layer alone")


def _over(kind: str) -> FunctionReader:
    """The mean, or the largest, over all steps or all places."""

    def read(at: Place, given: Sequence[Any], more: Mapping[str, Any]) -> Any:
        x, dims = given[0], _argument(given, more, 1, "dim")
        if dims is None:
            at.refuse("it takes all samples together; say dim=")
        if _argument(given, more, 2, "keepdim", False):
            at.refuse("keepdim=True leaves an axis of size 1; leave it out")
        places = [axis_of(dim, x) for dim in (dims if isinstance(dims, tuple | list) else (dims,))]
        _guess(x, places)
        return at.draft.pooled(kind, x, [x.axes[place].what for place in places], at.told)

    return read


def _guess(x: Value, places: list[int]) -> None:
    """What runs along axes of the data that nothing is known of: what is taken together are steps, or places."""
    meant = [STEP] if len(places) == 1 else [ROW, COLUMN]
    for place, what in zip(places, meant, strict=False):
        x.axes[place].what = x.axes[place].what or what
    for axis in x.axes:
        axis.what = axis.what or "feature"


def _largest(at: Place, given: Sequence[Any], more: Mapping[str, Any]) -> Any:
    """max over an axis, which returns the places as well."""
    return _over("max_pool")(at, given, more), None


def _joined(at: Place, given: Sequence[Any], more: Mapping[str, Any]) -> Value:
    dim = _argument(given, more, 1, "dim", more.get("axis", 0))
    if not all(isinstance(part, Value) for part in given[0]):
        at.refuse("it joins a layer with numbers that are none; a template joins layers, and the data")
    return at.draft.joined(given[0], axis_of(dim, given[0][0]), at.told)


def _same(at: Place, given: Sequence[Any], _: Mapping[str, Any]) -> Any:
    return given[0]


SAME = ("contiguous", "float", "double", "to", "type", "clone", "long", "int", "detach", "cpu", "requires_grad_")
FUNCTIONS: dict[str, FunctionReader] = {
    "linear": _linear,
    "matmul": _matmul,
    "embedding": _embedding,
    **dict.fromkeys(("truediv", "div", "mul"), _divided),
    **dict.fromkeys(("masked_fill", "masked_fill_"), _masked),
    "scaled_dot_product_attention": _scaled_attention,
    **dict.fromkeys(("bmm", "__matmul__"), _matmul),
    **dict.fromkeys(("add", "iadd", "add_", "radd"), _add),
    **dict.fromkeys(("relu", "relu_"), _activation("relu")),
    **dict.fromkeys(("sigmoid", "sigmoid_"), _activation("sigmoid")),
    **dict.fromkeys(("tanh", "tanh_"), _activation("tanh")),
    "leaky_relu": _activation("leaky_relu", "negative_slope", "slope", 0.01),
    "elu": _activation("elu", "alpha", "alpha", 1.0),
    "softplus": _module("Softplus", "beta", "threshold", beta=1),
    "silu": _activation("silu"),
    "hardsigmoid": _activation("hard_sigmoid"),
    "gelu": _gelu,
    "softmax": _softmax("softmax"),
    "log_softmax": _softmax("log_softmax"),
    "dropout": _dropout,
    "flatten": _flatten,
    **dict.fromkeys(("view", "reshape"), _reshaped),
    "permute": _permuted,
    **dict.fromkeys(("transpose", "swapaxes", "swapdims", "t"), _transposed),
    "unsqueeze": _widened,
    "squeeze": _squeezed,
    "getitem": _item,
    "mean": _over("avg_pool"),
    "amax": _over("max_pool"),
    "max": _largest,
    **dict.fromkeys(("cat", "concat", "concatenate"), _joined),
    "max_pool1d": _module("MaxPool1d", "kernel_size", "stride", "padding", stride=None, padding=0),
    "max_pool2d": _module("MaxPool2d", "kernel_size", "stride", "padding", stride=None, padding=0),
    "boolean_dispatch": _module("MaxPool2d", "kernel_size", "stride", "padding", stride=None, padding=0),
    "avg_pool1d": _module("AvgPool1d", "kernel_size", "stride", "padding", stride=None, padding=0),
    "avg_pool2d": _module("AvgPool2d", "kernel_size", "stride", "padding", stride=None, padding=0),
    "adaptive_avg_pool1d": _module("AdaptiveAvgPool1d", "output_size"),
    "adaptive_avg_pool2d": _module("AdaptiveAvgPool2d", "output_size"),
    **dict.fromkeys(SAME, _same),
}
