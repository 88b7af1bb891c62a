"""Formulas of arrays, as a paper writes them, cut into steps of one operation each.

``h = tanh(W @ x + b)`` becomes ``h_1 = W @ x``, ``h_2 = h_1 + b``, ``h = tanh(h_2)``, arrays all of them.  Softmax and
its kin go the way that overflows nowhere: from the largest number down.  Python's own parser reads the text; nothing is
ever executed.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import prod
from types import EllipsisType
from typing import Any, NamedTuple, TypeVar

from xlbp.datafile.numbers import snap
from xlbp.template.array_graph import ArrayStep, active
from xlbp.template.array_shapes import (
    Key,
    Operand,
    ShapeError,
    along,
    broadcast,
    indexed,
    joined,
    matrix_product,
    reduced,
    reshaped,
    stacked,
)
from xlbp.template.array_views import Argument, Extents, View
from xlbp.template.expressions import BINARY, OPERATORS, RESERVED, UNARY, Fail, counted_in_characters, split_step
from xlbp.template.foreign_names import array_hint, meant
from xlbp.template.nearest import nearest

REDUCTIONS = {"sum": "sum", "mean": "mean", "max": "largest", "min": "smallest"}
ALONG = ("softmax", "log_softmax", "logsumexp", "var")  # which take an axis, too
JOINS = ("concat", "reshape", "dot")
FUNCTIONS = (*UNARY, *REDUCTIONS, *ALONG, *JOINS)
MOST_NUMBERS = 16_384  # of all steps: each has a column
KEYWORDS = {  # which keywords a function takes
    **dict.fromkeys((*REDUCTIONS, "var", "logsumexp"), ("axis", "keepdims")),
    **dict.fromkeys(("softmax", "log_softmax", "concat"), ("axis",)),
}
OTHER_KEYWORDS = {"dim": "axis", "axes": "axis", "keepdim": "keepdims", "keep_dims": "keepdims"}
Checked = TypeVar("Checked")


class Operation(NamedTuple):
    """An operation before it has a name, with the shape of what comes of it."""

    operation: str
    arguments: tuple[Argument, ...]
    shape: Extents
    axes: tuple[int, ...] = ()


@dataclass
class ArraySteps:
    """The steps so far; ``shapes`` holds every array that a formula may use."""

    shapes: dict[str, Extents]
    variables: frozenset[str]
    found: list[ArrayStep] = field(default_factory=list)
    cells: dict[Operation, str] = field(default_factory=dict)
    formulas: dict[str, str] = field(default_factory=dict)
    active: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.active |= self.variables

    def add(self, text: str, fail: Fail) -> str:
        """Append the steps of ``name = formula``; return the name."""
        name, value = split_step(text, fail)
        fail = counted_in_characters(text, fail)
        if name in self.shapes or name in RESERVED:
            taken = "is defined already" if name in self.shapes else "means something else already"
            fail(f"the name {name!r} {taken}; choose another", 0)
        try:
            _Reader(self, name, fail, text.strip()).step(value)
        except RecursionError:
            fail(f"the step {name!r} is nested too deeply; cut it into several steps", 0)
        self.formulas[name] = text.strip().partition("=")[2].strip()
        numbers = sum(prod(step.shape) for step in self.found)
        if numbers > MOST_NUMBERS:
            fail(f"the steps up to here have {numbers:,} numbers, but a sheet has {MOST_NUMBERS:,} columns", 0)
        return name

    def intermediate(self, owner: str, operation: Operation) -> str:
        """The name of the array that holds this operation, an old one if there is one."""
        if operation not in self.cells:
            number = 1
            while f"{owner}_{number}" in self.shapes:
                number += 1
            self.append(f"{owner}_{number}", operation)
        return self.cells[operation]

    def append(self, name: str, operation: Operation) -> None:
        """A new step, which later formulas may refer to."""
        step = ArrayStep(name, *operation)
        self.found.append(step)
        self.shapes[name] = step.shape
        self.cells.setdefault(operation, name)
        self.active |= active(self.active, [step])

    def is_active(self, argument: Argument) -> bool:
        """Whether an argument depends on a variable."""
        return not self.active.isdisjoint(ArrayStep("", "copy", (argument,)).sources)


@dataclass
class _Reader:
    """Reads one formula; ``owner`` is the name on its left side."""

    steps: ArraySteps
    owner: str
    fail: Fail
    text: str

    def step(self, node: ast.expr) -> None:
        """The last operation of a formula carries the name on its left side."""
        operation = self.operation(node)
        if operation in self.steps.cells:
            operation = Operation("copy", (self.intern(operation),), operation.shape)
        self.steps.append(self.owner, operation)
        self.add_winners(self.owner, operation)

    def written(self, node: ast.expr) -> str:
        """A part of the formula as it stands there."""
        return " ".join((ast.get_source_segment(self.text, node) or ast.unparse(node)).split())

    def checked(self, node: ast.expr, rule: Callable[..., Checked], *args: Any) -> Checked:
        """What a rule of shapes says; where it says no, the formula is wrong at this place."""
        try:
            return rule(*args)
        except ShapeError as error:
            self.fail(str(error), node.col_offset)

    def shape(self, argument: Argument) -> Extents:
        """The shape of an argument."""
        if isinstance(argument, str):
            return self.steps.shapes[argument]
        return () if isinstance(argument, float) else argument.shape

    def operand(self, node: ast.expr, argument: Argument) -> Operand:
        """An argument as messages call it: as it is written, in brackets where it is a sum or a product."""
        name = self.written(node)
        name = f"({name})" if isinstance(node, ast.BinOp) else name
        return Operand((name if len(name) <= 40 else "this", self.shape(argument)))

    def intern(self, operation: Operation) -> Argument:
        """An operation as an argument of others: a step of its own."""
        if operation.operation == "copy":
            return operation.arguments[0]
        name = self.steps.intermediate(self.owner, operation)
        self.add_winners(name, operation)
        return name

    def argument(self, node: ast.expr) -> Argument:
        """A part of a formula that is used by another."""
        return self.intern(self.operation(node))

    def operation(self, node: ast.expr) -> Operation:
        """The outermost operation of ``node``; a name, a number and a view are copies."""
        match node:
            case ast.BinOp(op=ast.BitXor()):
                self.fail("write ** for powers, not ^", node.col_offset)
            case ast.BinOp(op=ast.MatMult()):
                return self.product(node, node.left, node.right)
            case ast.BinOp() if type(node.op) in OPERATORS:
                return self.elementwise(OPERATORS[type(node.op)], node, [node.left, node.right])
            case ast.UnaryOp(op=ast.USub(), operand=operand) if not isinstance(operand, ast.Constant):
                value = self.argument(operand)
                return Operation("neg", (value,), self.shape(value))
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.operation(operand)
            case ast.Call():
                return self.call(node)
        seen = self.looked_at(node)
        return Operation("copy", (seen,), self.shape(seen))

    def looked_at(self, node: ast.expr) -> Argument:  # noqa: RET503  # fail() never returns
        """A name, a number, or numbers that stand elsewhere."""
        match node:
            case ast.Name(id=name):
                if name not in self.steps.shapes:
                    self.fail(f"unknown name {name!r}{nearest(name, sorted(self.steps.shapes))}", node.col_offset)
                return name
            case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
                return self.number(number, node)
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)) if not isinstance(
                number, bool
            ):
                return -self.number(number, node)
            case ast.Attribute():
                return self.attribute(node)
            case ast.Subscript():
                return self.subscript(node)
            case ast.List(elts=[_, *_]):
                return self.stack(node)
        self.fail(f"can't use {self.written(node)[:40]!r} in a formula", node.col_offset)

    def number(self, number: float, node: ast.expr) -> float:
        """A number with the digits that a cell holds."""
        try:
            value = snap(float(number))
        except OverflowError:
            value = float("inf")
        if value in (float("inf"), float("-inf")):
            self.fail("a number in a formula is too large for a cell (1.8e308)", node.col_offset)
        return value

    def elementwise(self, operation: str, node: ast.expr, parts: list[ast.expr]) -> Operation:
        """Element by element, two by two from the left: max(a, b, c) is max(max(a, b), c)."""
        values = [self.argument(part) for part in parts]
        operands = [self.operand(part, value) for part, value in zip(parts, values, strict=True)]
        left, before = values[0], operands[0]
        for number, (right, operand) in enumerate(zip(values[1:], operands[1:], strict=True), start=1):
            made = Operation(operation, (left, right), self.checked(node, broadcast, operation, before, operand))
            if number < len(values) - 1:
                left, before = self.intern(made), Operand(("what stands before it", made.shape))
        return made

    def product(self, node: ast.expr, left: ast.expr, right: ast.expr) -> Operation:
        """NumPy's matmul."""
        a, b = self.argument(left), self.argument(right)
        shape = self.checked(node, matrix_product, self.operand(left, a), self.operand(right, b))
        return Operation("matmul", (a, b), shape)

    # views

    def attribute(self, node: ast.Attribute) -> Argument:
        """``.T`` turns all axes round, ``.mT`` the last two."""
        if node.attr not in ("T", "mT"):
            hint = array_hint(node.attr, [self.written(node.value)], FUNCTIONS)
            self.fail(f"an array has .T and .mT, not .{node.attr}{hint}", node.col_offset)
        value = self.argument(node.value)
        shape = self.shape(value)
        order = tuple(range(len(shape)))
        order = order[::-1] if node.attr == "T" else (*order[:-2], *order[-2:][::-1])
        if len(shape) < 2:
            return value
        return View("transposed", (value,), tuple(shape[axis] for axis in order), (shape,), order)

    def subscript(self, node: ast.Subscript) -> Argument:
        """``x[0]``, ``W[:, 1:]``, ``x[:, None]``: indices count from 0."""
        value = self.argument(node.value)
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        key = [self.part_of_key(part) for part in parts]
        if key.count(Ellipsis) > 1:
            self.fail("... may stand once in the brackets", node.slice.col_offset)
        detail, shape = self.checked(node, indexed, self.operand(node.value, value), key)
        return View("indexed", (value,), shape, (self.shape(value),), detail)

    def part_of_key(self, node: ast.expr) -> Key:
        """A whole number, a slice, None for a new axis, or ``...`` for all axes that are not named."""
        match node:
            case ast.Constant(value=None | EllipsisType() as part):
                return part
            case ast.Slice(lower=lower, upper=upper, step=step):
                return slice(*(None if end is None else self.whole(end, "an index") for end in (lower, upper, step)))
        return self.whole(node, "an index")

    def whole(self, node: ast.expr, what: str) -> int:  # noqa: RET503  # fail() never returns
        """A whole number that is written out."""
        match node:
            case ast.Constant(value=int() as number) if not isinstance(number, bool):
                return number
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() as number)) if not isinstance(
                number, bool
            ):
                return -number
        self.fail(f"{what} is a whole number that is written out, not {self.written(node)[:40]!r}", node.col_offset)

    def stack(self, node: ast.List) -> Argument:
        """``[a, b]``: a new first axis."""
        parts = [self.argument(part) for part in node.elts]
        pairs = zip(node.elts, parts, strict=True)
        shape = self.checked(node, stacked, [self.operand(part, value) for part, value in pairs])
        return View("stacked", tuple(parts), shape, tuple(map(self.shape, parts)))

    # functions

    def call(self, node: ast.Call) -> Operation:
        """A function by its name."""
        name = self.function(node)
        keywords = self.keywords(node, name)
        if starred := next((part for part in node.args if isinstance(part, ast.Starred)), None):
            self.fail("can't use * before an argument", starred.col_offset)
        if name in BINARY and len(node.args) > 1:
            if keywords:
                self.fail(f"{name}(a, b) goes element by element and takes no {next(iter(keywords))}", node.col_offset)
            return self.elementwise(name, node, node.args)
        if name in JOINS:
            return JOINED[name](self, node, keywords)
        if len(node.args) != 1:
            hint = f"; write {name}(x, axis=0)" if len(node.args) > 1 and "axis" in KEYWORDS.get(name, ()) else ""
            self.fail(f"{name}() takes one argument, not {len(node.args)}{hint}", node.col_offset)
        value = self.argument(node.args[0])
        if name in UNARY:
            return Operation(name, (value,), self.shape(value))
        return self.along_axes(name, node, value, keywords)

    def function(self, node: ast.Call) -> str:  # noqa: RET503  # fail() never returns
        """The name of a function that there is."""
        if isinstance(node.func, ast.Name) and node.func.id in FUNCTIONS:
            return node.func.id
        hint = array_hint(*self.called(node), FUNCTIONS)
        name = self.written(node.func)
        self.fail(f"unknown function {name!r}{hint or meant('function', name, FUNCTIONS)}", node.col_offset)

    def called(self, node: ast.Call) -> tuple[str, list[str]]:
        """The last part of a function's name, and its arguments as written, of ``W.dot(x)`` W and x."""
        arguments = [self.written(part) for part in node.args]
        if not isinstance(node.func, ast.Attribute):
            return self.written(node.func), arguments
        owner = node.func.value
        root = self.written(owner).partition(".")[0]
        is_module = isinstance(owner, ast.Name | ast.Attribute) and root not in self.steps.shapes
        return node.func.attr, arguments if is_module else [self.written(owner), *arguments]

    def keywords(self, node: ast.Call, name: str) -> Mapping[str, ast.expr]:
        """What is given by name, as far as the function takes it."""
        known = KEYWORDS.get(name, ())
        found = {}
        for keyword in node.keywords:
            if keyword.arg not in known:
                other = OTHER_KEYWORDS.get(keyword.arg or "", "")
                hint = f" (did you mean {other!r}?)" if other in known else ""
                takes = " and ".join(known) or "nothing by name"
                self.fail(f"{name}() takes {takes}, not {keyword.arg!r}{hint}", keyword.value.col_offset)
            found[str(keyword.arg)] = keyword.value
        return found

    def axes(self, node: ast.expr | None, operand: Operand) -> tuple[int, ...]:
        """One axis or several in brackets, counted from 0; without any, all."""
        if node is None or (isinstance(node, ast.Constant) and node.value is None):
            return tuple(range(len(operand.shape)))
        parts = node.elts if isinstance(node, ast.Tuple) else [node]
        found = {self.checked(part, along, self.whole(part, "an axis"), operand) for part in parts}
        if len(found) < len(parts):
            self.fail("an axis is named twice", node.col_offset)
        return tuple(sorted(found))

    def along_axes(self, name: str, node: ast.Call, value: Argument, keywords: Mapping[str, ast.expr]) -> Operation:
        """What takes the numbers along some axes together; softmax and log_softmax go along the last one."""
        operand = self.operand(node.args[0], value)
        if name in ("softmax", "log_softmax", "logsumexp"):
            if not operand.shape:
                self.fail(f"{name} needs several numbers, but {operand[0]} is a single one", node.col_offset)
            axis = keywords.get("axis", ast.Constant(-1))
            return SOFTMAX[name](self, value, self.axes(axis, operand), self.keeps(keywords))
        axes = self.axes(keywords.get("axis"), operand)
        if name == "var":
            return self.variance(value, axes, self.keeps(keywords))
        return Operation(REDUCTIONS[name], (value,), reduced(operand, axes, self.keeps(keywords)), axes)

    def keeps(self, keywords: Mapping[str, ast.expr]) -> bool:  # noqa: RET503  # fail() never returns
        """Whether axes that are taken together stay, of size 1."""
        match keywords.get("keepdims"):
            case None:
                return False
            case ast.Constant(value=bool() as keeps):
                return keeps
            case node:
                self.fail("keepdims is True or False", node.col_offset)

    def add_winners(self, name: str, operation: Operation) -> None:
        """Which numbers are the largest, and how many: they share the derivative."""
        argument = operation.arguments[0]
        if operation.operation not in ("largest", "smallest") or not self.steps.is_active(argument):
            return
        winners = Operation("winners", (argument, name), self.shape(argument), operation.axes)
        winner = self.steps.intermediate(self.owner, winners)
        self.steps.intermediate(self.owner, Operation("sum", (winner,), operation.shape, operation.axes))

    # the way of softmax and of the variance

    def along(self, operation: str, value: Argument, axes: tuple[int, ...], *others: Argument) -> Operation:
        """An operation that leaves one number for all along some axes."""
        return Operation(operation, (value, *others), reduced(Operand(("", self.shape(value))), axes, keep=False), axes)

    def powers(self, value: Argument, axes: tuple[int, ...]) -> tuple[str, str, str]:
        """m the largest number, u = exp(x - m), S the sum of u."""
        m = self.steps.intermediate(self.owner, self.along("largest", value, axes))
        u = self.steps.intermediate(self.owner, Operation("power_of_difference", (value, m), self.shape(value), axes))
        return m, u, self.steps.intermediate(self.owner, self.along("sum", u, axes))

    def logsumexp(self, value: Argument, axes: tuple[int, ...], keep: bool) -> Operation:
        """m + log S."""
        m, u, S = self.powers(value, axes)  # noqa: N806 - as the textbooks call it
        found = self.along("logsumexp", value, axes, m, S, u)
        return found._replace(shape=reduced(Operand(("", self.shape(value))), axes, keep))

    def softmax(self, value: Argument, axes: tuple[int, ...], keep: bool) -> Operation:  # noqa: ARG002
        """u / S, by way of log-sum-exp, as the derivatives go."""
        _, u, S = self.powers(value, axes)  # noqa: N806
        lse = self.steps.intermediate(self.owner, self.logsumexp(value, axes, keep=False))
        return Operation("softmax", (value, lse, u, S), self.shape(value), axes)

    def log_softmax(self, value: Argument, axes: tuple[int, ...], keep: bool) -> Operation:  # noqa: ARG002
        """x - log-sum-exp of x."""
        lse = self.steps.intermediate(self.owner, self.logsumexp(value, axes, keep=False))
        return Operation("sub", (value, self.kept(lse, value, axes)), self.shape(value))

    def variance(self, value: Argument, axes: tuple[int, ...], keep: bool) -> Operation:
        """The mean of the squares of x - mean of x: by n, as papers take it."""
        mean = self.steps.intermediate(self.owner, self.along("mean", value, axes))
        distances = Operation("sub", (value, self.kept(mean, value, axes)), self.shape(value))
        d = self.steps.intermediate(self.owner, distances)
        shape = reduced(Operand(("", self.shape(value))), axes, keep)
        return Operation("variance", (value, d), shape, axes)

    def kept(self, name: str, value: Argument, axes: tuple[int, ...]) -> Argument:
        """What is left of an array along some axes, with these as axes of size 1."""
        shape = reduced(Operand(("", self.shape(value))), axes, keep=True)
        return View("reshaped", (name,), shape, (self.steps.shapes[name],)) if shape else name

    # joins

    def concat(self, node: ast.Call, keywords: Mapping[str, ast.expr]) -> Operation:
        """Arrays one after the other along an axis, the last one by default."""
        if len(node.args) == 1 and isinstance(node.args[0], ast.List | ast.Tuple):
            self.fail("write concat(a, b), without brackets around the arrays", node.args[0].col_offset)
        if not node.args:
            self.fail("concat() takes two arrays or more, not none", node.col_offset)
        parts = [self.argument(part) for part in node.args]
        operands = [self.operand(part, value) for part, value in zip(node.args, parts, strict=True)]
        asked = self.whole(keywords["axis"], "an axis") if "axis" in keywords else -1
        axis, shape = self.checked(node, joined, operands, asked)
        return Operation("copy", (View("joined", tuple(parts), shape, tuple(map(self.shape, parts)), (axis,)),), shape)

    def reshape(self, node: ast.Call, _: Mapping[str, ast.expr]) -> Operation:
        """``reshape(x, 2, 3)``, or ``reshape(x, (2, 3))``."""
        if len(node.args) < 2:
            self.fail("reshape() takes an array and its new sizes, as in reshape(x, 2, 3)", node.col_offset)
        first, *sizes = node.args
        parts = sizes[0].elts if len(sizes) == 1 and isinstance(sizes[0], ast.Tuple | ast.List) else sizes
        value = self.argument(first)
        asked = [self.whole(part, "a size") for part in parts]
        shape = self.checked(node, reshaped, self.operand(first, value), asked)
        return Operation("copy", (View("reshaped", (value,), shape, (self.shape(value),)),), shape)

    def dot(self, node: ast.Call, _: Mapping[str, ast.expr]) -> Operation:
        """``dot(a, b)`` is ``a @ b`` of vectors and matrices."""
        if len(node.args) != 2:
            self.fail(f"dot() takes two arguments, not {len(node.args)}", node.col_offset)
        return self.product(node, *node.args)


Joined = Callable[[_Reader, ast.Call, Mapping[str, ast.expr]], Operation]
JOINED: dict[str, Joined] = {"concat": _Reader.concat, "reshape": _Reader.reshape, "dot": _Reader.dot}
SOFTMAX: dict[str, Callable[[_Reader, Argument, tuple[int, ...], bool], Operation]] = {
    "softmax": _Reader.softmax,
    "log_softmax": _Reader.log_softmax,
    "logsumexp": _Reader.logsumexp,
}
