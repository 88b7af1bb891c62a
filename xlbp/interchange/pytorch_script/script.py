"""The whole script: what it imports, the data or the variables, the model, and one loop that trains it."""

from __future__ import annotations

from collections.abc import Callable

from xlbp.interchange import described
from xlbp.interchange.data_lines import TORCH, data_lines, pick_lines
from xlbp.interchange.lines import apart, loop, spaced
from xlbp.interchange.pytorch_script.formulas import formula_lines, variable_lines
from xlbp.interchange.pytorch_script.losses import loss_lines
from xlbp.interchange.pytorch_script.network import helper_classes, network_lines, weights_of
from xlbp.interchange.pytorch_script.optimizers import optimizer_classes, optimizer_lines, step_lines
from xlbp.interchange.samples import samples_of
from xlbp.interchange.settled import settled
from xlbp.interchange.source import Source
from xlbp.template import names

IMPORTS = {  # by what of them a script uses
    "math.": "import math",
    "torch.": "import torch",
    "nn.": "from torch import nn",
    "functional.": "from torch.nn import functional",
}
DOUBLE = ["torch.set_default_dtype(torch.float64)  # as a sheet computes"]


def write(source: Source, iteration: int) -> bytes:  # noqa: ARG001 - a script trains from the start
    """The script's text."""
    source = settled(source)
    text = "\n".join(BODIES[source.template.model.computed_as](source))
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
    picked = pick_lines(source, TORCH)
    x, t = ("x", "t") if picked else ("inputs", "targets")
    losses = [f"loss = loss_function(model({x}), {t})", *(f"loss = loss + {penalty}" for penalty in penalties)]
    weights = [f"weights = [{', '.join(weights_of(source))}]"] if penalties else []
    body = [*picked, *losses, "print(iteration, loss.item())", "", *step_lines(source, "loss", "model.parameters()")]
    return spaced(
        [
            *apart([*helper_classes(source), *optimizer_classes(source)]),
            *data_lines(source, samples, TORCH),
            "",
            *network_lines(source),
            *weights,
            "",
            *loss_lines(source, samples),
            *optimizer_lines(source, "model.parameters()"),
            "",
            *loop(source, body),
        ]
    )


def _formula(source: Source) -> list[str]:
    variables, lines = variable_lines(source)
    parameters = f"[{', '.join(variables)}]"
    steps, objective = formula_lines(source)
    body = [*steps, f"print(iteration, {objective}.item())", "", *step_lines(source, objective, parameters)]
    classes = apart(optimizer_classes(source))
    return spaced([*classes, *lines, "", *optimizer_lines(source, parameters), "", *loop(source, body)])


BODIES: dict[str, Callable[[Source], list[str]]] = {"network": _network, "scalars": _formula, "arrays": _formula}


def _penalties(source: Source) -> list[str]:
    """l2 / 2 times the sum of the squares of all weights, l1 times the sum of their sizes."""
    written = {
        "l2": "{size!r} / 2 * sum((w**2).sum() for w in weights)",
        "l1": "{size!r} * sum(w.abs().sum() for w in weights)",
    }
    penalties = source.template.model.network.penalties
    return [written[kind].format(size=source.numbers[names.setting(kind)]) for kind in penalties]
