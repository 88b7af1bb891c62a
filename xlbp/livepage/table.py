"""What the data sheet computes before any row, as symbols: features, what they are scaled by, classes as targets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from operator import mul

from xlbp.symbols.expr import Expr, absolute, cos, ref, sign, sin, sqrt, square, total
from xlbp.symbols.program import Column
from xlbp.symbols.simplify import simplify
from xlbp.template import names
from xlbp.template.blocks.block import Elements
from xlbp.template.features import PRODUCT
from xlbp.template.model import Model
from xlbp.template.scaling import Scaled
from xlbp.workbook.sheets.data import raw_by_feature

FUNCTIONS = {"sin": sin, "cos": cos}
PHASE = "batch"


def table_columns(model: Model) -> tuple[Column, ...]:
    """A column for each number of the table that is computed, in an order in which they can be."""
    if not model.stored:
        return ()
    return tuple(_columns(model))


def _columns(model: Model) -> Iterator[Column]:
    rows = names.rows(len(model.inputs))
    if model.data.features:
        yield from _features(model, rows)
    for part, way in model.scalings.items():
        of_feature = raw_by_feature(model, part)
        for raw in of_feature.values():
            yield from _statistics(model, part, way, raw)
        for name, row in ((name, row) for raw in of_feature.values() for name in raw for row in rows):
            shift, size = (ref(model.statistic(letter, name)) for letter in part.statistics)
            scaled = name.lettered(part.letter).sampled(row)
            yield Column(scaled, (ref(name.sampled(row)) - shift) / size, PHASE)
    for k, row in ((k, row) for k in range(len(model.data.classes)) for row in rows):
        is_other = sign(absolute(ref(names.CLASS + row) - k))
        yield Column(names.of_input("t", k + 1, row), 1 - is_other, PHASE)


def _features(model: Model, rows: Sequence[str]) -> Iterator[Column]:
    """The inputs that are computed from others."""
    network = model.network
    for name, feature in zip(network.derived, model.data.features, strict=True):
        for row in rows:
            of = [ref(network.given[place].sampled(row)) for place in feature.of]
            is_product = feature.function == PRODUCT
            value = reduce(mul, of) if is_product else FUNCTIONS[feature.function](of[0])
            yield Column(name.sampled(row), value, PHASE)


def _statistics(model: Model, part: Scaled, way: str, raw: Elements) -> Iterator[Column]:
    """What is taken off a feature, and what it is divided by, of the samples that are trained on."""
    shift, size = (model.statistic(letter, raw[0]) for letter in part.statistics)
    numbers = [ref(name.sampled(row)) for row in names.rows(model.samples) for name in raw]
    if way == "minmax":
        yield Column(shift, Expr("smallest", tuple(numbers)), PHASE)
        yield Column(size, Expr("largest", tuple(numbers)) - ref(shift), PHASE)
        return
    yield Column(shift, _mean(numbers, model.data.plain_mean), PHASE)
    distances = total(square(number - ref(shift)) for number in numbers)
    yield Column(size, sqrt(distances / len(numbers)), PHASE)


def _mean(numbers: Sequence[Expr], plain: bool) -> Expr:
    """The mean; from the distances to the first number, unless it is ``plain``, as the data sheet has it."""
    if plain:
        return total(numbers) / len(numbers)
    first = numbers[0]
    return first + total(simplify(number - first) for number in numbers) / len(numbers)
