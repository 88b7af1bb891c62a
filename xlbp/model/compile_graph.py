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
    nodes = [*graph.variables, *(step.name for step in graph.steps)]
    for node in reversed([n for n in nodes if n in active and n != graph.objective]):
        phase = "gradients" if node in graph.variables else "backward"
        if not graph.only_edge(node):
            _local_derivatives(builder, graph, node)
        cell = builder.define(names.total(graph.objective, node), adjoints.expression(node), phase)
        adjoints.bind(node, cell)


def _local_derivatives(builder: Builder, graph: Graph, node: str) -> None:
    """A cell for the local derivative along each edge that leaves ``node``."""
    for step, source in graph.edges():
        if source == node:
            partial = builder.partials(step.name).get(node, lift(0))
            builder.define(names.local(step.name, node), partial, "backward")
