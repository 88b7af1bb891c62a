"""The way back: one pass for every block, which follows from what the forward pass wrote.

dE/dx of a cell x is the sum over its users u of dE/du * du/dx, so each cell comes after all that use it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, groupby

from xlbp.model.cells import Pass
from xlbp.symbols.expr import Expr, function, ref, total
from xlbp.symbols.program import Adjoints, Builder, ProgramError
from xlbp.template import names
from xlbp.template.blocks.block import Role
from xlbp.template.quantity import Quantity


def through_cells(run: Pass, adjoints: Adjoints) -> None:
    """A cell for the adjoint of each cell of the forward pass that the loss depends on, and for the slopes.

    Raises ProgramError where a cell is used by one that was written before it, or together with it.
    """
    ahead = set(chain.from_iterable(run.written.values()))
    for (_, layer, _), cells in reversed(run.written.items()):
        flowing = [cell for cell in cells if adjoints.flows(cell)]
        for cell in flowing:
            if early := ahead.intersection(adjoints.users[cell]):
                raise ProgramError(f"{cell!r} is used by {min(early)!r}, which is no later step")
            adjoint = run.builder.define(cell.gradient, adjoints.expression(cell), "backward", layer)
            adjoints.bind(cell, adjoint)
        for cell in flowing:
            if cell in run.slopes:
                name, by = run.slopes[cell]
                run.builder.define(name, run.builder.partials(cell)[by], "backward", layer)
        ahead.difference_update(cells)


def gradients(run: Pass, adjoints: Adjoints, order: tuple[str, ...]) -> None:
    """Each parameter's gradient, the mean over the samples, with the slopes of the penalties; then their lengths.

    Where a parameter is used at several steps or places, what each of these adds has a cell, if they are not too many.
    """
    network, builder = run.network, run.builder
    each = (part for node, p in network.each_parameter() for part, _ in network.parts_of(node, p))
    by_gradient = {gradient: list(parts) for gradient, parts in groupby(each, key=lambda part: part.of)}
    for name in map(network.quantity, order):
        parts = _parts(run, adjoints, name, by_gradient.get(name.gradient, []))
        terms = [(total(parts) if parts else adjoints.expression(name)) / len(network.marks)]
        penalties = (_of_penalty(builder, kind, name) for kind in network.penalties)
        terms += [slope for slope in penalties if slope is not None]
        builder.define(name.gradient, total(terms), "gradients", int(name.block))
    for node, parameter in network.each_parameter():
        if parameter.role is Role.WEIGHT and parameter.letter not in node.frozen:
            weights = (ref(weight.gradient) for weight in parameter.elements(node.layer))
            length = names.norm(node.layer, parameter.letter)
            builder.define(length, function("norm")(*weights), "gradients", node.layer)


def _parts(run: Pass, adjoints: Adjoints, name: Quantity, parts: Sequence[Quantity]) -> list[Expr]:
    """The cells of what each place adds to a parameter's gradient, the sum over the samples."""
    flows: dict[int, list[Expr]] = {part.part_number: [] for part in parts}
    for user, adjoint, slope in adjoints.flows(name) if parts else ():
        part = run.network.part_at(name, run.network.quantity(user))
        flows[part].append(adjoint * slope)
    layer = int(name.block)
    return [run.builder.define(part, total(flows[part.part_number]), "gradients", layer) for part in parts]


def _of_penalty(builder: Builder, kind: str, parameter: Quantity) -> Expr | None:
    """The derivative of a penalty by a parameter; a bias has none."""
    return builder.partials(names.penalty(kind)).get(parameter)
