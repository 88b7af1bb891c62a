"""``xlbp check``: what it says, as text and for programs, and with which exit code."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from tests.checking.students import mazur
from xlbp.cli import cli
from xlbp.errors import UnreadableError, UsageError, WriteError


def run(*arguments: str | Path | int) -> Result:
    """The command; errors of xlbp come through."""
    return CliRunner().invoke(cli, ["check", *map(str, arguments)], catch_exceptions=False, standalone_mode=True)


def log(folder: Path, fault: str = "") -> Path:
    """A student's log as CSV."""
    path, numbers = folder / "log.csv", mazur(3, fault)
    with path.open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["iteration", "loss", *(f"w{n}" for n in range(1, 9))])
        for t, loss in enumerate(numbers["loss"]):
            weights = np.concatenate([numbers["W1"][t].ravel(), numbers["W2"][t].ravel()])
            writer.writerow([t, repr(float(loss)), *map(repr, weights.tolist())])
    return path


def test_right_numbers_take_one_line(tmp_path: Path) -> None:
    """All agree, with the largest relative difference; the code is 0."""
    done = run("mazur", log(tmp_path))
    assert (done.exit_code, done.output.count("\n")) == (0, 1)
    assert done.output.startswith("mazur: 36 numbers of 9 quantities, iterations 0 to 3: all agree, largest relative")


def test_wrong_numbers(tmp_path: Path) -> None:
    """The first departure, the formula, the mistake and what to do next; the code is 1."""
    done = run("mazur", log(tmp_path, "updated weights"))
    assert done.exit_code == 1
    for line in (
        "first departure: ∂E_total/∂w1 at iteration 0 (dW1[1,1]), which follows from your W1[1,1]",
        "it looks like: the weights after the update, not before",
        "see how it is derived: xlbp explain mazur 'dW1[1,1]'",
    ):
        assert line in done.output.splitlines()


def test_for_programs(tmp_path: Path) -> None:
    """The JSON of the contract, and nothing else on the standard output."""
    done = run("mazur", log(tmp_path, "updated weights"), "--json")
    data = json.loads(done.output)
    assert (done.exit_code, data["ok"], data["template"], data["unknown"]) == (1, False, "mazur", [])
    assert (data["first"]["name"], data["first"]["iteration"]) == ("dW1[1,1]", 0)
    assert data["mistakes"][0]["kind"] == "updated_weights"
    assert len(data["mistakes"][0]["cells"]) == data["mistakes"][0]["explains"]


def test_set_and_n(tmp_path: Path) -> None:
    """The template may be changed; a log may be compared to an iteration."""
    path = log(tmp_path)
    assert run("mazur", path, "--set", "training.learning_rate=0.4").exit_code == 1
    assert "iterations 0 to 1" in run("mazur", path, "-n", 1).output


def test_a_tolerance(tmp_path: Path) -> None:
    """A wide one lets pass what departs; one that is none is refused."""
    path = log(tmp_path, "updated weights")
    assert run("mazur", path, "--rtol", "0.5").exit_code == 0
    with pytest.raises(UsageError, match="a number from 0 to 1"):
        run("mazur", path, "--rtol", "2")


def test_errors(tmp_path: Path) -> None:
    """A wrong request is 2, a file that can't be read 3, a book that is there 4."""
    path = log(tmp_path)
    (tmp_path / "there.xlsx").write_text("mine")
    (tmp_path / "odd.csv").write_text("a,b\n1,2\n")
    for error, arguments in (
        (UsageError, ("mazur", tmp_path / "odd.csv")),
        (UsageError, ("mazur", tmp_path / "log.pkl")),
        (UnreadableError, ("mazur", tmp_path / "missing.csv")),
        (WriteError, ("mazur", path, "--into", tmp_path / "there.xlsx")),
    ):
        with pytest.raises(error):
            run(*arguments)
    assert (tmp_path / "there.xlsx").read_text() == "mine"


@pytest.mark.slow
def test_into_a_book(tmp_path: Path) -> None:
    """It is verified, put in place, and named; --force replaces what is there."""
    path, book = log(tmp_path, "updated weights"), tmp_path / "mine.xlsx"
    done = run("mazur", path, "--into", book, "--lang", "de", "-n", 3)
    assert (done.exit_code, book.exists()) == (1, True)
    assert f"{book}: your numbers beside the truth" in done.output
    assert run("mazur", path, "--into", book, "--force", "-n", 3).exit_code == 1
