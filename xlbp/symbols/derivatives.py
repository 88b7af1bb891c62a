"""The derivative of every operation, one line each.

``ans`` is the value already computed, which in a workbook is a cell.  A rule gives the partial
derivative with respect to each argument, in order.  Kinks follow PyTorch: relu'(0) = 0, abs'(0) = 0,
max and min share the derivative at a tie; x**0 has none, nor has 0**y by y.
"""

from __future__ import annotations

from collections.abc import Callable

from xlbp.symbols.expr import (
    Expr,
    Number,
    absolute,
    const,
    cos,
    exp,
    if_positive,
    log,
    maximum,
    minimum,
    share,
    sigmoid,
    sign,
    sin,
    topological,
)

Rule = Callable[..., tuple[Number, ...]]


def _of_power(ans: Expr, x: Expr, y: Expr) -> tuple[Number, ...]:
    """y x**(y - 1), and x**y log x; where y is known to be a number, nothing has to be watched."""
    by_base = y * x ** (y - 1)
    if y.op == "const":
        return by_base, ans * log(x)
    return if_positive(absolute(y), by_base, 0), ans * if_positive(absolute(x), log(x), 0)


RULES: dict[str, Rule] = {
    "add": lambda ans, *xs: (1,) * len(xs),
    "sub": lambda ans, x, y: (1, -1),
    "mul": lambda ans, x, y: (y, x),
    "div": lambda ans, x, y: (1 / y, -ans / y),
    "neg": lambda ans, x: (-1,),
    "copy": lambda ans, x: (1,),
    "pow": _of_power,
    "square": lambda ans, x: (2 * x,),
    "exp": lambda ans, x: (ans,),
    "log": lambda ans, x: (1 / x,),
    "sqrt": lambda ans, x: (0.5 / ans,),
    "sin": lambda ans, x: (cos(x),),
    "cos": lambda ans, x: (-sin(x),),
    "tanh": lambda ans, x: ((1 - ans) * (1 + ans),),
    "sigmoid": lambda ans, x: (ans * (1 - ans),),
    "softplus": lambda ans, x: (sigmoid(x),),
    "relu": lambda ans, x: (if_positive(x, 1, 0),),
    "leaky_relu": lambda ans, x, k: (if_positive(x, 1, k), if_positive(x, 0, x)),
    "elu": lambda ans, x, k: (if_positive(x, 1, ans + k), if_positive(x, 0, exp(x) - 1)),
    "hard_sigmoid": lambda ans, x: (if_positive(x + 3, if_positive(3 - x, const(1) / 6, 0), 0),),
    "huber": lambda ans, e, k: (maximum(-k, minimum(e, k)), if_positive(absolute(e) - k, absolute(e) - k, 0)),
    "squares": lambda ans, *xs: tuple(2 * x for x in xs),
    "absolutes": lambda ans, *xs: tuple(map(sign, xs)),
    "abs": lambda ans, x: (sign(x),),
    "max": lambda ans, x, y: (share(x, y), share(y, x)),
    "min": lambda ans, x, y: (share(y, x), share(x, y)),
    "log_loss": lambda ans, z, t: (sigmoid(z) - t, -z),
    # of whole numbers that no parameter moves: places in a table, random numbers
    "mod": lambda ans, x, y: (0, 0),
    "pick": lambda ans, row, rows: (0, 0),
    # constant between their jumps
    "floor": lambda ans, x: (0,),
    "sign": lambda ans, x: (0,),
    "share": lambda ans, x, y: (0, 0),
    "if_positive": lambda ans, x, a, b: (0, if_positive(x, 1, 0), if_positive(x, 0, 1)),
}


def _local(node: Expr, value: Expr) -> tuple[Number, ...]:
    """The partial derivatives of an operation by its arguments; of what only an engine knows, its slopes."""
    if node.op == "outside":
        return tuple(Expr("outside_slope", node.args, f"{k} {node.payload}") for k in range(len(node.args)))
    return RULES[node.op](value, *node.args)


def partials(root: Expr, ans: Expr | None = None) -> dict[str, Expr]:
    """d root / d name for every name of this row in ``root``; ``ans`` is the cell that holds root.

    Reverse accumulation within one expression: each node's derivative is known before its
    arguments receive their share of it.
    """
    order = list(topological(root))
    adjoints: dict[Expr, Expr] = {root: const(1)}
    for node in reversed(order):
        if not node.args or node not in adjoints:
            continue
        value = ans if ans is not None and node is root else node
        for arg, partial in zip(node.args, _local(node, value), strict=True):
            flow = adjoints[node] * partial
            adjoints[arg] = adjoints[arg] + flow if arg in adjoints else flow
    return {str(n.payload): adjoints[n] for n in order if n.op == "ref" and n in adjoints}
