"""The words of a book: those of the field that occur in it, each with its symbol here and a sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain

import numpy as np

from xlbp.template import names
from xlbp.template.blocks.attention import Attention
from xlbp.template.blocks.block import Axis, Role
from xlbp.template.blocks.convolution import Convolution
from xlbp.template.blocks.dropout import Dropout
from xlbp.template.blocks.embedding import Embedding
from xlbp.template.blocks.norms import BatchNorm, LayerNorm
from xlbp.template.blocks.pool import AveragePool, MaxPool
from xlbp.template.blocks.recurrent import Gru, Lstm, Recurrent
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.lesson.commands import train_all
from xlbp.workbook.lesson.lab import Lab
from xlbp.workbook.lesson.predictions.paths import PathOfCells, parameters_by_users, parameters_with_paths
from xlbp.workbook.lesson.record import Prediction
from xlbp.workbook.page.facts import Facts
from xlbp.workbook.sheets.landscape import grid_size
from xlbp.workbook.sheets.start.conventions import symbols_of_states

STANDARD, MIN_MAX = "standard", "minmax"  # ways to scale data
RISEN = 1.1  # times its smallest value: a test loss that ends above it has turned up
Finding = Callable[[Contents], str | None]  # the symbol that a word has in a book, '' without one; None if it is absent


@dataclass(frozen=True)
class Word:
    """A word, the symbol of an example of it in this book, and what it means."""

    key: str
    term: str
    symbol: str
    meaning: str


def words(contents: Contents) -> list[Word]:
    """The words that occur in this book, in the order of a row of the training."""
    return list(_found(contents, OF_KIND[contents.template.kind]))


def overfitting(contents: Contents, facts: Facts) -> Prediction:
    """Whether the test loss of the template's own training turns up, and when; of a book that has test samples."""
    lab, test = Lab(contents, facts), names.LOSS + names.TEST
    losses, last = lab.history()[test], contents.layout.iterations
    if not np.isfinite(losses).all():
        return lab.prediction("overfitting", "", "", lab.place(test))
    least = int(losses.argmin())
    end = {"last": last, "end": lab.tell(test, last)}
    if least == last:
        text = contents.texts("words.overfitting_falls", **end)
    else:
        key = "overfitting_rises" if losses[last] > RISEN * losses[least] else "overfitting_hardly"
        text = contents.texts(f"words.{key}", least=least, value=lab.tell(test, least), **end)
    return lab.prediction("overfitting", "", text, lab.place(test, least))


def _found(contents: Contents, each: dict[str, Finding]) -> Iterator[Word]:
    texts = contents.texts
    for key, finding in each.items():
        symbol = finding(contents)
        if symbol is not None:
            meaning = texts(f"words.{_meaning(contents, key)}_is", **_filled_in(contents))
            yield Word(key, texts(f"words.{key}"), symbol, meaning)


def _filled_in(contents: Contents) -> dict[str, str]:
    """What the meanings may name of a book."""
    command = train_all(contents) if contents.template.kind == "network" else None
    return {
        "objective": contents.symbol(contents.objective),
        "command": command or "",
        "parameters": contents.texts.number(len(contents.template.parameter_order)),
        **symbols_of_states(contents),
    }


def _meaning(contents: Contents, key: str) -> str:
    """The key of a word's meaning: some have another one where a part of the usual one is missing."""
    variant = VARIANTS.get(key)
    return variant(contents) if variant else key


def _of_parameter(contents: Contents) -> str:
    """Whether biases are trained, stand still, or are missing."""
    model, order = contents.template.model, contents.template.parameter_order
    tensors = [model.tensor(contents.quantity(name)) for name in order]
    roles = {tensor.role for tensor in tensors if tensor is not None}
    if roles != {Role.WEIGHT}:
        return "parameter"
    return "parameter_weights" if _has_bias(contents) else "parameter_only_weights"


def _of_bias(contents: Contents) -> str:
    trained = any(layer.trains_bias for layer in contents.network.layers if layer.biases)
    return "bias" if trained else "bias_frozen"


def _of_pre_activation(contents: Contents) -> str:
    return "pre_activation" if _has_bias(contents) else "pre_activation_plain"


def _of_gate(contents: Contents) -> str:
    return "gate_lstm" if _block(Lstm)(contents) is not None else "gate_gru"


def _has_bias(contents: Contents) -> bool:
    """Whether any parameter, trained or not, is a bias."""
    network = contents.network
    roles = [parameter.role for node in network.nodes for parameter in network.parameters_of(node)]
    return Role.BIAS in roles


VARIANTS: dict[str, Callable[[Contents], str]] = {
    "parameter": _of_parameter,
    "bias": _of_bias,
    "pre_activation": _of_pre_activation,
    "gate": _of_gate,
    "divergence": lambda contents: "divergence_up" if contents.template.model.maximize else "divergence",
}


def chain_rule(contents: Contents, facts: Facts) -> Prediction | None:
    """The chain rule in a sentence, with numbers of this book; None where no derivative is a product of cells."""
    lab = Lab(contents, facts)
    found = list(parameters_with_paths(lab, from_the_end=True))
    single = [(name, paths[0]) for name, paths in found if len(paths) == 1 and len(paths[0].cells) > 1]
    longest = max((len(path.cells) for _, path in single), default=0)
    first = next(((name, path) for name, path in reversed(single) if len(path.cells) == longest), None)
    if first is not None:
        return _sentence(lab, first[0], [first[1]], 1)
    if contents.template.kind != "network":
        return None
    products = next(chain(parameters_by_users(lab), parameters_by_users(lab, with_zeros=True)), None)
    return None if products is None else _sentence(lab, *products)


def _sentence(lab: Lab, name: str, paths: list[PathOfCells], sample: int) -> Prediction:
    """The gradient as the sum of its paths; of a batch that of one sample, and the mean over all of them."""
    gradient, samples = lab.contents.gradient(name), lab.contents.template.model.batch
    terms = [[_in_brackets(lab.tell(cell, 0)) for cell in path.cells] for path in paths]
    words = {
        "gradient": lab.symbol(gradient),
        "symbols": " + ".join(" · ".join(path.symbols) for path in paths),
        "numbers": " + ".join(map(" · ".join, terms)),
        "value": lab.tell(gradient, 0),
        "samples": samples,
        "number": sample,
    }
    if samples > 1:
        words["share"] = lab.tell(paths[0].cells, 0, measure="product")
    text = lab.contents.texts("words.chain_here" if samples == 1 else "words.chain_of_sample", **words)
    return lab.prediction("chain_rule", text, text, lab.place(gradient))


def _in_brackets(number: str) -> str:
    return f"({number})" if number.startswith("−") else number


def _always(_: Contents) -> str:
    return ""


def _of_role(*roles: Role) -> Finding:
    def found(contents: Contents) -> str | None:
        model = contents.template.model
        columns = (column.name for column in contents.program.columns if column.phase in ("forward", "parameters"))
        name = next((name for name in columns if model.role(model.quantity(name)) in roles), None)
        return None if name is None else contents.bare_symbol(name)

    return found


def _pre_activation(contents: Contents) -> str | None:
    """The first sum of a unit; None where no activation follows any."""
    return _sum(contents) if _of_role(Role.ACTIVATION)(contents) is not None else None


def _sum(contents: Contents) -> str | None:
    """The first sum that is a unit's own; what attention passes on is a sum of values, and no unit's."""
    model = contents.template.model
    attentive = {node.layer for node in contents.network.nodes if isinstance(node.block, Attention)}
    columns = (c for c in contents.program.columns if c.phase == "forward" and c.layer not in attentive)
    sums = (c.name for c in columns if model.role(model.quantity(c.name)) is Role.PRE_ACTIVATION)
    name = next(sums, None)
    return None if name is None else contents.bare_symbol(name)


def _activation(contents: Contents) -> str | None:
    """The first that an activation function gives, else the first that is passed on in its place."""
    model = contents.template.model
    columns = (column.name for column in contents.program.columns if column.phase == "forward")
    own = next((name for name in columns if model.word(model.quantity(name)) == "a"), None)
    return _of_role(Role.ACTIVATION)(contents) if own is None else contents.bare_symbol(own)


def _is_squared(contents: Contents) -> bool:
    return contents.network.loss in ("half_squared_error", "half_mse", "mse")


def _bias(contents: Contents) -> str | None:
    biases = [bias for layer in contents.template.model.layers for bias in layer.biases]
    return contents.symbol(biases[0]) if biases else None


def _delta(contents: Contents) -> str | None:
    found = _sum(contents)
    return None if found is None else f"∂{contents.symbol(contents.objective)}/∂{found}"


def _gradient(contents: Contents) -> str:
    return contents.symbol(contents.gradient(contents.template.parameter_order[0]))


def _objective(contents: Contents) -> str:
    return contents.symbol(contents.objective)


def _rate(contents: Contents) -> str:
    return contents.symbol(names.LEARNING_RATE)


def _first(contents: Contents) -> str:
    return contents.symbol(contents.template.parameter_order[0])


def _input(contents: Contents) -> str:
    network = contents.network
    return contents.bare_symbol(network.entering(network.marks[0])[0])


def _target(contents: Contents) -> str:
    network = contents.network
    return contents.bare_symbol(network.each_target(mark=network.marks[0])[0])


def _column(name: str) -> Finding:
    return lambda contents: contents.symbol(name) if name in contents.layout.columns else None


def _if(holds: Callable[[Contents], bool]) -> Finding:
    return lambda contents: "" if holds(contents) else None


def _block(*kinds: type) -> Finding:
    return _if(lambda contents: any(isinstance(node.block, kinds) for node in contents.network.nodes))


def _meant_as(word: str) -> Finding:
    """The first column that is called so in the words over the columns."""

    def found(contents: Contents) -> str | None:
        model = contents.template.model
        columns = (column.name for column in contents.program.columns if column.phase == "forward")
        name = next((name for name in columns if model.word(model.quantity(name)) == word), None)
        return None if name is None else contents.bare_symbol(name)

    return found


def _setting(*keys: str) -> Finding:
    def found(contents: Contents) -> str | None:
        settings = (contents.quantity(name) for name in contents.template.inputs())
        name = next((name for name in settings if name.is_setting and name.key in keys), None)
        return None if name is None else contents.symbol(name)

    return found


def _local(contents: Contents) -> str | None:
    columns = (column.name for column in contents.program.columns)
    name = next((name for name in columns if contents.template.model.local(contents.quantity(name))), None)
    return None if name is None else contents.symbol(name)


def _has_activation(*kinds: str) -> Finding:
    """Whether a dense layer has one of these activations."""
    return _if(lambda contents: any(y.is_dense and y.activation in kinds for y in contents.network.layers))


def _flattens(contents: Contents) -> bool:
    return any(node.block.kind == "flatten" for node in contents.network.nodes)


def _saturates(contents: Contents) -> bool:
    flat = _has_activation("sigmoid", "tanh", "hard_sigmoid")
    return any(finding(contents) is not None for finding in (flat, _block(Recurrent)))


OF_NETWORK: dict[str, Finding] = {
    "iteration": _always,
    "sample": _always,
    "input": lambda contents: None if contents.network.takes_tokens else _input(contents),
    "standardised": _if(lambda contents: STANDARD in contents.template.model.scalings.values()),
    "scaled": _if(lambda contents: MIN_MAX in contents.template.model.scalings.values()),
    "step": _if(lambda contents: Axis.STEP in contents.template.model.input_shape.axes),
    "token": lambda contents: _input(contents) if contents.network.takes_tokens else None,
    "target": _target,
    "batch": _if(lambda contents: contents.template.model.batch > 1),
    "mini_batch": _if(lambda contents: contents.template.model.picks),
    "epoch": _column(names.EPOCH),
    "test": _if(lambda contents: contents.template.model.data.test > 0),
    "parameter": _first,
    "weight": _of_role(Role.WEIGHT),
    "bias": _bias,
    "forward": _always,
    "pre_activation": _pre_activation,
    "activation": _activation,
    "identity": _has_activation("identity"),
    "saturated": _if(_saturates),
    "layer": _if(lambda contents: len(contents.template.model.layers) > 1),
    "softmax": _if(lambda contents: any(n.block.kind in ("softmax", "attention") for n in contents.network.nodes)),
    "lse": _meant_as("lse"),
    "dropout": _block(Dropout),
    "state": _block(Recurrent),
    "gate": _block(Lstm, Gru),
    "candidate": _block(Lstm),
    "new_state": _block(Gru),
    "convolution": _block(Convolution),
    "kernel": _block(Convolution),
    "map": _block(Convolution),
    "filter": _block(Convolution),
    "pooling": _block(MaxPool, AveragePool),
    "winner": _meant_as("place_wins"),
    "flatten": _if(_flattens),
    "embedding": _block(Embedding),
    "query": _block(Attention),
    "score": _block(Attention),
    "mask": _if(lambda c: any(isinstance(n.block, Attention) and n.block.causal for n in c.network.nodes)),
    "normalisation": _block(BatchNorm, LayerNorm),
    "loss": _objective,
    "squared": _if(_is_squared),
    "cross_entropy": _if(lambda contents: contents.network.loss in ("cross_entropy", "binary_cross_entropy")),
    "accuracy": _column(names.HITS),
    "overfitting": _column(names.LOSS + names.TEST),
    "recall": _if(lambda contents: names.HITS in contents.layout.columns),
    "backward": _always,
    "chain_rule": _always,
    "delta": _delta,
    "gradient": _gradient,
    "learning_rate": _rate,
    "momentum": _setting("momentum", "beta1"),
    "adam": _if(lambda contents: contents.template.training.optimizer in ("adam", "adamw")),
    "descent": _always,
    "divergence": _always,
    "landscape": _if(lambda contents: grid_size(contents) > 0),
}
OF_EXPRESSION: dict[str, Finding] = {
    "iteration": _always,
    "variable": _first,
    "graph": _always,
    "objective": _objective,
    "forward": _always,
    "backward": _always,
    "local": _local,
    "chain_rule": _always,
    "derivative": _gradient,
    "learning_rate": _rate,
    "momentum": _setting("momentum", "beta1"),
    "climb": _if(lambda contents: contents.template.model.maximize),
    "slope_down": _if(lambda contents: not contents.template.model.maximize),
    "divergence": _always,
}
OF_KIND = {"network": OF_NETWORK, "expression": OF_EXPRESSION}
