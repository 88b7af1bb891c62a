"""One edit for each kind of mistake: what a person writes instead, and what the mistake is called."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from tests.misconceptions.numpy_programs import Edit
from xlbp.mistakes import Mistake
from xlbp.toml import tomllib


class Wrong(NamedTuple):
    """A program with edits, and the mistake that they are; the straight line may have an optimizer."""

    mistake: Mistake
    program: str
    edits: tuple[Edit, ...]
    optimizer: str = ""


def _read() -> tuple[Wrong, ...]:
    entries = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))["wrong"]
    return tuple(
        Wrong(
            Mistake[entry["mistake"].upper()],
            entry["program"],
            tuple((old, new) for old, new in entry["edits"]),
            entry.get("optimizer", ""),
        )
        for entry in entries
    )


WRONG = _read()
RULE = "    return w - eta * g"
MOMENTUM = """    v = kept[name] = 0.9 * kept.get(name, 0) + g
    return w - eta * v"""
NESTEROV = """    v = kept[name] = 0.9 * kept.get(name, 0) + g
    return w - eta * (g + 0.9 * v)"""
ADAM = """    beta1, beta2 = 0.9, 0.999
    m = kept["m" + name] = beta1 * kept.get("m" + name, 0) + (1 - beta1) * g
    v = kept["v" + name] = beta2 * kept.get("v" + name, 0) + (1 - beta2) * g**2
    mh, vh = m / (1 - beta1 ** (step + 1)), v / (1 - beta2 ** (step + 1))
    return w - eta * mh / (np.sqrt(vh) + 0.1)"""
WITH_ADAM = 'optimizer = {name = "adam", eps = 0.1}'
RIGHT_OPTIMIZERS = {'optimizer = "momentum"': MOMENTUM, 'optimizer = "nesterov"': NESTEROV, WITH_ADAM: ADAM}
