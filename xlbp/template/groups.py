"""Which quantities stand together on the sheets: those of a step, a filter or channel, a gate; those of an array."""

from __future__ import annotations

from typing import NamedTuple

from xlbp.template.blocks.block import Axis, Parameter, Shape
from xlbp.template.model import Model
from xlbp.template.quantity import Quantity


class Group(NamedTuple):
    """The key of the text that says what stands together, and its number or letter."""

    key: str
    label: str


def group_of(model: Model, quantity: Quantity) -> Group | None:
    """The group of a quantity, of a derivative by it, or of what an optimizer keeps for it; None if it has none."""
    if label := model.array_label(quantity):
        return Group("array", label)
    whole = _whole(model, quantity)
    tensor = model.tensor(whole)
    if isinstance(tensor, Parameter):
        return _of_parameter(tensor, whole)
    shape = Shape(tensor.shape) if tensor is not None else model.shape_of_data(whole)
    step, channel = shape.place(Axis.STEP), shape.place(Axis.CHANNEL)
    if channel is not None and len(shape) > 1:
        return Group("channel", str(whole.indices[channel]))
    return Group("step", str(whole.indices[step])) if step is not None else None


def _whole(model: Model, quantity: Quantity) -> Quantity:
    """What a quantity is made of in the end: ``z1[2,1]`` of ``dz1[2,1]`` or of a slope by it."""
    local = model.local(quantity)
    quantity = local.of if local is not None else quantity
    while quantity.of is not None and quantity.indices:
        quantity = quantity.of
    return quantity


def _of_parameter(parameter: Parameter, element: Quantity) -> Group | None:
    """The gate that a row belongs to, or the filter of a kernel."""
    if parameter.gates and element.indices:
        each = parameter.shape[0] // len(parameter.gates)
        return Group("gate_rows", parameter.gates[(element.indices[0] - 1) // each])
    return Group("filter", str(element.indices[0])) if parameter.window > 1 else None
