"""Reads [data]: samples written in the template or in a file beside it, and what is kept for testing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from functools import partial
from math import fsum, isnan
from random import Random

from xlbp.datafile.numbers import snap
from xlbp.datafile.source import text_of
from xlbp.template.samples.arrays import SUFFIX, read_arrays
from xlbp.template.samples.csv_form import read_table_of_samples
from xlbp.template.samples.features import with_features
from xlbp.template.samples.file_form import read_form
from xlbp.template.samples.given import Given, must_have_axes
from xlbp.template.samples.inline import read_inline
from xlbp.template.samples.npz_file import npz_text
from xlbp.template.scaling import SCALES, UNSCALED
from xlbp.template.table import Table

# a data file's name -> its bytes, or its text where that is known; raises ValueError saying why not
ReadFile = Callable[[str], str | bytes]
ReadText = Callable[[str, Callable[[bytes], str]], str]  # a data file's name, and what makes text of its bytes
LARGEST = 20_000_000  # bytes of a .npz file, unpacked


def read_data(table: Table, read_file: ReadText) -> Given:
    """All samples.  Raises TemplateError naming the key, or the file's line, at fault."""
    given = _from_file(table, read_file) if table.has("file") else read_inline(table)
    must_have_axes(table, "inputs", given.input_shape)
    must_have_axes(table, "targets", given.target_shape)
    given = with_features(table, _filled(table, _split(table, given)))
    given = replace(given, scale=_scale(table, given), scale_targets=_scale_targets(table, given))
    accuracy = table.boolean("accuracy", bool(given.classes or given.target_letters))
    table.has("class_weights")  # which are read once the network is known
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


def _from_file(table: Table, read_file: ReadText) -> Given:
    name = table.text("file")
    if name.lower().endswith(SUFFIX):
        return read_arrays(table, name, _text(table, name, read_file, partial(npz_text, largest=LARGEST)))
    form = read_form(table)
    text = _text(table, name, read_file, partial(text_of, name=name, form=form))
    return read_table_of_samples(table, name, text, form)


def _text(table: Table, name: str, read_file: ReadText, decode: Callable[[bytes], str]) -> str:
    try:
        return read_file(name, decode)
    except ValueError as error:
        table.fail("file", f"the data file {name!r} {error}")


def _filled(table: Table, given: Given) -> Given:
    """The same with a number for each that is missing: the mean of its place over the samples that are trained on."""
    gaps = [(at, place) for at, row in enumerate(given.inputs) for place, value in enumerate(row) if isnan(value)]
    if not gaps:
        return given
    trained = given.inputs[: len(given.inputs) - given.test]
    means: dict[int, float] = {}
    for _, place in gaps:
        known = [row[place] for row in trained if not isnan(row[place])]
        if not known:
            table.fail("missing", f"number {place + 1} of the inputs is missing in every sample that is trained on")
        means[place] = snap(known[0] + fsum(value - known[0] for value in known) / len(known))
    inputs = tuple(
        tuple(means[place] if isnan(value) else value for place, value in enumerate(row)) for row in given.inputs
    )
    return replace(given, inputs=inputs, filled=frozenset(gaps))


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
    seed, is_stratified = table.integer("split_seed", 0), table.boolean("stratify", False)
    order = _stratified(table, given, count, seed) if is_stratified else split_order(total, seed)
    inputs, targets = (tuple(rows[i] for i in order) for rows in (given.inputs, given.targets))
    return replace(given, inputs=inputs, targets=targets, test=count)


def _stratified(table: Table, given: Given, count: int, seed: int) -> list[int]:
    """The order in which the samples of each class are split alike; of sequences by the class of the last step."""
    width = given.target_shape[-1] if given.last_step and given.target_shape else 0
    strata = [row[-width:] if width else row for row in given.targets]
    different = len(set(strata))
    if 2 * different > len(strata):
        met = f"but the {len(strata)} samples have {different} different targets"
        table.fail("stratify", f"stratify splits the samples of each class alike, {met}; leave it out")
    if count > len(strata) - different:
        most = f"of {len(strata)} samples of {different} classes at most {len(strata) - different} can be for testing"
        table.fail("test", f"test is {count}, but stratify leaves each class a sample to train on: {most}")
    return stratified_order(strata, count, seed)


def stratified_order(strata: Sequence[Hashable], tests: int, seed: int) -> list[int]:
    """The places of the samples, from 0, those for testing last: of each stratum about the same share.

    Shares are rounded by largest remainder, the stratum first met going first where two are equal, and each keeps one
    sample to train on.  There must be no more tests than that allows.
    """
    order, sizes = split_order(len(strata), seed), Counter(strata)
    shares = {stratum: tests * size / len(strata) for stratum, size in sizes.items()}
    counts = {stratum: min(int(share), sizes[stratum] - 1) for stratum, share in shares.items()}
    by_remainder = sorted(sizes, key=lambda stratum: int(shares[stratum]) - shares[stratum])
    while sum(counts.values()) < tests:
        for stratum in by_remainder:
            counts[stratum] += sum(counts.values()) < tests and counts[stratum] < sizes[stratum] - 1
    tested: set[int] = set()
    for place in reversed(order):
        if counts[strata[place]]:
            counts[strata[place]] -= 1
            tested.add(place)
    return [place for place in order if place not in tested] + [place for place in order if place in tested]


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
