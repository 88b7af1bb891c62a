"""What a person reads of a check, on the terminal or in the message of a failing test."""

from __future__ import annotations

import math
from collections.abc import Iterator

from xlbp.checking.result import Checked, Departure
from xlbp.errors import counted, worded

SHOWN = 5  # labels that are not known


def as_text(checked: Checked) -> str:
    """All that there is to say, in a few lines."""
    return "\n".join(_lines(checked))


def _lines(checked: Checked) -> Iterator[str]:
    numbers, quantities = counted(checked.checked, "number"), counted(checked.quantities, "quantity")
    span = f"iterations 0 to {checked.iterations:,}" if checked.iterations else "iteration 0"
    compared = f"{checked.template}: {numbers} of {quantities}, {span}"
    compared += _but(checked)
    if checked.ok:
        largest = "" if checked.is_rounded else f", largest relative difference {checked.max_rel:.2g}"
        yield f"{compared}: {checked.verdict}{largest} ({checked.tolerance})"
    else:
        yield f"{compared}: {checked.verdict} ({checked.tolerance})"
    yield from (f"  note: {note}" for note in checked.notes)
    yield from _left_out(checked)
    yield from _mistakes(checked)
    if checked.first is not None:
        yield from _departed("first departure", checked.first)
    if checked.later is not None:
        yield from _departed("from your own start, the first departure", checked.later)
    yield from _next(checked)


def _but(checked: Checked) -> str:
    """How many of the labels were not compared, where some were not."""
    left_out = len(checked.unknown) + len(checked.misshapen)
    return f", {counted(left_out, 'name')} not compared" if left_out else ""


def _left_out(checked: Checked) -> Iterator[str]:
    """What was not compared."""
    for label, nearest in [*checked.unknown.items()][:SHOWN]:
        yield f"  unknown: {label}{f' (did you mean {nearest}?)' if nearest else ''}"
    if len(checked.unknown) > SHOWN:
        yield f"  unknown: {len(checked.unknown) - SHOWN} more"
    yield from (f"  left out: {label}: {why}" for label, why in checked.misshapen.items())
    for whole, count in checked.too_coarse.items():
        numbers = f"{counted(count, 'number')} of {whole}"
        yield f"  too coarse to tell: {numbers}, hardly larger than their last place; give more digits"
    if checked.noisy:
        yield f"  not compared: {counted(checked.noisy, 'number')} that rounding noise decides on"


def _departed(heading: str, departure: Departure) -> Iterator[str]:
    """One departure: where, what was expected, what came, and the formula."""
    name = f" ({departure.name})" if departure.name != departure.symbol else ""
    source = f", which follows from your {departure.derived_from}" if departure.derived_from else ""
    yield ""
    yield f"{heading}: {departure.symbol} at iteration {departure.iteration}{name}{source}"
    yield f"  expected  {_exactly(departure.expected)}"
    yield f"  found     {_exactly(departure.found)}"
    if departure.lines:
        yield ""
        yield from (f"  {line}" for line in departure.lines)
    if departure.told:
        yield f"  {departure.told}"


def _mistakes(checked: Checked) -> Iterator[str]:
    for number, mistake in enumerate(checked.mistakes):
        lead = "and" if number else "it looks like"
        yield ""
        yield f"{lead}: {mistake.text}"
        yield f"  explains {counted(mistake.explains, 'number')} that depart"


def _next(checked: Checked) -> Iterator[str]:
    """What to do about it."""
    departure = checked.later or checked.first
    if departure is not None and departure.factors:
        yield ""
        yield f"see how it is derived: {_explained(checked.asked or checked.template, departure)}"
    if checked.book is not None:
        yield f"{checked.book}: your numbers beside the truth"


def _explained(template: str, departure: Departure) -> str:
    """What explains a number that departs, in both wordings."""
    name, iteration = departure.name, departure.iteration
    if not iteration:
        return worded(f"xlbp explain {template} '{name}'", f"xlbp.explain({template!r}, {name!r})")
    return worded(
        f"xlbp explain {template} '{name}' --iteration {iteration}",
        f"xlbp.explain({template!r}, {name!r}, iteration={iteration})",
    )


def _exactly(value: float) -> str:
    return repr(value).replace("-", "−") if math.isfinite(value) else f"no number ({value})"
