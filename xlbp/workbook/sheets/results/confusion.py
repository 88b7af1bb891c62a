"""The confusion matrix of some samples, with the recall and the precision of each class, and the accuracy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from openpyxl.formatting.rule import ColorScaleRule
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from xlbp.lang import Texts
from xlbp.workbook.drawing import style
from xlbp.workbook.page.page import Content, Page
from xlbp.workbook.sheets.outcomes import NONE


@dataclass(frozen=True)
class Classified:
    """Samples whose classes stand as numbers, from 1, in two columns of cells; 0 is no answer.

    ``actual`` and ``predicted`` are ranges, ``pairs`` what they hold.
    """

    title: str
    actual: str
    predicted: str
    pairs: Sequence[tuple[int, int]]

    def count(self, actual: int, predicted: int) -> int:
        """How many samples of one class were taken for another, or for the same."""
        return sum(pair == (actual, predicted) for pair in self.pairs)


def put_confusion(page: Page, texts: Texts, classes: Sequence[str], of: Classified, at: tuple[int, int]) -> int:
    """Write it from the cell ``at`` on, its title; returns the last row."""
    (row, column), n = at, len(classes)
    page.text(row, column, of.title, "heading")
    page.text(row + 1, column, texts("results.actual_predicted"), "column")
    for offset, name in enumerate(classes, start=1):
        page.text(row + 1, column + offset, name, "column")
        page.text(row + 1 + offset, column, name, "label")
    page.text(row + 1, column + n + 1, texts("results.recall"), "column")
    page.text(row + n + 2, column, texts("results.precision"), "label")
    cells = _Cells(page, of, (row + 2, column + 1), n)
    cells.counts()
    cells.shares()
    page.text(row + n + 3, column, texts("results.accuracy"), "label")
    cells.accuracy(row + n + 3)
    count = len(of.pairs)
    page.text(row + n + 4, column, texts("results.step", count=count, share=percent(1 / count, texts)), "muted")
    page.finishing.append(cells.colour)
    return row + n + 4


def percent(share: float, texts: Texts) -> str:
    """A share of one, with three digits: 8.33 %."""
    return f"{texts.number(100 * share, '.3g')} %"


class _Cells:
    """The counts of a matrix, whose first cell is ``corner``, and what follows from them."""

    def __init__(self, page: Page, of: Classified, corner: tuple[int, int], n: int) -> None:
        self.page, self.of, self.n = page, of, n
        self.row, self.column = corner

    def counts(self) -> None:
        """A row for each class, a column for each that may be said of it."""
        for i in range(1, self.n + 1):
            for j in range(1, self.n + 1):
                formula = f"SUMPRODUCT(({self.of.actual}={i})*({self.of.predicted}={j}))"
                at = self.row + i - 1, self.column + j - 1
                self.page.live(*at, formula, float(self.of.count(i, j)), "count")

    def shares(self) -> None:
        """Recall at the right of each class, precision below it; where nothing is to be divided by, a dash."""
        for k in range(1, self.n + 1):
            right = self.of.count(k, k)
            here = self.address(k, k)
            of_class = sum(actual == k for actual, _ in self.of.pairs)
            said = sum(predicted == k for _, predicted in self.of.pairs)
            every = f"SUMPRODUCT(({self.of.actual}={k})*1)"
            below = f"SUM({self.address(1, k)}:{self.address(self.n, k)})"
            at_right, at_foot = (self.row + k - 1, self.column + self.n), (self.row + self.n, self.column + k - 1)
            self.page.live(*at_right, *_share(here, every, right, of_class), "share")
            self.page.live(*at_foot, *_share(here, below, right, said), "share")

    def accuracy(self, row: int) -> None:
        """Of all samples the share that is right, and in words how many."""
        right = sum(actual == predicted for actual, predicted in self.of.pairs)
        diagonal = "+".join(self.address(k, k) for k in range(1, self.n + 1))
        count = len(self.of.pairs)
        self.page.live(row, self.column, *_share(f"({diagonal})", str(count), right, count), "share")
        self.page.live(row, self.column + 1, f'({diagonal})&" / {count}"', f"{right} / {count}", "muted")

    def address(self, i: int, j: int) -> str:
        """The cell of a count."""
        return f"{get_column_letter(self.column + j - 1)}{self.row + i - 1}"

    def colour(self, sheet: Worksheet) -> None:
        """The more samples the darker."""
        area = f"{self.address(1, 1)}:{self.address(self.n, self.n)}"
        rule = ColorScaleRule("num", 0, style.WHITE, end_type="max", end_color=style.POSITIVE)
        sheet.conditional_formatting.add(area, rule)


def _share(part: str, whole: str, value: int, of: int) -> tuple[str, Content]:
    """A part of a whole, or a dash where there is none."""
    return f'IF({whole}=0,"{NONE}",{part}/{whole})', value / of if of else NONE
