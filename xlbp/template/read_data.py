"""Reads [data]: samples written in the template or in a file beside it, and what is kept for testing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

from xlbp.template.samples.arrays import SUFFIX, read_arrays
from xlbp.template.samples.csv_form import read_table_of_samples
from xlbp.template.samples.features import with_features
from xlbp.template.samples.given import Given, must_have_axes
from xlbp.template.samples.inline import read_inline
from xlbp.template.scaling import SCALES, UNSCALED
from xlbp.template.table import Table

ReadFile = Callable[[str], str]  # a data file's name -> its text; raises ValueError saying why not


def read_data(table: Table, read_file: ReadFile) -> Given:
    """All samples.  Raises TemplateError naming the key, or the file's line, at fault."""
    given = _from_file(table, read_file) if table.has("file") else read_inline(table)
    must_have_axes(table, "inputs", given.input_shape)
    must_have_axes(table, "targets", given.target_shape)
    given = with_features(table, _split(table, given))
    given = replace(given, scale=_scale(table, given), scale_targets=_scale_targets(table, given))
    accuracy = table.boolean("accuracy", bool(given.classes or given.target_letters))
    if accuracy and given.scale_targets != UNSCALED:
        table.fail("accuracy", "accuracy counts classes, but scale_targets is for numbers; leave one of the two out")
    table.close()
    return replace(given, accuracy=accuracy)


def _scale(table: Table, given: Given) -> str:
    """How the inputs are scaled."""
    scale = table.text("scale", UNSCALED, choices=SCALES)
    if scale != UNSCALED and given.input_letters:
        table.fail("scale", f"inputs are letters of an alphabet, which {scale} can't scale; leave scale out")
    return scale


def _scale_targets(table: Table, given: Given) -> str:
    """How the targets are scaled, which must be numbers."""
    scale = table.text("scale_targets", UNSCALED, choices=SCALES)
    if scale != UNSCALED and (given.classes or given.target_letters):
        met = "letters of an alphabet" if table.has("alphabet") else "classes"
        table.fail("scale_targets", f"targets are {met}, and only numbers can be scaled; leave scale_targets out")
    return scale


def _from_file(table: Table, read_file: ReadFile) -> Given:
    name = table.text("file")
    try:
        text = read_file(name)
    except ValueError as error:
        table.fail("file", f"the data file {name!r} {error}")
    read = read_arrays if name.lower().endswith(SUFFIX) else read_table_of_samples
    return read(table, name, text)


def _split(table: Table, given: Given) -> Given:
    """``test = 0.2``, or a number of samples: so many, drawn by ``split_seed``, are kept from training."""
    if not table.has("test"):
        return given
    if given.test:
        table.fail("test", "choose one of test and test_inputs")
    share, total = table.number("test"), len(given.inputs)
    count = round(share * total) if share < 1 else int(share)
    if not 0 < count < total or (share >= 1 and share != count):
        table.fail("test", f"test is {share:g}: give a share as 0.2, or a number of samples below {total}")
    order = split_order(total, table.integer("split_seed", 0))
    inputs, targets = (tuple(rows[i] for i in order) for rows in (given.inputs, given.targets))
    return replace(given, inputs=inputs, targets=targets, test=count)


def split_order(samples: int, seed: int) -> list[int]:
    """The places of the samples, from 0, as the split puts them: those for testing last."""
    order = list(range(samples))
    Random(f"xlbp split {seed}").shuffle(order)
    return order


def shuffled(samples: int, draws: int, seed: int) -> tuple[int, ...]:
    """The numbers of the samples, from 1, in the order in which they are drawn: a new permutation for each epoch."""
    random = Random(f"xlbp shuffle {seed}")
    found: list[int] = []
    while len(found) < draws:
        epoch = list(range(1, samples + 1))
        random.shuffle(epoch)
        found += epoch
    return tuple(found[:draws])
