"""The words of a book: those of the field that occur in it, each with its symbol here and a sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from xlbp.template import names
from xlbp.template.blocks.attention import Attention
from xlbp.template.blocks.block import Role
from xlbp.template.blocks.convolution import Convolution
from xlbp.template.blocks.dropout import Dropout
from xlbp.template.blocks.embedding import Embedding
from xlbp.template.blocks.norms import BatchNorm, LayerNorm
from xlbp.template.blocks.pool import AveragePool, MaxPool
from xlbp.template.blocks.recurrent import Gru, Lstm, Recurrent
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.lesson.lab import Lab
from xlbp.workbook.lesson.predictions.paths import PathOfCells, parameters_with_paths
from xlbp.workbook.lesson.record import Prediction
from xlbp.workbook.page.facts import Facts

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


def _found(contents: Contents, each: dict[str, Finding]) -> Iterator[Word]:
    texts = contents.texts
    for key, finding in each.items():
        symbol = finding(contents)
        if symbol is not None:
            meaning = texts(f"words.{key}_is", objective=contents.symbol(contents.objective))
            yield Word(key, texts(f"words.{key}"), symbol, meaning)


def chain_rule(contents: Contents, facts: Facts) -> Prediction | None:
    """The chain rule in a sentence, with numbers of this book; None where no derivative is a product of cells."""
    lab = Lab(contents, facts)
    found = list(parameters_with_paths(lab, from_the_end=True))
    single = [(name, paths[0]) for name, paths in found if len(paths) == 1 and len(paths[0].cells) > 1]
    longest = max((len(path.cells) for _, path in single), default=0)
    first = next(((name, path) for name, path in reversed(single) if len(path.cells) == longest), None)
    return None if first is None else _sentence(lab, *first)


def _sentence(lab: Lab, name: str, path: PathOfCells) -> Prediction:
    gradient = lab.contents.gradient(name)
    factors = [lab.tell(cell, 0) for cell in path.cells]
    numbers = " · ".join(f"({factor})" if factor.startswith("−") else factor for factor in factors)
    text = lab.contents.texts(
        "words.chain_here",
        gradient=lab.symbol(gradient),
        symbols=" · ".join(path.symbols),
        numbers=numbers,
        value=lab.tell(gradient, 0),
    )
    return lab.prediction("chain_rule", text, text, lab.place(gradient))


def _always(_: Contents) -> str:
    return ""


def _of_role(*roles: Role) -> Finding:
    def found(contents: Contents) -> str | None:
        model = contents.template.model
        columns = (column.name for column in contents.program.columns if column.phase in ("forward", "parameters"))
        name = next((name for name in columns if model.role(model.quantity(name)) in roles), None)
        return None if name is None else contents.bare_symbol(name)

    return found


def _bias(contents: Contents) -> str | None:
    biases = [bias for layer in contents.template.model.layers for bias in layer.biases]
    return contents.symbol(biases[0]) if biases else None


def _delta(contents: Contents) -> str | None:
    found = _of_role(Role.PRE_ACTIVATION)(contents)
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


OF_NETWORK: dict[str, Finding] = {
    "iteration": _always,
    "sample": _input,
    "target": _target,
    "batch": _if(lambda contents: contents.template.model.batch > 1),
    "epoch": _column(names.EPOCH),
    "test": _if(lambda contents: contents.template.model.data.test > 0),
    "parameter": _first,
    "weight": _of_role(Role.WEIGHT),
    "bias": _bias,
    "forward": _always,
    "pre_activation": _of_role(Role.PRE_ACTIVATION),
    "activation": _of_role(Role.ACTIVATION),
    "layer": _if(lambda contents: len(contents.template.model.layers) > 1),
    "softmax": _if(lambda contents: any(node.block.kind == "softmax" for node in contents.network.nodes)),
    "dropout": _block(Dropout),
    "state": _block(Recurrent),
    "gate": _block(Lstm, Gru),
    "kernel": _block(Convolution),
    "pooling": _block(MaxPool, AveragePool),
    "embedding": _block(Embedding),
    "query": _block(Attention),
    "mask": _if(lambda c: any(isinstance(n.block, Attention) and n.block.causal for n in c.network.nodes)),
    "normalisation": _block(BatchNorm, LayerNorm),
    "loss": _objective,
    "accuracy": _column(names.HITS),
    "backward": _always,
    "chain_rule": _always,
    "delta": _delta,
    "gradient": _gradient,
    "learning_rate": _rate,
    "momentum": _setting("momentum", "beta1"),
    "descent": _always,
    "divergence": _always,
    "landscape": _always,
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
