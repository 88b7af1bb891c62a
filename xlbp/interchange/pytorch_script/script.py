"""The whole script: what it imports, the data or the variables, the model, and one loop that trains it."""

from __future__ import annotations

from xlbp.interchange import described
from xlbp.interchange.pytorch_script.data import data_lines, pick_lines
from xlbp.interchange.pytorch_script.formulas import formula_lines, variable_lines
from xlbp.interchange.pytorch_script.losses import loss_lines
from xlbp.interchange.pytorch_script.network import helper_classes, network_lines, weights_of
from xlbp.interchange.pytorch_script.optimizers import optimizer_classes, optimizer_lines, step_lines
from xlbp.interchange.samples import samples_of
from xlbp.interchange.source import Source
from xlbp.template import names
from xlbp.template.network import Network

IMPORTS = {  # by what of them a script uses
    "math.": "import math",
    "torch.": "import torch",
    "nn.": "from torch import nn",
    "functional.": "from torch.nn import functional",
}
DOUBLE = ["torch.set_default_dtype(torch.float64)  # as a sheet computes"]


def write(source: Source, iteration: int) -> bytes:  # noqa: ARG001 - a script trains from the start
    """The script's text."""
    is_network = isinstance(source.template.model, Network)
    body = _network(source) if is_network else _formula(source)
    text = "\n".join(body)
    lines = [*described.heading(source, "PyTorch"), *_imports(text), "", *DOUBLE, "", text, ""]
    return "\n".join(lines).encode()


def _imports(text: str) -> list[str]:
    """Those that are used, the standard library's first."""
    used = {line for mark, line in IMPORTS.items() if _uses(text, mark)} | {IMPORTS["torch."]}
    own = [line for line in IMPORTS.values() if line in used]
    return [*own[:1], "", *own[1:]] if own[0] == "import math" else own


def _uses(text: str, mark: str) -> bool:
    return any(f"{before}{mark}" in text for before in (" ", "(", "-", "[", "\n"))


def _network(source: Source) -> list[str]:
    samples, penalties = samples_of(source), _penalties(source)
    picked = pick_lines(source)
    x, t = ("x", "t") if picked else ("inputs", "targets")
    loss = f"loss = loss_function(model({x}), {t})" + "".join(f" + {penalty}" for penalty in penalties)
    weights = [f"weights = [{', '.join(weights_of(source))}]  # that the penalty is of"] if penalties else []
    body = [*picked, loss, "print(iteration, loss.item())", "", *step_lines(source, "loss", "model.parameters()")]
    return _spaced(
        [
            *_apart([*helper_classes(source), *optimizer_classes(source)]),
            *data_lines(source, samples),
            "",
            *network_lines(source),
            *weights,
            "",
            *loss_lines(source, samples),
            *optimizer_lines(source, "model.parameters()"),
            "",
            *_loop(source, body),
        ]
    )


def _formula(source: Source) -> list[str]:
    variables, lines = variable_lines(source)
    parameters = f"[{', '.join(variables)}]"
    steps, objective = formula_lines(source)
    body = [*steps, f"print(iteration, {objective}.item())", "", *step_lines(source, objective, parameters)]
    classes = _apart(optimizer_classes(source))
    return _spaced([*classes, *lines, "", *optimizer_lines(source, parameters), "", *_loop(source, body)])


def _penalties(source: Source) -> list[str]:
    """l2 / 2 times the sum of the squares of all weights, l1 times the sum of their sizes."""
    written = {
        "l2": "{size!r} / 2 * sum((w**2).sum() for w in weights)",
        "l1": "{size!r} * sum(w.abs().sum() for w in weights)",
    }
    penalties = source.template.model.network.penalties
    return [written[kind].format(size=source.numbers[names.setting(kind)]) for kind in penalties]


def _loop(source: Source, body: list[str]) -> list[str]:
    iterations = source.template.training.iterations
    return [f"for iteration in range({iterations + 1}):", *(f"    {line}" if line else "" for line in body)]


def _apart(definitions: list[str]) -> list[str]:
    """Classes, or functions, with two empty lines before and behind each."""
    return [line for text in definitions for line in ("", "", *text.splitlines(), "", "")]


def _spaced(lines: list[str]) -> list[str]:
    """No more than two empty lines in a row, and none first or last."""
    spaced: list[str] = []
    for line in lines:
        if line or (spaced and spaced[-2:] != ["", ""]):
            spaced.append(line)
    while spaced and not spaced[-1]:
        spaced.pop()
    return spaced
