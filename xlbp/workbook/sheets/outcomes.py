"""What the outputs of a network say, for a reader: a class, one of two sides, or numbers with their names.

Outputs that stand together, those of a sample or of one of its steps or places, are read at once.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from xlbp.template.blocks.block import FEATURES, Axis, Elements
from xlbp.template.network import Network
from xlbp.template.quantity import Quantity
from xlbp.template.scaling import TARGETS
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.formula import spreadsheet_number
from xlbp.workbook.page.facts import Array
from xlbp.workbook.page.live_text import literal
from xlbp.workbook.sheets.answering import TIE, number_of_largest, plain_symbol, shown_of_largest

NONE = "–"  # what is said where there is nothing to say: no answer, no sample of a class
BORDERS = {"binary_cross_entropy": 0.5, "hinge": 0.0}  # losses whose single output is one of two sides
HALF = 0.5
LARGE = 100  # targets of such a size need no four decimals
MOST_CLASSES = 60  # a formula that asks for one after the other has no more levels


@dataclass(frozen=True)
class Outcomes:
    """``labels`` name the outputs that stand together; ``classes`` are what they may say, none of plain numbers.

    ``targets`` name what the outputs should be.

    ``border`` is the one between two sides, of a single output; ``are_small`` says of each output whether its targets
    are so small that decimals count.
    """

    labels: tuple[str, ...]
    classes: tuple[str, ...] = ()
    border: float = math.nan
    are_small: tuple[bool, ...] = ()
    targets: tuple[str, ...] = ()

    @property
    def is_side(self) -> bool:
        """Whether a single output tells one of two classes."""
        return not math.isnan(self.border)

    def class_of_target(self, targets: Sequence[float]) -> int:
        """Which class these targets are, counted from 1."""
        if self.is_side:
            return 1 + (targets[0] > self.border)
        return number_of_largest(targets, tie=0)

    def class_of_target_formula(self, cells: Sequence[str]) -> str:
        """The same from the cells of the targets."""
        if self.is_side:
            return f"IF(SIGN({cells[0]}-{spreadsheet_number(self.border)})>0,2,1)"
        return shown_of_largest(cells, _numbers(len(cells)), tie=0)

    def class_of(self, outputs: Sequence[float]) -> int:
        """Which class these outputs say, counted from 1; 0 where they are no numbers."""
        if any(not math.isfinite(output) for output in outputs):
            return 0
        if self.is_side:
            return 1 + (outputs[0] > self.border + TIE)
        return number_of_largest(outputs)

    def class_formula(self, cells: Sequence[str], shown: Sequence[str], none: str) -> str:
        """What stands for the class that the cells of outputs say; ``none`` where they are no numbers.

        ``shown`` are formulas, one for each class.
        """
        if self.is_side:
            chosen = f"IF(SIGN({cells[0]}-{spreadsheet_number(self.border + TIE)})>0,{shown[1]},{shown[0]})"
        else:
            chosen = shown_of_largest(cells, shown)
        return f"IFERROR({chosen},{none})"

    def named(self, number: int) -> str:
        """The class of this number, counted from 1."""
        return self.classes[number - 1] if number else NONE

    @property
    def literals(self) -> list[str]:
        """The classes as formulas have them."""
        return [literal(name)[0] for name in self.classes]


def _numbers(count: int) -> list[str]:
    return [str(number) for number in range(1, count + 1)]


def threshold_of(network: Network) -> float | None:
    """Where a single output passes from one side to the other, as hits are counted; None where they are not."""
    if TARGETS in network.scalings or not (network.data.accuracy or network.loss in BORDERS):
        return None
    return BORDERS.get(network.loss, HALF)


def outcomes_of(contents: Contents) -> Outcomes:
    """How the outputs of a network are read."""
    return contents.worked_out(_outcomes_of)


def _outcomes_of(contents: Contents) -> Outcomes:
    network = contents.network
    labels, names = output_labels(contents), target_labels(contents)
    if len(names) == 1 and (sides := _sides(contents, labels[0], names[0])):
        return sides
    targets = np.abs(_together(network))
    are_small = tuple(bool(largest < LARGE) for largest in targets.max(axis=0))
    is_class = network.data.accuracy or network.loss == "cross_entropy" or _are_one_hot(network)
    can_be = is_class and TARGETS not in network.scalings and len(names) <= MOST_CLASSES
    classes = names if can_be and len(names) > 1 else ()
    return Outcomes(labels, classes, are_small=are_small, targets=names)


def output_labels(contents: Contents) -> tuple[str, ...]:
    """What the outputs that stand together are called: by the data's names, or by their own symbols; else numbered."""
    network = contents.network
    if network.output_names:
        return target_labels(contents)
    first, *others = places_of(network, network.predicted)
    if not others:
        return tuple(plain_symbol(contents, name) for name in first)
    several = (contents.texts("try_it.output", number=number) for number in range(1, len(first) + 1))
    return tuple(several) if len(first) > 1 else (contents.texts("try_it.predicted"),)


def target_labels(contents: Contents) -> tuple[str, ...]:
    """What the targets that stand together are called: classes, letters, or their own names."""
    network = contents.network
    if network.output_names:
        return tuple(network.output_names[name] for name in places_of(network, network.output)[0])
    first, *others = places_of(contents.network, contents.network.each_target())
    if others:  # whose own names tell the place as well
        several = tuple(f"t{number}" for number in range(1, len(first) + 1))
        return several if len(first) > 1 else (contents.texts("try_it.predicted"),)
    return tuple(plain_symbol(contents, name) for name in first)


def _sides(contents: Contents, label: str, name: str) -> Outcomes | None:
    """A single output that is above a border or not, if there are targets on both sides, one value on each."""
    network = contents.network
    if (border := threshold_of(network)) is None:
        return None
    values = sorted({target for row in network.targets for target in row})
    if len(values) != 2 or not values[0] <= border < values[1]:
        return None
    classes = tuple(f"{name} = {contents.texts.number(value, '.6g')}".replace("-", "−") for value in values)
    return Outcomes((label,), classes, border, (True,), (name,))


def _together(network: Network) -> Array:
    """The targets, as they are given, that stand together: a row for each sample, or step, or place."""
    shape = network.target_shape
    place, targets = shape.place(*FEATURES), np.array(network.targets).reshape(-1, *shape)
    return (targets if place is None else np.moveaxis(targets, place + 1, -1)).reshape(-1, shape.extent(*FEATURES))


def _are_one_hot(network: Network) -> bool:
    """Whether all targets that stand together are a 1 among 0s, not all at one place."""
    together = _together(network)
    one_hot = bool(np.all((together == 0) | (together == 1)) and np.all(together.sum(axis=1) == 1))
    return one_hot and len({int(k) for k in np.argmax(together, axis=1)}) > 1


def places_of(network: Network, outputs: Elements) -> list[list[Quantity]]:
    """The outputs, or targets, that stand together: of each step or place, of plain ones all."""
    shape = network.output_shape
    feature = shape.place(*FEATURES)
    elements = np.empty(len(outputs), dtype=object)
    elements[:] = outputs
    if feature is None:
        return [[element] for element in elements]
    together = np.moveaxis(elements.reshape(shape), feature, -1).reshape(-1, shape.extent(*FEATURES))
    return [list(row) for row in together]


def place_labels(network: Network) -> list[str]:
    """``t = 2`` of each step, ``1,2`` of each place of a map; a single empty text of plain outputs."""
    apart = network.outputs_apart
    indices = [tuple(i + 1 for i in index) for index in np.ndindex(*apart)]
    if apart.axes == (Axis.STEP,):
        return [f"t = {index[0]}" for index in indices]
    return [",".join(map(str, index)) for index in indices]
