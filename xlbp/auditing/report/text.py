"""An audit for people, as tables: the parameters of each sheet, then what is wrong."""

from __future__ import annotations

from typing import TextIO

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from xlbp.auditing.findings import Finding, percent
from xlbp.auditing.reading.syntax import Cell, Turned, address, title
from xlbp.auditing.report.data import parameter_data
from xlbp.auditing.result import Audit, Sheet

WIDTH = 140
HEADINGS = ("parameter", "cells", "gradient", "largest error", "worst cell", "update", "learning rate")
MOST_PARAMETERS = 60
MOST_UNREAD = 20
FIRST_FEW = 3


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
    _print_unread(console, audit)
    for entry in audit.unjudged:
        words = f"{entry['what']}: {entry['reason']}; {entry['remedy']}"
        console.print(f"[yellow]not judged:[/] {escape(words)}")
    console.print(_verdict_on(audit))


def _verdict_on(audit: Audit) -> str:
    count = len(audit.findings)
    if count:
        return f"[red]{count} finding{'s' * (count != 1)}[/]"
    if audit.nothing_judged:
        return "[yellow]no finding, but nothing could be judged[/]"
    return "[green]no finding[/]" if audit.ok else "[yellow]no finding in what could be judged[/]"


def _print_unread(console: Console, audit: Audit) -> None:
    """The cells that were not read, those of one reason in one line with the first few."""
    reasons: dict[str, list[dict[str, str]]] = {}
    for item in audit.unreadable:
        reasons.setdefault(item["reason"], []).append(item)
    for reason, items in list(reasons.items())[:MOST_UNREAD]:
        cells = ", ".join(item["cell"] for item in items[:FIRST_FEW])
        more = f" and {len(items) - FIRST_FEW} more" if len(items) > FIRST_FEW else ""
        formula = items[0]["formula"][:60]
        console.print(f"[yellow]not read:[/] {escape(f'{cells}{more} {formula}'.rstrip())}: {escape(reason)}")
    _print_cut(console, MOST_UNREAD, len(reasons), "reasons why cells were not read")


def _read_as(sheet: Sheet) -> str:
    """How the sheet was read, so that a person sees whether that is what was meant."""
    layout = sheet.layout
    if layout.table is not None:
        lines = "column" if isinstance(layout.table.sheet, Turned) else "row"
        named = "ranges as named" if layout.kind == "ranges" else "a table"
        return f"{named}, {layout.steps} steps, one in each {lines}"
    if layout.kind == "ranges":
        return "ranges as named, read as one step; with --rows FIRST:LAST every row is a step"
    return "one step in labelled blocks"


def _parameters(sheet: Sheet) -> Table:
    table = Table(*HEADINGS, box=box.SIMPLE_HEAD)
    for parameter in sheet.layout.parameters[:MOST_PARAMETERS]:
        data = parameter_data(sheet, parameter, sheet.layout.sheet)
        gradient, update = data["gradient"], data["update"]
        table.add_row(
            escape(data["name"]),
            data["cells"],
            _verdict(gradient["ok"]),
            percent(gradient["max_rel"]) if gradient["max_rel"] else "",
            gradient["worst_cell"] or "",
            _verdict(update["ok"]) if update["ok"] is not None or parameter.name in sheet.updates.unjudged else "none",
            escape(update["learning_rate"] or ""),
        )
    return table


def _print_finding(console: Console, n: int, finding: Finding, home: str) -> None:
    console.print(f"[red]{n}. {escape(finding.kind)}[/] in [bold]{address(finding.cell, home)}[/]")
    for label, text in (("stands:", finding.found), ("should be:", finding.expected), ("why:", finding.explanation)):
        if text:
            console.print(f"   {label:<10} {escape(text)}")


def _print_cut(console: Console, shown: int, all_of_them: int, what: str) -> None:
    """Say that a list was cut, so that it is not taken for a whole one."""
    if all_of_them > shown:
        console.print(f"{shown} of {all_of_them} {what} are shown; --json tells more")


def _verdict(ok: bool | None) -> str:
    return "not judged" if ok is None else "[green]right[/]" if ok else "[red]wrong[/]"


def _loss(cells: list[Cell], home: str) -> str:
    return address(cells[0], home) if cells and cells[0][2] else "given by an expression"
