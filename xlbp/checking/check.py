"""A person's numbers, from what they gave to what there is to say of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from xlbp.checking.alignment import Alignment, Fit, align, oriented
from xlbp.checking.comparison import Cell, Comparison, compare
from xlbp.checking.conventions import as_meant
from xlbp.checking.departure import RATES, tell
from xlbp.checking.families import joined
from xlbp.checking.fitting import fit, rows_of
from xlbp.checking.framework_names import add_framework_names
from xlbp.checking.given import Given, Series, descended
from xlbp.checking.log import Labelled, Log
from xlbp.checking.precision import in_32_bits, precisions_of, said
from xlbp.checking.result import Checked, Departure, Explanation
from xlbp.checking.second_bias import summed_biases
from xlbp.checking.truth import Truth, truth_of
from xlbp.checking.vocabulary import Target, Vocabulary
from xlbp.errors import UsageError, counted, verb
from xlbp.expectation.contents import lay_out
from xlbp.mistakes import Mistake
from xlbp.template.template import Template
from xlbp.workbook.layout.contents import Contents

Load: TypeAlias = Callable[[tuple[str, ...]], Template]  # of the template, with further overrides
LENGTH = "training.iterations"
OTHER_START = "it does not start from the template's numbers"
OTHER_RATE = (
    "your learning rate is not the template's, {expected!r}: with training.learning_rate={own!r} what follows is "
    "compared with yours"
)
ROUNDED_START = (
    "your start is not the template's, and its numbers are rounded: give them with all digits, and what follows is "
    "compared with a training from there"
)
BEYOND = "{rows} beyond iteration {last} {are} left out; training.iterations says how many there are"
LONGER = "the log is longer than the template's training, which is taken as far as iteration {last}"
IN_32_BITS = (
    "all of them agree to 1e-5: somewhere your program computes with 32 bits, not 64; a tolerance (rtol) of 1e-5 lets "
    "that pass"
)
NO_NUMBERS = "nothing could be compared: no number is given of iterations 0 to {last}; say which rows these are"
MOST = 0.9  # of what departs: a few numbers may agree only nearly, as those of which little is left
DESCENT = "gradients follow from two rows of the parameters: (w − w⁺) / η, with the template's η"


@dataclass(frozen=True)
class Check:
    """What came of it, and the comparison with the template's own training, for who wants to show more."""

    checked: Checked
    beside_template: Comparison


def check_log(load: Load, log: Log, rtol: float | None = None, is_length_fixed: bool = False) -> Check:
    """Lay a log beside the truth of a template.

    That one is trained as far as the log goes, unless the length ``is_length_fixed``.  Raises UsageError if nothing in
    the log is known.
    """
    template = load(())
    contents = lay_out(template, "en")
    match = _matched(log, contents, rtol)
    if not match.fits:
        raise _nothing_known(template, [*match.unknown], match.misshapen)
    notes = [*match.notes]
    last = _last_row(log, match.rows)
    if last > template.training.iterations and not is_length_fixed:
        contents = lay_out(load((f"{LENGTH}={last}",)), "en")
        notes.append(LONGER.format(last=last))
    truth = truth_of(contents)
    fits, turned = oriented(match.fits, truth)
    alignment = align(fits, log, truth)
    readings, beyond = _laid_out(fits, alignment, truth)
    comparison, by_convention = _compared(readings, truth)
    notes += [*alignment.notes, *turned, *by_convention, *_said_of_rows(beyond, truth)]
    derived = [name for name, series in comparison.given.items() if series.derived_from]
    if not any(series.there.any() for series in comparison.given.values()):
        raise UsageError(NO_NUMBERS.format(last=truth.iterations))
    if any(comparison.departs[name].any() for name in derived):
        notes.append(DESCENT)
    told = _told(comparison, fits, match.unknown, match.misshapen, notes)
    return replace(told, checked=replace(told.checked, beyond=beyond))


def _compared(readings: Sequence[Given], truth: Truth) -> tuple[Comparison, list[str]]:
    """The comparison of the first reading that departs, of the first one if none does; and what is said of its form.

    Where several labels stand for one quantity, the first reading has the numbers of the first label, and each
    further one those of the next.
    """
    comparisons: list[tuple[Comparison, list[str]]] = []
    for reading in readings:
        given, by_convention = as_meant({**readings[0], **reading}, truth)
        comparison = compare({**given, **descended(given, truth)}, truth)
        comparisons.append((comparison, [*by_convention]))
        if comparison.first is not None:
            return comparisons[-1]
    return comparisons[0]


def _told(
    comparison: Comparison,
    fits: Sequence[Fit],
    unknown: Mapping[str, str],
    misshapen: Mapping[str, str],
    notes: Sequence[str],
) -> Check:
    """All that there is to say."""
    truth, first = comparison.truth, comparison.first
    template = truth.contents.template
    other, own_start = _from_own_start(comparison, first)
    checked = Checked(
        template.name,
        comparison.checked,
        comparison.departing,
        sum(not series.derived_from for series in comparison.given.values()),
        _last(comparison.given),
        said([each.precision for each in fits]),
        comparison.max_rel,
        any(each.precision.decimals is not None for each in fits),
        unknown,
        misshapen,
        (*notes, *own_start),
        comparison.noisy,
        comparison.too_coarse,
    )
    if first is None:
        return Check(checked, comparison)
    shown = other or comparison
    mistakes = _mistakes(shown) if shown.first is not None else ()
    if not _explains_most(mistakes, shown) and _agrees_in_32_bits(shown):
        mistakes, checked = (), replace(checked, notes=(*checked.notes, IN_32_BITS))
    is_explained = bool(mistakes)
    told = _with_start(tell(comparison, first, is_explained), first, truth, template)
    later = tell(other, other.first, is_explained) if other is not None and other.first is not None else None
    return Check(replace(checked, first=told, later=later, mistakes=mistakes), comparison)


def _explains_most(mistakes: Sequence[Explanation], comparison: Comparison) -> bool:
    """Whether a mistake explains nearly all that departs to the last digits, and is none of these digits."""
    cells = {cell for each in mistakes if each.key != Mistake.SINGLE_PRECISION.key for cell in each.cells}
    return len(cells) >= MOST * comparison.departing > 0


def _agrees_in_32_bits(comparison: Comparison) -> bool:
    """Whether something departs, but nothing would if these were numbers of 32 bits."""
    if comparison.first is None:
        return False
    plain = (series for series in comparison.given.values() if not series.derived_from)
    given = {series.name: replace(series, precision=in_32_bits(series.precision)) for series in plain}
    return compare(given, comparison.truth).first is None


def _mistakes(comparison: Comparison) -> tuple[Explanation, ...]:
    """The mistakes that explain the most."""
    from xlbp.checking.mistaken import explanations  # noqa: PLC0415 - many modules, which right numbers never need

    return explanations(comparison)


def _last_row(log: Log, rows: int | None) -> int:
    """The last iteration of a log; where it counts them from 1, as epochs are counted, that is the first."""
    if log.iterations:
        return log.iterations[-1] - (log.iterations[0] == 1)
    return (rows or 1) - 1


@dataclass(frozen=True)
class _Match:
    """What the labels stand for; those that are unknown, with the nearest known; those left out, with why."""

    fits: list[Fit]
    unknown: dict[str, str]
    misshapen: dict[str, str]
    rows: int | None
    notes: tuple[str, ...]


def _matched(log: Log, contents: Contents, rtol: float | None) -> _Match:
    """What each label stands for, and how many rows there are."""
    vocabulary = Vocabulary(contents)
    labels = [*(column.label for column in log.columns), *log.unread]
    vocabulary.read_families(labels)
    summed = summed_biases(joined(log.columns, vocabulary), add_framework_names(vocabulary, labels))
    columns = summed.columns
    targets = [vocabulary.targets(column.label) for column in columns]
    tensors = [_tensor(column.label, possible, contents) for column, possible in zip(columns, targets, strict=True)]
    rows = len(log.iterations) if log.iterations is not None else rows_of(columns, targets)
    match = _Match([], {}, dict(summed.left_out), rows, summed.notes)
    for column, precision, possible in zip(columns, precisions_of(columns, rtol, tensors), targets, strict=True):
        fitted = fit(column, possible, rows)
        if fitted is not None:
            match.fits.append(Fit(fitted, precision))
        elif possible:
            match.misshapen[column.label] = _shapes(column, possible[0].given.shape)
        else:
            match.unknown[column.label] = vocabulary.nearest(column.label)
    for label, why in log.unread.items():
        if vocabulary.targets(label):
            match.misshapen[label] = why
        else:
            match.unknown[label] = vocabulary.nearest(label)
    return match


def _tensor(label: str, possible: Sequence[Target], contents: Contents) -> str:
    """The tensor whose numbers stand under a label; the label itself where nothing is known of it."""
    named = (str(name) for target in possible for name in target.names.flat if name)
    name = next(named, "")
    return contents.quantity(name).whole if name else label


def _shapes(column: Labelled, shape: tuple[int, ...]) -> str:
    return f"it has the shape {column.values.shape}, where {shape} is meant, or (iterations + 1, ...) of that"


def _nothing_known(template: Template, unknown: Sequence[str], misshapen: Mapping[str, str]) -> UsageError:
    """The error for a log in which nothing can be compared."""
    if misshapen:
        label, why = next(iter(misshapen.items()))
        return UsageError(f"nothing could be compared: {label!r} is left out, since {why}")
    shown = ", ".join(repr(label) for label in unknown[:5]) or "no names at all"
    return UsageError(
        f"no name in the log is a quantity of {template.name}: it has {shown}; call numbers as "
        f"{verb('trace', template.name)} does (W1, dW1, E, ...), as the book does, or as PyTorch's state_dict"
    )


def _laid_out(fits: Sequence[Fit], alignment: Alignment, truth: Truth) -> tuple[list[dict[str, Series]], int]:
    """The numbers by quantity and iteration, see :func:`_compared`; and how many rows lie beyond the last one."""
    readings: list[dict[str, Series]] = [{}]
    rows = np.array(alignment.rows)
    for each in fits:
        own_rows = rows if each.fitted.by_row else rows[:1] * 0
        fitted, inside = each.fitted, (own_rows >= 0) & (own_rows <= truth.iterations)
        for name, values, there in zip(fitted.names, fitted.values.T, fitted.there.T, strict=True):
            moved = str(truth.contents.quantity(name).updated)
            is_parameter = name in truth.contents.template.parameter_order
            called = moved if alignment.after and fitted.by_row and is_parameter and moved in truth.order else name
            full = np.full(truth.iterations + 1, np.nan), np.zeros(truth.iterations + 1, dtype=np.bool_)
            for whole, part in zip(full, (values, there), strict=True):
                whole[own_rows[inside]] = part[: len(own_rows)][inside]
            series = Series(called, *full, each.precision, np.zeros(truth.iterations + 1))
            _first_without(called, readings)[called] = series
    return readings, int((rows > truth.iterations).sum())


def _first_without(name: str, readings: list[dict[str, Series]]) -> dict[str, Series]:
    """The first reading that has no numbers of a quantity yet; a new one if all have."""
    if all(name in reading for reading in readings):
        readings.append({})
    return next(reading for reading in readings if name not in reading)


def _said_of_rows(beyond: int, truth: Truth) -> list[str]:
    if not beyond:
        return []
    rows, are = counted(beyond, "row"), "is" if beyond == 1 else "are"
    return [BEYOND.format(rows=rows, last=truth.iterations, are=are)]


def _from_own_start(comparison: Comparison, first: Cell | None) -> tuple[Comparison | None, list[str]]:
    """The comparison with a training from the person's own start, where that is another one."""
    truth = comparison.truth
    if first is None or not _is_start(first, truth):
        return None, []
    own = {
        name: float(series.values[0])
        for name, series in comparison.given.items()
        if _is_start(Cell(name, 0), truth) and comparison.departs[name][0] and np.isfinite(series.values[0])
    }
    if any(comparison.given[name].precision.decimals is not None for name in own):
        return None, [ROUNDED_START]
    if not own:
        return None, []
    inputs = {**truth.contents.template.inputs(), **own}
    other = truth_of(truth.contents, inputs)
    plain = {name: series for name, series in comparison.given.items() if not series.derived_from}
    return compare({**plain, **descended(plain, other)}, other), []


def _is_start(cell: Cell, truth: Truth) -> bool:
    """Whether a number is one that the template gives, and no formula."""
    return cell.iteration == 0 and truth.is_given(cell.name)


def _with_start(departure: Departure, first: Cell, truth: Truth, template: Template) -> Departure:
    """What is said of a start that is another one."""
    if not _is_start(first, truth):
        return departure
    if first.name in RATES:
        return replace(departure, told=OTHER_RATE.format(own=departure.found, expected=departure.expected))
    told = (
        f"{OTHER_START}: set yours to {departure.expected!r}, or put your own into a copy of {template.name}; "
        "single keys of it can be overridden"
    )
    return replace(departure, told=told)


def _last(given: Given) -> int:
    """The last iteration of which anything is given."""
    return max((int(np.flatnonzero(series.there)[-1]) for series in given.values() if series.there.any()), default=0)
