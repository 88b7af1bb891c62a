"""The cells in which a new sample is typed, what is said beside them, and the inputs that they make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from xlbp.template import names
from xlbp.template.blocks.block import Axis
from xlbp.template.model import Category
from xlbp.workbook.drawing import style
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.layout import Place
from xlbp.workbook.page.entries import colour_all_wrong, colour_wrong, is_whole
from xlbp.workbook.page.facts import Facts
from xlbp.workbook.page.live_text import literal
from xlbp.workbook.page.page import Page
from xlbp.workbook.sheets.answering import plain_symbol
from xlbp.workbook.sheets.try_it.typed import FEWEST_SAMPLES, LETTERS, NAME, TOKENS, WORD, Typed, typed_of

LONGEST_LIST = 250  # of a data validation
MOST_LISTED = 100  # rows of numbers below each other, of a sample without a shape
ACROSS = 10  # numbers side by side where there are more

Fetched = tuple[str, float]  # a formula, and its value
Cell = tuple[int, int]


@dataclass
class Sample:
    """What was put on the sheet: the inputs as formulas with values, and how far the cells go."""

    inputs: list[Fetched]
    last_row: int
    last_column: int


def put_sample(page: Page, contents: Contents, facts: Facts, at: Cell) -> Sample:
    """Write the cells from ``at`` on, the first at the label of the first entry."""
    writer = _Sample(page, contents, facts, at)
    typed = writer.typed
    put = {WORD: writer.word, LETTERS: writer.listed_letters}.get(typed.kind)
    if put is None:
        shape = contents.network.input_shape
        put = writer.listed if len(shape) == 1 and typed.count <= MOST_LISTED else writer.grids
    return put()


class _Sample:
    def __init__(self, page: Page, contents: Contents, facts: Facts, at: Cell) -> None:
        self.page, self.contents, self.facts = page, contents, facts
        self.network, self.texts = contents.network, contents.texts
        self.row, self.column = at
        self.typed: Typed = typed_of(contents)
        self.entries = facts.choices.tried
        self.inputs = self.typed.inputs(self.entries)
        self.given = self.network.given
        self.is_ranged = self.network.samples >= FEWEST_SAMPLES and self.typed.kind not in (TOKENS, WORD, LETTERS)

    # numbers

    def listed(self) -> Sample:
        """A row for each number: its name, the cell, and what it was trained on."""
        texts, row, column = self.texts, self.row, self.column
        if self.is_ranged:
            for offset, key in enumerate(("from", "to"), start=2):
                self.page.text(row, column + offset, texts(f"try_it.{key}"), "column")
            row += 1
        inputs: list[Fetched] = []
        numbers: list[Cell] = []
        for cell, category in enumerate(self.typed.fields):
            at, place = (row + cell, column + 1), len(inputs)
            if category is None:
                self.page.text(at[0], column, self.label(place, self.given[place]), "label")
                self.enter(cell, at)
                self.remark((at[0], column + 2), [at], (place,))
                inputs.append(self.guarded_number(at, self.inputs[place]))
                numbers.append(at)
            else:
                self.page.text(at[0], column, category.name, "label")
                inputs += self.chosen(cell, at, category)
        self.colour(numbers)
        return Sample(inputs, row + len(self.typed.fields) - 1, column + 5)

    def chosen(self, cell: int, at: Cell, category: Category) -> list[Fetched]:
        """A cell in which a text is chosen, and the numbers that the text is."""
        row, column = at
        self.enter(cell, at, "word")
        here, texts = f"${get_column_letter(column)}${row}", [*category.numbers]
        is_text = {text: f"EXACT({here},{literal(text)[0]})" for text in texts}
        known = f"{'+'.join(is_text.values())}>0"
        wrong = literal(self.texts("try_it.wrong_text"))[0]
        self.page.live(row, column + 3, f'IF({known},"",{wrong})', "", "wrong")
        self.page.finishing.append(lambda sheet: colour_wrong(sheet, here.replace("$", ""), f"NOT({known})"))
        offer(self.page, texts, [at])
        entered = category.numbers[str(self.entries[cell])]
        inputs: list[Fetched] = []
        for k, value in enumerate(entered):
            terms = [f"{category.numbers[text][k]!r}*{is_text[text]}" for text in texts if category.numbers[text][k]]
            inputs.append((f"IF({known},{'+'.join(terms) or 0},NA())", value))
        return inputs

    def label(self, place: int, name: str) -> str:
        """The name of the column; of a token its step."""
        if self.typed.kind == TOKENS:
            return f"t = {place + 1}"
        return plain_symbol(self.contents, name).removesuffix(self.texts("data.unscaled"))

    def grids(self) -> Sample:
        """A grid for each channel, or one of steps and features; under it what the numbers were trained on."""
        *channels, rows, across = self.grid_shape()
        cells: list[Cell] = []
        row = self.row
        for channel in range(channels[0] if channels else 1):
            row += self.grid_heading(row, channel if channels and channels[0] > 1 else None, across)
            for line in range(rows):
                if self.is_sequence:
                    self.page.text(row + line, self.column, f"t = {line + 1}", "label")
                cells += [(row + line, self.column + 1 + offset) for offset in range(across)]
            row += rows
        cells = cells[: len(self.given)]
        for place, cell in enumerate(cells):
            self.enter(place, cell)
        self.colour(cells)
        if not self.is_sequence:
            area = _area(cells)
            self.page.finishing.append(lambda sheet: sheet.conditional_formatting.add(area, style.by_brightness()))
        row = self.trained_on(row + 1, cells) if self.is_ranged and len(self.network.input_shape) > 1 else row
        return Sample(self.guarded(cells), row - 1, self.column + max(across, 4))

    @property
    def is_sequence(self) -> bool:
        """Whether a row of the grid is a step."""
        return self.network.input_shape.axes == (Axis.STEP, Axis.UNIT)

    def grid_shape(self) -> tuple[int, ...]:
        """Channels, rows and columns; a row of numbers without a shape is broken."""
        shape = tuple(self.network.input_shape)
        return shape if len(shape) > 1 else (-(-shape[0] // ACROSS), ACROSS)

    def grid_heading(self, row: int, channel: int | None, across: int) -> int:
        """Over a grid the number of its channel, over a sequence those of the features; how many rows it takes."""
        if channel is not None:
            self.page.text(row, self.column + 1, self.texts("training.channel", label=channel + 1), "symbol")
            return 1
        if self.is_sequence:
            for offset in range(across):
                self.page.text(row, self.column + 1 + offset, f"x[t,{offset + 1}]", "column")
            return 1
        return 0

    def trained_on(self, row: int, cells: Sequence[Cell]) -> int:
        """A row for each feature, or channel: from where to where it was trained on; the row below the last."""
        for offset, key in enumerate(("from", "to"), start=1):
            self.page.text(row, self.column + offset, self.texts(f"try_it.{key}"), "column")
        groups: dict[int, list[int]] = {}
        for place, name in enumerate(self.given):
            groups.setdefault(self.network.feature_of(name), []).append(place)
        for here, (feature, places) in enumerate(groups.items(), start=row + 1):
            label = f"x[t,{feature}]" if self.is_sequence else self.texts("training.channel", label=feature)
            if len(groups) > 1:
                self.page.text(here, self.column, label, "label")
            self.remark((here, self.column + 1), [cells[place] for place in places], places)
        return here + 1

    # letters

    def word(self) -> Sample:
        """A text, and under it its letters with their places in the alphabet."""
        row, column, steps = self.row, self.column, self.typed.steps
        self.page.text(row, column, self.texts("try_it.word"), "label")
        self.enter(0, (row, column + 1), "word")
        cell = f"${get_column_letter(column + 1)}${row}"
        takes = self.texts("try_it.takes_word", count=steps, letters="".join(self.typed.letters))
        letters = [(row + 2, column + 1 + step) for step in range(steps)]
        self.page.text(row + 2, column, self.texts("try_it.letters"), "label")
        spelled = str(self.entries[0])
        for step, at in enumerate(letters):
            formula = f"IF(LEN({cell})={steps},MID({cell},{step + 1},1),NA())"
            self.page.live(*at, formula, spelled[step], "result")
        placed = self.places(row + 3, letters, spelled)
        last = f"${get_column_letter(column + 1)}${row + 3}:${get_column_letter(column + steps)}${row + 3}"
        is_right = f"COUNT({last})={steps}"
        wrong = self.texts("try_it.wrong_word", count=steps, letters="".join(self.typed.letters))
        self.page.live(
            *(row, column + 2, f"IF({is_right},{literal(takes)[0]},{literal(wrong)[0]})", takes, "muted"),
        )
        self.page.finishing.append(lambda sheet: colour_wrong(sheet, cell.replace("$", ""), f"NOT({is_right})"))
        return Sample(placed, row + 3, column + max(steps, 6))

    def listed_letters(self) -> Sample:
        """A cell for each step, where a letter is chosen, beside it its place in the alphabet."""
        row, column, steps = self.row, self.column, self.typed.steps
        letters = [(row + step, column + 1) for step in range(steps)]
        for step, at in enumerate(letters):
            self.page.text(at[0], column, f"t = {step + 1}", "label")
            self.enter(step, at, "word")
        spelled = [str(letter) for letter in self.entries]
        inputs: list[Fetched] = []
        for step, (here, there) in enumerate(letters):
            inputs += self.place((here, there + 1), (here, there), spelled[step])
            known = f"ISNUMBER({get_column_letter(there + 1)}{here})"
            wrong = literal(self.texts("try_it.wrong_letter"))[0]
            self.page.live(here, there + 2, f'IF({known},"",{wrong})', "", "wrong")
        offer(self.page, self.typed.letters, letters)
        return Sample(inputs, row + steps - 1, column + 5)

    def places(self, row: int, letters: Sequence[Cell], spelled: Sequence[str]) -> list[Fetched]:
        """In a row the place of each letter in the alphabet, and the inputs that follow."""
        self.page.text(row, self.column, self.texts("try_it.place"), "label")
        inputs: list[Fetched] = []
        for letter, text in zip(letters, spelled, strict=True):
            inputs += self.place((row, letter[1]), letter, text)
        return inputs

    def place(self, at: Cell, letter: Cell, text: str) -> list[Fetched]:
        """A letter's place in the alphabet, from 1, or an error for one that has none; and the inputs that follow."""
        cell = f"{get_column_letter(letter[1])}{letter[0]}"
        terms = (f"{n}*EXACT({cell},{literal(each)[0]})" for n, each in enumerate(self.typed.letters, start=1))
        number = self.typed.letters.index(text) + 1
        sums = "+".join(terms)
        self.page.live(*at, f"IF({sums}>0,{sums},NA())", float(number), "integer")
        here = f"${get_column_letter(at[1])}${at[0]}"
        if not self.typed.is_one_hot:
            return [(f"{here}-1", number - 1.0)]
        return [(f"IF({here}={k},1,0)", float(number == k)) for k in range(1, len(self.typed.letters) + 1)]

    # what all have

    def enter(self, place: int, cell: Cell, look: str = "input") -> None:
        """One of the cells that a person fills in."""
        self.page.input(*cell, self.entries[place], f"{NAME}{place + 1}")
        self.page.looks[cell] = look

    def guarded(self, cells: Sequence[Cell]) -> list[Fetched]:
        """The inputs: the numbers, and an error where there is none."""
        return [self.guarded_number(cell, value) for cell, value in zip(cells, self.inputs, strict=True)]

    def guarded_number(self, at: Cell, value: float) -> Fetched:
        """The number in a cell, and an error where there is none."""
        cell = f"${get_column_letter(at[1])}${at[0]}"
        number = f"IF({is_whole(cell, 0, self.typed.tokens - 1)},{cell},NA())" if self.typed.kind == TOKENS else cell
        return f"IF(ISNUMBER({cell}),{number},NA())", value

    def remark(self, at: Cell, cells: Sequence[Cell], places: Sequence[int]) -> None:
        """The smallest and the largest that was trained on, and what is to be said of these cells."""
        row, column = at
        area, size = _area(cells), len(cells)
        missing = literal(self.texts("entry.number"))[0]
        if self.typed.kind == TOKENS:
            wrong = literal(self.texts("entry.whole", first=0, last=self.typed.tokens - 1))[0]
            known = is_whole(area, 0, self.typed.tokens - 1)
            self.page.live(row, column, f'IF(ISNUMBER({area}),IF({known},"",{wrong}),{wrong})', "", "wrong")
            return
        if not self.is_ranged:
            self.page.live(row, column, f'IF(COUNT({area})={size},"",{missing})', "", "wrong")
            return
        marks = names.rows(self.network.samples) if self.network.stored else self.network.marks
        each = [self.facts.inputs[self.given[place] + mark] for place in places for mark in marks]
        least, most = min(each), max(each)
        ranges = ",".join(self.trained_ranges(places, marks))
        for offset, (function, value) in enumerate((("MIN", least), ("MAX", most))):
            self.page.live(row, column + offset, f"{function}({ranges})", value, "given number")
        low, high = (f"{get_column_letter(column + offset)}{row}" for offset in (0, 1))
        outside = literal(self.texts("try_it.outside"))[0]
        told = f'IF(SUMPRODUCT(({area}<{low})+({area}>{high}))>0,{outside},"")'
        values = [self.inputs[place] for place in places]
        is_outside = any(value < least or value > most for value in values)
        shown = self.texts("try_it.outside") if is_outside else ""
        self.page.live(row, column + 2, f"IF(COUNT({area})={size},{told},{missing})", shown, "wrong")

    def trained_ranges(self, places: Sequence[int], marks: Sequence[str]) -> list[str]:
        """The cells of these inputs of all samples that are trained on, columns side by side as one range."""
        ends: list[tuple[Place, Place]] = []
        for place in places:
            first, last = (self.contents.layout.panel[self.given[place] + mark] for mark in (marks[0], marks[-1]))
            if ends and ends[-1][1].column == first.column - 1:
                ends[-1] = (ends[-1][0], last)
            else:
                ends.append((first, last))
        return [f"{self.contents.sheet_of(first)}!{first.address}:{last.address}" for first, last in ends]

    def colour(self, cells: Sequence[Cell]) -> None:
        """What holds no number is seen."""
        self.page.finishing.append(lambda sheet: colour_all_wrong(sheet, cells))


def _area(cells: Sequence[Cell]) -> str:
    """Cells that fill a rectangle, from the first to the last."""
    (row, column), (last_row, last_column) = cells[0], cells[-1]
    first, last = f"{get_column_letter(column)}{row}", f"{get_column_letter(last_column)}{last_row}"
    return first if len(cells) == 1 else f"{first}:{last}"


def offer(page: Page, texts: Sequence[str], cells: Sequence[Cell]) -> None:
    """Texts to choose from in some cells, where a list can hold them; nothing is refused."""
    listed = ",".join(texts)
    if len(listed) <= LONGEST_LIST and '"' not in listed and not any("," in text for text in texts):
        page.finishing.append(lambda sheet: _offer(sheet, listed, cells))


def _offer(sheet: Worksheet, listed: str, cells: Sequence[Cell]) -> None:
    rule = DataValidation(type="list", formula1=f'"{listed}"', showErrorMessage=False)
    sheet.add_data_validation(rule)
    rule.add(_area(cells))
