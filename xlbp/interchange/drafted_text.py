"""From the draft of a network to a template's text, which a person can read and xlbp takes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from xlbp.errors import UsageError
from xlbp.interchange.draft import DATA, FEATURE, ROWS, Draft, Drafted, Numbers, Value
from xlbp.interchange.held import layer_name
from xlbp.interchange.quoting import in_one_line
from xlbp.interchange.toml_text import Written, toml_of
from xlbp.template.layer_kinds import OWN_ACTIVATION
from xlbp.template.load import no_files
from xlbp.template.losses import LOSSES
from xlbp.template.optimizers import OPTIMIZERS
from xlbp.template.read_data import ReadFile
from xlbp.template.sources import toml_key

SOFTMAX, SIGMOID, LOG_SOFTMAX = "softmax", "sigmoid", "log_softmax"
SCALED_ALIKE = 1e-12  # how far numbers may be off what a template's own scaling gives
HAS_BIAS = ("dense", "conv1d", "conv2d", "rnn", "lstm", "gru")


@dataclass(frozen=True)
class Training:
    """How the network is to be trained, in a template's words.

    Where there is no ``loss``, it is what suits the last activation; no ``optimizer`` is sgd.

    ``more`` are further keys of the template's table of the training.  ``takes_logits`` says of a loss that goes with
    a softmax or a sigmoid whether it computes that itself, behind whatever the model ends in, or must find it there;
    None where it is added if it is missing.
    """

    loss: Any = None
    optimizer: Any = None
    learning_rate: float | None = None
    iterations: int = 100
    batch_size: int | str = "all"
    more: Mapping[str, Any] = field(default_factory=dict)
    class_weights: Sequence[float] = ()
    takes_logits: bool | None = None


@dataclass(frozen=True)
class About:
    """What the template is called, and what it says of itself."""

    name: str = "model"
    title: str = ""
    source: str = ""


def text_of(draft: Draft, ready: Finished, data: Mapping[str, Any], training: Training, about: About) -> str:
    """The template's text.  ``data`` is the table of the data, in our own order of axes."""
    tables = {
        "template": _about(draft, about),
        "network": {"loss": ready.loss},
        "data": data,
        "training": _training(training),
    }
    parts = [_table("template", tables["template"]), _table("network", tables["network"])]
    parts += [_layer(layer) for layer in written_layers(ready.layers, draft.keeps_names)]
    parts += [_table(name, tables[name]) for name in ("data", "training")]
    return "\n".join(part for part in parts if part)


def _about(draft: Draft, about: About) -> dict[str, Any]:
    said: dict[str, Any] = {"title": about.title or about.name}
    said |= {"source": about.source} if about.source else {}
    return said | ({"notes": draft.notes} if draft.notes else {})


def _training(training: Training) -> dict[str, Any]:
    """The table of the training; a rate that is not told is one that suits the optimizer."""
    optimizer = training.optimizer or "sgd"
    name = optimizer["name"] if isinstance(optimizer, Mapping) else optimizer
    rate = training.learning_rate
    if rate is None:
        rate = OPTIMIZERS[name].usual_rate if name in OPTIMIZERS else 0.1
    said: dict[str, Any] = {"iterations": training.iterations, "learning_rate": rate, "optimizer": optimizer}
    said |= {"batch_size": training.batch_size} if training.batch_size != "all" else {}
    return said | dict(training.more)


def _table(name: str, keys: Mapping[str, Any]) -> str:
    if not keys:
        return ""
    return f"[{name}]\n" + "".join(f"{toml_key(key)} = {toml_of(value)}\n" for key, value in keys.items())


def _layer(layer: Written) -> str:
    return f"[[network.layers]]  # {in_one_line(layer.comment)}\n" + "".join(
        f"{toml_key(key)} = {toml_of(value)}\n" for key, value in layer.keys.items()
    )


# -- from what was read to what is written ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Finished:
    """The layers that lead to the output, with what the loss needs behind them, and the loss.

    ``is_added`` says whether there is something behind them, ``is_log`` whether the model answers with logarithms.
    """

    layers: list[Drafted]
    loss: Any
    is_added: bool = False
    is_log: bool = False


def finished(draft: Draft, output: Value, training: Training) -> Finished:
    """The layers, ready to be written.  Raises UsageError for what no template has."""
    if output.order:
        draft.refuse(output.place, "the outputs are put in a row in another order of axes; leave the flatten out")
    if output.layer == DATA:
        raise UsageError("the model has no layers: its outputs are its inputs")
    layers = _leading_to(draft.layers, output.layer)
    last = function_of(layers[-1].activation)
    loss = training.loss or SUITABLE.get(last, "mse")
    name = function_of(loss)
    needed = LOSSES[name].logits_of if name in LOSSES else ""
    is_log = needed == SOFTMAX and last == LOG_SOFTMAX
    is_added = not is_log and bool(needed) and (last != needed or bool(training.takes_logits))
    if is_log:
        layers[-1] = replace(layers[-1], activation=SOFTMAX)
    if is_added:
        if training.takes_logits is False:
            draft.refuse(layers[-1].place, f"the loss takes what a {needed} gives, but the model ends without one")
        layers.append(Drafted("activation", [len(layers) - 1], f"the {needed} of the loss", activation=needed))
    for layer in layers:
        if layer.activation == LOG_SOFTMAX:
            draft.refuse(layer.place, "log_softmax is had at the end alone, with cross_entropy; take softmax")
    return Finished(layers, loss, is_added, is_log)


SUITABLE = {SOFTMAX: "cross_entropy", LOG_SOFTMAX: "cross_entropy", SIGMOID: "binary_cross_entropy"}  # a loss


def _leading_to(layers: Sequence[Drafted], last: int) -> list[Drafted]:
    """The layers that lead to the last one, in order, numbered anew."""
    needed, asked = set(), [last]
    while asked:
        number = asked.pop()
        if number != DATA and number not in needed:
            needed.add(number)
            asked += layers[number].sources
    numbers = {old: new for new, old in enumerate(sorted(needed))} | {DATA: DATA}
    return [replace(layers[old], sources=[numbers[s] for s in layers[old].sources]) for old in sorted(needed)]


def function_of(activation: Any) -> str:
    """The name of an activation, or of a loss, with options or without."""
    return str(activation["name"] if isinstance(activation, Mapping) else activation or "")


def merged(layers: Sequence[Drafted]) -> list[Drafted]:
    """Activations and dropout go into the layer before them, where that is theirs alone and may have them."""
    layers = [replace(layer, keys=dict(layer.keys)) for layer in layers]
    place = 0
    while place < len(layers):
        layer = layers[place]
        if layer.kind in ("activation", "dropout") and _may_have(layers, layer, place == len(layers) - 1):
            source = layer.sources[0]
            _take_over(layers[source], layer)
            layers = _without(layers, place, source)
        else:
            place += 1
    return layers


def _may_have(layers: Sequence[Drafted], layer: Drafted, is_last: bool) -> bool:
    """Whether the layer before can have this activation, or dropout, as its own."""
    [source] = layer.sources
    if source == DATA or sum(other.sources.count(source) for other in layers) > 1:
        return False
    before = layers[source]
    if before.kind in (*OWN_ACTIVATION, "activation", "dropout") or before.dropout:
        return before.kind == "activation" and layer.kind == "dropout" and not is_last and not before.dropout
    if layer.kind == "dropout":
        return not is_last
    is_maxout = function_of(layer.activation) == "maxout"
    return before.activation is None and not (is_maxout and before.kind not in ("dense", "conv1d", "conv2d"))


def _take_over(before: Drafted, layer: Drafted) -> None:
    before.dropout = layer.dropout or before.dropout
    if layer.kind != "activation":
        return
    before.activation = layer.activation
    if function_of(layer.activation) == "maxout":
        key = "units" if before.kind == "dense" else "filters"
        before.keys[key] //= layer.activation["pieces"]


def _without(layers: Sequence[Drafted], place: int, source: int) -> list[Drafted]:
    """The layers but the one at ``place``, in whose stead ``source`` is taken."""

    def moved(number: int) -> int:
        number = source if number == place else number
        return number - 1 if number > place else number

    left = [layer for n, layer in enumerate(layers) if n != place]
    return [replace(layer, sources=[moved(number) for number in layer.sources]) for layer in left]


def written_layers(layers: Sequence[Drafted], keeps_names: bool = False) -> list[Written]:
    """The tables of the layers, with names for those that others name, or that ``keeps_names`` are to have them."""
    layers = merged(layers)
    shared = _shared(layers)
    named = {source for number, layer in enumerate(layers) for source in layer.sources if layer.sources != [number - 1]}
    named |= {home for home, _ in shared.values()}
    named |= {n for n, layer in enumerate(layers) if keeps_names and layer.parameters and not _is_counted(layer)}
    names = _names(layers, named - {DATA})
    return [_written(layers, number, names, shared) for number in range(len(layers))]


def _shared(layers: Sequence[Drafted]) -> dict[tuple[int, str], tuple[int, str]]:
    """By layer and key, the layer and key where a parameter stands already.

    Raises UsageError for one that is used in two ways, of which a template can say only one.
    """
    homes: dict[tuple[str, str], tuple[int, str]] = {}
    views: dict[str, tuple[str, str]] = {}
    shared: dict[tuple[int, str], tuple[int, str]] = {}
    for number, layer in enumerate(layers):
        for key, numbers in layer.parameters.items():
            if not numbers.key:
                continue
            view, place = views.setdefault(numbers.key, (numbers.view, layer.place))
            if view != numbers.view and not (view.startswith(ROWS) and numbers.view.startswith(ROWS)):
                what = f"its {key} are those of {place} in another shape or order"
                raise UsageError(f"{layer.place}: {what}; a template shares a parameter as it is")
            home = homes.setdefault((numbers.key, numbers.view), (number, key))
            if home != (number, key):
                shared[number, key] = home
    return shared


def _is_counted(layer: Drafted) -> bool:
    """Whether its module has a number for a name, as those of an nn.Sequential have."""
    return layer.place.partition(":")[0].strip().isdigit()


def _names(layers: Sequence[Drafted], named: set[int]) -> dict[int, str]:
    """A name for each of these layers: the place in the model, as a template may have it."""
    names: dict[int, str] = {}
    for number in sorted(named):
        name = layer_name(layers[number].place.partition(":")[0].strip())
        tries = [name, *(f"{name}_{n}" for n in range(2, len(layers) + 2))]
        names[number] = next(free for free in tries if free not in names.values())
    return names


def _written(
    layers: Sequence[Drafted], number: int, names: Mapping[int, str], shared: Mapping[tuple[int, str], tuple[int, str]]
) -> Written:
    layer = layers[number]
    keys: dict[str, Any] = {}
    if number in names:
        keys["name"] = names[number]
    if layer.kind != "dense":
        keys["kind"] = layer.kind
    if layer.sources != [number - 1]:
        called = ["input" if source == DATA else names[source] for source in layer.sources]
        keys["from"] = called if layer.kind in ("add", "concat") else called[0]
    keys |= layer.keys
    if layer.activation is not None:
        keys["activation"] = layer.activation
    if layer.dropout:
        keys["dropout"] = layer.dropout
    for key, numbers in layer.parameters.items():
        keys[key] = _numbers(numbers, key, shared.get((number, key)), names)
    if layer.kind in HAS_BIAS and "bias" not in layer.parameters:
        keys["bias"] = False
    trainable = [key for key in layer.parameters if key not in STARTS and (number, key) not in shared]
    frozen = [key for key in trainable if not layer.parameters[key].is_trained]
    if frozen:
        keys["frozen"] = frozen
    return Written(layer.place, keys)


STARTS = ("initial", "initial_cell", "running_mean", "running_var")  # which training leaves as they are


def _numbers(numbers: Numbers, key: str, home: tuple[int, str] | None, names: Mapping[int, str]) -> Any:
    """The numbers as nested lists, or the layer whose they are."""
    if home is None:
        return numbers.array
    number, other = home
    return {"same_as": names[number] if other == key else f"{names[number]}.{other}"}


# -- the data --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Samples:
    """Samples and their targets, a row for each; of a file also the template's table that names its columns."""

    inputs: Any
    targets: Any
    file: Mapping[str, Any] = field(default_factory=dict)
    read_file: ReadFile = no_files


def data_of(
    draft: Draft, output: Value, given: Samples, samples: Any, targets: Any, training: Training
) -> dict[str, Any]:
    """The table of the data: samples as the model's first layer takes them, in our own order of axes, and targets.

    The columns of a file are named where they are these numbers as they stand there.
    """
    draft.settle(draft.entering())
    own, theirs = draft.own_axes(draft.entering()), [axis.what for axis in draft.data]
    order = [0, *(1 + theirs.index(what) for what in own)]
    classes = is_of_classes(draft, output, training)
    raw, x = np.asarray(given.inputs), np.asarray(samples)
    keys = {"scale": scaling_of(raw, x, theirs)}
    x = (raw if keys["scale"] else x).transpose(order)
    t = _targets(draft, output, targets, classes)
    if not classes and not np.array_equal(targets, given.targets):
        aimed = _targets(draft, output, np.asarray(given.targets, dtype=np.float64), classes)
        keys["scale_targets"] = scaling_of(aimed, t, draft.own_axes(output))
        t = aimed if keys["scale_targets"] else t
    more: dict[str, Any] = {key: way for key, way in keys.items() if way}
    more |= {"class_weights": training.class_weights} if training.class_weights else {}
    if given.file and np.array_equal(x, given.inputs) and np.array_equal(t, given.targets):
        folds = {key: list(part.shape[1:]) for key, part in (("shape", x), ("target_shape", t)) if part.ndim > 2}
        return dict(given.file) | folds | more
    return {"inputs": x, "targets": t, **more, **({"accuracy": True} if classes else {})}


def scaling_of(raw: Any, scaled: Any, axes: Sequence[str]) -> str:
    """The way in which a template scales numbers (N, ...) so; '' where it has none, or they are as they were."""
    if raw.shape != scaled.shape or FEATURE not in axes or np.array_equal(raw, scaled):
        return ""
    others = tuple(n for n in range(raw.ndim) if n == 0 or axes[n - 1] != FEATURE)
    least, most = raw.min(axis=others, keepdims=True), raw.max(axis=others, keepdims=True)
    ways = {
        "standard": (raw.mean(axis=others, keepdims=True), raw.std(axis=others, keepdims=True)),
        "minmax": (least, most - least),
    }
    for way, (shift, size) in ways.items():
        if (size > 0).all() and np.allclose((raw - shift) / size, scaled, rtol=SCALED_ALIKE, atol=SCALED_ALIKE):
            return way
    return ""


def suited(output: Value, targets: Any, training: Training) -> Training:
    """Cross-entropy for targets that are numbers of classes, one for several outputs, if no loss is told."""
    apart = [size for size, what in zip(output.sizes, output.whats, strict=True) if what != FEATURE]
    are_classes = targets.dtype.kind in "iu" and list(targets.shape[1:]) == apart and len(apart) < len(output.sizes)
    is_one = math.prod(output.sizes) == math.prod(apart)
    return training if training.loss or is_one or not are_classes else replace(training, loss="cross_entropy")


def is_of_classes(draft: Draft, output: Value, training: Training) -> bool:
    """Whether the targets are classes: the loss is cross-entropy, as told or as the last activation has it."""
    last = function_of(draft.layers[output.layer].activation) if output.layer != DATA else ""
    return function_of(training.loss or SUITABLE.get(last)) == "cross_entropy"


def _targets(draft: Draft, output: Value, targets: Any, classes: bool) -> Any:
    """Targets of the outputs' shape, in our own order; numbers of classes become 1 for their class and 0 for others."""
    sizes, whats = list(output.sizes) or [1], list(output.whats) or [FEATURE]
    own = [what for what in draft.own_axes(output) if what in whats] or whats
    feature = whats.index(FEATURE) if FEATURE in whats else len(whats) - 1
    without = [size for n, size in enumerate(sizes) if n != feature]
    if classes and targets.dtype.kind in "iu" and list(targets.shape[1:]) == without:
        targets = _one_hot(targets, sizes[feature], feature)
    elif list(targets.shape[1:]) != sizes and math.prod(targets.shape[1:]) == math.prod(sizes):
        targets = targets.reshape(len(targets), *sizes)
    if list(targets.shape[1:]) != sizes:
        met, needed = (" x ".join(map(str, shape)) or "one number" for shape in (targets.shape[1:], sizes))
        raise UsageError(f"the targets of a sample are {met}, but the model answers with {needed}; give targets such")
    return targets.transpose([0, *(1 + whats.index(what) for what in own)])


def _one_hot(targets: Any, count: int, axis: int) -> Any:
    """1 for the class of that number, from 0, and 0 for others, along an axis counted without the samples."""
    wrong = targets[(targets < 0) | (targets >= count)]
    if wrong.size:
        raise UsageError(f"a target is class {wrong.flat[0]}, but the model has {count}, counted from 0")
    return np.moveaxis(np.eye(count)[targets], -1, 1 + axis)
