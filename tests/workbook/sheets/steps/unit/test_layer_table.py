"""Where the quantities of a layer stand, by a first column and steps."""

from __future__ import annotations

import pytest

from tests.large_networks import NETWORKS
from tests.teaching import laid_out_of
from xlbp.template import names
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.sheets.steps.unit.layer_table import LayerTable, column_of
from xlbp.workbook.sheets.steps.unit.units import below, network_of, quantity


def table_of(name: str, layer: int) -> tuple[Contents, LayerTable]:
    """The table of a large network with a layer chosen."""
    contents = laid_out_of(NETWORKS[name])
    return contents, LayerTable(contents, 15, layer)


@pytest.mark.parametrize("name", NETWORKS)
def test_steps_lead_to_every_weight_and_input(name: str) -> None:
    """First column plus steps is the column of the very quantity, for each unit and source of each layer."""
    contents, _ = table_of(name, 1)
    network = network_of(contents)
    for number, layer in enumerate(network.layers, start=1):
        _, table = table_of(name, number)
        for j in range(1, layer.sources + 1):
            found = table["in"] + (j - 1) * table["in/source"]
            assert column_of(contents, below(contents, number, j, network.marks[0])) == found
            for i in range(1, layer.units + 1):
                for key, of in (("W", str), ("Wd", names.gradient), ("W+", names.updated)):
                    found = table[key] + (i - 1) * table[f"{key}/unit"] + (j - 1) * table[f"{key}/source"]
                    assert column_of(contents, of(names.weight(number, i, j))) == found


@pytest.mark.parametrize("name", NETWORKS)
def test_steps_lead_to_every_line(name: str) -> None:
    """The same for the quantities of the forward and backward pass."""
    contents, first = table_of(name, 1)
    for number, layer in enumerate(network_of(contents).layers, start=1):
        _, table = table_of(name, number)
        for way, lines in (("forward", table.kind.forward), ("backward", table.kind.backward)):
            for place, line in enumerate(lines):
                for i in range(1, layer.units + 1):
                    own = quantity(contents, line.letters, number, i, network_of(contents).marks[0])
                    found = table[f"{way} {place}"] + (i - 1) * table[f"{way} {place}/unit"]
                    assert contents.layout.columns[own] == found
    assert first["layer"] == 1
