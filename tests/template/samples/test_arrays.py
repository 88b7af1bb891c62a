"""Samples in a .npz file: what NumPy writes is read without it, becomes text, and no pickle is ever run."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.template.samples.shaped import FLAT, RNN, must_refuse, network, template
from xlbp.errors import TemplateError
from xlbp.template.load import LARGEST_TEMPLATE, load_template, parse_template
from xlbp.template.samples.npz_file import npz_text

X = np.arange(12, dtype=float).reshape(3, 2, 2)
Y = np.array([0, 1, 1])
ARRAYS = 'file = "d.npz"\ninputs = "x"\ntargets = "y"\n'


def text_of(**arrays: object) -> str:
    """What a file with these arrays becomes inside xlbp."""
    buffer = io.BytesIO()
    np.savez(buffer, **{name: np.asarray(array) for name, array in arrays.items()})  # type: ignore[arg-type]
    return npz_text(buffer.getvalue(), LARGEST_TEMPLATE)


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("kind", ["<f8", ">f8", "<f4", ">f4", "<f2", ">f2", "<i8", ">i2", "u1", "i1", "<u4", "?"])
def test_arrays_of_every_type_of_numbers(kind: str, order: str) -> None:
    """Little and big end first, by rows and by columns: the numbers are those of NumPy."""
    array = np.array(np.arange(6).reshape(1, 2, 3) % 2 if kind == "?" else np.arange(6).reshape(1, 2, 3), kind)
    read = json.loads(text_of(x=np.array(array, order=order)))["x"]  # type: ignore[call-overload]
    assert read == {"shape": [1, 2, 3], "values": array.astype(float).ravel().tolist()}


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_single_precision_is_written_as_a_person_would(number: float) -> None:
    """With nine digits at most, or whole; and the nearest number in single precision is the one that was there."""
    (value,) = json.loads(text_of(x=np.array([number], np.float32)))["x"]["values"]
    assert np.float32(value) == np.float32(number)
    assert value in (number, float(f"{value:.9g}"))


def test_a_tenth_stays_a_tenth() -> None:
    """In half and in single precision as well."""
    for kind in (np.float16, np.float32, np.float64):
        assert json.loads(text_of(x=np.array([0.1], kind)))["x"]["values"] == [0.1]


def test_arrays_are_samples() -> None:
    """The first axis counts them, the others are the shape of one; a single number is a row of one."""
    model = network(ARRAYS, RNN, file=text_of(x=X, y=Y))
    assert (model.input_shape, model.inputs[1]) == ((2, 2), (4, 5, 6, 7))
    assert (model.target_shape, model.targets) == ((1,), ((0,), (1,), (1,)))


@pytest.mark.parametrize("labels", [[3, 10, 3], ["b", "cat", "b"], [3.0, 10.5, 3.0], [False, True, False]])
def test_an_array_of_classes(labels: list[object]) -> None:
    """Numbers or texts, in the order that classes always have."""
    model = network(ARRAYS + "one_hot = true", RNN, 2, text_of(x=X, y=labels))
    assert (model.data.classes, model.targets) == (
        ("0", "1") if labels[0] is False else tuple(f"{c:g}" if isinstance(c, float) else str(c) for c in labels[:2]),
        ((1, 0), (0, 1), (1, 0)),
    )


def test_arrays_may_be_folded() -> None:
    """As columns may."""
    model = network(ARRAYS + "shape = [2, 3]", FLAT, file=text_of(x=np.arange(12).reshape(2, 6), y=[1, 2]))
    assert (model.input_shape, model.inputs[1]) == ((2, 3), (6, 7, 8, 9, 10, 11))


def test_arrays_of_test_samples() -> None:
    """As data sets often come: four arrays, the classes those of all."""
    data = ARRAYS + 'test_inputs = "x_test"\ntest_targets = "y_test"\none_hot = true'
    model = network(data, RNN, 3, text_of(x=X, y=Y, x_test=X[:1] + 1, y_test=[2]))
    assert (model.data.test, model.inputs[3], model.targets[3]) == (1, (1, 2, 3, 4), (0, 0, 1))
    assert network(ARRAYS + "test = 1", RNN, file=text_of(x=X, y=Y)).data.test == 1


def test_the_file_lies_beside_the_template(tmp_path: Path) -> None:
    """It goes into the template as text, from which the same template can be read again."""
    np.savez_compressed(tmp_path / "d.npz", x=X, y=Y)
    (tmp_path / "t.toml").write_text(template(ARRAYS), "utf-8")
    loaded = load_template(str(tmp_path / "t.toml"))
    again = parse_template(loaded.text, "again", "t", read_file=loaded.files.__getitem__)
    assert again.model == loaded.model
    assert list(loaded.files) == ["d.npz"]


class Trap:
    """Runs when it is unpickled."""

    def __reduce__(self) -> tuple[object, ...]:
        """What a pickle would call."""
        return (pytest.fail, ("a pickle was run",))


def test_what_is_pickled_is_never_run() -> None:
    """An array of Python objects is not read, and the others of the file are."""
    file = text_of(x=np.array([Trap(), Trap(), Trap()], dtype=object), y=Y, z=X)
    message = "the array 'x' of 'd.npz' holds neither numbers nor texts, so it is not read"
    must_refuse(ARRAYS, message, "inputs", file=file)
    assert network(ARRAYS.replace('"x"', '"z"'), file=file).inputs[0] == (0, 1, 2, 3)


@pytest.mark.parametrize(
    ("arrays", "data", "message", "under"),
    [
        ({"xs": X, "y": Y}, ARRAYS, "'d.npz' has no array 'x' (did you mean 'xs'?)", "inputs"),
        (
            {"x": X, "y": Y[:2]},
            ARRAYS,
            "targets has 2 rows, but inputs has 3: one row per sample",
            "targets",
        ),
        (
            {"x": np.where(X == 5, np.nan, X), "y": Y},
            ARRAYS,
            "the array 'x' of 'd.npz' holds a number that is not finite in sample 2; it must have numbers",
            "inputs",
        ),
        (
            {"x": X, "y": ["a", "b", "c"]},
            ARRAYS,
            "the array 'y' of 'd.npz' holds 'a' in sample 1; it must have numbers; one_hot = true takes classes",
            "targets",
        ),
        (
            {"x": X, "y": [[1, 2], [3, 4], [5, 6]]},
            ARRAYS + "one_hot = true",
            "the array 'y' of 'd.npz' must have one class for each sample, as one_hot needs",
            "targets",
        ),
        (
            {"x": X, "y": [1, 1, 1]},
            ARRAYS + "one_hot = true",
            "the array 'y' has one class only, '1'",
            "targets",
        ),
        (
            {"x": X[:0], "y": Y[:0]},
            ARRAYS,
            "the array 'x' of 'd.npz' has no samples: its first axis must count them",
            "inputs",
        ),
        (
            {"x": X, "y": Y},
            ARRAYS + "shape = [3]",
            "shape is 3, which is 3 numbers, but a sample of inputs has 4",
            "shape",
        ),
        ({"x": X, "y": Y}, ARRAYS.replace('"x"', '["x"]'), "inputs must be a text, not a list", "inputs"),
        (
            {"x": X, "y": Y},
            ARRAYS + 'alphabet = "ab"',
            "unknown key 'alphabet' in [data] (known: accuracy, class_weights, features, file, inputs, one_hot, scale, "
            "scale_targets, shape, target_shape, targets, test, test_inputs, test_targets)",
            "alphabet",
        ),
        (
            {"x": X, "y": Y, "z": X[:, :1]},
            ARRAYS + 'test_inputs = "z"\ntest_targets = "y"',
            "a sample of test_inputs is 1 x 2, but in the training data it is 2 x 2",
            "test_inputs",
        ),
    ],
)
def test_arrays_that_are_wrong_are_refused(arrays: dict[str, object], data: str, message: str, under: str) -> None:
    """The array, the sample, and the remedy."""
    must_refuse(data, message, under, file=text_of(**arrays))


def zipped(content: bytes) -> bytes:
    """A zip with one entry that should be an array."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("x.npy", content)
    return buffer.getvalue()


def saved(array: object) -> bytes:
    """An array as NumPy writes it."""
    buffer = io.BytesIO()
    np.save(buffer, np.asarray(array))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"word,t\n1,2\n", "is no readable .npz file: File is not a zip file"),
        (zipped(b"word"), "is no readable .npz file: one of its entries is no array"),
        (zipped(saved(X)[:-8]), "is no readable .npz file: one of its arrays is cut short"),
        (zipped(saved(X)[:40]), "is no readable .npz file: "),
        (zipped(b"\0" * (LARGEST_TEMPLATE + 1)), "holds more than 20 MB when unpacked"),
    ],
)
def test_a_file_that_is_none_is_refused(content: bytes, message: str, tmp_path: Path) -> None:
    """Also one that would only unpack to too much."""
    (tmp_path / "d.npz").write_bytes(content)
    (tmp_path / "t.toml").write_text(template(ARRAYS), "utf-8")
    with pytest.raises(TemplateError, match=f"the data file 'd.npz' {message}"):
        load_template(str(tmp_path / "t.toml"))


def test_a_text_that_is_none_is_refused() -> None:
    """As when a book was changed by hand."""
    must_refuse(
        ARRAYS, "the data file 'd.npz' is not readable: Expecting value: line 1 column 1 (char 0)", "file", file=""
    )
