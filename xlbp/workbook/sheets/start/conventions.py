"""The conventions that a book has to state."""

from __future__ import annotations

from xlbp.template.blocks.recurrent import Recurrent
from xlbp.template.optimizers import OPTIMIZERS
from xlbp.template.template import Training
from xlbp.workbook.layout.contents import Contents


def conventions(contents: Contents) -> list[str]:
    """Their keys in the language files."""
    model = contents.template.model
    return [*model.conventions, *_of_training(contents.template.training, model.plain_rule, model.maximize)]


def symbols_of_states(contents: Contents) -> dict[str, str]:
    """What the source calls gates and states, for the conventions of recurrent layers: ``{"g": "a", "c": "state"}``."""
    if contents.template.kind != "network":
        return {}
    symbols: dict[str, str] = {}
    for node in reversed(contents.network.nodes):  # where several kinds have a letter, the first one's is told
        symbols |= contents.tensor_symbols(node) if isinstance(node.block, Recurrent) else {}
    return symbols


def _of_training(training: Training, plain: str, maximize: bool) -> list[str]:
    """Clipping, weight decay, the optimizer and the schedule."""
    stated = [f"clip_{training.clip}"] if training.clip else []
    if training.has("weight_decay"):
        stated.append("decoupled" if OPTIMIZERS[training.optimizer].is_decoupled else "weight_decay")
    if training.optimizer == "sgd":
        stated.append(plain)
    else:
        stated += [*(["maximize"] if maximize else []), training.optimizer]
    return stated + ([f"schedule_{training.schedule}"] if training.schedule != "constant" else [])
