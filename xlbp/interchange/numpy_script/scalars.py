"""A formula of single numbers as a script: a line for each step, and for each derivative by the chain rule."""

from __future__ import annotations

from typing import cast

from xlbp.interchange.numpy_script.formula import Formula
from xlbp.interchange.numpy_script.lines import Lines
from xlbp.interchange.numpy_script.literals import number
from xlbp.interchange.numpy_script.operations import filled, operation
from xlbp.interchange.numpy_script.script import Script
from xlbp.interchange.numpy_script.terms import added
from xlbp.interchange.source import Source
from xlbp.template.graph import Graph, Step


def scalars_script(source: Source) -> Script:
    """The script of a computation graph."""
    graph = cast(Graph, source.template.model)
    names = (*graph.variables, *graph.fixed, *(step.name for step in graph.steps))
    formula = Formula(source, dict.fromkeys(names, ()), tuple(graph.variables), tuple(graph.fixed))
    return formula.script(_forward(graph, formula), _backward(graph, formula))


def _arguments(step: Step, formula: Formula) -> list[str]:
    return [formula.names[each] if isinstance(each, str) else number(each) for each in step.arguments]


def _forward(graph: Graph, formula: Formula) -> Lines:
    """The steps, one after the other."""
    lines = Lines()
    for step in graph.steps:
        arguments = _arguments(step, formula)
        rule = operation(step.operation, arguments)
        lines.functions.update(rule.uses)
        lines.add(f"{formula.names[step.name]} = {filled(rule.value, arguments)}", formula.about(step.name))
    return lines


def _backward(graph: Graph, formula: Formula) -> Lines:
    """From the objective back: each derivative is the sum over the users of theirs times the local one."""
    lines, steps = Lines(), {step.name: step for step in graph.steps}
    users, active, reaching = graph.users(), graph.active(), graph.reaching()
    lines.add(f"{formula.d(graph.objective)} = 1")
    for node in reversed(users):
        if node not in active or node == graph.objective:
            continue
        terms = [term for user in users[node] if user in reaching for term in _terms(steps[user], node, formula, lines)]
        if terms or node in graph.variables:
            lines.add(f"{formula.d(node)} = {added(terms) if terms else '0'}", formula.about_derivative(node))
    return lines


def _terms(step: Step, source: str, formula: Formula, lines: Lines) -> list[str]:
    """What a step adds to the derivative by one of its arguments, each time that it is one."""
    arguments = _arguments(step, formula)
    rule = operation(step.operation, arguments)
    lines.functions.update(rule.uses_back)
    value, flow = formula.names[step.name], formula.d(step.name)
    each = zip(rule.terms, step.arguments, strict=True)
    return [filled(text, arguments, value, flow) for text, argument in each if argument == source]
