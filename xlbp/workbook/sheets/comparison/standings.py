"""The table of a comparison: a row per run, live, with what each of its cells is worth.

All that a row tells comes from its run's own sheet: the loss at the start, on the way and at the end, the
smallest loss and where it stands, the test samples, and where the loss stops being a number.
"""

from __future__ import annotations

import math

import numpy as np
from openpyxl.utils import get_column_letter

from xlbp.template import names
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.formula import spreadsheet_number
from xlbp.workbook.layout.layout import quoted
from xlbp.workbook.layout.runs import TABLE, Comparison
from xlbp.workbook.page.facts import Array, Facts, in_order, readable, readable_formula
from xlbp.workbook.page.page import Content, Page
from xlbp.workbook.sheets.comparison.losses import best_column, is_upward
from xlbp.workbook.sheets.comparison.scores import EPOCH, LAST, NEAR, TEST, TIMES, ends_far_above, score_of

FINITE, GROWS, BEST, NONE, SAME, OTHER = "–", "↑", "★", "·", "OK", "≠"
NO_NUMBER = 1e300  # stands for a loss that is none, so that the others can be ranked
RTOL = 1e-9
WHOLE = 2.0**44  # the size of which verification takes a whole number for noise
NUMBER, LABEL, FIRST_SETTING = 1, 2, 3
SCRATCH = 40  # the first of the columns out of sight
INCOMPARABLE = 1e99  # a size beside which any two losses are equal


def milestones(iterations: int) -> list[int]:
    """The iterations whose loss the table tells: the first, a quarter, a half, the last."""
    return sorted({0, iterations // 4, iterations // 2, iterations})


class Standings:
    """The columns of the table, and those out of sight; :meth:`put` writes a run's row."""

    def __init__(self, page: Page, comparison: Comparison) -> None:
        self.page, self.comparison, self.first = page, comparison, comparison.first
        self.texts, self.iterations = self.first.texts, self.first.layout.iterations
        self.up = is_upward(self.first)
        self.settings = len(comparison.runs[0].settings)
        self.shown = milestones(self.iterations)
        columns = [set(contents.layout.columns) for contents in comparison.contents]
        of_tests = (names.LOSS + names.TEST, names.HITS + names.TEST)
        self.tests = [name for name in of_tests if all(name in each for each in columns)]
        self.losses = FIRST_SETTING + self.settings
        self.extreme = self.losses + len(self.shown)
        self.tested = self.extreme + 2
        self.score = score_of(comparison.contents)
        self.averaged = self.tested + len(self.tests)  # the column of the mean of the last epoch, if there is one
        self.diverged = self.averaged + (self.score.by == EPOCH)
        self.best = self.last = self.diverged + 1
        self.labels: list[str] = []
        self.ranks: list[float] = []
        self.starts: list[float] = []
        self.stays: list[bool] = []
        self.same: list[bool] = []
        self.leads: list[bool] = []

    @property
    def rows(self) -> tuple[int, int]:
        """The first and the last run's row."""
        return TABLE + 1, TABLE + len(self.comparison.runs)

    def column(self, number: int) -> str:
        """A column's cells of all runs, ``$D$9:$D$14``."""
        letter, (first, last) = get_column_letter(number), self.rows
        return f"${letter}${first}:${letter}${last}"

    def headings(self) -> list[str]:
        """What stands over the columns, from the first on."""
        objective = self.first.symbol(self.first.objective)
        words = {"objective": objective}
        headings = [self.texts("comparison.number"), self.texts("comparison.run")]
        headings += [
            key.removeprefix("training.").removeprefix("network.") for key, _ in self.comparison.runs[0].settings
        ]
        headings += [self.texts("comparison.at", t=t, **words) for t in self.shown]
        headings += [
            self.texts(f"comparison.{'largest' if self.up else 'smallest'}", **words),
            self.texts("comparison.when"),
        ]
        headings += [
            self.texts("comparison.at", t=self.iterations, objective=self.first.symbol(name)) for name in self.tests
        ]
        headings += [self.texts("comparison.mean", **words)] if self.score.by == EPOCH else []
        return [*headings, self.texts("comparison.diverged"), self.texts("comparison.best")]

    def put(self, index: int, facts: Facts) -> None:
        """The row of one run."""
        row, contents = TABLE + 1 + index, self.comparison.contents[index]
        self.put_settings(row, index, contents, facts)
        self.put_losses(row, index, contents, facts)
        for column, name in enumerate(self.tests, start=self.tested):
            values = facts.history[name]
            size = float(facts.sizes[name][-1])
            cell = _cell(contents, name, self.iterations)
            self.page.live(row, column, cell, _content(values[-1]), "number", size, index)
        if self.score.by == EPOCH:
            self.put_mean(row, index, contents, facts)
        self.put_rank(row, index, contents, facts)

    @property
    def ranked(self) -> int:
        """The column of what the runs are ranked by."""
        columns = {TEST: self.tested, EPOCH: self.averaged, LAST: self.losses + len(self.shown) - 1}
        return columns[self.score.by]

    def put_mean(self, row: int, index: int, contents: Contents, facts: Facts) -> None:
        """The mean of the losses of the last epoch."""
        rows, sizes = self.score.rows(contents), facts.sizes[self.score.quantity]
        letter, last = get_column_letter(contents.layout.columns[self.score.quantity]), contents.layout.last_row
        formula = f"AVERAGE({contents.training}!${letter}${last - rows + 1}:${letter}${last})"
        value = self.score.of(contents, facts.history)
        self.page.live(row, self.averaged, formula, _content(value), "number", _size(sizes[-rows:].max()), index)

    def put_settings(self, row: int, index: int, contents: Contents, facts: Facts) -> None:
        """Its number, a link to its sheet; its name; each setting, live where the run's panel has it."""
        page, run = self.page, self.comparison.runs[index]
        page.way(row, NUMBER, run.number, f"{contents.training}!A1", "run")
        pieces, told = [], []
        for column, ((key, value), word) in enumerate(zip(run.settings, run.words(), strict=True), start=FIRST_SETTING):
            name = run.input_of(key, value)
            place = contents.layout.panel.get(name)
            if place is None or place.sheet != "training":
                page.text(row, column, word.removeprefix(f"{key.rpartition('.')[2]}="), "setting")
                pieces.append(_text(word))
                told.append(word)
                continue
            now, own = facts.inputs[name], contents.template.inputs()[name]
            page.live(row, column, place.defined, now, "given number", abs(now), index)
            cell, head = f"${get_column_letter(column)}${row}", word.partition("=")[0]
            changed = f"{_text(f'{head}=')}&{readable_formula(cell)}"
            pieces.append(f"IF(SIGN({cell}-{spreadsheet_number(own)})=0,{_text(word)},{changed})")
            told.append(word if now == own else f"{head}={readable(now)}")
        label = ", ".join(told)
        if all(piece.startswith('"') for piece in pieces):
            page.text(row, LABEL, label, "symbol")
        else:
            page.live(row, LABEL, '&", "&'.join(pieces), label, "symbol", run=index)
        self.labels.append(label)

    def put_losses(self, row: int, index: int, contents: Contents, facts: Facts) -> None:
        """The loss on the way, the smallest one, and where it is no number any more."""
        page, objective = self.page, contents.objective
        values, sizes = facts.history[objective], facts.sizes[objective]
        for column, t in enumerate(self.shown, start=self.losses):
            cell = _cell(contents, objective, t)
            page.live(row, column, cell, _content(values[t]), "number", _size(sizes[t]), index)
        every = _column(contents, objective)
        count = int(np.isfinite(values).sum())
        self.put_extreme(row, index, every, values[: max(1, count)], sizes)
        self.put_divergence(row, index, every, values, count)
        self.put_proof(row, index, every, values, facts)

    def put_divergence(self, row: int, index: int, every: str, values: Array, count: int) -> None:
        """From where on the loss is no number; or whether it ends far above its start, if it may not grow."""
        rows, is_loss = self.iterations + 1, self.first.template.kind == "network"
        start, end = (f"{get_column_letter(self.losses + k)}{row}" for k in (0, len(self.shown) - 1))
        ends = f'"{FINITE}"'
        if is_loss:
            ends = f'IF(AND({start}>0,{end}>{TIMES["network"]}*{start}),"{GROWS}",{ends})'
        grows = is_loss and ends_far_above(values)
        value = float(count) if count < rows else GROWS if grows else FINITE
        self.page.live(
            row, self.diverged, f"IF(COUNT({every})={rows},{ends},COUNT({every}))", value, "result", run=index
        )
        self.stays.append(value == FINITE)

    def put_extreme(self, row: int, index: int, every: str, values: Array, sizes: Array) -> None:
        """The smallest loss and its iteration; where several are equally small, any of these will do."""
        cell = f"${get_column_letter(self.extreme)}${row}"
        best = f"{quoted(self.comparison.losses)}!${best_column(self.comparison, index)}${self.first.layout.last_row}"
        ok = bool(np.isfinite(values).all())
        at = int(values.argmax() if self.up else values.argmin()) if ok else 0
        value, size = (float(values[at]), _size(sizes[at])) if ok else (None, 0.0)
        self.page.live(row, self.extreme, best, value, "number", size, index)
        spread = 0
        if ok:
            near = np.flatnonzero(np.abs(values - values[at]) <= NEAR * abs(values[at]) + size / WHOLE)
            spread = int(max(near[-1] - at, at - near[0]))
        place = f"MATCH({cell},{every},0)-1"
        self.page.live(row, self.extreme + 1, place, float(at) if ok else None, "integer", spread * WHOLE, index)

    def put_rank(self, row: int, index: int, contents: Contents, facts: Facts) -> None:
        """Out of sight: what ranks the run, and the size of the first loss, as numbers that can be compared."""
        none = -NO_NUMBER if self.up else NO_NUMBER
        sizes = facts.sizes[contents.objective]
        start, end = f"{get_column_letter(self.losses)}{row}", f"{get_column_letter(self.ranked)}{row}"
        first, score = float(facts.history[contents.objective][0]), self.score.of(contents, facts.history)
        size = _size(facts.sizes[self.score.quantity][-self.score.rows(contents) :].max())
        rank, size = (score, size) if math.isfinite(score) else (none, 0.0)
        self.ranks.append(rank)
        self.starts.append(abs(first) if math.isfinite(first) else 0.0)
        self.page.live(row, SCRATCH, f"IF(ISNUMBER({end}),{end},{none:.0E})", rank, "small", size, index)
        formula = f"IF(ISNUMBER({start}),ABS({start}),0)"
        self.page.live(row, SCRATCH + 1, formula, self.starts[-1], "small", _size(sizes[0]), index)

    def put_proof(self, row: int, index: int, every: str, values: Array, facts: Facts) -> None:
        """Out of sight: the sum of the losses beside NumPy's, for the template's own inputs.

        Where these make it diverge, only how many losses there are is compared.
        """
        own = int(np.isfinite(facts.own_losses).sum())
        whole = own == self.iterations + 1
        total = float(f"{in_order(facts.own_losses):.15g}") if whole else 0.0
        scale = max(float(f"{np.abs(facts.own_losses).sum():.15g}"), 1e-300) if whole else 1.0
        if facts.noisy is not None:  # other programs have other losses, and are not wrong
            scale = INCOMPARABLE
        for column, number in enumerate((float(own), total, scale), start=SCRATCH + 2):
            self.page.number(row, column, number)
        expected, numpy, size, live = (f"{get_column_letter(SCRATCH + k)}{row}" for k in range(2, 6))
        finite = np.isfinite(values)
        now = in_order(values) if finite.all() else math.nan
        sums = float(np.abs(values[finite]).sum())
        if whole:
            self.page.live(row, SCRATCH + 5, f"SUM({every})", _content(now), "small", _size(sums), index)
        close = f"ABS({live}-{numpy})<={RTOL:g}*{size}" if whole else "TRUE"
        test = f'IFERROR(IF(COUNT({every})<>{expected},"{OTHER}",IF({close},"{SAME}","{OTHER}")),"{OTHER}")'
        same = int(finite.sum()) == own and (not whole or abs(now - total) <= RTOL * scale)
        self.same.append(same)
        self.page.live(row, SCRATCH + 6, test, SAME if same else OTHER, "result", run=index)


def _cell(contents: Contents, name: str, iteration: int) -> str:
    letter = get_column_letter(contents.layout.columns[name])
    return f"{contents.training}!${letter}${contents.layout.row_of(iteration)}"


def _column(contents: Contents, name: str) -> str:
    letter, layout = get_column_letter(contents.layout.columns[name]), contents.layout
    return f"{contents.training}!${letter}${layout.first_row}:${letter}${layout.last_row}"


def _content(value: float) -> Content:
    return float(value) if math.isfinite(value) else None


def _size(value: float) -> float:
    return float(value) if math.isfinite(value) else 0.0


def _text(words: str) -> str:
    """A text as a formula holds it."""
    return '"' + words.replace('"', '""') + '"'
