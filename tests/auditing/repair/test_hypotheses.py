"""The table of hypotheses: ordered, named, and used."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from xlbp.auditing import repair
from xlbp.auditing.diagnosis.naming import NAMES
from xlbp.auditing.repair import hypotheses
from xlbp.auditing.repair.fixes import ChangeSort
from xlbp.auditing.repair.formula_at_points import FAR, KINSHIP, PER_COLUMN, PER_ROW
from xlbp.auditing.repair.hypotheses import DEAREST, OTHER_CELL, Hypothesis
from xlbp.auditing.repair.search import TRIED
from xlbp.symbols.expr import ref

TABLE = {name: row for name, row in vars(hypotheses).items() if isinstance(row, Hypothesis)}


@pytest.mark.parametrize("name", TABLE)
def test_every_sort_has_a_name_and_words(name):
    """The diagnosis can tell each of them to people."""
    assert TABLE[name].sort in NAMES


@pytest.mark.parametrize("name", TABLE)
def test_every_hypothesis_is_tried_somewhere(name):
    """No row of the table is dead."""
    used: set[str] = set()
    for path in Path(repair.__path__[0]).glob("*.py"):
        if path.name != "hypotheses.py":
            used |= {node.id for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Name)}
    assert name in used


def test_the_table_goes_from_likely_to_far_fetched():
    """The costs rise from row to row, and none is dearer than what the search gives up at."""
    costs = [row.cost for row in TABLE.values()]
    assert costs == sorted(costs)
    assert costs[-1] < DEAREST


def test_a_cell_far_away_costs_less_than_two_slips():
    """Distance and kinship order the cells; they do not make another cell as far-fetched as two changes."""
    assert OTHER_CELL.cost + FAR * (PER_COLUMN + PER_ROW) < 2 * (OTHER_CELL.cost - KINSHIP)


def test_a_fix_says_what_was_exchanged():
    """The change costs what its row says and more, and tells both parts."""
    fix = OTHER_CELL.fix(ref("a1"), ref("a2"), more=0.25)
    assert (fix.cost, fix.expr) == (1.25, ref("a2"))
    assert [(e.sort, e.old, e.new) for e in fix.edits] == [(ChangeSort.REFERENCE, ref("a1"), ref("a2"))]


def test_arithmetic_is_taken_apart():
    """Of a sum, a product and a quotient every argument is asked; of a call only what stands in it is exchanged."""
    names = {op: [tried.__name__ for tried in row] for op, row in TRIED.items()}
    assert all("in_arguments" in names[op] for op in ("add", "sub", "mul", "div", "neg", "pow", "if_positive"))
    assert "in_terms" in names["add"]
    assert "in_terms" not in names["mul"]
    assert names["const"] == ["other_number"]
