"""[data]: samples in the template or in a file, classes, the test split, the shuffle; every fault with its caret."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.template.faults import Fault, must_fail
from xlbp.errors import TemplateError
from xlbp.template.load import parse_template
from xlbp.template.network import Network
from xlbp.template.read_data import shuffled, split_order, stratified_order
from xlbp.template.samples.classes import class_order

INLINE = """[network]
[[network.layers]]
units = 1
[data]
inputs = [[1, 2], [3, 4], [5, 6], [7, 8], [9, 0]]
targets = [[1], [0], [1], [0], [1]]
[training]
learning_rate = 0.1
"""
FILE = """[network]
[[network.layers]]
units = 2
[data]
file = "d.csv"
inputs = ["a", "b"]
targets = ["kind"]
one_hot = true
[training]
learning_rate = 0.1
"""
CSV = "a,b,kind,out\n1,2,cat,0.5\n3,4,dog,0.25\n5,6,cat,-1\n"


def network(text: str, old: str = "", new: str = "", csv: str = CSV) -> Network:
    """The network of a template with something changed, beside this data file."""
    assert old in text
    model = parse_template(text.replace(old, new, 1), "t.toml", "t", read_file=lambda name: csv).model
    assert isinstance(model, Network)
    return model


def with_classes(*classes: str) -> Network:
    """A file with one sample of each of these classes, in this order."""
    rows = "".join(f'{n},{n * n},"{text}"\n' for n, text in enumerate(classes))
    return network(FILE, "units = 2", f"units = {len(set(classes))}", f"a,b,kind\n{rows}")


# samples


def test_samples_in_the_template() -> None:
    """Inputs and targets stand as written; nothing is kept, scaled, classed or counted as right."""
    model = network(INLINE)
    assert (model.inputs[1], model.targets[1], model.samples) == ((3.0, 4.0), (0.0,), 5)
    assert (model.data.test, model.data.scale, model.data.classes, model.data.accuracy) == (0, "none", (), False)
    assert not model.stored


def test_samples_of_a_file() -> None:
    """Columns are taken by name, in the order asked for; targets without one_hot are numbers."""
    text = FILE.replace("one_hot = true\n", "").replace('["kind"]', '["out", "a"]').replace('["a", "b"]', '["b"]')
    model = network(text)
    assert model.inputs == ((2.0,), (4.0,), (6.0,))
    assert model.targets == ((0.5, 1.0), (0.25, 3.0), (-1.0, 5.0))


def test_classes_become_targets() -> None:
    """Each class is a target of its own, in the order of the alphabet, and accuracy is shown."""
    model = network(FILE)
    assert (model.data.classes, model.data.accuracy, model.stored) == (("cat", "dog"), True, True)
    assert model.targets == ((1.0, 0.0), (0.0, 1.0), (1.0, 0.0))
    assert not network(FILE, "one_hot = true", "one_hot = true\naccuracy = false").data.accuracy


@pytest.mark.parametrize(
    ("found", "classes"),
    [
        (("10", "9", "1e1x"), ("9", "10", "1e1x")),
        (("b", "a", "-1"), ("-1", "a", "b")),
        (("nan", "b", "3", "inf"), ("3", "b", "inf", "nan")),
        (("1_0", "2"), ("2", "1_0")),
    ],
)
def test_the_order_of_classes(found: tuple[str, ...], classes: tuple[str, ...]) -> None:
    """Numbers by size, then all else by letter; what no cell can hold as a number is text."""
    assert tuple(sorted(found, key=class_order)) == with_classes(*found).data.classes == classes


@pytest.mark.parametrize(("pair"), [("Cat", "cat"), ("1", "1.0"), ("ÉTÉ", "été"), ("01", "1")])
def test_classes_that_a_sheet_takes_for_one_are_refused(pair: tuple[str, str]) -> None:
    """A sheet compares text without case, and numbers by value: such classes would be one target."""
    csv = f"a,b,kind\n1,2,{pair[0]}\n3,5,{pair[1]}\n"
    message = rf"a sheet takes the classes '{pair[0]}' and '{pair[1]}' of the column 'kind' for one; write them alike"
    if class_order(pair[0]) > class_order(pair[1]):
        message = message.replace(f"'{pair[0]}' and '{pair[1]}'", f"'{pair[1]}' and '{pair[0]}'")
    must_fail(FILE, ("learning_rate = 0.1", "learning_rate = 0.2", message, 7, 'targets = ["kind"]'), lambda name: csv)


@pytest.mark.parametrize("classes", [("1", "1.0", "x"), ("a", "b", "A b")])
def test_classes_that_differ_in_a_sheet_are_taken(classes: tuple[str, ...]) -> None:
    """Beside a word numbers are text too, and then 1 and 1.0 differ."""
    assert set(with_classes(*classes).data.classes) == set(classes)


# the test split


def test_samples_for_testing_in_the_template() -> None:
    """test_inputs and test_targets follow the samples that are trained on."""
    model = network(INLINE, "[training]", "test_inputs = [[0, 1], [2, 3]]\ntest_targets = [[1], [0]]\n[training]")
    assert (model.samples, model.data.test, model.stored) == (5, 2, True)
    assert (model.inputs[5:], model.targets[5:]) == (((0.0, 1.0), (2.0, 3.0)), ((1.0,), (0.0,)))


@pytest.mark.parametrize(("test", "count"), [("2", 2), ("0.2", 1), ("0.5", 2), ("0.7", 4), ("4", 4), ("1", 1)])
def test_a_share_or_a_number_is_kept_from_training(test: str, count: int) -> None:
    """So many samples stand last, inputs beside their own targets, and none is lost or there twice."""
    plain, model = network(INLINE), network(INLINE, "[training]", f"test = {test}\n[training]")
    assert (model.data.test, model.samples) == (count, 5 - count)
    assert sorted(zip(plain.inputs, plain.targets, strict=True)) == sorted(
        zip(model.inputs, model.targets, strict=True)
    )


def test_the_seed_of_the_split_decides_who_is_kept() -> None:
    """Without a seed it is 0; other seeds keep other samples."""
    kept = [
        network(INLINE, "[training]", f"test = 2\n{seed}[training]").inputs[3:]
        for seed in ("", "split_seed = 0\n", *(f"split_seed = {n}\n" for n in range(1, 9)))
    ]
    assert kept[0] == kept[1]
    assert len({frozenset(rows) for rows in kept}) > 3


@pytest.mark.parametrize("seed", range(5))
def test_a_split_is_a_permutation(seed: int) -> None:
    """Every place stands there once, and the order is not the file's."""
    found = split_order(50, seed)
    assert sorted(found) == list(range(50)) != found


STRATA = ["a"] * 60 + ["b"] * 30 + ["c"] * 9 + ["d"]


@pytest.mark.parametrize(
    ("tests", "counts"),
    [
        (10, {"a": 6, "b": 3, "c": 1}),
        (20, {"a": 12, "b": 6, "c": 2}),
        (50, {"a": 30, "b": 15, "c": 5}),
        (3, {"a": 2, "b": 1}),
        (96, {"a": 59, "b": 29, "c": 8}),
    ],
)
@pytest.mark.parametrize("seed", range(4))
def test_a_stratified_split_keeps_the_proportions(tests: int, counts: dict[str, int], seed: int) -> None:
    """Of each class the same share is for testing, rounded by largest remainder; the last sample of one is kept."""
    order = stratified_order(STRATA, tests, seed)
    assert sorted(order) == list(range(100))
    assert Counter(STRATA[place] for place in order[100 - tests :]) == counts
    assert {STRATA[place] for place in order[: 100 - tests]} == set("abcd")


def test_other_seeds_keep_other_samples_of_a_class() -> None:
    """The proportions are fixed, who is kept is not."""
    assert len({frozenset(stratified_order(STRATA, 10, seed)[90:]) for seed in range(8)}) == 8


CLASSES = "inputs = [[1], [2], [3], [4], [5], [6]]\ntargets = [[1, 0], [1, 0], [1, 0], [1, 0], [0, 1], [0, 1]]\n"


def of_classes(lines: str) -> Network:
    """Six samples, four of the one class and two of the other."""
    head = '[network]\nloss = "cross_entropy"\n[[network.layers]]\nunits = 2\nactivation = "softmax"\n[data]\n'
    tail = "[training]\nlearning_rate = 0.1\n"
    return parse_template(f"{head}{CLASSES}{lines}\n{tail}", "t", "t").model.network


def test_a_template_splits_each_class_alike() -> None:
    """Of four and two samples a half is kept: two of the one class, one of the other."""
    model = of_classes("test = 0.5\nstratify = true")
    assert sorted(model.targets[3:]) == [(0, 1), (1, 0), (1, 0)]
    assert {row[0]: target for row, target in zip(model.inputs, model.targets, strict=True)} == {
        n: (1, 0) if n < 5 else (0, 1) for n in range(1, 7)
    }


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("test = 5\nstratify = true", "of 6 samples of 2 classes at most 4 can be for testing"),
        ("stratify = true", "unknown key 'stratify'"),
    ],
)
def test_what_can_not_be_split_alike_is_refused(lines: str, message: str) -> None:
    """Each class keeps a sample to train on; without a test set there is nothing to split."""
    with pytest.raises(TemplateError, match=message):
        of_classes(lines)


def test_numbers_have_no_proportions() -> None:
    """Targets that hardly ever come back are no classes."""
    with pytest.raises(TemplateError, match="stratify splits the samples of each class alike, but the 5 samples have"):
        network(
            INLINE,
            "targets = [[1], [0], [1], [0], [1]]",
            "targets = [[1], [2], [3], [4], [5]]\ntest = 2\nstratify = true",
        )


# the shuffle


@pytest.mark.parametrize(("samples", "draws"), [(5, 15), (5, 13), (7, 3), (1, 4), (10, 200)])
def test_every_epoch_is_a_permutation(samples: int, draws: int) -> None:
    """Each run of as many draws as there are samples has every number once; the last may be cut short."""
    found = shuffled(samples, draws, 3)
    epochs = [found[start : start + samples] for start in range(0, draws, samples)]
    assert len(found) == draws
    for epoch in epochs:
        assert len(set(epoch)) == len(epoch)
        assert set(epoch) <= set(range(1, samples + 1))


def test_each_epoch_is_shuffled_anew() -> None:
    """No two of a few epochs have the same order; a longer training begins as a shorter one does."""
    found = shuffled(20, 100, 0)
    assert len({found[start : start + 20] for start in range(0, 100, 20)}) == 5
    assert shuffled(20, 30, 0) == found[:30] != shuffled(20, 30, 1)


# scaling


@pytest.mark.parametrize("scale", ["standard", "minmax"])
def test_a_scale_is_remembered_and_applied_in_the_sheet(scale: str) -> None:
    """The inputs stay as they are: the sheet scales them, so that a person may change them."""
    model = network(INLINE, "[training]", f"scale = '{scale}'\n[training]")
    assert (model.data.scale, model.inputs, model.stored) == (scale, network(INLINE).inputs, True)


@pytest.mark.parametrize("scale", ["standard", "minmax"])
def test_scaled_targets_are_remembered_and_stand_in_the_sheet(scale: str) -> None:
    """The targets stay as they are, under the name that they have before scaling."""
    model = network(INLINE, "[training]", f"scale_targets = '{scale}'\n[training]")
    assert (model.data.scale_targets, model.targets, model.stored) == (scale, network(INLINE).targets, True)
    assert [model.constants()[f"traw[1]#{n}"] for n in range(1, 6)] == [t for (t,) in model.targets]
    assert "t[1]#1" not in model.constants()


# faults

TARGETS = "targets = [[1], [0], [1], [0], [1]]\n"
TRAINING = "[training]"
INLINE_FAULTS: list[Fault] = [
    (TARGETS, "targets = [[1]]\n", "targets has 1 row, but inputs has 5: one row per sample", 6, "targets = [[1]]"),
    ("[3, 4]", "[3]", "inputs is ragged: row 1 has 2 numbers, row 2 has 1", 5, "[3]"),
    (TARGETS, "targets = []\n", "targets must be a non-empty list of rows", 6, "targets = []"),
    (TRAINING, f"test_inputs = [[1, 2]]\n{TRAINING}", r"\[data\] lacks the key 'test_targets'", 4, "[data]"),
    (TRAINING, f"test_targets = [[1]]\n{TRAINING}", r"\[data\] lacks the key 'test_inputs'", 4, "[data]"),
    (
        TRAINING,
        f"test_inputs = [[1]]\ntest_targets = [[1]]\n{TRAINING}",
        "test_inputs has 1 column, but the training data has 2",
        7,
        "test_inputs",
    ),
    (
        TRAINING,
        f"test_inputs = [[1, 2]]\ntest_targets = [[1, 2]]\n{TRAINING}",
        "test_targets has 2 columns, but the training data has 1",
        8,
        "test_targets",
    ),
    (
        TRAINING,
        f"test_inputs = [[1, 2]]\ntest_targets = [[1], [2]]\n{TRAINING}",
        "test_targets has 2 rows, but test_inputs has 1",
        8,
        "test_targets",
    ),
    (
        TRAINING,
        f"test_inputs = [[1, 2]]\ntest_targets = [[1]]\ntest = 1\n{TRAINING}",
        "choose one of test and test_inputs",
        9,
        "test = 1",
    ),
    *(
        (TRAINING, f"test = {n}\n{TRAINING}", rf"test is {n}: give a share .* of samples below 5", 7, f"test = {n}")
        for n in ("0", "0.05", "5", "6", "2.5", "-1", "0.95")
    ),
    (TRAINING, f"test = true\n{TRAINING}", "test must be a number, not true", 7, "test = true"),
    (TRAINING, f"test = 1\nsplit_seed = -1\n{TRAINING}", "split_seed is -1, but must be at least 0", 8, "split_seed"),
    (TRAINING, f"split_seed = 1\n{TRAINING}", "unknown key 'split_seed'", 7, "split_seed"),
    (TRAINING, f"one_hot = true\n{TRAINING}", "unknown key 'one_hot'", 7, "one_hot"),
    (TRAINING, f"scale = 'standart'\n{TRAINING}", "unknown scale 'standart' .did you mean 'standard'", 7, "scale"),
    (
        TARGETS,
        "targets = [[1], [1], [1], [1], [1]]\nscale_targets = 'minmax'\n",
        "target 1 is 1 in every sample, so it can't be scaled",
        7,
        "scale_targets",
    ),
    (
        TRAINING,
        f"scale_targets = 'minmax'\naccuracy = true\n{TRAINING}",
        "accuracy counts classes, but scale_targets is for numbers; leave one of the two out",
        8,
        "accuracy",
    ),
    (
        TRAINING,
        f"scale_target = 'minmax'\n{TRAINING}",
        "unknown key 'scale_target' in .data. .did you mean 'scale_targets'",
        7,
        "scale_target",
    ),
    (TRAINING, f"accuracy = 1\n{TRAINING}", "accuracy must be true or false, not 1", 7, "accuracy"),
    (
        "[[1, 2], [3, 4], [5, 6], [7, 8], [9, 0]]",
        "[[1, 2], [1, 4], [1, 6], [1, 8], [1, 0]]\nscale = 'minmax'",
        "input 1 is 1 in every sample, so it can't be scaled",
        6,
        "scale",
    ),
]


@pytest.mark.parametrize("fault", INLINE_FAULTS)
def test_a_fault_in_the_template_is_refused(fault: Fault) -> None:
    """Each fault is named in a sentence that points at its own key."""
    must_fail(INLINE, fault)


def test_a_feature_that_varies_in_the_test_samples_only_cannot_be_scaled() -> None:
    """What is kept for testing does not count."""
    new = "test_inputs = [[3, 9]]\ntest_targets = [[1]]\nscale = 'standard'\n[training]"
    text = INLINE.replace("[[1, 2], [3, 4], [5, 6], [7, 8], [9, 0]]", "[[1, 2], [1, 4], [1, 6], [1, 8], [1, 0]]")
    must_fail(text, (TRAINING, new, "input 1 is 1 in every sample", 9, "scale"))


ONE = 'inputs = ["a", "b"]'
KIND = 'targets = ["kind"]'
FILE_FAULTS: list[tuple[Fault, str]] = [
    ((ONE, 'inputs = ["a", "bb"]', "'d.csv' has no column 'bb' .did you mean 'b'", 6, '"bb"'), CSV),
    ((ONE, "inputs = []", "inputs must name at least one column of the file", 6, "inputs = []"), CSV),
    ((ONE, 'inputs = "a"', "inputs must be a list of texts, not the text 'a'", 6, 'inputs = "a"'), CSV),
    ((ONE, 'inputs = ["a", "kind"]', "line 2, column 'kind': 'cat' is no number", 6, '"kind"'), CSV),
    ((ONE, ONE, "the data file 'd.csv' has no rows below its header", 5, 'file = "d.csv"'), ""),
    ((KIND, 'targets = ["kinds"]', "has no column 'kinds' .did you mean 'kind'", 7, '"kinds"'), CSV),
    (
        (KIND, 'targets = ["kind", "out"]', "one_hot needs one column of classes, but targets names 2", 7, "targets"),
        CSV,
    ),
    ((KIND, "targets = []", "one_hot needs one column of classes, but targets names 0", 7, "targets"), CSV),
    (
        (
            "one_hot = true",
            "one_hot = true\nscale_targets = 'standard'",
            "targets are classes, and only numbers can be scaled; leave scale_targets out",
            9,
            "scale_targets",
        ),
        CSV,
    ),
    (("one_hot = true", "one_hot = false", "'cat' is no number; one_hot = true takes classes", 7, '"kind"'), CSV),
    (("one_hot = true", "one_hot = 1", "one_hot must be true or false, not 1", 8, "one_hot"), CSV),
    (("one_hot = true", "hot = true", "'cat' is no number; one_hot = true takes classes", 7, '"kind"'), CSV),
    (("units = 2", "units = 3", "targets has 2 classes, but the last layer has 3 units", 7, "targets"), CSV),
    ((KIND, KIND, "the column 'kind' has one class only, 'cat'", 7, "targets"), "a,b,kind\n1,2,cat\n2,3,cat\n"),
    ((KIND, KIND, "'d.csv', line 3: the column 'kind' is empty", 5, "file"), "a,b,kind\n1,2,cat\n2,3\n"),
    ((ONE, ONE, "'d.csv', line 3: the column 'b' is empty", 5, "file"), "a,b,kind\n1,2,cat\n2,,dog\n"),
    ((ONE, ONE, "line 4, column 'a': '5,1' is no number", 6, '"a"'), "a;b;kind\n1;2;x\n\n5,1;2;y\n"),
    ((ONE, ONE, "the data file 'd.csv' has no rows below its header", 5, "file"), "a,b,kind\n"),
    ((KIND, f"{KIND}\ntest_inputs = [[1, 2]]", "unknown key 'test_inputs'", 8, "test_inputs"), CSV),
]


@pytest.mark.parametrize(("fault", "csv"), FILE_FAULTS)
def test_a_fault_about_a_file_is_refused(fault: Fault, csv: str) -> None:
    """A fault in the file is named with its line there and points at the template's key that asks for it."""
    old, new, message, line, under = fault
    text = FILE if old != new else FILE.replace(old, "@")
    must_fail(text, fault if old != new else ("@", new, message, line, under), lambda name: csv)


def test_a_file_that_is_not_there_is_refused() -> None:
    """The reason is told after the file's name."""
    fault = ('"d.csv"', '"e.csv"', r"the data file 'e.csv' can't be read: no such file: e.csv", 5, "file")
    must_fail(FILE, fault)
