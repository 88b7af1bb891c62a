"""The top of every teaching sheet: its title, what it shows, the iteration it shows, and the way back."""

from __future__ import annotations

from openpyxl.utils import get_column_letter

from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.layout import quoted
from xlbp.workbook.page.entries import is_whole, put_told
from xlbp.workbook.page.facts import Facts
from xlbp.workbook.page.lens import ITERATION, SAMPLE, Lens
from xlbp.workbook.page.page import Page

TITLE, EXPLANATION, CHOOSER = 1, 2, 3  # rows
ARROWS_COLUMN, LABEL_COLUMN, CHOOSER_COLUMN = 1, 2, 3
ARROWS_HEIGHT = 20.0
ARROWS_WIDTH = 6.0  # so that a finger or a mouse far from the wall meets them


def put_title(page: Page, contents: Contents, key: str, key_suffix: str = "") -> None:
    """Title, explanation, and the way back."""
    texts = contents.texts
    title = texts.words.get(f"sheet.{key}_{key_suffix}") or texts(f"sheet.{key}")
    page.text(TITLE, LABEL_COLUMN, title, "title")
    page.text(EXPLANATION, LABEL_COLUMN, texts(f"{key}.explanation{key_suffix and '_' + key_suffix}"), "muted")
    page.way(TITLE, 1, "⌂", f"{quoted(contents.front)}!A1")
    page.width([ARROWS_COLUMN], ARROWS_WIDTH)


def put_header(
    page: Page,
    contents: Contents,
    facts: Facts,
    key: str,
    chooser: bool = False,
    key_suffix: str = "",
    with_sample: bool = False,
) -> None:
    """Rows 1 to 3; ``chooser`` puts the cells where iteration and sample are chosen, else they are shown."""
    put_title(page, contents, key, key_suffix)
    texts, samples = contents.texts, Lens(contents, facts).samples
    last = contents.layout.iterations
    if not chooser:
        page.text(CHOOSER, LABEL_COLUMN, texts("header.iteration"), "label")
        page.live(CHOOSER, CHOOSER_COLUMN, ITERATION, float(facts.choices.iteration), "integer")
        put_elsewhere(page, contents, CHOOSER_COLUMN + 1)
        if with_sample and samples > 1:
            page.text(CHOOSER + 1, LABEL_COLUMN, texts("header.sample"), "label")
            page.live(CHOOSER + 1, CHOOSER_COLUMN, SAMPLE, float(facts.choices.sample), "integer")
            put_arrows(page, contents, "sample")
        return
    put_choice(page, contents, CHOOSER, "iteration", (facts.choices.iteration, 0, last), ITERATION)
    put_arrows(page, contents, "iteration")
    if samples > 1:
        put_choice(page, contents, CHOOSER + 1, "sample", (facts.choices.sample, 1, samples), SAMPLE)
        put_arrows(page, contents, "sample")


def put_arrows(page: Page, contents: Contents, key: str) -> None:
    """Left of the row of the iteration or the sample, the arrows that step it, for all sheets."""
    row, name, first, last = {
        "iteration": (CHOOSER, ITERATION, 0, contents.layout.iterations),
        "sample": (CHOOSER + 1, SAMPLE, 1, contents.template.model.batch),
    }[key]
    page.spinner(row, ARROWS_COLUMN, name, first, last, contents.texts(f"header.step_{key}"))
    page.heights[row] = ARROWS_HEIGHT


def put_elsewhere(page: Page, contents: Contents, column: int) -> None:
    """Left of the iteration the arrows that step it; right of it where it can be typed, and the way there."""
    put_arrows(page, contents, "iteration")
    steps = contents.texts("sheet.steps")
    shown = contents.texts("header.elsewhere", steps=steps)
    place = f"{quoted(steps)}!{get_column_letter(CHOOSER_COLUMN)}{CHOOSER}"
    page.way(CHOOSER, column, shown, place, "way")


def put_choice(
    page: Page, contents: Contents, row: int, key: str, chosen_first_last: tuple[int, int, int | str], name: str
) -> None:
    """A cell where a whole number is chosen; beside it its bounds, and what is wrong with another entry.

    Where the last number is a formula, the words beside the cell depend on more: they are not put here.
    """
    chosen, first, last = chosen_first_last
    page.text(row, LABEL_COLUMN, contents.texts(f"header.{key}"), "label")
    page.input(row, CHOOSER_COLUMN, chosen, name)
    page.looks[row, CHOOSER_COLUMN] = "choice"
    if isinstance(last, int):
        texts = (
            contents.texts(f"header.choose_{key}", last=last),
            contents.texts("entry.whole", first=first, last=last),
        )
        cell = f"${get_column_letter(CHOOSER_COLUMN)}${row}"
        put_told(page, row, CHOOSER_COLUMN + 1, is_whole(cell, first, last), texts)
