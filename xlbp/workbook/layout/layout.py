"""Where everything stands: names to cells.

The training sheet has a panel on top, headings in bands, and one row per iteration.  A layout can be
written into the book and read back, so that a book stays verifiable when the layout of a later
version differs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import count

from openpyxl.utils import get_column_letter

from xlbp.errors import UsageError
from xlbp.symbols.expr import Expr
from xlbp.symbols.program import Program
from xlbp.template import names
from xlbp.template.model import Model
from xlbp.template.quantity import Quantity, known, parse
from xlbp.template.scaling import INPUTS, TARGETS
from xlbp.template.template import Template
from xlbp.workbook.layout.defined_names import defined_name
from xlbp.workbook.layout.formula import (
    ATOM,
    EXTREMES,
    LONG,
    SPREADSHEET,
    SUM,
    Printed,
    Writer,
    extreme,
    spreadsheet_number,
)

LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
MOST_WATCHED = 14_000  # columns, so that those that watch them find room on the sheet
TITLE_ROW, LABEL_ROW, VALUE_ROW = 1, 2, 3  # the panel: labels over values
TITLE_COLUMN = 2  # not the first, which stays in sight and prints on every page, and would show a piece of the title
HEADING_ROWS = 4  # phase, layer, symbol, formula
SHARED = "shared"  # the sheet of a cell on which several trainings depend
HERE = "here"  # the sheet of a cell that stands beside the formulas that need it
MOST_PANEL_SAMPLES = 6  # more stand on a sheet of their own
DATA_ROW = 8  # the first sample on that sheet, below a title, the features' statistics and the headings


OVER_RANGE = {
    "norm": "SQRT(SUMSQ({0}))",
    "squares": "SUMSQ({0})",
    # ABS of a range would need an array formula, and SUMIF would pass over an error
    "absolutes": "SUMPRODUCT({0}*(({0}>0)-({0}<0)))",
}


@dataclass(frozen=True)
class Place:
    """A panel cell: sheet (``training``, ``data`` or ``shared``), row, column, and its defined name if it has one."""

    sheet: str
    row: int
    column: int
    defined: str = ""

    @property
    def address(self) -> str:
        """``$B$3``."""
        return f"${get_column_letter(self.column)}${self.row}"


@dataclass(frozen=True)
class Layout:
    """``columns``: name to column of the training sheet; ``panel``: name to cell of an input.

    Behind the columns of a ``watched`` sheet stand those that tell whether its formulas are in place.
    """

    columns: dict[str, int]
    panel: dict[str, Place]
    first_row: int
    iterations: int
    data_sheet: str = "Data"
    home: str = ""  # the training sheet's name, for formulas that stand on another sheet
    shared_sheet: str = ""  # where the cells stand that several trainings share
    watched: bool = False

    @property
    def last_row(self) -> int:
        """The row of the last iteration."""
        return self.first_row + self.iterations

    def row_of(self, iteration: int) -> int:
        """The sheet row of an iteration."""
        return self.first_row + iteration

    def cell(self, name: str, iteration: int) -> str:
        """The address of a column's cell, as ``F12``."""
        return f"{get_column_letter(self.columns[name])}{self.row_of(iteration)}"

    def to_data(self) -> dict[str, object]:
        """Plain data for the book's hidden sheet."""
        named = {
            name: [p.sheet, p.row, p.column, p.defined] for name, p in self.panel.items() if not known(name).is_in_table
        }
        plain = {"columns": self.columns, "panel": named, "tables": self._tables(), "first_row": self.first_row}
        return {**plain, "watched": self.watched}

    def _tables(self) -> dict[str, list[object]]:
        """Each column of a table in one line: its sheet, its first row, its column, and how many rows it has."""
        tables: dict[str, list[object]] = {}
        for name, p in self.panel.items():
            quantity = known(name)
            if quantity.is_in_table:
                tables.setdefault(quantity.sampled(""), [p.sheet, p.row, p.column, 0])[3] += 1  # type: ignore[operator]
        return tables

    def writer(self) -> Writer:
        """A printer of formulas for this layout: patterns with {r} for the row and {p} for the one above."""
        return Writer(SPREADSHEET, self._leaf, spreadsheet_number, self._short, self._picked)

    def _picked(self, column: str, rows: int, row: str) -> str:
        """A row of a table's column."""
        first, last = self.panel[f"{column}#1"], self.panel[f"{column}#{rows}"]
        return f"INDEX({quoted(self.data_sheet)}!{first.address}:{last.address},{row})"

    def _leaf(self, expr: Expr) -> str:
        name = str(expr.payload)
        if name in self.columns:
            return f"{get_column_letter(self.columns[name])}{{{'p' if expr.op == 'prev' else 'r'}}}"
        return self.reference(self.panel[name])

    def reference(self, place: Place) -> str:
        """A panel cell as a formula refers to it: by its name, or its address."""
        return place.defined or f"{self._sheet(place)}{place.address}"

    def _sheet(self, place: Place) -> str:
        """The sheet of a panel cell as a formula needs it; '' for the sheet that the formula stands on."""
        if place.sheet == HERE:
            return ""
        sheet = {"data": self.data_sheet, SHARED: self.shared_sheet}.get(place.sheet, self.home)
        return f"{quoted(sheet)}!" if sheet else ""

    def _short(self, op: str, args: Sequence[Expr]) -> Printed | None:
        """SUM, SUMPRODUCT, SUMSQ or MAX over ranges, for many cells that stand side by side."""
        if op in EXTREMES:
            run = self._run(args)
            return extreme(op, [run] if run else list(map(self.writer(), args))), ATOM
        if len(args) <= LONG:  # SUM and SUMSQ may add more exactly than + does
            return None
        return self._short_sum(args) if op == "add" else self._over_range(op, args)

    def _over_range(self, op: str, args: Sequence[Expr]) -> Printed | None:
        """A function of many cells, whatever their order."""
        in_place = sorted(args, key=lambda cell: self.columns.get(str(cell.payload), 0))
        run = self._run(args) or self._run(in_place)
        return (OVER_RANGE[op].format(run), ATOM) if run else None

    def _short_sum(self, args: Sequence[Expr]) -> Printed | None:
        """A sum of products, and perhaps a bias behind them, or of plain cells."""
        *head, last = args
        bias = last.op != "mul" and args[0].op == "mul"
        terms = head if bias else list(args)
        if len(terms) <= LONG:
            return None
        if all(term.op == "mul" for term in terms):
            left = self._run([term.args[0] for term in terms])
            right = self._run([term.args[1] for term in terms])
            if not left or not right:
                return None
            products = f"SUMPRODUCT({left},{right})"
            return (f"{products}+{self.writer()(last)}", SUM) if bias else (products, ATOM)
        run = self._run(terms)
        return (f"SUM({run})", ATOM) if run else None

    def _run(self, cells: Sequence[Expr]) -> str | None:
        """The range that holds just these cells in this order, in the row or on the panel, or None."""
        names_of_cells = [str(cell.payload) for cell in cells if cell.op == "ref"]
        if len(names_of_cells) != len(cells) or len(cells) < 2:
            return None
        places = [None if name in self.columns else self.panel.get(name) for name in names_of_cells]
        columns = [
            self.columns.get(name) or (p.column if p else 0) for name, p in zip(names_of_cells, places, strict=True)
        ]
        if columns != list(range(columns[0], columns[0] + len(columns))):
            return None
        rows = {"{r}" if p is None else f"${p.row}" for p in places}
        sheets = {"" if p is None else self._sheet(p) for p in places}
        if len(rows) != 1 or len(sheets) != 1:
            return None
        row, mark, sheet = rows.pop(), "" if places[0] is None else "$", sheets.pop()
        return sheet + ":".join(f"{mark}{get_column_letter(column)}{row}" for column in (columns[0], columns[-1]))


def quoted(sheet: str) -> str:
    """A sheet's name as a formula needs it."""
    return sheet if re.fullmatch(r"[A-Za-z_]+", sheet) else "'" + sheet.replace("'", "''") + "'"


def range_of(first: str, last: str) -> str:
    """Cells as a formula has them: ``B3:F3``, or ``B3`` where they are one, for some programs write such a range so."""
    return first if first == last else f"{first}:{last}"


def make_layout(template: Template, program: Program, data_sheet: str = "Data") -> Layout:
    """Lay a program out.  Raises UsageError if it does not fit a sheet, with the figure."""
    panel, height = _panel(template, program)
    return place_columns(program, panel, height, template, data_sheet)


def place_columns(
    program: Program, panel: dict[str, Place], height: int, template: Template, data_sheet: str, shared_sheet: str = ""
) -> Layout:
    """The row's columns from left to right, below a panel of this height and the headings."""
    first, iterations = height + 1 + HEADING_ROWS + 1, template.training.iterations
    has_arrays = template.model.computed_as == "arrays"
    remedy = "make the arrays smaller" if has_arrays else "make the network or the batch smaller"
    _must_fit("columns", len(program.columns), LAST_COLUMN, remedy)
    _must_fit("rows", first + iterations, LAST_ROW, "train for fewer iterations")
    columns = {name: number for number, name in enumerate(program.names, start=1)}
    watched = len(columns) <= MOST_WATCHED
    return Layout(columns, panel, first, iterations, data_sheet, shared_sheet=shared_sheet, watched=watched)


def _must_fit(what: str, wanted: int, limit: int, remedy: str) -> None:
    if wanted > limit:
        raise UsageError(f"the sheet would need {wanted:,} {what}, but has {limit:,}; {remedy}")


def read_layout(data: dict[str, object], iterations: int, data_sheet: str, shared_sheet: str = "") -> Layout:
    """A layout from a book's hidden sheet.  Raises KeyError, TypeError or ValueError if it is none."""
    columns, panel, first = data["columns"], data["panel"], data["first_row"]
    if not (isinstance(columns, dict) and isinstance(panel, dict) and isinstance(first, int)):
        raise TypeError("the layout is not a layout")
    places = {str(name): Place(str(s), int(r), int(c), str(d)) for name, (s, r, c, d) in panel.items()}
    for name, (sheet, row, column, length) in dict(data.get("tables") or {}).items():  # type: ignore[call-overload]
        if not 0 <= int(length) <= LAST_ROW:
            raise ValueError("the layout is not a layout")
        places |= {f"{name}#{n + 1}": Place(str(sheet), int(row) + n, int(column)) for n in range(int(length))}
    numbered = {str(k): int(v) for k, v in columns.items()}
    watched = bool(data.get("watched", False))
    return Layout(numbered, places, first, iterations, data_sheet, shared_sheet=shared_sheet, watched=watched)


def _panel(template: Template, program: Program) -> tuple[dict[str, Place], int]:
    """The inputs' cells, side by side from column B, and the panel's last row."""
    taken: set[str] = set()
    panel: dict[str, Place] = {}
    column = 2
    height = VALUE_ROW
    batches: set[str] = set()
    if template.model.stored:
        panel = table_panel(template.model)
        batches = set(panel)
    elif template.model.samples > 1:
        panel, column, height = _batch_panel(template.model, taken)
        batches = set(panel)
    elif _has_grids(template.model):
        panel, column, height = _grid_panel(template.model, taken)
        batches = set(panel)
    for name in sorted(set(program.panel) - batches, key=program.panel.index):
        panel[name] = Place("training", VALUE_ROW, column, defined_name(name, taken))
        column += 1
    return panel, height


def _batch_panel(model: Model, taken: set[str]) -> tuple[dict[str, Place], int, int]:
    """A row per sample, inputs then targets; a large batch goes to the data sheet, without names."""
    if len(model.inputs) > MOST_PANEL_SAMPLES:
        return batch_places(model, "xt", Place("data", DATA_ROW, 2)), 2, VALUE_ROW
    panel = batch_places(model, "xt", Place("training", VALUE_ROW, 2), lambda name: defined_name(name, taken))
    return panel, max(place.column for place in panel.values()) + 1, VALUE_ROW + len(model.inputs) - 1


def _has_grids(model: Model) -> bool:
    """Whether a sample is a picture, or a sequence, of so few rows that it can stand on the panel as it is."""
    shapes = (model.input_shape, model.target_shape) if model.inputs else ()
    heights = [shape[-2] for shape in shapes if len(shape) > 1]
    return bool(heights) and max(heights) <= MOST_PANEL_SAMPLES


def _grid_panel(model: Model, taken: set[str]) -> tuple[dict[str, Place], int, int]:
    """A sample in rows and columns, its channels side by side, inputs then targets; a step of a sequence is a row."""
    panel: dict[str, Place] = {}
    column = 2
    for numbers, shape in ((model.each_input(), model.input_shape), (model.each_target(), model.target_shape)):
        for name in numbers:
            *channel, row, across = (1, *name.indices) if len(shape) == 1 else name.indices
            beside = (channel[0] - 1) * shape[-1] if channel else 0
            place = Place("training", VALUE_ROW + row - 1, column + beside + across - 1, defined_name(name, taken))
            panel[name] = place
        column = max(place.column for place in panel.values()) + 1
    return panel, column, max(place.row for place in panel.values())


def batch_places(
    model: Model, letters: str, first: Place, define: Callable[[str], str] = lambda name: ""
) -> dict[str, Place]:
    """Inputs (x), targets (t), or both: a column each, a row per sample, from the place of the first on."""
    panel: dict[str, Place] = {}
    column = first.column
    for letter in letters:
        for number in model.each_input() if letter == "x" else model.each_target():
            for row, mark in enumerate(model.marks, start=first.row):
                name = number.sampled(mark)
                panel[name] = Place(first.sheet, row, column, define(name))
            column += 1
    return panel


def table_panel(model: Model) -> dict[str, Place]:
    """The data sheet: what was given, then what is computed from it, then the order of the draws.

    Where features are scaled, what was given of each stands side by side: a range for its statistics.
    """
    data, rows = model.data, names.rows(len(model.inputs))
    given: list[Quantity] = []
    computed: list[Quantity] = []
    for part in (INPUTS, TARGETS):
        of_classes = part == TARGETS and data.classes
        derived = model.network.derived if part == INPUTS and data.features else ()
        if part in model.scalings:
            given += sorted(model.each_of(part.raw), key=model.feature_of)
        else:
            given += [parse(names.CLASS)] if of_classes else model.each_of(part.letter)
        given = [name for name in given if name not in derived]
        computed += derived
        computed += model.each_of(part.letter) if part in model.scalings or of_classes else ()
    columns = dict(zip(given, count(2), strict=False))
    columns |= dict(zip(computed, count(len(given) + 3), strict=False))
    panel = {
        f"{name}{row}": Place("data", DATA_ROW + n, column)
        for name, column in columns.items()
        for n, row in enumerate(rows)
    }
    after = max(columns.values()) + 2
    draws = range(1, len(data.order) + 1)
    return panel | {f"{names.ORDER}#{k}": Place("data", DATA_ROW + k - 1, after) for k in draws}


def defined_names(layout: Layout) -> Iterable[tuple[str, Place]]:
    """The defined names of the training sheet's own panel, with their cells."""
    return ((place.defined, place) for place in layout.panel.values() if place.defined and place.sheet != SHARED)


def refuse_too_wide(template: Template) -> None:
    """Before any work: each parameter alone takes three columns (itself, its gradient, its update)."""
    wanted = 3 * len(template.model.parameters())
    remedy = "make the arrays smaller" if template.model.computed_as == "arrays" else "make the network smaller"
    _must_fit("columns or more", wanted, LAST_COLUMN, remedy)
