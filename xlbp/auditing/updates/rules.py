"""The update as it should be: what most parameters and rows do, and how it reads for another of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from xlbp.auditing.calculation.expressions import relabelled
from xlbp.auditing.calculation.formulas import Compiled
from xlbp.auditing.claims.layout import Layout
from xlbp.auditing.reading.algebra import slot
from xlbp.auditing.reading.syntax import Cell, Ref
from xlbp.auditing.updates.moves import Move, Moves
from xlbp.symbols.expr import names_in, ref


def read_moves(reader: Moves, layout: Layout) -> Iterator[Move]:
    """Every parameter's update in every row; in the last row, too, where it has a column of its own."""
    for parameter in layout.parameters:
        shift: int | None = None
        column = 0
        for step in range(len(parameter.places)):
            update = reader.source(parameter, step)
            if update is not None and shift is None:
                shift, column = update[1] - parameter.places[step].cell[1], update[2]
            if update is None and step + 1 == len(parameter.places) and shift == 0:  # the last row has an update, too
                last = (reader.table.sheet, parameter.places[step].cell[1], column)
                update = last if reader.cells.compiled(last) else None
            usual = update is None or (update[1] - parameter.places[step].cell[1], update[2]) == (shift, column)
            if update is not None and (usual or not reader.copies(parameter)):
                yield reader.read(parameter, step, update)


def rules_of(moves: list[Move]) -> tuple[Move, Move]:
    """The update as it should be, in the first row and in the others: what most parameters do."""
    first = _most([m for m in moves if m.step == 0]) or moves[0]
    later = [m for m in moves if m.step > 0]
    if not later:
        return first, first
    second = _most([m for m in later if m.step == 1]) or later[0]
    share = sum(m.form == second.form for m in later) / len(later)
    common = _most(later)
    if common is not None and not _is_plausible(common):
        return first, first
    if common is not None and sum(m.form == common.form for m in later) > 0.6 * len(later):
        return first, common
    return first, second if share > 0.6 else first


def _is_plausible(move: Move) -> bool:
    """Whether a rule takes its numbers from its own row, not from parameters and gradients of others."""
    return not any("@" in name[1:] for form in move.forms for name in names_in(form))


def _most(moves: list[Move]) -> Move | None:
    if not moves:
        return None
    counts = Counter(m.form for m in moves)
    form = max(counts, key=lambda one: (counts[one], not any("G:" in name for form in one for name in names_in(form))))
    return next(m for m in moves if m.form == form)


def translated(reader: Moves, move: Move, rule: Move, k: int) -> Compiled | None:
    """The rule's formula for this parameter and row."""
    form = rule.forms[k]
    home = move.cells[k]
    references: dict[str, Ref] = {}
    for label in names_in(form):
        place = _place(reader, move, rule, label, k)
        if place is None:
            return None
        is_panel = label.startswith("@") and not label.startswith("@col")
        references[label] = Ref.held(place, home) if is_panel else Ref.moving(place, home)
    slots = {slot(reference): reference for reference in references.values()}
    new = relabelled(form, lambda label: ref(slot(references[label])))
    return Compiled(new, tuple((n, slots[n]) for n in dict.fromkeys(names_in(new))))


def _place(reader: Moves, move: Move, rule: Move, label: str, k: int) -> Cell | None:
    """The cell that plays a part in this move that ``label`` names in the rule's."""
    own = move.parameter.places
    if label in ("P", "G"):
        place = own[move.step]
        return place.cell if label == "P" else place.gradient
    if label[0] in "XS" and label[1:].isdigit():
        cell = dict(enumerate(move.cells)).get(int(label[1:]))
        return cell if label[0] == "X" or cell is None else (cell[0], cell[1] - 1, cell[2])
    if label[0] == "O":
        return _own_before(reader, move, label)
    theirs = rule.places[k].get(label)
    if theirs is None:
        return None
    if label.startswith("@col"):
        return (theirs[0], theirs[1] + move.step - rule.step, theirs[2])
    return theirs if label.startswith("@") else None


def _own_before(reader: Moves, move: Move, label: str) -> Cell | None:
    """The cell that ``O1-1`` names: of the parameter's own second column, a row before."""
    index, shift = int(label[1:-2]), int(label[-2:])
    if index >= len(move.others):
        return None
    return (move.update[0], reader.table.first + move.step + shift, move.others[index])
