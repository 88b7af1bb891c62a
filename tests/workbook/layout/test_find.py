"""What a person may type to mean a quantity: a cell, a name, a symbol, with its sample or without."""

from __future__ import annotations

import pytest

from tests.teaching import laid_out, laid_out_of
from tests.training_templates import text
from xlbp.errors import UsageError
from xlbp.workbook.layout.find import Target, find_target


@pytest.mark.parametrize(
    ("name", "asked", "expected"),
    [
        ("mazur", "w5", Target("W2[1,1]", 0, 0)),
        ("mazur", "W2[1,1]", Target("W2[1,1]", 0, 0)),
        ("mazur", "dE/dw5", Target("dW2[1,1]", 0, 0)),
        ("mazur", "|dW1|", Target("|dW1|", 0, 0)),
        ("softmax-three-classes", "lse2", Target("lse2@1", 0, 1)),
        ("softmax-three-classes", "u2[3]@2", Target("u2[3]@2", 0, 2)),
        ("softmax-three-classes", "S2@3", Target("S2@3", 0, 3)),
        ("into-backprop", "df/da", Target("df/da", 0, 0)),
        ("into-backprop", "dd/da", Target("∂d/∂a", 0, 0)),
    ],
)
def test_a_quantity_of_any_letter(name: str, asked: str, expected: Target) -> None:
    """Whatever its letter and however many indices it has, a quantity goes by its name and by its symbol."""
    assert find_target(laid_out(name), asked, None, None) == expected


def test_the_sample_may_be_told_apart() -> None:
    """Without a mark the asked sample is meant; with a mark another sample is refused."""
    contents = laid_out("softmax-three-classes")
    assert find_target(contents, "z1[2]", None, 3) == Target("z1[2]@3", 0, 3)
    with pytest.raises(UsageError, match="belongs to sample 2, not 3"):
        find_target(contents, "z1[2]@2", None, 3)


def test_a_mean_over_test_samples_belongs_to_no_sample_of_the_batch() -> None:
    """``E@T`` is a quantity of the row."""
    contents = laid_out_of(text(data="test = 1"))
    assert find_target(contents, "E@T", None, None).name == "E@T"


def test_what_is_nearest_is_told() -> None:
    """A slip is answered with the nearest symbol."""
    with pytest.raises(UsageError, match=r"did you mean w5\?"):
        find_target(laid_out("mazur"), "w5x", None, None)
