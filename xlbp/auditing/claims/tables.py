"""Finds the tables with one row per iteration, by their headings and the way their rows hang together."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.claims.headings import (
    GRADIENT_BAND,
    TOTAL,
    UPDATE_BAND,
    Claim,
    bare,
    claim,
    is_elsewhere,
    is_gain,
    is_loss,
    is_rate,
    names_quantity,
    plain,
    shown,
    step_of,
)
from xlbp.auditing.claims.layout import (
    Layout,
    LayoutKind,
    Parameter,
    Place,
    Table,
    filled_headings,
    is_numeric,
    is_signed_error,
    named_apart,
    reaches,
    with_panel,
)
from xlbp.auditing.reading.syntax import Cell, Turned, UnreadableFormulaError

BELOW = 5  # so many rows at most stand between headings and numbers
SUPERSCRIPT = re.compile(r"[⁽⁾⁰-⁹¹²³]")


def tables(cells: Cells, sheet: str, trained: Sequence[str] = ()) -> Iterator[Layout]:
    """Every table of a sheet that claims gradients, with what it claims; of ``trained`` parameters, where told."""
    texts = _texts_by_row(cells, sheet)
    for row in sorted(texts):
        for headings in _side_by_side(_with_bands(texts, row)):
            layout = _read(cells, sheet, row, headings, trained)
            if layout is not None:
                yield layout


def _side_by_side(headings: dict[int, str]) -> Iterator[dict[int, str]]:
    """The headings of each table in a row: those that claim the same gradients anew belong to another one."""
    claims = Counter(text for text in headings.values() if claim(text))
    if not claims:
        return
    if len(set(claims.values())) > 1 or max(claims.values()) == 1:
        yield headings
        return
    tables: list[dict[int, str]] = [{}]
    for column, text in sorted(headings.items()):
        if text in tables[-1].values() and any(map(claim, tables[-1].values())):
            tables.append({})
        tables[-1][column] = text
    yield from tables if len(tables) == max(claims.values()) else [headings]


def _texts_by_row(cells: Cells, sheet: str) -> dict[int, dict[int, str]]:
    """The texts that were typed, by row and column."""
    texts: dict[int, dict[int, str]] = {}
    for (_, row, column), value in cells.contents.texts(sheet).items():
        if plain(value):
            texts.setdefault(row, {})[column] = plain(value)
    return texts


def _with_bands(texts: dict[int, dict[int, str]], row: int) -> dict[int, str]:
    """The headings, with the parameters' names under a band "Gradients" or "New weights" told from the others."""
    headings, counts = dict(texts[row]), Counter(texts[row].values())
    band = next((texts[above] for above in (row - 1, row - 2) if above in texts), {})
    for column, text in texts[row].items():
        over = max((c for c in band if c <= column), default=None)
        if over is None or counts[text] < 2 or claim(text):
            continue
        if GRADIENT_BAND.fullmatch(band[over]):
            headings[column] = f"grad_{text}"
        elif UPDATE_BAND.fullmatch(band[over]):
            headings[column] = f"new_{text}"
    if not any(map(claim, headings.values())):
        headings |= {column: f"d{step_of(text)}" for column, text in headings.items() if step_of(text)}
    return headings


def _read(cells: Cells, sheet: str, row: int, headings: dict[int, str], trained: Sequence[str]) -> Layout | None:
    """The table with its headings in this row; None if there is none, or if it is of others than ``trained``."""
    claims = {column: said for column, text in headings.items() if (said := claim(text))}
    extent = _extent(cells, sheet, row, claims)
    if extent is None:
        return None
    table = Table(sheet, *extent, headings, columns_that_compute(cells, sheet, extent))
    gradients = _gradient_columns(cells, table, claims)
    if not gradients:
        return None
    table = replace(table, last=_end(cells, table, gradients))
    table = with_panel(cells, table, {*gradients, *gradients.values()})
    if isinstance(sheet, Turned):
        table = replace(table, headings=filled_headings(cells, table))
    parameters: list[Parameter] = []
    for column, gradient in gradients.items():
        name = shown(cells.contents.cells.get((sheet, row, column))) or claims[gradient].to
        places = (Place(t, table.cell(column, t), table.cell(gradient, t)) for t in range(table.steps))
        parameters.append(Parameter(name, tuple(places)))
    loss_name = Counter(claims[gradient].of for gradient in gradients.values()).most_common(1)[0][0]
    layout = Layout(LayoutKind.TABLE, sheet, named_apart(parameters, sheet), table=table, loss_name=loss_name)
    if trained and [parameter.name for parameter in layout.parameters] != list(trained):
        return None
    layout = _with_loss(cells, table, layout)
    return layout if _hangs_together(cells, table, layout) else None


def _with_loss(cells: Cells, table: Table, layout: Layout) -> Layout:
    """The layout with the losses of the table's rows, if it has a column of them."""
    first_row = {parameter.places[0].cell for parameter in layout.parameters}
    column = _loss_column(cells, table, first_row, layout.loss_name)
    if column is None:
        return layout
    losses = tuple(table.cell(column, step) for step in range(table.steps))
    return replace(layout, losses=losses, loss_name=table.headings[column])


def _hangs_together(cells: Cells, table: Table, layout: Layout) -> bool:
    """Whether the second row is a second step: its parameters are computed, or its loss is made from them.

    In a block with a heading, which is one step's matrix, neither holds.
    """
    if table.steps < 2:
        return True
    second = {place.cell for _, place in layout.at(1)}
    return any(map(cells.is_formula, second)) or bool(layout.losses and reaches(cells, layout.losses[1], second))


def columns_that_compute(cells: Cells, sheet: str, extent: tuple[int, int]) -> frozenset[int]:
    """The columns with a formula in one of the table's first two rows, which show what its columns compute."""
    first, last = extent
    rows, columns = range(first, min(first + 1, last) + 1), range(cells.contents.extent(sheet)[1] + 1)
    formulas = cells.contents.formulas
    return frozenset(column for column in columns if any((sheet, row, column) in formulas for row in rows))


def _extent(cells: Cells, sheet: str, row: int, claiming: Iterable[int]) -> tuple[int, int] | None:
    """First and last row under the headings in which most of the claimed gradients are numbers."""
    columns = list(claiming)

    def numbers(at: int) -> int:
        return sum(is_numeric(cells, (sheet, at, column)) for column in columns)

    first = next((at for at in range(row + 1, row + 2 + BELOW) if numbers(at) >= 0.5 * len(columns)), None)
    if first is None:
        return None
    last = first
    while numbers(last + 1):
        last += 1
    return first, last


def _end(cells: Cells, table: Table, gradients: Mapping[int, int]) -> int:
    """The last row that has parameters and gradients: no totals below, and nothing after a gap."""

    def has_number(columns: Iterable[int], step: int) -> bool:
        return any(is_numeric(cells, table.cell(column, step)) for column in columns)

    step = 0
    while step + 1 < table.steps and has_number(gradients, step + 1) and has_number(gradients.values(), step + 1):
        step += 1
    return table.first + step


def _gradient_columns(cells: Cells, table: Table, claims: Mapping[int, Claim]) -> dict[int, int]:
    """By parameter's column: the column that claims to be its gradient.

    Where two columns claim the same, that of the more common numerator counts: df/da before ∂d/∂a; or that which is
    made from the other, as a square's derivative is from its root's.  A numerator that another column differentiates by
    is a link of the chain: beside dg/dz, dz/dw is no gradient.
    """
    numerators = Counter(said.of for said in claims.values())
    links = {said.to for said in claims.values()}
    gradients: dict[int, int] = {}
    for gradient, said in claims.items():
        if said.of in links:
            continue
        column = None if _carries_on(cells, table, gradient) else _column_of(cells, table, said.to, gradient)
        if column is None or gradient in gradients.values():
            continue
        other = gradients.get(column)
        if other is None or numerators[claims[other].of] < numerators[said.of]:
            gradients[column] = gradient
        elif numerators[claims[other].of] == numerators[said.of]:
            is_made = reaches(cells, table.cell(gradient, 0), {table.cell(other, 0)})
            gradients[column] = gradient if is_made else other
    return gradients


def _carries_on(cells: Cells, table: Table, column: int) -> bool:
    """Whether a column is computed from itself in the row above: a velocity or a sum, whatever its heading says."""
    rows = [table.cell(column, step) for step in range(2, min(table.steps, 5))]
    return bool(rows) and all((cell[0], cell[1] - 1, cell[2]) in cells.arguments(cell) for cell in rows)


def _column_of(cells: Cells, table: Table, name: str, gradient: int) -> int | None:
    """The column of the parameter of this name, whose gradient the column ``gradient`` claims to be."""
    named = [column for column in table.named(name) if column != gradient]
    for column in (*named, *_behind_update(cells, table, name)):
        if _is_parameter(cells, table, column):
            return column
    return None


def _behind_update(cells: Cells, table: Table, name: str) -> Iterator[int]:
    """The columns that take over, in the next row, what a column headed ``new a`` holds."""
    for column in table.named_new(name) if table.steps > 1 else ():
        new_value = (table.cell(column, 0),)
        yield from (c for c in table.headings if cells.arguments(table.cell(c, 1)) == new_value)


def _is_parameter(cells: Cells, table: Table, column: int) -> bool:
    """Whether a column starts from outside of the table, instead of being computed within its row."""
    start = table.cell(column, 0)
    return is_numeric(cells, start) and all(table.step(c) is None for c in cells.arguments(start))


def _loss_column(cells: Cells, table: Table, parameters: set[Cell], of: str) -> int | None:
    """The column of the loss: named as one, or as the gradients' numerator, and computed from the parameters."""
    ranked: list[tuple[int, int, bool, int]] = []
    for column, text in table.headings.items():
        says_loss = is_loss(text) or is_gain(text)
        named = 3 * bool(of and names_quantity(text, of)) + 2 * bool(says_loss and TOTAL.fullmatch(text)) + says_loss
        start = table.cell(column, 0)
        if named and cells.is_formula(start) and not claim(text) and not is_signed_error(cells, start):
            reached = len(reaches(cells, start, parameters))
            if reached:
                ranked.append((reached, named, not is_elsewhere(text), column))
    return max(ranked)[-1] if ranked else None


def rate_cells(cells: Cells, sheet: str) -> set[Cell]:
    """The cells beside or below a label that names a learning rate, and those that a defined name calls so."""
    rates: set[Cell] = set()
    for (_, row, column), value in cells.contents.texts(sheet).items():
        if is_rate(plain(value)):
            near = ((sheet, row, column + 1), (sheet, row + 1, column))
            rates.update([cell for cell in near if is_numeric(cells, cell)][:1])
    for name, text in cells.contents.names.items():
        if is_rate(bare(name)):
            rates |= _named(cells, text, sheet)
    return rates


def _named(cells: Cells, text: str, sheet: str) -> set[Cell]:
    """The cells that a defined name stands for; none where what it stood for is gone."""
    try:
        return set(cells.compile_text(f"={text}", (sheet, 1, 1)).cells(("", 1, 1)))
    except UnreadableFormulaError:
        return set()
