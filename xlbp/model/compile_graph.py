"""A computation graph as a row: each node, each local derivative, each total derivative a cell.

The chain rule for a node v with users u:  df/dv = sum over u of df/du * ∂u/∂v.
"""

from __future__ import annotations

from xlbp.model import rows
from xlbp.symbols.expr import Expr, const, function, ref, total
from xlbp.symbols.program import Builder, Column, Program
from xlbp.symbols.simplify import simplify
from xlbp.template import names
from xlbp.template.graph import Graph, Step
from xlbp.template.template import Training


def compile_graph(graph: Graph, training: Training, order: tuple[str, ...]) -> Program:
    """The training row of a computation graph.  Raises ProgramError if it makes no row."""
    builder = Builder()
    rows.begin(builder, graph.variables, order, {})
    for step in graph.steps:
        builder.define(step.name, _expression(step), "forward")
    _backward(builder, graph)
    gradients = {name: graph.gradient(name) for name in order}
    return rows.finish(builder, training, gradients, {}, tuple(graph.fixed), graph.maximize)


def _expression(step: Step) -> Expr:
    arguments = (ref(a) if isinstance(a, str) else const(a) for a in step.arguments)
    return function(step.operation)(*arguments)


def _backward(builder: Builder, graph: Graph) -> None:
    """From the objective back to the variables; a node's users come before it."""
    users, active, reaching = graph.users(), graph.active(), graph.reaching()
    inner = [step.name for step in graph.steps if step.name in active and step.name != graph.objective]

    def local_derivatives(node: str) -> None:
        """A cell for each edge that leaves ``node``, unless it goes straight to the objective and is all there is."""
        for user in users[node] if users[node] != [graph.objective] else ():
            builder.define(names.local(user, node), builder.partials(user).get(node, const(0)), "backward")

    def total_derivative(node: str, phase: str) -> None:
        """df/dnode, written out as the chain rule has it: a product by 1 stays a product."""
        through = [user for user in users[node] if user in reaching]
        if users[node] == [graph.objective]:
            value = simplify(builder.partials(graph.objective).get(node, const(0)))
        else:
            value = total(_path(graph.objective, user, node) for user in through)
        builder.add(Column(names.total(graph.objective, node), value, phase))

    for node in reversed(inner):
        local_derivatives(node)
        total_derivative(node, "backward")
    for variable in graph.variables:
        local_derivatives(variable)
    for variable in graph.variables:
        total_derivative(variable, "gradients")


def _path(objective: str, user: str, node: str) -> Expr:
    """df/duser * ∂user/∂node; straight from the objective, the local derivative alone."""
    local = ref(names.local(user, node))
    return local if user == objective else ref(names.total(objective, user)) * local
