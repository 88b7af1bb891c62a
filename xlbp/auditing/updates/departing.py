"""An update that is not the one of the other parameters or rows: where they part, and what that is called."""

from __future__ import annotations

import math
from collections.abc import Iterator

from xlbp.auditing import findings as kinds
from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.calculation.expressions import differences
from xlbp.auditing.calculation.formulas import Compiled
from xlbp.auditing.findings import Finding
from xlbp.auditing.reading.contents import names_of_cells
from xlbp.auditing.reading.syntax import Cell, Ref, address
from xlbp.auditing.reading.writing import formula
from xlbp.auditing.truth.gradients import RTOL, relative
from xlbp.auditing.updates.moves import Move, Moves
from xlbp.auditing.updates.rules import translated
from xlbp.symbols.expr import Expr, names_in


def deviation(cells: Cells, reader: Moves, move: Move, rule: Move) -> Iterator[Finding]:
    """The first formula of the update that is not as the rule has it, if that changes its value."""
    for k, (form, want) in enumerate(zip(move.forms, rule.forms, strict=False)):
        if form is want:
            continue
        finding = (_of_averages(cells, reader, move, rule) if k else None) or _of_formula(cells, reader, move, rule, k)
        if finding is not None:
            yield finding
            return


def _of_averages(cells: Cells, reader: Moves, move: Move, rule: Move) -> Finding | None:
    """One of the formulas behind the update refers to the wrong average."""
    behind = range(1, min(len(move.cells), len(rule.cells)))
    return next((f for k in behind if (f := _other_average(cells, reader, move, rule, k)) is not None), None)


def _of_formula(cells: Cells, reader: Moves, move: Move, rule: Move, k: int) -> Finding | None:
    """Formula ``k`` of the update is another; None where it is worth the same."""
    cell = move.cells[k]
    expected = translated(reader, move, rule, k)
    before = cells.value(move.parameter.places[move.step].cell) if k == 0 else 0.0
    new = cells.worth(expected, cell) if expected else math.nan
    error = relative(cells.value(cell) - before, new - before, 1e-4 * abs(before))
    if expected is not None and error <= RTOL:
        return None
    pairs = list(differences(move.forms[k], rule.forms[k])) or [(move.forms[k], rule.forms[k])]
    named = [(_kind(cells, move, k, pair), pair) for pair in pairs]
    kind, pair = next((n for n in named if n[0] == kinds.WRONG_GRADIENT), named[0])
    text = formula(expected.expr, dict(expected.slots), cell, names_of_cells(cells.contents)) if expected else ""
    words = _words(kind, move, pair, k, rule)
    change = ("update", f"{kind} {_change(pair)}")
    return Finding(kind, cell, cells.formula(cell) or "", text, words, error, [cell], change)


def _other_average(cells: Cells, reader: Moves, move: Move, rule: Move, k: int) -> Finding | None:
    """One formula refers to the wrong average: m for its corrected m, or that of another parameter."""
    found = move.cells[k]
    form = reader.read(rule.parameter, rule.step, rule.cells[k]).form
    meant = next((c for c in _near(reader, move, rule, k) if _is_its(cells, reader, move, c, form)), found)
    if meant == found:
        return None
    user = next((c for c in move.cells if found in cells.arguments(c) and c != found), None)
    compiled = cells.compiled(user) if user else None
    if user is None or compiled is None:
        return None
    slots = tuple((name, _moved_to(r, user, meant) if r.at(user) == found else r) for name, r in compiled.slots)
    expected = Compiled(compiled.expr, slots)
    before = cells.value(move.parameter.places[move.step].cell) if user == move.update else 0.0
    error = relative(cells.value(user) - before, cells.worth(expected, user) - before)
    others = {name for form in move.forms for name in names_in(form) if name.startswith("G:")}
    home = user[0]
    kind = kinds.WRONG_GRADIENT if others else kinds.OPTIMIZER
    words = f"{address(meant, home)} belongs where {address(found, home)} stands in the update of {move.parameter.name}"
    text = formula(compiled.expr, dict(slots), user, names_of_cells(cells.contents))
    return Finding(kind, user, cells.formula(user) or "", text, words, error, [user], ("average", f"{user[2]} {kind}"))


def _near(reader: Moves, move: Move, rule: Move, k: int) -> Iterator[Cell]:
    """Where this parameter's average may stand: as far from that of the rule as their gradients are, or anywhere."""
    own, theirs = (m.parameter.places[m.step].gradient for m in (move, rule))
    sheet, row, column = rule.cells[k]
    yield (sheet, row + own[1] - theirs[1], column + own[2] - theirs[2])
    yield from (reader.table.cell(column, move.step) for column in sorted(reader.table.computing))


def _is_its(cells: Cells, reader: Moves, move: Move, cell: Cell, form: tuple[Expr, ...]) -> bool:
    return cells.compiled(cell) is not None and reader.read(move.parameter, move.step, cell).form == form


def _moved_to(reference: Ref, home: Cell, place: Cell) -> Ref:
    return Ref(reference.sheet, place[1] - home[1], place[2] - home[2], False, False)


def _change(pair: tuple[Expr, Expr]) -> str:
    found, expected = pair
    if str(expected.payload).startswith("@"):
        return f"instead of {expected.payload}"
    return f"{found!r} {expected!r}"[:200]


def _kind(cells: Cells, move: Move, k: int, pair: tuple[Expr, Expr]) -> str:
    found, expected = pair
    was, meant = str(found.payload), str(expected.payload)
    if {found.op, expected.op} == {"add", "sub"} or found.op == "neg" or expected.op == "neg":
        return kinds.SIGN
    if found.op == expected.op == "ref":
        return _kind_of_leaf(cells, move, k, was, meant)
    if found.op == "const" and expected.op == "ref":
        return kinds.PASTED
    if k and _carries(expected) and not _carries(found):
        return kinds.OPTIMIZER
    return kinds.OPERATOR if len(found.args) == len(expected.args) == 2 else kinds.FORMULA


def _carries(expr: Expr) -> bool:
    """Whether a formula takes over what it was in the row before, as a running sum does."""
    return any(name[0] == "S" for name in names_in(expr))


def _kind_of_leaf(cells: Cells, move: Move, k: int, was: str, meant: str) -> str:
    if meant == "G" and was.startswith(("G", "@col", "X")):
        return kinds.ROW if was.startswith("G@") else kinds.WRONG_GRADIENT
    place = move.places[k].get(was)
    if meant == "P" and was.startswith("@") and place and place[2] == move.parameter.places[0].cell[2]:
        return kinds.ROW  # above the table's first row
    if meant == "P":
        return kinds.UPDATED if was.startswith("P@+") else kinds.ROW if was.startswith("P@") else kinds.FORMULA
    if meant.startswith("@col") and was.startswith("@col") and meant[:-2] == was[:-2]:
        return kinds.ROW
    if meant.startswith("@"):
        reference = _reference(cells, move, k, was)
        return kinds.UNANCHORED if reference and not reference.row_fixed else kinds.FORMULA
    return kinds.OPTIMIZER if meant[0] in "SX" or was[0] in "SX" else kinds.FORMULA


def _reference(cells: Cells, move: Move, k: int, label: str) -> Ref | None:
    compiled = cells.compiled(move.cells[k])
    place = move.places[k].get(label)
    return next((r for _, r in compiled.slots if r.at(move.cells[k]) == place), None) if compiled else None


def _words(kind: str, move: Move, pair: tuple[Expr, Expr], k: int, rule: Move) -> str:
    name, home = move.parameter.name, move.update[0]
    found, expected = (str(e.payload) if e.op == "ref" else "" for e in pair)
    slid, held = (address(c, home) if c else "?" for c in (move.places[k].get(found), rule.places[k].get(expected)))
    said = {
        kinds.WRONG_GRADIENT: f"{name} is moved by {_called(found, name)} instead of its own gradient",
        kinds.UNANCHORED: f"the reference to {held} slid to {slid} as it was filled down: it needs $ to hold it",
        kinds.SIGN: f"{name} is moved the other way than the other parameters",
        kinds.ROW: f"the update of {name} takes {_called(found, name)} of another row",
        kinds.OPTIMIZER: f"the average or sum that moves {name} should carry on from the row above",
        kinds.UPDATED: f"the update of {name} starts from a value of a later row",
    }
    return said.get(kind, f"the update of {name} is not the one of the other parameters or rows")


def _called(label: str, name: str) -> str:
    letter, _, other = label.partition(":")
    what = {"G": "the gradient", "P": "the value"}.get(letter[:1], "a cell")
    return f"{what} of {other or name}" if what != "a cell" else "another cell"
