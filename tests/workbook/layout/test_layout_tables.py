"""Tables on the data sheet: where their columns stand, what a book remembers of them, and ranges over them."""

from __future__ import annotations

import json
from itertools import combinations

import pytest

from tests.training_templates import load, text
from xlbp.expectation.contents import lay_out
from xlbp.model.compile import compile_template
from xlbp.symbols.expr import pick, ref
from xlbp.workbook.layout.layout import DATA_ROW, Layout, read_layout

TESTED = "test_inputs = [[1, 2]]\ntest_targets = [[0]]"
TEXTS = {
    "batches": text("batch_size = 2"),
    "shuffled": text("batch_size = 2\nshuffle = true"),
    "tested": text(data=TESTED),
    "scaled": text("batch_size = 2\nshuffle = true", data=f"scale = 'standard'\n{TESTED}"),
    "classes": text(filed=True),
    "scaled classes": text("batch_size = 2\nshuffle = true", data="scale = 'minmax'\ntest = 2", filed=True),
}
COLUMNS = {  # name -> column letter
    "batches": {"x[1]": "B", "x[2]": "C", "t[1]": "D"},
    "shuffled": {"x[1]": "B", "x[2]": "C", "t[1]": "D", "order": "F"},
    "tested": {"x[1]": "B", "x[2]": "C", "t[1]": "D"},
    "scaled": {"raw[1]": "B", "raw[2]": "C", "t[1]": "D", "x[1]": "F", "x[2]": "G", "order": "I"},
    "classes": {"x[1]": "B", "x[2]": "C", "class": "D", "t[1]": "F", "t[2]": "G", "t[3]": "H"},
    "scaled classes": {
        **{"raw[1]": "B", "raw[2]": "C", "class": "D", "x[1]": "F", "x[2]": "G"},
        **{"t[1]": "H", "t[2]": "I", "t[3]": "J", "order": "L"},
    },
}


def layout(case: str) -> Layout:
    """The layout of a template's book."""
    return lay_out(load(TEXTS[case]), "en").layout


def tables(case: str) -> dict[str, list[str]]:
    """The addresses of each column of the data sheet, in the order of its rows."""
    found: dict[str, list[str]] = {}
    for name, place in layout(case).panel.items():
        column, mark, number = name.partition("#")
        if mark:
            assert (place.sheet, place.defined) == ("data", "")
            found.setdefault(column, []).append(place.address)
            assert len(found[column]) == int(number)
    return found


@pytest.mark.parametrize("case", TEXTS)
def test_columns_stand_side_by_side(case: str) -> None:
    """What was given comes first, then what is computed from it, then the draws, with a gap between."""
    assert {name: cells[0] for name, cells in tables(case).items()} == {
        name: f"${letter}${DATA_ROW}" for name, letter in COLUMNS[case].items()
    }


@pytest.mark.parametrize("case", TEXTS)
def test_a_table_has_a_row_for_each_sample_or_draw(case: str) -> None:
    """Samples, those kept for testing too, and draws stand without a gap from the first row."""
    model = load(TEXTS[case]).model
    for name, cells in tables(case).items():
        rows = len(model.data.order) if name == "order" else len(model.inputs)
        letter = COLUMNS[case][name]
        assert cells == [f"${letter}${row}" for row in range(DATA_ROW, DATA_ROW + rows)]


@pytest.mark.parametrize("case", TEXTS)
def test_every_input_has_a_place_of_its_own(case: str) -> None:
    """No two quantities share a cell, and none that a person may change is without one."""
    template, found = load(TEXTS[case]), layout(case)
    assert set(template.model.constants()) <= set(found.panel)
    for one, other in combinations(found.panel.values(), 2):
        assert (one.sheet, one.address) != (other.sheet, other.address)


@pytest.mark.parametrize("case", TEXTS)
def test_a_table_survives_the_hidden_sheet(case: str) -> None:
    """What a book remembers, written as JSON and read back, is the layout, place by place and in its order."""
    found = layout(case)
    data = json.loads(json.dumps(found.to_data()))
    again = read_layout(data, found.iterations, found.data_sheet)
    assert again == found
    assert sorted(again.panel) == sorted(found.panel)


@pytest.mark.parametrize("case", TEXTS)
def test_a_table_takes_one_entry_for_each_column(case: str) -> None:
    """The record of a large data set is no larger than that of a small one."""
    data = layout(case).to_data()
    assert {name: entry[3] for name, entry in data["tables"].items()} == {
        name: len(cells) for name, cells in tables(case).items()
    }
    assert not any("#" in name for name in data["panel"])


@pytest.mark.parametrize(
    "tables_of", [{"x[1]": ["data", 8, 2, -1]}, {"x[1]": ["data", 8, 2, 10**9]}, {"x[1]": ["data", 8]}, [1]]
)
def test_a_damaged_table_is_no_layout(tables_of: object) -> None:
    """A length that no sheet has, or an entry that is none, is refused before memory is filled."""
    data = layout("batches").to_data() | {"tables": tables_of}
    with pytest.raises((KeyError, TypeError, ValueError)):
        read_layout(json.loads(json.dumps(data)), 6, "Data")


@pytest.mark.parametrize(
    ("case", "column", "rows", "formula"),
    [
        ("batches", "x[2]", 5, "INDEX(Data!$C$8:$C$12,A{r})"),
        ("scaled", "x[1]", 5, "INDEX(Data!$F$8:$F$12,A{r})"),
        ("shuffled", "order", 14, "INDEX(Data!$F$8:$F$21,A{r})"),
        ("scaled classes", "t[3]", 4, "INDEX(Data!$J$8:$J$11,A{r})"),
    ],
)
def test_a_range_covers_the_samples_that_are_trained_on(case: str, column: str, rows: int, formula: str) -> None:
    """A pick looks in its own column, from the first sample to the last, and not among those kept for testing."""
    found = layout(case)
    assert found.writer()(pick(column, ref("iteration"), rows)) == formula
    picked = [c.expr for c in compile_template(load(TEXTS[case])).columns if c.expr.op == "pick"]
    assert any(e.payload == column and e.args[1].payload == rows for e in picked)
