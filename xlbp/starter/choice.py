"""Which columns of a person's file are inputs and targets, which are left out, and which rows have all of them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

from xlbp.errors import UnreadableError, UsageError, counted, option
from xlbp.lang import load_texts
from xlbp.starter.columns import NOTHING_DROPPED, Column, Dropped, Survey, Why, names_of, unfit_as_target
from xlbp.starter.shapes import is_folded
from xlbp.starter.wishes import Wishes
from xlbp.template.samples.columns import Feature
from xlbp.template.samples.file_form import CATEGORY, DROP

FEWEST_ROWS = 2
MOST_REASONS = 3  # that one message tells
NEARLY, MOST_COMPARED = 0.9995, 40  # a correlation; columns that are compared with each other
FEWEST_COMPARED = 4  # rows: in fewer, all columns say almost the same
OF_FOLDED = ("left_constant", "left_row_numbers")  # reasons against a column that hold against no pixel

INPUTS, TARGET = option("--inputs"), option("--target")


@dataclass(frozen=True)
class Left:
    """A column that is left out, and why: a key of the words with what to fill in."""

    name: str
    why: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Choice:
    """The columns of a file, in the rows that have all of them.

    ``alike`` are pairs of columns that say almost the same; ``only`` is the one input that would be left out if there
    were another.
    """

    survey: Survey
    targets: tuple[Column, ...]
    inputs: tuple[Column, ...]
    left: tuple[Left, ...]
    policy: str = DROP
    dropped: Dropped = NOTHING_DROPPED
    alike: tuple[tuple[str, str], ...] = ()
    only: str = ""

    def features(self) -> list[Feature]:
        """The numbers of all inputs."""
        return [feature for column in self.inputs for feature in column.features(self.policy)]


def choose(survey: Survey, wishes: Wishes) -> Choice:
    """The columns asked for, or the last one and all others that can be inputs.

    What is left out decides which rows are complete, and these on what varies: until neither changes.
    """
    if survey.arrays:  # whole ones: no number of a sample is left out
        wishes = replace(wishes, inputs=survey.arrays.input_columns, targets=survey.arrays.target_columns)
    first = _chosen(survey, wishes, ())
    while True:
        part, dropped = survey.without_gaps(_needed(survey, wishes, first), wishes.sequence)
        if part.rows < FEWEST_ROWS:
            raise UnreadableError(
                f"{survey.path} has {counted(part.rows, 'row')} in which nothing is missing; take fewer "
                f"{option('--inputs')}, or {option('--missing', 'mean')}, or {option('--missing', 'category')}"
            )
        again = _chosen(part, wishes, first.left, first.only)
        if len(again.left) == len(first.left):
            alike = tuple(_nearly_alike(again.inputs)) if not is_folded(wishes) else ()
            return replace(again, dropped=dropped, alike=alike)
        first = _chosen(survey, wishes, again.left, first.only)


def _chosen(survey: Survey, wishes: Wishes, left: tuple[Left, ...], only: str = "") -> Choice:
    """The columns, but for those that are ``left`` out already."""
    targets = _targets(survey, wishes)
    if wishes.inputs:
        return Choice(survey, targets, *_asked_for(survey, wishes, targets), wishes.missing)
    names = {*names_of(targets), *wishes.orders_rows, *(each.name for each in left)}
    chosen: list[Column] = []
    more: list[Left] = []
    for column in (c for c in survey.columns if c.name not in names and (c.name or c.known)):
        why = _why_not(column, chosen, targets, wishes) if column.name != only or not only else None
        if why is not None:
            more.append(Left(column.name, why.key, why.values))
        else:
            chosen.append(survey.named(column.name, INPUTS))
    if not chosen and (rising := [each for each in more if each.why == "left_row_numbers" and each.name]):
        only, more = rising[0].name, [each for each in more if each is not rising[0]]
        chosen = [survey.named(only, INPUTS)]
    if not chosen:
        raise UnreadableError(_without_inputs(survey, targets, (*left, *more)))
    return Choice(survey, targets, tuple(chosen), (*left, *more), wishes.missing, only=only)


def _why_not(column: Column, chosen: Sequence[Column], targets: Sequence[Column], wishes: Wishes) -> Why | None:
    why = column.reason_against()
    if is_folded(wishes):
        return None if why is not None and why.key in OF_FOLDED and not column.is_id else why
    if why is not None:
        return why
    same = next((each for each in (*targets, *chosen) if _says(each) == _says(column)), None)
    return Why("left_same", {"other": same.name}) if same is not None else None


def _says(column: Column) -> Sequence[object]:
    """What the cells hold, however they are written."""
    return [column.numbers.value(text) if column.numeric else text for _, text in column.cells]


def _without_inputs(survey: Survey, targets: Sequence[Column], left: Sequence[Left]) -> str:
    """Why there is nothing to learn from, with what speaks against the first few columns."""
    which = f" besides the target {targets[0].name!r}"
    message = f"{survey.path} has no column of numbers{which} that varies; a network takes numbers"
    texts = load_texts("en")
    reasons = [f"{each.name!r} {texts(f'new.{each.why}', **each.values, inputs=INPUTS)}" for each in left if each.name]
    return ". ".join([message, *reasons[:MOST_REASONS]])


def _targets(survey: Survey, wishes: Wishes) -> tuple[Column, ...]:
    """The columns asked for, or the last one that is no input."""
    if wishes.targets:
        found = [survey.named(name, TARGET) for name in dict.fromkeys(wishes.targets)]
    else:
        taken = (*wishes.inputs, *wishes.orders_rows)
        last = [column for column in survey.columns if column.name not in taken][-1:]
        if not last:
            raise UsageError(f"{survey.path} has no column left to be the target; name fewer with {INPUTS}")
        if why := unfit_as_target(last[0]):
            raise UnreadableError(
                f"{survey.path}: the last column {last[0].name!r} can't be the target: {why}; choose one with {TARGET}"
            )
        found = [survey.named(last[0].name, TARGET)]
    for column in found:
        if not column.known:
            raise UsageError(f"{TARGET}: the column {column.name!r} of {survey.path} is empty; choose another")
        if len(found) > 1:
            survey.must_be_numbers(column, TARGET)
        survey.must_vary(column, TARGET)
    return tuple(found)


def _asked_for(
    survey: Survey, wishes: Wishes, targets: Sequence[Column]
) -> tuple[tuple[Column, ...], tuple[Left, ...]]:
    """The inputs that were asked for; all others are left out."""
    chosen = [survey.named(name, INPUTS) for name in dict.fromkeys(wishes.inputs)]
    for column in chosen:
        if column in targets:
            raise UsageError(f"{INPUTS}: the column {column.name!r} is the target already")
        if not is_folded(wishes) and not survey.arrays:
            survey.must_vary(column, INPUTS)
            survey.must_be_input(column)
        else:
            survey.must_be_numbers(column, INPUTS)
    others = [c for c in survey.columns if c.name and c not in chosen and c not in targets]
    return tuple(chosen), tuple(Left(c.name, "left_unasked") for c in others if c.name not in wishes.orders_rows)


def _needed(survey: Survey, wishes: Wishes, choice: Choice) -> list[Column]:
    """The columns in which nothing may be missing, as a mean or a class of its own does not stand for it."""
    needed = [survey.named(name, option("--sequence")) for name in wishes.orders_rows]
    if wishes.missing == DROP:
        needed += choice.inputs
    if wishes.missing != CATEGORY or choice.targets[0].numeric:
        needed += choice.targets
    return needed


def _nearly_alike(inputs: Sequence[Column]) -> Iterator[tuple[str, str]]:
    """Pairs of columns of numbers one of which follows from the other by a straight line, almost."""
    numeric = [column for column in inputs if column.numeric and not column.has_gaps][:MOST_COMPARED]
    if len(inputs[0].cells) < FEWEST_COMPARED:
        return
    for one, other in combinations(numeric, 2):
        if abs(_correlation(one.values, other.values)) > NEARLY:
            yield one.name, other.name


def _correlation(xs: Sequence[float], ys: Sequence[float]) -> float:
    dx, dy = _deviations(xs), _deviations(ys)
    size = math.sqrt(math.fsum(x * x for x in dx) * math.fsum(y * y for y in dy))
    return math.fsum(x * y for x, y in zip(dx, dy, strict=True)) / size if size else 0.0


def _deviations(values: Sequence[float]) -> list[float]:
    """How far each number is from the mean, as a share of the farthest."""
    from_first = [value - values[0] for value in values]
    mean = math.fsum(from_first) / len(values)
    largest = max(abs(value - mean) for value in from_first) or 1.0
    return [(value - mean) / largest for value in from_first]
