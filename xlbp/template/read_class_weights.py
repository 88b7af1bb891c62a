"""Reads ``class_weights``: how much the samples of each class, or the ones of each output, count in the loss.

PyTorch's meaning: cross entropy takes the weighted mean over the samples, binary cross entropy multiplies the loss of a
target of 1 (pos_weight).  ``"balanced"`` is scikit-learn's N / (classes * samples of the class), and of a single output
the zeros for each one, both of the samples that are trained on.
"""

from __future__ import annotations

from collections.abc import Sequence

from xlbp.datafile.numbers import snap
from xlbp.template.losses import LOSSES, SAMPLES
from xlbp.template.nearest import nearest
from xlbp.template.network import Network
from xlbp.template.samples.given import Given
from xlbp.template.scaling import UNSCALED
from xlbp.template.table import Table

KEY, BALANCED = "class_weights", "balanced"
WAYS = '"balanced", a list as [1, 3], or a table as { yes = 3 }'


def read_class_weights(data: Table, network: Network, given: Given) -> tuple[float, ...]:
    """A weight for each class, or output; none where the template asks for none."""
    if not data.has(KEY):
        return ()
    weighs = LOSSES[network.loss].weighs
    if not weighs:
        known = " and ".join(name for name, loss in LOSSES.items() if loss.weighs)
        data.fail(KEY, f"{KEY} go with {known}, but the loss is {network.loss}")
    _must_be_of_classes(data, network, weighs)
    count = network.features_of_targets
    value, named = data.get(KEY), _named(given, count)
    names = named or tuple(str(n) for n in range(1, count + 1))
    if value == BALANCED:
        return _balanced(data, network, weighs, names)
    if isinstance(value, dict) and not named:
        data.fail(KEY, f"the classes of these targets have no names, by which to weigh them; give a list of {count}")
    weights = _by_name(data, value, names) if isinstance(value, dict) else _listed(data, value, network, weighs)
    for place, weight in enumerate(weights):
        if weight <= 0:
            data.fail(KEY, f"{KEY} gives {names[place]} the weight {weight:g}, but weights must be above 0")
    return weights


def _named(given: Given, count: int) -> tuple[str, ...]:
    """What the data call the classes, or the outputs; none where they have no names."""
    for named in (given.classes, given.target_letters, given.target_names):
        if len(named) == count:
            return named
    return ()


def _must_be_of_classes(data: Table, network: Network, weighs: str) -> None:
    """Refuse targets that are no classes: each output 0 or 1, and of several that share a softmax one of them 1."""
    if network.data.scale_targets != UNSCALED:
        data.fail("scale_targets", f"{KEY} need classes, but scale_targets is for numbers; leave one of the two out")
    for place, row in enumerate(network.targets):
        where = "targets" if data.has("file") or place >= network.samples else ("targets", place)
        for value in row:
            if value not in (0, 1):
                data.fail(where, f"{KEY} need targets of 0 and 1, but sample {place + 1} has {value:g}")
        if weighs == SAMPLES and any(sum(step) != 1 for step in network.by_step(row)):
            data.fail(where, f"{KEY} need one class for each sample, but sample {place + 1} has another number of ones")


def _balanced(data: Table, network: Network, weighs: str, names: Sequence[str]) -> tuple[float, ...]:
    """The weights by which every class, or the ones and zeros of every output, count alike."""
    steps = [step for row in network.targets[: network.samples] for step in network.by_step(row)]
    weights = []
    for name, column in zip(names, zip(*steps, strict=True), strict=True):
        ones = sum(column)
        if not ones or (weighs != SAMPLES and ones == len(steps)):
            which = "1" if not ones else "0"
            met = f"no sample to train on has the class {name!r}"
            met = met if weighs == SAMPLES else f"no target of {name!r} to train on is {which}"
            data.fail(KEY, f"{met}, so nothing balances it; give the weights yourself: {WAYS}")
        weights.append(len(steps) / (len(names) * ones) if weighs == SAMPLES else (len(steps) - ones) / ones)
    return tuple(map(snap, weights))


def _by_name(data: Table, value: dict[str, object], names: Sequence[str]) -> tuple[float, ...]:
    """``{ yes = 3 }``; what is not named has the weight 1."""
    for name in value:
        if name not in names:
            data.fail((KEY, name), f"there is no class {name!r}{nearest(name, names)}")
    return tuple(data.as_number(value.get(name, 1.0), KEY, name) for name in names)


def _listed(data: Table, value: object, network: Network, weighs: str) -> tuple[float, ...]:
    """``[1, 3]``: a weight for each class, or output."""
    if not isinstance(value, list) or not value:
        data.fail(KEY, f"{KEY} must be {WAYS}")
    weights, needed = data.as_row(value, KEY), network.features_of_targets
    if len(weights) != needed:
        what = "classes" if weighs == SAMPLES else "outputs"
        hint = ""
        if needed == 1:
            hint = f"; the weight is that of the ones beside the zeros: [{weights[-1] / weights[0]:g}]"
        data.fail(KEY, f"{KEY} has {len(weights)} numbers, but there are {needed} {what}{hint}")
    return weights
