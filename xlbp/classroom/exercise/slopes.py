"""What a derivative is the derivative of, and by what: enough to compare it with a difference of two passes.

    dW1[2,1]    E by W1[2,1]            dz1[2]@3   the loss of sample 3 by z1[2]@3
    f'1[2]@3    a1[2]@3 by z1[2]@3      df/dd      f by d           ∂d/∂a   d by a, along that edge alone
    dmu1[2]     the losses of all samples by mu1[2], which a batch norm takes of them together
    dW1[2,1]|3  the losses of all samples by W1[2,1] where step 3 uses it, not elsewhere

A pass starts from the moved quantity and computes again what lies between it and the target; everything else
stays as the row has it.  Derivatives that are known in closed form may pass by what a formula uses, or refer to what
it does not use: a softmax u / S has them as exp(z - lse).  Where the moved quantity is a step inside of such a formula,
as lse is, the pass takes a form that has the derivatives in place of the formula.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from xlbp.symbols.expr import Expr, exp, names_in, ref, total
from xlbp.symbols.program import Column
from xlbp.template.network import Network
from xlbp.template.quantity import PART, Quantity
from xlbp.workbook.layout.contents import Contents

BEFORE = "°"  # goes before the name of a quantity as the row has it, where a pass has moved it


@dataclass(frozen=True)
class Slope:
    """The derivative of ``target`` by ``node``; ``between``: what is computed again, in the order of the row.

    It is the derivative times ``count`` that is asked for: of a mean over so many samples their sum's.
    """

    target: str
    node: str
    between: tuple[str, ...]
    instead: Mapping[str, Expr] = field(default_factory=dict)  # for what depends on the node in another form
    count: int = 1

    def expression(self, column: Column) -> Expr:
        """How a quantity between node and target is computed."""
        return self.instead.get(column.name, column.expr)


def slope_of(contents: Contents, name: str) -> Slope:
    """What the derivative ``name`` is; it must be one, see :func:`xlbp.classroom.exercise.blanks.is_derivative`."""
    model = contents.template.model
    columns = {column.name: column for column in contents.program.columns}
    quantity = model.quantity(name)
    if local := model.local(quantity):
        has_steps = bool(columns[local.of].jacobian)  # else the edge is all there is
        between = _between(columns, local.by, local.of, {}) if has_steps else (local.of,)
        return Slope(local.of, local.by, between)
    if quantity.relation == PART:
        return _of_part(contents, columns, quantity)
    node = quantity.of
    assert node is not None, f"{name} is no derivative"
    forms = _closed_forms(columns, node)
    target, count = _target(contents, columns, node, forms)
    between = _between(columns, node, target, forms)
    return Slope(target, node, between, {step: forms[step] for step in between if step in forms}, count)


def _target(
    contents: Contents, columns: Mapping[str, Column], node: Quantity, forms: Mapping[str, Expr]
) -> tuple[str, int]:
    """What is differentiated by a node: the loss of its sample, or of several samples their sum, by its mean."""
    model = contents.template.model
    if columns[contents.gradient(node)].phase == "gradients":
        return model.objective, 1
    moved = _moved(columns, node, forms)
    others = [mark for mark in model.marks if mark != node.sample and model.loss_of(mark) in moved]
    return (model.objective, model.batch) if others else (model.loss_of(node.sample), 1)


def _of_part(contents: Contents, columns: Mapping[str, Column], part: Quantity) -> Slope:
    """Where another step, or a penalty, uses the parameter, it stays as the row has it."""
    network, gradient = contents.network, part.of
    node = gradient.of if gradient is not None else None
    assert node is not None, f"{part} is no part of a gradient"
    users = [c for c in columns.values() if c.phase in ("forward", "loss") and node in names_in(c.expr)]
    forms = {
        user.name: with_other(user.expr, node, ref(BEFORE + node))
        for user in users
        if not _is_of_part(network, network.quantity(user.name), node, part)
    }
    between = _between(columns, node, network.objective, forms)
    instead = {step: forms[step] for step in between if step in forms}
    return Slope(network.objective, node, between, instead, network.batch)


def _is_of_part(network: Network, user: Quantity, node: Quantity, part: Quantity) -> bool:
    """Whether a quantity uses a parameter at the step, or place, of a part of its gradient; a penalty does not."""
    return network.tensor(user) is not None and network.part_at(node, user) == part.part_number


def with_other(expr: Expr, name: str, other: Expr) -> Expr:
    """The expression with something else in place of a quantity."""
    if expr.op == "ref" and expr.payload == name:
        return other
    return Expr(expr.op, tuple(with_other(arg, name, other) for arg in expr.args), expr.payload) if expr.args else expr


def _closed_forms(columns: Mapping[str, Column], node: str) -> dict[str, Expr]:
    """What has its derivatives in closed form and the node inside of it: between what these refer to and itself."""
    before = _before(columns, node)
    inside_of = (column for column in columns.values() if not before.isdisjoint(dict(column.jacobian)))
    return {column.name: _from_slopes(column) for column in inside_of if column.name != node}


def _before(columns: Mapping[str, Column], node: str) -> set[str]:
    """All that a quantity is computed from in the row."""
    before: set[str] = set()
    ahead = [node]
    while ahead:
        column = columns.get(ahead.pop())
        used = set(names_in(column.expr)) - before if column is not None else set()
        before |= used
        ahead += used
    return before


def _from_slopes(column: Column) -> Expr:
    """y as a function that has the column's derivatives: exp(x - ...) where each is y or -y, else along the tangent."""
    y = ref(column.name)
    if all(slope in (y, -y) for _, slope in column.jacobian):
        return exp(total(ref(name) if slope is y else -ref(name) for name, slope in column.jacobian))
    steps = (_unmoved(slope) * (ref(name) - ref(BEFORE + name)) for name, slope in column.jacobian)
    return total([ref(BEFORE + column.name), *steps])


def _unmoved(expr: Expr) -> Expr:
    """The expression of the row's own numbers."""
    if expr.op == "ref":
        return ref(BEFORE + str(expr.payload))
    return Expr(expr.op, tuple(map(_unmoved, expr.args)), expr.payload) if expr.args else expr


def _between(columns: Mapping[str, Column], node: str, target: str, instead: Mapping[str, Expr]) -> tuple[str, ...]:
    """What depends on the node and is needed for the target."""
    moved, needed = _moved(columns, node, instead), {target}
    for column in reversed(list(columns.values())):
        if column.name in needed and column.name in moved:
            needed.update(names_in(instead.get(column.name, column.expr)))
    return tuple(name for name in columns if name in moved and name in needed)


def _moved(columns: Mapping[str, Column], node: str, instead: Mapping[str, Expr]) -> set[str]:
    """What depends on the node in the forward pass and the loss, by the formulas."""
    moved = {node}
    for column in columns.values():
        uses = names_in(instead.get(column.name, column.expr))
        if column.phase in ("forward", "loss") and not moved.isdisjoint(uses):
            moved.add(column.name)
    return moved - {node}
