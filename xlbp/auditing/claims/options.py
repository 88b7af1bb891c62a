"""What a person says of a sheet by options: ranges of parameters and gradients, and a loss, perhaps in no cell."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import TypeAlias

from openpyxl.formula.translate import Translator
from openpyxl.utils import column_index_from_string, get_column_letter, range_boundaries

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.claims.headings import plain, shown
from xlbp.auditing.claims.layout import (
    Layout,
    LayoutKind,
    Parameter,
    Place,
    Table,
    filled_headings,
    is_numeric,
    named_apart,
    with_panel,
)
from xlbp.auditing.claims.tables import columns_that_compute
from xlbp.auditing.reading.syntax import Cell, Turned, UnreadableFormulaError, address, title
from xlbp.errors import UsageError, option, worded

LOSS = "mse(A1:A3, B1:B3)"
EXAMPLE_OF_LOSS = worded(f"--loss-expr '{LOSS}'", f"loss_expr='{LOSS}'")
MOST_ELEMENTS = 100_000
MOST_ROWS = 1_048_576  # of a sheet
LONGEST_LABEL = 30
Elements: TypeAlias = list[tuple[Cell, Cell]]  # the cells of a range, each with its gradient's
EVERY = r"(?:\s*(?:every|:)\s*(\d+)(?:st|nd|rd|th)?)?"
DOWN = re.compile(rf"(\d+):(\d+){EVERY}")
ACROSS = re.compile(rf"([A-Za-z]{{1,3}}):([A-Za-z]{{1,3}}){EVERY}")  # the steps of a table on its side


@dataclass(frozen=True)
class AuditOptions:
    """The options of the command."""

    sheet: str = ""
    loss: str = ""
    loss_expr: str = ""
    parameters: tuple[str, ...] = ()
    gradients: tuple[str, ...] = ()
    rows: str = ""
    transposed: bool = False
    forward: bool = False  # the formulas are held against their neighbours and headings, too

    @property
    def names_ranges(self) -> bool:
        """Whether the ranges come from the person, not from headings."""
        return bool(self.parameters or self.gradients)


def by_options(cells: Cells, options: AuditOptions) -> Layout:
    """The layout that the options describe.  Raises UsageError where they do not fit each other or the sheet."""
    _check(options)
    sheet = _sheet(cells, options)
    if ACROSS.fullmatch(options.rows):
        sheet = cells.contents.turn(sheet)
    pairs = _pairs(cells, sheet, options)
    rows = _rows(options.rows) if options.rows else StepRows(pairs[0][0][0][1], pairs[0][0][0][1])
    losses = losses_of(cells, sheet, options, rows)
    if options.rows and rows.every == 1:
        layout = _as_table(cells, sheet, pairs, rows.first, rows.last)
    else:
        layout = _as_steps(cells, sheet, pairs, options, rows)
    return replace(layout, losses=losses, loss_name=_label(cells, losses[0], "") if options.loss else "")


def _pairs(cells: Cells, sheet: str, options: AuditOptions) -> list[Elements]:
    """Elements with their gradients, range by range; several ranges may share one on the other side, in their order."""
    if len(options.parameters) == len(options.gradients):
        return [
            _pair(cells, sheet, parameters, gradients, options.transposed)
            for parameters, gradients in zip(options.parameters, options.gradients, strict=True)
        ]
    parameters = [_in_order(cells, sheet, text) for text in options.parameters]
    gradients = [cell for text in options.gradients for cell in _in_order(cells, sheet, text)]
    count = sum(map(len, parameters))
    if count != len(gradients):
        raise UsageError(
            f"{count} cells of {option('--parameters')} and {len(gradients)} of {option('--gradients')}: "
            "give the ranges in pairs, or as many cells of both"
        )
    left = iter(gradients)
    return [[(cell, next(left)) for cell in each] for each in parameters]


def _in_order(cells: Cells, sheet: str, text: str) -> list[Cell]:
    """The cells of a range, row by row, all numbers."""
    every = [cell for row in _cells(cells, sheet, text) for cell in row]
    for cell in every:
        _must_be_number(cells, cell, text)
    return every


def _as_steps(cells: Cells, sheet: str, pairs: list[Elements], options: AuditOptions, rows: StepRows) -> Layout:
    """The ranges are those of the first step, and stand again in every so manieth row; often it is the only one."""
    parameters: list[Parameter] = []
    for elements, text in zip(pairs, options.parameters, strict=True):
        in_a_row = len({cell[1] for cell, _ in elements}) == 1
        name = _label(cells, elements[0][0], text, in_a_row)
        places = (
            Place(step, _down(cell, step * rows.every), _down(gradient, step * rows.every))
            for step in range(rows.steps)
            for cell, gradient in elements
        )
        parameters.append(Parameter(name, tuple(places)))
    return Layout(LayoutKind.RANGES, sheet, named_apart(parameters, sheet))


def _check(options: AuditOptions) -> None:
    """Raises UsageError where options do not fit each other."""
    if not options.parameters or not options.gradients:
        raise UsageError(f"give both {option('--parameters')} and {option('--gradients')}")
    if bool(options.loss) == bool(options.loss_expr):
        raise UsageError(
            f"give the loss, either its cell as {option('--loss', 'E5')} or an expression as {EXAMPLE_OF_LOSS}"
        )


def _sheet(cells: Cells, options: AuditOptions) -> str:
    """The sheet that the options name, by itself or in a range; or else the first with a gradient where they say."""
    sheets = cells.contents.sheets
    if options.sheet:
        return named_sheet(cells, options.sheet)
    named = next((t for t in (*options.parameters, options.loss) if "!" in t), "")
    if named:
        return _cells(cells, "", named)[0][0][0]
    top = _cells(cells, "", options.gradients[0])[0][0]
    return next((s for s in sheets if is_numeric(cells, (s, top[1], top[2]))), sheets[0])


def named_sheet(cells: Cells, name: str) -> str:
    """The sheet of this name.  Raises UsageError, naming those there are."""
    if name not in cells.contents.sheets:
        raise UsageError(f"there is no sheet {name!r}; there are {', '.join(map(repr, cells.contents.sheets[:12]))}")
    return name


def _cells(cells: Cells, sheet: str, text: str) -> list[list[Cell]]:
    """The cells of a range, on its own sheet where it names one."""
    named, _, area = text.rpartition("!")
    if named:
        sheet = named_sheet(cells, named.strip("'").replace("''", "'"))
    try:
        left, top, right, bottom = range_boundaries(area.replace("$", "").upper())
        if (right - left + 1) * (bottom - top + 1) > MOST_ELEMENTS:
            raise UsageError(f"{text}: a range of over {MOST_ELEMENTS:,} cells")
    except (ValueError, TypeError):
        raise UsageError(f"{text!r} is no range of cells; write it as B5:I5, or with a sheet as Sheet2!B5:I5") from None
    rows, columns = range(top, bottom + 1), range(left, right + 1)
    if isinstance(sheet, Turned):
        return [[(sheet, column, row) for row in rows] for column in columns]
    return [[(sheet, row, column) for column in columns] for row in rows]


@dataclass(frozen=True)
class StepRows:
    """The rows in which steps begin: the first, the last, and how far one is from the next."""

    first: int
    last: int
    every: int = 1

    @property
    def steps(self) -> int:
        """How many there are."""
        return (self.last - self.first) // self.every + 1


def _rows(text: str) -> StepRows:
    """The rows in which steps begin; of a table on its side, the numbers of its columns."""
    columns, rows = ACROSS.fullmatch(text.strip()), DOWN.fullmatch(text.strip())
    if columns:
        first, last = (column_index_from_string(letters.upper()) for letters in columns.groups()[:2])
        every = int(columns[3] or 1)
        if first <= last and every:
            return StepRows(first, last, every)
    if not rows or not 1 <= int(rows[1]) <= int(rows[2]) <= MOST_ROWS or rows[3] == "0":
        raise UsageError(
            f"{option('--rows', text)}: write the first and the last row, as 5:90, or columns, as C:Z; "
            "with 'every 8' behind, where steps are so far apart"
        )
    return StepRows(int(rows[1]), int(rows[2]), int(rows[3] or 1))


def _pair(cells: Cells, sheet: str, p: str, g: str, transposed: bool) -> Elements:
    """Elements with their gradients; a gradient of the transposed shape is taken as transposed."""
    parameters, gradients = _cells(cells, sheet, p), _cells(cells, sheet, g)
    shape, other = (len(parameters), len(parameters[0])), (len(gradients), len(gradients[0]))
    if shape != other[:: -1 if transposed else 1] and shape != other[::-1]:
        raise UsageError(f"{p} and {g} are of different shapes, {shape[0]}x{shape[1]} and {other[0]}x{other[1]}")
    if transposed or shape != other:
        gradients = [list(column) for column in zip(*gradients, strict=True)]
    elements: Elements = []
    for row, line in zip(parameters, gradients, strict=True):
        elements += zip(row, line, strict=True)
    for cell, gradient in elements:
        _must_be_number(cells, cell, p)
        _must_be_number(cells, gradient, g)
    return elements


def _must_be_number(cells: Cells, cell: Cell, text: str) -> None:
    if not is_numeric(cells, cell):
        raise UsageError(f"{text}: {address(cell, cell[0])} on the sheet {title(cell[0])!r} holds no number")


def losses_of(cells: Cells, sheet: str, options: AuditOptions, rows: StepRows) -> tuple[Cell, ...]:
    """The loss of every step: a cell, or an expression that is put where no cell is, in column 0."""
    down = [step * rows.every for step in range(rows.steps)]
    if not options.loss:
        return tuple(put_loss(cells, sheet, options.loss_expr, rows.first, rows.first + each) for each in down)
    top = _cells(cells, sheet, options.loss)[0][0]
    losses = tuple(_down(top, each) for each in down)
    for cell in losses:
        if not is_numeric(cells, cell):
            raise UsageError(f"{option('--loss', options.loss)}: {address(cell, cell[0])} holds no number")
    return losses


def put_loss(cells: Cells, sheet: str, text: str, origin: int, row: int) -> Cell:
    """Make an expression the formula of a cell that no sheet has, in this row."""
    cell = (sheet, row, 0)
    formula = text if text.startswith("=") else f"={text}"
    try:
        start, end = (address((sheet, line, 1), sheet) for line in (origin, row))
        cells.contents.formulas[cell] = Translator(formula, start).translate_formula(end)
        cells.compile_text(cells.contents.formulas[cell], cell)
    except UnreadableFormulaError as error:
        raise UsageError(f"{worded(f'--loss-expr {text!r}', f'loss_expr={text!r}')}: {error}") from None
    return cell


def _as_table(cells: Cells, sheet: str, pairs: list[Elements], first: int, last: int) -> Layout:
    """The ranges are those of the first row; every row below is a step of its own."""
    claimed = {cell[2] for elements in pairs for pair in elements for cell in pair}
    table = table_of_rows(cells, sheet, first, last, claimed)
    parameters: list[Parameter] = []
    for cell, gradient in (pair for elements in pairs for pair in elements):
        name = table.headings.get(cell[2]) or address((sheet, 1, cell[2]), sheet).strip("1")
        places = (Place(step, _down(cell, step), _down(gradient, step)) for step in range(table.steps))
        parameters.append(Parameter(name, tuple(places)))
    return Layout(LayoutKind.RANGES, sheet, named_apart(parameters, sheet), table=table)


def table_of_rows(cells: Cells, sheet: str, first: int, last: int, claimed: Collection[int]) -> Table:
    """The table whose steps are these rows, with what stands above its columns, some of them of what is ``claimed``."""
    table = Table(
        sheet, first, last, _headings(cells, sheet, first), columns_that_compute(cells, sheet, (first, first + 1))
    )
    lines = range(first, last + 1)
    typed = {column for at, row, column in cells.contents.cells if at == sheet and row == first} - table.headings.keys()
    filled = (c for c in sorted(typed) if all(is_numeric(cells, (sheet, line, c)) for line in lines))
    names = {column: get_column_letter(column) for column in filled if column > 0}
    table = with_panel(cells, replace(table, headings={**table.headings, **names}), claimed)
    return replace(table, headings=filled_headings(cells, table)) if isinstance(sheet, Turned) else table


def _down(cell: Cell, rows: int) -> Cell:
    return (cell[0], cell[1] + rows, cell[2])


def _headings(cells: Cells, sheet: str, first: int) -> dict[int, str]:
    """The texts in the rows above the first one; of several in a column, the lowest."""
    headings: dict[int, str] = {}
    for (_, row, column), value in sorted(cells.contents.texts(sheet).items()):
        if first - 5 <= row < first and plain(value):
            headings[column] = shown(value)
    return headings


def _label(cells: Cells, cell: Cell, text: str, in_a_row: bool = True) -> str:
    """The word above a range, or left of one that is a single row, or the range itself."""
    left = [(cell[0], cell[1], cell[2] - 1)] if in_a_row else []
    for near in ((cell[0], cell[1] - 1, cell[2]), *left):
        label = shown(cells.contents.cells.get(near))
        if label and len(label) <= LONGEST_LABEL and not cells.is_formula(near):
            return label
    return text
