"""Tensors of any rank as grids of cells."""

from __future__ import annotations

from itertools import product

import pytest

from xlbp.template.quantity import Quantity, quantity
from xlbp.workbook.sheets.network.grids import MOST_COLUMNS, Band, Grid, gradients, planes


def tensor(*shape: int) -> list[Quantity]:
    """The elements of a tensor, the last index running fastest."""
    return [quantity("z", 1, index, "@2") for index in product(*(range(1, extent + 1) for extent in shape))]


def written(grid: Grid) -> list[list[str]]:
    """A grid as plain text."""
    return [[str(name) for name in row] for row in grid]


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((), [("", [["z1@2"]])]),
        ((2,), [("", [["z1[1]@2"], ["z1[2]@2"]])]),
        ((2, 2), [("", [["z1[1,1]@2", "z1[1,2]@2"], ["z1[2,1]@2", "z1[2,2]@2"]])]),
        ((2, 1, 2), [("[1,·,·]", [["z1[1,1,1]@2", "z1[1,1,2]@2"]]), ("[2,·,·]", [["z1[2,1,1]@2", "z1[2,1,2]@2"]])]),
    ],
)
def test_a_tensor_in_planes(shape: tuple[int, ...], expected: list[tuple[str, list[list[str]]]]) -> None:
    """A number, a column of units, a matrix, and for each first index of more a matrix with its title."""
    assert expected == [(title, written(grid)) for title, grid in planes(tensor(*shape))]


def test_a_plane_is_no_wider_than_a_sheet_shows() -> None:
    """What stands further right is left out."""
    [(_, grid)] = planes(tensor(2, MOST_COLUMNS + 1))
    assert [len(row) for row in grid] == [MOST_COLUMNS] * 2


def test_gradients_stand_where_their_numbers_do() -> None:
    """An empty place stays empty."""
    assert gradients([[quantity("z", 1, (2,)), None]]) == [["dz1[2]", None]]


def test_a_band_is_as_wide_as_its_widest_grid() -> None:
    """A column has room for its title, too."""
    bands = [Band("z1", tuple(planes(tensor(*shape)))) for shape in ((3,), (2, 5))]
    assert [band.width for band in bands] == [2, 5]
