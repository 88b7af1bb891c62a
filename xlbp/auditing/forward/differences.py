"""What is different between the formula that stands in a cell and the one that belongs there, and its name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from xlbp.auditing.forward.forms import Forms
from xlbp.auditing.reading.syntax import Cell, Node
from xlbp.auditing.reading.trees import corners
from xlbp.mistakes import Mistake

ADDING, SCALING = frozenset("+-"), frozenset("*/")
ACTIVATIONS = frozenset({"TANH", "SIGMOID", "RELU", "EXP", "SIN", "COS"})
LOGARITHMS = frozenset({"LOG", "LN", "LOG10"})
DEVIATIONS = frozenset({"STDEV", "STDEV.S", "STDEVP", "STDEV.P", "VAR", "VAR.S", "VARP", "VAR.P"})
WAVES = frozenset({"SIN", "COS"})
REFERENCES = frozenset({"ref", "range"})


@dataclass(frozen=True)
class Difference:
    """The smallest part that stands there, and the one that belongs in its place."""

    found: Node
    expected: Node


def differences(found: Node, expected: Node, home: Cell) -> Iterator[Difference]:
    """The smallest parts in which two trees differ; ``$`` alone is no difference."""
    if found.kind in REFERENCES and expected.kind in REFERENCES:
        if corners(found, home) != corners(expected, home):
            yield Difference(found, expected)
        return
    if left_out(found, expected, home) is not None or left_out(expected, found, home) is not None:
        yield Difference(found, expected)
        return
    alike = (found.kind, found.value, len(found.args)) == (expected.kind, expected.value, len(expected.args))
    if not alike or not found.args:
        if found != expected:
            yield Difference(found, expected)
        return
    parts = [list(differences(one, other, home)) for one, other in zip(found.args, expected.args, strict=True)]
    yield from (difference for part in parts for difference in part)


def same(one: Node, other: Node, home: Cell, other_home: Cell | None = None) -> bool:
    """Whether two trees, of one cell or of two, name the same cells in the same way, whatever ``$`` they have."""
    if one.kind in REFERENCES and other.kind in REFERENCES:
        return corners(one, home) == corners(other, other_home or home)
    if (one.kind, one.value, len(one.args)) != (other.kind, other.value, len(other.args)):
        return False
    return all(same(a, b, home, other_home) for a, b in zip(one.args, other.args, strict=True))


def left_out(found: Node, expected: Node, home: Cell) -> tuple[str, Node] | None:
    """The sign and the one operand of a sum, or of a product, that a formula does without; None if that is not all."""
    for sign in (ADDING, SCALING):
        if expected.kind != "op" or expected.value not in sign:
            continue
        wanted, there = list(_operands(expected, sign)), list(_operands(found, sign))
        if len(there) != len(wanted) - 1:
            continue
        for k, (how, operand) in enumerate(wanted):
            rest = wanted[:k] + wanted[k + 1 :]
            pairs = zip(there, rest, strict=True)
            if all(a[0] == b[0] and same(a[1], b[1], home) for a, b in pairs):
                return how, operand
    return None


def _operands(node: Node, signs: frozenset[str], how: str = "") -> Iterator[tuple[str, Node]]:
    """The terms of a sum, or the factors of a product, each with what comes before it."""
    how = how or ("+" if "+" in signs else "*")
    if node.kind == "op" and node.value in signs:
        yield from _operands(node.args[0], signs, how)
        yield from ((str(node.value), operand) for _, operand in _operands(node.args[1], signs))
    else:
        yield how, node


def sigmoid_of(tree: Node) -> Node | None:
    """The x of ``1/(1+EXP(-x))``; None for any other formula."""
    if tree.kind != "op" or tree.value != "/" or tree.args[0] != Node("number", 1.0):
        return None
    below = tree.args[1]
    if below.kind != "op" or below.value != "+":
        return None
    power = next((arg for arg in below.args if arg.kind == "call" and arg.value == "EXP"), None)
    if power is None or Node("number", 1.0) not in below.args or len(power.args) != 1:
        return None
    inside = power.args[0]
    return inside.args[0] if inside.kind == "unary" else None


@dataclass(frozen=True)
class Question:
    """What a name is found from: the difference, the cell, and what the cells named there hold."""

    difference: Difference
    home: Cell
    forms: Forms
    line: frozenset[Cell]

    @property
    def found(self) -> Node:
        """What stands there."""
        return self.difference.found

    @property
    def expected(self) -> Node:
        """What belongs there."""
        return self.difference.expected

    def calls(self) -> set[object]:
        """The names of the functions at the two parts' tops, if both have one."""
        both = (self.found, self.expected)
        return {node.value for node in both} if all(node.kind == "call" for node in both) else set()

    def missing(self, signs: frozenset[str]) -> Node | None:
        """The operand that is left out: x of ``expected = found + x``."""
        lost = left_out(self.found, self.expected, self.home)
        return lost[1] if lost is not None and lost[0] in signs else None


def _activation(node: Node) -> bool:
    return sigmoid_of(node) is not None or (
        node.kind == "call" and (node.value in ACTIVATIONS or (node.value in ("MAX", "MIN") and _with_zero(node)))
    )


def _with_zero(node: Node) -> bool:
    return Node("number", 0.0) in node.args


def _is_typed(question: Question, node: Node) -> bool:
    """Whether a part is a single cell with a number that a person typed, as a bias or a weight is."""
    ends = corners(node, question.home)
    return node.kind == "ref" and ends is not None and not question.forms.cells.is_formula(ends[0])


def _own_line(question: Question) -> bool:
    """Whether the right reference goes back along the line itself, to the step before, and the other along it, too."""
    ends, others = corners(question.expected, question.home), corners(question.found, question.home)
    if ends is None or others is None or question.expected.kind != "ref" or ends[0][0] != question.home[0]:
        return False
    back = (ends[0][1] - question.home[1], ends[0][2] - question.home[2])
    there = (others[0][1] - question.home[1], others[0][2] - question.home[2])
    is_along = 0 in back and back != (0, 0) and back.index(0) == (1 if there[1] == 0 else 0) and 0 in there
    return is_along and ends[0] in question.line


def _moved(question: Question) -> tuple[int, int]:
    """How many rows and columns apart two references of one size are."""
    found, expected = corners(question.found, question.home), corners(question.expected, question.home)
    if found is None or expected is None:
        return (0, 0)
    return (found[0][1] - expected[0][1] or found[1][1] - expected[1][1], found[0][2] - expected[0][2])


def _both(kind: str) -> Callable[[Question], bool]:
    return lambda q: q.found.kind == q.expected.kind == kind


def _references(question: Question) -> bool:
    return question.found.kind in REFERENCES and question.expected.kind in REFERENCES


def _wrapped(question: Question, inner: Node, outer: Node) -> bool:
    return any(same(inner, arg, question.home) for arg in outer.args)


def _opposite(question: Question) -> bool:
    """Whether one is the other with its sign turned, or a minus stands for a plus."""
    found, expected = question.found, question.expected
    if {found.kind, expected.kind} == {"unary", expected.kind} or found.kind == "unary" or expected.kind == "unary":
        bare_found = found.args[0] if found.kind == "unary" else found
        bare_expected = expected.args[0] if expected.kind == "unary" else expected
        return same(bare_found, bare_expected, question.home)
    return _same_operands(question) and {found.value, expected.value} == set(ADDING)


def _same_operands(question: Question) -> bool:
    found, expected = question.found, question.expected
    if found.kind != "op" or expected.kind != "op":
        return False
    return all(same(a, b, question.home) for a, b in zip(found.args, expected.args, strict=True))


def _no_bias(question: Question) -> bool:
    lost = question.missing(ADDING)
    return lost is not None and _is_typed(question, lost) and question.found.kind != "ref"


def _is_root(node: Node | None) -> bool:
    return node is not None and node.kind == "call" and node.value == "SQRT"


# In this order: the first that holds names the difference.
NAMES: tuple[tuple[Mistake, Callable[[Question], bool]], ...] = (
    (Mistake.SIGN, _opposite),
    (Mistake.OPERATOR, _same_operands),
    (Mistake.LOG_BASE_TEN, lambda q: bool(q.calls()) and q.calls() <= LOGARITHMS),
    (Mistake.VARIANCE_N_MINUS_1, lambda q: bool(q.calls()) and q.calls() <= DEVIATIONS),
    (Mistake.WAVES_EXCHANGED, lambda q: q.calls() == WAVES),
    (Mistake.OTHER_ACTIVATION, lambda q: _activation(q.found) and _activation(q.expected)),
    (Mistake.NO_ACTIVATION, lambda q: _activation(q.expected) and _wrapped(q, q.found, q.expected)),
    (Mistake.NO_MASK, lambda q: q.expected.value == "IF" and _wrapped(q, q.found, q.expected)),
    (Mistake.OTHER_FUNCTION, lambda q: len(q.calls()) > 1),
    (Mistake.NO_BIAS, _no_bias),
    (Mistake.NO_TERM, lambda q: q.missing(ADDING) is not None),
    (Mistake.SCORES_NOT_SCALED, lambda q: _is_root(q.missing(SCALING))),
    (Mistake.FACTOR_LEFT_OUT, lambda q: q.missing(SCALING) is not None),
    (Mistake.OTHER_NUMBER, _both("number")),
    (Mistake.OTHER_STEP, lambda q: _references(q) and _own_line(q)),
    (Mistake.OTHER_RANGE, lambda q: _references(q) and "range" in (q.found.kind, q.expected.kind)),
    (Mistake.OTHER_ROW, lambda q: _references(q) and _moved(q)[0] != 0),
    (Mistake.OTHER_COLUMN, _references),
)


def name_of(question: Question) -> Mistake:
    """What a difference is called; an inconsistent formula where nothing else fits."""
    return next((mistake for mistake, fits in NAMES if fits(question)), Mistake.FORMULA)
