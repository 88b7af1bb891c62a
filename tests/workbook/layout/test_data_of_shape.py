"""Where the numbers of sequences and pictures stand: on the panel as they are, on the data sheet feature by feature."""

from __future__ import annotations

import pytest

from tests.template.samples.shaped import EACH_STEP, FLAT, RNN, network, template
from xlbp.model.compile import compile_template
from xlbp.template.load import parse_template
from xlbp.template.scaling import INPUTS
from xlbp.workbook.layout.layout import MOST_PANEL_SAMPLES, VALUE_ROW, Layout, make_layout, table_panel
from xlbp.workbook.sheets.data import raw_by_feature

TWO_FEATURES = "inputs = [[[1, 2], [3, 4]], [[5, 6], [7, 8]]]\ntargets = [[1], [0]]\n"


def layout(data: str, layers: str, units: int = 1) -> Layout:
    """The layout of a network of this data."""
    read = parse_template(template(data, layers, units), "t", "t")
    return make_layout(read, compile_template(read))


def grid(of: Layout, letter: str) -> list[list[str]]:
    """The names on the panel as they stand, row by row."""
    places = {name: place for name, place in of.panel.items() if name[0] == letter}
    rows = sorted({place.row for place in places.values()})
    assert rows == list(range(VALUE_ROW, VALUE_ROW + len(rows)))
    return [
        sorted((name for name in places if places[name].row == row), key=lambda name: places[name].column)
        for row in rows
    ]


def test_a_picture_stands_on_the_panel_as_a_picture() -> None:
    """Row by row, and the table of the training begins below it."""
    made = layout("inputs = [[[1, 2, 3], [4, 5, 6]]]\ntargets = [[1]]", FLAT)
    assert grid(made, "x") == [["x[1,1]", "x[1,2]", "x[1,3]"], ["x[2,1]", "x[2,2]", "x[2,3]"]]
    assert made.first_row > max(place.row for place in made.panel.values()) + 4


def test_channels_stand_side_by_side() -> None:
    """Each a picture of its own."""
    made = layout("inputs = [[[[1, 2], [3, 4]], [[5, 6], [7, 8]]]]\ntargets = [[1]]", FLAT)
    assert grid(made, "x") == [
        ["x[1,1,1]", "x[1,1,2]", "x[2,1,1]", "x[2,1,2]"],
        ["x[1,2,1]", "x[1,2,2]", "x[2,2,1]", "x[2,2,2]"],
    ]


def test_a_step_of_a_sequence_is_a_row() -> None:
    """With its targets in the same one."""
    made = layout("inputs = [[[1, 2], [3, 4]]]\ntargets = [[[1], [0]]]", EACH_STEP)
    assert grid(made, "x") == [["x[1,1]", "x[1,2]"], ["x[2,1]", "x[2,2]"]]
    assert grid(made, "t") == [["t[1,1]"], ["t[2,1]"]]
    assert len({place.address for place in made.panel.values()}) == len(made.panel)


@pytest.mark.parametrize("steps", [MOST_PANEL_SAMPLES, MOST_PANEL_SAMPLES + 1])
def test_a_long_sequence_stands_in_one_row(steps: int) -> None:
    """The panel stays in sight, and must leave room for the rows of the training."""
    made = layout(f"inputs = [{[[n] for n in range(steps)]}]\ntargets = [[1]]", FLAT)
    assert len(grid(made, "x")) == (steps if steps <= MOST_PANEL_SAMPLES else 1)


def test_what_is_scaled_together_stands_side_by_side() -> None:
    """So that a feature's statistics are those of one range; what the network sees stands step by step."""
    model = network(TWO_FEATURES + 'scale = "standard"')
    panel = table_panel(model)
    columns = sorted((place.column, name) for name, place in panel.items() if name.endswith("#1"))
    assert [name for _, name in columns] == [
        *("raw[1,1]#1", "raw[2,1]#1", "raw[1,2]#1", "raw[2,2]#1", "t[1]#1"),
        *("x[1,1]#1", "x[1,2]#1", "x[2,1]#1", "x[2,2]#1"),
    ]
    for raw in raw_by_feature(model, INPUTS).values():
        first, last = (panel[f"{name}#1"].column for name in (raw[0], raw[-1]))
        assert last - first == len(raw) - 1


@pytest.mark.parametrize(
    ("data", "layers", "features"),
    [
        (TWO_FEATURES, RNN, 2),
        ("inputs = [[[[1, 2]], [[3, 4]], [[5, 6]]]]\ntargets = [[1]]\n", FLAT, 3),
        ("inputs = [[1, 2, 3]]\ntargets = [[1]]\n", 'kind = "conv1d"\nfilters = 1\nkernel = 3', 1),
    ],
)
def test_features_and_channels_are_what_is_scaled(data: str, layers: str, features: int) -> None:
    """A sequence's features, an image's channels, all of a plain signal; each number belongs to one of them."""
    model = network(data, layers)
    assert (len(raw_by_feature(model, INPUTS)), model.features) == (features, features)
    assert sum(map(len, raw_by_feature(model, INPUTS).values())) == len(model.inputs[0])
