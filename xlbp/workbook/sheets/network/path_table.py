"""The chosen parameter under its picture: what each path to the objective contributes, and where the parameter goes.

Out of sight stand a list of the parameters, a list of all factors, each once, and for each parameter which factors each
of its paths multiplies; the table looks up those of the chosen one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from xlbp.symbols.expr import names_in
from xlbp.workbook.drawing import style
from xlbp.workbook.layout.layout import range_of
from xlbp.workbook.page.chain import ChainRule, Factor, Path
from xlbp.workbook.page.entries import colour_told, colour_wrong
from xlbp.workbook.page.facts import in_order, readable, readable_formula
from xlbp.workbook.page.lens import WEIGHT, Lens
from xlbp.workbook.page.live_text import Piece, filled, gap, joined, literal
from xlbp.workbook.page.page import Page
from xlbp.workbook.sheets.landscape_axes import parameter_labels
from xlbp.workbook.sheets.network.picture import Chosen

LABEL, NUMBER, TEXT = 2, 3, 4  # columns of the table
MOST_SHOWN, MOST_FACTORS = 10, 8  # paths of a parameter, and factors of a path
MOST_LISTED = 2400  # numbers of factors, of all parameters' paths
TIMES = " · "
WIDEST = 250  # a column, in digits
NOTHING = '""'
CHANGES = ("now", "next", "change")
RESTS = ("of_paths", "share", "others")


@dataclass(frozen=True)
class _Worth:
    """A live number: its value, None for an error, '' where nothing stands, and how large its terms are."""

    value: float | str | None
    size: float


class PathTable:
    """Puts the choice at the top, the lists out of sight, and the table below the picture."""

    def __init__(self, page: Page, lens: Lens, row: int, scratch: int) -> None:
        self.page, self.lens, self.row, self.scratch = page, lens, row, scratch
        self.texts, self.order = lens.contents.texts, lens.contents.template.parameter_order
        self.labels = parameter_labels(lens.contents)
        self.number = lens.facts.choices.weight
        writer = lens.contents.layout.writer()
        self.writer = replace(writer, leaf=lambda of: lens.formula(str(of.payload)), short=lambda *_: None)

    @cached_property
    def paths(self) -> list[list[Path]]:
        """The paths of each parameter, to their end, or, where they are long or many, by their first users only."""
        rule = ChainRule(self.lens)
        paths = [rule.paths(name) for name in self.order]
        every = [path for each in paths for path in each]  # none where nothing leads to the objective
        longest, most = (max(map(len, of), default=0) for of in (every, paths))
        if longest > MOST_FACTORS or most > MOST_SHOWN or longest * most * len(paths) > MOST_LISTED:
            paths = [rule.by_users(name) for name in self.order]
        return [[*each, *self.penalties(rule, name)] for each, name in zip(paths, self.order, strict=True)]

    @cached_property
    def are_parts(self) -> bool:
        """Whether any line begins at a derivative that is a sum itself: then it stands for several paths."""
        rule = ChainRule(self.lens)
        return any(rule.start_of(path) for paths in self.paths for path in paths)

    def penalties(self, rule: ChainRule, name: str) -> list[Path]:
        """What penalties add, each as a path of one factor; of a batch they belong to all else, not to the sample."""
        slopes = rule.penalties(name) if self.lens.samples == 1 else []
        symbol = f"∂{self.texts('network.penalty')}/∂{self.lens.symbol(name)}"
        return [(Factor(symbol, slope),) for slope in slopes]

    @cached_property
    def factors(self) -> dict[Factor, int]:
        """All factors, numbered from 1."""
        every = dict.fromkeys(factor for paths in self.paths for path in paths[:MOST_SHOWN] for factor in path)
        return {factor: number for number, factor in enumerate(every, start=1)}

    @property
    def shown(self) -> int:
        """How many paths the table has room for."""
        return min(MOST_SHOWN, max(map(len, self.paths)))

    @property
    def longest(self) -> int:
        """How many factors a path has at most."""
        return max((len(path) for paths in self.paths for path in paths[:MOST_SHOWN]), default=0)

    @property
    def chosen(self) -> Chosen:
        """Which parameter's paths are drawn thick."""
        return Chosen(self.cell(0, self.row), self.number, tuple(self.order))

    def cell(self, offset: int, row: int) -> str:
        """A cell out of sight."""
        return f"${get_column_letter(self.scratch + offset)}${row}"

    def area(self, offset: int, count: int) -> str:
        """A list out of sight, from the row below the choice on; of one line with the row below, of zeros.

        A range of one cell becomes a cell in some programs, of which INDEX and MATCH make nothing in others.
        """
        return f"{self.cell(offset, self.row + 1)}:{self.cell(offset, self.row + max(2, count))}"

    @property
    def choosing(self) -> str:
        """The key of what is said beside the choice."""
        return "choose_weight" if self.lens.contents.template.kind == "network" else "choose_variable"

    def put_choice(self) -> None:
        """The cell where the parameter is chosen, what is wrong with an entry, and the number of the chosen one."""
        page, row, symbols = self.page, self.row, self.area(0, len(self.order))
        page.text(row, LABEL, self.texts("network.chosen"), "label")
        page.input(row, NUMBER, self.labels[self.number - 1], WEIGHT)
        page.looks[row, NUMBER] = "choice"
        cell = f"${get_column_letter(NUMBER)}${row}"
        is_listed = f"ISNUMBER(MATCH({cell},{symbols},0))"
        told = (literal(self.texts(f"network.{self.choosing}")), literal(self.texts("entry.parameter")))
        page.live(row, TEXT, f"IF({is_listed},{told[0][0]},{told[1][0]})", told[0][1], "muted")
        page.live(row, self.scratch, f"IFERROR(MATCH({WEIGHT},{symbols},0),1)", float(self.number), "small")
        page.finishing.append(lambda sheet: self.offer(sheet, cell, is_listed, symbols))

    def offer(self, sheet: Worksheet, cell: str, is_listed: str, symbols: str) -> None:
        """The list to choose from, and the colours of an entry that is not in it."""
        colour_wrong(sheet, cell.replace("$", ""), f"NOT({is_listed})")
        colour_told(sheet, self.row, TEXT, f"NOT({is_listed})")
        validation = DataValidation(type="list", formula1=symbols, showErrorMessage=False)  # offers, no more
        sheet.add_data_validation(validation)
        validation.add(cell.replace("$", ""))

    # Columns out of sight: symbols, gradients' symbols, values, gradients, next values, how many paths; the paths'
    # texts; the numbers of their factors; all factors; those of the chosen parameter, and their texts.
    @property
    def texts_at(self) -> int:
        """The first column of the paths in symbols."""
        return 6

    @property
    def numbers_at(self) -> int:
        """The first column of the numbers of factors."""
        return self.texts_at + self.shown

    @property
    def factors_at(self) -> int:
        """The column of all factors."""
        return self.numbers_at + self.shown * self.longest

    @property
    def chosen_at(self) -> int:
        """The first column of the chosen parameter's factors; a row for each path, with their texts behind."""
        return self.factors_at + 2

    def put_lists(self) -> None:
        """The parameters with their paths, and all factors."""
        lens, page = self.lens, self.page
        for row, name in enumerate(self.order, start=self.row + 1):
            gradient, updated = lens.contents.gradient(name), lens.model.quantity(name).updated
            page.text(row, self.scratch, self.labels[row - self.row - 1], "small")
            page.text(row, self.scratch + 1, lens.symbol(gradient), "small")
            for column, each in enumerate((name, gradient, updated), start=self.scratch + 2):
                page.live(row, column, lens.formula(each), lens.value(each), "small", lens.size(each))
            self.list_paths(row, self.paths[row - self.row - 1])
        if len(self.order) == 1:  # the lists' second row, see `area`
            for column in range(self.scratch, self.scratch + self.factors_at):
                page.number(self.row + 2, column, 0)
        if len(self.factors) == 1:
            page.number(self.row + 2, self.scratch + self.factors_at, 0)
        for factor, number in self.factors.items():
            worth, column = self.worth(factor), self.scratch + self.factors_at
            page.live(self.row + number, column, self.writer(factor.value), worth.value, "small", worth.size)

    def list_paths(self, row: int, paths: Sequence[Path]) -> None:
        """How many paths a parameter has, each in symbols, and the numbers of the factors of each."""
        self.page.number(row, self.scratch + 5, len(paths))
        for place in range(self.shown):
            path = paths[place] if place < len(paths) else ()
            if path:
                symbols, column = TIMES.join(factor.symbol for factor in path), self.scratch + self.texts_at + place
                self.page.text(row, column, symbols, "small")
                self.page.width([column], max(self.page.widths.get(column, 0), min(1.1 * len(symbols), WIDEST)))
            for at in range(self.longest):
                number = self.factors[path[at]] if at < len(path) else 0
                self.page.number(row, self.scratch + self.numbers_at + place * self.longest + at, number)

    def worth(self, factor: Factor) -> _Worth:
        """What a factor is worth."""
        value = self.lens.worth(factor.value)
        return _Worth(value, max(abs(value or 0.0), math.prod(self.lens.size(name) for name in names_in(factor.value))))

    def chosen_in(self, offset: int) -> str:
        """A formula: what a list of the parameters has for the chosen one."""
        return f"INDEX({self.area(offset, len(self.order))},{self.cell(0, self.row)})"

    def put(self, row: int) -> int:
        """The table, from a row on; returns the row after it."""
        page, lens = self.page, self.lens
        symbol, label = lens.contents.symbol(lens.contents.objective), self.labels[self.number - 1]
        title = self.texts("network.paths", objective=symbol, parameter=gap(WEIGHT))
        page.live(row, LABEL, *filled(title, lambda *_: (WEIGHT, label)), "heading")
        if self.are_parts:
            row += 1
            page.text(row, LABEL, self.texts("network.drawn_are_all"), "muted")
        self.put_gradient(row + 1)
        self.put_changes(row + 2)
        first = row + 2 + len(CHANGES)
        shares = [self.put_path(first + 2 * place, place) for place in range(self.shown)]
        last = first + 2 * self.shown
        if self.has_rest:
            cells = [self.number_cell(first + 2 * place + 1) for place in range(self.shown)]
            self.put_rest(last, row + 1, cells, shares)
            last += len(RESTS)
        page.finishing.append(lambda sheet: self.colour(sheet, row + 1, last))
        return last

    def colour(self, sheet: Worksheet, first: int, last: int) -> None:
        """Negative numbers in their colour, and what seven decimals would not show with a power of ten."""
        cell, area = self.number_cell(first), f"{self.number_cell(first)}:{self.number_cell(last)}"
        is_tiny = f"AND(ISNUMBER({cell}),{cell}<>0,OR(ABS({cell})<0.00001,ABS({cell})>=1000000))"
        ink = style.PHASES["loss"].fill
        finely = style.FINELY_TINY
        for rule in (
            style.when(f"AND({is_tiny},{cell}<0)", style.change(ink=ink, number_format=finely)),
            style.when(is_tiny, style.change(number_format=finely)),
            style.when_cell("lessThan", "0", style.change(ink=ink)),
        ):
            sheet.conditional_formatting.add(area, rule)

    def put_gradient(self, row: int) -> None:
        """The gradient, and how it comes from the paths."""
        page, lens, samples = self.page, self.lens, self.lens.samples
        gradient = lens.contents.gradient(self.name)
        page.live(row, LABEL, self.chosen_in(1), lens.symbol(gradient), "label")
        page.live(row, NUMBER, self.chosen_in(3), lens.value(gradient), "whole finely", lens.size(gradient))
        key = "mean_of_paths" if samples > 1 else "sum_of_paths"
        page.text(row, TEXT, self.texts(f"network.{key}", samples=samples), "muted")

    def put_changes(self, row: int) -> None:
        """What the parameter is now, what it is next, and the difference."""
        page, lens = self.page, self.lens
        names = (self.name, lens.model.quantity(self.name).updated)
        now, then = (lens.value(name) for name in names)
        size = max(lens.size(name) for name in names)
        change = None if now is None or then is None else then - now
        cells = [self.chosen_in(2), self.chosen_in(4), f"{self.number_cell(row + 1)}-{self.number_cell(row)}"]
        for offset, (key, formula, value) in enumerate(zip(CHANGES, cells, (now, then, change), strict=True)):
            page.text(row + offset, LABEL, self.texts(f"network.{key}"), "label")
            page.live(row + offset, NUMBER, formula, value, "finely", size)
        optimizer = lens.contents.template.training.optimizer
        if optimizer != "sgd":
            said = self.texts("network.changed_by", optimizer=optimizer, steps=self.texts("sheet.steps"))
            page.text(row + len(CHANGES) - 1, TEXT, said, "muted")

    @property
    def has_rest(self) -> bool:
        """Whether the paths that are shown are not the whole gradient."""
        return self.lens.samples > 1 or max(map(len, self.paths)) > MOST_SHOWN

    def put_rest(self, row: int, whole: int, cells: Sequence[str], shares: Sequence[_Worth]) -> None:
        """The sum of the paths, its share in a batch, and what all else adds."""
        page, lens, samples = self.page, self.lens, self.lens.samples
        numbers = [share.value for share in shares if not isinstance(share.value, str)]
        size = sum(share.size for share in shares)
        total = None if None in numbers else in_order([n for n in numbers if n is not None])
        gradient, of_gradient = (of(lens.contents.gradient(self.name)) for of in (lens.value, lens.size))
        share = None if total is None else total / samples
        rest = None if share is None or gradient is None else gradient - share
        formulas = [
            (f"SUM({','.join(f'N({cell})' for cell in cells) or 0})", total, size),  # of a path that is not there 0
            (f"{self.number_cell(row)}/{samples}", share, size),
            (f"{self.number_cell(whole)}-{self.number_cell(row + 1)}", rest, max(size, of_gradient or 0.0)),
        ]
        for offset, (key, (formula, value, terms)) in enumerate(zip(RESTS, formulas, strict=True)):
            text = self.texts(f"network.{key}", samples=samples)
            page.text(row + offset, LABEL, text, "label")
            page.live(row + offset, NUMBER, formula, value, "finely", terms)

    def put_path(self, row: int, place: int) -> _Worth:
        """A path of the chosen parameter in symbols, under it in numbers with what it contributes."""
        page, paths = self.page, self.paths[self.number - 1]
        path = paths[place] if place < len(paths) else ()
        is_there = f"{self.chosen_in(5)}>{place}"
        called = self.texts("network.part" if self.are_parts else "network.path", number=place + 1)
        symbols = TIMES.join(factor.symbol for factor in path)
        page.live(row, LABEL, f"IF({is_there},{literal(called)[0]},{NOTHING})", called if path else "", "label")
        text = f"IF({is_there},{self.chosen_in(self.texts_at + place)},{NOTHING})"
        page.live(row, TEXT, text, symbols, "symbol")
        worths = self.put_factors(place, path)
        cells = [self.factor_cell(place, at) for at in range(self.longest)]
        share = self.product(worths[: len(path)]) if path else _Worth("", 0.0)
        formula = f"IF({is_there},PRODUCT({range_of(cells[0], cells[-1])}),{NOTHING})"
        page.live(row + 1, NUMBER, formula, share.value, "finely", share.size)
        self.put_numbers(row + 1, place, worths)
        return share

    def factor_cell(self, place: int, at: int) -> str:
        """A factor of a path of the chosen parameter, out of sight."""
        return self.cell(self.chosen_at + at, self.row + 1 + place)

    def put_factors(self, place: int, path: Path) -> list[_Worth]:
        """The factors of a path of the chosen parameter, looked up in the list of all."""
        every = self.area(self.factors_at, len(self.factors))
        worths = []
        for at in range(self.longest):
            number = self.chosen_in(self.numbers_at + place * self.longest + at)
            worth = self.worth(path[at]) if at < len(path) else _Worth("", 0.0)
            formula = f"IF({number}=0,1,INDEX({every},MAX(1,{number})))"  # a 1 more changes no product
            column, row = self.scratch + self.chosen_at + at, self.row + 1 + place
            value = worth.value if at < len(path) else 1.0
            self.page.live(row, column, formula, value, "small", max(1.0, worth.size))
            worths.append(worth)
        return worths

    @staticmethod
    def product(worths: Sequence[_Worth]) -> _Worth:
        """What some factors make."""
        numbers = [worth.value for worth in worths if not isinstance(worth.value, str)]
        size = math.prod(worth.size for worth in worths)
        if None in numbers:
            return _Worth(None, size)
        return _Worth(math.prod(number for number in numbers if number is not None), size)

    def put_numbers(self, row: int, place: int, worths: Sequence[_Worth]) -> None:
        """``= 0.7414 · 0.1868``: the factors of a path as one text."""
        pieces: list[Piece] = []
        for at, worth in enumerate(worths):
            column, of_row = self.scratch + self.chosen_at + self.longest + at, self.row + 1 + place
            number = self.chosen_in(self.numbers_at + place * self.longest + at)
            formula, text = self.readable(number, self.factor_cell(place, at), worth, is_first=at == 0)
            self.page.live(of_row, column, formula, text, "small", worth.size)
            pieces.append((f"{get_column_letter(column)}{of_row}", text))
        self.page.live(row, TEXT, *joined(pieces), "muted", max(worth.size for worth in worths))

    @staticmethod
    def readable(number: str, cell: str, worth: _Worth, is_first: bool) -> Piece:
        """A factor as a text with what stands before it; behind a sign a negative one is in brackets."""
        before, formula = "= " if is_first else TIMES, readable_formula(cell)
        bracketed = formula if is_first else f'IF(SIGN({cell})<0,"("&{formula}&")",{formula})'
        whole = f'IF({number}=0,{NOTHING},{literal(before)[0]}&IFERROR({bracketed},"#NUM!"))'
        if isinstance(worth.value, str):
            return whole, ""
        shown = readable(worth.value)
        is_negative = worth.value is not None and worth.value < 0
        return whole, before + (f"({shown})" if is_negative and not is_first else shown)

    def number_cell(self, row: int) -> str:
        """The number of a row of the table."""
        return f"{get_column_letter(NUMBER)}{row}"

    @property
    def name(self) -> str:
        """The chosen parameter."""
        return self.order[self.number - 1]
