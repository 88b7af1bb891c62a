"""Formulas of named variables, cut into steps of one operation each.

``f = sigmoid((a + b) * c)`` becomes ``f_1 = a + b``, ``f_2 = f_1 * c``, ``f = sigmoid(f_2)``, so that
each intermediate value has a cell, and a subexpression that occurs twice has one cell, not two.
Python's own parser reads the text; nothing is ever executed.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NoReturn

from xlbp.datafile.numbers import snap
from xlbp.template import names
from xlbp.template.foreign_names import meant
from xlbp.template.graph import Step
from xlbp.template.nearest import nearest

UNARY = ("exp", "log", "sqrt", "tanh", "sigmoid", "relu", "softplus", "sin", "cos", "abs")
BINARY = ("max", "min")
FUNCTIONS = UNARY + BINARY
OPERATORS: dict[type[ast.operator], str] = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.Div: "div",
    ast.Pow: "pow",
}
OPERATIONS = (*OPERATORS.values(), "neg", "copy", *FUNCTIONS)
RESERVED = {*FUNCTIONS, names.ITERATION, names.LEARNING_RATE}

Fail = Callable[[str, int], NoReturn]  # (message, offset in the text)


@dataclass
class Steps:
    """The steps so far; ``known`` holds every name that a formula may use."""

    known: set[str]
    found: list[Step] = field(default_factory=list)
    cells: dict[tuple[str, tuple[str | float, ...]], str] = field(default_factory=dict)

    def add(self, text: str, fail: Fail) -> str:
        """Append the steps of ``name = formula``; return the name."""
        name, value = split_step(text, fail)
        fail = counted_in_characters(text, fail)
        if name in self.known or name in RESERVED:
            taken = "means something else already" if name in RESERVED else "is defined already"
            fail(f"the name {name!r} {taken}; choose another", 0)
        try:
            result = _Flattener(self, name, fail, text.strip()).visit_top(value)
        except RecursionError:
            fail(f"the step {name!r} is nested too deeply; cut it into several steps", 0)
        self.known.add(name)
        self.found.append(result)
        self.cells.setdefault((result.operation, result.arguments), name)
        return name

    def intermediate(self, owner: str, operation: str, arguments: tuple[str | float, ...]) -> str:
        """The name of the cell that holds this operation, an old one if there is one."""
        key = (operation, arguments)
        if key not in self.cells:
            number = 1
            while f"{owner}_{number}" in self.known:
                number += 1
            self.cells[key] = f"{owner}_{number}"
            self.known.add(self.cells[key])
            self.found.append(Step(self.cells[key], operation, arguments))
        return self.cells[key]


def split_step(text: str, fail: Fail) -> tuple[str, ast.expr]:
    """The name and the formula of ``name = formula``."""
    try:
        body = ast.parse(text.strip()).body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        offset = (getattr(error, "offset", None) or 1) - 1 + len(text) - len(text.lstrip())
        fail(f"can't read the step {text[:60]!r}: {getattr(error, 'msg', error)}", offset)
    statement = body[0] if len(body) == 1 else None
    if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
        fail(f"a step reads 'name = formula', not {text[:60]!r}", 0)
    target = statement.targets[0]
    if not isinstance(target, ast.Name):
        fail("the left side of a step must be a single name", 0)
    return target.id, statement.value


def counted_in_characters(text: str, fail: Fail) -> Fail:
    """Python counts the offset of a node in bytes, from the first character that is not blank."""
    line, blanks = text.strip().encode(), len(text) - len(text.lstrip())

    def located(message: str, offset: int) -> NoReturn:
        fail(message, blanks + len(line[:offset].decode("utf-8", "ignore")))

    return located


@dataclass
class _Flattener:
    steps: Steps
    owner: str
    fail: Fail
    text: str

    def written(self, node: ast.expr) -> str:
        """A part of the formula as it stands there: each Python writes a tree in a way of its own."""
        return " ".join((ast.get_source_segment(self.text, node) or ast.unparse(node)).split())

    def visit_top(self, node: ast.expr) -> Step:
        """The last operation of a formula carries the name on its left side."""
        operation, arguments = self.operation(node)
        if (operation, arguments) in self.steps.cells:
            return Step(self.owner, "copy", (self.steps.cells[operation, arguments],))
        return Step(self.owner, operation, arguments)

    def operation(self, node: ast.expr) -> tuple[str, tuple[str | float, ...]]:
        """The outermost operation of ``node``; its arguments become steps of their own."""
        if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
            return OPERATORS[type(node.op)], (self.value(node.left), self.value(node.right))
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            if not isinstance(node.operand, ast.Constant):
                return "neg", (self.value(node.operand),)
        elif isinstance(node, ast.Call):
            return self.call(node)
        return "copy", (self.value(node),)

    def call(self, node: ast.Call) -> tuple[str, tuple[str | float, ...]]:
        if not isinstance(node.func, ast.Name) or node.func.id not in FUNCTIONS:
            name = self.written(node.func)
            self.fail(f"unknown function {name!r}{meant('function', name, FUNCTIONS)}", node.col_offset)
        name, given = node.func.id, len(node.args)
        if node.keywords or (given != 1 if name in UNARY else given < 2):
            wanted = "one argument" if name in UNARY else "two arguments or more"
            self.fail(f"{name}() takes {wanted}, not {given + len(node.keywords)}", node.col_offset)
        arguments = [self.value(argument) for argument in node.args]
        while len(arguments) > 2:  # max(a, b, c) is max(max(a, b), c)
            pair = (arguments[0], arguments[1])
            arguments[:2] = [self.steps.intermediate(self.owner, name, pair)]
        return name, tuple(arguments)

    def value(self, node: ast.expr) -> str | float:  # noqa: RET503  # fail() never returns
        """A name or a number as it stands, or the name of a new step."""
        match node:
            case ast.Name(id=name):
                return self.known(name, node)
            case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
                return self.number(number, node)
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)) if not isinstance(
                number, bool
            ):
                return -self.number(number, node)
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.value(operand)
            case ast.BinOp(op=ast.BitXor()):
                self.fail("write ** for powers, not ^", node.col_offset)
            case ast.BinOp(op=ast.Add() | ast.Sub() | ast.Mult() | ast.Div() | ast.Pow()) | ast.Call():
                return self.steps.intermediate(self.owner, *self.operation(node))
            case ast.UnaryOp(op=ast.USub(), operand=operand) if not isinstance(operand, ast.Constant):
                return self.steps.intermediate(self.owner, *self.operation(node))
            case _:
                self.fail(f"can't use {self.written(node)[:40]!r} in a formula", node.col_offset)

    def known(self, name: str, node: ast.expr) -> str:
        if name not in self.steps.known:
            self.fail(f"unknown name {name!r}{nearest(name, sorted(self.steps.known))}", node.col_offset)
        return name

    def number(self, number: float, node: ast.expr) -> float:
        try:
            value = snap(float(number))
        except OverflowError:
            value = float("inf")
        if value in (float("inf"), float("-inf")):
            self.fail("a number in a formula is too large for a cell (1.8e308)", node.col_offset)
        return value
