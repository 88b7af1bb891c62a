"""Normalisation, over the features of each step or over the batch; the way back, through mean and variance, follows.

c = x - mu;  v = mean of c^2;  s = sqrt(v + eps);  n = c / s;  z = gamma n + beta.
"""

from __future__ import annotations

from collections.abc import Callable

from xlbp.model.cells import Cells, Grid, Pass
from xlbp.model.schedules import setting
from xlbp.symbols.expr import Expr, prev, ref, sqrt, squares, total
from xlbp.symbols.program import Column
from xlbp.template.blocks.norms import BatchNorm, LayerNorm


def layer_norm(cells: Cells, block: LayerNorm, x: Grid) -> Grid:
    """Over the features of each step."""
    x_at = cells.features_last(x)
    mu = cells.fill("mu", lambda s, *p: total(x_at[s][p]) / x_at[s].shape[-1])
    c = cells.fill("c", lambda s, *i: x[s][i] - mu[s][cells.apart(i)])
    c_at = cells.features_last(c)
    v = cells.fill("v", lambda s, *p: squares(*c_at[s][p]) / c_at[s].shape[-1])
    deviation = cells.fill("s", lambda s, *p: sqrt(v[s][p] + cells.setting("normeps")))
    n = cells.fill("n", lambda s, *i: c[s][i] / deviation[s][cells.apart(i)])
    return _scaled(cells, n)


def batch_norm(cells: Cells, block: BatchNorm, x: Grid) -> Grid:
    """Over all samples of the row; samples that are kept from training are normalised by the running statistics."""
    if not cells.training:
        return _by_running_statistics(cells, x)
    seen = cells.of_features(x)
    mu = cells.fill("mu", lambda s, f: total(seen[f]) / len(seen[f]))
    c = cells.fill("c", lambda s, *i: x[s][i] - mu[s][cells.feature(i)])
    distances = cells.of_features(c)
    v = cells.fill("v", lambda s, f: squares(*distances[f]) / len(distances[f]))
    deviation = cells.fill("s", lambda s, f: sqrt(v[s][f] + cells.setting("normeps")))
    n = cells.fill("n", lambda s, *i: c[s][i] / deviation[s][cells.feature(i)])
    return _scaled(cells, n)


def _by_running_statistics(cells: Cells, x: Grid) -> Grid:
    """n = (x - mu_run) / sqrt(v_run + eps)."""
    means, variances = cells.references("rm"), cells.references("rv")
    c = cells.fill("c", lambda s, *i: x[s][i] - means[s][cells.feature(i)])
    eps = cells.setting("normeps")
    n = cells.fill("n", lambda s, *i: c[s][i] / sqrt(variances[s][cells.feature(i)] + eps))
    return _scaled(cells, n)


def _scaled(cells: Cells, n: Grid) -> Grid:
    """z = gamma n + beta."""
    gamma, beta = cells.parameter("G"), cells.parameter("B")
    return cells.fill("z", lambda s, *i: gamma[cells.feature(i)] * n[s][i] + beta[cells.feature(i)])


RULES: dict[str, tuple[str, Callable[[Expr, int], Expr]]] = {  # what each running statistic follows, and how
    "rm": ("mu", lambda mean, count: mean),
    "rv": ("v", lambda variance, count: variance * count / (count - 1)),
}


def add_running(run: Pass) -> None:
    """The running statistics that a row is entered with, before the forward pass.

    r = (1 - m) r' + m mu', of the row above; the variance v' counts n / (n - 1) times there.
    """
    for node in run.network.nodes:
        tensors = {tensor.letter: tensor for tensor in run.network.tensors_of(node)}
        starts = {parameter.letter: parameter for parameter in run.network.parameters_of(node)}
        count = node.block.count(run.network.inputs_of(node)[0], len(run.marks))
        for letter, start in node.block.running.items():
            followed, rule = RULES[letter]
            each = (tensor.elements(node.layer) for tensor in (tensors[letter], tensors[followed], starts[start]))
            for name, statistic, first in zip(*each, strict=True):
                share = setting(f"running{node.layer}")
                value = (1 - share) * prev(name) + share * rule(prev(statistic), count)
                run.builder.add(Column(name, value, "running", node.layer, start=ref(first)))
