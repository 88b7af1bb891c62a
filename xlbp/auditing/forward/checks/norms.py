"""A normalisation: it divides by n, and mean and deviation are those of the numbers that are normalised."""

from __future__ import annotations

import re
from collections.abc import Iterator

from xlbp.auditing.forward.differences import same
from xlbp.auditing.forward.sheet_view import SheetView, Slip, calls, is_call, is_op, members, with_part
from xlbp.auditing.forward.sureness import worth_of
from xlbp.auditing.reading.syntax import Cell, Node, UnreadableFormulaError, parse
from xlbp.auditing.reading.trees import corners, number
from xlbp.mistakes import Mistake

NORM = re.compile(
    r"layer\s*-?norm|batch\s*-?norm|\bLN\d*\b|\bBN\d*\b|add\s*(&|and|\+)\s*norm|^norm(ali[sz]ed?|ali[sz]ation)?\b"
    r"|group\s*-?norm|instance\s*-?norm|层归一化|層歸一化|層正規化|批归一化|批量归一化|批次正規化|schichtnorm",
    re.IGNORECASE,
)
OF_A_NETWORK = re.compile(
    r"(layer|batch|group|instance)[\s_-]*norm|[层層批]归一化|批量归一化|[層批]次?正規化"
    r"|schichtnorm|norm(a|alizaci[oó]n)? (de|por) (capa|lotes?)|norm(e|alisation) (de|par) (couche|lot)",
    re.IGNORECASE,
)
RUNNING = re.compile(r"running|moving|laufend|滑动|移动|滑動|移動", re.IGNORECASE)  # which is kept by n - 1
NAMED = re.compile(r"norm|^ln$|^bn$", re.IGNORECASE)
BY_N = {"STDEV": "STDEVP", "STDEV.S": "STDEV.P", "VAR": "VARP", "VAR.S": "VAR.P"}
OF_SQUARES = ("DEVSQ", "SUM", "SUMPRODUCT")
ALL = (*BY_N, *BY_N.values())


def norm_slips(view: SheetView) -> Iterator[Slip]:
    """Deviations by n - 1 in what is headed a norm, and means and deviations of different ranges."""
    named = _names_by_less(view)
    for cell, tree in view.trees.items():
        wrong = list(calls(tree, *BY_N))
        if wrong and _is_norm(view, wrong, cell):
            mended = tree
            for call in wrong:
                mended = with_part(mended, call, Node("call", BY_N[str(call.value)], call.args))
            yield Slip(Mistake.VARIANCE_N_MINUS_1, (cell,), view.written(mended, cell), "variance")
        mean = _by_less(view, tree, cell)
        if mean is not None and (_says_network(view, cell) or _others_divide_so(view, cell, mean)):
            yield Slip(Mistake.VARIANCE_N_MINUS_1, (cell,), view.written(mean, cell), "variance")
        called = [str(call.value) for call in tree.parts if str(call.value).casefold() in named] if named else []
        if called:
            expected = named[called[0].casefold()]
            yield Slip(Mistake.VARIANCE_N_MINUS_1, (cell,), expected, "variance_named", {"name": called[0]})
        yield from _of_unlike_ranges(view, cell, tree)


def _is_norm(view: SheetView, wrong: list[Node], cell: Cell) -> bool:
    """Whether a deviation is that of a norm: a network's layer says so of any numbers, others of computed ones."""
    return _says_network(view, cell) or (view.says(cell, NORM) and _is_of_computed(view, wrong, cell))


def _says_network(view: SheetView, cell: Cell) -> bool:
    """Whether a heading, or the sheet's name, speaks of a network's norm, and none of a running variance.

    Or that of the cells which the number is for.
    """
    titles = f"{view.titles} {view.title_above(cell)}"
    says = bool(OF_A_NETWORK.search(titles)) or view.says(cell, OF_A_NETWORK) or _is_read_by_a_norm(view, cell)
    return says and not view.says(cell, RUNNING)


def _is_read_by_a_norm(view: SheetView, cell: Cell) -> bool:
    """Whether all that read a cell divide by it below a heading that speaks of a network's norm."""
    readers = view.readers[cell]
    return bool(readers) and all(is_op(view.trees[each], "/") and view.says(each, OF_A_NETWORK) for each in readers)


def _by_less(view: SheetView, tree: Node, cell: Cell) -> Node | None:
    """The tree with n where the sum of n squared deviations is divided by n - 1; None for any other."""
    for node in (
        tree.parts
        if "^" in {part.value for part in tree.parts if part.kind == "op"} or not tree.functions.isdisjoint(OF_SQUARES)
        else ()
    ):
        count = _count_of_squares(node.args[0], cell) if is_op(node, "/") else 0
        worth = worth_of(view.forms, node.args[1], cell) if count > 1 else None
        if worth == count - 1:
            return with_part(tree, node, Node("op", "/", (node.args[0], number(count))))
    return None


def _others_divide_so(view: SheetView, cell: Cell, mended: Node) -> bool:
    """Whether the formula beside it, filled into the cell, is the mended one."""
    (sheet, row, column), beside = cell, ((-1, 0), (1, 0), (0, -1), (0, 1))
    models = (view.trees.get((sheet, row + down, column + right)) for down, right in beside)
    return any(model is not None and same(model, mended, cell) for model in models)


def _count_of_squares(node: Node, cell: Cell) -> int:
    """How many squared deviations a part adds up; 0 for any other part."""
    if is_op(node, "+"):
        counts = [1 if _is_square(arg) else _count_of_squares(arg, cell) for arg in node.args]
        return sum(counts) if all(counts) else 0
    if is_call(node, "DEVSQ") and len(node.args) == 1:
        return len(members(node.args[0], cell))
    if not is_call(node, "SUM", "SUMPRODUCT") or len(node.args) != 1:
        return 0
    square = node.args[0]
    is_square = is_op(square, "^") and square.args[1] == Node("number", 2.0) and is_op(square.args[0], "-")
    return len(members(square.args[0].args[0], cell)) if is_square else 0


def _is_square(node: Node) -> bool:
    """Whether a part is the square of a deviation, of one cell."""
    is_power = is_op(node, "^") and node.args[1] == Node("number", 2.0)
    return is_power and is_op(node.args[0], "-") and all(arg.kind == "ref" for arg in node.args[0].args)


def _is_of_computed(view: SheetView, deviations: list[Node], cell: Cell) -> bool:
    """Whether what is normalised is computed: data that a person typed may be scaled by n - 1."""
    ranges = [arg for call in deviations for arg in call.args]
    return any(view.cells.is_formula(item) for arg in ranges for item in members(arg, cell))


def _names_by_less(view: SheetView) -> dict[str, str]:
    """The defined names that are a normalisation by n - 1, each with its formula as it should be."""
    found: dict[str, str] = {}
    for name, text in view.cells.contents.names.items():
        if not NAMED.search(name) or not re.search(r"\bLAMBDA\(", text):
            continue
        try:
            tree = parse(f"={text.removeprefix('=')}", ("", 1, 1))
        except UnreadableFormulaError:
            continue
        wrong = list(calls(tree, *BY_N))
        if wrong and next(calls(tree, "AVERAGE"), None) is not None:
            mended = tree
            for call in wrong:
                mended = with_part(mended, call, Node("call", BY_N[str(call.value)], call.args))
            found[name] = view.written(mended, ("", 1, 1))
    return found


def _of_unlike_ranges(view: SheetView, cell: Cell, tree: Node) -> Iterator[Slip]:
    """``(x-AVERAGE(B2:E2))/STDEVP(C2:F2)``: two ranges that overlap and are not the same."""
    for node in tree.parts if "AVERAGE" in tree.functions else ():
        if not is_op(node, "/") or not is_op(node.args[0], "-"):
            continue
        means, deviations = list(calls(node.args[0], "AVERAGE")), list(calls(node.args[1], *ALL))
        if len(means) != 1 or len(deviations) != 1 or len(means[0].args) != 1 or len(deviations[0].args) != 1:
            continue
        (mean,), (deviation,) = means[0].args, deviations[0].args
        one, other = corners(mean, cell), corners(deviation, cell)
        if one is None or other is None or one == other or not {*members(mean, cell)} & {*members(deviation, cell)}:
            continue
        is_mean_longer = len(members(mean, cell)) >= len(members(deviation, cell))
        wrong, right = (deviation, mean) if is_mean_longer else (mean, deviation)
        expected = view.written(with_part(tree, wrong, right), cell)
        yield Slip(Mistake.OTHER_RANGE, (cell,), expected, "unlike_ranges")
