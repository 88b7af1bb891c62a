"""Where everything stands: no two quantities share a cell, and every name is one that all programs take."""

from __future__ import annotations

import json
from functools import cache
from random import Random

import pytest

from tests.package_lints.lint_names import is_fit
from tests.random_templates import random_expression, random_network
from tests.templates import REPRESENTATIVES, loaded
from xlbp.errors import UsageError
from xlbp.expectation.contents import lay_out
from xlbp.model.compile import compile_template
from xlbp.symbols.expr import const
from xlbp.symbols.program import Column, Program
from xlbp.template.load import parse_template
from xlbp.template.template import Template
from xlbp.workbook.layout.layout import HEADING_ROWS, Layout, Place, defined_names, make_layout, quoted, read_layout

TEMPLATES = {name: loaded(name) for name in REPRESENTATIVES}
TEMPLATES |= {f"network-{n}": parse_template(random_network(Random(n)), "t", "t") for n in range(12)}
TEMPLATES |= {f"expression-{n}": parse_template(random_expression(Random(n)), "t", "t") for n in range(6)}

AWKWARD = (
    "z1s1",
    "l1c1",
    "o",
    "W1",
    "Wahr",
    "A1",
    "xfd1048576",
    "R",
    "r",
    "C",
    "c",
    "R1C1",
    "rc",
    "r5",
    "c5",
    "TRUE",
    "false",
    "ETA",
    "θ",
    "学习",
    "x_1",
    "X_1",
)


def layout_of(text: str) -> Layout:
    """The layout of a template's text."""
    return laid_out(parse_template(text, "t", "t"))


@cache
def layout_for(name: str) -> Layout:
    """The layout of one of the templates above."""
    return laid_out(TEMPLATES[name])


def laid_out(template: Template) -> Layout:
    """The layout of a template."""
    return make_layout(template, compile_template(template))


def network(samples: int = 1, iterations: int = 10, units: int = 1, inputs: int = 1) -> str:
    """A one-layer network of the given sizes."""
    rows, targets = [[0.5] * inputs] * samples, [[0.25] * units] * samples
    return (
        f"[network]\n[[network.layers]]\nunits = {units}\n[data]\ninputs = {rows}\ntargets = {targets}\n"
        f"[training]\niterations = {iterations}\nlearning_rate = 0.1\n"
    )


def with_constants(names: tuple[str, ...]) -> str:
    """A graph with constants of these names."""
    table = ", ".join(f'"{name}" = {number}' for number, name in enumerate(names, start=2))
    return (
        f"[expression]\nvariables = {{ w = 1 }}\nconstants = {{ {table} }}\nsteps = ['f = w * w']\n"
        "[training]\nlearning_rate = 0.1\n"
    )


AWKWARD_TEXTS = {"awkward constants": with_constants(AWKWARD), "six samples": network(6, inputs=3)}


def layout_called(name: str) -> Layout:
    """The layout of a template, or of a text, by its name."""
    return layout_of(AWKWARD_TEXTS[name]) if name in AWKWARD_TEXTS else layout_for(name)


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_no_two_names_share_a_cell(name: str) -> None:
    """Every quantity has a cell of its own."""
    layout = layout_for(name)
    places = [(p.sheet, p.row, p.column) for p in layout.panel.values()]
    places += [("training", layout.first_row, column) for column in layout.columns.values()]
    assert len(places) == len(set(places))


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_panel_headings_and_rows_do_not_overlap(name: str) -> None:
    """The panel ends above the headings, and these end above the first row."""
    layout = layout_for(name)
    lowest = max(place.row for place in layout.panel.values() if place.sheet == "training")
    assert lowest < layout.first_row - HEADING_ROWS


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_columns_are_contiguous(name: str) -> None:
    """The columns stand side by side from A on, the iteration's number first."""
    layout = layout_for(name)
    assert list(range(1, len(layout.columns) + 1)) == list(layout.columns.values())
    assert layout.columns["iteration"] == 1


@pytest.mark.parametrize("name", [*sorted(TEMPLATES), *AWKWARD_TEXTS])
def test_defined_names_are_fit_for_every_program(name: str) -> None:
    """A defined name is ASCII, short, starts with a letter or _, and does not read as a cell or a truth value."""
    names = [defined for defined, _ in defined_names(layout_called(name))]
    assert [name for name in names if not is_fit(name)] == []


@pytest.mark.parametrize("name", [*sorted(TEMPLATES), *AWKWARD_TEXTS])
def test_defined_names_are_unique_whatever_their_case(name: str) -> None:
    """No two defined names differ in case alone, as spreadsheets take these for one."""
    names = [defined.lower() for defined, _ in defined_names(layout_called(name))]
    assert sorted(set(names)) == sorted(names)


def test_a_long_name_makes_a_short_defined_name() -> None:
    """A defined name has at most the 255 characters that a workbook allows."""
    longest = max(len(name) for name, _ in defined_names(layout_of(with_constants(("k" * 300,)))))
    assert longest <= 255


@pytest.mark.parametrize(
    ("name", "defined"),
    [("x[1]", "x_1"), ("x[2]", "x_2"), ("t[1]", "t_1"), ("b1", "b_1"), ("b2", "b_2"), ("eta", "eta")],
)
def test_names_a_person_knows(name: str, defined: str) -> None:
    """The panel's cells have the names that the documentation gives them."""
    assert defined == layout_for("mazur").panel[name].defined


@pytest.mark.parametrize(
    ("samples", "sheet"), [(1, "training"), (2, "training"), (6, "training"), (7, "data"), (40, "data")]
)
def test_a_large_batch_has_a_sheet_of_its_own(samples: int, sheet: str) -> None:
    """Up to six samples stand on the panel, more on the data sheet; the learning rate stays on the panel."""
    panel = layout_of(network(samples)).panel
    found = {name: place.sheet for name, place in panel.items()}
    assert {name: sheet for name in found if name != "eta"} | {"eta": "training"} == found


def test_samples_of_a_feature_stand_one_below_the_other() -> None:
    """On the panel a row is a sample, and a column a feature or a target."""
    panel = layout_of(network(3, inputs=2)).panel
    expected = {f"x[{i}]@{s}": ("training", 2 + s, 1 + i) for i in (1, 2) for s in (1, 2, 3)}
    expected |= {f"t[1]@{s}": ("training", 2 + s, 4) for s in (1, 2, 3)}
    assert expected == {name: (p.sheet, p.row, p.column) for name, p in panel.items() if name != "eta"}


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_a_layout_survives_the_hidden_sheet(name: str) -> None:
    """A layout written as JSON and read back is the same."""
    layout = layout_for(name)
    data = json.loads(json.dumps(layout.to_data()))
    assert layout == read_layout(data, layout.iterations, layout.data_sheet)


@pytest.mark.parametrize(
    "data",
    [
        {"columns": {}, "panel": {}},
        {"columns": [], "panel": {}, "first_row": 9},
        {"columns": {}, "panel": {"x": ["training", 1]}, "first_row": 9},
        {"columns": {}, "panel": {"x": 3}, "first_row": 9},
        {"columns": {"x": "y"}, "panel": {}, "first_row": 9},
        {"columns": {}, "panel": {}, "first_row": "9"},
    ],
)
def test_what_is_no_layout_is_refused(data: dict[str, object]) -> None:
    """Damaged layout data raises one of the errors that the reader expects."""
    with pytest.raises((KeyError, TypeError, ValueError)):
        read_layout(data, 10, "Data")


def test_too_many_rows_are_refused_with_the_figure() -> None:
    """More iterations than a sheet has rows are refused, with both numbers and the remedy."""
    with pytest.raises(UsageError, match=r"1,048,585 rows, but has 1,048,576; train for fewer iterations"):
        layout_of(network(iterations=1_048_576))


def test_the_last_row_may_be_used() -> None:
    """A training that ends in a sheet's very last row is laid out."""
    assert layout_of(network(iterations=1_048_576 - 9)).last_row == 1_048_576


def test_one_row_more_than_a_sheet_has_is_refused() -> None:
    """The limit is exact."""
    with pytest.raises(UsageError, match="rows"):
        layout_of(network(iterations=1_048_576 - 8))


def test_too_many_columns_are_refused_with_the_figure() -> None:
    """A network with more quantities than a sheet has columns is refused, with the limit and the remedy."""
    template = parse_template(network(units=60, inputs=100), "t", "t")
    with pytest.raises(UsageError, match=r"[\d,]+ columns.*16,384; make the network"):
        lay_out(template, "en")


def wide(columns: int) -> Program:
    """A row of so many columns."""
    return Program(tuple(Column(f"v{n}", const(1), "forward") for n in range(columns)), ("eta",))


def test_one_column_more_than_a_sheet_has_is_refused() -> None:
    """The layout itself refuses a row that is too wide by one column, with the figure."""
    template = parse_template(network(), "t", "t")
    with pytest.raises(UsageError, match=r"16,385 columns, but has 16,384; make the network or the batch smaller"):
        make_layout(template, wide(16_385))


def test_the_last_column_may_be_used() -> None:
    """A row that ends in a sheet's very last column is laid out."""
    assert max(make_layout(parse_template(network(), "t", "t"), wide(16_384)).columns.values()) == 16_384


@pytest.mark.parametrize(
    ("sheet", "expected"),
    [("Training", "Training"), ("My sheet", "'My sheet'"), ("训练", "'训练'"), ("it's", "'it''s'")],
)
def test_sheet_names_in_formulas(sheet: str, expected: str) -> None:
    """A sheet's name is quoted where a formula needs it."""
    assert expected == quoted(sheet)


def test_addresses() -> None:
    """A panel cell is absolute, a column's cell is that of its iteration's row."""
    layout = Layout({"a": 28}, {}, first_row=9, iterations=10)
    expected = ("$AB$3", "AB12", 12, 19)
    assert expected == (
        Place("training", 3, 28).address,
        layout.cell("a", 3),
        layout.row_of(3),
        layout.last_row,
    )
