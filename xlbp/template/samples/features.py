"""Inputs that are computed from the columns of the data: ``features = ["x1^2", "x1*x2", "sin x1"]``."""

from __future__ import annotations

from dataclasses import replace

from xlbp.template.features import Feature, read_feature
from xlbp.template.nearest import nearest
from xlbp.template.samples.given import Given
from xlbp.template.table import Table

HOW = "write squares and products as x1^2 or x1*x2, or sin x1, cos x1"


def with_features(table: Table, given: Given) -> Given:
    """The samples with their computed inputs behind the given ones."""
    texts = table.texts("features", ())
    if not texts:
        return given
    if len(given.input_shape) > 1 or given.input_letters:
        table.fail("features", "features are computed from plain columns; leave them out for data of another shape")
    count = given.input_shape[0]
    names = given.input_names or tuple(f"x{n}" for n in range(1, count + 1))
    features = tuple(_read(table, place, text, names) for place, text in enumerate(texts))
    symbols = tuple(feature.symbol(names) for feature in features)
    for place, symbol in enumerate(symbols):
        if symbol in symbols[:place]:
            table.fail(("features", place), f"features has {texts[place]!r} twice; leave one of them out")
    return replace(
        given,
        inputs=tuple(row + _computed(table, features, row, n) for n, row in enumerate(given.inputs, start=1)),
        input_shape=(count + len(features),),
        input_names=(*names, *symbols),
        features=features,
    )


def _read(table: Table, place: int, text: str, names: tuple[str, ...]) -> Feature:
    try:
        return read_feature(text, names)
    except ValueError as error:
        part = str(error)
        if part == text:
            table.fail(("features", place), f"can't compute the feature {text!r}: {HOW}")
        shown = f"{nearest(part, names)}; {HOW}"
        table.fail(("features", place), f"the feature {text!r} is of {part!r}, which is no input{shown}")


def _computed(table: Table, features: tuple[Feature, ...], row: tuple[float, ...], sample: int) -> tuple[float, ...]:
    try:
        return tuple(feature.value(row) for feature in features)
    except (OverflowError, ValueError):
        what = f"a feature of sample {sample} is larger than any number of a cell"
        table.fail("features", f"{what}; give the data in larger units")
