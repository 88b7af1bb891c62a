"""The arrays that the quantities of a training row make up: which there are, and where in them each quantity stands.

``W1`` has an axis for units and one for sources; ``a1`` one for the samples of the batch before that of its units, also
where there is one sample.  Test samples have arrays of their own, ``a1@T``.  An array whose name is that of a single
number, too, is called as the table of names in docs/templates.md writes it: ``E[i]`` beside ``E``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from xlbp.template import names
from xlbp.template.blocks.block import Parameter
from xlbp.template.model import Model
from xlbp.template.quantity import WHOLE, Quantity
from xlbp.template.scaling import INPUTS, TARGETS

Place = tuple[int, ...]
STATISTICS = frozenset({*INPUTS.statistics, *TARGETS.statistics})


@dataclass(frozen=True)
class Whole:
    """An array, without the axis of the iterations: its elements' names by their places, counted from 0."""

    elements: dict[Place, str] = field(default_factory=dict)

    @property
    def shape(self) -> tuple[int, ...]:
        """How far each axis reaches."""
        return tuple(1 + max(along) for along in zip(*self.elements, strict=True))


def arrays_of(model: Model, quantities: Sequence[Quantity]) -> dict[str, Whole]:
    """The arrays by name; a single number is one without axes."""
    placed = [(quantity, _sample(model, quantity)) for quantity in quantities]
    singles = {str(quantity) for quantity, sample in placed if sample is None and not quantity.indices}
    arrays: dict[str, Whole] = {}
    for quantity, sample in placed:
        index = tuple(max(number - 1, 0) for number in quantity.indices)
        place = index if sample is None else (sample, *index)
        name = _name(model, quantity, singles) if place else str(quantity)
        arrays.setdefault(name, Whole()).elements[place] = str(quantity)
    return arrays


def _name(model: Model, quantity: Quantity, singles: set[str]) -> str:
    """What an array is called by one of its elements."""
    is_test = quantity.sample in model.test_marks
    name = f"{quantity.whole}{names.TEST}" if is_test else quantity.whole
    return quantity.pattern if name in singles else name


def _sample(model: Model, quantity: Quantity) -> int | None:
    """Which sample of the batch, or of those kept from training, it belongs to, from 0; None if to none of them."""
    for marks in (model.marks, model.test_marks):
        if quantity.sample and quantity.sample in marks:
            return marks.index(quantity.sample)
    if quantity.sample or model.batch > 1 or not model.inputs:
        return None
    return 0 if _is_of_a_sample(model, quantity) else None


def _is_of_a_sample(model: Model, quantity: Quantity) -> bool:
    """Whether a quantity of a row with one sample belongs to that: what is neither a parameter nor of the whole row."""
    if quantity.is_setting or quantity.is_common or quantity.letter in STATISTICS:
        return False
    is_whole = str(quantity) in WHOLE
    return not is_whole and not isinstance(model.tensor(quantity.root), Parameter)
