"""Two units of a hidden layer with the same numbers, into them and out of them."""

from __future__ import annotations

import numpy as np

from xlbp.template.layer import Layer
from xlbp.template.quantity import Quantity
from xlbp.workbook.lesson.lab import Lab
from xlbp.workbook.lesson.record import OWN, Prediction

MOST_TYPED = 8  # numbers, which a reader has the patience to type
CLOSE = 1e-9


def alike(lab: Lab) -> Prediction | None:
    """Whether training tells two such units apart; None where no layer has them, or something else does."""
    for layer, following in zip(layers := lab.contents.template.model.layers, layers[1:], strict=False):
        if layer.is_dense and following.is_dense and layer.units > 1 and layer.rows == layer.units:
            changes = _changes(lab, layer, following)
            if changes and len(changes) <= MOST_TYPED:
                return _asked(lab, layer, changes)
    return None


def _changes(lab: Lab, layer: Layer, following: Layer) -> dict[str, float]:
    """The numbers of the second unit that become those of the first; none where one is no input."""
    pairs = [(weight, weight.at(1, *weight.indices[1:])) for weight in layer.weights if weight.indices[0] == 2]
    pairs += [(bias, bias.at(1)) for bias in layer.biases if bias.indices == (2,)]
    pairs += [(weight, weight.at(weight.indices[0], 1)) for weight in following.weights if weight.indices[1] == 2]
    if not all(name in lab.inputs for pair in pairs for name in pair):
        return {}
    return {second: lab.inputs[first] for second, first in pairs if lab.inputs[second] != lab.inputs[first]}


def _asked(lab: Lab, layer: Layer, changes: dict[str, float]) -> Prediction | None:
    first, second = layer.outputs(lab.contents.template.model.marks[0])[:2]
    trial = lab.change(changes)
    if not _stay_alike(lab, (first, second), trial):
        return None
    units = {"a": lab.contents.bare_symbol(first), "b": lab.contents.bare_symbol(second)}
    question = lab.text("alike", **units, changes=lab.typing(changes), columns=_letters(lab, first, second))
    own_end, end = lab.before_and_after(lab.contents.objective, lab.last, trial)
    answer = lab.text(
        "alike_answer",
        **units,
        value_a=lab.tell(first, lab.last, trial),
        value_b=lab.tell(second, lab.last, trial),
        own_a=lab.tell(first, lab.last),
        own_b=lab.tell(second, lab.last),
        end=end,
        own_end=own_end,
    )
    sign = -1 if lab.contents.template.model.maximize else 1
    ends = [sign * lab.measured("value", [lab.contents.objective], lab.last, which) for which in (OWN, trial)]
    better = lab.text("alike_better") if ends[1] < ends[0] and own_end != end else ""
    return lab.prediction("alike", question, lab.sentences(answer, better), lab.place(next(iter(changes))))


def _letters(lab: Lab, *names: str) -> str:
    return lab.joined([lab.column(name) for name in names])


def _stay_alike(lab: Lab, units: tuple[Quantity, Quantity], trial: int) -> bool:
    first, second = (lab.history(trial)[unit] for unit in units)
    return bool(np.all(np.isfinite(first)) and np.allclose(first, second, rtol=CLOSE, atol=CLOSE))
