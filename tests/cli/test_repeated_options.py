"""An option that takes one value is not taken twice, whatever the command and however it is written."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from xlbp.cli import cli
from xlbp.errors import UsageError


@pytest.mark.parametrize(
    ("arguments", "option"),
    [
        ("generate mazur -n 2 -n 3", "-n"),
        ("generate mazur -n2 --iterations=3", "--iterations"),
        ("exercise mazur --blank gradients --seed 1 --seed 2", "--seed"),
        ("new --test 1 --test=2", "--test"),
        ("trace mazur -o a -o b", "-o"),
    ],
)
def test_a_second_answer_is_refused(arguments: str, option: str) -> None:
    """The last one does not win in silence."""
    with pytest.raises(UsageError, match=f"{option} is given twice"):
        CliRunner().invoke(cli, arguments.split(), standalone_mode=False, catch_exceptions=False)


def test_what_may_be_repeated_may(tmp_path: Path) -> None:
    """Overrides add up, as do the parts of --blank; and what follows an option is its value, whatever it looks like."""
    book = tmp_path / "-n"
    words = ["exercise", "mazur", "--blank", "gradients", "--blank", "update", "-n", "1", "--no-marks"]
    words += ["--set", "training.learning_rate=1", "--set=data.inputs.1.1=-1", "-o", str(book.with_suffix(".xlsx"))]
    done = CliRunner().invoke(cli, words, catch_exceptions=False)
    assert (done.exit_code, "32 cells" in done.output) == (0, True)
