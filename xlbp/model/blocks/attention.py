"""Self-attention: scores of each step for each, their softmax, and with these shares a mean of the values."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from xlbp.model.blocks.bias import bias_of
from xlbp.model.blocks.softmax import Row, put_shares
from xlbp.model.cells import Cells, Grid
from xlbp.symbols.expr import Expr, dot, sqrt, total
from xlbp.template.blocks.attention import PROJECTIONS, Attention


def forward(cells: Cells, block: Attention, x: Grid) -> Grid:
    """q, k, v = Q x, K x, V x;  s = q k / sqrt(d_k);  p = softmax of s, as :mod:`xlbp.model.blocks.softmax` has it.

    What a step takes of the values is h = sum of p v, head by head, and z = O h; without O it is z.
    """
    _project(cells, block, cells.features_last(x))
    _attend(cells, block)
    p, v = cells.references("p"), cells.references("v")

    def taken(s: str, t: int, i: int) -> Expr:
        seen = _seen(block, p[s].shape[-1], t)
        return dot(p[s][i // block.width, t, seen], v[s][seen, i])

    if not block.has_out:
        return cells.fill("z", taken)
    h = cells.fill("h", taken)
    weights, c = cells.parameter("O"), bias_of(cells, "c")
    return cells.fill("z", lambda s, t, i: total([dot(weights[i], h[s][t]), *c(i)]))


def _project(cells: Cells, block: Attention, x: Grid) -> None:
    """Queries, keys and values of all heads."""
    b = bias_of(cells)

    def projected(matrix: str, first: int) -> Callable[[str, int, int], Expr]:
        """A weighted sum of x, with its bias; those of all three stand one after the other."""
        W = cells.parameter(matrix)
        return lambda s, t, i: total([dot(W[i], x[s][t]), *b(first + i)])

    for number, (letter, (matrix, _)) in enumerate(PROJECTIONS.items()):
        cells.fill(letter, projected(matrix, number * block.size))


def _attend(cells: Cells, block: Attention) -> None:
    """Scores and shares, for each head and step over the steps that it sees."""
    q, k = map(cells.references, "qk")
    steps = len(q[cells.marks[0]])
    root = sqrt(cells.setting("dk"))

    def of(head: int) -> slice:
        """The features of a head."""
        return slice(head * block.width, (head + 1) * block.width)

    def score(mark: str, head: int, t: int, at: int) -> Expr:
        return dot(q[mark][t, of(head)], k[mark][at, of(head)]) / root

    def slopes(mark: str, head: int, t: int, at: int) -> Iterator[tuple[Expr, Expr]]:
        for query, key in zip(q[mark][t, of(head)], k[mark][at, of(head)], strict=True):
            yield query, key / root
            yield key, query / root

    def together(grid: Grid) -> Row:
        """What a head has at a step for each step that this one sees."""
        return lambda mark, head, t: list(grid[mark][head, t, _seen(block, steps, t)])

    put_shares(cells, "p", cells.fill("s", score, slopes), together, lambda i: i[:-1])


def _seen(block: Attention, steps: int, t: int) -> slice:
    """The steps that step ``t`` sees."""
    return slice(0, t + 1 if block.causal else steps)
