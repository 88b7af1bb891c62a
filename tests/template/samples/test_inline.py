"""Samples of any shape in the template itself: sequences, signals and images, and those that are not alike."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.template.samples.shaped import EACH_STEP, FLAT, must_refuse, network
from xlbp.template.blocks.block import Axis

CONVOLUTION = '{}\n[[network.layers]]\nkind = "flatten"\n[[network.layers]]\nunits = 1'
TWO = "targets = [[1], [0]]"


def written(shape: tuple[int, ...], start: int = 0) -> str:
    """Nested lists of this shape that hold 0, 1, 2 ... from ``start``, the last index running fastest."""
    if not shape:
        return str(start)
    size = 1
    for extent in shape[1:]:
        size *= extent
    return f"[{', '.join(written(shape[1:], start + n * size) for n in range(shape[0]))}]"


@pytest.mark.slow
@given(st.lists(st.integers(1, 4), min_size=1, max_size=3), st.integers(2, 3))
def test_the_names_agree_with_the_places(extents: list[int], samples: int) -> None:
    """The number at [i][j] of sample n is called x[i+1,j+1]#n, whatever the shape: so a cell is what it says."""
    shape = tuple(extents)
    targets = f"targets = {[[n % 2] for n in range(samples)]}\naccuracy = false"
    model = network(f"inputs = {written((samples, *shape))}\n{targets}", FLAT, training="batch_size = 1")
    size, cells = len(model.inputs[0]), model.constants()
    for place, index in enumerate(product(*(range(1, extent + 1) for extent in shape))):
        for sample in range(samples):
            name = f"x[{','.join(map(str, index))}]#{sample + 1}"
            assert cells[name] == sample * size + place
    assert model.input_shape == shape


@pytest.mark.parametrize(
    ("kind", "shape", "axes"),
    [
        ('kind = "conv2d"\nfilters = 1\nkernel = 2', (3, 4), (Axis.ROW, Axis.COLUMN)),
        ('kind = "conv2d"\nfilters = 1\nkernel = 2', (2, 3, 4), (Axis.CHANNEL, Axis.ROW, Axis.COLUMN)),
        ('kind = "conv1d"\nfilters = 1\nkernel = 2', (5,), (Axis.STEP,)),
        ('kind = "conv1d"\nfilters = 1\nkernel = 2', (2, 5), (Axis.CHANNEL, Axis.STEP)),
        ('kind = "rnn"\nunits = 1\nreturns = "all"', (5, 2), (Axis.STEP, Axis.UNIT)),
    ],
)
def test_the_first_layer_says_what_the_axes_are(kind: str, shape: tuple[int, ...], axes: tuple[Axis, ...]) -> None:
    """Images with or without a channel, signals with or without, sequences."""
    model = network(f"inputs = {written((2, *shape))}\n{TWO}", CONVOLUTION.format(kind))
    assert (model.input_shape, model.input_shape.axes) == (shape, axes)


def test_targets_have_the_shape_of_the_answer() -> None:
    """A target for each step of a sequence, by the names of its step and unit."""
    model = network("inputs = [[[1], [2]]]\ntargets = [[[3, 4], [5, 6]]]", EACH_STEP, 2)
    assert [name for name in model.constants() if name[0] == "t"] == ["t[1,1]", "t[1,2]", "t[2,1]", "t[2,2]"]
    assert [model.constants()[f"t[2,{i}]"] for i in (1, 2)] == [5, 6]


@pytest.mark.parametrize("keys", ["test = 1", "test_inputs = [[[7], [8]]]\ntest_targets = [[9]]"])
def test_sequences_are_kept_for_testing_as_wholes(keys: str) -> None:
    """A sample is a sequence with its targets, and no step of it is trained on."""
    model = network(f"inputs = [[[1], [2]], [[3], [4]], [[5], [6]]]\ntargets = [[2], [4], [6]]\n{keys}")
    pairs = dict(zip(model.inputs, model.targets, strict=True))
    expected = {(1, 2): (2,), (3, 4): (4,), (5, 6): (6,)} | ({(7, 8): (9,)} if "inputs" in keys else {})
    assert (pairs, model.data.test) == (expected, 1)


LONGER = "cut the longer ones, or fill up the shorter ones"


@pytest.mark.parametrize(
    ("data", "message", "under"),
    [
        (
            f"inputs = [[[1, 2], [3, 4]], [[1, 2]]]\n{TWO}",
            f"inputs is ragged: sample 1 is 2 x 2, sample 2 is 1 x 2; {LONGER}",
            "[[1, 2]]",
        ),
        (
            f"inputs = [[[1, 2], [3, 4]], [[1, 2], [3]]]\n{TWO}",
            "inputs is ragged: in sample 2, list 1 has 2 entries, list 2 has 1",
            "[3]",
        ),
        (
            f"inputs = [[[[1, 2], [3, 4]]], [[[1, 2], [3]]]]\n{TWO}",
            "inputs is ragged: in sample 2, list 1.1 has 2 entries, list 1.2 has 1",
            "[3]",
        ),
        (
            f"inputs = [[[1, 2], [3, 4]], [5, 6]]\n{TWO}",
            "inputs.2.1 must be a non-empty list of numbers, not 5",
            "5, 6",
        ),
        (
            f"inputs = [[[[1]], [[2]]], [[[3]], 4]]\n{TWO}",
            "inputs.2.2 must be a list of lists, 2 deep, not 4",
            "4]",
        ),
        (
            f"inputs = {written((2, 1, 1, 1, 1))}\n{TWO}",
            "a sample of inputs is 1 x 1 x 1 x 1; at most 3 axes are known: channel, row, column",
            "inputs",
        ),
        (
            f"inputs = [[[1], [2]], [[3], [4]]]\n{TWO}\ntest_inputs = [[[1]]]\ntest_targets = [[1]]",
            "a sample of test_inputs is 1 x 1, but in the training data it is 2 x 1",
            "test_inputs",
        ),
        (
            "inputs = [[[1], [2]], [[3], [4]]]\ntargets = [[[1], [2]], [[3], [4]]]",
            "a sample's targets are 2 x 1, but the last layer passes on 1",
            "targets",
        ),
        (
            f"inputs = [[[1, 5], [2, 5]], [[3, 5], [4, 5]]]\n{TWO}\nscale = 'minmax'",
            "feature 2 is 5 in every sample, so it can't be scaled",
            "scale",
        ),
    ],
)
def test_samples_that_are_not_alike_are_refused(data: str, message: str, under: str) -> None:
    """The sample at fault is named, and the caret stands under it."""
    must_refuse(data, message, under)


def test_a_feature_is_scaled_over_all_its_steps() -> None:
    """What is constant at one step may be scaled, if the feature varies from step to step."""
    model = network(f"inputs = [[[1], [2]], [[1], [2]]]\n{TWO}\nscale = 'standard'")
    names = model.each_input("raw", "#1")
    assert (model.features, [model.statistic("shift", name) for name in names]) == (1, ["shift[1]", "shift[1]"])
