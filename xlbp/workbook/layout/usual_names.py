"""What people usually call the quantities of a training, in programs and in texts; and what is like a misspelt name."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping

from xlbp.template import names
from xlbp.template.blocks.block import PARAMETERS
from xlbp.template.quantity import GRADIENT, UPDATED, Quantity
from xlbp.workbook.layout.contents import Contents

OF_GRADIENT = (  # how people call the derivative of the loss by {}
    *("d{}", "{}.grad", "{}_grad", "{}_gradient", "grad_{}", "grad.{}", "grads.{}", "gradient_{}", "gradients.{}"),
    *("dL/d{}", "dE/d{}", "dJ/d{}", "dC/d{}", "dloss/d{}", "dcost/d{}", "nabla_{}", "∇{}", "g_{}"),
)
OF_UPDATED = ("{}+", "{}_new", "new_{}", "{}_updated", "updated_{}", "{}_next", "{}_after")
USUAL = {  # how people call what a network has once
    names.LOSS: ("loss", "train_loss", "training_loss", "L", "J", "C", "cost", "objective", "E_total", "total_loss"),
    names.HITS: ("acc", "accuracy", "train_acc", "train_accuracy"),
    names.LOSS + names.TEST: ("val_loss", "test_loss", "validation_loss"),
    names.HITS + names.TEST: ("val_acc", "val_accuracy", "test_acc", "test_accuracy"),
    names.RATE: ("lr", "learning_rate", "eta", "alpha", "rate"),
    names.LEARNING_RATE: ("lr", "learning_rate", "alpha", "rate"),
    "x": ("X", "inputs", "input"),
    "t": ("y_true", "targets", "target", "labels", "T", "Y"),
}
OF_OUTPUT = ("y_hat", "yhat", "y_pred", "pred", "prediction", "predictions", "output", "outputs", "out", "probs", "y")
BY_KEY = {  # how people call a layer's parameter, by its key in a template; {n} is the layer's number
    "weights": ("W{n}", "w{n}", "weights{n}", "weight{n}", "theta{n}"),
    "bias": ("b{n}", "bias{n}", "biases{n}"),
    "recurrent": ("U{n}", "R{n}", "Whh{n}", "Wh{n}"),
    "gamma": ("gamma{n}", "γ{n}"),
    "beta": ("beta{n}", "β{n}"),
}
SHORT, LIKE_SHORT, LIKE_LONG = 2, 0.5, 0.6  # letters of a short name; the share of them that must be alike
PLAIN = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789", "⁽⁾")
MARK = re.compile("⁽([⁰¹²³⁴⁵⁶⁷⁸⁹]+)⁾")


def plain_key(text: str) -> str:
    """d for ∂, + for ⁺, @2 for ⁽²⁾."""
    marked = MARK.sub(lambda mark: f"@{mark[1].translate(PLAIN)}", text)
    return marked.replace("∂", "d").replace("⁺", "+").replace(" ", "")


def folded(label: str) -> str:
    """A label without what people write in several ways: capitals, blanks, underscores, points, bars."""
    return re.sub(r"[\s_./:\-{}\\^]", "", plain_key(label)).lower()


def usual_names(contents: Contents) -> dict[str, Quantity]:
    """By each usual spelling, folded, the first quantity that it may mean: ``w1grad`` is ``dW1[1,1]``."""
    quantities = [contents.quantity(name) for name in (*contents.layout.columns, *contents.layout.panel)]
    found: dict[str, Quantity] = {}
    for quantity in quantities:
        for spelling in _spellings(quantity):
            found.setdefault(folded(spelling), quantity)
    for node, parameter in contents.template.model.each_parameter():
        for spelling in BY_KEY.get(parameter.key, ()) if parameter.role in PARAMETERS else ():
            found.setdefault(folded(spelling.format(n=node.layer)), parameter.elements(node.layer)[0])
    return found


def _spellings(quantity: Quantity) -> Iterator[str]:
    """How people usually call a number that there is once, a gradient, or a parameter after the update."""
    yield from USUAL.get(quantity, ())
    ways = {GRADIENT: OF_GRADIENT, UPDATED: OF_UPDATED}.get(quantity.relation, ())
    if quantity.of is not None:
        yield from (way.format(quantity.of.whole) for way in ways)


def close_names(asked: str, known: Mapping[str, object], most: int = 1) -> list[str]:
    """The known names that are most like another one, best first; half the letters are enough for a short one."""
    alike = LIKE_SHORT if len(asked) <= SHORT else LIKE_LONG
    return difflib.get_close_matches(asked, known, n=most, cutoff=alike)
