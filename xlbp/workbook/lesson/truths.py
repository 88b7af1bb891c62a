"""What students usually get wrong, as far as a book has it: what is true, by a number and the cell it stands in.

Each function asks for a network or formula that shows the thing, and returns None where this one does not.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from xlbp.template import names
from xlbp.template.blocks.attention import Attention
from xlbp.template.blocks.convolution import Convolution
from xlbp.template.blocks.embedding import Embedding
from xlbp.template.blocks.norms import BatchNorm
from xlbp.template.blocks.pool import MaxPool
from xlbp.template.blocks.recurrent import Recurrent
from xlbp.template.layer import Layer, Node
from xlbp.template.quantity import Quantity
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.lesson.lab import Lab
from xlbp.workbook.lesson.numbers import told
from xlbp.workbook.lesson.parameter import chosen_parameter
from xlbp.workbook.lesson.record import Claim
from xlbp.workbook.page.chain import MOST_PATHS, ChainRule
from xlbp.workbook.page.facts import Facts
from xlbp.workbook.page.lens import Lens

FLAT = ("identity", "softmax", "maxout")  # activations without a derivative of one unit's own


@dataclass(frozen=True)
class Truth:
    """A sentence on what goes wrong and one on what is true, with the numbers that it quotes."""

    key: str
    text: str
    claims: tuple[Claim, ...]


def truths(contents: Contents, facts: Facts) -> list[Truth]:
    """All that this book has something to say to."""
    return list(_told(contents, facts))


def _told(contents: Contents, facts: Facts) -> Iterator[Truth]:
    for key, telling in TELLINGS.items():
        if contents.template.kind == "network" or key in OF_EXPRESSION:
            lab = Lab(contents, facts)
            text = telling(lab)
            if text is not None:
                yield Truth(key, text, tuple(lab.claims))


def _text(lab: Lab, key: str, **values: object) -> str:
    """A text on a mistake, filled in."""
    sheets = {key: lab.contents.texts(f"sheet.{key}") for key in ("training", "steps", "matrix", "charts")}
    return lab.contents.texts(f"wrong.{key}", **{**sheets, **values})


def _has(lab: Lab, *quantities: str) -> bool:
    """Whether all of these stand in the rows, as numbers other than 0 at iteration 0."""
    history = lab.history()
    return all(name in history and bool(history[name][0]) for name in quantities)


def _nodes(lab: Lab, kind: type) -> Iterator[Node]:
    return (node for node in lab.contents.network.nodes if isinstance(node.block, kind))


def _dense(lab: Lab) -> list[Layer]:
    return [layer for layer in lab.contents.template.model.layers if layer.is_dense and layer.weights]


def moving_parameter(lab: Lab) -> str:
    """The parameter that a lesson follows; where three digits hide its first step, the one that goes farthest."""
    order, chosen = lab.contents.template.parameter_order, chosen_parameter(lab.contents)
    steps = [abs(lab.measured("difference", (lab.quantity(name).updated, name), 0)) for name in order]
    shown = [told(lab.measured("value", [name], 0)) for name in (chosen, lab.quantity(chosen).updated)]
    return chosen if shown[0] != shown[1] else order[steps.index(max(steps))]


def sign(lab: Lab) -> str | None:
    """The update subtracts the gradient, or adds it where an objective is to grow."""
    name = lab.quantity(moving_parameter(lab))
    gradient = lab.contents.gradient(name)
    if not lab.steps_are_plain or not _has(lab, gradient):
        return None
    key = "sign_up" if lab.contents.template.model.maximize else "sign_down"
    return _text(
        lab,
        key,
        new_symbol=lab.symbol(name.updated),
        old=lab.tell(name, 0),
        rate=lab.tell(names.LEARNING_RATE, 0),
        gradient=_in_brackets(lab.tell(gradient, 0)),
        new=lab.tell(name.updated, 0),
        wrong=lab.tell((name, name.updated), 0, measure="opposite"),
        cell=lab.shown_cell(name.updated),
    )


def slope(lab: Lab) -> str | None:
    """The derivative of the activation is a factor of its own."""
    mark = lab.contents.template.model.marks[0]
    for layer in reversed(_dense(lab)):
        total, output = layer.sums(mark)[0], layer.outputs(mark)[0]
        if layer.activation not in FLAT and _has(lab, total.gradient, output.gradient):
            return _text(
                lab,
                "slope",
                activation=layer.activation,
                of_output=lab.symbol(output.gradient),
                of_sum=lab.symbol(total.gradient),
                before=lab.tell(output.gradient, 0),
                after=lab.tell(total.gradient, 0),
                factor=lab.tell((total.gradient, output.gradient), 0, measure="quotient"),
                cell=lab.shown_cell(total.gradient),
            )
    return None


def old_weights(lab: Lab) -> str | None:
    """All gradients of a row are of the weights as they stand in it."""
    layers = [layer for layer in _dense(lab) if layer.weights[0] in lab.contents.template.parameter_order]
    if len(layers) < 2:
        return None
    name = layers[-1].weights[0]
    if not _has(lab, name.gradient):
        return None
    return _text(
        lab,
        "old_weights",
        layer=layers[0].number,
        symbol=lab.symbol(name),
        new_symbol=lab.symbol(name.updated),
        old=lab.tell(name, 0),
        new=lab.tell(name.updated, 0),
    )


def paths(lab: Lab) -> str | None:
    """Where several paths lead from a parameter to the loss, what they contribute is added."""
    contents = lab.contents
    if contents.template.model.batch > 1:
        return None
    rule = ChainRule(Lens(contents, lab.facts))
    for name in contents.template.parameter_order:
        found = rule.paths(name)
        if 1 < len(found) <= MOST_PATHS:
            break
    else:
        return None
    gradient = contents.gradient(name)
    cells = [[factor.cell if factor.value.op == "ref" else "" for factor in path] for path in found]
    if len(found) > 3 or not all(all(path) for path in cells):
        terms = ""
    else:
        terms = " + ".join(_in_brackets(lab.tell(path, 0, measure="product")) for path in cells) + " = "
    return _text(
        lab,
        "paths",
        symbol=lab.symbol(name),
        gradient=lab.symbol(gradient),
        count=len(found),
        sum=terms + lab.tell(gradient, 0),
        cell=lab.shown_cell(gradient),
    )


def _in_brackets(shown: str) -> str:
    return f"({shown})" if shown.startswith("−") else shown


def mean(lab: Lab) -> str | None:
    """The gradient of a batch is the mean over its samples."""
    model = lab.contents.template.model
    name = lab.quantity(chosen_parameter(lab.contents))
    gradient = lab.contents.gradient(name)
    if model.batch < 2 or not _has(lab, gradient):
        return None
    return _text(
        lab,
        "mean",
        samples=model.batch,
        gradient=lab.symbol(gradient),
        value=lab.tell(gradient, 0),
        cell=lab.shown_cell(gradient),
    )


def bias(lab: Lab) -> str | None:
    """A bias has the input 1, so that its gradient is the delta; or it is not trained at all."""
    model, order = lab.contents.template.model, lab.contents.template.parameter_order
    for layer in reversed(_dense(lab)):
        if not layer.biases:
            continue
        name, delta = layer.biases[0], layer.sums(model.marks[0])[0].gradient
        if name not in order:
            return _text(lab, "bias_frozen", symbol=lab.symbol(name), value=lab.tell(name, 0))
        if layer.rows == len(layer.biases) and model.batch == 1 and _has(lab, name.gradient, delta):
            return _text(
                lab,
                "bias",
                gradient=lab.symbol(name.gradient),
                delta=lab.symbol(delta),
                value=lab.tell(name.gradient, 0),
                same=lab.tell(delta, 0),
                cell=lab.shown_cell(name.gradient),
            )
    return None


def half(lab: Lab) -> str | None:
    """The half of the squared error goes where it is differentiated."""
    network = lab.contents.network
    if network.loss != "half_squared_error":
        return None
    outputs = network.passed(network.place_of(network.nodes[-1]), network.marks[0])
    return _difference(lab, "half", [(output, output.gradient) for output in outputs])


def entropy(lab: Lab) -> str | None:
    """Of softmax with cross-entropy, or sigmoid with its own, the delta is output less target."""
    network = lab.contents.network
    last, mark = network.layers[-1], network.marks[0]
    if network.loss not in ("cross_entropy", "binary_cross_entropy") or not last.is_dense:
        return None
    pairs = zip(last.outputs(mark), last.sums(mark), strict=False)
    return _difference(lab, "entropy", [(output, total.gradient) for output, total in pairs])


def _difference(lab: Lab, key: str, pairs: list[tuple[Quantity, Quantity]]) -> str | None:
    """The first output whose derivative is output less target, and no more comes back to it."""
    network = lab.contents.network
    for (output, gradient), raw in zip(pairs, network.each_target(), strict=False):
        target = raw.sampled(network.marks[0])
        if gradient in lab.history() and (target in lab.history() or target in lab.facts.own):
            is_all = math.isclose(
                lab.measured("difference", (output, target), 0), lab.measured("value", [gradient], 0), rel_tol=1e-9
            )
            if is_all:
                return _text(
                    lab,
                    key,
                    gradient=lab.symbol(gradient),
                    output=lab.tell(output, 0),
                    target=_in_brackets(lab.tell(target, 0)),
                    value=lab.tell(gradient, 0),
                    cell=lab.shown_cell(gradient),
                )
    return None


def through_time(lab: Lab) -> str | None:
    """A weight that all steps share gets what each of them adds."""
    for node in _nodes(lab, Recurrent):
        assert isinstance(node.block, Recurrent)
        steps = node.block.steps(lab.contents.network.inputs_of(node)[0])
        for parameter in lab.contents.network.parameters_of(node):
            for name in parameter.elements(node.layer):
                parts = [name.gradient.part(n) for n in range(1, steps + 1)]
                if steps > 1 and _has(lab, name.gradient, *parts):
                    return _shared(lab, "through_time", name, parts)
    return None


def _shared(lab: Lab, key: str, name: Quantity, parts: list[Quantity]) -> str:
    return _text(
        lab,
        key,
        symbol=lab.symbol(name),
        gradient=lab.symbol(name.gradient),
        count=len(parts),
        first=lab.tell(parts[0], 0),
        final=lab.tell(parts[-1], 0),
        total=lab.tell(name.gradient, 0),
        cell=lab.shown_cell(name.gradient),
    )


def kernel(lab: Lab) -> str | None:
    """A weight of a kernel is one parameter, used at every place of the map."""
    network = lab.contents.network
    for node in _nodes(lab, Convolution):
        [weights, *_] = network.parameters_of(node)
        name, shape = weights.elements(node.layer)[0], network.shape_of(network.place_of(node))
        places = 1
        for extent in shape[1:]:
            places *= extent
        if _has(lab, name.gradient):
            return _text(
                lab,
                "kernel",
                symbol=lab.symbol(name),
                gradient=lab.symbol(name.gradient),
                count=places,
                total=lab.tell(name.gradient, 0),
                cell=lab.shown_cell(name.gradient),
            )
    return None


def rows(lab: Lab) -> str | None:
    """The attention weights of one token are shares: they add to 1, and share the gradient."""
    network = lab.contents.network
    for node in _nodes(lab, Attention):
        tensor = next(tensor for tensor in network.tensors_of(node) if tensor.letter == "p")
        shares = tensor.elements(node.layer, network.marks[0])
        final = [name for name in shares if name.indices[:-1] == shares[-1].indices[:-1]]
        if all(name in lab.history() for name in final):
            return _text(
                lab,
                "rows",
                shares=" + ".join(lab.symbol(name) for name in final),
                terms=" + ".join(lab.tell(name, 0) for name in final),
                total=lab.tell(final, 0, measure="sum"),
                cell=lab.shown_cell(final[0]),
            )
    return None


def statistics(lab: Lab) -> str | None:
    """Batch norm trains by the mean of the batch, and answers new samples by the running one."""
    network = lab.contents.network
    for node in _nodes(lab, BatchNorm):
        tensors = {tensor.word: tensor for tensor in network.tensors_of(node)}
        means = [tensors[word].elements(node.layer)[0] for word in ("mean", "running_mean") if word in tensors]
        if len(means) == 2 and all(name in lab.history() for name in means):
            return _text(
                lab,
                "statistics",
                batch=lab.symbol(means[0]),
                running=lab.symbol(means[1]),
                value=lab.tell(means[0], 0),
                other=lab.tell(means[1], 0),
                cell=lab.shown_cell(means[1]),
            )
    return None


def winner(lab: Lab) -> str | None:
    """Through max pooling the gradient goes to the largest of a window alone."""
    network = lab.contents.network
    for node in _nodes(lab, MaxPool):
        tensor = next(tensor for tensor in network.tensors_of(node) if tensor.letter == "k")
        masks = tensor.elements(node.layer, network.marks[0])
        window = [name for name in masks if name.indices[:-1] == masks[0].indices[:-1]]
        if all(name in lab.history() for name in window):
            return _text(
                lab,
                "winner",
                masks=lab.joined([lab.symbol(name) for name in window]),
                values=lab.joined([lab.tell(name, 0) for name in window]),
                cell=lab.shown_cell(window[0]),
            )
    return None


def asleep(lab: Lab) -> str | None:
    """A ReLU below 0 passes no gradient."""
    mark = lab.contents.template.model.marks[0]
    history = lab.history()
    for layer in _dense(lab):
        for total in layer.sums(mark) if layer.activation == "relu" else ():
            if total.gradient in history and history[total][0] < 0:
                return _text(
                    lab,
                    "asleep",
                    sum=lab.symbol(total),
                    value=lab.tell(total, 0),
                    delta=lab.symbol(total.gradient),
                    zero=lab.tell(total.gradient, 0),
                    cell=lab.shown_cell(total.gradient),
                )
    return None


def tokens(lab: Lab) -> str | None:
    """Of an embedding only the rows of tokens that stand in the sample move."""
    for node in _nodes(lab, Embedding):
        [parameter, *_] = lab.contents.network.parameters_of(node)
        gradients = [name.gradient for name in parameter.elements(node.layer)]
        if all(name in lab.history() for name in gradients) and lab.measured("zeros", gradients, 0):
            zeros = lab.tell(gradients, 0, measure="zeros")
            return _text(lab, "tokens", zeros=zeros, count=len(gradients), cell=lab.shown_cell(gradients[0]))
    return None


def step(lab: Lab) -> str | None:
    """With another optimizer a step is not the learning rate times the gradient."""
    name = lab.quantity(chosen_parameter(lab.contents))
    gradient = lab.contents.gradient(name)
    training = lab.contents.template.training
    if training.optimizer == "sgd" or not _has(lab, gradient):
        return None
    at = min(1, lab.contents.layout.iterations)  # in the first step momentum has not begun
    return _text(
        lab,
        "step",
        t=at,
        optimizer=training.optimizer,
        symbol=lab.symbol(name),
        rate=lab.tell(names.LEARNING_RATE, 0),
        gradient=lab.tell(gradient, at),
        moved=lab.tell((name.updated, name), at, measure="difference"),
        cell=lab.shown_cell(name.updated, at),
    )


def unseen(lab: Lab) -> str | None:
    """The loss of the training samples says nothing of others."""
    test = names.LOSS + names.TEST
    if test not in lab.history():
        return None
    last = lab.contents.layout.iterations
    return _text(
        lab,
        "unseen",
        last=last,
        trained=lab.tell(lab.contents.objective, last),
        tested=lab.tell(test, last),
        cell=lab.shown_cell(test, last),
    )


def local(lab: Lab) -> str | None:
    """The local derivative of one operation is not the derivative of the objective."""
    columns = {column.name: column for column in lab.contents.program.columns}
    for name in lab.contents.template.parameter_order:
        gradient = lab.contents.gradient(name)
        for user in columns:
            edge = names.local(user, name)
            if edge in columns and _has(lab, edge, gradient) and user != lab.contents.objective:
                return _text(
                    lab,
                    "local",
                    edge=lab.symbol(edge),
                    near=lab.tell(edge, 0),
                    gradient=lab.symbol(gradient),
                    whole=lab.tell(gradient, 0),
                    cell=lab.shown_cell(gradient),
                )
    return None


TELLINGS: dict[str, Callable[[Lab], str | None]] = {
    "sign": sign,
    "slope": slope,
    "old_weights": old_weights,
    "paths": paths,
    "local": local,
    "mean": mean,
    "bias": bias,
    "half": half,
    "entropy": entropy,
    "through_time": through_time,
    "kernel": kernel,
    "winner": winner,
    "rows": rows,
    "tokens": tokens,
    "statistics": statistics,
    "asleep": asleep,
    "step": step,
    "unseen": unseen,
}
OF_EXPRESSION = ("sign", "paths", "local", "step")
