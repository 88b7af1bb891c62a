"""What the form of the composer offers: the layers with their keys, what training has, and data to begin with.

The template is the truth, as text or as tables; the form shows those keys of it that stand here and leaves all others
as they are.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from xlbp.errors import TemplateError, UsageError
from xlbp.template.activations import ACTIVATIONS
from xlbp.template.layer_kinds import OWN_ACTIVATION, WITHOUT_BLOCK
from xlbp.template.losses import LOSSES
from xlbp.template.optimizers import OPTIMIZERS
from xlbp.template.schedules import SCHEDULES
from xlbp.template.sources import toml_of
from xlbp.toml import tomllib

WHOLE, NUMBER, LIST, CHOICE, TICK, NAMES = "whole", "number", "list", "choice", "tick", "names"
DEEPEST = 40  # tables and lists in one another; data of images and sentences lie on some ten levels
TOO_DEEP = "the lists of the template lie too deep in one another; no network takes such data"
UNFIT = "the template has a date, a time, inf, nan or a number of thousands of digits; it takes texts and plain numbers"
NOT_ON_THE_FORM = ("piecewise",)  # schedules that need lists of their own


@dataclass(frozen=True)
class Key:
    """A key of a table, how it is typed, and what a new layer begins with; None where it is left out at first.

    The first of the ``choices`` is what a template means that leaves the key out.
    """

    name: str
    kind: str
    default: object = None
    choices: tuple[str, ...] = ()
    is_rare: bool = False  # folded away


UNITS = Key("units", WHOLE, 2)
RETURNS = Key("returns", CHOICE, None, ("last", "all"))
BIAS = Key("bias", TICK, is_rare=True)
ACTIVATION = Key("activation", CHOICE, None, tuple(ACTIVATIONS))
SHARE = Key("dropout", NUMBER, is_rare=True)
NAME, FROM = Key("name", "text", is_rare=True), Key("from", NAMES)
WINDOW = (Key("stride", LIST), Key("padding", LIST))
POOL = (Key("size", LIST, [2, 2]), Key("stride", LIST))

LAYER_KEYS: dict[str, tuple[Key, ...]] = {
    "dense": (UNITS, BIAS),
    "conv1d": (Key("filters", WHOLE, 1), Key("kernel", LIST, 3), *WINDOW, BIAS),
    "conv2d": (Key("filters", WHOLE, 1), Key("kernel", LIST, [3, 3]), *WINDOW, BIAS),
    "max_pool": POOL,
    "avg_pool": POOL,
    "rnn": (UNITS, Key("activation", CHOICE, None, ("tanh", "relu")), RETURNS, BIAS),
    "lstm": (UNITS, RETURNS, BIAS),
    "gru": (UNITS, RETURNS, Key("reset", CHOICE, None, ("after", "before")), BIAS),
    "embedding": (Key("rows", WHOLE, 4), Key("size", WHOLE, 2)),
    "positions": (),
    "attention": (Key("size", WHOLE, 2), Key("heads", WHOLE), Key("causal", TICK)),
    "layer_norm": (Key("eps", NUMBER),),
    "batch_norm": (Key("eps", NUMBER),),
    "flatten": (),
    "add": (FROM,),
    "concat": (FROM,),
    "activation": (Key("activation", CHOICE, "sigmoid", tuple(ACTIVATIONS)),),
    "dropout": (Key("dropout", NUMBER, 0.2),),
}
TRAINING_KEYS = (
    Key("iterations", WHOLE, 100),
    Key("learning_rate", NUMBER, 0.5),
    Key("optimizer", CHOICE, None, tuple(OPTIMIZERS)),
    Key("schedule", CHOICE, None, tuple(name for name in SCHEDULES if name not in NOT_ON_THE_FORM)),
    Key("batch_size", WHOLE),
)
LOSS = Key("loss", CHOICE, "half_squared_error", tuple(LOSSES))

XOR = {"inputs": [[0, 0], [0, 1], [1, 0], [1, 1]], "targets": [[0], [1], [1], [0]]}
SINE = [[0.0], [0.5], [0.87], [1.0], [0.87], [0.5]]
STARTS: dict[str, dict[str, Any]] = {  # data of each form, with a network that takes it
    "table": {
        "network": {
            "loss": "half_squared_error",
            "layers": [{"units": 2, "activation": "tanh"}, {"units": 1, "activation": "sigmoid"}],
        },
        "data": XOR,
        "training": {"iterations": 100, "learning_rate": 0.5},
    },
    "sequence": {
        "network": {"loss": "mse", "layers": [{"kind": "lstm", "units": 2}, {"units": 1}]},
        "data": {"inputs": [SINE[:3], SINE[1:4], SINE[2:5]], "targets": [SINE[3], SINE[4], SINE[5]]},
        "training": {"iterations": 50, "learning_rate": 0.1, "optimizer": "adam"},
    },
    "picture": {
        "network": {
            "loss": "binary_cross_entropy",
            "layers": [
                {"kind": "conv2d", "filters": 1, "kernel": [2, 2], "activation": "tanh"},
                {"kind": "max_pool", "size": [2, 2]},
                {"kind": "flatten"},
                {"units": 1, "activation": "sigmoid"},
            ],
        },
        "data": {
            "inputs": [
                [[0, 1, 0, 0], [0, 1, 0, 0], [0, 1, 0, 0], [0, 1, 0, 0]],
                [[0, 0, 0, 0], [1, 1, 1, 1], [0, 0, 0, 0], [0, 0, 0, 0]],
            ],
            "targets": [[1], [0]],
        },
        "training": {"iterations": 50, "learning_rate": 0.3},
    },
    "tokens": {
        "network": {
            "loss": "cross_entropy",
            "layers": [
                {"kind": "embedding", "rows": 4, "size": 2},
                {"kind": "positions"},
                {"kind": "attention", "size": 2, "causal": True},
                {"units": 4, "activation": "softmax"},
            ],
        },
        "data": {"alphabet": "helo", "inputs": ["hell"], "targets": ["ello"]},
        "training": {"iterations": 50, "learning_rate": 0.1, "optimizer": "adam"},
    },
}


def offered() -> dict[str, Any]:
    """All that the form needs, for the page's script."""
    has_activation = [kind for kind in LAYER_KEYS if kind not in (*OWN_ACTIVATION, *WITHOUT_BLOCK)]
    common = {
        kind: [*keys, *((ACTIVATION, SHARE) if kind in has_activation else ()), NAME]
        for kind, keys in LAYER_KEYS.items()
    }
    return {
        "layers": {kind: [asdict(key) for key in keys] for kind, keys in common.items()},
        "training": [asdict(key) for key in TRAINING_KEYS],
        "loss": asdict(LOSS),
        "starts": list(STARTS),
    }


def start(form: str, title: str) -> dict[str, Any]:
    """The tables of a template to begin with, for data of a form.  Raises UsageError for an unknown one."""
    if form not in STARTS:
        raise UsageError(f"there is no data of the form {form!r:.40}; there are {', '.join(STARTS)}")
    return {"template": {"title": title}, **STARTS[form]}


def as_text(tables: Mapping[str, Any]) -> str:
    """A template's tables as its text.  Raises UsageError for what a template can't hold."""
    if is_deeper_than(tables, DEEPEST):
        raise UsageError(TOO_DEEP)
    return toml_of(tables)


def as_tables(text: str) -> dict[str, Any]:
    """A template's text as tables.  Raises TemplateError where it is no TOML, or has values that no template takes."""
    try:
        tables = tomllib.loads(text)
        if is_deeper_than(tables, DEEPEST):
            raise TemplateError(TOO_DEEP)
        json.dumps(tables, allow_nan=False)  # as they go to the page
    except tomllib.TOMLDecodeError as error:
        raise TemplateError(f"the template can't be read: {error}") from None
    except RecursionError:  # the reader's own; how deep it goes is as the process is set
        raise TemplateError(TOO_DEEP) from None
    except (TypeError, ValueError):
        raise TemplateError(UNFIT) from None
    return tables


def is_deeper_than(value: object, levels: int) -> bool:
    """Whether tables and lists lie in one another on more levels than these; without recursion, as data may be deep."""
    level = [value]
    for _ in range(levels + 1):
        level = [part for holder in level for part in _parts(holder)]
    return bool(level)


def _parts(holder: object) -> Iterable[object]:
    if isinstance(holder, Mapping):
        return holder.values()
    return holder if isinstance(holder, list) else ()
