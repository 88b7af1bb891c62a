"""Every way in gives the same numbers under the same labels."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from xlbp.checking.log import Log
from xlbp.checking.reading.read import read_log
from xlbp.errors import UnreadableError, UsageError

W = [[[0.1, 0.2]], [[0.3, 0.4]]]
LOSS = [0.5, 0.25]


def columns(log: Log) -> dict[str, Any]:
    """The values by their labels."""
    return {column.label: column.values.tolist() for column in log.columns}


class Tensor:
    """As much of PyTorch's tensor as is asked for."""

    def __init__(self, values: Any) -> None:
        self.values, self.dtype = np.asarray(values), "torch.float64"

    def detach(self) -> Tensor:
        return self

    cpu = detach

    def numpy(self) -> Any:
        return self.values


VALUES: dict[str, Callable[[], Any]] = {
    "lists": lambda: {"W1": W, "loss": LOSS},
    "arrays": lambda: {"W1": np.array(W), "loss": np.array(LOSS)},
    "tensors": lambda: {"W1": Tensor(W), "loss": [Tensor(n) for n in LOSS]},
    "records": lambda: [{"W1": w, "loss": n} for w, n in zip(W, LOSS, strict=True)],
    "records of tensors": lambda: [{"W1": Tensor(w), "loss": Tensor(n)} for w, n in zip(W, LOSS, strict=True)],
    "mixed records": lambda: {"W1": W, "loss": [np.float64(n) for n in LOSS]},
}


@pytest.mark.parametrize("way", VALUES)
def test_values_of_python(way: str) -> None:
    """Mappings of lists, arrays and tensors, and lists of records, are one log."""
    assert columns(read_log(VALUES[way]())) == {"W1": W, "loss": LOSS}


def test_a_history_of_keras_counts_its_epochs() -> None:
    """Its numbers are lists by name, its epochs the rows."""
    log = read_log(SimpleNamespace(history={"loss": LOSS}, epoch=[0, 1]))
    assert (columns(log), log.iterations) == ({"loss": LOSS}, (0, 1))


def test_a_data_frame_may_have_gaps() -> None:
    """A gap that numbers follow was not logged; NaN at the end is what the program came to."""
    import pandas as pd

    log = read_log(pd.DataFrame({"epoch": [1, 2, 3], "loss": [0.5, np.nan, 0.25], "W": [0.1, np.nan, np.nan]}))
    loss, weight = log.columns
    assert (loss.there.tolist(), weight.there.tolist()) == ([True, False, True], [True, True, True])
    assert log.iterations == (1, 2, 3)


def test_mappings_in_a_mapping_are_joined() -> None:
    """``grads`` with ``W1`` in it is ``grads.W1``; a list of state dicts has a row for each."""
    log = read_log({"grads": {"W1": W}, "state": [{"0.weight": w} for w in W]})
    assert columns(log) == {"grads.W1": W, "state.0.weight": W}


def test_whole_numbers_truths_and_scalars() -> None:
    """Of any of Python's and NumPy's types of numbers, with any axes; nothing at all is no number."""
    log = read_log({"a": 1, "b": np.array([True, False]), "c": np.int8([[1]]), "none": [], "i": np.array([1j])})
    assert columns(log) == {"a": 1.0, "b": [1.0, 0.0], "c": [[1.0]]}
    assert tuple(log.unread) == ("none", "i")


def test_what_is_no_number_is_told() -> None:
    """A label over texts or ragged rows is unread, and does not stop the others."""
    log = read_log({"name": "mine", "rows": [[1.0], [1.0, 2.0]], "loss": LOSS})
    assert (tuple(log.unread), columns(log)) == (("name", "rows"), {"loss": LOSS})
    assert list(log.unread.values()) == ["'mine' is no number", "its rows are of several lengths"]


@pytest.mark.parametrize(
    "text", ["epoch,loss\n0,0.5\n1,0.25\n", "epoch;loss\n0;0,5\n1;0,25\n", "epoch\tloss\n0\t.5\n1\t.25\n"]
)
def test_csv(text: str, tmp_path: Path) -> None:
    """Commas, semicolons with decimal commas, and tabs."""
    (tmp_path / "log.csv").write_text(text)
    log = read_log(tmp_path / "log.csv")
    assert (columns(log), log.iterations) == ({"loss": LOSS}, (0, 1))


def test_csv_keeps_all_digits_and_errors(tmp_path: Path) -> None:
    """17 digits are read as they stand; #NUM! and nan are numbers that are none, an empty cell is not given."""
    (tmp_path / "log.csv").write_text("a,b\n0.2983711087600027,#NUM!\n,nan\n")
    a, b = read_log(tmp_path / "log.csv").columns
    assert a.values[0] == 0.2983711087600027
    assert (a.there.tolist(), b.there.tolist()) == ([True, False], [True, True])
    assert np.isnan(b.values).all()


@pytest.mark.parametrize(
    "content",
    [
        {"columns": ["iteration", "loss"], "rows": [[0, 0.5], [1, 0.25]]},
        {"iteration": [0, 1], "loss": LOSS},
        [{"iteration": 0, "loss": 0.5}, {"iteration": 1, "loss": 0.25}],
    ],
)
def test_json(content: object, tmp_path: Path) -> None:
    """As ``xlbp trace --json`` has it, names with lists, and records."""
    (tmp_path / "log.json").write_text(json.dumps(content))
    log = read_log(str(tmp_path / "log.json"))
    assert (columns(log), log.iterations) == ({"loss": LOSS}, (0, 1))


def test_npz_keeps_the_width_of_numbers(tmp_path: Path) -> None:
    """Arrays by their names; those of 32 bits are known as such."""
    np.savez(tmp_path / "log.npz", W1=np.array(W), loss=np.array(LOSS, dtype=np.float32))
    log = read_log(tmp_path / "log.npz")
    assert columns(log) == {"W1": W, "loss": LOSS}
    assert [column.single for column in log.columns] == [False, True]


def test_nothing_is_unpickled(tmp_path: Path) -> None:
    """An array of objects is refused, with what to do."""
    np.savez(tmp_path / "log.npz", W1=np.array([{"a": 1}, None], dtype=object))
    with pytest.raises(UnreadableError, match="'W1' holds Python objects, which are not unpickled"):
        read_log(tmp_path / "log.npz")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("log.csv", b""),
        ("log.csv", b"only,a,header\n"),
        ("log.json", b"{"),
        ("log.json", b"[1, 2]"),
        ("log.json", b'{"columns": ["a"], "rows": [[1, 2]]}'),
        ("log.npz", b"PK no archive"),
    ],
)
def test_a_damaged_file_is_unreadable(name: str, content: bytes, tmp_path: Path) -> None:
    """One sentence that names the file."""
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UnreadableError, match=name):
        read_log(tmp_path / name)


def test_a_name_with_a_comma_has_to_be_quoted(tmp_path: Path) -> None:
    """``W1[1,2]`` is two cells of a header without quotes, and the message says so."""
    (tmp_path / "log.csv").write_text("iteration,W1[1,2]\n0,0.1\n")
    with pytest.raises(UnreadableError, match=r"the header's W1\[1,2\] has a comma in its name: put it into quotes"):
        read_log(tmp_path / "log.csv")


def test_a_missing_file_and_an_unknown_kind() -> None:
    """A file that is not there can't be read; what no log is made of is a wrong request."""
    with pytest.raises(UnreadableError, match="no such file"):
        read_log("missing.csv")
    for numbers in ("log.pkl", 3.0, [1.0, 2.0]):
        with pytest.raises(UsageError):
            read_log(numbers)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("log.csv", "E,w5,E\n0.3,0.4,9\n"),
        ("log.json", json.dumps({"columns": ["E", "w5", "E"], "rows": [[0.3, 0.4, 9]]})),
    ],
)
def test_two_columns_of_one_name_are_refused(tmp_path: Path, name: str, text: str) -> None:
    """Of two columns with the same name neither is dropped without a word."""
    (tmp_path / name).write_text(text)
    with pytest.raises(UnreadableError, match="the log has 2 columns called 'E'"):
        read_log(tmp_path / name)


def test_an_index_of_texts_counts_nothing() -> None:
    """A table whose index is called step, but names its rows, is read row after row."""
    import pandas as pd

    table = pd.DataFrame({"loss": LOSS}, index=pd.Index(["first", "second"], name="step"))
    log = read_log(table)
    assert (columns(log), log.iterations) == ({"loss": LOSS}, None)


def test_an_array_that_is_cut_off_is_told_as_such(tmp_path: Path) -> None:
    """Its bytes end too early: it holds no Python objects."""
    whole = io.BytesIO()
    np.save(whole, np.array(W))
    with zipfile.ZipFile(tmp_path / "log.npz", "w") as package:
        package.writestr("W1.npy", whole.getvalue()[:-8])
    with pytest.raises(UnreadableError, match="the log can't be read") as refused:
        read_log(tmp_path / "log.npz")
    assert "Python objects" not in str(refused.value)


def test_a_name_without_any_number_is_told_as_such() -> None:
    """None in every record is nothing given, not several shapes."""
    log = read_log([{"W1": None, "loss": n} for n in LOSS])
    assert log.unread == {"W1": "nothing is given in it"}
