"""Checks the update rule: that each parameter is moved by its own gradient, and by the learning rate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from xlbp.auditing import findings as kinds
from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.claims.headings import is_loss, same, updated
from xlbp.auditing.claims.layout import Layout, Parameter
from xlbp.auditing.findings import Finding
from xlbp.auditing.reading.syntax import Cell, address
from xlbp.auditing.updates.copies import taken_from_another
from xlbp.auditing.updates.departing import deviation
from xlbp.auditing.updates.moves import Move, Moves
from xlbp.auditing.updates.one_step import check_step, new_values, read_step, usual_rate
from xlbp.auditing.updates.optimizers import departures
from xlbp.auditing.updates.rules import read_moves, rules_of
from xlbp.symbols.expr import Expr, ref, topological


@dataclass
class Updates:
    """The verdict on a sheet's updates; ``columns`` are those whose formulas this check answers for."""

    findings: list[Finding] = field(default_factory=list)
    rates: dict[str, str] = field(default_factory=dict)
    columns: set[int] = field(default_factory=set)
    cells_of: dict[str, set[Cell]] = field(default_factory=dict)
    unjudged: dict[str, str] = field(default_factory=dict)  # parameters that are updated in a way not judged, and why


def check_updates(cells: Cells, layout: Layout, rates: set[Cell]) -> Updates:
    """Compare every parameter's update with that of the others, of the other rows, and with the known rules."""
    if layout.table is None or layout.steps < 2:
        layout.updated |= new_values(cells, layout)
        return _of_one_step(cells, layout) if layout.updated else Updates()
    found = _of_rows(cells, layout, rates)
    found.unjudged |= dict(_not_read(cells, layout, found))
    return found


def _not_read(cells: Cells, layout: Layout, found: Updates) -> Iterator[tuple[str, str]]:
    """The parameters that are made from gradients, in a way that was not understood."""
    gradients = {place.gradient for parameter in layout.parameters for place in parameter.places}
    told = {cell for finding in found.findings for cell in finding.cells}
    for parameter in layout.parameters:
        later = [place.cell for place in parameter.places[1:]]
        unread = next((cell for cell in later if cell in cells.unreadable), None)
        if unread is not None:
            yield parameter.name, f"{address(unread, layout.sheet)} can't be read: {cells.unreadable[unread]}"
            continue
        told_of = parameter.name in found.cells_of or not told.isdisjoint(later)
        if not told_of and any(not gradients.isdisjoint(cells.below((c,), gradients.__contains__)) for c in later[:3]):
            yield parameter.name, "the way from the gradient to the next row's parameter was not understood"


def _of_rows(cells: Cells, layout: Layout, rates: set[Cell]) -> Updates:
    """The updates from row to row."""
    found = Updates()
    reader = Moves(cells, layout)
    moves = list(read_moves(reader, layout))
    found.columns = _answered_for(layout, reader, moves)
    if not moves:
        return found
    rules = rules_of(_sound(layout, moves))
    mistaken: set[str] = set()  # parameters that take over what another is to become
    for move in moves:
        found.cells_of.setdefault(move.parameter.name, set()).update(move.cells)
        rule = rules[min(move.step, 1)]
        if move.form != rule.form:
            copied = taken_from_another(cells, reader, move, rule)
            if copied is not None:
                mistaken.add(move.parameter.name)
                found.findings.append(copied)
            elif move.parameter.name not in mistaken:
                found.findings += deviation(cells, reader, move, rule)
    _check_parameters(cells, layout, reader, moves, rates, found)
    usual = [move for move in moves if move.form == rules[min(move.step, 1)].form]
    found.findings += _ascent(cells, layout, rules[0], moves)
    found.findings += departures(cells, layout, reader, usual, rates)
    return found


def _check_parameters(
    cells: Cells, layout: Layout, reader: Moves, moves: list[Move], rates: set[Cell], found: Updates
) -> None:
    """Note the learning rate of each parameter, or that nothing moves it."""
    for parameter in layout.parameters:
        first = next((m for m in moves if m.parameter is parameter), None)
        if first is not None:
            rate = address(layout.rate, layout.sheet) if layout.rate else _rate(cells, first, rates)
            found.rates[parameter.name] = rate
        elif reader.copies(parameter):
            found.findings += _not_taken(cells, layout, parameter)


def _answered_for(layout: Layout, reader: Moves, moves: list[Move]) -> set[int]:
    """The columns of the parameters and of all that moves them."""
    copying = {p.places[0].cell[2] for p in layout.parameters if reader.copies(p)}
    own = {place.cell[2] for p in layout.parameters for place in p.places[:1]} - copying
    return own | {cell[2] for move in moves for cell in move.cells}


def _not_taken(cells: Cells, layout: Layout, parameter: Parameter) -> Iterator[Finding]:
    """A parameter that stays as it is, though a column computes what it should become."""
    table = layout.table
    new = [c for c, text in table.headings.items() if same(updated(text), parameter.name)] if table else []
    if table is None or len(new) != 1:
        return
    cell = parameter.places[1].cell
    words = f"the new {parameter.name} is computed, but the next row does not take it"
    every = [place.cell for place in parameter.places[1:]]
    text = f"={address(table.cell(new[0], 0), cell[0])}"
    yield Finding(kinds.WRONG_GRADIENT, cell, cells.formula(cell) or "", text, words, 1.0, every)


def _of_one_step(cells: Cells, layout: Layout) -> Updates:
    moves = read_step(cells, layout)
    rate = usual_rate(cells, moves)
    found = Updates(list(check_step(cells, layout, moves, rate)) if rate else [])
    if not rate:
        words = (
            "the new values do not follow from the gradients by one learning rate; only gradient descent is judged here"
        )
        found.unjudged = dict.fromkeys(layout.updated, words)
        return found
    for move in moves:
        found.cells_of.setdefault(move.parameter.name, set()).add(move.cell)
        if len(move.rates) == 1:
            found.rates[move.parameter.name] = address(move.rates[0], layout.sheet)
    return found


def _rate(cells: Cells, move: Move, rates: set[Cell]) -> str:
    """The learning rate's cell: labelled as one, or what multiplies the gradient."""
    used = [(label, cell) for places in move.places for label, cell in places.items() if label.startswith("@")]
    home = move.update[0]
    for _, cell in used:
        if cell in rates:
            return address(cell, home)
    for _, cell in used:
        if any(argument in rates for argument in cells.arguments(cell)):
            return address(cell, home)
    form = move.forms[0]
    products = [node for node in topological(form) if node.op == "mul" and ref("G") in node.args]
    for product in products:
        other = next((a for a in product.args if a is not ref("G")), None)
        if other is not None and other.op == "ref" and str(other.payload) in move.places[0]:
            return address(move.places[0][str(other.payload)], home)
        if other is not None and other.op == "const":
            return f"{float(str(other.payload)):g}"
    return address(used[0][1], home) if len(used) == 1 else ""


def _ascent(cells: Cells, layout: Layout, rule: Move, moves: list[Move]) -> Iterator[Finding]:
    """Every parameter is moved uphill, though the loss is named as one."""
    if is_loss(layout.loss_name) and _is_uphill(rule):
        cell = rule.update
        text = cells.formula(cell) or ""
        every = [m.update for m in moves if m.form == rule.form]
        yield Finding(
            kinds.SIGN,
            cell,
            text,
            text.replace("+", "-", 1),
            "every parameter is moved along the gradient, which makes the loss larger",
            2.0,
            every,
        )


def _sound(layout: Layout, moves: list[Move]) -> list[Move]:
    """The moves that the rule may be taken from: of a loss no uphill ones, if there are others."""
    if not is_loss(layout.loss_name):
        return moves
    names = {move.parameter.name for move in moves if not _is_uphill(move)}
    sound = [move for move in moves if move.parameter.name in names]
    return sound if any(_is_uphill(move) for move in moves) and sound else moves


def _is_uphill(move: Move) -> bool:
    form = move.forms[0]
    return form.op == "add" and form.args[0] is ref("P") and _is_plain_step(form.args[1])


def _is_plain_step(node: Expr) -> bool:
    return node.op == "mul" and ref("G") in node.args and all(a.op != "neg" and not _is_negative(a) for a in node.args)


def _is_negative(node: Expr) -> bool:
    return node.op == "const" and float(str(node.payload)) < 0
