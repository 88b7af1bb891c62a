"""Reads an [expression] with arrays: nested lists of numbers, and formulas of these."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import replace
from math import prod
from typing import TypeAlias

from xlbp.template.array_formulas import MOST_NUMBERS, ArraySteps
from xlbp.template.array_graph import ArrayGraph, Values
from xlbp.template.array_shapes import written
from xlbp.template.array_views import Extents
from xlbp.template.expressions import Fail
from xlbp.template.nearest import nearest
from xlbp.template.table import Table

Group: TypeAlias = dict[str, Values]


def has_arrays(table: Table) -> bool:
    """Whether any quantity of an [expression] is an array, or any formula makes one of numbers: ``[a, b]``."""
    groups = (table.get(key, {}) for key in ("variables", "constants"))
    if any(isinstance(value, list) for group in groups if isinstance(group, dict) for value in group.values()):
        return True
    steps = table.get("steps", [])
    return isinstance(steps, list) and any(isinstance(text, str) and _makes_list(text) for text in steps)


def _makes_list(text: str) -> bool:
    try:
        tree = ast.parse(text.strip())
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return any(isinstance(node, ast.List) for node in ast.walk(tree))


def read_values(table: Table, key: str) -> Group:
    """A table of numbers and of nested lists of numbers; absent reads as empty."""
    inner = table.table(key)
    found = {}
    for name in inner.data:
        shape, numbers = _nested(inner, inner.get(name), name)
        found[name] = Values(shape, numbers)
        if len(numbers) > MOST_NUMBERS:
            inner.fail(name, f"{name} has {len(numbers):,} numbers, but a sheet has {MOST_NUMBERS:,} columns")
    return found


def _nested(table: Table, value: object, *keys: str | int) -> tuple[Extents, tuple[float, ...]]:
    """The shape of a nested list, and its numbers; the first of ``keys`` is what it is called."""
    if not isinstance(value, list):
        return (), (table.as_number(value, *keys),)
    if not value:
        table.fail(keys, f"{keys[0]} holds an empty list; write at least one number into it")
    parts = [_nested(table, part, *keys, place) for place, part in enumerate(value)]
    first = parts[0][0]
    for place, (shape, _) in enumerate(parts):
        if shape != first:
            table.fail((*keys, place), f"{keys[0]} is ragged: {_unlike(str(keys[0]), first, shape)}")
    return (len(parts), *first), tuple(number for _, numbers in parts for number in numbers)


def _unlike(name: str, first: Extents, other: Extents) -> str:
    """In which way two parts of a nested list differ."""
    if len(first) == len(other) == 1:
        return f"rows of {name} have {first[0]} and {other[0]} numbers"
    if len(first) != len(other):
        return "some of its parts are nested deeper than others"
    return f"its parts have the shapes {written(first)} and {written(other)}"


def read_steps(table: Table, variables: Group, constants: Group, failures: Iterable[Fail]) -> ArrayGraph:
    """The formulas, each with what to call where it is wrong; what the objective may be is asked for here."""
    given = {**variables, **constants}
    steps = ArraySteps({name: values.shape for name, values in given.items()}, frozenset(variables))
    texts = table.texts("steps")
    names = [steps.add(text, fail) for text, fail in zip(texts, failures, strict=False)]
    if not names:
        table.fail("steps", "steps must hold at least one formula, as in ['h = W @ x + b']")
    objective = table.text("objective", names[-1])
    if objective not in names:
        table.fail("objective", f"objective {objective!r} is not a step{nearest(objective, names)}")
    _must_be_number(table, objective, steps.shapes, len(names) - 1)
    if objective not in steps.active:
        table.fail("objective", f"objective {objective!r} depends on no variable, so there is nothing to train")
    graph = ArrayGraph(variables, constants, tuple(steps.found), steps.formulas, objective=objective)
    goal = table.text("goal", "minimize", choices=("minimize", "maximize"))
    return replace(graph, maximize=goal == "maximize")


def _must_be_number(table: Table, objective: str, shapes: Mapping[str, Extents], last: int) -> None:
    shape = shapes[objective]
    if not shape:
        return
    place = "objective" if table.has("objective") else ("steps", last)
    remedy = (
        f"{objective}[{', '.join('0' * len(shape))}]" if prod(shape) == 1 else f"sum({objective}) or mean({objective})"
    )
    message = f"the objective {objective!r} has the shape {written(shape)}, but must be a single number; take {remedy}"
    table.fail(place, message)
