"""Which layer has the larger gradients, and whether inputs or deltas make the difference."""

from __future__ import annotations

import math
from collections.abc import Sequence

from xlbp.template.layer import Layer
from xlbp.template.quantity import Quantity
from xlbp.workbook.layout.layout import quoted
from xlbp.workbook.lesson.lab import Lab
from xlbp.workbook.lesson.numbers import told
from xlbp.workbook.lesson.record import Prediction

SMALLEST = 1e-12  # a gradient below this is none


def layers(lab: Lab) -> Prediction | None:
    """The first dense layer beside the last; None where there are no two, or one has no gradient."""
    dense = [layer for layer in lab.contents.template.model.layers if layer.is_dense and _trained(lab, layer)]
    if len(dense) < 2:
        return None
    first, last = dense[0], dense[-1]
    lengths = [lab.measured("length", _gradients(layer), 0) for layer in (first, last)]
    if not all(math.isfinite(length) and length > SMALLEST for length in lengths):
        return None
    numbers = {"a": first.number, "b": last.number}
    question = lab.text("layers", **numbers, column_a=_columns(lab, first), column_b=_columns(lab, last))
    smaller, larger = sorted(lengths)
    answer = lab.text(
        "layers_answer",
        **numbers,
        length_a=lab.tell(_gradients(first), 0, measure="length"),
        length_b=lab.tell(_gradients(last), 0, measure="length"),
        larger=first.number if lengths[0] > lengths[1] else last.number,
        ratio=lab.own_signs(told(larger / smaller)),
    )
    place = f"{quoted(lab.contents.texts('sheet.steps'))}!A1"
    return lab.prediction("layers", question, lab.sentences(answer, _cause(lab, first, last)), place)


def _trained(lab: Lab, layer: Layer) -> bool:
    order = lab.contents.template.parameter_order
    return bool(layer.weights) and all(name in order for name in layer.weights)


def _gradients(layer: Layer) -> list[Quantity]:
    return [weight.gradient for weight in layer.weights]


def _columns(lab: Lab, layer: Layer) -> str:
    letters = [lab.column(gradient) for gradient in _gradients(layer)]
    return letters[0] if len(letters) == 1 else f"{letters[0]}–{letters[-1]}"


def _cause(lab: Lab, first: Layer, last: Layer) -> str:
    """Inputs and deltas of both layers, and which of them make the difference; '' where a delta has no cell."""
    marks = lab.contents.template.model.marks
    inputs = [_inputs(layer, marks) for layer in (first, last)]
    deltas = [[name.gradient for mark in marks for name in layer.sums(mark)] for layer in (first, last)]
    if not all(name in lab.history() for names in deltas for name in names):
        return ""
    sizes = [lab.measured("root mean square", names, 0) for names in (*inputs, *deltas)]
    if not all(size > SMALLEST for size in sizes):
        return ""
    told_sizes = [lab.tell(names, 0, measure="root mean square") for names in (*inputs, *deltas)]
    keys = dict(zip(("inputs_a", "inputs_b", "deltas_a", "deltas_b"), told_sizes, strict=True))
    return lab.sentences(
        lab.text("layers_cause", a=first.number, b=last.number, **keys), lab.text(_deciding(lab, first, last, sizes))
    )


def _deciding(lab: Lab, first: Layer, last: Layer, sizes: Sequence[float]) -> str:
    """Which of the two is larger in the layer with the larger gradients; the key of the sentence that says so."""
    lengths = [lab.measured("length", _gradients(layer), 0) for layer in (first, last)]
    way = 1 if lengths[1] > lengths[0] else -1
    by_inputs, by_deltas = way * math.log(sizes[1] / sizes[0]), way * math.log(sizes[3] / sizes[2])
    if by_inputs > 0 and by_deltas > 0:
        return "layers_both_inputs" if by_inputs > by_deltas else "layers_both_deltas"
    if by_inputs <= 0 and by_deltas <= 0:
        return "layers_neither"
    return "mainly_inputs" if by_inputs > 0 else "mainly_deltas"


def _inputs(layer: Layer, marks: Sequence[str]) -> list[Quantity]:
    return [name for mark in marks for name in layer.network.incoming(layer.nodes[0], mark)]
