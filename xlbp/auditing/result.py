"""What an audit says: of every sheet its claims, the truth, the updates and the findings; and what was not judged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.claims.layout import Layout
from xlbp.auditing.claims.near_headings import near_headings, other_way_of_training
from xlbp.auditing.findings import Finding
from xlbp.auditing.forward.run import ForwardAudit
from xlbp.auditing.gaps import (
    NEAREST,
    NO_FORMULAS,
    NO_GRADIENTS,
    NO_GRADIENTS_BUT,
    NOTHING_DEPARTS,
    Unjudged,
    Unread,
    by_differences,
    by_quotients,
    cut_cells,
    doubts,
    unjudged_claims,
    unjudged_trainings,
    unjudged_without_loss,
    unread_cells,
)
from xlbp.auditing.reading.syntax import in_book, title
from xlbp.auditing.recognition.recognise import NotFollowed
from xlbp.auditing.sheet import SheetAudit, finding_data, layout_data, parameter_data
from xlbp.errors import UnreadableError, counted, option, worded

TOO_LARGE = "it has more formulas than are compared with their neighbours"
ONE_SHEET = "copy the part that matters into a book of its own"
LISTED = 500  # in the JSON
SHOWN = 20  # in a notebook
RANGES = worded(
    "--loss E5 --parameters B5:I5 --gradients T5:AA5 --rows 5:90",
    "loss='E5', parameters='B5:I5', gradients='T5:AA5', rows='5:90'",
)


class NothingJudgedError(UnreadableError):
    """Nothing in a book could be judged; ``audited`` tells what was looked at."""

    def __init__(self, message: str, audited: Audit) -> None:
        super().__init__(message)
        self.audited = audited


@dataclass(repr=False)
class Audit:
    """A book's audit: that of each of its sheets that claims gradients, and what could not be read."""

    book: str
    cells: Cells
    sheets: list[SheetAudit]
    unreadable: list[Unread] = field(default_factory=list)
    unjudged: list[Unjudged] = field(default_factory=list)  # what is claimed, but neither right nor wrong
    forward: ForwardAudit | None = None  # what the formulas' neighbours and headings say, where that was looked at
    written_by: Callable[[Audit], str] = field(default=repr, compare=False)  # what makes a text of it for people

    @property
    def findings(self) -> list[Finding]:
        """All findings, sheet by sheet."""
        return [finding for sheet in self.sheets for finding in sheet.findings] + self.forward_findings

    @property
    def forward_findings(self) -> list[Finding]:
        """What the forward pass's own patterns and headings contradict, but for cells that the gradients tell of."""
        told = {
            in_book(cell)
            for sheet in self.sheets
            for finding in sheet.findings
            for cell in finding.cells or [finding.cell]
        }
        return [finding for finding in self.forward.findings if finding.cell not in told] if self.forward else []

    @property
    def notes(self) -> list[str]:
        """What the book holds that was not followed, and which derivatives were taken by differences."""
        quotients = [note for sheet in self.sheets for note in by_quotients(sheet.layout, sheet.truth)]
        return [*self.cells.contents.notes, *by_differences(self.cells), *quotients]

    @property
    def ok(self) -> bool:
        """Whether all that is claimed was judged, and nothing is wrong with it."""
        return not self.findings and not self.unjudged

    @property
    def nothing_judged(self) -> bool:
        """Whether no gradient at all was judged, and no forward pass."""
        return self.forward is None and not any(
            sheet.truth.judged(p) for sheet in self.sheets for p in sheet.layout.parameters
        )

    def to_dict(self) -> dict[str, Any]:
        """What ``xlbp audit --json`` prints; with several sheets, cells and names say which they are of."""
        sheets = self.sheets
        home = sheets[0].layout.sheet if len(sheets) == 1 and self.forward is None else ""
        return {
            "book": self.book,
            "sheet": ", ".join(dict.fromkeys(title(sheet.layout.sheet) for sheet in sheets)),
            "layout": ", ".join(dict.fromkeys(layout_data(sheet) for sheet in sheets)),
            "rows": sum(sheet.layout.steps for sheet in sheets),
            "parameters": [parameter_data(sheet, p, home) for sheet in sheets for p in sheet.layout.parameters],
            "findings": [finding_data(finding, home) for finding in self.findings[:LISTED]],
            "unreadable": [asdict(unread) for unread in self.unreadable[:LISTED]],
            "ok": self.ok,
            "unjudged": [asdict(unjudged) for unjudged in self.unjudged[:LISTED]],
            "cut": self._cut,
            "notes": self.notes,
            "forward": self.forward.to_dict() if self.forward else None,
        }

    @property
    def _cut(self) -> list[str]:
        """The lists that are too long to be told as a whole."""
        counts = {"findings": len(self.findings), "unreadable": len(self.unreadable), "unjudged": len(self.unjudged)}
        return [f"{LISTED} of {count} {name}" for name, count in counts.items() if count > LISTED]

    def __str__(self) -> str:
        """The text that ``xlbp audit`` prints."""
        return self.written_by(self)

    def __repr__(self) -> str:
        return f"Audit({self.book}: {counted(len(self.findings), 'finding')}, {len(self.unjudged)} not judged)"

    def _repr_html_(self) -> str:
        from xlbp.pictures import html  # noqa: PLC0415 - for notebooks

        rows = [(f["cell"], f["kind"], f["found"], f["expected"], f["explanation"]) for f in self.to_dict()["findings"]]
        listed = html.table(("cell", "mistake", "found", "expected", "why"), rows[:SHOWN]) if rows else ""
        return html.heading(repr(self)) + listed


def completed(
    path: Path,
    cells: Cells,
    sheets: list[SheetAudit],
    lossless: list[Layout],
    not_followed: Sequence[NotFollowed] = (),
    forward: ForwardAudit | None = None,
    forward_asked: bool = False,
) -> Audit:
    """The audit of a book, with ``lossless`` layouts, and trainings that follow no loss, and its forward pass.

    Raises UnreadableError where nothing is claimed that could be judged.
    """
    home = sheets[0].layout.sheet if sheets else ""
    unreadable = [*cut_cells(cells, home), *unread_cells(cells, home, {sheet.layout.sheet for sheet in sheets})]
    unjudged: list[Unjudged] = []
    for sheet in sheets:
        unreadable += doubts(cells, sheet.layout, sheet.truth)
    for sheet in sheets:
        unjudged += unjudged_claims(cells, sheet.layout, sheet.truth, sheet.updates)
    unjudged += unjudged_trainings(not_followed)
    unjudged += unjudged_without_loss(lossless)
    for name in forward.too_large if forward else ():
        unjudged.append(Unjudged(f"the forward pass on {name}", name, TOO_LARGE, ONE_SHEET))
    audited = Audit(str(path), cells, sheets, unreadable, unjudged, forward)
    has_claims = bool(sheets or not_followed or audited.forward_findings)
    if not has_claims and not (forward_asked and forward is not None and forward.formulas):
        raise NothingJudgedError(_why_nothing(path, lossless, audited), audited)
    return audited


def _why_nothing(path: Path, lossless: list[Layout], audited: Audit) -> str:
    """What to say where no gradient could be judged, and what to do about it."""
    if lossless:
        sheets = ", ".join(sorted({repr(title(layout.sheet)) for layout in lossless}))
        return (
            f"{path}: no loss was found for the gradients on {sheets}; name its cell with {option('--loss')}, "
            f"or give {option('--loss-expr')}"
        )
    near, way, forward = near_headings(audited.cells), other_way_of_training(audited.cells), audited.forward
    facts = [way]
    if forward is not None:
        facts.append(NOTHING_DEPARTS.format(f"{forward.formulas:,}") if forward.formulas else NO_FORMULAS)
    facts.append(NEAREST.format(", ".join(map(repr, near))) if near else "")
    known = "; ".join(filter(None, facts))
    sentence = NO_GRADIENTS_BUT if known else NO_GRADIENTS
    named = {"ranges": RANGES, "rows": option("--rows"), "expression": option("--loss-expr")}
    return f"{path}: {sentence.format(what=known, **named)}"
