"""What a recurrence remembers: a gate opened or shut, and which step adds most to a gradient."""

from __future__ import annotations

from typing import NamedTuple

from xlbp.template.blocks.block import Role
from xlbp.template.blocks.recurrent import Recurrent
from xlbp.template.layer import Node
from xlbp.template.quantity import Quantity
from xlbp.workbook.layout.layout import quoted
from xlbp.workbook.lesson.lab import Lab
from xlbp.workbook.lesson.record import Prediction

SHUT, OPEN = -5.0, 5.0


class Gate(NamedTuple):
    """Which gate lets the past through, and the letter of what it keeps."""

    name: str
    memory: str


GATES = {"lstm": Gate("f", "c"), "gru": Gate("z", "a")}  # by kind of block


def gate(lab: Lab) -> Prediction | None:
    """The gate that keeps the past, shut by its bias; None where there is no such gate or bias."""
    node = _recurrent(lab)
    if node is None or node.block.kind not in GATES:
        return None
    kept, block = GATES[node.block.kind], node.block
    assert isinstance(block, Recurrent)
    network = lab.contents.network
    biases = [p for p in network.parameters_of(node) if p.role is Role.BIAS and p.letter == "b" and p.gates]
    if not biases:
        return None
    number = biases[0].elements(node.layer)[block.gates.index(kept.name) * block.units]
    if number not in lab.inputs:
        return None
    changes: dict[str, float] = {number: SHUT if lab.inputs[number] > SHUT / 2 else OPEN}
    trial = lab.change(changes)
    steps = block.steps(network.inputs_of(node)[0])
    names = [_element(lab, node, letter, steps) for letter in (kept.name, kept.memory)]
    if not all(name in lab.history() for name in names):
        return None
    key = f"gate_{node.block.kind}"
    symbols = {"gate": lab.symbol(names[0]), "memory": lab.symbol(names[1])}
    question = lab.text(key, changes=lab.typing(changes), **symbols)
    values = [value for name in names for value in lab.before_and_after(name, 0, trial)]
    told = dict(zip(("gate_old", "gate_new", "memory_old", "memory_new"), values, strict=True))
    way = "shut" if changes[number] < 0 else "open"
    objective = lab.contents.objective
    old, new = lab.before_and_after(objective, 0, trial)
    old_end, new_end = lab.before_and_after(objective, lab.last, trial)
    loss = lab.text("gate_loss", new=new, old=old, new_end=new_end, old_end=old_end)
    answer = lab.sentences(lab.text("gate_answer", **symbols, **told), lab.text(f"{key}_{way}"), loss)
    return lab.prediction("gate", question, answer, lab.place(number))


def parts(lab: Lab) -> Prediction | None:
    """Whether the first or the last step adds more to the gradient of a weight that all steps share."""
    node = _recurrent(lab)
    if node is None:
        return None
    history = lab.history()
    for parameter in lab.contents.network.parameters_of(node):
        for name in parameter.elements(node.layer):
            found = [name.gradient.part(n) for n in range(1, 1 + _steps(lab, node))]
            if len(found) > 1 and all(part in history and history[part][0] for part in (found[0], found[-1])):
                return _parts_of(lab, name, found)
    return None


def _parts_of(lab: Lab, name: Quantity, found: list[Quantity]) -> Prediction:
    gradient = name.gradient
    columns = lab.joined([lab.column(found[0]), lab.column(found[-1])])
    question = lab.text("parts", gradient=lab.symbol(gradient), steps=len(found), columns=columns)
    first, last = (abs(lab.measured("value", [part], 0)) for part in (found[0], found[-1]))
    answer = lab.text(
        "parts_answer",
        gradient=lab.symbol(gradient),
        first=lab.tell(found[0], 0),
        final=lab.tell(found[-1], 0),
        steps=len(found),
        total=lab.tell(found, 0, measure="sum"),
    )
    why = lab.text("parts_last" if last > first else "parts_first")
    place = f"{quoted(lab.contents.title)}!{lab.contents.layout.cell(found[0], 0)}"
    return lab.prediction("parts", question, lab.sentences(answer, why), place)


def _recurrent(lab: Lab) -> Node | None:
    return next((node for node in lab.contents.network.nodes if isinstance(node.block, Recurrent)), None)


def _steps(lab: Lab, node: Node) -> int:
    assert isinstance(node.block, Recurrent)
    return node.block.steps(lab.contents.network.inputs_of(node)[0])


def _element(lab: Lab, node: Node, letter: str, step: int) -> Quantity:
    """A number of the first unit at a step, of the first sample."""
    network = lab.contents.network
    tensor = next(tensor for tensor in network.tensors_of(node) if tensor.letter == letter)
    [first, *_] = tensor.elements(node.layer, network.marks[0])
    return first.at(step, 1)
