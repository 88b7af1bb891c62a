"""The scale of an attention's scores, and the rows of an embedding that no sample uses."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from xlbp.template.blocks.attention import Attention
from xlbp.template.blocks.embedding import Embedding
from xlbp.template.quantity import Quantity
from xlbp.workbook.layout.layout import quoted
from xlbp.workbook.lesson.lab import Lab
from xlbp.workbook.lesson.record import OWN, Prediction


def scale(lab: Lab) -> Prediction | None:
    """Whether shares come nearer to each other or go further apart where scores are not divided any more."""
    network = lab.contents.network
    node = next((node for node in network.nodes if isinstance(node.block, Attention)), None)
    settings = [name for name in lab.inputs if lab.quantity(name).is_setting and lab.quantity(name).key == "dk"]
    settings = [name for name in settings if node is not None and lab.quantity(name).block == str(node.layer)]
    if node is None or not settings or lab.inputs[settings[0]] == 1:
        return None
    tensor = next(tensor for tensor in network.tensors_of(node) if tensor.letter == "p")
    shares = tensor.elements(node.layer, network.marks[0])
    final = [name for name in shares if name.indices[:-1] == shares[-1].indices[:-1]]
    changes = {settings[0]: 1.0}
    trial = lab.change(changes, 0)
    symbols = lab.joined([lab.symbol(name) for name in final])
    question = lab.text("scale", changes=lab.typing(changes), shares=symbols)
    ten = _ten_times(lab, settings[0])
    if ten is not None:
        question = lab.sentences(question, lab.text("scale_then", changes=lab.typing(lab.trials[ten].changes)))
    answer = lab.text(
        "scale_answer",
        shares=symbols,
        old=lab.joined([lab.tell(name, 0) for name in final]),
        new=lab.joined([lab.tell(name, 0, trial) for name in final]),
        root=lab.own_signs(_root(lab.inputs[settings[0]])),
    )
    spread_old, spread_new = (np.ptp(lab.values(final, 0, which)) for which in (OWN, trial))
    verdict = "scale_apart" if spread_new > spread_old else "scale_together"
    whole = lab.sentences(lab.text("scale_why"), answer, lab.text(verdict), _gradients_of(lab, final, trial, ten))
    return lab.prediction("scale", question, whole, lab.place(settings[0]))


def _ten_times(lab: Lab, setting: str) -> int | None:
    """The trial in which scores are ten times as large; None where a book has none left."""
    if len(lab.trials) >= lab.left:
        return None
    return lab.change({setting: float(f"{lab.inputs[setting] / 100:.15g}")}, 0)


def _gradients_of(lab: Lab, shares: Sequence[Quantity], trial: int, ten: int | None) -> str:
    """What becomes of the derivatives by the scores of these shares where scores are not divided, or far larger."""
    gradients = [share.lettered("s").gradient for share in shares]
    if not all(name in lab.history() for name in gradients):
        return ""
    old, new = (lab.measured("length", gradients, 0, which) for which in (OWN, trial if ten is None else ten))
    text = lab.text(
        "scale_gradients",
        old=lab.tell(gradients, 0, measure="length"),
        new=lab.tell(gradients, 0, trial, measure="length"),
    )
    if ten is not None:
        share = lab.tell(shares, 0, ten, measure="largest")
        value = lab.tell(gradients, 0, ten, measure="length")
        text = lab.sentences(text, lab.text("scale_ten", share=share, value=value))
    return lab.sentences(text, lab.text("scale_smaller" if new < old else "scale_not_smaller"))


def _root(number: float) -> str:
    return f"{np.sqrt(number):.3g}"


def rows(lab: Lab) -> Prediction | None:
    """Which rows of an embedding have a gradient at iteration 0: those of tokens that stand in the row's samples."""
    network = lab.contents.network
    node = next((node for node in network.nodes if isinstance(node.block, Embedding)), None)
    if node is None:
        return None
    [parameter] = network.parameters_of(node)
    weights = parameter.elements(node.layer)
    gradients: list[Quantity] = [weight.gradient for weight in weights]
    if not all(gradient in lab.history() for gradient in gradients):
        return None
    zeros = lab.measured("zeros", gradients, 0)
    if not 0 < zeros < len(gradients):
        return None
    columns = f"{lab.column(gradients[0])}–{lab.column(gradients[-1])}"
    question = lab.text("rows", columns=columns, all=len(gradients))
    answer = lab.text("rows_answer", zeros=lab.tell(gradients, 0, measure="zeros"), all=len(gradients))
    place = f"{quoted(lab.contents.title)}!{lab.contents.layout.cell(gradients[0], 0)}"
    return lab.prediction("rows", question, answer, place)
