"""An audit for people, as tables: the parameters of each sheet, then what is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from io import StringIO
from typing import TextIO

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from xlbp.auditing.claims.layout import LayoutKind
from xlbp.auditing.findings import Finding, percent
from xlbp.auditing.gaps import Unread
from xlbp.auditing.reading.syntax import Cell, Turned, address, title
from xlbp.auditing.result import Audit
from xlbp.auditing.sheet import SheetAudit, parameter_data
from xlbp.errors import counted

WIDTH = 140
HEADINGS = ("parameter", "cells", "gradient", "largest error", "worst cell", "update", "learning rate")
MOST_PARAMETERS = 60
MOST_UNREAD = 20
FIRST_FEW = 3
LONGEST_FORMULA = 60


def print_report(audit: Audit, stream: TextIO) -> None:
    """Everything that a person may want to know."""
    console = Console(file=stream, width=None if stream.isatty() else WIDTH, highlight=False, soft_wrap=False)
    for sheet in audit.sheets:
        layout = sheet.layout
        loss = layout.assumed or layout.loss_name or _loss(layout.losses, layout.sheet)
        console.print(f"[bold]{escape(title(layout.sheet))}[/]: {_read_as(sheet)}; loss {escape(loss)}")
        console.print(_parameters(sheet))
        _print_cut(console, MOST_PARAMETERS, len(layout.parameters), "parameters")
        for n, finding in enumerate(sheet.findings, 1):
            _print_finding(console, n, finding, layout.sheet)
    _print_forward(console, audit)
    for note in audit.notes:
        console.print(f"note: {escape(note)}")
    _print_unread(console, audit)
    for unjudged in audit.unjudged:
        words = f"{unjudged.what}: {unjudged.reason}; {unjudged.remedy}"
        console.print(f"[yellow]not judged:[/] {escape(words)}")
    console.print(_verdict_on(audit))


def _print_forward(console: Console, audit: Audit) -> None:
    """What was compared of the forward pass, and what does not go with its neighbours or its heading."""
    if audit.forward is None:
        return
    formulas, sheets = counted(audit.forward.formulas, "formula"), ", ".join(map(escape, audit.forward.sheets))
    console.print(f"[bold]forward pass[/]: {formulas} on {sheets}, held against their neighbours and headings")
    for n, finding in enumerate(audit.forward_findings, 1):
        _print_finding(console, n, finding, "")


def report_text(audit: Audit) -> str:
    """The same as a text."""
    stream = StringIO()
    print_report(audit, stream)
    return stream.getvalue().rstrip("\n")


def _verdict_on(audit: Audit) -> str:
    count = len(audit.findings)
    if count:
        return f"[red]{count} finding{'s' * (count != 1)}[/]"
    if audit.nothing_judged:
        return "[yellow]no finding, but nothing could be judged[/]"
    return "[green]no finding[/]" if audit.ok else "[yellow]no finding in what could be judged[/]"


def _print_unread(console: Console, audit: Audit) -> None:
    """The cells that were not read, those of one reason in one line with the first few."""
    reasons: dict[str, list[Unread]] = {}
    for unread in audit.unreadable:
        reasons.setdefault(unread.reason, []).append(unread)
    for reason, alike in list(reasons.items())[:MOST_UNREAD]:
        cells = ", ".join(unread.cell for unread in alike[:FIRST_FEW])
        more = f" and {len(alike) - FIRST_FEW} more" if len(alike) > FIRST_FEW else ""
        formula = alike[0].formula[:LONGEST_FORMULA]
        console.print(f"[yellow]not read:[/] {escape(f'{cells}{more} {formula}'.rstrip())}: {escape(reason)}")
    _print_cut(console, MOST_UNREAD, len(reasons), "reasons why cells were not read")


def _read_as(sheet: SheetAudit) -> str:
    """How the sheet was read, so that a person sees whether that is what was meant."""
    layout = sheet.layout
    if layout.told_by and layout.table is None:
        steps = f"{layout.steps} steps" if layout.steps > 1 else "one step"
        return f"{steps}, told by what trains ({layout.told_by})"
    if layout.table is not None:
        lines = "column" if isinstance(layout.table.sheet, Turned) else "row"
        named = "ranges as named" if layout.kind is LayoutKind.RANGES else "a table"
        told = f", told by what trains ({layout.told_by})" if layout.told_by else ""
        return f"{named}, {layout.steps} steps, one in each {lines}{told}"
    if layout.kind is LayoutKind.RANGES:
        return "ranges as named, read as one step; with --rows FIRST:LAST every row is a step"
    return "one step in labelled blocks"


def _parameters(sheet: SheetAudit) -> Table:
    """A row for each parameter, with the verdicts on its gradient and its updates."""
    table = Table(*HEADINGS, box=box.SIMPLE_HEAD)
    for parameter in sheet.layout.parameters[:MOST_PARAMETERS]:
        data = parameter_data(sheet, parameter, sheet.layout.sheet)
        gradient, update = data["gradient"], data["update"]
        is_updated = update["ok"] is not None or parameter.name in sheet.updates.unjudged
        table.add_row(
            escape(data["name"]),
            data["cells"],
            _verdict(gradient["ok"]),
            percent(gradient["max_rel"]) if gradient["max_rel"] else "",
            gradient["worst_cell"] or "",
            _verdict(update["ok"]) if is_updated else "none",
            escape(update["learning_rate"] or ""),
        )
    return table


def _print_finding(console: Console, n: int, finding: Finding, home: str) -> None:
    console.print(f"[red]{n}. {escape(finding.kind)}[/] in [bold]{address(finding.cell, home)}[/]")
    for label, text in (("stands:", finding.found), ("should be:", finding.expected), ("why:", finding.explanation)):
        if text:
            console.print(f"   {label:<10} {escape(text)}")


def _print_cut(console: Console, shown: int, total: int, what: str) -> None:
    """Say that a list was cut, so that it is not taken for a whole one."""
    if total > shown:
        console.print(f"{shown} of {total} {what} are shown; --json tells more")


def _verdict(ok: bool | None) -> str:
    if ok is None:
        return "not judged"
    return "[green]right[/]" if ok else "[red]wrong[/]"


def _loss(cells: Sequence[Cell], home: str) -> str:
    return address(cells[0], home) if cells and cells[0][2] else "given by an expression"
