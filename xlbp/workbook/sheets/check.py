"""The gradient check: central differences by live forward passes, beside the gradients by the chain rule.

(E(w + h) - E(w - h)) / 2h    for each parameter w, two forward passes of the book's own formulas.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from xlbp.lang import Texts
from xlbp.workbook.drawing import style
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.layout import range_of
from xlbp.workbook.page.entries import put_told
from xlbp.workbook.page.facts import Facts
from xlbp.workbook.page.lens import Lens
from xlbp.workbook.page.page import Page
from xlbp.workbook.page.passes import Passes, Setting, put_passes, total_width, width
from xlbp.workbook.sheets.header import put_header

MOST_CELLS = 60_000
WORST, HEADINGS, FIRST = 6, 10, 11  # rows
STEP = "check_h"
STEP_SYMBOLS = ("h", "ε", "Δ", "step")  # for the step: the first that the book has no other use for
PASS, KINK, FAIL = "pass", "kink", "fail"  # verdicts, by the keys of their words
RELATIVE, ABSOLUTE = 1e-5, 1e-8  # a difference of double precision is good for about that much
NOISE = 2.0**-51  # of the terms of a loss: what roundings may make of it
SLACK = 0.001  # relative, on the way from one slope of a corner to the other
CORNER = 100.0  # a corner's two slopes differ by more than so many steps h would bend a smooth loss
TOP, LOSS_COLUMN = 4, 7  # where h stands, and the loss itself, between the two moved ones
LOSS_NOW = f"${get_column_letter(LOSS_COLUMN)}${TOP}"
DIFFERENCE = 7  # the column of the relative differences
TABLE = 12  # the forward passes stand from this column on


def checked_parameters(contents: Contents) -> tuple[str, ...]:
    """All parameters, or as many, evenly spread, as two forward passes each leave room for."""
    order = contents.template.parameter_order
    most = max(1, MOST_CELLS // (2 * width(contents)))
    return order if len(order) <= most else tuple(order[i * len(order) // most] for i in range(most))


def check_page(contents: Contents, facts: Facts) -> Page:
    """The sheet, with every number it must show."""
    page = Page(contents.texts("sheet.check"))
    put_header(page, contents, facts, "check")
    chosen = checked_parameters(contents)
    page.text(TOP, 2, step_symbol(contents), "label")
    page.input(TOP, 3, facts.choices.step, STEP)
    put_told(page, TOP, 4, f"$C${TOP}>0", (contents.texts("check.step"), contents.texts("entry.positive")))
    lens = Lens(contents, facts)
    page.text(TOP, LOSS_COLUMN - 1, contents.symbol(contents.objective), "label")
    page.live(
        TOP,
        LOSS_COLUMN,
        lens.in_row(contents.objective),
        facts.value(contents.objective),
        "precise",
        facts.size(contents.objective),
    )
    page.text(HEADINGS - 1, TABLE, contents.texts("check.passes", h=step_symbol(contents)), "heading")
    passes = put_passes(page, contents, facts, HEADINGS, TABLE, _settings(contents, facts, chosen))
    _put_results(page, contents, facts, chosen, passes)
    everything = len(contents.template.parameter_order)
    if len(chosen) < everything:
        page.text(5, 5, contents.texts("check.some", chosen=len(chosen), all=everything), "muted")
    page.width(range(2, 10), 15)
    page.width(range(TABLE, TABLE + total_width(contents)), 9)
    page.print_columns = 8
    page.finishing.append(lambda sheet: _finish(sheet, len(chosen), verdict_words(contents.texts)))
    return page


def step_symbol(contents: Contents) -> str:
    """What the step is called."""
    names = (*contents.program.names, *contents.layout.panel)
    taken = {contents.bare_symbol(name) for name in names}
    return next(symbol for symbol in STEP_SYMBOLS if symbol not in taken)


def verdict_words(texts: Texts) -> dict[str, str]:
    """What the sheet says for each verdict, in the reader's language."""
    return {verdict: texts(f"verdict.{verdict}") for verdict in (PASS, KINK, FAIL)}


def _settings(contents: Contents, facts: Facts, chosen: tuple[str, ...]) -> list[Setting]:
    """For each parameter two rows: moved up by h, and down by h."""
    lens = Lens(contents, facts)
    now = {name: (lens.formula(name), _number(facts.value(name))) for name in contents.template.parameter_order}
    rows: list[Setting] = []
    for name in chosen:
        formula, value = now[name]
        for sign, step in (("+", facts.choices.step), ("-", -facts.choices.step)):
            rows.append({**now, name: (f"{formula}{sign}{STEP}", value + step)})
    return rows


def _number(value: float | None) -> float:
    """A value to compute with; where a cell shows an error, what follows from it does so too."""
    return math.nan if value is None else value


def _put_results(page: Page, contents: Contents, facts: Facts, chosen: tuple[str, ...], passes: Passes) -> None:
    objective = contents.symbol(contents.objective)
    headings = ["parameter", "analytic", "plus", "minus", "numeric", "relative", "verdict"]
    for column, key in enumerate(headings, start=2):
        page.text(HEADINGS, column, contents.texts(f"check.{key}", loss=objective, h=step_symbol(contents)), "column")
    verdicts = [_put_result(page, contents, facts, i, name, passes) for i, name in enumerate(chosen)]
    _put_worst(page, contents, len(chosen))
    good, last = len(verdicts) - verdicts.count(FAIL), FIRST + len(chosen) - 1
    span = f"$H${HEADINGS}:$H${last}"  # from the heading on: Gnumeric makes a cell of a range of one
    words = verdict_words(contents.texts)
    summary = f'COUNTIF({span},"{words[PASS]}")+COUNTIF({span},"{words[KINK]}")'
    if KINK in verdicts:
        page.text(HEADINGS - 1, 2, contents.texts("check.kink"), "muted")
    page.text(5, 2, contents.texts("check.all"), "label")
    verdict = PASS if good == len(chosen) else FAIL
    is_sure = all(formula.sure for formula in page.formulas)
    formula = f'IF({summary}={len(chosen)},"{words[PASS]}","{words[FAIL]}")'
    page.live(5, 3, formula, words[verdict], "result", sure=is_sure)
    page.live(5, 4, f'{summary}&" / {len(chosen)}"', f"{good} / {len(chosen)}", "muted", sure=is_sure)


def _put_worst(page: Page, contents: Contents, count: int) -> None:
    """The largest relative difference, how large it may be, and why the step is taken to both sides."""
    texts, h = contents.texts, step_symbol(contents)
    differences = [f for f in page.formulas if f.column == DIFFERENCE and f.row >= FIRST]
    values = [f.value for f in differences if isinstance(f.value, float)]
    worst = max(values) if len(values) == count else None
    page.text(WORST, 2, texts("check.worst"), "label")
    area = range_of(f"$G${FIRST}", f"$G${FIRST + count - 1}")
    page.live(WORST, 3, f"MAX({area})", worst, "difference", max(f.size for f in differences))
    page.text(WORST, 4, texts("check.marked"), "muted")
    allowed = (f"{number:.0e}".replace("e-0", "E-").replace("e-", "E-") for number in (RELATIVE, ABSOLUTE))
    relative, absolute = allowed
    page.text(
        WORST + 1,
        2,
        texts("check.tolerance", word=texts(f"verdict.{PASS}"), relative=relative, absolute=absolute),
        "muted",
    )
    page.text(WORST + 2, 2, texts("check.central", h=h), "muted")


def _power_of_ten(number: float) -> str:
    """A small number as spreadsheets show it: 1E-5."""
    return f"{number:.0e}".replace("e-0", "E-")


def _put_result(page: Page, contents: Contents, facts: Facts, index: int, name: str, passes: Passes) -> str:
    """One parameter's row; returns its verdict."""
    row, gradient = FIRST + index, contents.gradient(name)
    plus, minus = passes.loss[2 * index], passes.loss[2 * index + 1]
    high, low = passes.values[2 * index], passes.values[2 * index + 1]
    size, h = passes.sizes[2 * index], facts.choices.step
    exact = facts.value(gradient)
    page.text(row, 2, contents.symbol(name), "symbol")
    page.live(row, 3, Lens(contents, facts).formula(gradient), exact, "precise", facts.size(gradient))
    page.live(row, 4, plus, high, "precise", size)
    page.live(row, 5, minus, low, "precise", size)
    numeric = None if high is None or low is None else (high - low) / (2 * h)
    noise = size / h
    page.live(row, 6, f"(D{row}-E{row})/(2*{STEP})", numeric, "precise", noise)
    if exact is None or numeric is None:
        page.live(row, 7, f"ABS(C{row}-F{row})/MAX(ABS(C{row}),ABS(F{row}),1E-12)", None, "difference")
    else:
        scale = max(abs(exact), abs(numeric), 1e-12)
        relative = abs(exact - numeric) / scale
        formula = f"ABS(C{row}-F{row})/MAX(ABS(C{row}),ABS(F{row}),1E-12)"
        page.live(row, 7, formula, relative, "difference", noise / scale)
    bound = f"{RELATIVE:g}*MAX(ABS(C{row}),ABS(F{row}))+{ABSOLUTE:g}".upper()
    verdict = _verdict(exact, high, low, facts.value(contents.objective), h)
    words = verdict_words(contents.texts)
    corner = f'IF({_corner(row)},"{words[KINK]}","{words[FAIL]}")'
    text = f'IFERROR(IF(ABS(C{row}-F{row})<={bound},"{words[PASS]}",{corner}),"{words[FAIL]}")'
    page.live(row, 8, text, words[verdict], "result", sure=_is_sure(exact, numeric, noise))
    return verdict


def _is_sure(exact: float | None, numeric: float | None, noise: float) -> bool:
    """Whether roundings of two losses, whose difference is taken, are small beside what is allowed."""
    return exact is None or numeric is None or NOISE * noise <= _allowed(exact, numeric)


def _corner(row: int) -> str:
    """Whether the loss has a corner here, and the gradient is one of its two slopes, or between them."""
    right, left = f"(D{row}-{LOSS_NOW})/{STEP}", f"({LOSS_NOW}-E{row})/{STEP}"
    apart = f"ABS({right}-{left})"
    within = f"ABS(C{row}-{right})+ABS(C{row}-{left})<={apart}*{1 + SLACK}"
    return f"AND({apart}>{CORNER:g}*{STEP}*(1+ABS({right})+ABS({left})),{within})"


def _verdict(exact: float | None, high: float | None, low: float | None, now: float | None, h: float) -> str:
    """What the formula says, computed apart."""
    if exact is None or high is None or low is None or now is None:
        return FAIL
    if _close(exact, (high - low) / (2 * h)):
        return PASS
    right, left = (high - now) / h, (now - low) / h
    apart = abs(right - left)
    is_corner = apart > CORNER * h * (1 + abs(right) + abs(left))
    return KINK if is_corner and abs(exact - right) + abs(exact - left) <= apart * (1 + SLACK) else FAIL


def _close(exact: float, numeric: float) -> bool:
    return abs(exact - numeric) <= _allowed(exact, numeric)


def _allowed(exact: float, numeric: float) -> float:
    """How far the two gradients may be apart."""
    return RELATIVE * max(abs(exact), abs(numeric)) + ABSOLUTE


def _finish(sheet: Worksheet, count: int, words: Mapping[str, str]) -> None:
    """Green for what passes, vermilion for what fails, beside the word itself."""
    for area in (f"H{FIRST}:H{FIRST + count - 1}", "C5"):
        for verdict, phase in ((PASS, "update"), (KINK, "iteration"), (FAIL, "loss")):
            band = style.PHASES[phase]
            rule = style.when_cell("equal", f'"{words[verdict]}"', style.change(band.fill, band.ink, bold=True))
            sheet.conditional_formatting.add(area, rule)
    differences = f"G{FIRST}:G{FIRST + count - 1}"
    is_worst = f"AND(ISNUMBER(G{FIRST}),G{FIRST}=$C${WORST})"
    sheet.conditional_formatting.add(differences, style.when(is_worst, style.change("D9D9D9", bold=True)))
    sheet.freeze_panes = f"C{FIRST}"
