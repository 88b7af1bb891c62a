"""A bias switched off, or on where it is 0."""

from __future__ import annotations

from collections.abc import Iterator

from xlbp.template.layer import Layer
from xlbp.template.quantity import Quantity
from xlbp.workbook.lesson.commands import train_all
from xlbp.workbook.lesson.lab import Lab
from xlbp.workbook.lesson.record import Prediction

OFF, ON = 0.0, 1.0


def bias(lab: Lab) -> Prediction | None:
    """What it shifts, and what that does to the loss; None where no dense layer has a bias."""
    chosen = next(_candidates(lab), None)
    if chosen is None:
        return None
    name, unit, layer = chosen
    mark = lab.contents.template.model.marks[0]
    total, output = layer.sums(mark)[unit], layer.outputs(mark)[unit]
    changes: dict[str, float] = {name: OFF if lab.inputs[name] else ON}
    trial = lab.change(changes, 0)
    if total not in lab.history() or output not in lab.history():
        return None
    names = {"bias": lab.symbol(name), "sum": lab.symbol(total), "output": lab.symbol(output)}
    question = lab.text("bias", **names, changes=lab.typing(changes))
    old, new = lab.before_and_after(total, 0, trial)
    moved = lab.text("bias_sum", **names, sum_new=new, sum_old=old)
    if output != total:
        old, new = lab.before_and_after(output, 0, trial)
        key = "bias_output" if old != new else "bias_output_same"
        moved = lab.sentences(moved, lab.text(key, **names, new=new, old=old))
    old, new = lab.before_and_after(lab.contents.objective, 0, trial)
    loss = lab.text("bias_loss" if old != new else "bias_loss_same", new=new, old=old)
    return lab.prediction("bias", question, lab.sentences(moved, loss, _training_it(lab, name)), lab.place(name))


def _training_it(lab: Lab, name: Quantity) -> str:
    """How to have a bias trained that stands still; '' where it is trained."""
    if name in lab.contents.template.parameter_order:
        return ""
    return lab.text("bias_frozen", bias=lab.symbol(name), command=train_all(lab.contents))


def _candidates(lab: Lab) -> Iterator[tuple[Quantity, int, Layer]]:
    """The first bias of each dense layer that a reader can change, those that are not 0 first."""
    found = [
        (layer.biases[0], 0, layer)
        for layer in lab.contents.template.model.layers
        if layer.is_dense and layer.biases and layer.biases[0] in lab.inputs and layer.rows == layer.units
    ]
    yield from sorted(found, key=lambda candidate: lab.inputs[candidate[0]] == 0)
