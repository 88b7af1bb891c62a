"""Expressions back into formulas, as a person would write them into a certain cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from xlbp.auditing.reading.outside import Item, payload_of
from xlbp.auditing.reading.syntax import Cell, Ref
from xlbp.symbols.expr import Expr

SUM, PRODUCT, POWER, ATOM = 1, 2, 3, 4
CALLS = {"exp": "EXP", "log": "LN", "sqrt": "SQRT", "tanh": "TANH", "abs": "ABS", "sign": "SIGN"} | {
    "sin": "SIN",
    "cos": "COS",
    "floor": "INT",
    "mod": "MOD",
    "max": "MAX",
    "min": "MIN",
}
Leaf = Callable[[str], str]


def formula(expr: Expr, slots: Mapping[str, Ref], cell: Cell, names: Mapping[tuple[str, int, int], str]) -> str:
    """The formula, ``=`` and all, for ``cell``; a cell with a defined name is called by it."""

    def leaf(name: str) -> str:
        reference = slots[name]
        place = reference.at(cell)
        if place in names and reference.row_fixed:
            return names[place]
        return Ref(
            "" if place[0] == cell[0] else place[0],
            reference.row,
            reference.column,
            reference.row_fixed,
            reference.column_fixed,
        ).text(cell)

    return "=" + _text(expr, leaf)[0]


def _text(expr: Expr, leaf: Leaf) -> tuple[str, int]:
    """The text and how tightly it binds."""
    if expr.op == "const":
        number = float(str(expr.payload))
        return f"{number:.15g}", ATOM if number >= 0 else SUM
    if expr.op == "ref":
        return leaf(str(expr.payload)), ATOM
    return WRITERS.get(expr.op, _call)(expr, leaf)


def _inside(expr: Expr, leaf: Leaf, binding: int) -> str:
    """An argument, in brackets where it binds less tightly than what it stands in."""
    text, own = _text(expr, leaf)
    return text if own >= binding else f"({text})"


def _add(expr: Expr, leaf: Leaf) -> tuple[str, int]:
    text = _inside(expr.args[0], leaf, SUM)
    for arg in expr.args[1:]:
        term = _inside(arg, leaf, PRODUCT if arg.op in ("neg", "const") else SUM)
        text += f"+{term}"
    return text, SUM


def _sub(expr: Expr, leaf: Leaf) -> tuple[str, int]:
    return f"{_inside(expr.args[0], leaf, SUM)}-{_inside(expr.args[1], leaf, PRODUCT)}", SUM


def _mul(expr: Expr, leaf: Leaf) -> tuple[str, int]:
    left, right = expr.args
    return f"{_inside(left, leaf, PRODUCT)}*{_inside(right, leaf, PRODUCT)}", PRODUCT


def _div(expr: Expr, leaf: Leaf) -> tuple[str, int]:
    return f"{_inside(expr.args[0], leaf, PRODUCT)}/{_inside(expr.args[1], leaf, POWER)}", PRODUCT


def _neg(expr: Expr, leaf: Leaf) -> tuple[str, int]:
    return f"-{_inside(expr.args[0], leaf, PRODUCT)}", SUM


def _pow(expr: Expr, leaf: Leaf) -> tuple[str, int]:
    return f"{_inside(expr.args[0], leaf, ATOM)}^{_inside(expr.args[1], leaf, ATOM)}", POWER


def _choice(expr: Expr, leaf: Leaf) -> tuple[str, int]:
    """``IF``, with a comparison where the condition is a difference."""
    test, yes, no = expr.args
    if test.op == "sub":
        condition = f"{_inside(test.args[0], leaf, SUM)}>{_inside(test.args[1], leaf, SUM)}"
    elif test.op == "abs" and test.args[0].op == "sub":
        left, right = test.args[0].args
        condition, yes, no = f"{_inside(left, leaf, SUM)}={_inside(right, leaf, SUM)}", no, yes
    else:
        condition = f"{_text(test, leaf)[0]}>0"
    return f"IF({condition},{_text(yes, leaf)[0]},{_text(no, leaf)[0]})", ATOM


def _square(expr: Expr, leaf: Leaf) -> tuple[str, int]:
    return f"{_inside(expr.args[0], leaf, ATOM)}^2", POWER


def _share(expr: Expr, leaf: Leaf) -> tuple[str, int]:
    x, y = (_inside(arg, leaf, SUM) for arg in expr.args)
    return f"(1+SIGN({x}-{y}))/2", PRODUCT


def _outside(expr: Expr, leaf: Leaf) -> tuple[str, int]:
    """What an engine computes, with the cells in the places of its blocks."""
    text, blocks, _, _ = payload_of(expr)
    for number, block in enumerate(blocks):
        text = text.replace(f"{{{number}}}", _block(expr, block, leaf))
    if expr.op == "outside_slope":
        return f"derivative({text})", ATOM  # which no sheet has a function for
    return text, ATOM if text.endswith(")") else SUM


def _block(expr: Expr, block: Sequence[Sequence[Item]], leaf: Leaf) -> str:
    """A block of cells: the range from its first to its last number, or the numbers one by one."""
    items = (item for row in block for item in row)
    numbers = [expr.args[item] for item in items if isinstance(item, int) and not isinstance(item, bool)]
    if len(numbers) > 1 and all(number.op == "ref" for number in numbers):
        first, last = (_text(number, leaf)[0] for number in (numbers[0], numbers[-1]))
        return f"{first}:{last.rpartition('!')[2]}"
    return ",".join(_inside(number, leaf, SUM) for number in numbers) or '""'


def _call(expr: Expr, leaf: Leaf) -> tuple[str, int]:
    inner = ",".join(_text(arg, leaf)[0] for arg in expr.args)
    return f"{CALLS.get(expr.op, expr.op.upper())}({inner})", ATOM


WRITERS: dict[str, Callable[[Expr, Leaf], tuple[str, int]]] = {
    "add": _add,
    "sub": _sub,
    "mul": _mul,
    "div": _div,
    "neg": _neg,
    "pow": _pow,
    "if_positive": _choice,
    "square": _square,
    "share": _share,
    "outside": _outside,
    "outside_slope": _outside,
}
