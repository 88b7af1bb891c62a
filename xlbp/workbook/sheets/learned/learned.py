"""The learned function: what the network answers for every input, with the samples upon it.

Of two inputs the plane, of one the curve; a network of more has no picture.  Neither has one that is shown fewer
than four different inputs, for there is nothing between them to be seen, nor one of several outputs on a plane that
are no classes, for a point of it has one colour; nor one so large that not even the coarsest picture fits MOST_CELLS.
"""

from __future__ import annotations

from xlbp.template.model import Model
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.page.facts import Facts
from xlbp.workbook.page.lens import ITERATION
from xlbp.workbook.page.page import Page
from xlbp.workbook.sheets.header import CHOOSER, LABEL_COLUMN, put_elsewhere, put_title
from xlbp.workbook.sheets.learned.curve import curve_points, put_curve
from xlbp.workbook.sheets.learned.plane import plane_points, put_plane

FEWEST_INPUTS = 4  # that differ
MOST_INPUTS = 2  # of a network whose answers can be drawn: a curve or a plane


def picture_points(contents: Contents) -> int:
    """Points along a side of the plane, or of the curve; 0 where there is no picture."""
    model = contents.template.model
    if not _has_amounts(model) or len(set(model.inputs)) < FEWEST_INPUTS:
        return 0
    return plane_points(contents) if _is_plane(contents) else curve_points(contents)


def _has_amounts(model: Model) -> bool:
    """Whether a sample is one number, or two, that are amounts."""
    if not model.inputs or len(model.input_shape) > 1:
        return False
    return len(model.network.given) <= MOST_INPUTS and not model.network.takes_tokens


def learned_page(contents: Contents, facts: Facts) -> Page:
    """The sheet, with every number it must show."""
    page, kind = Page(contents.texts("sheet.learned")), "plane" if _is_plane(contents) else "curve"
    has_running = bool(contents.network.carried)
    put_title(page, contents, "learned", f"{kind}_running" if has_running else kind)
    _put_iteration(page, contents, facts, 3 if kind == "plane" else 1)
    page.formats_numbers = True
    (put_plane if kind == "plane" else put_curve)(page, contents, facts, picture_points(contents))
    return page


def _is_plane(contents: Contents) -> bool:
    return len(contents.network.given) > 1


def _put_iteration(page: Page, contents: Contents, facts: Facts, cells: int) -> None:
    """The iteration that is shown, in several cells where the columns are narrow."""
    page.text(CHOOSER, LABEL_COLUMN, contents.texts("header.iteration"), "label")
    page.live(CHOOSER, LABEL_COLUMN + 1, ITERATION, float(facts.choices.iteration), "integer")
    if cells > 1:
        page.merge(CHOOSER, LABEL_COLUMN + 1, cells)
    put_elsewhere(page, contents, LABEL_COLUMN + 1 + cells)
