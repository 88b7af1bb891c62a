"""How good the network is at a chosen iteration: for classes the confusion matrix, for numbers errors and a chart.

Of training samples and of those kept for testing apart, sample by sample in a table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from xlbp.template.blocks.block import Axis
from xlbp.template.quantity import Quantity
from xlbp.workbook.drawing import style
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.page.facts import Facts
from xlbp.workbook.page.page import Page
from xlbp.workbook.sheets.header import put_choice, put_title
from xlbp.workbook.sheets.outcomes import NONE, Outcomes, outcomes_of, place_labels, places_of
from xlbp.workbook.sheets.results.confusion import Classified, percent, put_confusion
from xlbp.workbook.sheets.results.numbers import Compared, Part, add_chart, put_ends, put_measures
from xlbp.workbook.sheets.results.predictions import (
    FEWEST_CASES,
    RESULTS_AT,
    Answer,
    Predictions,
    Sample,
    cases,
    samples_of,
)

TOP, LEFT = 5, 2  # where the matrices, or the measures, begin
FIRST = 7  # the first row of the table of samples, below the parameters of passes of their own
RIGHT, WRONG = "✓", "✗"
MOST_CLASSES, MOST_CHARTS = 30, 4
CHART_ROWS, CHART_COLUMNS = 20, 7
OUTPUTS = 3  # columns of the table before its outputs


def has_results(contents: Contents) -> bool:
    """Whether there are enough samples, and classes that a matrix can show, or numbers."""
    if not contents.program.answer or not contents.template.model.inputs:
        return False
    outcomes = outcomes_of(contents)
    fits = len(outcomes.classes) <= MOST_CLASSES and (outcomes.classes or len(outcomes.labels) <= MOST_CLASSES)
    return bool(fits) and cases(contents) >= FEWEST_CASES


def results_page(contents: Contents, facts: Facts) -> Page:
    """The sheet, with every number it must show."""
    outcomes = outcomes_of(contents)
    page, kind = Page(contents.texts("sheet.results")), "classes" if outcomes.classes else "numbers"
    put_title(page, contents, "results", kind)
    last = contents.layout.iterations
    put_choice(page, contents, 3, "results_iteration", (facts.choices.results_at, 0, last), RESULTS_AT)
    of = _Classes if outcomes.classes else _Numbers
    of(page, contents, facts, outcomes).put()
    return page


@dataclass(frozen=True)
class _Case:
    """Outputs that stand together, with their targets: of a sample, or of one of its steps or places."""

    sample: Sample
    place: str
    targets: tuple[Quantity, ...]
    answers: list[Answer]


class _Results:
    """The table of samples, and left of it what follows."""

    table: int  # its first column

    def __init__(self, page: Page, contents: Contents, facts: Facts, outcomes: Outcomes) -> None:
        self.page, self.contents, self.facts, self.outcomes = page, contents, facts, outcomes
        self.texts, self.network = contents.texts, contents.network
        self.is_placed = len(place_labels(self.network)) > 1

    def cases(self, table: int, columns: int) -> list[_Case]:
        """All of them, row by row, with the columns that name them; passes of their own stand right of the table."""
        self.table = table
        predictions = Predictions(self.page, self.contents, self.facts, (FIRST, self.column(columns) + 1))
        marks, targets = place_labels(self.network), places_of(self.network, self.network.aimed_at)
        every = [
            _Case(sample, mark, tuple(name.sampled(self.mark(sample)) for name in aimed), answers)
            for sample in predictions.samples
            for mark, aimed, answers in zip(marks, targets, predictions.answers(sample), strict=True)
        ]
        self.page.text(FIRST - 1, table, self.texts("learned.sample"), "column")
        for row, case in enumerate(every, start=FIRST):
            self.page.text(row, table, self.called(case.sample), "muted")
            if self.is_placed:
                self.page.text(row, table + 1, case.place, "muted")
        if self.is_placed:
            has_steps = self.network.outputs_apart.axes == (Axis.STEP,)
            self.page.text(FIRST - 1, table + 1, self.texts("chart.step") if has_steps else "", "column")
        return every

    def column(self, number: int) -> int:
        """A column of the table, counted from 0 behind those that name the sample."""
        return self.table + 1 + self.is_placed + number

    def mark(self, sample: Sample) -> str:
        """What marks the targets of a sample: its row of the table, or on the panel its place."""
        return f"#{sample.number}" if self.network.stored else self.network.marks[sample.number - 1]

    def called(self, sample: Sample) -> str:
        """As the data sheet numbers it."""
        if not sample.is_test:
            return str(sample.number)
        return f"{self.texts('data.kept')} {sample.number - self.network.samples}"

    def parts(self, every: Sequence[_Case]) -> list[Part]:
        """The rows of training samples, and of those kept for testing, if there are any."""
        tested = sum(case.sample.is_test for case in every)
        between, last = FIRST + len(every) - tested, FIRST + len(every) - 1
        parts = [Part("trained", FIRST, between - 1)]
        return [*parts, Part("tested", between, last)] if tested else parts

    def put_share(self, row: int) -> None:
        """That only some of the samples are shown, where it is so."""
        shown = sum(not sample.is_test for sample in samples_of(self.contents))
        if shown < self.network.samples:
            text = self.texts("results.some", chosen=shown, all=self.network.samples)
            self.page.text(row, LEFT, text, "muted")

    def targets(self, case: _Case) -> tuple[list[str], list[float]]:
        """The cells of the targets, and what they hold."""
        cells = [self.contents.address_of(name) for name in case.targets]
        return cells, [self.facts.inputs[name] for name in case.targets]


class _Classes(_Results):
    """A confusion matrix for each part of the samples; the table has the actual and the predicted class of each."""

    codes: int  # the column of the table from which on the classes stand as numbers

    def put(self) -> None:
        """Numbers of the classes stand right of their names."""
        n, outputs = len(self.outcomes.classes), len(self.outcomes.labels)
        every = self.cases(LEFT + n + 4, OUTPUTS + outputs + 2)
        self.codes = OUTPUTS + outputs
        heads = (self.texts("results.actual"), self.texts("results.predicted"), "", *self.outcomes.labels)
        for offset, text in enumerate(heads):
            self.page.text(FIRST - 1, self.column(offset), text, "column")
        pairs = [self.put_case(row, case) for row, case in enumerate(every, start=FIRST)]
        row = TOP
        for part in self.parts(every):
            row = 2 + put_confusion(
                self.page, self.texts, self.outcomes.classes, self.classified(part, pairs), (row, LEFT)
            )
        self.put_share(row)
        self.put_reading(row + 1)
        self.page.width([LEFT], 22)
        self.page.width(range(LEFT + 1, LEFT + n + 2), 9)
        self.page.width(range(self.table, self.column(self.codes + 2)), 9)
        self.page.width([self.column(2)], 4)
        self.page.print_columns = self.column(self.codes) - 1
        last = FIRST + len(every) - 1
        self.page.finishing.append(lambda sheet: self.colour(sheet, last))

    def put_reading(self, row: int) -> None:
        """By which border a single output is read, and in what steps the accuracy of a row moves."""
        texts, network = self.texts, self.network
        if self.outcomes.is_side:
            border, high = texts.number(self.outcomes.border, "g"), self.outcomes.classes[1]
            self.page.text(row, LEFT, texts("results.border", border=border, high=high), "muted")
            row += 1
        if network.picks and network.data.accuracy:
            share = percent(1 / network.batch, texts)
            self.page.text(row, LEFT, texts("results.of_batch", batch=network.batch, share=share), "muted")

    def put_case(self, row: int, case: _Case) -> tuple[int, int]:
        """A row of the table; returns the numbers of the classes."""
        outcomes, (cells, values) = self.outcomes, self.targets(case)
        actual = outcomes.class_of_target(values)
        predicted = outcomes.class_of([answer.value for answer in case.answers])
        outputs = [self.put_output(row, k, answer) for k, answer in enumerate(case.answers)]
        at = [self.column(self.codes + offset) for offset in (0, 1)]
        places = [f"{get_column_letter(column)}{row}" for column in at]
        numbers = [str(k) for k in range(1, len(outcomes.classes) + 1)]
        self.page.live(row, at[0], outcomes.class_of_target_formula(cells), float(actual), "small")
        self.page.live(row, at[1], outcomes.class_formula(outputs, numbers, "0"), float(predicted), "small")
        names = f"${get_column_letter(LEFT + 1)}${TOP + 1}:${get_column_letter(LEFT + len(numbers))}${TOP + 1}"
        self.page.live(row, self.column(0), f"INDEX({names},1,{places[0]})", outcomes.named(actual), "text")
        shown = f'IF({places[1]}=0,"{NONE}",INDEX({names},1,{places[1]}))'
        self.page.live(row, self.column(1), shown, outcomes.named(predicted), "text")
        right = RIGHT if actual == predicted else WRONG
        self.page.live(row, self.column(2), f'IF({places[0]}={places[1]},"{RIGHT}","{WRONG}")', right, "passing")
        return actual, predicted

    def put_output(self, row: int, k: int, answer: Answer) -> str:
        """An output in the table; returns its cell."""
        self.page.live(row, self.column(OUTPUTS + k), answer.formula, answer.value, "number", answer.size)
        return f"{get_column_letter(self.column(OUTPUTS + k))}{row}"

    def classified(self, part: Part, pairs: Sequence[tuple[int, int]]) -> Classified:
        """The classes of a part."""
        letters = [get_column_letter(self.column(self.codes + offset)) for offset in (0, 1)]
        actual, predicted = (f"${letter}${part.first}:${letter}${part.last}" for letter in letters)
        of_part = pairs[part.first - FIRST : part.last - FIRST + 1]
        return Classified(self.texts(f"results.{part.key}"), actual, predicted, of_part)

    def colour(self, sheet: Worksheet, last: int) -> None:
        """What is wrong is seen."""
        letter, first = get_column_letter(self.column(2)), get_column_letter(self.table)
        wrong = style.change(ground=style.PHASES["loss"].tint)
        area = f"{first}{FIRST}:{letter}{last}"
        sheet.conditional_formatting.add(area, style.when(f'${letter}{FIRST}="{WRONG}"', wrong))


class _Numbers(_Results):
    """Measures and a chart for each target; the table has target, prediction and error."""

    def put(self) -> None:
        """From the measures down to the charts."""
        labels, texts = self.outcomes.labels, self.texts
        table = LEFT + min(2, len(labels)) * CHART_COLUMNS + 1
        every = self.cases(table, 3 * len(labels) + 1)
        compared = [self.put_target(k, label, every) for k, label in enumerate(labels)]
        parts = self.parts(every)
        row = put_measures(self.page, texts, compared, parts, (TOP, LEFT)) + 2
        self.put_share(row - 1)
        ends_at = self.column(3 * len(labels))
        charts = []
        for k, of_target in enumerate(compared[:MOST_CHARTS]):
            put_ends(self.page, of_target, parts, (FIRST + 2 * k, ends_at))
            down, across = divmod(k, 2)
            place = (row + 1 + down * (CHART_ROWS + 1), LEFT + across * CHART_COLUMNS, CHART_ROWS, CHART_COLUMNS)
            charts.append((of_target, (FIRST + 2 * k, ends_at), place))
        self.page.text(FIRST - 1, ends_at, texts("results.ends"), "column")
        self.page.width([LEFT], 16)
        self.page.width(range(LEFT + 1, ends_at + 1), 11)
        self.page.print_columns = ends_at - 1

        def draw(sheet: Worksheet) -> None:
            for of_target, ends, place in charts:
                add_chart(sheet, texts, of_target, parts, ends, place)

        self.page.finishing.append(draw)

    def put_target(self, k: int, label: str, every: Sequence[_Case]) -> Compared:
        """Target, prediction and error of every case."""
        columns = tuple(self.column(3 * k + offset) for offset in range(3))
        heads = (("target_of", self.outcomes.targets[k]), ("prediction_of", label), ("error_of", label))
        for column, (key, name) in zip(columns, heads, strict=True):
            self.page.text(FIRST - 1, column, self.texts(f"results.{key}", name=name), "column")
        look = "number" if self.outcomes.are_small[k] else "large number"
        targets, predictions, sizes = [], [], []
        for row, case in enumerate(every, start=FIRST):
            cells, values = self.targets(case)
            answer, target = case.answers[k], values[k]
            targets.append(target)
            predictions.append(answer.value)
            here = [f"{get_column_letter(column)}{row}" for column in columns]
            size = answer.size + abs(target)
            sizes.append(size)
            self.page.live(row, columns[0], cells[k], target, look)
            self.page.live(row, columns[1], answer.formula, answer.value, look, answer.size)
            self.page.live(row, columns[2], f"{here[1]}-{here[0]}", answer.value - target, look, size)
        first, second, third = columns
        aimed = self.outcomes.targets[k]
        return Compared(label, aimed, (first, second, third), targets, predictions, sizes, FIRST, look)
