"""Step by step: one iteration as a person would work it out, in symbols, in numbers, and as a value.

Forward pass, loss and backward pass line by line; then the chain rule for every parameter, path by
path, each factor a link to the cell it comes from; then the update.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import cached_property
from itertools import count

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from xlbp.symbols.expr import Expr, names_in
from xlbp.symbols.program import Column
from xlbp.template import names
from xlbp.template.scaling import UNSCALED
from xlbp.workbook.drawing import style
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.formula import ABOVE, mathematics
from xlbp.workbook.layout.layout import quoted
from xlbp.workbook.layout.legal import LONGEST_FORMULA
from xlbp.workbook.page.arithmetic import Arithmetic
from xlbp.workbook.page.chain import ChainRule, Path, factors_of
from xlbp.workbook.page.facts import Facts
from xlbp.workbook.page.headings import headings_of
from xlbp.workbook.page.lens import ITERATION, SAMPLE, Lens
from xlbp.workbook.page.live_text import Piece, filled, gap, gaps, number
from xlbp.workbook.page.page import Page
from xlbp.workbook.sheets.header import put_header
from xlbp.workbook.sheets.steps.reasons import Reasons
from xlbp.workbook.sheets.steps.unit.sheet import unit_page
from xlbp.workbook.sheets.steps.unit.units import is_made_of_units
from xlbp.xlsx.metrics import column_pixels, text_width

MOST_PARAMETERS, MOST_QUANTITIES = 80, 600  # that are shown at once; of the quantities, in each phase
SYMBOL, FORMULA, NUMBERS, VALUE, LINK, READABLE, WHY = range(2, 9)  # columns; READABLE is a hidden helper
JUMPS = 5  # the row of the ways down to the sections
WIDTHS = {SYMBOL: 20, FORMULA: 33, NUMBERS: 33, VALUE: 13, LINK: 4, WHY: 32}  # all is on a laptop's screen
MOST_FACTORS = 12  # columns of factors that show significant digits
FACTORS = 9  # the links of a path's factors stand from this column on, and what an update changes
NOW, NEXT, CHANGE, ARROW = range(FACTORS, FACTORS + 4)
MOST_ABOVE = 15  # numbers that are given above the first calculation; more stand below the last
NEGLIGIBLE = "1E-12"  # of a parameter: a change of which only rounding is left
HELPERS = 60  # from this column on, hidden too, the numbers of all samples where a formula takes them together
MOST_TOGETHER = 12  # numbers that such a formula may have to be shown with them
SECTIONS = ("dropout", "forward", "loss", "backward")
TYPED = ("input", "target", "constant", "frozen", "frozen_weight", "start", "rate", "setting")  # kinds of given numbers
PREVIOUS = "\x03"  # follows a name: its value in the row above
APART = "\x04"  # follows a name: its value whichever sample is chosen
ROW = re.compile("\x05([0-9]+)\x05")  # in a cell's address: the row of what stands below, counted from its first


def steps_page(contents: Contents, facts: Facts) -> Page:
    """The sheet, with every number and every text it must show; of a large network one unit at a time.

    Of what is large and is not made of units the sheet shows the first quantities of each phase.
    """
    if is_large(contents) and is_made_of_units(contents):
        return unit_page(contents, facts)
    page = Page(contents.texts("sheet.steps"))
    put_header(page, contents, facts, "steps", chooser=True)
    _Steps(page, Lens(contents, facts)).put()
    page.widths.update(WIDTHS)
    page.width(range(FACTORS, FACTORS + 8), 10)
    page.screen_columns = WHY
    page.formats_numbers = True
    last = max(row for row, _ in page.looks)
    page.finishing.append(lambda sheet: _finish(sheet, last))
    return page


def is_large(contents: Contents) -> bool:
    """Whether one sample has too much for one sheet."""
    model = contents.template.model
    samples = ("", model.marks[0])
    phases = [c.phase for c in contents.program.columns if model.quantity(c.name).sample in samples]
    most = max(phases.count(phase) for phase in ("forward", "loss", "backward"))
    return len(contents.template.parameter_order) > MOST_PARAMETERS or most > MOST_QUANTITIES


class _Steps(Arithmetic):
    """Writes from top to bottom."""

    def __init__(self, page: Page, lens: Lens) -> None:
        super().__init__(page, lens)
        self.row, self.sections = JUMPS + 1, dict[str, int]()  # the row of each section's band
        self.reasons = Reasons(lens)
        self.above: dict[str, tuple[float | None, float]] = {}  # value and size of what the row above kept
        self.tokens_apart = mathematics({name: gap(name + APART) for name in lens.contents.template.symbols})

    def put(self) -> None:
        """All sections, in the order in which a teacher goes through them."""
        columns = self.lens.columns()
        given = self.starting_points(columns)
        is_below = len(given) > MOST_ABOVE
        if is_below:
            self.expect(given)
        else:
            self.given(given)
        for phase in SECTIONS:
            self.phase(phase, [column for column in columns if column.phase == phase])
        every = self.lens.contents.template.parameter_order
        parameters = every[:MOST_PARAMETERS]
        self.gradients(every, parameters)
        by_name = {column.name: column for column in columns}
        self.optimizer([c for c in columns if c.phase == "optimizer"], parameters)
        self.updates([by_name[self.lens.model.quantity(name).updated] for name in parameters], parameters)
        if is_below:
            first = self.row + 2
            self.given(given)
            self.settle(first)
        self.put_jumps()

    def given(self, given: Sequence[str]) -> None:
        """The section of what is given."""
        self.section("parameters", self.texts("steps.given"))
        for name in given:
            self.quantity(name, None)

    def expect(self, given: Sequence[str]) -> None:
        """What is given stands below all else, in rows that are known when that is written."""
        for place, name in enumerate(given):
            value, text = (f"{get_column_letter(column)}\x05{place}\x05" for column in (VALUE, READABLE))
            self.places[name] = value, text

    def settle(self, first: int) -> None:
        """The rows of what is given are known now: the first of them is this one."""
        for index, formula in enumerate(self.page.formulas):
            if "\x05" in formula.text:
                text = ROW.sub(lambda found: str(first + int(found[1])), formula.text)
                self.page.formulas[index] = formula._replace(text=text)

    def phase(self, phase: str, columns: Sequence[Column]) -> None:
        """The section of a phase, if it has anything."""
        if not columns:
            return
        self.section(phase, self.texts(f"phase.{phase}"))
        if phase == "backward" and self.lens.samples > 1:
            couples = any(node.block.couples for node in self.lens.contents.network.nodes)
            key = "why.per_sample_coupled" if couples else "why.per_sample"
            self.page.text(self.row, SYMBOL, self.texts(key, samples=self.lens.samples), "muted")
            self.row += 1
        self.table(columns[:MOST_QUANTITIES])
        self.say_what_is_left_out(len(columns), MOST_QUANTITIES)

    def gradients(self, every: Sequence[str], parameters: Sequence[str]) -> None:
        """The chain rule of the parameters that are shown, of all there are."""
        self.section("gradients", self.texts("steps.chain"))
        self.rule = ChainRule(self.lens)
        paths_of = {name: self.rule.paths(name) for name in parameters}
        shown = [path for paths in paths_of.values() if self.can_be_told(paths) for path in paths]
        most = max(self.heading_of_factors(max(map(len, shown), default=0)), ARROW - FACTORS + 1)
        self.page.print_columns = max(WHY, FACTORS + most - 1)
        for name, paths in paths_of.items():
            self.chain(name, paths)
        self.say_what_is_left_out(len(every), MOST_PARAMETERS)

    def updates(self, columns: Sequence[Column], parameters: Sequence[str]) -> None:
        """How each parameter is moved; at the right now, next, and the change between these."""
        self.section("update", self.texts("phase.update"))
        for place, key in ((NOW, "now"), (NEXT, "next"), (CHANGE, "change"), (ARROW, "")):
            self.page.text(self.row - 1, place, self.texts(f"why.{key}") if key else "", "update")
        for column, parameter in zip(columns, parameters, strict=True):
            self.moved(self.row, parameter, column.name)
            self.quantity(column.name, column)

    def moved(self, row: int, parameter: str, updated: str) -> None:
        """A parameter now and next, the change, and which way it goes."""
        now, following, change = (f"{get_column_letter(column)}{row}" for column in (NOW, NEXT, CHANGE))
        before, after = self.lens.value(parameter), self.lens.value(updated)
        size = max(self.lens.size(parameter), self.lens.size(updated))
        difference = None if before is None or after is None else after - before
        self.page.live(row, NOW, self.places[parameter][0], before, "significant", size)
        self.page.live(row, NEXT, f"{get_column_letter(VALUE)}{row}", after, "significant", size)
        self.page.live(row, CHANGE, f"{following}-{now}", difference, "significant", size)
        slight = f"SIGN(ABS({change})-{NEGLIGIBLE}*(ABS({now})+ABS({following})))<=0"
        formula = f'IFERROR(IF({slight},"=",IF(SIGN({change})>0,"▲","▼")),"")'
        self.page.live(row, ARROW, formula, _direction(before, after), "arrow")

    def put_jumps(self) -> None:
        """The ways down to the sections, where they are in sight."""
        wanted = {"backward": FORMULA, "gradients": NUMBERS, "update": VALUE, "parameters": WHY}
        if self.sections["parameters"] == JUMPS + 2:
            del wanted["parameters"]
        for phase, column in wanted.items():
            if phase in self.sections:
                title = self.texts("steps.given") if phase == "parameters" else self.texts(f"phase.{phase}")
                place = f"{quoted(self.page.title)}!B{self.sections[phase]}"
                self.page.way(JUMPS, column, f"↓ {title}", place, "way")

    def say_what_is_left_out(self, count: int, most: int) -> None:
        """How many more there are than the sheet shows, and where they stand."""
        if count > most:
            training = self.lens.contents.title
            text = self.texts("steps.left_out", count=self.texts.number(count - most), training=training)
            self.page.text(self.row, SYMBOL, text, "muted")
            self.row += 1

    def optimizer(self, columns: list[Column], parameters: Sequence[str]) -> None:
        """The learning rate, clipping, and what the optimizer keeps for the parameters shown; first as it was."""
        of = {column.name: self.lens.model.quantity(column.name).of for column in columns}
        shown = [column for column in columns if of[column.name] is None or of[column.name] in parameters]
        if not shown:
            return
        self.section("optimizer", self.texts("phase.optimizer"))
        initial = {c.name: c.above for c in shown if c.above is not None}
        for column in shown:
            for name in names_in(column.expr, "prev"):
                if name in initial and name + PREVIOUS not in self.places:
                    self.before(name, initial[name])
            self.quantity(column.name, column)

    def before(self, name: str, initial: Expr) -> None:
        """What the row above kept; above the first row stands a number of the optimizer's own."""
        lens, at = self.lens, self.lens.facts.choices.iteration
        first = lens.contents.layout.writer()(initial)
        start = float(initial.payload or 0) if initial.op == "const" else lens.value(str(initial.payload))
        value = lens.value_at(name, at - 1) if at else start
        size = max(lens.size(name), abs(start or 0.0))
        self.page.text(self.row, SYMBOL, f"{self.lens.symbol(name)}{ABOVE}", "symbol")
        self.page.text(self.row, FORMULA, self.texts("steps.above"), "note")
        self.page.live(self.row, VALUE, f"IF({ITERATION}=0,{first},{lens.in_row(name, 0)})", value, "significant", size)
        self.above[name + PREVIOUS] = value, size
        self.remember(name + PREVIOUS, self.row, value)
        self.row += 1

    def starting_points(self, columns: list[Column]) -> list[str]:
        """Inputs, constants and parameters; a batch's inputs as they stand in the row."""
        batch = [column for column in columns if column.phase == "batch"]
        in_row = {name for column in batch for name in names_in(column.expr)}
        panel = [name for name in self.lens.contents.layout.panel if self.lens.seen(name) and name not in in_row]
        return [*(column.name for column in batch), *panel, *self.lens.contents.template.parameter_order]

    def section(self, phase: str, title: str) -> None:
        """A band in the colour of its phase."""
        self.row += 1
        self.sections[phase] = self.row
        why = "" if phase == "parameters" else self.texts("why.heading")
        for column in (*range(SYMBOL, LINK + 1), WHY):
            self.page.text(self.row, column, {SYMBOL: title, WHY: why}.get(column, ""), phase)
        self.row += 1

    def heading_of_factors(self, most: int) -> int:
        """The same band over the links of the factors, at the right; returns over how many columns it goes."""
        title = self.texts("steps.factors")
        band = self.page.looks[self.row - 1, SYMBOL]
        language = self.lens.contents.texts.language
        needed = text_width(title, style.LOOKS[band].size, style.LOOKS[band].bold, language)
        columns = max(most, math.ceil(needed / column_pixels(10))) if most else 0
        for column in range(FACTORS, FACTORS + columns):
            self.page.text(self.row - 1, column, title if column == FACTORS else "", band)
        return columns

    def table(self, columns: Sequence[Column]) -> None:
        """The quantities of a phase, a line before each layer, and in it before each step or channel."""
        before, headings = "", headings_of(self.lens.contents)
        for column in columns:
            heading = headings[column.name]
            if heading not in ("", before):
                self.page.text(self.row, SYMBOL, f"{heading}{self.written(column)}", "muted")
                self.row += 1
            before = heading
            self.quantity(column.name, column)

    def written(self, column: Column) -> str:
        """`` = Q @ K.T``: the formula of an array as the template has it, where its elements begin."""
        formula = self.lens.model.formula_of(self.lens.model.quantity(column.name))
        return f" = {formula}" if formula else ""

    @staticmethod
    def needed(expr: Expr) -> list[str]:
        """Whose rows a formula with numbers needs: names of this row, and of the one above."""
        return [*names_in(expr), *(name + PREVIOUS for name in names_in(expr, "prev"))]

    def quantity(self, name: str, column: Column | None) -> None:
        """One line: symbol, formula, the formula with numbers, value, link, reason."""
        row, page, lens = self.row, self.page, self.lens
        if self.is_like_the_whole(name):
            page.live(row, SYMBOL, *self.of_sample(lens.symbol(name)), "symbol")
        else:
            page.text(row, SYMBOL, self.label(name), "symbol")
        if column is None:
            page.text(row, FORMULA, self.texts(f"steps.{lens.kind(name)}"), "note")
        else:
            self.formulas(row, column.expr)
            if reason := self.reasons.of(column):
                page.text(row, WHY, reason, "reason")
        value = lens.value(name)
        page.live(row, VALUE, lens.formula(name), value, self.look(name), lens.size(name))
        self.remember(name, row, value)
        lens.put_link(page, row, LINK, name)
        self.row += 1

    def formulas(self, row: int, expr: Expr) -> None:
        """A formula in symbols and in numbers."""
        if all(used in self.places for used in self.needed(expr)):
            self.in_symbols(row, f"= {self.symbols(expr)}")
            self.in_numbers(row, f"= {self.tokens(expr)}".replace(f"\x02{ABOVE}", f"{PREVIOUS}\x02"))
        else:  # it takes all samples together, of which one only is in sight
            self.in_symbols(row, f"= {self.full_symbols(expr)}")
            self.in_numbers_of_all(row, expr)

    def look(self, name: str) -> str:
        """Epochs and the numbers of samples are whole; what was typed stays as it was typed."""
        if self.lens.kind(name) in ("epoch", "number"):
            return "integer"
        return "as typed" if self.is_typed(name) else "significant"

    def is_typed(self, name: str) -> bool:
        """Whether a number stands here as a person typed it."""
        data, kind = self.lens.model.data, self.lens.kind(name)
        is_changed = {"input": data.scale != UNSCALED or bool(data.features), "target": data.scale_targets != UNSCALED}
        return kind in TYPED and name not in self.computed and not is_changed.get(kind, False)

    @cached_property
    def computed(self) -> set[str]:
        """The quantities of the row that are no mere copies of what is given."""
        copies = ("ref", "pick")
        return {c.name for c in self.lens.contents.program.columns if c.phase != "batch" or c.expr.op not in copies}

    def label(self, name: str) -> str:
        """The symbol; the loss of a whole batch says so, for its samples' losses have the same symbol."""
        return self.whole_symbol(name) if name == names.LOSS else self.lens.labelled(name)

    def is_like_the_whole(self, name: str) -> bool:
        """Whether a quantity is the loss of one sample, which is called as that of the batch is."""
        return self.lens.samples > 1 and name != names.LOSS and self.lens.symbol(name) == self.lens.symbol(names.LOSS)

    def remember(self, name: str, row: int, value: float | None) -> None:
        """The readable text of a value, in a helper column, for the formulas with numbers."""
        cell = f"{get_column_letter(VALUE)}{row}"
        whole = self.is_typed(name.removesuffix(PREVIOUS))
        self.put_readable(row, READABLE, cell, (value, self.value_and_size(name)[1]), whole)
        self.places[name] = cell, f"{get_column_letter(READABLE)}{row}"

    def in_symbols(self, row: int, text: str) -> None:
        """The formula in mathematics; a long one wraps."""
        self.page.text(row, FORMULA, text, "formula")

    def in_numbers(self, row: int, text: str) -> None:
        """A text in which each name is replaced by its live number; none where no cell takes so long a formula."""
        formula, shown = filled(text, self.readable_of)
        if len(formula) >= LONGEST_FORMULA:
            return
        size = max((self.value_and_size(name)[1] for name in gaps(text)), default=0.0)
        self.page.live(row, NUMBERS, formula, shown, "formula", size)

    def in_numbers_of_all(self, row: int, expr: Expr) -> None:
        """A formula with the numbers of all samples, which helper cells fetch; none where they are too many."""
        used = dict.fromkeys(names_in(expr))
        if len(used) > MOST_TOGETHER or names_in(expr, "prev"):
            return
        for column, name in zip(count(HELPERS, 2), used, strict=False):
            value, size = self.lens.value(name), self.lens.size(name)
            self.page.live(row, column, self.lens.of_any_sample(name), value, "small", size)
            cell, text = (f"{get_column_letter(at)}{row}" for at in (column, column + 1))
            self.put_readable(row, column + 1, cell, (value, size), self.is_typed(name))
            self.places[name + APART] = cell, text
        self.in_numbers(row, f"= {self.tokens_apart(expr)}")

    def value_and_size(self, name: str) -> tuple[float | None, float]:
        """Of a quantity, or of what the row above kept."""
        plain = name.removesuffix(APART)
        return self.above[name] if name in self.above else (self.lens.value(plain), self.lens.size(plain))

    def readable_of(self, name: str, in_brackets: bool = False) -> Piece:
        """A quantity's readable text; a negative one in brackets where it needs them."""
        plain, text = self.places[name]
        whole = self.is_typed(name.removesuffix(APART).removesuffix(PREVIOUS))
        return number(text, plain, self.value_and_size(name)[0], in_brackets, whole)

    def can_be_told(self, paths: list[Path]) -> bool:
        """Whether all the cells that the paths go through stand on the sheet, which shows so many quantities only."""
        return all(used in self.places for path in paths for factor in path for used in names_in(factor.value))

    def chain(self, name: str, paths: list[Path]) -> None:
        """The chain rule of one parameter: a line per path, and where there are several, their sum."""
        key = "steps.sum" if paths else "steps.no_path"
        if any(map(self.rule.start_of, paths)):
            key = "steps.sum_of_parts"
        paths = paths if self.can_be_told(paths) else []
        gradient = self.lens.contents.gradient(name)
        penalties = self.rule.penalties(name)
        several = bool(penalties) or len(paths) != 1 or self.lens.samples > 1  # the whole gets a line of its own
        for place, path in enumerate(paths):
            symbol = self.lens.symbol(gradient) if place == 0 else ""
            self.page.text(self.row, SYMBOL, symbol, "symbol")
            self.put_reason(self.reason_of(name, paths, place))
            self.path(path, is_whole=not several, gradient=gradient, plus=place > 0)
        for term in penalties:
            self.penalty(term)
        if several:
            key = "steps.mean" if self.lens.samples > 1 else key
            self.page.text(self.row, SYMBOL, "" if paths else self.lens.symbol(gradient), "symbol")
            self.page.text(self.row, FORMULA, self.texts(key, samples=self.lens.samples), "note")
            if reason := self.reasons.of_whole(len(paths)):
                self.page.text(self.row, WHY, reason, "reason")
            self.whole(self.row, gradient)
            self.row += 1

    def put_reason(self, reason: str) -> None:
        """The reason of a path; in a batch paths are those of the chosen sample, and it says so."""
        if self.lens.samples == 1:
            self.page.text(self.row, WHY, reason, "reason")
        else:
            self.page.live(self.row, WHY, *self.of_sample(reason), "reason")

    def of_sample(self, text: str) -> Piece:
        """A text, and behind it that it is of the chosen sample."""
        text = f"{text} ({self.texts('steps.sample', sample=gap(SAMPLE))})"
        return filled(text, lambda *_: (SAMPLE, f"{self.lens.facts.choices.sample}"))

    def whole_symbol(self, name: str) -> str:
        """A symbol, and in a batch that it is of all of it."""
        symbol = self.lens.symbol(name)
        return f"{symbol} ({self.texts('steps.batch')})" if self.lens.samples > 1 else symbol

    def reason_of(self, name: str, paths: Sequence[Path], place: int) -> str:
        """Which path of the chain rule a product is, or which part, where any begins at a sum of several paths."""
        number, count = place + 1, len(paths)
        if not any(map(self.rule.start_of, paths)):
            return self.reasons.of_path(name, number, count)
        if start := self.rule.start_of(paths[place]):
            return self.texts("why.part" if count > 1 else "why.one_part", number=number, count=count, start=start)
        objective = self.lens.contents.symbol(self.lens.contents.objective)
        return self.texts("why.part_from_loss", number=number, count=count, objective=objective)

    def penalty(self, term: Expr) -> None:
        """What a penalty on the weights adds: l2 times the weight, or l1 times its sign."""
        self.in_symbols(self.row, f"+ {self.symbols(term)}")
        self.in_numbers(self.row, f"+ {self.tokens(term)}")
        size = max(self.lens.size(name) for name in names_in(term))
        self.page.live(self.row, VALUE, self.cells(term), self.lens.worth(term), "significant", size)
        self.row += 1

    def path(self, path: Path, is_whole: bool, gradient: str, plus: bool) -> None:
        """A product in symbols, in numbers, as a value; its factors link to their cells."""
        row, page = self.row, self.page
        sign = "+ " if plus else "= "
        self.in_symbols(row, sign + " · ".join(factor.symbol for factor in path))
        self.in_numbers(row, sign + " · ".join(factors_of(self.tokens, path)))
        for offset, factor in enumerate(path):
            if factor.value.op == "ref":  # a link leads to one cell
                name = factor.cell
                self.lens.put_link(page, row, FACTORS + offset, name, self.readable_of(name), self.lens.size(name))
            else:
                size = math.prod(self.lens.size(name) for name in names_in(factor.value))
                worth = self.lens.worth(factor.value)
                page.live(row, FACTORS + offset, self.cells(factor.value), worth, "significant", size)
        if is_whole:
            self.whole(row, gradient)
        else:
            self.put_product(row, VALUE, path)
        self.row += 1

    def whole(self, row: int, gradient: str) -> None:
        """The gradient itself, from the training sheet."""
        value = self.lens.value(gradient)
        self.page.live(row, VALUE, self.lens.formula(gradient), value, "significant", self.lens.size(gradient))
        self.lens.put_link(self.page, row, LINK, gradient)
        self.remember(gradient, row, value)


def _direction(before: float | None, after: float | None) -> str:
    """Which way a number goes: up, down, or not at all."""
    if before is None or after is None:
        return ""
    if abs(after - before) <= float(NEGLIGIBLE) * (abs(before) + abs(after)):
        return "="
    return "▲" if after > before else "▼"


def _finish(sheet: Worksheet, last: int) -> None:
    """Hide the helper columns; keep the choice in sight; digits that are significant."""
    for column in (READABLE, *range(HELPERS, HELPERS + 2 * MOST_TOGETHER)):
        sheet.column_dimensions[get_column_letter(column)].hidden = True
    sheet.freeze_panes = f"C{JUMPS + 1}"
    for first, end in ((VALUE, VALUE), (FACTORS, FACTORS + MOST_FACTORS)):
        start = f"{get_column_letter(first)}{JUMPS + 1}"
        for rule in style.significant_numbers(start):
            sheet.conditional_formatting.add(f"{start}:{get_column_letter(end)}{last}", rule)
