"""An audit for people, as tables, and for programs, as JSON."""

from __future__ import annotations

import json
import math
from typing import Any, TextIO

from xlbp.audit.claims.layout import Parameter
from xlbp.audit.findings import Finding, extent
from xlbp.audit.reading.syntax import Cell, address
from xlbp.audit.run import Audit, Sheet
from xlbp.audit.truth.gradients import RTOL

WIDTH = 140
LISTED = 500


def to_data(audit: Audit) -> dict[str, Any]:
    """The audit in the form of the JSON contract; with several sheets, cells and names say which they are of."""
    sheets = audit.sheets
    home = sheets[0].layout.sheet if len(sheets) == 1 else ""
    return {
        "book": audit.book,
        "sheet": ", ".join(dict.fromkeys(sheet.layout.sheet for sheet in sheets)),
        "layout": ", ".join(dict.fromkeys(_layout(sheet) for sheet in sheets)),
        "rows": sum(sheet.layout.steps for sheet in sheets),
        "parameters": [_parameter(sheet, p, home) for sheet in sheets for p in sheet.layout.parameters],
        "findings": [_finding(finding, home) for finding in audit.findings[:LISTED]],
        "unreadable": audit.unreadable[:LISTED],
        "ok": audit.ok,
    }


def to_json(audit: Audit) -> str:
    """The JSON text; it knows no NaN and no infinity."""
    return json.dumps(to_data(audit), indent=2, ensure_ascii=False, allow_nan=False)


def _layout(sheet: Sheet) -> str:
    return sheet.layout.kind + (f", loss assumed: {sheet.layout.assumed}" if sheet.layout.assumed else "")


def _finding(finding: Finding, home: str) -> dict[str, Any]:
    found = finding.data(home)
    return {**found, "max_rel": _number(finding.max_rel)}


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _parameter(sheet: Sheet, parameter: Parameter, home: str) -> dict[str, Any]:
    compared = sheet.truth.compared[parameter.name]
    worst = max(compared, key=lambda one: one.error, default=None)
    error = worst.error if worst else 0.0
    name = parameter.name if home else f"{sheet.layout.sheet}!{parameter.name}"
    return {
        "name": name,
        "cells": extent([place.cell for place in parameter.places], home),
        "gradient": {
            "ok": error <= RTOL,
            "max_rel": _number(error),
            "worst_cell": address(worst.place.gradient, home) if worst and error > 0 else None,
        },
        "update": {"ok": update_ok(sheet, parameter), "learning_rate": _rate(sheet, parameter, home)},
    }


def update_ok(sheet: Sheet, parameter: Parameter) -> bool | None:
    """Whether nothing is wrong with a parameter's updates; None where there are none."""
    mine = sheet.updates.cells_of.get(parameter.name)
    if mine is None:
        return None
    bad = {cell for finding in sheet.updates.findings for cell in finding.cells}
    bad |= {cell for finding in sheet.findings for cell in finding.cells if cell in mine}
    return bad.isdisjoint(mine | {place.cell for place in parameter.places})


def _rate(sheet: Sheet, parameter: Parameter, home: str) -> str | None:
    rate = sheet.updates.rates.get(parameter.name) or None
    return (
        rate if rate is None or home or not rate[0].isalpha() else f"{address((sheet.layout.sheet, 1, 1))[:-2]}{rate}"
    )


def print_report(audit: Audit, stream: TextIO) -> None:
    """Tables: the parameters of each sheet, then what is wrong."""
    from rich import box  # noqa: PLC0415  # rich is slow to import; JSON needs none of it
    from rich.console import Console  # noqa: PLC0415
    from rich.markup import escape  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    console = Console(file=stream, width=None if stream.isatty() else WIDTH, highlight=False, soft_wrap=False)
    for sheet in audit.sheets:
        layout = sheet.layout
        loss = layout.assumed or layout.loss_name or _loss(layout.losses, layout.sheet)
        console.print(f"[bold]{escape(layout.sheet)}[/]: {layout.kind}, {layout.steps} steps, loss {escape(loss)}")
        table = Table(box=box.SIMPLE_HEAD)
        for heading in ("parameter", "cells", "gradient", "max rel", "worst cell", "update", "learning rate"):
            table.add_column(heading)
        for parameter in layout.parameters[:60]:
            data = _parameter(sheet, parameter, layout.sheet)
            gradient, update = data["gradient"], data["update"]
            table.add_row(
                escape(data["name"]),
                data["cells"],
                _verdict(gradient["ok"]),
                f"{gradient['max_rel'] or 0:.2g}",
                gradient["worst_cell"] or "",
                _verdict(update["ok"]),
                escape(update["learning_rate"] or ""),
            )
        console.print(table)
        for n, finding in enumerate(sheet.findings, 1):
            console.print(f"[red]{n}. {escape(finding.kind)}[/] in [bold]{address(finding.cell, layout.sheet)}[/]")
            for label, text in (("stands", finding.found), ("should", finding.expected), ("why", finding.explanation)):
                if text:
                    console.print(f"   {label:<7} {escape(text)}")
    for item in audit.unreadable[:20]:
        console.print(
            f"[yellow]not read:[/] {escape(item['cell'])} {escape(item['formula'][:60])}: {escape(item['reason'])}"
        )
    count = len(audit.findings)
    console.print("[green]no finding[/]" if audit.ok else f"[red]{count} finding{'s' * (count != 1)}[/]")


def _verdict(ok: bool | None) -> str:
    return "" if ok is None else "[green]right[/]" if ok else "[red]wrong[/]"


def _loss(cells: list[Cell], home: str) -> str:
    return address(cells[0], home) if cells and cells[0][2] else "given by an expression"
