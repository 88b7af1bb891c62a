"""How a quantity may be called: by the reference's name, the book's symbol, as people usually spell it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from xlbp.template import names
from xlbp.template.blocks.block import PARAMETERS
from xlbp.template.model import Model
from xlbp.template.nearest import close_to
from xlbp.template.quantity import GRADIENT, UPDATED, Quantity
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.usual_names import (
    BY_KEY,
    OF_GRADIENT,
    OF_OUTPUT,
    OF_UPDATED,
    USUAL,
    folded,
    plain_key,
)

Names = NDArray[np.object_]  # names of quantities; '' where a tensor has no element
OF_RECURRENT = {  # of the one recurrent layer, and of the dense one behind it
    "weights": ("Wxh", "Wx", "W_ih", "W_in", "Wax"),
    "recurrent": ("Whh", "Wh", "U", "W_rec", "Waa"),
    "bias": ("bh", "b_h", "ba"),
}
BEHIND_RECURRENT = {"weights": ("Why", "Wy", "V", "W_out", "Wya"), "bias": ("by", "b_y", "c")}
EACH_TEST = "each test sample"
INDEXED = re.compile(r"(?P<whole>.*?[^\W_])_?(?P<index>(?:\[\d+(?:, ?\d+)*\])+|(?:_\d+)+|\(\d+(?:, ?\d+)*\))")


Indices = tuple[int, ...]


class Reading(NamedTuple):
    """How the indices of a family of labels are meant: from 0 or 1, and whether as (inputs, units)."""

    first: int = 1
    is_turned: bool = False


READINGS = (Reading(1), Reading(0), Reading(1, True), Reading(0, True))  # the likelier first
OF_PROGRAMS = (Reading(0), Reading(1), Reading(0, True), Reading(1, True))  # of W1[0][1] and W1_0_1


class Element(NamedTuple):
    """What a label says that names an element: what the whole is called, and the indices as they stand there."""

    whole: str
    indices: Indices
    is_of_programs: bool = False

    def among(self, axes: int) -> Indices:
        """The indices along so many axes: ``W1_12`` are 1 and 2 of a matrix."""
        digits = str(self.indices[0])
        return tuple(map(int, digits.zfill(axes))) if len(self.indices) == 1 < axes else self.indices


def element_of(label: str) -> Element | None:
    """The element that a label names, ``W1[0][1]``, ``W1_0_1``, ``W1_12`` or ``W1[1,2]``; None if it is none."""
    parts = INDEXED.fullmatch(label.strip())
    if parts is None:
        return None
    index = parts["index"]
    return Element(parts["whole"], tuple(map(int, re.findall(r"\d+", index))), "][" in index or index.count("_") > 1)


@dataclass(frozen=True)
class Target:
    """Quantities that one label may stand for: ``names`` in the shape in which they are given.

    ``axes`` is the order in which somebody else gives those axes, ``()`` for the same.  ``is_whole`` says that these
    are all elements of a tensor; one without indices is a number that several units may share.
    """

    names: Names
    axes: tuple[int, ...] = ()
    is_whole: bool = False

    @property
    def given(self) -> Names:
        """The names in the shape in which the numbers come."""
        return self.names.transpose(self.axes) if self.axes else self.names


class Vocabulary:
    """What each label stands for, of all quantities that have a cell."""

    def __init__(self, contents: Contents) -> None:
        self.contents, self.model = contents, contents.template.model
        self.quantities = [contents.quantity(name) for name in (*contents.layout.columns, *contents.layout.panel)]
        self.spelled: dict[str, list[Target]] = {}
        self.folded: dict[str, list[Target]] = {}
        self.readings: dict[str, Reading] = {}
        for label, target in (*self._own(), *self._symbols(), *self._usual()):
            self.add(label, target)

    def add(self, label: str, target: Target) -> None:
        """One more way to call something; what was known before goes before."""
        self.spelled.setdefault(label, []).append(target)
        self.folded.setdefault(folded(label), []).append(target)

    def read_families(self, labels: Sequence[str]) -> None:
        """Take note of how the elements of each tensor are counted in these labels, where all can be read alike."""
        families: dict[str, list[Element]] = {}
        for element in filter(None, map(element_of, labels)):
            families.setdefault(element.whole, []).append(element)
        for whole, elements in families.items():
            shape = next((target.given.shape for target in self.targets(whole)), ())
            each = [element.among(len(shape)) for element in elements]
            ways = OF_PROGRAMS if any(element.is_of_programs for element in elements) else READINGS
            fitting = (way for way in ways if all(_place(indices, shape, way) is not None for indices in each))
            reading = next(fitting, None)
            if reading is not None:
                self.readings[whole] = reading

    def targets(self, label: str) -> list[Target]:
        """What a label may stand for, the likely first; none for an unknown one."""
        element = element_of(label)
        if element is not None and self.readings.get(element.whole, Reading()) != Reading():
            return self._element(element)
        exact = self.spelled.get(label) or self.spelled.get(plain_key(label))
        loose = self.folded.get(folded(label), [])
        known = [*(exact or ()), *(target for target in loose if not any(target is one for one in exact or ()))]
        return known or self._element(element)

    def nearest(self, label: str) -> str:
        """The known label that is most like another one; '' if none is."""
        return close_to(label, self.spelled)

    @cached_property
    def wholes(self) -> dict[str, list[Names]]:
        """The elements of every tensor by what the whole is called, smallest first: ``W1``, ``dW1``, ``a1``, ``E``."""
        groups: dict[tuple[str, int, str], list[Quantity]] = {}
        for quantity in self.quantities:
            if quantity.sample[:1] != "#":
                groups.setdefault((quantity.tensor, len(quantity.indices), _kind(quantity)), []).append(quantity)
        found: dict[str, list[Names]] = {}
        for elements in groups.values():
            found.setdefault(elements[0].whole, []).append(self._array(elements))
        return {whole: sorted(each, key=lambda array: array.size) for whole, each in found.items()}

    def _array(self, elements: Sequence[Quantity]) -> Names:
        """The names of a tensor's elements, the samples first where there are several."""
        marks = list(dict.fromkeys(element.sample for element in elements))
        along = list(zip(*(element.indices for element in elements), strict=True))
        firsts = [min(1, *each) for each in along]  # the number of a sample has the index 0
        extents = [max(each) - first + 1 for each, first in zip(along, firsts, strict=True)]
        array = np.full((len(marks), *extents), "", dtype=object)
        for element in elements:
            indices = (index - first for index, first in zip(element.indices, firsts, strict=True))
            place = (marks.index(element.sample), *indices)
            array[place] = str(element)
        return array if marks[0] else array.reshape(array.shape[1:])

    def _own(self) -> Iterator[tuple[str, Target]]:
        """The reference's names, of elements and of whole tensors, these also as the table of names has them."""
        for quantity in self.quantities:
            yield str(quantity), Target(_single(quantity))
        for whole, arrays in self.wholes.items():
            for array in arrays:
                first = self.contents.quantity(str(array.flat[0] or array.flat[-1]))
                is_test = _kind(first) in (EACH_TEST, names.TEST)
                for called in {f"{whole}{names.TEST}" if is_test else whole, first.pattern}:
                    yield called, Target(array, is_whole=True)

    def _symbols(self) -> Iterator[tuple[str, Target]]:
        """The source's symbols: of each quantity, and without its sample of those of all samples."""
        over_samples: dict[str, list[Quantity]] = {}
        objective = f"d{plain_key(self.contents.symbol(self.contents.objective))}/"
        for quantity in self.quantities:
            symbols = {self.contents.symbol(quantity)} - {str(quantity)}
            for symbol in symbols:
                spelled = {symbol, plain_key(symbol)}
                spelled |= {f"dE/{each.removeprefix(objective)}" for each in spelled if each.startswith(objective)}
                for each in sorted(spelled):
                    yield each, Target(_single(quantity))
            if quantity.sample[:1] == "@" and quantity.sample[1:2] != "T":
                over_samples.setdefault(plain_key(self.contents.bare_symbol(quantity)), []).append(quantity)
        for symbol, elements in over_samples.items():
            if len({element.indices for element in elements}) == 1:
                yield symbol, Target(np.array([str(element) for element in elements], dtype=object))

    def _usual(self) -> Iterator[tuple[str, Target]]:
        """As people usually spell it."""
        for name, spellings in USUAL.items():
            yield from self._called(name, spellings)
        if self.model.output:
            yield from self._called(self.model.output[0].whole, OF_OUTPUT)
        named = [*self._parameters(), *((whole, (whole,)) for whole in self.wholes)]
        named += [(whole, (letter,)) for whole, letter in self._only_ones()]
        for whole, spellings in named:
            yield from self._called(whole, spellings)
            for spelling in spellings:
                yield from self._called(self.related(whole, GRADIENT), [way.format(spelling) for way in OF_GRADIENT])
                yield from self._called(self.related(whole, UPDATED), [way.format(spelling) for way in OF_UPDATED])
        for number in {quantity.block for quantity in self.quantities if quantity.block}:
            yield from self._called(f"dz{number}", [f"delta{number}"])

    def _called(self, whole: str, spellings: Sequence[str]) -> Iterator[tuple[str, Target]]:
        """Each of these spellings for a whole tensor, where there is one of this name."""
        for array in self.wholes.get(whole, ()):
            for spelling in spellings:
                if spelling != whole:
                    yield spelling, Target(array, is_whole=True)

    def related(self, whole: str, relation: str) -> str:
        """What the gradient of a whole tensor is called, or the tensor after the update; '' where there is none."""
        return self._relations.get((whole, relation), "")

    @cached_property
    def _relations(self) -> dict[tuple[str, str], str]:
        related = (quantity for quantity in self.quantities if quantity.of is not None and quantity.sample[:1] != "#")
        return {(q.of.whole, q.relation): q.whole for q in related if q.of is not None}

    def _parameters(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """The parameters of each layer, by our number of the layer, and by its number among those that have some."""
        yield from _by_recurrence(self.model)
        parameters = trained_layers(self.model)
        for number, (layer, by_key) in enumerate(parameters.items(), start=1):
            for key, whole in by_key.items():
                for n in dict.fromkeys((layer, number)):
                    yield whole, tuple(spelling.format(n=n) for spelling in BY_KEY.get(key, ()))

    def _only_ones(self) -> Iterator[tuple[str, str]]:
        """What stands alone under its letter may be called by that: W, b and z of a single layer."""
        by_letter: dict[str, set[str]] = {}
        for quantity in self.quantities:
            if quantity.block and not quantity.relation:
                by_letter.setdefault(quantity.letter, set()).add(quantity.whole)
        for letter, wholes in by_letter.items():
            if len(wholes) == 1:
                yield next(iter(wholes)), letter

    def _element(self, element: Element | None) -> list[Target]:
        """An element as programs index it, from 0 unless the others of its family are counted otherwise."""
        if element is None:
            return []
        reading, found = self.readings.get(element.whole, Reading(0)), []
        for target in self.targets(element.whole):
            place = _place(element.among(target.given.ndim), target.given.shape, reading)
            if place is not None:
                found.append(Target(np.array(target.given[place], dtype=object)))
        return found


def _place(indices: Indices, shape: tuple[int, ...], reading: Reading) -> Indices | None:
    """Where an element of an array stands, counted from 0; None where the array has no such element."""
    place = tuple(index - reading.first for index in (indices[::-1] if reading.is_turned else indices))
    is_inside = len(place) == len(shape) and all(0 <= at < extent for at, extent in zip(place, shape, strict=True))
    return place if is_inside else None


def trained_layers(model: Model) -> dict[int, dict[str, str]]:
    """By the number of each layer with parameters, these by their keys: ``{1: {"weights": "W1", "bias": "b1"}}``."""
    layers: dict[int, dict[str, str]] = {}
    for node, parameter in model.each_parameter():
        if parameter.role in PARAMETERS:
            element = parameter.elements(node.layer)[0]
            layers.setdefault(node.layer, {})[parameter.key] = element.whole
    return layers


def _by_recurrence(model: Model) -> Iterator[tuple[str, tuple[str, ...]]]:
    """As texts on recurrent networks have it, where there is one such layer."""
    layers = trained_layers(model)
    recurrent = [layer for layer, by_key in layers.items() if "recurrent" in by_key]
    if len(recurrent) != 1:
        return
    behind = [layer for layer in layers if layer > recurrent[0]][:1]
    for layer, spelled in ((recurrent[0], OF_RECURRENT), *((layer, BEHIND_RECURRENT) for layer in behind)):
        for key, spellings in spelled.items():
            if key in layers[layer]:
                yield layers[layer][key], spellings


def _kind(quantity: Quantity) -> str:
    """Whether a quantity is of the batch, of a sample in it, of one kept for testing, or the mean of all these."""
    if quantity.sample[:2] != names.TEST:
        return quantity.sample[:1]
    return names.TEST if quantity.sample == names.TEST else EACH_TEST


def _single(quantity: Quantity) -> Names:
    return np.array(str(quantity), dtype=object)
