"""Which cells a student fills in."""

from __future__ import annotations

import pytest

from tests.classes import plan
from xlbp.classroom.exercise.blanks import Blank, find_blanks
from xlbp.errors import UsageError
from xlbp.workbook.layout.contents import Contents


@pytest.fixture(scope="module")
def mazur() -> Contents:
    """Two rows of the 2-2-2 example."""
    return plan("mazur", "gradients").contents


@pytest.fixture(scope="module")
def xor() -> Contents:
    """Two rows of a batch of four samples."""
    return plan("xor", "gradients").contents


@pytest.mark.parametrize(("group", "count"), [("gradients", 16), ("backward", 24), ("forward", 26), ("update", 16)])
def test_a_group_is_a_band_of_every_row(mazur: Contents, group: str, count: int) -> None:
    """Each group has the cells of its band in both rows; the lengths of the gradients are none of them."""
    blanks = find_blanks(mazur, group)
    assert len(blanks.cells) == count
    assert not any(name.startswith("|") for name in blanks.names)


@pytest.mark.parametrize("asked", ["dW2[1,1]", "∂E_total/∂w5", "dE_total/dw5"])
def test_a_symbol_means_every_row(mazur: Contents, asked: str) -> None:
    """A quantity by its name, its symbol, or as a keyboard has it."""
    assert find_blanks(mazur, asked).cells == (Blank("dW2[1,1]", 0), Blank("dW2[1,1]", 1))


def test_a_cell_means_itself(mazur: Contents) -> None:
    """An address is one cell of one row."""
    address = mazur.layout.cell("dW2[1,1]", 1)
    assert find_blanks(mazur, address).cells == (Blank("dW2[1,1]", 1),)


def test_a_block_means_its_cells(mazur: Contents) -> None:
    """A block of two columns and two rows is four cells, in the order of the rows."""
    block = f"{mazur.layout.cell('z1[1]', 0)}:{mazur.layout.cell('z1[2]', 1)}"
    assert find_blanks(mazur, block).cells == tuple(Blank(n, t) for t in (0, 1) for n in ("z1[1]", "z1[2]"))


def test_a_symbol_without_its_sample_means_all_samples(xor: Contents) -> None:
    """In a batch a delta without a sample is blank for all four; with its sample it is one."""
    symbol = xor.bare_symbol("dz2[1]@1")
    assert len(find_blanks(xor, symbol).names) == 4
    assert find_blanks(xor, "dz2[1]@3").names == ("dz2[1]@3",)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("w5", "is an input"),
        ("gradiants", "did you mean gradients"),
        ("", "leaves nothing"),
        ("A1:ZZ9999", "a block has at most"),
        ("no such thing", "no quantity"),
    ],
)
def test_what_cannot_be_blank_is_refused(mazur: Contents, asked: str, words: str) -> None:
    """The error names what was asked and what to do."""
    with pytest.raises(UsageError, match=words):
        find_blanks(mazur, asked)


def test_too_many_blanks_are_refused() -> None:
    """Nobody fills in thousands of cells, and the error gives the number."""
    with pytest.raises(UsageError, match="8,008 cells"):
        plan("mazur", "gradients", "training.iterations=1000")


def test_a_mark_must_not_tell_another_blank() -> None:
    """Marks of derivatives compute the forward pass, so both together need a book without marks."""
    with pytest.raises(UsageError, match="marks=False"):
        plan("mazur", "forward,gradients")
    assert len(plan("mazur", "forward,gradients", marked=False).blanks.cells) == 42
