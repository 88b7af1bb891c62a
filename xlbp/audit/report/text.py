"""An audit for people, as tables: the parameters of each sheet, then what is wrong."""

from __future__ import annotations

from typing import TextIO

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from xlbp.audit.audited import Audit, Sheet
from xlbp.audit.findings import Finding
from xlbp.audit.reading.syntax import Cell, address
from xlbp.audit.report.data import parameter_data

WIDTH = 140
HEADINGS = ("parameter", "cells", "gradient", "max rel", "worst cell", "update", "learning rate")
MOST_PARAMETERS = 60
MOST_UNREAD = 20


def print_report(audit: Audit, stream: TextIO) -> None:
    """Everything that a person may want to know."""
    console = Console(file=stream, width=None if stream.isatty() else WIDTH, highlight=False, soft_wrap=False)
    for sheet in audit.sheets:
        layout = sheet.layout
        loss = layout.assumed or layout.loss_name or _loss(layout.losses, layout.sheet)
        console.print(f"[bold]{escape(layout.sheet)}[/]: {layout.kind}, {layout.steps} steps, loss {escape(loss)}")
        console.print(_parameters(sheet))
        _print_cut(console, MOST_PARAMETERS, len(layout.parameters), "parameters")
        for n, finding in enumerate(sheet.findings, 1):
            _print_finding(console, n, finding, layout.sheet)
    for item in audit.unreadable[:MOST_UNREAD]:
        console.print(
            f"[yellow]not read:[/] {escape(item['cell'])} {escape(item['formula'][:60])}: {escape(item['reason'])}"
        )
    _print_cut(console, MOST_UNREAD, len(audit.unreadable), "cells that were not read")
    count = len(audit.findings)
    console.print("[green]no finding[/]" if audit.ok else f"[red]{count} finding{'s' * (count != 1)}[/]")


def _parameters(sheet: Sheet) -> Table:
    table = Table(*HEADINGS, box=box.SIMPLE_HEAD)
    for parameter in sheet.layout.parameters[:MOST_PARAMETERS]:
        data = parameter_data(sheet, parameter, sheet.layout.sheet)
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
    return table


def _print_finding(console: Console, n: int, finding: Finding, home: str) -> None:
    console.print(f"[red]{n}. {escape(finding.kind)}[/] in [bold]{address(finding.cell, home)}[/]")
    for label, text in (("stands", finding.found), ("should", finding.expected), ("why", finding.explanation)):
        if text:
            console.print(f"   {label:<7} {escape(text)}")


def _print_cut(console: Console, shown: int, all_of_them: int, what: str) -> None:
    """Say that a list was cut, so that it is not taken for a whole one."""
    if all_of_them > shown:
        console.print(f"{shown} of {all_of_them} {what} are shown; --json tells more")


def _verdict(ok: bool | None) -> str:
    return "" if ok is None else "[green]right[/]" if ok else "[red]wrong[/]"


def _loss(cells: list[Cell], home: str) -> str:
    return address(cells[0], home) if cells and cells[0][2] else "given by an expression"
