"""What a sheet claims and the audit could not judge: each with the reason, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.claims.layout import Layout
from xlbp.auditing.findings import extent
from xlbp.auditing.reading.syntax import address
from xlbp.auditing.truth.gradients import Truth
from xlbp.auditing.updates.check import UpdateVerdict

NAMED = 4  # of many parameters
REWRITE = "write it with plain functions, or type its values as numbers"
MEND_LOSS = "mend that first, or name another loss with --loss"
BY_HAND = "judge them by hand"


def not_judged(cells: Cells, layout: Layout, truth: Truth, updates: UpdateVerdict) -> Iterator[dict[str, str]]:
    """The gradients that rest on what can't be read, or on a loss that is an error, and updates of unknown rules."""
    home = layout.sheet
    resting = [p.name for p in layout.parameters if any(place in truth.unjudgeable for place in p.places)]
    if resting:
        culprits = sorted(set(truth.unjudgeable.values()))
        first = next(iter(truth.unjudgeable.values()))
        where = extent([cell for cell in culprits if cell[2] > 0], home)
        reason = (
            f"they rest on {where}, which can't be judged: {cells.unreadable.get(first, 'no number is saved there')}"
        )
        yield _entry("gradient", resting, address(first, home), reason, REWRITE)
    rest = [p for p in layout.parameters if p.name not in resting and not truth.judged(p)]
    if rest and layout.losses:
        reason = "the loss or its derivative is an error in every row"
        yield _entry("gradient", [p.name for p in rest], address(layout.losses[0], home), reason, MEND_LOSS)
    for reason in dict.fromkeys(updates.unjudged.values()):
        names = [name for name, why in updates.unjudged.items() if why == reason]
        place = next(p for p in layout.parameters if p.name == names[0]).places[0]
        yield _entry("update", names, address(place.cell, home), reason, BY_HAND)


def _entry(what: str, names: Sequence[str], cell: str, reason: str, remedy: str) -> dict[str, str]:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    listed = ", ".join(names[:NAMED]) + more
    plural = f"{what}s" if len(names) > 1 else what
    said = reason if len(names) > 1 else reason.replace("they rest", "it rests", 1)
    return {"what": f"the {plural} of {listed}", "cell": cell, "reason": said, "remedy": remedy}
