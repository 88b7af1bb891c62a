"""The update as it should be: what most parameters and rows do, and how it reads for another of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from xlbp.auditing.calculation.expressions import relabelled
from xlbp.auditing.calculation.formulas import Compiled
from xlbp.auditing.claims.layout import Parameter
from xlbp.auditing.reading.algebra import slot
from xlbp.auditing.reading.syntax import Cell, Ref
from xlbp.auditing.reading.telling import Told, each, nobody
from xlbp.auditing.updates.leaves import OWN_GRADIENT, OWN_VALUE, PARAMETRIC, Leaf, LeafRole
from xlbp.auditing.updates.reader import Update, UpdateReader
from xlbp.symbols.expr import names_in, ref

MAJORITY = 0.6  # of the rows after the first
HALF = 0.5  # or so many, where no row after the first is made as that


def read_updates(reader: UpdateReader, told: Told = nobody) -> Iterator[Update]:
    """Every parameter's update in every row; in the last row, too, where it has a column of its own."""
    for parameter in each(reader.layout.parameters, told):
        yield from _updates_of(reader, parameter)


def _updates_of(reader: UpdateReader, parameter: Parameter) -> Iterator[Update]:
    """One parameter's update in every row."""
    usual: tuple[int, int] | None = None  # rows below the parameter, and the column, of the first update
    takes_over = reader.takes_over(parameter)
    for step, place in enumerate(parameter.places):
        row = place.cell[1]
        cell = reader.update_cell(parameter, step)
        if cell is not None and usual is None:
            usual = (cell[1] - row, cell[2])
        is_last = step + 1 == len(parameter.places)
        if cell is None and is_last and usual is not None and usual[0] == 0:  # the last row has an update, too
            last = (reader.table.sheet, row, usual[1])
            cell = last if reader.cells.compiled(last) else None
        if cell is not None and (not takes_over or (cell[1] - row, cell[2]) == usual):
            yield reader.read(parameter, step, cell)


def usual_updates(updates: list[Update], is_proved: Callable[[list[Update]], bool]) -> tuple[Update, Update] | None:
    """The update as it should be, in the first row and in the others: what most parameters do.

    Where an optimizer's averages are carried on in several ways, it is what most of those do that ``is_proved`` says
    are right by themselves; None where none is, and no way is that of most.
    """
    first = _most_common([update for update in updates if update.step == 0]) or updates[0]
    later = [update for update in updates if update.step > 0]
    if not later:
        return first, first
    common = _most_common(later)
    assert common is not None
    rules = _rules(later)
    if len({rule.exprs for rule in rules}) > 1 and any(map(_carries_on, rules)):
        proved = [rule for rule in rules if is_proved([update for update in later if update.exprs == rule.exprs])]
        if proved:
            return _of_one_parameter(updates, _most_common(proved) or proved[0])
        if _share_of(common, later) <= MAJORITY:
            return None
    return first, _usual_later(first, common, later)


def _usual_later(first: Update, common: Update, later: list[Update]) -> Update:
    """The update as it should be in the rows after the first; the first row's, unless most do otherwise."""
    second = _most_common([update for update in later if update.step == 1]) or later[0]
    if not _takes_own_row(common):
        return first
    for rule in (common, second):
        if _share_of(rule, later) > MAJORITY:
            return rule
    starts_alike = any(update.exprs == first.exprs for update in later)
    is_half = not starts_alike and _share_of(common, later) >= HALF
    return common if is_half else first  # a sum's first row has nothing to carry on


def _rules(later: list[Update]) -> list[Update]:
    """By parameter, the first of its updates that are made as most of its own are."""
    by_parameter: dict[str, list[Update]] = {}
    for update in later:
        by_parameter.setdefault(update.parameter.name, []).append(update)
    return [rule for own in by_parameter.values() if (rule := _most_common(own)) is not None]


def _of_one_parameter(updates: list[Update], rule: Update) -> tuple[Update, Update]:
    """The first row's update of the parameter that a rule is of, and the rule."""
    firsts = (update for update in updates if update.parameter is rule.parameter and update.step == 0)
    return next(firsts, rule), rule


def _carries_on(update: Update) -> bool:
    """Whether an update takes what one of its own columns was in the row before, as an average does."""
    return any(leaf.role is LeafRole.FORMULA_BEFORE for leaf in update.leaves())


def _share_of(update: Update, updates: list[Update]) -> float:
    return sum(other.exprs == update.exprs for other in updates) / len(updates)


def _takes_own_row(update: Update) -> bool:
    """Whether an update takes parameters and gradients from its own row alone."""
    return not any(leaf.is_of_another_row for leaf in update.leaves())


def _most_common(updates: list[Update]) -> Update | None:
    """The first of those updates that most are like; of two equally common ones, that which takes only its own."""
    counts = Counter(update.exprs for update in updates)
    first_of: dict[object, Update] = {}
    for update in updates:
        first_of.setdefault(update.exprs, update)
    return max(first_of.values(), key=lambda update: (counts[update.exprs], _takes_its_own(update)), default=None)


def _takes_its_own(update: Update) -> bool:
    """Whether an update takes no other parameter's value or gradient."""
    return not any(leaf.role in PARAMETRIC and leaf.is_of_another_parameter for leaf in update.leaves())


def translated(reader: UpdateReader, update: Update, usual: Update, k: int) -> Compiled | None:
    """Formula ``k`` of the usual update, written for this parameter and row; None where it has no such cells."""
    home = update.formulas[k].cell
    formula = reader.formula_as_in(home[1], usual, k)
    references: dict[str, Ref] = {}
    for name in names_in(formula.expr):
        leaf = formula.leaves[name]
        place = _place(reader, update, usual, leaf, k)
        if place is None:
            return None
        references[name] = Ref.held(place, home) if leaf.role is LeafRole.OUTSIDE else Ref.moving(place, home)
    slots = {slot(reference): reference for reference in references.values()}
    expr = relabelled(formula.expr, lambda name: ref(slot(references[name])))
    return Compiled(expr, tuple((name, slots[name]) for name in dict.fromkeys(names_in(expr))))


def _place(reader: UpdateReader, update: Update, usual: Update, leaf: Leaf, k: int) -> Cell | None:
    """The cell that is to this update what the leaf is to the usual one; None where there is none."""
    if leaf == OWN_VALUE:
        return update.old_value
    if leaf == OWN_GRADIENT:
        return update.gradient
    if leaf.role in (LeafRole.FORMULA, LeafRole.FORMULA_BEFORE):
        return _place_of_formula(update, leaf)
    if leaf.role is LeafRole.OWN_COLUMN:
        return _place_in_own_column(reader, update, leaf)
    if leaf.role is LeafRole.TABLE_COLUMN:
        sheet, row, column = usual.formulas[k].places[leaf]
        return (sheet, row + update.step - usual.step, column)
    return usual.formulas[k].places[leaf] if leaf.role is LeafRole.OUTSIDE else None


def _place_of_formula(update: Update, leaf: Leaf) -> Cell | None:
    if leaf.number >= len(update.formulas):
        return None
    sheet, row, column = update.formulas[leaf.number].cell
    return (sheet, row, column) if leaf.role is LeafRole.FORMULA else (sheet, row - 1, column)


def _place_in_own_column(reader: UpdateReader, update: Update, leaf: Leaf) -> Cell | None:
    if leaf.number >= len(update.own_columns):
        return None
    return (update.cell[0], reader.table.first + update.step + leaf.offset, update.own_columns[leaf.number])
