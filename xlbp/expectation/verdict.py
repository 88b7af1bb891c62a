"""What a book must show beside what engines make of it, a report for each engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from xlbp.errors import UsageError, option
from xlbp.expectation.book import Book
from xlbp.expectation.inspection import Inspection, inspect
from xlbp.recalc.base import Engine, Values
from xlbp.verification.check import check, check_without_inputs
from xlbp.verification.compare import Report


def must_be_tolerance(rtol: object) -> None:
    """Raise UsageError unless it is a number from 0 to below 1."""
    if isinstance(rtol, bool) or not isinstance(rtol, int | float) or not 0 <= rtol < 1:
        raise UsageError(f"{option('--rtol', rtol)}: give a number from 0 to 1, as 1e-9")


def reports_of(
    path: Path,
    engines: Sequence[Engine],
    computed: Mapping[str, Values],
    rtol: float,
    large: bool = False,
    shown_as: str = "",
    written: Book | None = None,
) -> tuple[list[Report], Book]:
    """The report of each engine on a book that is sound, or ours and just written, and what the book must show.

    ``computed`` gives, by the name of an engine, values that it computes already; ``written`` is as for
    :func:`xlbp.expectation.inspection.inspect`.
    """
    with ExitStack() as running:  # the engines compute while the book is looked into and the reference trained
        values = [computed.get(engine.name) or running.enter_context(engine.computing(path)) for engine in engines]
        inspection = inspect(path, large, is_sound=written is None, written=written)
        pairs = zip(engines, values, strict=True)
        reports = [_report(shown_as or str(path), engine, of_engine, inspection, rtol) for engine, of_engine in pairs]
    return reports, inspection.shown


def _report(shown_as: str, engine: Engine, values: Values, inspection: Inspection, rtol: float) -> Report:
    shown, findings = inspection.shown, inspection.findings
    blocks, cells, diverged = shown.blocks, inspection.cells, shown.diverged
    if findings.unusable:
        return check_without_inputs(shown_as, engine.name, blocks, cells, findings)
    trusted = [None] * len(blocks) if engine.confirms_overflow else diverged
    report = check(shown_as, engine.name, blocks, cells, findings, values(inspection.areas), rtol, trusted)
    report.diverged_at = min((t for t in diverged if t is not None), default=None)
    return report
