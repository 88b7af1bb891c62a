"""Forward-mode dual numbers: the other way through a computation graph, against which the reference is checked.

A dual number v + v' e with e*e = 0 carries a value and its derivatives together.  The dual part of a node is a table
{seed: d node / d seed}, and one pass along the paths gives the derivative of the objective by every node.
(Wengert, CACM 7, 1964; Griewank and Walther, Evaluating Derivatives, 2008, 3.1.)
"""

from __future__ import annotations

from collections.abc import Mapping

from xlbp.reference.graph import OPERATIONS
from xlbp.template.graph import Graph

Duals = dict[str, dict[str, float]]


def derivatives(graph: Graph, leaves: Mapping[str, float]) -> dict[str, float]:
    """The derivative of the objective by every active node, at finite numbers."""
    values, duals = dict(leaves), {name: {name: 1.0} for name in graph.variables}
    for step in graph.steps:
        arguments = [values[a] if isinstance(a, str) else a for a in step.arguments]
        operation = OPERATIONS[step.operation]
        values[step.name] = operation.value(*arguments)
        duals[step.name] = {step.name: 1.0}
        for slope, source in zip(operation.slopes, step.arguments, strict=True):
            for seed, derivative in duals.get(source, {}).items() if isinstance(source, str) else ():
                before = duals[step.name].get(seed, 0.0)
                duals[step.name][seed] = before + slope(*arguments) * derivative
    return {node: duals[graph.objective].get(node, 0.0) for node in graph.active()}
