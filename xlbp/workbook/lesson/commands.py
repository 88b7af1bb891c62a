"""Commands that a book tells its reader: how to make one of other data, of another size, or with all of it trained."""

from __future__ import annotations

import re
from collections.abc import Iterator

from xlbp.template.blocks.block import Role
from xlbp.template.layer import Layer
from xlbp.template.load import shipped
from xlbp.workbook.layout.contents import Contents

INSTALL = ("python3 -m pip install .", "py -m pip install .", "pipx install .")  # usually, on Windows, else
INSTALLING = {
    "python": "3.10",
    "readme": "README.md",
    "run": "python3 -m xlbp",
    "run_windows": "py -m xlbp",
}
COLUMNS, SAMPLE = "area,rooms,price", "54,2,210"  # the first line of a table, and one of the lines under it
OF_DATA = {
    "csv": "my-data.csv",
    "columns": COLUMNS,
    "sample": SAMPLE,
    "new": "xlbp new my-data.csv",
    "toml": "my-data.toml",
    "generate": "xlbp generate my-data.toml",
    "book": "output/my-data.xlsx",
}
OF_SIZE = {
    "new": "xlbp new my-data.csv --hidden 6,3 --activation relu --force",
    "toml": OF_DATA["toml"],
    "units": "units =",
    "activation": "activation =",
    "generate": "xlbp generate my-data.toml --force",
}
OF_FORMULA = {"toml": "my-formula.toml", "generate": "xlbp generate my-formula.toml"}
FORMULA_LINES = (
    "[expression]",
    "variables = { a = 2, b = 3 }",
    'steps = ["c = a * b", "f = sigmoid(c)"]',
    'objective = "f"',
    "[training]",
    "iterations = 20",
    "learning_rate = 0.1",
)
OTHER_ACTIVATIONS = ("tanh", "relu")


def generate(contents: Contents, *settings: str) -> str:
    """What makes this book anew, with other settings: ``xlbp generate mazur --set training.optimizer=adam``."""
    template = contents.template
    called = template.name if template.name in shipped() else f"{template.name}.toml"
    options = (f"--set {_quoted(setting)}" for setting in (*template.overrides, *settings))
    return " ".join(["xlbp generate", _quoted(called), *options])


def _quoted(argument: str) -> str:
    """An argument as every shell takes it for one, and for itself."""
    if re.fullmatch(r"[\w.=+-]+", argument):
        return argument
    return f"'{argument}'" if '"' in argument else f'"{argument}"'


def train_all(contents: Contents) -> str | None:
    """What makes this book with the parameters trained that stand still here; None where all are trained."""
    settings = list(_thawing(contents))
    return generate(contents, *settings) if settings else None


def _thawing(contents: Contents) -> Iterator[str]:
    """A setting for each layer with parameters that are not trained though they could be."""
    network, template = contents.network, contents.template
    is_by_bias = any("bias_trainable" in text for text in (template.text, *template.overrides))
    for layer in network.layers:
        parameters = [(node, p) for node in layer.nodes for p in network.parameters_of(node) if p.home is None]
        frozen = {p.role for node, p in parameters if p.is_trainable and p.letter in node.frozen}
        if is_by_bias and Role.BIAS in frozen:
            yield f"network.layers.{layer.number}.bias_trainable=true"
        if frozen - ({Role.BIAS} if is_by_bias else set()):
            yield f"network.layers.{layer.number}.frozen=[]"


def other_activation(contents: Contents) -> str | None:
    """What makes this book with another activation of its first hidden layer; None where there is no such layer."""
    hidden = next((layer for layer in contents.network.layers[:-1] if layer.is_dense and _bends(layer)), None)
    if hidden is None:
        return None
    other = next(name for name in OTHER_ACTIVATIONS if name != hidden.activation)
    return generate(contents, f"network.layers.{hidden.number}.activation={other}")


def _bends(layer: Layer) -> bool:
    return layer.activation not in ("identity", "softmax", "maxout")


def mentioned(contents: Contents) -> str | None:
    """The first template that this one's own texts call by its name; None if they name no other."""
    template = contents.template
    texts = " ".join([template.summary.get("en", ""), *template.notes.get("en", ())])
    others = [name for name in shipped() if name != template.name and "-" in name]
    found = [(match.start(), name) for name in others if (match := re.search(rf"(?<![\w-]){name}(?![\w-])", texts))]
    return min(found)[1] if found else None
