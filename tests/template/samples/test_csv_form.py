"""Samples in the rows of a CSV file: columns folded into a shape, ranges of columns, columns of words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.template.samples.shaped import EACH_STEP, FLAT, RNN, must_refuse, network

PIXELS = "kind,p1,p2,p3,p4,p5,p6,out\na,1,2,3,4,5,6,7\nb,8,9,10,11,12,13,14\na,0,0,0,0,0,0,0\n"
FOLDED = 'file = "d.csv"\ninputs = ["p1..p6"]\ntargets = ["out"]\nshape = [2, 3]\n'


@pytest.mark.parametrize("inputs", ['["p1..p6"]', '["p1", "p2..p5", "p6"]', '["p1", "p2", "p3", "p4", "p5", "p6"]'])
def test_columns_are_folded_row_by_row(inputs: str) -> None:
    """The last index runs fastest, and two names with dots between them are all columns from the one to the other."""
    model = network(FOLDED.replace('["p1..p6"]', inputs), FLAT, file=PIXELS)
    assert (model.input_shape, model.inputs[1]) == ((2, 3), (8, 9, 10, 11, 12, 13))
    names = dict(zip(model.each_input(), model.inputs[0], strict=True))
    assert names == {"x[1,1]": 1, "x[1,2]": 2, "x[1,3]": 3, "x[2,1]": 4, "x[2,2]": 5, "x[2,3]": 6}


@given(st.lists(st.integers(1, 3), min_size=1, max_size=3))
def test_folding_and_names_agree(shape: list[int]) -> None:
    """A column is the place that its number has in the shape, counted row by row."""
    size = 1
    for extent in shape:
        size *= extent
    header = ",".join(f"c{n}" for n in range(size))
    rows = "".join(",".join(str(n * k) for n in range(size)) + f",{k}\n" for k in (1, 2))
    data = f'file = "d.csv"\ninputs = ["c0..c{size - 1}"]\ntargets = ["t"]\nshape = {shape}'
    model = network(data, FLAT, file=f"{header},t\n{rows}")
    for name, value in zip(model.each_input(), model.inputs[1], strict=True):
        place = 0
        for index, extent in zip(name.indices, shape, strict=True):
            place = place * extent + index - 1
        assert value == 2 * place


def test_names_of_columns_are_kept_where_nothing_is_folded() -> None:
    """A range names them all; the place in a picture says more than the name of its column."""
    from xlbp.template.load import parse_template

    def symbols(shape: str) -> dict[str, str]:
        text = f"[data]\n{FOLDED.replace('shape = [2, 3]', shape)}[network]\n[[network.layers]]\n{FLAT.format(1)}\n"
        return parse_template(f"{text}[training]\nlearning_rate = 1", "t", "t", read_file=lambda name: PIXELS).symbols

    assert symbols("")["x[2]@1"].startswith("p2")
    assert symbols("shape = [2, 3]")["x[1,2]@1"].startswith("x[1,2]")


def test_a_range_may_itself_be_a_name() -> None:
    """A column that is called so is meant."""
    model = network('file = "d.csv"\ninputs = ["a..b"]\ntargets = ["b"]', FLAT, file="a,a..b,b\n1,2,3\n")
    assert model.inputs == ((2,),)


def test_targets_are_folded_too() -> None:
    """``target_shape`` makes a target for each step of columns that stand side by side."""
    data = 'file = "d.csv"\ninputs = ["p1..p3"]\nshape = [3, 1]\ntargets = ["p4..p6"]\ntarget_shape = [3, 1]'
    model = network(data, EACH_STEP, file=PIXELS)
    assert (model.target_shape, model.targets[0]) == ((3, 1), (4, 5, 6))


def test_classes_batches_and_tests_go_with_a_shape() -> None:
    """One_hot, scale, test, shuffle and small batches are those of any file."""
    data = FOLDED.replace('"out"', '"kind"') + 'one_hot = true\nscale = "minmax"\ntest = 1'
    model = network(data, FLAT, 2, PIXELS, training="batch_size = 1\nshuffle = true")
    assert (model.data.classes, model.data.test, model.batch, len(model.data.order)) == (("a", "b"), 1, 1, 101)


WORDS = "word,next,kind,count\nabc,bca,x,1\ncba,bac,y,2\n"
SPELLED = 'file = "d.csv"\nalphabet = "abc"\ninputs = ["word"]\n'


@pytest.mark.parametrize(
    ("targets", "layers", "units", "shape", "first"),
    [
        ('["next"]', EACH_STEP, 3, (3, 3), (0, 1, 0, 0, 0, 1, 1, 0, 0)),
        ('["kind"]\none_hot = true', RNN, 2, (2,), (1, 0)),
        ('["count"]', RNN, 1, (1,), (1,)),
    ],
)
def test_a_column_of_words(
    targets: str, layers: str, units: int, shape: tuple[int, ...], first: tuple[float, ...]
) -> None:
    """Inputs are the letters of a word; targets words too, classes, or numbers."""
    model = network(f"{SPELLED}targets = {targets}", layers, units, WORDS)
    assert (model.input_shape, model.inputs[1]) == ((3, 3), (0, 0, 1, 0, 1, 0, 1, 0, 0))
    assert (model.target_shape, model.targets[0]) == (shape, first)


def test_a_column_of_words_of_texts() -> None:
    """Where the alphabet is a list of texts, blanks part them in a cell."""
    data = 'file = "d.csv"\nalphabet = ["to", "be"]\ninputs = ["said"]\ntargets = ["next"]'
    model = network(data, RNN, 2, "said,next\nto be,be\nbe to,to\n")
    assert (model.inputs, model.targets) == (((1, 0, 0, 1), (0, 1, 1, 0)), ((0, 1), (1, 0)))


@pytest.mark.parametrize(
    ("data", "message", "under"),
    [
        (
            FOLDED.replace("[2, 3]", "[2, 4]"),
            "shape is 2 x 4, which is 8 numbers, but inputs names 6",
            "shape",
        ),
        (FOLDED.replace("[2, 3]", "6"), "shape must be a list of whole numbers above 0, as in [8, 8]", "shape"),
        (FOLDED.replace("[2, 3]", "[2, 0]"), "shape must be a list of whole numbers above 0, as in [8, 8]", "shape"),
        (FOLDED.replace("[2, 3]", "[]"), "shape must be a list of whole numbers above 0, as in [8, 8]", "shape"),
        (FOLDED.replace("[2, 3]", "[6, true]"), "shape must be a list of whole numbers above 0, as in [8, 8]", "shape"),
        (
            FOLDED.replace("[2, 3]", "[1, 1, 2, 3]"),
            "a sample of inputs is 1 x 1 x 2 x 3; at most 3 axes are known: channel, row, column",
            "inputs",
        ),
        (
            FOLDED.replace("p1..p6", "p1..p7"),
            "'d.csv' has no column 'p7' (known: kind, p1, p2, p3, p4, p5, p6, out)",
            '"p1..p7"',
        ),
        (
            FOLDED.replace("p1..p6", "p6..p1"),
            "p6..p1: the column 'p1' of 'd.csv' stands before 'p6'",
            '"p6..p1"',
        ),
        (
            f'{FOLDED}test_inputs = ["p1"]',
            "unknown key 'test_inputs' in [data] (did you mean 'inputs'?)",
            "test_inputs",
        ),
    ],
)
def test_columns_that_cannot_be_folded_are_refused(data: str, message: str, under: str) -> None:
    """The key, what was met, and the caret under it."""
    must_refuse(data, message, under, file=PIXELS)


@pytest.mark.parametrize(
    ("file", "message"),
    [
        (
            "word,count\nab,1\nabc,2\n",
            "'d.csv', line 3, column 'word': 'abc' has 3 letters, but the first row's word has 2",
        ),
        ("word,count\nab,1\nad,2\n", "'d.csv', line 3, column 'word': 'd' is not in the alphabet"),
    ],
)
def test_words_that_are_wrong_are_refused(file: str, message: str) -> None:
    """By line and column."""
    must_refuse(f'{SPELLED}targets = ["count"]', message, '"word"', file=file)


def test_an_alphabet_needs_one_column() -> None:
    """Each column of words would be a sequence."""
    data = SPELLED.replace('["word"]', '["word", "next"]') + 'targets = ["count"]'
    must_refuse(data, "an alphabet needs one column of words, but inputs names 2", "inputs", file=WORDS)
