"""What a cell is to an update: the parts of a leaf, and its name in expressions."""

from __future__ import annotations

import pytest

from xlbp.auditing.updates.leaves import OWN_GRADIENT, OWN_VALUE, Leaf, LeafRole

WRITTEN = {
    OWN_VALUE: "P",
    OWN_GRADIENT: "G",
    Leaf(LeafRole.GRADIENT, "w2"): "G:w2",
    Leaf(LeafRole.GRADIENT, offset=1): "G@+1",
    Leaf(LeafRole.PARAMETER, "w2", offset=-12): "P:w2@-12",
    Leaf(LeafRole.FORMULA, number=1): "X1",
    Leaf(LeafRole.FORMULA_BEFORE, number=1): "S1",
    Leaf(LeafRole.OWN_COLUMN, number=1, offset=-1): "O1-1",
    Leaf(LeafRole.TABLE_COLUMN, number=5, offset=-1): "@col5-1",
    Leaf(LeafRole.OUTSIDE, address="H3"): "@H3",
}


@pytest.mark.parametrize("leaf", WRITTEN, ids=str)
def test_a_leaf_is_written_as_the_module_says(leaf: Leaf):
    """Each role has its letters; whose it is and how many rows away it stands follow where that matters."""
    assert str(leaf) == WRITTEN[leaf]


def test_the_parameter_that_is_updated_is_not_another_one():
    """Its value in another row is of another row, and its own; a cell of the table is of no parameter at all."""
    later = Leaf(LeafRole.PARAMETER, offset=1)
    other = Leaf(LeafRole.GRADIENT, "w2")
    column = Leaf(LeafRole.TABLE_COLUMN, number=5, offset=-1)
    assert [leaf.is_of_another_row for leaf in (OWN_VALUE, later, other, column)] == [False, True, False, False]
    assert [leaf.is_of_another_parameter for leaf in (OWN_VALUE, later, other)] == [False, False, True]


def test_a_parameter_is_named_with_its_row_where_that_is_another():
    """The updated one by the name that is given, another by its own."""
    assert OWN_GRADIENT.parameter_text("w1") == "w1"
    assert Leaf(LeafRole.GRADIENT, "w2", offset=2).parameter_text("w1") == "w2@+2"
