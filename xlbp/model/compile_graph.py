"""A computation graph as a row: each node, each local derivative, each total derivative a cell.

The chain rule for a node v with users u:  df/dv = sum over u of df/du * ∂u/∂v.
"""

from __future__ import annotations

from xlbp.graph.expr import Expr, const, function, lift, ref
from xlbp.graph.program import Adjoints, Builder, Program
from xlbp.model import rows
from xlbp.model.optimizers import ascent, sgd
from xlbp.spec import names
from xlbp.spec.model import Graph, Step


def compile_graph(graph: Graph) -> Program:
    """The training row of a computation graph.  Raises ProgramError if it makes no row."""
    builder = Builder()
    order = tuple(graph.variables)
    rows.begin(builder, graph.variables, order, {})
    for step in graph.steps:
        builder.define(step.name, _expression(step), "forward")
    _backward(builder, graph)
    gradients = {name: names.total(graph.objective, name) for name in order}
    update = ascent if graph.maximize else sgd
    return rows.finish(builder, order, gradients, {}, update, tuple(graph.fixed))


def _expression(step: Step) -> Expr:
    arguments = (ref(a) if isinstance(a, str) else const(a) for a in step.arguments)
    return function(step.operation)(*arguments)


def _backward(builder: Builder, graph: Graph) -> None:
    """From the objective back to the variables; a node's users come before it."""
    adjoints = Adjoints(builder, seeds=[graph.objective])
    active = graph.active()
    inner = [step.name for step in graph.steps if step.name in active and step.name != graph.objective]
    for node in reversed(inner):
        _local_derivatives(builder, graph, node)
        _total_derivative(builder, graph, adjoints, node, "backward")
    for variable in graph.variables:
        _local_derivatives(builder, graph, variable)
    for variable in graph.variables:
        _total_derivative(builder, graph, adjoints, variable, "gradients")


def _total_derivative(builder: Builder, graph: Graph, adjoints: Adjoints, node: str, phase: str) -> None:
    value = adjoints.expression(node)
    adjoints.bind(node, builder.define(names.total(graph.objective, node), value, phase))


def _local_derivatives(builder: Builder, graph: Graph, node: str) -> None:
    """A cell for the local derivative along each edge that leaves ``node``, unless it is the total one."""
    if graph.only_edge(node):
        return
    for step, source in graph.edges():
        if source == node:
            partial = builder.partials(step.name).get(node, lift(0))
            builder.define(names.local(step.name, node), partial, "backward")
