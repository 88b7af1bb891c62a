"""The whole script: what it imports, the data or the variables, the model, and one loop that trains it."""

from __future__ import annotations

from collections.abc import Callable

from xlbp.interchange import described
from xlbp.interchange.data_lines import TORCH, data_lines, pick_lines
from xlbp.interchange.lines import apart, blocks, gap, loop
from xlbp.interchange.pytorch_script.formulas import formula_lines, variable_lines
from xlbp.interchange.pytorch_script.losses import loss_lines
from xlbp.interchange.pytorch_script.network import helper_classes, network_lines, weights_of
from xlbp.interchange.pytorch_script.optimizers import optimizer_classes, optimizer_lines, step_lines
from xlbp.interchange.samples import Data, data_of
from xlbp.interchange.settled import settled
from xlbp.interchange.source import Source
from xlbp.template import names

IMPORTS = {  # by what of them a script uses
    "math.": "import math",
    "torch.": "import torch",
    "nn.": "from torch import nn",
    "functional.": "from torch.nn import functional",
}
OTHERWISE = ("dropout", "batch_norm")  # which tests meet in another way
DOUBLE = ["torch.set_default_dtype(torch.float64)  # as a sheet computes"]


def write(source: Source, iteration: int) -> bytes:  # noqa: ARG001 - a script trains from the start
    """The script's text."""
    source = settled(source)
    text = "\n".join(BODIES[source.template.model.computed_as](source))
    lines = [*described.heading(source, "PyTorch"), *_imports(text), "", *DOUBLE, *gap(text), text, ""]
    return "\n".join(lines).encode()


def _imports(text: str) -> list[str]:
    """Those that are used, the standard library's first."""
    used = {line for mark, line in IMPORTS.items() if _uses(text, mark)} | {IMPORTS["torch."]}
    own = [line for line in IMPORTS.values() if line in used]
    return [*own[:1], "", *own[1:]] if own[0] == "import math" else own


def _uses(text: str, mark: str) -> bool:
    return any(f"{before}{mark}" in text for before in (" ", "(", "-", "[", "\n"))


def _network(source: Source) -> list[str]:
    data, penalties = data_of(source), _penalties(source)
    picked = pick_lines(source, TORCH)
    x, t = ("x", "t") if picked else ("inputs", "targets")
    losses = [f"loss = loss_function(model({x}), {t})", *(f"loss = loss + {penalty}" for penalty in penalties)]
    weights = [f"weights = [{', '.join(weights_of(source))}]"] if penalties else []
    shown = "iteration, loss.item()" + (", test_loss.item()" if data.tests else "")
    step = step_lines(source, "loss", "model.parameters()")
    body = [*_test_lines(source, data), *picked, *losses, f"print({shown})", "", *step]
    return blocks(
        apart([*helper_classes(source), *optimizer_classes(source)]),
        data_lines(source, data, TORCH),
        [*network_lines(source), *weights],
        [*loss_lines(source, data), *optimizer_lines(source, "model.parameters()")],
        loop(source, body),
    )


def _formula(source: Source) -> list[str]:
    variables, lines = variable_lines(source)
    parameters = f"[{', '.join(variables)}]"
    steps, objective = formula_lines(source)
    body = [*steps, f"print(iteration, {objective}.item())", "", *step_lines(source, objective, parameters)]
    return blocks(apart(optimizer_classes(source)), lines, optimizer_lines(source, parameters), loop(source, body))


def _test_lines(source: Source, data: Data) -> list[str]:
    """The loss of the samples that are kept from training, by the parameters of the iteration."""
    if data.tests is None:
        return []
    loss = "test_loss = loss_function(model(test_inputs), test_targets)"
    kinds = {node.block.kind for node in source.template.model.network.nodes}
    lines = ["with torch.no_grad():", f"    {loss}"]
    return ["model.eval()", *lines, "model.train()", ""] if kinds & {*OTHERWISE} else [*lines, ""]


BODIES: dict[str, Callable[[Source], list[str]]] = {"network": _network, "scalars": _formula, "arrays": _formula}


def _penalties(source: Source) -> list[str]:
    """l2 / 2 times the sum of the squares of all weights, l1 times the sum of their sizes."""
    written = {
        "l2": "{size!r} / 2 * sum((w**2).sum() for w in weights)",
        "l1": "{size!r} * sum(w.abs().sum() for w in weights)",
    }
    penalties = source.template.model.network.penalties
    return [written[kind].format(size=source.numbers[names.setting(kind)]) for kind in penalties]
