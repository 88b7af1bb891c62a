"""What a person says of a sheet by options: ranges of parameters and gradients, and a loss, perhaps in no cell."""

from __future__ import annotations

import re
from dataclasses import dataclass

from openpyxl.formula.translate import Translator
from openpyxl.utils import column_index_from_string, range_boundaries

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.claims.headings import plain, shown
from xlbp.auditing.claims.layout import Layout, Parameter, Place, Table, is_filled, is_numeric
from xlbp.auditing.reading.syntax import Cell, Turned, UnreadableFormulaError, address, title
from xlbp.errors import UsageError

MOST_ELEMENTS = 100_000
ACROSS = re.compile(r"([A-Za-z]{1,3}):([A-Za-z]{1,3})")  # the steps of a table on its side


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

    @property
    def given(self) -> bool:
        """Whether the ranges come from the person, not from headings."""
        return bool(self.parameters or self.gradients)


def by_options(cells: Cells, wanted: AuditOptions) -> Layout:
    """The layout that the options describe.  Raises UsageError where they do not fit each other or the sheet."""
    _check(wanted)
    sheet = _sheet(cells, wanted)
    if ACROSS.fullmatch(wanted.rows):
        sheet = cells.contents.turn(sheet)
    pairs = [
        _pair(cells, sheet, p, g, wanted.transposed) for p, g in zip(wanted.parameters, wanted.gradients, strict=True)
    ]
    steps, first = 1, pairs[0][0][0][1]
    if wanted.rows:
        first, last = _rows(wanted.rows)
        steps = last - first + 1
    layout = Layout("ranges", sheet, [], [])
    layout.losses = losses(cells, sheet, wanted, first, steps)
    if wanted.loss:
        layout.loss_name = _label(cells, layout.losses[0], "")
    if wanted.rows:
        _fill_down(cells, layout, pairs, first, steps)
    else:
        for pair, text in zip(pairs, wanted.parameters, strict=True):
            in_a_row = len({cell[1] for cell, _ in pair}) == 1
            name = _label(cells, pair[0][0], text, in_a_row)
            layout.add(Parameter(name, tuple(Place(0, p, g) for p, g in pair)))
    return layout


def _check(wanted: AuditOptions) -> None:
    """Raises UsageError where options do not fit each other."""
    if len(wanted.parameters) != len(wanted.gradients):
        raise UsageError(
            f"{len(wanted.parameters)} --parameters and {len(wanted.gradients)} --gradients: give them in pairs"
        )
    if bool(wanted.loss) == bool(wanted.loss_expr):
        raise UsageError(
            "give the loss, either its cell as --loss E5 or an expression as --loss-expr 'mse(A1:A3, B1:B3)'"
        )


def _sheet(cells: Cells, wanted: AuditOptions) -> str:
    sheets = cells.contents.sheets
    if wanted.sheet:
        return named_sheet(cells, wanted.sheet)
    named = next((t for t in (*wanted.parameters, wanted.loss) if "!" in t), "")
    if named:
        return _cells(cells, "", named)[0][0][0]
    top = _cells(cells, "", wanted.gradients[0])[0][0]
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


def _rows(text: str) -> tuple[int, int]:
    """The first and the last step's row; of a table on its side, the numbers of its columns."""
    found = re.fullmatch(r"(\d+):(\d+)", text)
    if across := ACROSS.fullmatch(text):
        first, last = (column_index_from_string(letters.upper()) for letters in across.groups())
        if first <= last:
            return first, last
    if not found or not 1 <= int(found[1]) <= int(found[2]) <= 1_048_576:
        raise UsageError(f"--rows {text}: write the first and the last row, as 5:90, or columns, as C:Z")
    return int(found[1]), int(found[2])


def _pair(cells: Cells, sheet: str, p: str, g: str, transposed: bool) -> list[tuple[Cell, Cell]]:
    """Elements with their gradients; a gradient of the transposed shape is taken as transposed."""
    parameters, gradients = _cells(cells, sheet, p), _cells(cells, sheet, g)
    shape, other = (len(parameters), len(parameters[0])), (len(gradients), len(gradients[0]))
    if shape != other[:: -1 if transposed else 1] and shape != other[::-1]:
        raise UsageError(f"{p} and {g} are of different shapes, {shape[0]}x{shape[1]} and {other[0]}x{other[1]}")
    if transposed or shape != other:
        gradients = [list(column) for column in zip(*gradients, strict=True)]
    found = [(a, b) for row, line in zip(parameters, gradients, strict=True) for a, b in zip(row, line, strict=True)]
    for a, b in found:
        for cell, text in ((a, p), (b, g)):
            if not is_numeric(cells, cell):
                place = address(cell, cell[0])
                raise UsageError(f"{text}: {place} on the sheet {title(cell[0])!r} holds no number")
    return found


def losses(cells: Cells, sheet: str, wanted: AuditOptions, first: int, steps: int) -> list[Cell]:
    """The loss of every step: a cell, or an expression that is put where no cell is, in column 0."""
    if wanted.loss:
        top = _cells(cells, sheet, wanted.loss)[0][0]
        found = [(top[0], top[1] + step, top[2]) for step in range(steps)]
        for cell in found:
            if not is_numeric(cells, cell):
                raise UsageError(f"--loss {wanted.loss}: {address(cell, cell[0])} holds no number")
        return found
    return [put_loss(cells, sheet, wanted.loss_expr, first, first + step) for step in range(steps)]


def put_loss(cells: Cells, sheet: str, text: str, origin: int, row: int) -> Cell:
    """Make an expression the formula of a cell that no sheet has, in this row."""
    cell = (sheet, row, 0)
    formula = text if text.startswith("=") else f"={text}"
    try:
        start, end = (address((sheet, line, 1), sheet) for line in (origin, row))
        cells.contents.formulas[cell] = Translator(formula, start).translate_formula(end)
        cells.compile_text(cells.contents.formulas[cell], cell)
    except UnreadableFormulaError as error:
        raise UsageError(f"--loss-expr {text!r}: {error}") from None
    return cell


def _fill_down(cells: Cells, layout: Layout, pairs: list[list[tuple[Cell, Cell]]], first: int, steps: int) -> None:
    """The ranges are those of the first row; every row below is a step of its own."""
    sheet = layout.sheet
    headings = _headings(cells, sheet, first)
    table = layout.table = Table(sheet, first, first + steps - 1, headings)
    if isinstance(sheet, Turned):
        headings = table.headings = {c: text for c, text in headings.items() if is_filled(cells, table, c)}
    layout.table.computing = {c for (s, r, c) in cells.contents.formulas if s == sheet and r in (first, first + 1)}
    for p, g in (pair for each in pairs for pair in each):
        name = headings.get(p[2]) or address((sheet, 1, p[2]), sheet).strip("1")
        at = tuple(Place(k, (p[0], p[1] + k, p[2]), (g[0], g[1] + k, g[2])) for k in range(steps))
        layout.add(Parameter(name, at))


def _headings(cells: Cells, sheet: str, first: int) -> dict[int, str]:
    found: dict[int, str] = {}
    for row in range(max(1, first - 5), first):
        for (s, r, column), value in cells.contents.cells.items():
            if s == sheet and r == row and plain(value):
                found[column] = shown(value)
    return found


def _label(cells: Cells, cell: Cell, text: str, in_a_row: bool = True) -> str:
    """The word above a range, or left of one that is a single row, or the range itself."""
    left = [(cell[0], cell[1], cell[2] - 1)] if in_a_row else []
    for near in ((cell[0], cell[1] - 1, cell[2]), *left):
        found = shown(cells.contents.cells.get(near))
        if found and len(found) <= 30 and not cells.is_formula(near):
            return found
    return text
