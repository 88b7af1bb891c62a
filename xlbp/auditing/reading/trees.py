"""Trees of formulas taken apart, put together and written again, with ranges left as ranges."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from openpyxl.utils import get_column_letter

from xlbp.auditing.reading.syntax import BINARY, LAST_COLUMN, LAST_ROW, Cell, Node, Ref, quoted

UNARY, ATOM = 6, 7
FOR_ARRAYS = frozenset({"range", "array"})


def written(node: Node, cell: Cell) -> str:
    """The formula of a tree, without ``=``, as ``cell`` writes it."""
    return _text(node, cell)[0]


def _text(node: Node, cell: Cell) -> tuple[str, int]:
    """The text of a part, and how tightly it binds."""
    simple = WRITERS.get(node.kind)
    if simple is not None:
        return simple(node, cell), ATOM
    if node.kind == "unary":
        return f"-{_inside(node.args[0], cell, UNARY)}", UNARY
    if node.kind == "percent":
        return f"{_inside(node.args[0], cell, ATOM)}%", ATOM
    binding = BINARY[str(node.value)]
    left, right = node.args
    return f"{_inside(left, cell, binding)}{node.value}{_inside(right, cell, binding + 1)}", binding


def _inside(node: Node, cell: Cell, binding: int) -> str:
    text, own = _text(node, cell)
    return text if own >= binding else f"({text})"


def _range(node: Node, cell: Cell) -> str:
    assert isinstance(node.value, tuple)
    first, last = node.value
    sheet = f"{quoted(first.sheet)}!" if first.sheet else ""
    if (first.row, last.row) == (1, LAST_ROW) and first.row_fixed and first.column_fixed:
        return f"{sheet}{get_column_letter(first.column)}:{get_column_letter(last.column)}"
    if (first.column, last.column) == (1, LAST_COLUMN) and first.row_fixed and first.column_fixed:
        return f"{sheet}{first.row}:{last.row}"
    return f"{first.text(cell)}:{last.text(cell).rpartition('!')[2]}"


def _list(nodes: tuple[Node, ...], cell: Cell, between: str = ",") -> str:
    return between.join(_text(node, cell)[0] for node in nodes)


WRITERS: dict[str, Callable[[Node, Cell], str]] = {
    "number": lambda node, cell: f"{float(str(node.value)):.15g}",
    "text": lambda node, cell: '"' + str(node.value).replace('"', '""') + '"',
    "error": lambda node, cell: str(node.value or "#N/A"),
    "elsewhere": lambda node, cell: str(node.value),
    "span": lambda node, cell: ":".join(_text(arg, cell)[0] for arg in node.args),
    "union": lambda node, cell: f"({_list(node.args, cell)})",
    "apply": lambda node, cell: f"{_text(node.args[0], cell)[0]}({_list(node.args[1:], cell)})",
    "bool": lambda node, cell: str(node.value).upper(),
    "name": lambda node, cell: str(node.value),
    "missing": lambda node, cell: "",
    "ref": lambda node, cell: node.value.text(cell) if isinstance(node.value, Ref) else "",
    "range": _range,
    "call": lambda node, cell: f"{node.value}({_list(node.args, cell)})",
    "row": lambda node, cell: _list(node.args, cell),
    "array": lambda node, cell: "{" + _list(node.args, cell, ";") + "}",
}


def parts(node: Node, put: Callable[[Node], Node] = lambda new: new) -> Iterator[tuple[Node, Callable[[Node], Node]]]:
    """Every part of a tree, with the function that puts another in its place."""
    yield node, put
    for k, arg in enumerate(node.args):

        def put_here(new: Node, k: int = k) -> Node:
            return put(Node(node.kind, node.value, (*node.args[:k], new, *node.args[k + 1 :])))

        yield from parts(arg, put_here)


def over_ranges(node: Node) -> bool:
    """Whether a formula computes with whole ranges."""
    return node.kind in FOR_ARRAYS or any(map(over_ranges, node.args))


def op(sign: str, left: Node, right: Node) -> Node:
    """Two parts joined by an operator."""
    return Node("op", sign, (left, right))


def number(value: float) -> Node:
    """A number, with its sign in front."""
    return Node("number", value) if value >= 0 else Node("unary", "-", (Node("number", -value),))


def range_of(first: Cell, last: Cell, like: Node, home: Cell) -> Node:
    """A reference to these cells, held by ``$`` as another part is."""
    ends = like.value if isinstance(like.value, tuple) else (like.value, like.value)
    refs = tuple(_held_like(cell, end, home) for cell, end in zip((first, last), ends, strict=True))
    return Node("range", refs) if like.kind == "range" else Node("ref", refs[0])


def _held_like(cell: Cell, like: object, home: Cell) -> Ref:
    assert isinstance(like, Ref)
    return Ref.to(cell, home, like.row_fixed, like.column_fixed)


def corners(node: Node, home: Cell) -> tuple[Cell, Cell] | None:
    """The first and the last cell that a reference means; None for any other part."""
    if node.kind == "range" and isinstance(node.value, tuple):
        return node.value[0].at(home), node.value[1].at(home)
    return (node.value.at(home), node.value.at(home)) if isinstance(node.value, Ref) else None
