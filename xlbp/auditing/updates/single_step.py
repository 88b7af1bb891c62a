"""The update of a single step, in blocks or a list: what each new parameter depends on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import TypeAlias

from xlbp.auditing import findings as kinds
from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.calculation.expressions import numbers_in
from xlbp.auditing.claims.layout import Layout, Parameter, Place, is_numeric
from xlbp.auditing.explanations import Reason, said
from xlbp.auditing.findings import Finding
from xlbp.auditing.reading.syntax import Cell, Ref, address, moved
from xlbp.auditing.truth.gradients import relative
from xlbp.auditing.updates.direction import is_minimised
from xlbp.auditing.updates.parallel_cells import filled_into, where_they_part

SHARED = 0.6  # of the elements must be moved by one rate before another one is strange
HALF = 0.5  # or so many, where a cell holds that rate
DIGITS = 9
TOLERANCE = 1e-9

BEHIND = frozenset({kinds.SIGN, kinds.OPTIMIZER})  # what may be made in a velocity, and not in the new value itself
WHY = {
    kinds.PASTED: "pasted_new_value",
    kinds.WRONG_GRADIENT: "moved_by",
    kinds.WEIGHT: "new_starts_from",
    kinds.SIGN: "moved_the_other_way",
    kinds.UNANCHORED: "moved_by_another_rate",
    kinds.OPTIMIZER: "average_unlike_others",
}

NewValues: TypeAlias = Mapping[str, Sequence[Cell]]  # by parameter: the cells that hold what its elements become
Offset: TypeAlias = tuple[str, int, int]  # a sheet, and how many rows down and columns right


@dataclass(frozen=True)
class StepTaken:
    """A new parameter's cell, and how it depends on the old parameters and on the gradients."""

    parameter: Parameter
    place: Place
    cell: Cell
    slopes: Mapping[Cell, float]
    plain_cells: tuple[Cell, ...]  # the plain cells that it takes besides: the learning rate's
    earlier: tuple[frozenset[Cell], frozenset[Cell]]  # its own gradients: of all steps before, and of the last of them
    decides: bool  # whether its formula decides what it is, as by an IF
    values_taken: tuple[Cell, ...]  # the parameters, other than its own, that it depends on

    @property
    def rate(self) -> float:
        """The learning rate: how far down the own gradient moves it."""
        return float(f"{-self.slopes.get(self.place.gradient, 0.0) * self.place.factor:.{DIGITS}g}")

    @property
    def is_held(self) -> bool:
        """Whether it stays as it is by what its formula decides, as where training has been stopped."""
        return self.decides and self.slopes == {self.place.cell: 1.0}

    @property
    def kept(self) -> float:
        """How much of the old value the new one keeps."""
        return self.slopes.get(self.place.cell, 0.0)

    def moves_by(self, cells: Cells, rates: Collection[Cell]) -> bool:
        """Whether it is its old value less its own gradient times a number that is labelled as a learning rate."""
        of_label = any(cell in rates and cells.value(cell) == self.rate for cell in self.plain_cells)
        return of_label and not self.taken_from and abs(self.kept - 1) <= TOLERANCE

    @property
    def taken_from(self) -> list[Cell]:
        """The parameters and gradients, other than its own, that it depends on; momentum carries on its own."""
        own = {self.place.cell, self.place.gradient, *(self.earlier[0] if self.rate else ())}
        return [cell for cell in self.slopes if cell not in own]

    @property
    def carried(self) -> float:
        """How much of the step before it carries on, as momentum does: 0 in plain descent."""
        before = sum(self.slopes.get(cell, 0.0) for cell in self.earlier[1])
        own = self.slopes.get(self.place.gradient, 0.0)
        return float(f"{before / own:.{DIGITS}g}") if own else 0.0


def read_step(cells: Cells, layout: Layout, new_values: NewValues) -> list[StepTaken]:
    """Every new parameter that the sheet shows, but for those of steps in which all are held."""
    ends = layout.stops() | layout.gradients()
    steps = [
        _read(cells, parameter, place, cell, layout.stops(), ends)
        for parameter in layout.parameters
        for place, cell in zip(parameter.places, new_values.get(parameter.name, ()), strict=False)
    ]
    moving = {step.place.step for step in steps if not step.is_held}
    return [step for step in steps if step.place.step in moving]


def _read(
    cells: Cells, parameter: Parameter, place: Place, cell: Cell, stops: Collection[Cell], ends: Collection[Cell]
) -> StepTaken:
    """How one new value depends on parameters, where stops are, and on gradients, where the other ends are."""
    adjoints = cells.adjoints(cell, ends)
    slopes = {end: each.value for end, each in adjoints.items() if end in ends and end != cell and each.value}
    before = [other for other in parameter.places if other.step < place.step]
    last = frozenset(other.gradient for other in before if other.step == place.step - 1)
    earlier = (frozenset(other.gradient for other in before), last)
    compiled = cells.compiled(cell)
    is_decided = bool(compiled and compiled.deciding)
    plain = tuple(_plain_cells(cells, cell, ends))
    others = tuple(end for end in slopes if end in stops and end != place.cell)
    return StepTaken(parameter, place, cell, slopes, plain, earlier, is_decided, others)


def _plain_cells(cells: Cells, new: Cell, ends: Collection[Cell]) -> Iterator[Cell]:
    """The numbers behind a new value that it may be worth something of, not looking behind parameters and gradients."""
    seen = {new}
    waiting = [new]
    while waiting:
        cell = waiting.pop()
        if cell != new and not cells.is_formula(cell):
            yield cell
        for argument in cells.counting(cell):
            if argument not in seen and argument not in ends:
                seen.add(argument)
                waiting.append(argument)


def unnamed_new_values(cells: Cells, layout: Layout) -> dict[str, list[Cell]]:
    """The cells that no heading names, but that are made from a parameter and from gradients: what these become.

    They stand as far from their parameters as most of them do, so that one that is made otherwise is seen.
    """
    made_from = _made_from_parameters(cells, layout)
    counts = _offsets(layout.parameters, made_from)
    shared = next((offset for offset, votes in counts if votes >= HALF * len(layout.stops())), None)
    made = {cell for several in made_from.values() for cell in several}
    new_values: dict[str, list[Cell]] = {}
    for parameter in layout.parameters:
        if parameter.name in layout.new_values:
            continue
        offset = _own_offset(parameter, made_from)
        if shared is not None and (
            offset is None or any(_new_place(place.cell, shared) in made for place in parameter.places)
        ):
            offset = shared
        if offset is not None:
            news = [_new_place(place.cell, offset) for place in parameter.places]
            in_first_steps = list(takewhile(lambda cell: is_numeric(cells, cell), news))
            if len(in_first_steps) >= len(news) / layout.steps:
                new_values[parameter.name] = in_first_steps
    return new_values


def _made_from_parameters(cells: Cells, layout: Layout) -> dict[Cell, set[Cell]]:
    """By parameter: the cells that take it and are made from gradients, but that neither loss nor gradients take."""
    gradients, stops = layout.gradients(), layout.stops()
    ends = stops | gradients
    roots = (*layout.losses[:1], *sorted(gradients))
    calculation = set(cells.below(roots, stops.__contains__)) - stops
    made_from: dict[Cell, set[Cell]] = {}
    taking = [
        cell
        for cell in sorted({*cells.contents.formulas, *cells.contents.arrays} - calculation)
        if not stops.isdisjoint(cells.arguments(cell))
    ]
    of_gradients = cells.made_from(gradients, taking, stops)
    for cell in taking:
        if not of_gradients.isdisjoint(cells.arguments(cell)):
            for parameter in stops.intersection(cells.arguments(cell)):
                made_from.setdefault(parameter, set()).add(cell)
    return {parameter: _first_made(cells, several, ends) for parameter, several in made_from.items()}


def _first_made(cells: Cells, several: set[Cell], ends: set[Cell]) -> set[Cell]:
    """Those of several cells that are made from none of the others: the difference of old and new value is."""
    return {
        cell
        for cell in several
        if several.isdisjoint(set(cells.below(cells.arguments(cell), ends.__contains__)) - {cell})
    }


def _own_offset(parameter: Parameter, made_from: Mapping[Cell, set[Cell]]) -> Offset | None:
    """How far most of one parameter's elements stand from what is made from them."""
    counts = _offsets([parameter], made_from)
    if not counts:
        return None
    offset, votes = counts[0]
    return offset if votes > len(parameter.places) / 2 else None


def _offsets(parameters: Iterable[Parameter], made_from: Mapping[Cell, set[Cell]]) -> list[tuple[Offset, int]]:
    """How far the cells stand from the parameters that they are made from, the most common distance first."""
    counts = Counter[Offset]()
    for parameter in parameters:
        for place in parameter.places:
            _, row, column = place.cell
            counts.update((cell[0], cell[1] - row, cell[2] - column) for cell in made_from.get(place.cell, ()))
    return sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))


def _new_place(cell: Cell, offset: Offset) -> Cell:
    sheet, rows, columns = offset
    return moved((sheet, *cell[1:]), rows, columns)


def usual_rate(cells: Cells, steps: list[StepTaken]) -> float:
    """The learning rate that most parameters are moved by; 0 where there is none: another rule than descent's.

    Of two parameters one may decide, if a cell holds just its rate.
    """
    counts = Counter(abs(step.rate) for step in steps if step.rate)
    rate, votes = counts.most_common(1)[0] if counts else (0.0, 0)
    is_held = any(
        len(step.plain_cells) == 1 and cells.value(step.plain_cells[0]) == rate
        for step in steps
        if abs(step.rate) == rate
    )
    return rate if votes >= (HALF if is_held else SHARED) * len(steps) else 0.0


def check_step(cells: Cells, layout: Layout, steps: list[StepTaken], rate: float) -> Iterator[Finding]:
    """What is wrong with the new parameters: each should be the old one less the rate times its own gradient."""
    usual = next((step for step in steps if abs(step.rate) == rate), steps[0])
    climbing = sum(step.rate < 0 for step in steps)
    minimises = climbing > len(steps) / 2 and is_minimised(cells, layout)
    uphill = climbing == len(steps) if minimises else climbing > len(steps) / 2
    if uphill and minimises:
        yield _finding(cells, usual, usual, said(kinds.SIGN, "uphill"), kinds.SIGN, [step.cell for step in steps])
        return
    ends = layout.stops() | layout.gradients()
    kept = _usual_kept(cells, steps, rate)
    by_step = {
        step.cell: _kind(cells, step, usual, -rate if uphill else rate, kept[step.parameter.name]) for step in steps
    }
    right = [step for step in steps if not by_step[step.cell]]
    for step in steps:
        kind = by_step[step.cell] or _kind_of_carried(step, steps)
        beside = next((other for other in right if other.place.step == step.place.step and other is not step), usual)
        if kind in BEHIND:
            yield _finding_behind(cells, step, beside, _why(kind, step), ends)
        elif kind:
            yield _finding(cells, step, usual, _why(kind, step), kind, [step.cell])


def _kind_of_carried(step: StepTaken, steps: Sequence[StepTaken]) -> str:
    """What it is called to carry on another share of the step before than momentum does; '' where nothing is wrong."""
    share = usual_share(step.place.step, steps)
    return "" if share is None or abs(step.carried - share) <= TOLERANCE else kinds.OPTIMIZER


def usual_share(step: int, steps: Sequence[StepTaken]) -> float | None:
    """How much most parameters carry on in a step, or that one of several ways that is momentum's; None if unknown."""
    counts = Counter(each.carried for each in steps if each.place.step == step)
    if len(counts) < 2:
        return next(iter(counts), None)
    share, votes = counts.most_common(1)[0]
    if votes >= SHARED * counts.total():
        return share
    decays = [each for each in counts if 0 < each < 1]
    return decays[0] if len(decays) == 1 else None


def _finding_behind(
    cells: Cells, step: StepTaken, beside: StepTaken, reason: Reason, ends: Collection[Cell]
) -> Finding:
    """The finding in the cell in which a step begins to be made otherwise than one that is right."""
    kind = reason.mistake.audited
    cell, like = where_they_part(cells, step.cell, beside.cell, ends)
    if cell == step.cell or beside is step:
        return _finding(cells, step, beside, reason, kind, [step.cell])
    filled = filled_into(cells, like, cell)
    takes_own = filled is not None and step.place.gradient in cells.below(filled[1].cells(cell), ends.__contains__)
    text, error = "", 1.0
    if filled is not None and takes_own:
        text, error = filled[0], relative(cells.value(cell), cells.worth(filled[1], cell))
    key = ("one step", f"{kind} {step.parameter.name} {_whence(step)}")
    return Finding(kind, cell, cells.shown(cell), text, reason, error, [cell], key)


def _usual_kept(cells: Cells, steps: Iterable[StepTaken], rate: float) -> dict[str, float]:
    """By parameter, how much of an old value its new one keeps: 1, or less where weights decay.

    A decay is what most of a parameter's elements share, and what its plain cells say: 1 - lambda, or 1 - eta lambda.
    """
    of_parameters: dict[str, list[StepTaken]] = {}
    for step in steps:
        of_parameters.setdefault(step.parameter.name, []).append(step)
    kept: dict[str, float] = {}
    for name, several in of_parameters.items():
        alike: dict[str, list[StepTaken]] = {}
        for step in several:
            alike.setdefault(f"{step.kept:.{DIGITS}g}", []).append(step)
        most = max(alike.values(), key=len)
        usual = most[0]
        is_decay = len(most) > HALF * len(several) and 0 < usual.kept < 1 and not usual.values_taken
        kept[name] = usual.kept if is_decay and _says_decay(cells, usual, rate) else 1.0
    return kept


def _says_decay(cells: Cells, step: StepTaken, rate: float) -> bool:
    """Whether the plain cells of a step, or the numbers in its formula, say how much of the old value it keeps."""
    compiled = cells.compiled(step.cell)
    values = [abs(number) for number in numbers_in(compiled.expr)] if compiled is not None else []
    values += [abs(cells.value(cell)) for cell in step.plain_cells]
    decays = [*values, *(1 - value for value in values), *(value * rate for value in values)]
    return any(abs(1 - step.kept - decay) <= TOLERANCE for decay in decays)


def _kind(cells: Cells, step: StepTaken, usual: StepTaken, rate: float, kept: float) -> str:
    """What is wrong with a step, by its kind; '' where nothing is."""
    if not cells.is_formula(step.cell):
        return kinds.PASTED
    if abs(step.kept - kept) > TOLERANCE:
        return kinds.WEIGHT if step.values_taken else kinds.FORMULA
    if not step.rate and step.taken_from:
        return kinds.WRONG_GRADIENT
    if abs(step.rate + rate) <= TOLERANCE * abs(rate):
        return kinds.SIGN
    if abs(step.rate - rate) > TOLERANCE * abs(rate):
        return kinds.UNANCHORED if set(step.plain_cells) != set(usual.plain_cells) else kinds.FORMULA
    return ""


def _why(kind: str, step: StepTaken) -> Reason:
    """Why a step of this kind is wrong."""
    taken = ", ".join(address(cell, step.cell[0]) for cell in step.taken_from)
    return said(kind, WHY.get(kind, "another_update"), name=step.parameter.name, taken=taken, rate=step.rate)


def _finding(cells: Cells, step: StepTaken, usual: StepTaken, reason: Reason, kind: str, every: list[Cell]) -> Finding:
    before = cells.value(step.place.cell)
    change = cells.value(step.cell) - before
    right = -abs(usual.rate) * cells.value(step.place.gradient) / step.place.factor
    error = abs(change - right) / max(abs(change), abs(right), 1e-300)
    key = ("one step", f"{kind} {step.parameter.name} {_whence(step)}")
    return Finding(kind, min(every), cells.shown(step.cell), _expected(step, usual), reason, error, every, key)


def _whence(step: StepTaken) -> list[tuple[int, int]]:
    """How far from its parameter a step takes what is not its own: the same in every step that has one slip."""
    _, row, column = step.place.cell
    return sorted((cell[1] - row, cell[2] - column) for cell in step.taken_from)


def _expected(step: StepTaken, usual: StepTaken) -> str:
    """The formula of descent, with the learning rate that the usual step takes."""
    home = step.cell[0]
    value, gradient = address(step.place.cell, home), address(step.place.gradient, home)
    if step.place.factor != 1:
        return f"={value}+{gradient}"
    rate = f"{abs(usual.rate):g}"
    if len(usual.plain_cells) == 1:
        rate = Ref.held(usual.plain_cells[0], step.cell).text(step.cell)
    return f"={value}-{rate}*{gradient}"
