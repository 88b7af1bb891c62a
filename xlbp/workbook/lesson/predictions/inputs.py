"""One input of a sample moved: which places, steps or samples move with it, by kernels, masks and norms."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from xlbp.template.blocks.attention import Attention
from xlbp.template.blocks.block import Axis
from xlbp.template.blocks.convolution import Convolution
from xlbp.template.blocks.embedding import Embedding
from xlbp.template.blocks.norms import BatchNorm
from xlbp.template.blocks.pool import MaxPool
from xlbp.template.layer import INPUT, Node
from xlbp.template.network import Network
from xlbp.template.quantity import Quantity
from xlbp.workbook.lesson.lab import Lab
from xlbp.workbook.lesson.record import OWN, Prediction

MOST_NAMED = 6  # places that a sentence lists
FAR = 5.0  # how much larger an input becomes that is to win its window


def kernel(lab: Lab) -> Prediction | None:
    """Which places of a convolution's map move with one input: those whose windows cover it."""
    node = _node_on_data(lab, Convolution)
    if node is None:
        return None
    network = lab.contents.network
    number = _given(lab, len(network.given) // 2)
    if number not in lab.inputs:
        return None
    changes = _one_more(lab, number)
    trial = lab.change(changes, 0)
    map_ = network.passed(network.place_of(node), network.marks[0])
    moved = _moved(lab, map_, trial)
    if not moved:
        return None
    question = lab.text("kernel", changes=lab.typing(changes))
    examples = lab.joined([_from_to(lab, name, trial) for name in moved[:MOST_NAMED]])
    answer = lab.text("kernel_answer", count=len(moved), all=len(map_), examples=examples)
    return lab.prediction("kernel", question, answer, lab.place(number))


def mask(lab: Lab) -> Prediction | None:
    """Whether earlier steps of an attention see what the last step says."""
    node = _node_on_data(lab, Attention)
    if node is None:
        return None
    network, block = lab.contents.network, node.block
    assert isinstance(block, Attention)
    steps = network.input_shape.extent(Axis.STEP)
    number = _given(lab, len(network.given) - network.features)
    if steps < 2 or number not in lab.inputs:
        return None
    changes = _one_more(lab, number)
    trial = lab.change(changes, 0)
    passed = network.passed(network.place_of(node), network.marks[0])
    first, last = passed[0], passed[-1]
    question = lab.text(
        "mask", changes=lab.typing(changes), step=steps, first=lab.symbol(first), output=lab.symbol(last)
    )
    told = {"first": _from_to(lab, first, trial), "output": _from_to(lab, last, trial), "step": steps}
    key = "mask_causal" if block.causal else "mask_open"
    return lab.prediction("mask", question, lab.text(key, **told), lab.place(number))


def batch(lab: Lab) -> Prediction | None:
    """Whether one sample of a batch norm moves the others."""
    network = lab.contents.network
    node = next((node for node in network.nodes if isinstance(node.block, BatchNorm)), None)
    if node is None or network.batch < 2 or network.picks or isinstance(network.nodes[0].block, Embedding):
        return None
    number = _given(lab, 0, network.batch)
    if number not in lab.inputs:
        return None
    changes = _one_more(lab, number)
    trial = lab.change(changes, 0)
    first = network.passed(network.place_of(node), network.marks[0])[0]
    if first not in _moved(lab, [first], trial):
        return None
    question = lab.text("batch", changes=lab.typing(changes), samples=network.batch, output=lab.symbol(first))
    return lab.prediction(
        "batch", question, lab.text("batch_answer", output=_from_to(lab, first, trial)), lab.place(number)
    )


def pool(lab: Lab) -> Prediction | None:
    """Who wins a window of a max pooling when a pixel at the corner becomes much larger, or much smaller."""
    network = lab.contents.network
    node = next((node for node in network.nodes if isinstance(node.block, MaxPool)), None)
    if node is None or isinstance(network.nodes[0].block, Embedding):
        return None
    number, mark = _given(lab, 0), network.marks[0]
    winners = [name for name in _tensor(network, node, "k", mark) if name.indices[:-1] == _ones(network, node)]
    [pooled, *_] = _tensor(network, node, "p", mark)
    if number not in lab.inputs or not all(name in lab.history() for name in winners):
        return None
    for by in (FAR, -FAR):
        lab.trials.clear()
        changes: dict[str, float] = {number: float(f"{lab.inputs[number] + by:.15g}")}
        trial = lab.change(changes, 0)
        before, after = (int(lab.values(winners, 0, which).argmax()) for which in (OWN, trial))
        if before != after:
            question = lab.text("pool", changes=lab.typing(changes), pooled=lab.symbol(pooled))
            names = {"before": lab.symbol(winners[before]), "after": lab.symbol(winners[after])}
            answer = lab.text("pool_answer", pooled=_from_to(lab, pooled, trial), **names)
            return lab.prediction("pool", question, answer, lab.place(number))
    return None


def _one_more(lab: Lab, number: Quantity) -> dict[str, float]:
    return {number: float(f"{lab.inputs[number] + 1:.15g}")}


def _ones(network: Network, node: Node) -> tuple[int, ...]:
    return (1,) * len(network.shape_of(network.place_of(node)))


def _node_on_data(lab: Lab, kind: type) -> Node | None:
    """The first node of a kind, if it takes the data itself."""
    node = next((node for node in lab.contents.network.nodes if isinstance(node.block, kind)), None)
    return node if node is not None and node.inputs == (INPUT,) else None


def _given(lab: Lab, place: int, sample: int = 1) -> Quantity:
    """What an input of a sample, counted from 1, is called where it is typed; of rows that pick samples the first."""
    network = lab.contents.network
    if not network.stored:
        return network.given[place].sampled(network.marks[sample - 1])
    if network.picks:
        sample = network.data.order[0] if network.data.order else 1
    return network.given[place].sampled(f"#{sample}")


def _tensor(network: Network, node: Node, letter: str, mark: str) -> tuple[Quantity, ...]:
    tensor = next(tensor for tensor in network.tensors_of(node) if tensor.letter == letter)
    return tensor.elements(node.layer, mark)


def _moved(lab: Lab, names: Sequence[Quantity], trial: int) -> list[Quantity]:
    apart = ~np.isclose(lab.values(names, 0), lab.values(names, 0, trial), rtol=1e-12, atol=0)
    return [name for name, is_apart in zip(names, apart, strict=True) if is_apart]


def _from_to(lab: Lab, name: Quantity, trial: int) -> str:
    old, new = lab.before_and_after(name, 0, trial)
    return lab.text("from_to", symbol=lab.symbol(name), old=old, new=new)
