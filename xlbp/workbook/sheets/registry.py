"""The teaching sheets that a book may have behind its training, in the order in which they stand.

Adding one takes its file, a line here, and tests; in the language files its title and what it is for (``sheet.KEY``
and ``about.KEY``), the sentence under its title (``KEY.explanation``), and its other words (``KEY.``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.page.facts import Facts
from xlbp.workbook.page.page import Page
from xlbp.workbook.sheets.activation.activation import activation_page, has_activations
from xlbp.workbook.sheets.break_it import break_page, can_be_broken
from xlbp.workbook.sheets.charts import charts_page
from xlbp.workbook.sheets.check import check_page
from xlbp.workbook.sheets.data import data_page
from xlbp.workbook.sheets.handout.handout import handout_page
from xlbp.workbook.sheets.landscape import grid_size, landscape_page
from xlbp.workbook.sheets.learned.learned import learned_page, picture_points
from xlbp.workbook.sheets.my_numbers import has_own_numbers, my_numbers_page
from xlbp.workbook.sheets.network.matrix_form import fits, matrix_page
from xlbp.workbook.sheets.network.network import network_page
from xlbp.workbook.sheets.proof import proof_page
from xlbp.workbook.sheets.results.results import has_results, results_page
from xlbp.workbook.sheets.steps.steps import steps_page
from xlbp.workbook.sheets.try_it.try_it import try_it_page
from xlbp.workbook.sheets.try_it.typed import can_be_tried
from xlbp.workbook.sheets.words import words_page


@dataclass(frozen=True)
class Sheet:
    """Who makes the page of a sheet, with the values it must show, and which books have it."""

    key: str
    page: Callable[[Contents, Facts], Page]
    is_in: Callable[[Contents], bool] = lambda contents: True


def _handout(contents: Contents, facts: Facts) -> Page:
    """It tells of the other sheets."""
    return handout_page(contents, facts, [sheet.key for sheet in SHEETS if sheet.is_in(contents)])


SHEETS = (
    Sheet("my_numbers", my_numbers_page, has_own_numbers),
    Sheet("steps", steps_page),
    Sheet("network", network_page),
    Sheet("matrix", matrix_page, fits),
    Sheet("activation", activation_page, has_activations),
    Sheet("charts", charts_page),
    Sheet("learned", learned_page, lambda contents: picture_points(contents) > 0),
    Sheet("results", results_page, has_results),
    Sheet("try_it", try_it_page, can_be_tried),
    Sheet("check", check_page),
    Sheet("landscape", landscape_page, lambda contents: grid_size(contents) > 0),
    Sheet("break_it", break_page, can_be_broken),
    Sheet("words", words_page),
    Sheet("handout", _handout),
    Sheet("proof", proof_page),
    Sheet("data", data_page, lambda contents: contents.data_on_own_sheet),
)
