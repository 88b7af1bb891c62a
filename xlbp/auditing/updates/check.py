"""Checks the update rule: that each parameter is moved by its own gradient, and by the learning rate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from xlbp.auditing import findings as kinds
from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.claims.headings import is_gain, plain
from xlbp.auditing.claims.layout import Layout, Parameter
from xlbp.auditing.explanations import said
from xlbp.auditing.findings import Finding
from xlbp.auditing.reading.syntax import Cell, address
from xlbp.auditing.reading.telling import Told, nobody
from xlbp.auditing.updates.deviations import UpdateComparison
from xlbp.auditing.updates.direction import Direction, goes_straight_down, is_minimised
from xlbp.auditing.updates.excuses import Excuses, without_growth
from xlbp.auditing.updates.leaves import OWN_GRADIENT, UNRELATED
from xlbp.auditing.updates.optimizer_check import check_optimizers, is_as_in_paper
from xlbp.auditing.updates.reader import Update, UpdateReader
from xlbp.auditing.updates.single_step import (
    NewValues,
    check_step,
    read_step,
    unnamed_new_values,
    usual_rate,
    usual_share,
)
from xlbp.auditing.updates.usual_update import read_updates, usual_updates
from xlbp.symbols.expr import ref, topological

NOT_DESCENT = (
    "the new values do not follow from the gradients by one learning rate; only gradient descent is judged here"
)
NOT_CORRECTED = "it is moved as by Adam without the correction of its averages, which may be meant or forgotten"
NOT_ALIKE = "the parameters are not updated alike, and no update is that of an optimizer known here"
NOT_UNDERSTOOD = "the way from the gradient to the next row's parameter was not understood"
GRADIENT = ref(str(OWN_GRADIENT))


@dataclass
class UpdateVerdict:
    """The verdict on a sheet's updates; ``columns`` are those whose formulas this check answers for."""

    findings: list[Finding] = field(default_factory=list)
    rates: dict[str, str] = field(default_factory=dict)  # by parameter: the learning rate's cell, or its number
    columns: set[int] = field(default_factory=set)
    cells_of: dict[str, set[Cell]] = field(default_factory=dict)  # by parameter: the cells of its updates
    unjudged: dict[str, str] = field(default_factory=dict)  # parameters that are updated in a way not judged, and why


def check_updates(cells: Cells, layout: Layout, rates: set[Cell], told: Told = nobody) -> UpdateVerdict:
    """Compare every parameter's update with that of the others, of the other rows, and with the known rules."""
    if any(place.adds for parameter in layout.parameters for place in parameter.places):
        return _judged_as_gradients(cells, layout)
    if layout.table is None or layout.steps < 2:
        new_values = {**layout.new_values, **unnamed_new_values(cells, layout)}
        return _check_single_step(cells, layout, new_values, rates) if new_values else UpdateVerdict()
    verdict = _check_rows(UpdateReader(cells, layout), rates, told)
    verdict.unjudged |= dict(_not_understood(cells, layout, verdict))
    return verdict


def _judged_as_gradients(cells: Cells, layout: Layout) -> UpdateVerdict:
    """The updates of a sheet that shows no gradients but in them: they are judged with these."""
    own = {parameter.name: {place.gradient for place in parameter.places} for parameter in layout.parameters}
    factors = {p.name: {float(f"{abs(place.factor):.6g}") for place in p.places} for p in layout.parameters}
    rates = {name: f"{min(each):g}" for name, each in factors.items() if len(each) == 1}
    places = [place for parameter in layout.parameters for place in parameter.places]
    uphill = [place for place in places if place.factor > 0]
    verdict = UpdateVerdict(cells_of=own, rates=rates)
    if len(uphill) > len(places) / 2 and is_minimised(cells, layout):
        every = sorted(place.gradient for place in uphill)
        reason = said(kinds.SIGN, "uphill")
        verdict.findings.append(Finding(kinds.SIGN, every[0], cells.shown(every[0]), "", reason, 2.0, every))
    return verdict


def _not_understood(cells: Cells, layout: Layout, verdict: UpdateVerdict) -> Iterator[tuple[str, str]]:
    """The parameters that are made from gradients, in a way that was not understood."""
    gradients = layout.gradients()
    wrong = {cell for finding in verdict.findings for cell in finding.cells}

    def has_gradients_behind(cell: Cell) -> bool:
        return not gradients.isdisjoint(cells.below((cell,), gradients.__contains__))

    for parameter in layout.parameters:
        later = [place.cell for place in parameter.places[1:]]
        unreadable = next((cell for cell in later if cell in cells.unreadable), None)
        if unreadable is not None:
            where, why = address(unreadable, layout.sheet), cells.unreadable[unreadable]
            yield parameter.name, f"{where} can't be read: {why}"
            continue
        is_judged = parameter.name in verdict.cells_of or not wrong.isdisjoint(later)
        if not is_judged and any(map(has_gradients_behind, later[:3])):
            yield parameter.name, NOT_UNDERSTOOD


def _check_rows(reader: UpdateReader, rates: set[Cell], told: Told) -> UpdateVerdict:
    """The updates from row to row."""
    updates = list(read_updates(reader, told))
    verdict = UpdateVerdict(columns=_columns(reader, updates))
    if not updates:
        return verdict
    if _mixes_gradients(updates):
        for update in updates:
            verdict.cells_of.setdefault(update.parameter.name, set()).update(update.cells)
        if not goes_straight_down(reader.cells, updates):
            verdict.unjudged |= dict.fromkeys(verdict.cells_of, NOT_ALIKE)
        return verdict
    direction = Direction(reader.cells, reader.layout, updates)
    eligible = without_growth(reader, _downhill(reader, direction, updates))
    rules = usual_updates(eligible, lambda own: is_as_in_paper(reader, own, rates))
    if rules is None:
        return _judged_alone(reader, updates, rates, verdict)
    first, later = rules
    usual, odd = _usual_and_odd(reader, updates, rates, first, later)
    for update in updates:
        verdict.cells_of.setdefault(update.parameter.name, set()).update(update.cells)
    verdict.findings += list(_as_filled(reader, odd))
    _check_parameters(reader, updates, rates, verdict)
    verdict.findings += _ascent(reader, direction, first, updates)
    optimizers = check_optimizers(reader, usual, rates)
    verdict.findings += optimizers.findings
    verdict.unjudged |= dict.fromkeys(optimizers.uncorrected, NOT_CORRECTED)
    return verdict


def _mixes_gradients(updates: list[Update]) -> bool:
    """Whether most parameters are moved by their own gradient and by others', too, as Newton's method does."""
    mixed = {update.parameter.name for update in updates if update.takes_own_gradient and update.takes_others_gradients}
    return len(mixed) > len({update.parameter.name for update in updates}) / 2


def _usual_and_odd(
    reader: UpdateReader, updates: list[Update], rates: set[Cell], first: Update, later: Update
) -> tuple[list[Update], list[Finding]]:
    """The updates that are made as the first and the later rows' should be, and what is told of the others."""
    usual: list[Update] = []
    usual_of: dict[str, Update] = {}  # by parameter, the latest that a row below may have been filled from
    odd: list[Finding] = []
    by_rule = {update.parameter.name: update for update in updates if update.step and update.exprs == later.exprs}
    excuses = Excuses(reader, updates, rates)
    from_another: set[str] = set()  # parameters that take over what another is to become
    for update in updates:
        name = update.parameter.name
        rule = later if update.step else first
        if update.exprs == rule.exprs or excuses.excuse(update, rule):
            usual.append(update)
            if rule.exprs == later.exprs:
                usual_of[name] = update
            continue
        if name in usual_of and _is_filled(reader, usual_of[name], update):
            continue  # what is made otherwise is behind it in an earlier row, and told there
        comparison = UpdateComparison(reader, update, rule, by_rule.get(name))
        finding = comparison.wrong_copy()
        if finding is not None:
            from_another.add(name)
        elif name not in from_another:
            finding = _not_filled(reader, usual_of.get(name), comparison.wrong_formula())
        odd += [finding] if finding is not None else []
    return usual, odd


def _as_filled(reader: UpdateReader, odd: Iterable[Finding]) -> Iterator[Finding]:
    """The findings; a formula that was filled down its column is one slip, though each row is told by its own rule."""
    told: dict[tuple[object, ...], Finding] = {}
    for finding in odd:
        formula = reader.cells.compiled_as_in(reader.table.first, finding.cell)
        first = told.setdefault((finding.cell[2], formula), finding) if formula is not None else finding
        if first is finding:
            yield finding
        else:
            first.cells += finding.cells
            first.max_rel = max(first.max_rel, finding.max_rel)


def _judged_alone(
    reader: UpdateReader, updates: list[Update], rates: set[Cell], verdict: UpdateVerdict
) -> UpdateVerdict:
    """Updates that are made in as many ways as there are parameters: each is held against the papers alone."""
    for update in updates:
        verdict.cells_of.setdefault(update.parameter.name, set()).update(update.cells)
    _check_parameters(reader, updates, rates, verdict)
    verdict.findings += check_optimizers(reader, updates, rates).findings
    told = {cell for finding in verdict.findings for cell in finding.cells}
    alone = [name for name, own in verdict.cells_of.items() if told.isdisjoint(own)]
    verdict.unjudged |= dict.fromkeys(alone, NOT_ALIKE)
    return verdict


def _not_filled(reader: UpdateReader, usual: Update | None, finding: Finding | None) -> Finding | None:
    """The finding, unless it names no other formula, and the one that stands there was filled from a usual update's."""
    if finding is None or finding.expected or usual is None:
        return finding
    return None if reader.cells.compiled(finding.cell) in set(map(reader.cells.compiled, usual.cells)) else finding


def _is_filled(reader: UpdateReader, usual: Update, update: Update) -> bool:
    """Whether an update, and all in its row that it is made from, was filled from a usual one's row.

    Both take the same cells outside of the table: a rate that slid down was filled, too.
    """
    own, theirs = ([*_in_its_row(reader, each)] for each in (update, usual))
    outside, usual_outside = (
        {argument for cell in cells for argument in reader.cells.arguments(cell) if reader.step(argument) is None}
        for cells in (own, theirs)
    )
    filled = set(map(reader.cells.compiled, theirs))
    return outside == usual_outside and filled.issuperset(map(reader.cells.compiled, own))


def _in_its_row(reader: UpdateReader, update: Update) -> Iterator[Cell]:
    """The cell of an update, and all in its row that it is made from and that compute."""

    def is_end(cell: Cell) -> bool:
        return cell != update.cell and (reader.is_claimed(cell) or reader.table.step(cell) != update.step)

    for cell in reader.cells.below((update.cell,), is_end):
        if not is_end(cell) and reader.cells.is_formula(cell):
            yield cell


def _check_parameters(reader: UpdateReader, updates: list[Update], rates: set[Cell], verdict: UpdateVerdict) -> None:
    """Note the learning rate of each parameter, or that nothing moves it."""
    layout = reader.layout
    for parameter in layout.parameters:
        first = next((update for update in updates if update.parameter is parameter), None)
        if first is not None:
            rate = address(layout.rate, layout.sheet) if layout.rate else _rate(reader.cells, first, rates)
            verdict.rates[parameter.name] = rate
        elif reader.takes_over(parameter):
            verdict.findings += _not_taken_over(reader, parameter)


def _columns(reader: UpdateReader, updates: list[Update]) -> set[int]:
    """The columns of the parameters and of all that moves them."""
    parameters = reader.layout.parameters
    own = {parameter.places[0].cell[2] for parameter in parameters}
    copies = {parameter.places[0].cell[2] for parameter in parameters if reader.takes_over(parameter)}
    return (own - copies) | {cell[2] for update in updates for cell in update.cells}


def _not_taken_over(reader: UpdateReader, parameter: Parameter) -> Iterator[Finding]:
    """A parameter that stays as it is, though a column computes what it should become."""
    table = reader.table
    new = table.named_new(parameter.name)
    if len(new) != 1:
        return
    cell = parameter.places[1].cell
    reason = said(kinds.WRONG_GRADIENT, "not_taken_over", name=parameter.name)
    every = [place.cell for place in parameter.places[1:]]
    text = f"={address(table.cell(new[0], 0), cell[0])}"
    yield Finding(kinds.WRONG_GRADIENT, cell, reader.cells.formula(cell) or "", text, reason, 1.0, every)


def _check_single_step(cells: Cells, layout: Layout, new_values: NewValues, rates: set[Cell]) -> UpdateVerdict:
    """The update of a sheet that shows one step."""
    steps = read_step(cells, layout, new_values)
    rate = usual_rate(cells, steps)
    if not rate and not all(step.moves_by(cells, rates) for step in steps):
        return UpdateVerdict(unjudged=dict.fromkeys(new_values, NOT_DESCENT))
    with_own_rate = [step for step in steps if len(rates) > 1 and step.moves_by(cells, rates)]
    judged = [step for step in steps if step not in with_own_rate]
    verdict = UpdateVerdict(list(check_step(cells, layout, judged, rate)) if judged else [])
    if any(usual_share(step, steps) is None for step in {step.place.step for step in steps}):
        verdict.unjudged |= dict.fromkeys(new_values, NOT_ALIKE)
    for step in steps:
        verdict.cells_of.setdefault(step.parameter.name, set()).add(step.cell)
        if len(step.plain_cells) == 1:
            verdict.rates.setdefault(step.parameter.name, address(step.plain_cells[0], layout.sheet))
    return verdict


def _rate(cells: Cells, update: Update, rates: set[Cell]) -> str:
    """The learning rate's cell: labelled as one, or what multiplies the gradient; or its number; '' if unknown."""
    home = update.cell[0]
    cell = _labelled_rate(cells, update, rates)
    if cell is not None:
        return address(cell, home)
    formula = update.formulas[0]
    for node in topological(formula.expr):
        if node.op != "mul" or GRADIENT not in node.args:
            continue
        factor = next((arg for arg in node.args if arg is not GRADIENT), None)
        leaf = formula.leaf(factor) if factor is not None else None
        if leaf is not None:
            return address(formula.places[leaf], home)
        if factor is not None and factor.op == "const":
            return f"{float(str(factor.payload)):g}"
    unrelated = _unrelated_cells(update)
    return address(unrelated[0], home) if len(unrelated) == 1 else ""


def _unrelated_cells(update: Update) -> list[Cell]:
    """What the formulas of an update take besides parameters, gradients and each other."""
    unrelated: list[Cell] = []
    for formula in update.formulas:
        unrelated += [cell for leaf, cell in formula.places.items() if leaf.role in UNRELATED]
    return unrelated


def _labelled_rate(cells: Cells, update: Update, rates: set[Cell]) -> Cell | None:
    """The cell that is labelled as a learning rate, or that is made from one."""
    unrelated = _unrelated_cells(update)
    for cell in unrelated:
        if cell in rates:
            return cell
    for cell in unrelated:
        if any(argument in rates for argument in cells.arguments(cell)):
            return cell
    return None


def _ascent(reader: UpdateReader, direction: Direction, usual: Update, updates: list[Update]) -> Iterator[Finding]:
    """Every parameter is moved uphill, though the loss is named as one."""
    if direction.is_uphill(usual) and is_minimised(reader.cells, reader.layout):
        text = reader.cells.formula(usual.cell) or ""
        other = text.replace("+", "-", 1)
        every = [update.cell for update in updates if update.exprs == usual.exprs]
        reason = said(kinds.SIGN, "uphill")
        yield Finding(kinds.SIGN, usual.cell, text, other if other != text else "", reason, 2.0, every)


def _downhill(reader: UpdateReader, direction: Direction, updates: list[Update]) -> list[Update]:
    """The updates that the usual one may be taken from: those that go the right way, if there are any.

    Of a loss these are no uphill ones, of a gain no others; where half of the parameters go each way, it is descent.
    """
    names = {update.parameter.name for update in updates}
    downhill = {update.parameter.name for update in updates if not direction.is_uphill(update)}
    uphill = names - downhill
    if not uphill or not downhill:
        return updates
    if is_gain(plain(reader.layout.loss_name)):
        right = uphill
    else:
        is_tie = len(uphill) == len(downhill)
        right = downhill if is_tie or is_minimised(reader.cells, reader.layout) else names
    return [update for update in updates if update.parameter.name in right]
