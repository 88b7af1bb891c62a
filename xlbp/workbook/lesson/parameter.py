"""The parameter that a lesson follows from its value to its update."""

from __future__ import annotations

from xlbp.template.blocks.block import Role
from xlbp.workbook.layout.contents import Contents


def chosen_parameter(contents: Contents) -> str:
    """The first weight of the last layer that has one, else the first parameter."""
    order = contents.template.parameter_order
    layers = {column.name: column.layer for column in contents.program.columns}
    weights = [name for name in order if _is_weight(contents, name)]
    last = max((layers[name] for name in weights), default=0)
    return next((name for name in weights if layers[name] == last), order[0])


def _is_weight(contents: Contents, name: str) -> bool:
    tensor = contents.template.model.tensor(contents.quantity(name))
    return tensor is not None and tensor.role is Role.WEIGHT
