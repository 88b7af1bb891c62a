"""A network as it is read out of another program's model: layers of ours, each with the place it comes from.

What is read is a value: the numbers that a layer, or the data, passes on, with the axes that the other program has
them in.  A program may turn axes round as it likes; here each axis knows what runs along it, so that turning is free,
and what a layer needs (features last, channels first) is asked of the axes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from xlbp.errors import UsageError

DATA = -1  # among the sources of a layer: the inputs
FEATURE, STEP, ROW, COLUMN = "feature", "step", "row", "column"  # what runs along an axis; channels are features
IMAGE, SEQUENCE, SIGNAL, PLAIN = (FEATURE, ROW, COLUMN), (STEP, FEATURE), (FEATURE, STEP), (FEATURE,)
Array = NDArray[np.float64]
ROWS = "rows "  # what the view of some rows of a parameter begins with


@dataclass
class Along:
    """An axis: how far it goes, and what runs along it; '' of the data's, as long as no layer has said."""

    size: int
    what: str = ""


@dataclass(frozen=True)
class Value:
    """What a layer passes on: its axes as the other program has them, without that of the samples.

    Where numbers were put in a row in another order than ours, ``order`` has for each of theirs the place of it in
    ours.  ``place`` is where in the model the value comes from.
    """

    layer: int
    axes: tuple[Along, ...]
    order: tuple[int, ...] = ()
    place: str = ""

    @property
    def sizes(self) -> tuple[int, ...]:
        """How far each axis goes."""
        return tuple(axis.size for axis in self.axes)

    @property
    def whats(self) -> tuple[str, ...]:
        """What runs along each axis."""
        return tuple(axis.what for axis in self.axes)


@dataclass(frozen=True)
class Numbers:
    """A parameter: its numbers, and whether it is trained.

    Parameters of one ``key`` are one; '' is that of no other.  ``view`` tells what of it this is: all, some rows, or
    all turned round.
    """

    array: Array
    is_trained: bool = True
    key: str = ""
    view: str = ""

    def turned(self, *axes: int) -> Numbers:
        """With its axes in another order."""
        return replace(self, array=self.array.transpose(axes), view=f"{self.view} turned {axes}")

    def taken(self, numbers: Sequence[int], axis: int = 0) -> Numbers:
        """With its rows, or what runs along another axis, in another order."""
        taken = np.take(self.array, list(numbers), axis=axis)
        return replace(self, array=taken, view=f"{self.view} reordered {axis} {list(numbers)}")


@dataclass
class Drafted:
    """A layer: its keys as a template has them, the layers it takes, its parameters by key, what it comes from."""

    kind: str
    sources: list[int]
    place: str
    keys: dict[str, Any] = field(default_factory=dict)
    parameters: dict[str, Numbers] = field(default_factory=dict)
    axes: tuple[str, ...] = ()  # of what it passes on, in our own order
    activation: Any = None
    dropout: float = 0.0


class Draft:
    """The layers read so far, and what is known of the axes of the data."""

    def __init__(self, sizes: Sequence[int]) -> None:
        self.layers: list[Drafted] = []
        self.data = tuple(Along(size) for size in sizes)
        self.notes: list[str] = []
        self.keeps_names = False  # whether a layer with parameters is called as its module

    def entering(self) -> Value:
        """The data."""
        return Value(DATA, self.data, place="the inputs")

    def refuse(self, place: str, why: str) -> NoReturn:
        """Raise UsageError: what stands at ``place`` of the model can't be had."""
        raise UsageError(f"{place}: {why}")

    def note(self, text: str) -> None:
        """Something that the template's reader has to know, said once."""
        if text not in self.notes:
            self.notes.append(text)

    def expect(self, value: Value, whats: Sequence[str], place: str) -> None:
        """Make sure that these run along the axes; those of the data learn it here."""
        if len(value.axes) != len(whats):
            met = " x ".join(map(str, value.sizes)) or "one number"
            self.refuse(place, f"it takes ({', '.join(whats)}) of each sample, but {met} come in")
        for axis, what in zip(value.axes, whats, strict=True):
            axis.what = axis.what or what
            if axis.what != what:
                met = ", ".join(value.whats)
                self.refuse(place, f"it takes ({', '.join(whats)}), but what comes in is ({met}); permute the axes")

    def put(self, layer: Drafted, sizes: Sequence[int], axes: Sequence[str]) -> Value:
        """Add a layer that passes on what has these axes, in this order."""
        layer.axes = tuple(axes)
        self.layers.append(layer)
        passed = tuple(Along(size, what) for size, what in zip(sizes, axes, strict=True))
        return Value(len(self.layers) - 1, passed, place=layer.place)

    def own_axes(self, value: Value) -> tuple[str, ...]:
        """What runs along the axes of a value in our own order.

        Of the data the first layer says it that takes them: maps have their channels first, and so has a signal.
        """
        if value.layer != DATA:
            return self.layers[value.layer].axes
        takers = [layer.kind for layer in self.layers if DATA in layer.sources]
        orders = (SIGNAL if takers[:1] == ["conv1d"] else SEQUENCE, IMAGE)
        whats = tuple(axis.what for axis in self.data)
        order = next((order for order in orders if set(whats) <= set(order)), whats)
        return tuple(what for what in order if what in whats)

    def settle(self, value: Value) -> None:
        """What is usual runs along those axes of which nothing is known yet."""
        left = [what for what in _usual(len(value.axes)) if what not in value.whats]
        for axis in value.axes:
            if not axis.what and left:
                axis.what = left.pop(0)

    # -- values that are looked at in another way ---------------------------------------------------------------------

    def permuted(self, value: Value, order: Sequence[int]) -> Value:
        """With the axes in another order, which costs nothing."""
        return replace(value, axes=tuple(value.axes[place] for place in order))

    def widened(self, value: Value, at: int, place: str) -> Value:
        """With an axis of size 1: the only channel of a picture or a signal, or a single feature."""
        if FEATURE in value.whats:
            self.refuse(place, "an axis can be added to what has no features alone; reshape the data before")
        axes = list(value.axes)
        axes.insert(at, Along(1, FEATURE))
        return replace(value, axes=tuple(axes))

    def squeezed(self, value: Value, at: int, place: str) -> Value:
        """Without an axis of size 1, which must leave something to tell the numbers apart."""
        if value.axes[at].size != 1:
            self.refuse(place, f"an axis of {value.axes[at].size} can't be left out")
        left = replace(value, axes=tuple(axis for n, axis in enumerate(value.axes) if n != at))
        is_plain = len(left.axes) != 1 or value.layer == DATA or len(self.own_axes(value)) == 1
        return left if is_plain else self.flat(left, place)

    def flat(self, value: Value, place: str) -> Value:
        """All numbers in a row; the next layer's weights are put in our own order, should theirs be another."""
        self.settle(value)
        own = self.own_axes(value)
        if len(own) == 1:
            return replace(value, axes=tuple(axis for axis in value.axes if axis.what in own))
        sizes = dict(zip(value.whats, value.sizes, strict=True))
        numbered = np.arange(math.prod(value.sizes)).reshape([sizes.get(what, 1) for what in own])
        order = [what for what in value.whats if what in own] + [what for what in own if what not in sizes]
        theirs = numbered.transpose([own.index(what) for what in order]).ravel()
        made = self.put(Drafted("flatten", [value.layer], place), (len(theirs),), PLAIN)
        is_same = bool((theirs == np.arange(len(theirs))).all())
        return made if is_same else replace(made, order=tuple(theirs.tolist()))

    def reshaped(self, value: Value, sizes: Sequence[int], place: str) -> Value:
        """In other sizes: the same, all in a row, or with axes of size 1 more or less."""
        sizes = tuple(sizes)
        if sizes == value.sizes:
            return value
        if len(sizes) == 1:
            return self.flat(value, place)
        if [size for size in sizes if size != 1] == [size for size in value.sizes if size != 1]:
            return self._with_ones(value, sizes, place)
        met, asked = (" x ".join(map(str, part)) for part in (value.sizes, sizes))
        return self.refuse(place, f"{met} can't become {asked}; a template flattens, or keeps its axes")

    def _with_ones(self, value: Value, sizes: tuple[int, ...], place: str) -> Value:
        """With axes of size 1 where ``sizes`` have them."""
        for at, size in enumerate(sizes):
            now = value.sizes[at] if at < len(value.axes) else None
            if now != size:
                is_more = size == 1
                value = self.widened(value, at, place) if is_more else self.squeezed(value, at, place)
        while len(value.axes) > len(sizes):
            value = self.squeezed(value, len(value.axes) - 1, place)
        return value

    def last_step(self, value: Value, place: str) -> Value:
        """What a recurrent layer passes on after its last step."""
        layer = self.layers[value.layer] if value.layer != DATA else None
        if layer is None or layer.kind not in RECURRENT or value.axes[0].what != STEP:
            kinds = "a recurrent layer"
            self.refuse(place, f"the last step can be taken of {kinds} alone; take it right behind the layer")
        if layer.keys.get("returns") == "last":
            return value
        taken = replace(layer, sources=list(layer.sources), keys=layer.keys | {"returns": "last"})
        return self.put(taken, (value.axes[1].size,), PLAIN)

    # -- layers ------------------------------------------------------------------------------------------------------

    def dense(self, x: Value, weights: Numbers, bias: Numbers | None, place: str) -> Value:
        """W (units, features) x + b, of a sequence at each of its steps."""
        last = len(x.axes) - 1
        if last > 1:
            self.refuse(place, "a dense layer takes features, or a sequence of them, not maps; flatten them before")
        self.expect(x, SEQUENCE if last else PLAIN, place)
        if x.order:  # column j of theirs is number order[j] of ours
            weights = weights.taken(np.argsort(x.order).tolist(), axis=1)
        units = len(weights.array)
        layer = Drafted("dense", [x.layer], place, {"units": units}, _parameters(weights=weights))
        self._give_bias(layer, bias, units)
        return self.put(layer, (*x.sizes[:-1], units), SEQUENCE if last else PLAIN)

    def biased(self, x: Value, bias: Numbers) -> Value | None:
        """A bias added to the features of a layer that has none; None where no layer could have it."""
        layer = self.layers[x.layer] if x.layer != DATA else None
        can = layer is not None and layer.kind in ("dense", "conv1d", "conv2d") and layer.parameters.get("bias") is None
        units = next((axis.size for axis in x.axes if axis.what == FEATURE), 1)
        if layer is None or not can or bias.array.size not in (1, units):
            return None
        self._give_bias(layer, bias, units)
        return x

    @staticmethod
    def _give_bias(layer: Drafted, bias: Numbers | None, units: int) -> None:
        """A single number for several units is one bias that all share."""
        if bias is None:
            return
        if bias.array.size == 1 < units:
            layer.keys["bias_shared"] = True
            bias = replace(bias, array=bias.array.reshape(()))
        layer.parameters["bias"] = bias

    def convolution(
        self, x: Value, kernels: Numbers, bias: Numbers | None, windows: dict[str, Sequence[int]], place: str
    ) -> Value:
        """K (filters, channels, ...) over maps, channels first; ``windows`` are its stride and padding."""
        rank = kernels.array.ndim - 2
        axes = SIGNAL if rank == 1 else IMAGE
        self.expect(x, axes, place)
        size = kernels.array.shape[2:]
        if kernels.array.shape[1] != x.sizes[0]:
            self.refuse(place, "its groups see some channels alone; take groups = 1")
        stride, padding = (tuple(windows.get(key, (usual,) * rank)) for key, usual in (("stride", 1), ("padding", 0)))
        keys: dict[str, Any] = {"filters": len(kernels.array), "kernel": _one_or_all(size)}
        keys |= {"stride": _one_or_all(stride)} if set(stride) != {1} else {}
        keys |= {"padding": _one_or_all(padding)} if set(padding) != {0} else {}
        counts = ((n + 2 * p - k) // s + 1 for n, p, k, s in zip(x.sizes[1:], padding, size, stride, strict=True))
        layer = Drafted(f"conv{rank}d", [x.layer], place, keys, _parameters(weights=kernels))
        self._give_bias(layer, bias, len(kernels.array))
        return self.put(layer, (len(kernels.array), *counts), axes)

    def pool(self, kind: str, x: Value, size: Sequence[int], stride: Sequence[int], place: str) -> Value:
        """``max_pool`` or ``avg_pool`` over maps, channels first."""
        axes = SIGNAL if len(size) == 1 else IMAGE
        self.expect(x, axes, place)
        keys: dict[str, Any] = {"size": _one_or_all(size)}
        keys |= {"stride": _one_or_all(stride)} if tuple(stride) != tuple(size) else {}
        counts = ((n - k) // s + 1 for n, k, s in zip(x.sizes[1:], size, stride, strict=True))
        return self.put(Drafted(kind, [x.layer], place, keys), (x.sizes[0], *counts), axes)

    def pooled(self, kind: str, x: Value, whats: Sequence[str], place: str) -> Value:
        """The largest or the mean over all steps, or all places: features in a row are left."""
        axes = SIGNAL if tuple(whats) == (STEP,) else IMAGE
        if set(whats) != set(axes[1:]) or set(x.whats) != set(axes):
            met = ", ".join(what or "?" for what in x.whats)
            self.refuse(place, f"it can be taken over all steps, or all rows and columns, of features, not of ({met})")
        maps = self.permuted(x, [x.whats.index(what) for what in axes])
        return self.flat(self.pool(kind, maps, maps.sizes[1:], maps.sizes[1:], place), place)

    def recurrent(
        self, kind: str, x: Value, parameters: dict[str, Numbers | None], keys: dict[str, Any], place: str
    ) -> Value:
        """``rnn``, ``lstm`` or ``gru`` with the states of all steps; :meth:`last_step` takes the last one."""
        self.expect(x, SEQUENCE, place)
        recurrent = parameters["recurrent"]
        assert recurrent is not None
        units = recurrent.array.shape[1]
        keys = {"units": units, **keys, "returns": "all"}
        layer = Drafted(kind, [x.layer], place, keys, _parameters(**parameters))
        return self.put(layer, (x.sizes[0], units), SEQUENCE)

    def embedding(self, x: Value, rows: Numbers, place: str) -> Value:
        """The row of each token."""
        self.expect(x, (STEP,), place)
        count, size = rows.array.shape
        layer = Drafted("embedding", [x.layer], place, {"rows": count, "size": size}, {"weights": rows})
        return self.put(layer, (x.sizes[0], size), SEQUENCE)

    def positions(self, x: Value, rows: Numbers, place: str) -> Value:
        """A row (steps, features) added to each step."""
        self.expect(x, SEQUENCE, place)
        if rows.array.shape != x.sizes:
            met, needed = (" x ".join(map(str, sizes)) for sizes in (rows.array.shape, x.sizes))
            self.refuse(place, f"an array of {met} is added, but {needed} would be needed: a row for each step")
        return self.put(Drafted("positions", [x.layer], place, {}, {"weights": rows}), x.sizes, SEQUENCE)

    def norm(
        self, kind: str, x: Value, numbers: dict[str, Numbers], keys: dict[str, Any], place: str, axis: int = -1
    ) -> Value:
        """``layer_norm`` over the features, or ``batch_norm`` of each, or of each channel, along this axis."""
        features = x.axes[axis]
        features.what = features.what or FEATURE
        self.settle(x)
        if features.what != FEATURE:
            self.refuse(place, f"it goes along the features, but what comes in is ({', '.join(x.whats)})")
        if x.order:
            self.refuse(place, "it comes behind a flatten of turned axes; put it before the flatten")
        return self._each(x, Drafted(kind, [x.layer], place, keys, numbers))

    def attention(self, x: Value, numbers: dict[str, Numbers | None], keys: dict[str, Any], place: str) -> Value:
        """Self-attention over the steps."""
        self.expect(x, SEQUENCE, place)
        given = {key: value for key, value in numbers.items() if value is not None}
        keys = keys | ({} if numbers.get("out") is not None else {"out": False})
        return self.put(Drafted("attention", [x.layer], place, keys, dict(given)), (x.sizes[0], keys["size"]), SEQUENCE)

    def attention_of(
        self, projections: Sequence[Drafted], divisor: float, causal: bool, steps: int, place: str
    ) -> Value:
        """One layer of attention of the dense ones that make queries, keys and values, which nobody else then takes."""
        size, sources = projections[0].keys["units"], projections[0].sources
        names = ("query", "key", "value")
        numbers = {name: layer.parameters["weights"] for name, layer in zip(names, projections, strict=True)}
        biases = [layer.parameters.get("bias") for layer in projections]
        if any(bias is not None for bias in biases):
            each = [bias if bias is not None else Numbers(np.zeros(size), False) for bias in biases]
            if len({bias.is_trained for bias in each}) > 1:
                self.refuse(place, "some of queries, keys and values have a trained bias; give it to all, or to none")
            key = " ".join(bias.key for bias in each)
            numbers["bias"] = Numbers(np.concatenate([bias.array for bias in each]), each[0].is_trained, key)
        keys: dict[str, Any] = {"size": size, "out": False} | ({"causal": True} if causal else {})
        if abs(divisor * divisor - size) > 1e-12 * size:
            keys["divide_by_root_of"] = divisor * divisor
        return self.put(Drafted("attention", list(sources), place, keys, numbers), (steps, size), SEQUENCE)

    def activation(self, x: Value, function: Any, place: str) -> Value:
        """``"tanh"`` or ``{name = "elu", alpha = 0.5}``, element by element."""
        return self._each(x, Drafted("activation", [x.layer], place, activation=function))

    def softmax(self, x: Value, axis: int, place: str, function: str = "softmax") -> Value:
        """The shares of the features along an axis, counted from 0 without the samples."""
        what = x.axes[axis % len(x.axes)]
        what.what = what.what or FEATURE
        if what.what != FEATURE:
            self.refuse(place, f"softmax is taken over the {what.what}s; a template has it over features, or channels")
        return self.activation(x, function, place)

    def dropout(self, x: Value, share: float, place: str) -> Value:
        """A share of the numbers is left out at random."""
        self.note("The masks of dropout are drawn in the sheet itself: they are not those of the model's program.")
        return self._each(x, Drafted("dropout", [x.layer], place, dropout=share))

    def _each(self, x: Value, layer: Drafted) -> Value:
        """A layer that leaves axes and order as they are."""
        self.settle(x)
        layer.axes = self.own_axes(x)
        self.layers.append(layer)
        return replace(x, layer=len(self.layers) - 1, place=layer.place)

    def added(self, values: Sequence[Value], place: str) -> Value:
        """The sum of several layers of one shape."""
        return self._joined("add", values, place, sizes=values[0].sizes)

    def joined(self, values: Sequence[Value], axis: int, place: str) -> Value:
        """Their features, or channels, side by side."""
        axis %= len(values[0].axes)
        for value in values:
            value.axes[axis].what = value.axes[axis].what or FEATURE
            if value.axes[axis].what != FEATURE:
                self.refuse(place, f"concat joins features, or channels, not the {value.axes[axis].what}s")
        sizes = list(values[0].sizes)
        sizes[axis] = sum(value.sizes[axis] for value in values)
        return self._joined("concat", values, place, sizes)

    def _joined(self, kind: str, values: Sequence[Value], place: str, sizes: Sequence[int]) -> Value:
        known = next((value for value in values if all(value.whats)), values[0])
        self.settle(known)
        for value in values:
            self.expect(value, known.whats, place)
            if value.order or self.own_axes(value) != self.own_axes(known):
                self.refuse(place, "it joins layers whose axes stand in different orders; permute neither, or both")
        layer = Drafted(kind, [value.layer for value in values], place)
        layer.axes = self.own_axes(known)
        self.layers.append(layer)
        axes = tuple(Along(size, what) for size, what in zip(sizes, known.whats, strict=True))
        return Value(len(self.layers) - 1, axes, place=place)


RECURRENT = ("rnn", "lstm", "gru")


def _usual(count: int) -> tuple[str, ...]:
    """What runs along so many axes where nothing else is known."""
    return {0: (), 1: PLAIN, 2: SEQUENCE, 3: IMAGE}.get(count, ())


def _parameters(**parameters: Numbers | None) -> dict[str, Numbers]:
    return {key: value for key, value in parameters.items() if value is not None}


def _one_or_all(numbers: Sequence[int]) -> Any:
    """A single number where all are alike."""
    numbers = [int(number) for number in numbers]
    return numbers[0] if len(set(numbers)) == 1 else numbers
