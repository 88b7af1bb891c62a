"""What a derivative is the derivative of, and by what: enough to compare it with a difference of two passes.

    dW1[2,1]    E by W1[2,1]            dz1[2]@3   the loss of sample 3 by z1[2]@3
    f'1[2]@3    a1[2]@3 by z1[2]@3      df/dd      f by d           ∂d/∂a   d by a, along that edge alone

A pass starts from the moved quantity and computes again what lies between it and the target; everything else
stays as the row has it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from xlbp.symbols.expr import Expr, exp, names_in, ref
from xlbp.symbols.program import Column
from xlbp.template import names
from xlbp.template.graph import Graph
from xlbp.template.network import Network
from xlbp.workbook.layout.contents import Contents


@dataclass(frozen=True)
class Slope:
    """The derivative of ``target`` by ``node``; ``between``: what is computed again, in the order of the row."""

    target: str
    node: str
    between: tuple[str, ...]
    instead: Mapping[str, Expr] = field(default_factory=dict)  # for what depends on the node in another form

    def expression(self, column: Column) -> Expr:
        """How a quantity between node and target is computed."""
        return self.instead.get(column.name, column.expr)


def slope_of(contents: Contents, name: str) -> Slope:
    """What the derivative ``name`` is; it must be one, see :func:`xlbp.classroom.exercise.blanks.is_derivative`."""
    model = contents.template.model
    columns = {column.name: column for column in contents.program.columns}
    if isinstance(model, Graph):
        for step, source in model.edges():
            if name == names.local(step.name, source):
                return Slope(step.name, source, (step.name,))
        nodes = [*model.variables, *(step.name for step in model.steps)]
        node = next(node for node in nodes if name == names.total(model.objective, node))
        return Slope(model.objective, node, _between(columns, node, model.objective, {}))
    assert isinstance(model, Network)
    target, node = _of_network(model, name)
    instead = _softmax(model, node) if node.startswith("lse") else {}
    return Slope(target, node, _between(columns, node, target, instead), instead)


def _of_network(network: Network, name: str) -> tuple[str, str]:
    stem, at, sample = name.partition("@")
    mark = at + sample
    if stem.startswith("f'"):
        return f"a{stem[2:]}{mark}", f"z{stem[2:]}{mark}"
    if stem.startswith(("dW", "db")):
        return names.LOSS, name[1:]
    whole = names.DATA_LOSS if network.penalties and not mark else f"{names.LOSS}{mark}"
    return whole, name[1:]


def _softmax(network: Network, node: str) -> dict[str, Expr]:
    """a = exp(z - lse): the form in which softmax depends on its log-sum-exp."""
    stem, at, sample = node.partition("@")
    number, mark = int(stem[3:]), at + sample
    units = range(1, network.layers[number - 1].units + 1)
    return {
        names.of_unit("a", number, i, mark): exp(ref(names.of_unit("z", number, i, mark)) - ref(node)) for i in units
    }


def _between(columns: Mapping[str, Column], node: str, target: str, instead: Mapping[str, Expr]) -> tuple[str, ...]:
    """What depends on the node and is needed for the target."""
    rows = [c for c in columns.values() if c.phase in ("forward", "loss") and c.name != node]
    needs = {c.name: set(names_in(instead.get(c.name, c.expr))) for c in rows}
    moved = {node}
    for column in rows:
        if needs[column.name] & moved:
            moved.add(column.name)
    wanted = {target}
    for column in reversed(rows):
        if column.name in wanted:
            wanted |= needs[column.name]
    return tuple(c.name for c in rows if c.name in moved and c.name in wanted)
