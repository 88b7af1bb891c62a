"""The lints of texts and links can fail."""

from __future__ import annotations

import pytest

from tests.package_lints import lint_cells
from tests.package_lints.package import Package

START, STEPS = "xl/worksheets/sheet1.xml", "xl/worksheets/sheet3.xml"


@pytest.mark.slow
def test_a_sound_book_has_no_faults(mazur: Package) -> None:
    """Texts are shared, links of one place belong to their cells, and lead to sheets."""
    lints = (
        lint_cells.texts_are_shared,
        lint_cells.links_of_one_place_are_no_formulas,
        lint_cells.links_lead_somewhere,
    )
    assert [fault for lint in lints for fault in lint(mazur)] == []
    assert "HYPERLINK" in mazur.text(STEPS)
    shown = [title for title in mazur.sheets if title not in ("Start", "_xlbp")]
    assert [t for t in shown if not any(f'location="{q}!' in mazur.text(START) for q in (t, f"'{t}'"))] == []


@pytest.mark.slow
def test_a_text_in_its_cell_is_found(mazur: Package) -> None:
    """A text that is not in the table, and a table whose counts are wrong, are faults."""
    inline = mazur.replaced(START, 't="s"><v>0</v>', 't="inlineStr"><is><t>x</t></is>')
    assert [fault.partition(":")[0] for fault in lint_cells.texts_are_shared(inline)] == [
        "Start",
        lint_cells.SPREADSHEET_TEXTS,
    ]
    without = Package("", {name: part for name, part in mazur.parts.items() if name != lint_cells.SPREADSHEET_TEXTS})
    assert list(lint_cells.texts_are_shared(without)) == ["the book has no table of texts"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("target", "faults"),
    [
        ('"#Training!A1"', 1),
        ("\"#'a, b'!A1\"", 1),
        ('"#Training!"&ADDRESS(3,3,4)', 1),
        ('"#Training!"&ADDRESS(9+show_t,6,4)', 0),
        ('"#Training!"&ADDRESS(3,$B$4,4)', 0),
    ],
)
def test_a_formula_for_one_place_is_found(mazur: Package, target: str, faults: int) -> None:
    """A formula whose target never changes is a fault, one that depends on a cell or a name is none."""
    formula = '<f>HYPERLINK("#Training!"&amp;ADDRESS(9+show_t,6,4),"→")</f>'
    escaped = target.replace("&", "&amp;")
    damaged = mazur.replaced(STEPS, formula, f'<f>HYPERLINK({escaped},"→")</f>')
    assert bool(faults) == bool(list(lint_cells.links_of_one_place_are_no_formulas(damaged)))


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('location="Network!A1"', 'location="Networks!A1"', "leads to Networks!A1"),
        ('location="Network!A1"', "", "leads to None"),
        ("'Loss landscape'!A1", "Loss landscape!A1", "the sheet's title is not quoted"),
        ('tooltip="Network!A1"', "", "does not say where it leads"),
        ('ref="B19"', 'ref="A99"', "stands on an empty cell"),
    ],
)
def test_a_link_that_leads_nowhere_is_found(mazur: Package, old: str, new: str, fault: str) -> None:
    """Each fault of a link is told with its place."""
    assert any(fault in found for found in lint_cells.links_lead_somewhere(mazur.replaced(START, old, new)))
