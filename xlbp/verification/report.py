"""Reports as JSON for programs and as a table for people."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any, TextIO

from xlbp.verification.compare import Mismatch, Report

SHOWN, WIDTH = 10, 140
COUNTED = ("engine", "checked", "identical", "unchecked")
LEFT = ("engine", "worst cell", "first wrong", "verdict")
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
        "first": _plain([vars(report.first)])[0] if report.first else None,
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
    is_wrong = any(report.first for report in reports)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for heading in (*COUNTED, "max abs", "max rel", "first wrong" if is_wrong else "worst cell", "verdict"):
        table.add_column(heading, no_wrap=True, justify="left" if heading in LEFT else "right")
    for report in reports:
        empty = not (report.checked or report.mismatches or report.formulas_changed)
        verdict = "[green]agrees[/]" if report.ok else "[yellow]nothing checked[/]" if empty else "[red]DISAGREES[/]"
        counts = (f"{report.checked:,}", share(report), f"{report.unchecked:,}")
        numbers = (*counts, f"{report.max_abs:.2g}", f"{report.max_rel:.2g}")
        where = report.first.cell if report.first else report.worst_cell
        table.add_row(report.engine, *numbers, escape(where or "-"), verdict)
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
    if report.first is not None and len(report.mismatches) > 1:
        said = f"{report.engine}: look first at {report.first.named}"
        lines.append(f"{said}; what is computed after it may follow from it")
    return lines


def as_html(report: Report) -> str:
    """What a notebook shows: the verdict, and the first cells that are wrong."""
    from xlbp.pictures import html  # noqa: PLC0415 - for notebooks

    wrong = [
        *report.formulas_changed,
        *sorted(report.mismatches, key=lambda m: -1 if m.iteration is None else m.iteration),
    ]
    rows = [(m.cell, m.name, m.symbol, m.iteration, _shown(m.expected), _shown(m.found)) for m in wrong[:SHOWN]]
    listed = html.table(("cell", "name", "symbol", "iteration", "expected", "found"), rows) if rows else ""
    return html.heading(repr(report)) + listed


def _listed(found: Sequence[Mismatch], what: str) -> list[str]:
    if not found:
        return []
    lines = [f"{what}: {len(found):,}"]
    for m in found[:SHOWN]:
        lines.append(f"  {m.named}: expected {_shown(m.expected)}, found {_shown(m.found)}")
    if len(found) > SHOWN:
        lines.append(f"  ... and {len(found) - SHOWN:,} more")
    return ["\n".join(lines)]


def _shown(value: Any) -> str:
    return repr(value) if isinstance(value, float) else str(value)[:200]
