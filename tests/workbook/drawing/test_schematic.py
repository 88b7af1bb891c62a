"""The small picture of a network that is no picture of units: what is typical of its kind."""

from __future__ import annotations

import math

import pytest

from tests.teaching import cells_of, laid_out, page_of, shown
from tests.templates import DRAWN
from xlbp.workbook.drawing.diagram import Layers, diagram
from xlbp.workbook.drawing.miniature import LINES, NODES
from xlbp.workbook.drawing.schematic import CELL, INPUT, MAP, drawn_as, small_picture
from xlbp.workbook.page.facts import Choices, Facts
from xlbp.workbook.page.lens import Lens


def lens_of(name: str) -> Lens:
    """What looks at a book of which nothing is computed."""
    return Lens(laid_out(name), Facts({}, {}, {}, Choices(), {}, {}))


def symbols(layers: Layers) -> list[list[str]]:
    """The names of the nodes, column by column."""
    return [[node.symbol for node in layer] for layer in layers]


def sources(layers: Layers, key: str) -> list[str]:
    """Where the lines into a node come from."""
    return [edge.source for layer in layers for node in layer if node.key == key for edge in node.edges]


def test_an_lstm_is_unrolled_with_its_gates() -> None:
    """Input, gates, memory and output of each step, in the source's words; an output reaches the next one by gates."""
    layers = small_picture(lens_of("lstm"))
    assert symbols(layers) == [["out_1", "state_1", "i f a o", "x_1"], ["out_2", "state_2", "i f a o", "x_2"]]
    assert (sources(layers, "c2"), sources(layers, "h2")) == (["gates2", "c1"], ["c2"])
    assert sources(layers, "gates2") == ["x2", "h1"]


def test_a_gru_keeps_a_part_of_its_state() -> None:
    """The state of a step is made of the gates and of the state before; a plain recurrent layer has no gates."""
    layers, plain = small_picture(lens_of("gru")), small_picture(lens_of("rnn"))
    assert symbols(layers)[0] == ["h_1", "r z n", "x_1"]
    assert (sources(layers, "h2"), sources(layers, "gates2")) == (["gates2", "h1"], ["x2", "h1"])
    assert sources(plain, "h2") == ["x2", "h1"]


@pytest.mark.parametrize("name", ["self-attention", "lstm", "mazur", "iris"])
def test_lines_begin_outside_the_circles_and_lead_towards_each_other(name: str) -> None:
    """Both ends of a line lie between the middles of the two circles that it joins, whichever stands further left."""
    page = page_of(shown(name, 2), "start")
    cells = cells_of(page)
    ends = sorted(row for row, column in cells if column == LINES)
    nodes = [(cells[row, NODES], cells[row, NODES + 1]) for row in sorted(r for r, c in cells if c == NODES)]
    places = [(float(cells[row, LINES]), float(cells[row, LINES + 1])) for row in ends]
    for (x, y), (other_x, other_y) in zip(places[::2], places[1::2], strict=True):
        near = min(nodes, key=lambda node: math.dist(node, (x, y)))
        far = min(nodes, key=lambda node: math.dist(node, (other_x, other_y)))
        assert near != far
        assert math.dist((x, y), (other_x, other_y)) < math.dist(near, far)


def test_a_causal_attention_looks_back_only() -> None:
    """Each output takes from its own step and from those before it."""
    layers = small_picture(lens_of("self-attention-causal"))
    assert [sources(layers, f"o{step}") for step in (1, 3)] == [["q1"], ["q1", "q2", "q3"]]


def test_a_convolution_is_a_row_of_maps() -> None:
    """Image, maps, pool and units from left to right, the maps with their sizes."""
    layers = small_picture(lens_of("cnn"))
    assert symbols(layers) == [["5×5"], ["4×4"], ["2×2"], ["y1", "y2"]]
    assert [layer[0].kind for layer in layers] == [MAP, MAP, MAP, "unit"]


def test_samples_meet_in_the_mean_of_a_batch_norm() -> None:
    """All samples lead into mean and deviation, and these to all that goes out."""
    layers = small_picture(lens_of("batch-norm"))
    assert [len(layer) for layer in layers] == [4, 1, 4]
    assert sources(layers, "mean") == [node.key for node in layers[0]]
    assert {node.kind for layer in layers for node in layer} == {CELL, INPUT}


@pytest.mark.parametrize("name", DRAWN)
def test_what_has_a_picture_of_units_keeps_it(name: str) -> None:
    """Dense networks and graphs are drawn as on their own sheet, and told as such."""
    lens = lens_of(name)
    assert small_picture(lens) == diagram(lens)
    assert drawn_as(lens) == lens.contents.template.kind


def test_long_sequences_end_in_dots() -> None:
    """Of many steps the first ones are drawn, and dots for the others."""
    layers = small_picture(lens_of("vanishing-in-time"))
    assert symbols(layers)[-2:] == [["h_…", "x_…"], ["y"]]


@pytest.mark.slow
def test_the_first_sheet_has_the_drawing() -> None:
    """Start holds the coordinates of all nodes of a convolution's drawing."""
    page = page_of(shown("cnn", 2), "start")
    assert len([place for place in cells_of(page) if place[1] in (15, 16)]) == 2 * 5
