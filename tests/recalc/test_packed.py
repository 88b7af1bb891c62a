"""Grids go from process to process as they are."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlbp.recalc.packed import pack, unpack
from xlbp.xlsx.areas import CellError, Grid

TEXTS = st.sampled_from(["", "a", "#NUM!", "学\n", '"'])
CELLS = st.one_of(st.none(), st.booleans(), st.floats(allow_nan=False), TEXTS, TEXTS.map(CellError))
GRIDS = st.lists(st.lists(st.tuples(CELLS, CELLS, CELLS).map(list), max_size=3), max_size=3)


@given(GRIDS)
def test_what_was_packed_comes_out(grids: list[Grid]) -> None:
    """Values, their kinds, and the shapes are the same, to the last bit of a number and the sign of a zero."""
    found = unpack(pack(grids))
    assert found == [[list(row) for row in grid] for grid in grids]
    for value, original in zip(flat(found), flat(grids), strict=True):
        assert type(value) is type(original)
        if isinstance(value, float):
            assert math.copysign(1, value) == math.copysign(1, original)


def flat(grids: list[Grid]) -> list[object]:
    """All cells."""
    return [value for grid in grids for row in grid for value in row]


@pytest.mark.parametrize("damage", [b"", b"{}\n", b"[]\n", b'{"shapes": [[1, 2]], "texts": []}\n\1\1', b"\xff\n"])
def test_what_is_damaged_is_refused(damage: bytes) -> None:
    """A result that was cut off, or is none, is no grid."""
    with pytest.raises((ValueError, KeyError, TypeError)):
        unpack(damage)
