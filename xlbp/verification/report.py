"""Reports as JSON for programs and as a table for people."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any, TextIO

from xlbp.verification.compare import Mismatch, Report

SHOWN, WIDTH = 10, 140
LEFT = ("engine", "worst cell", "verdict")
LISTED = 1_000  # a slipped row spoils every later cell; a thousand of them say enough


def to_data(report: Report) -> dict[str, Any]:
    """One engine's report in the form of the JSON contract."""
    changed = [{k: v for k, v in vars(m).items() if k != "formula"} for m in report.formulas_changed[:LISTED]]
    return {
        "book": report.book,
        "engine": report.engine,
        "checked": report.checked,
        "unchecked": report.unchecked,
        "composed": report.composed,
        "identical": report.identical,
        "max_ulp": report.max_ulp,
        "unchecked_reasons": report.unchecked_reasons,
        "max_abs": report.max_abs,
        "max_rel": report.max_rel,
        "worst_cell": report.worst_cell,
        "diverged_at": report.diverged_at,
        "formulas_changed": _plain(changed),
        "mismatches": _plain([vars(m) for m in report.mismatches[:LISTED]]),
        "formulas_changed_count": len(report.formulas_changed),
        "mismatch_count": len(report.mismatches),
        "differs": report.differs or None,
        "ok": report.ok,
    }


def _plain(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """JSON knows no NaN and no infinity, and no dates."""
    known = (str, int, float, bool, type(None))
    return [{k: _json_value(v) if isinstance(v, known) else str(v) for k, v in row.items()} for row in rows]


def _json_value(value: Any) -> Any:
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def to_json(reports: Sequence[Report]) -> str:
    """A list of one object per engine."""
    return json.dumps([to_data(report) for report in reports], indent=2, ensure_ascii=False, allow_nan=False)


def in_a_line(report: Report) -> list[str]:
    """One of many books; what disagrees comes in lines of its own."""
    verdict = "agrees" if report.ok else "DISAGREES"
    figures = f"{report.checked:,} checked, {report.unchecked:,} unchecked, max rel {report.max_rel:.2g}"
    return [f"{report.book}  {report.engine}: {verdict}, {figures}", *([] if report.ok else remarks(report))]


def print_reports(reports: Sequence[Report], stream: TextIO) -> None:
    """A table with a row per engine, and under it what disagrees."""
    from rich import box  # noqa: PLC0415  # rich is slow to import; JSON needs none of it
    from rich.console import Console  # noqa: PLC0415
    from rich.markup import escape  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    width = None if stream.isatty() else WIDTH  # a pipe has no width, and a cut figure is none
    console = Console(file=stream, highlight=False, soft_wrap=True, width=width)
    console.print(escape(reports[0].book))
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for heading in ("engine", "checked", "identical", "unchecked", "max abs", "max rel", "worst cell", "verdict"):
        table.add_column(heading, no_wrap=True, justify="left" if heading in LEFT else "right")
    for report in reports:
        empty = not (report.checked or report.mismatches or report.formulas_changed)
        verdict = "[green]agrees[/]" if report.ok else "[yellow]nothing checked[/]" if empty else "[red]DISAGREES[/]"
        counts = (f"{report.checked:,}", share(report), f"{report.unchecked:,}")
        numbers = (*counts, f"{report.max_abs:.2g}", f"{report.max_rel:.2g}")
        table.add_row(report.engine, *numbers, escape(report.worst_cell or "-"), verdict)
    console.print(table)
    for remark in dict.fromkeys(remark for report in reports for remark in remarks(report)):
        console.print(escape(remark))


def share(report: Report) -> str:
    """How many of the cells checked are identical to the last bit; 100 % only if all are."""
    if report.identical == report.checked:
        return "100 %" if report.checked else "-"
    return f"{min(100 * report.identical / report.checked, 99.99):.4g} %"


def remarks(report: Report) -> list[str]:
    """What a person has to know besides the figures; a list of cells is one remark of several lines."""
    lines = [
        f"{report.engine}: {count:,} cells unchecked: {reason}" for reason, count in report.unchecked_reasons.items()
    ]
    if report.diverged_at is not None:
        lines.append(
            f"{report.engine}: the training diverges at iteration {report.diverged_at}; from there errors are compared"
        )
    lines += [f"the book {report.differs}"] if report.differs else []
    lines += _listed(report.formulas_changed, "formulas changed")
    lines += _listed(report.mismatches, f"{report.engine}: cells that disagree")
    in_rows = [m for m in report.mismatches if m.iteration is not None]
    if len(in_rows) > 1:
        first = min(in_rows, key=lambda m: m.iteration or 0)  # of a row the leftmost, which is computed first
        lines.append(f"{report.engine}: look first at {_named(first)}; what is computed after it may follow from it")
    return lines


def _named(m: Mismatch) -> str:
    """A cell with its quantity: ``Training!F12 (W2[1,1] = w5 at iteration 3)``."""
    called = f"{m.name} = {m.symbol}" if m.symbol else m.name
    where = f" at iteration {m.iteration}" if m.iteration is not None else ""
    return f"{m.cell} ({called}{where})"


def _listed(found: Sequence[Mismatch], what: str) -> list[str]:
    if not found:
        return []
    lines = [f"{what}: {len(found):,}"]
    for m in found[:SHOWN]:
        lines.append(f"  {_named(m)}: expected {_shown(m.expected)}, found {_shown(m.found)}")
    if len(found) > SHOWN:
        lines.append(f"  ... and {len(found) - SHOWN:,} more")
    return ["\n".join(lines)]


def _shown(value: Any) -> str:
    return repr(value) if isinstance(value, float) else str(value)[:200]
