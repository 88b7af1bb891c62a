"""The reference's samples: scaling, classes, batches that wrap round, and the generator of dropout's masks."""

from __future__ import annotations

import math
import statistics

import numpy as np
import pytest

from tests.training_templates import CSV, load, network, text
from xlbp.reference.data import MODULUS, Masks, Samples, prepare
from xlbp.reference.data import statistics as of_features
from xlbp.reference.train import answers, train
from xlbp.template import scaling
from xlbp.template.load import parse_template

# masks


def masks(seed: int = 1, share: float = 0.4) -> Masks:
    """Three units on five samples: 15 masks in each row."""
    model = network(text(layer="dropout = 0.4", network=f"dropout_seed = {seed}"))
    return Masks(model, {**model.constants(), "$drop1": share})


def numbers(of: Masks, rows: int) -> list[int]:
    """The random numbers in the order in which they are drawn: unit by unit, sample by sample."""
    return [int(r) for t in range(rows) for r in of.row(t)["r1"].T.ravel()]


@pytest.mark.parametrize("seed", [0, 1, 12345, 1_000_000_000])
def test_the_generator_is_that_of_park_and_miller(seed: int) -> None:
    """Row by row the numbers are those of the recurrence in unlimited integers."""
    state, expected = 69621 * (seed + 31337) % (2**31 - 1), []
    for _ in range(60):
        state = 16807 * state % (2**31 - 1)
        expected.append(state)
    assert numbers(masks(seed), 4) == expected


def test_the_generator_has_the_value_that_its_paper_tells() -> None:
    """From 1, the 10,000th number is 1043618065 (Park and Miller, 1988, p. 1195)."""
    found = masks()
    found.start = 1
    assert numbers(found, 667)[9999] == 1043618065


def test_a_row_can_be_drawn_by_itself() -> None:
    """Row 7 has the same numbers whether the rows before were drawn or not."""
    alone, after = masks(), masks()
    for t in range(7):
        after.row(t)
    assert alone.row(7)["r1"].tolist() == after.row(7)["r1"].tolist()


@pytest.mark.parametrize("share", [0.1, 0.4, 0.5, 0.8])
def test_as_many_are_left_out_as_the_share_says(share: float) -> None:
    """Of 15,000 masks the share is 0 to within four standard errors, and the mean of all is 1."""
    found = masks(share=share)
    drawn = np.concatenate([found.row(t)["q1"].ravel() for t in range(1000)])
    error = math.sqrt(share * (1 - share) / len(drawn))
    assert np.mean(drawn == 0) == pytest.approx(share, abs=4 * error)
    assert drawn.mean() == pytest.approx(1, abs=4 * error / (1 - share))
    assert set(np.round(drawn, 12)) == {0, round(1 / (1 - share), 12)}


def test_units_and_rows_are_left_out_independently() -> None:
    """Masks of two units, and of two rows, agree as often as chance says."""
    found = masks(share=0.5)
    drawn = np.array([found.row(t)["q1"].T.ravel() > 0 for t in range(2000)])
    for one, other in ((drawn[:, 0], drawn[:, 1]), (drawn[:, 0], drawn[:, 7]), (drawn[1:, 3], drawn[:-1, 3])):
        assert np.mean(one == other) == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize(("share", "mask"), [(0.0, 1.0), (1.0, 0.0), (1.5, 0.0)])
def test_a_share_at_the_edge(share: float, mask: float) -> None:
    """A share of 0 keeps every unit, one of 1 or more none: the masks are numbers, as in the cells."""
    assert set(masks(share=share).row(0)["q1"].ravel()) == {mask}


# batches


def samples(training: str, **inputs: float) -> Samples:
    """The samples of the five-row template."""
    model = network(text(training=training))
    return Samples(model, {**model.constants(), **inputs})


def test_batches_go_round() -> None:
    """Two at a time of five: the third batch ends with the first sample again."""
    found = samples("batch_size = 2")
    assert [found.numbers(t) for t in range(6)] == [[1, 2], [3, 4], [5, 1], [2, 3], [4, 5], [1, 2]]


def test_a_row_has_its_samples_side_by_side() -> None:
    """Inputs and targets of a row are those of its numbers."""
    found = samples("batch_size = 2")
    x, t = found.row(2)
    assert (x.tolist(), t.tolist()) == ([[-1.2, -0.4], [0.5, -1]], [[0.25], [1]])


def test_a_full_batch_is_the_same_in_every_row() -> None:
    """All samples, in the order of the template."""
    found = samples("")
    assert [row.tolist() for row in found.row(0)] == [row.tolist() for row in found.row(5)]
    assert found.row(3)[0].shape == (5, 2)


def test_draws_follow_the_order_on_the_sheet() -> None:
    """The numbers written in the order are those that are drawn, also after a person changed one."""
    model = network(text(training="batch_size = 2\nshuffle = true"))
    found = samples("batch_size = 2\nshuffle = true", **{"order#3": 2.0})
    expected = list(model.data.order)
    expected[2] = 2
    assert [n for t in range(7) for n in found.numbers(t)] == expected


@pytest.mark.parametrize("number", [0.0, -1.0, 6.0, 1e9])
def test_a_pick_out_of_range_is_an_error(number: float) -> None:
    """A number that no sample has gives NaN inputs and targets; its neighbour is as it was."""
    found = samples("batch_size = 2\nshuffle = true", **{"order#3": number})
    x, t = found.row(1)
    assert np.isnan(x[0]).all()
    assert np.isnan(t[0]).all()
    assert np.isfinite(x[1]).all()
    assert np.isfinite(t[1]).all()


def test_a_pick_out_of_range_spoils_the_training_from_there() -> None:
    """The loss of that row is an error, and so is every later one; the rows before stand."""
    template = load(text(training="batch_size = 2\nshuffle = true"))
    history = train(template, {**template.inputs(), "order#5": 0.0})
    assert np.isnan(history["E"]).tolist() == [False, False, True, True, True, True, True]
    assert np.isnan(history["s[0]@1"]).tolist() == [False, False, True, False, False, False, False]


def test_epochs_count_the_passes() -> None:
    """Five samples, two at a time: the third row begins in the first pass, the fourth in the second."""
    history = train(load(text(training="batch_size = 2")))
    assert history[":epoch"].tolist() == [1, 1, 1, 2, 2, 3, 3]


# scaling and classes

RAW = np.array([[0.5, -1], [1.5, 0.25], [-0.75, 2], [0.1, 0.9]])


@pytest.mark.parametrize("scale", ["standard", "minmax"])
def test_features_are_scaled_by_what_is_trained_on(scale: str) -> None:
    """Mean and deviation of the population, or least and range, without the sample kept for testing."""
    extra = "test_inputs = [[100, 200]]\ntest_targets = [[0]]"
    model = network(text(data=f"scale = '{scale}'\n{extra}"))
    columns = [[row[i] for row in model.inputs[:5]] for i in (0, 1)]
    if scale == "standard":
        expected = [(statistics.fmean(c), statistics.pstdev(c)) for c in columns]
    else:
        expected = [(min(c), max(c) - min(c)) for c in columns]
    shift, size = of_features(model, model.constants(), scaling.INPUTS)
    for i, pair in enumerate(expected):
        assert (shift[i], size[i]) == pytest.approx(pair, rel=1e-14)
    found = prepare(model, model.constants())
    assert found["x[1]#6"] == pytest.approx((100 - expected[0][0]) / expected[0][1], rel=1e-14)
    assert found["shift[2]"] == pytest.approx(expected[1][0], rel=1e-14)


def test_scaled_features_have_mean_0_and_deviation_1() -> None:
    """After standardisation each feature of the training samples has mean 0 and variance 1."""
    model = network(text(data="scale = 'standard'"))
    found = prepare(model, model.constants())
    for i in (1, 2):
        column = [found[f"x[{i}]#{n}"] for n in range(1, 6)]
        assert statistics.fmean(column) == pytest.approx(0, abs=1e-15)
        assert statistics.pstdev(column) == pytest.approx(1, rel=1e-14)


@pytest.mark.parametrize("scale", ["standard", "minmax"])
def test_targets_are_scaled_by_what_is_trained_on(scale: str) -> None:
    """The loss is that of the scaled targets; an answer comes back to the units of the data."""
    extra = "test_inputs = [[100, 200]]\ntest_targets = [[70]]"
    template = load(text(data=f"scale_targets = '{scale}'\n{extra}"))
    known = [row[0] for row in template.model.targets[:5]]
    shift, size = (min(known), max(known) - min(known)) if scale == "minmax" else (np.mean(known), np.std(known))
    history = train(template)
    for n, target in enumerate([*known], start=1):
        assert history[f"t[1]@{n}"] == pytest.approx((target - shift) / size, rel=1e-13)
    error = history["a2[1]@T1" if "a2[1]@T1" in history else "z2[1]@T1"] - (70 - shift) / size
    assert history["E@T"] == pytest.approx(error * error / 2, rel=1e-12)
    points = np.array(template.model.inputs[:5])
    passed = answers(template, template.inputs(), template.model.parameters(), points)
    outputs = [history[f"z2[1]@{n}"][0] for n in range(1, 6)]
    assert passed["y[1]"] == pytest.approx([output * size + shift for output in outputs], rel=1e-13)


def test_each_target_has_its_own_spread() -> None:
    """Of outputs with steps a feature is taken together over all steps; of plain ones each is apart."""
    head = "[network]\n[[network.layers]]\nkind = 'rnn'\nunits = 2\nreturns = 'all'\n[data]\nscale_targets = 'minmax'"
    rows = "inputs = [[[1], [2]], [[3], [4]]]\ntargets = [[[1, 100], [2, 300]], [[3, 200], [5, 500]]]"
    model = parse_template(f"{head}\n{rows}\n[training]\niterations = 1\nlearning_rate = 0.1", "t", "t").model
    found = prepare(model, model.constants())
    assert [found[f"t[{t},{i}]#{n}"] for n in (1, 2) for t in (1, 2) for i in (1, 2)] == [
        *(0, 0, 0.25, 0.5),
        *(0.5, 0.25, 1, 1),
    ]


SHAPED = """[network]
[[network.layers]]
{layer}
[[network.layers]]
kind = "flatten"
[[network.layers]]
units = 1
[data]
inputs = {inputs}
targets = [[1], [0], [2]]
scale = "standard"
test = 1
[training]
iterations = 1
learning_rate = 0.1
"""


def scaled_numbers(layer: str, inputs: np.ndarray) -> tuple[np.ndarray, dict[str, float]]:
    """The inputs as the network sees them, those for testing last, and the table's numbers."""
    model = parse_template(SHAPED.format(layer=layer, inputs=inputs.tolist()), "t", "t").model
    prepared = prepare(model, model.constants())
    rows = [[prepared[name] for name in model.each_input("x", f"#{n}")] for n in (1, 2, 3)]
    return np.array(rows).reshape(3, *model.input_shape), prepared


INPUTS = np.random.default_rng(3).normal(3, 5, (3, 4, 2)).round(3)


def test_a_feature_of_a_sequence_is_scaled_over_its_steps() -> None:
    """Of what is trained on, each feature has mean 0 and deviation 1 over all steps of all samples."""
    numbers, prepared = scaled_numbers('kind = "rnn"\nunits = 1\nreturns = "all"', INPUTS)
    np.testing.assert_allclose(numbers[:2].mean(axis=(0, 1)), 0, atol=1e-15)
    np.testing.assert_allclose(numbers[:2].std(axis=(0, 1)), 1, rtol=1e-14)
    raw = numbers * [prepared["size[1]"], prepared["size[2]"]] + [prepared["shift[1]"], prepared["shift[2]"]]
    np.testing.assert_allclose(sorted(raw.ravel()), sorted(INPUTS.ravel()), rtol=1e-13)


def test_a_channel_of_images_is_scaled_over_its_places() -> None:
    """Each channel by itself, and an image without channels as a whole."""
    images = INPUTS.reshape(3, 2, 2, 2)
    numbers, _ = scaled_numbers('kind = "conv2d"\nfilters = 1\nkernel = 1', images)
    np.testing.assert_allclose(numbers[:2].mean(axis=(0, 2, 3)), 0, atol=1e-15)
    np.testing.assert_allclose(numbers[:2].std(axis=(0, 2, 3)), 1, rtol=1e-14)
    plain, prepared = scaled_numbers('kind = "conv2d"\nfilters = 1\nkernel = 1', images[:, 0])
    np.testing.assert_allclose([plain[:2].mean(), plain[:2].std()], [0, 1], atol=1e-14)
    assert "shift[2]" not in prepared


def test_a_feature_that_a_person_made_constant_is_an_error() -> None:
    """A deviation of 0 can't be divided by: the scaled cells show errors, the other feature does not."""
    model = network(text(data="scale = 'minmax'"))
    found = prepare(model, {**model.constants(), **{f"raw[1]#{n}": 3.0 for n in range(1, 6)}})
    assert all(math.isnan(found[f"x[1]#{n}"]) for n in range(1, 6))
    assert [found[f"x[2]#{n}"] for n in (1, 3)] == [0, 1]


def test_classes_become_one_hot() -> None:
    """Each row has 1 at the place of its class, in the order of the alphabet."""
    model = network(text(filed=True))
    found = prepare(model, model.constants())
    kinds = [line.rpartition(",")[2] for line in CSV.split()[1:]]
    for n, kind in enumerate(kinds, start=1):
        assert [found[f"t[{i}]#{n}"] for i in (1, 2, 3)] == [float(kind == k) for k in ("iris", "lily", "rose")]


def test_a_changed_class_changes_its_row_alone() -> None:
    """A person who calls the first flower an iris gets an iris."""
    model = network(text(filed=True))
    before, after = prepare(model, model.constants()), prepare(model, {**model.constants(), "class#1": 0.0})
    assert [after[f"t[{i}]#1"] for i in (1, 2, 3)] == [1, 0, 0]
    assert {k for k in before if before[k] != after[k]} == {"class#1", "t[1]#1", "t[3]#1"}


def test_small_batches_on_the_panel_are_not_stored() -> None:
    """A template without classes, scaling, tests or batches keeps its numbers on the panel."""
    model = network(text())
    assert prepare(model, model.constants()) == model.constants()
    assert MODULUS == 2**31 - 1
