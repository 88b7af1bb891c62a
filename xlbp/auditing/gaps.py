"""What an audit could not read or judge: each with the reason, and what to do about it."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.claims.layout import Layout
from xlbp.auditing.explanations import extent
from xlbp.auditing.reading.syntax import Cell, Turned, address, in_book, title
from xlbp.auditing.recognition.recognise import NotFollowed
from xlbp.auditing.truth.gradients import Truth
from xlbp.auditing.truth.unjudgeable import typed_losses
from xlbp.auditing.updates.check import UpdateVerdict

SHOWN = 200  # characters of a formula that can't be read
DOUBTS = 10  # of a sheet
NAMED = 4  # of many parameters
REWRITE = "write it with plain functions, or type its values as numbers"
MEND_LOSS = "mend that first, or name the cell of another loss"
AND_MORE = "{} and {} more"
ON_UNREAD = "it rests on {}, which can't be judged: {}"
ALL_ON_UNREAD = "they rest on {}, which can't be judged: {}"
CIRCULAR = "it is computed from itself, in a circle"
NOT_SAVED = "no number is saved there"
NO_NUMBER = "the loss or its derivative is an error in every row"
MEND_CIRCLE = "mend that first"
BY_HAND = "judge them by hand"
TYPED_LOSS = "the loss in {} is a number, no formula, so nothing says what its derivatives are"
NEEDS_FORMULAS = "audit the sheet with its formulas, not a copy of their values, or give the loss as an expression"
ONE_TYPED_LOSS = "in a step the loss is a number, no formula ({}), so nothing says what its derivatives are there"
TYPE_FORMULA = "write the formula of the other steps there"
NO_LOSS = "no loss was found whose derivatives they could be"
NAME_LOSS = "name the cell of the loss, or judge it by hand"
BROKEN_LOSS = "the loss is an error from here on: what belongs to it can't be judged"
QUOTIENT = "the difference quotient in {}"
NO_QUOTIENT = "it is not made of the loss with one parameter moved by a number of the sheet"
RIGHT_QUOTIENTS = "in {} stand difference quotients of the loss: they are its derivatives up to the size of their h"
NO_GRADIENTS = (
    "no gradients were found by their headings; "
    "name them, as {ranges} (without {rows} it is one step), and {expression} where no cell holds the loss"
)
NO_GRADIENTS_BUT = (
    "no gradients were found by their headings ({what}); "
    "name them, as {ranges} (without {rows} it is one step), and {expression} where no cell holds the loss"
)
NEAREST = "the nearest were {}"
NOTHING_DEPARTS = "its formulas go with their neighbours and headings, {} in all"
NO_FORMULAS = "it holds no formulas, as a copy of values does"
OF_ONE = {"gradient": "the gradient of {}", "update": "the update of {}"}
OF_SEVERAL = {"gradient": "the gradients of {}", "update": "the updates of {}"}
UNDEFINED = "the derivative is undefined from here on: what belongs to it can't be judged"


@dataclass(frozen=True)
class Unread:
    """A cell whose formula was not read, or not as a whole, or that leaves a doubt; as the JSON contract has it."""

    cell: str
    formula: str
    reason: str


@dataclass(frozen=True)
class Unjudged:
    """Claims that are neither right nor wrong; as the JSON contract has it."""

    what: str
    cell: str
    reason: str
    remedy: str


def by_differences(cells: Cells) -> Iterator[str]:
    """The functions whose derivatives are taken by differences, which no rule here gives."""
    places: dict[str, list[Cell]] = {}
    for cell, functions in cells.by_differences.items():
        places.setdefault(functions, []).append(in_book(cell))
    for functions, alike in places.items():
        where = _with_more([address(alike[0])], len(alike))
        yield f"the derivative of {functions} is taken by differences, in {where}"


def by_quotients(layout: Layout, truth: Truth) -> Iterator[str]:
    """Where a sheet computes the loss's derivatives as quotients of differences, and does so rightly."""
    right = [each.difference.cell for each in truth.quotients if each.is_right and not each.is_of_other]
    if right:
        yield RIGHT_QUOTIENTS.format(extent(_in_all_rows(layout, right), layout.sheet))


def _in_all_rows(layout: Layout, cells: Sequence[Cell]) -> list[Cell]:
    """The cells; of a table, those of their columns, of which some rows are looked at."""
    if layout.table is None:
        return sorted(cells)
    return [layout.table.cell(column, step) for column in {cell[2] for cell in cells} for step in range(layout.steps)]


def cut_cells(cells: Cells, home: str) -> Iterator[Unread]:
    """The cells that stand for something too large to be read as a whole."""
    for cell, reason in cells.contents.cut.items():
        yield _unread(cells, cell, home, reason)


def unread_cells(cells: Cells, home: str, sheets: Collection[str]) -> Iterator[Unread]:
    """The cells, among those that matter, whose formulas can't be read: each is taken as its saved number.

    What was looked at on its side counts only if one of the audited ``sheets`` was read so.
    """
    seen: set[Cell] = set()  # a sheet may have been looked at upright and on its side
    for cell, reason in sorted(cells.unreadable.items()):
        is_looked_at = not isinstance(cell[0], Turned) or cell[0] in sheets
        if is_looked_at and min(cell[1:]) > 0 and in_book(cell) not in seen:
            seen.add(in_book(cell))
            yield Unread(address(in_book(cell), title(home)), (cells.formula(cell) or "")[:SHOWN], reason)


def doubts(cells: Cells, layout: Layout, truth: Truth) -> Iterator[Unread]:
    """Where a sheet's loss is an error, where its derivative is undefined, and where differences contradict it."""
    home = layout.sheet
    broken = next((loss for loss in layout.losses if math.isnan(cells.value(loss))), None)
    if broken is not None:
        yield _unread(cells, broken, home, BROKEN_LOSS)
    undefined = next(_undefined(cells, layout, truth), None)
    if undefined is not None:
        yield _unread(cells, undefined, home, UNDEFINED)
    for cell, words in truth.doubted[:DOUBTS]:
        yield _unread(cells, cell, home, words)


def _unread(cells: Cells, cell: Cell, home: str, reason: str) -> Unread:
    return Unread(address(cell, home), (cells.formula(cell) or "")[:SHOWN], reason)


def _undefined(cells: Cells, layout: Layout, truth: Truth) -> Iterator[Cell]:
    """The gradients in steps whose loss is a number and has no derivative, as a root at 0; each in its first row."""
    for gradients in truth.compared.values():
        for gradient in gradients:
            if math.isnan(gradient.true) and not math.isnan(cells.value(layout.losses[gradient.place.step])):
                yield gradient.place.gradient


def unjudged_claims(cells: Cells, layout: Layout, truth: Truth, updates: UpdateVerdict) -> Iterator[Unjudged]:
    """The gradients that rest on what can't be read, or on a loss that is an error, and updates of unknown rules."""
    unreadable = [p.name for p in layout.parameters if any(place in truth.unjudgeable for place in p.places)]
    if unreadable:
        yield _resting_on_unread(cells, layout, truth, unreadable)
    undefined = [p.name for p in layout.parameters if p.name not in unreadable and not truth.judged(p)]
    if undefined and layout.losses:
        yield _unjudged("gradient", undefined, address(layout.losses[0], layout.sheet), NO_NUMBER, MEND_LOSS)
    if truth.unknown_quotients:
        first = min(truth.unknown_quotients)
        where = extent(_in_all_rows(layout, truth.unknown_quotients), layout.sheet)
        yield Unjudged(QUOTIENT.format(where), address(first, layout.sheet), NO_QUOTIENT, BY_HAND)
    for reason in dict.fromkeys(updates.unjudged.values()):
        names = [name for name, why in updates.unjudged.items() if why == reason]
        place = next(p for p in layout.parameters if p.name == names[0]).places[0]
        yield _unjudged("update", names, address(place.cell, layout.sheet), reason, BY_HAND)


def unjudged_trainings(trainings: Iterable[NotFollowed]) -> Iterator[Unjudged]:
    """The trainings that follow no loss that was found."""
    for training in trainings:
        yield Unjudged(f"the training of {_listed(training.names)}", address(training.cell), training.reason, BY_HAND)


def unjudged_without_loss(layouts: Iterable[Layout]) -> Iterator[Unjudged]:
    """The gradients for which no loss was found."""
    for layout in layouts:
        names = [parameter.name for parameter in layout.parameters]
        place = layout.parameters[0].places[0]
        yield _unjudged("gradient", names, address(place.gradient), NO_LOSS, NAME_LOSS)


def _resting_on_unread(cells: Cells, layout: Layout, truth: Truth, names: list[str]) -> Unjudged:
    """The gradients of these parameters, which rest on cells that can't be read."""
    culprits = sorted(set(truth.unjudgeable.values()))
    first = next(iter(truth.unjudgeable.values()))
    where = extent([cell for cell in culprits if cell[2] > 0], layout.sheet)
    if first in layout.losses and typed_losses(cells, layout):
        return _unjudged("gradient", names, address(first, layout.sheet), TYPED_LOSS.format(where), NEEDS_FORMULAS)
    if first in layout.losses and cells.compiled(first) is None:
        return _unjudged("gradient", names, address(first, layout.sheet), ONE_TYPED_LOSS.format(where), TYPE_FORMULA)
    why = CIRCULAR if first in truth.circular else cells.unreadable.get(first, NOT_SAVED)
    reason = (ALL_ON_UNREAD if len(names) > 1 else ON_UNREAD).format(where, why)
    remedy = MEND_CIRCLE if first in truth.circular else REWRITE
    return _unjudged("gradient", names, address(first, layout.sheet), reason, remedy)


def _unjudged(what: str, names: Sequence[str], cell: str, reason: str, remedy: str) -> Unjudged:
    of = OF_SEVERAL if len(names) > 1 else OF_ONE
    return Unjudged(of[what].format(_listed(names)), cell, reason, remedy)


def _listed(names: Sequence[str]) -> str:
    """The names; of many, the first few."""
    return _with_more(names[:NAMED], len(names))


def _with_more(first: Sequence[str], count: int) -> str:
    """The first of so many."""
    listed = ", ".join(first)
    return AND_MORE.format(listed, count - len(first)) if count > len(first) else listed
