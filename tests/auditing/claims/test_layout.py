"""What a sheet claims: it can't be changed by those who check it, and its parameters have different names."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from xlbp.auditing.claims.layout import Layout, LayoutKind, Parameter, Place, Table, named_apart

PLACES = tuple(Place(step, ("S", 4 + step, 1), ("S", 4 + step, 5)) for step in range(2))
TABLE = Table("S", 4, 5, {1: "w", 5: "dE/dw"}, frozenset({5}))


def test_claims_are_immutable():
    """A check returns what it learns; it can't write it into the claims."""
    layout = Layout(LayoutKind.TABLE, "S", (Parameter("w", PLACES),), table=TABLE)
    with pytest.raises(FrozenInstanceError):
        layout.losses = (("S", 4, 4),)  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        TABLE.last = 9  # type: ignore[misc]


def test_of_two_parameters_of_one_name_the_second_is_called_by_its_cell_too():
    """The first keeps its name, so that a report can tell them apart."""
    second = tuple(Place(0, ("S", 4, column), ("S", 4, 7)) for column in (3,))
    parameters = named_apart([Parameter("w", PLACES), Parameter("w", second)], "S")
    assert [parameter.name for parameter in parameters] == ["w", "w (C4)"]


def test_a_cell_stands_in_a_step_if_its_column_belongs_to_the_table():
    """By a heading or by formulas; other columns and rows are outside."""
    assert [TABLE.step(("S", row, column)) for row, column in ((4, 1), (5, 5), (5, 2), (6, 1))] == [0, 1, None, None]
    assert TABLE.step(("T", 4, 1)) is None


def test_the_places_of_a_step_are_found():
    """Those of every parameter, in the order of the parameters."""
    bias = Parameter("b", (Place(1, ("S", 5, 2), ("S", 5, 6)),))
    layout = Layout(LayoutKind.TABLE, "S", (Parameter("w", PLACES), bias), table=TABLE)
    assert [parameter.name for parameter, _ in layout.at(1)] == ["w", "b"]
    assert list(layout.at(2)) == []
