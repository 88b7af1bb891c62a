"""An audit for people, as tables: the parameters of each sheet, then what is wrong."""

from __future__ import annotations

from io import StringIO
from typing import TextIO

from rich import box
from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from xlbp.auditing.claims.layout import Layout, LayoutKind
from xlbp.auditing.explanations import extent, percent
from xlbp.auditing.findings import Finding
from xlbp.auditing.gaps import Unread
from xlbp.auditing.reading.syntax import Turned, address, title
from xlbp.auditing.report.wording import few, gap, name_of, unjudged, why
from xlbp.auditing.result import Audit
from xlbp.auditing.sheet import SheetAudit, parameter_data
from xlbp.lang import Texts, load_texts
from xlbp.lang.languages import DEFAULT
from xlbp.lang.sentences import said_in

WIDTH = 140
COLUMNS = ("parameter", "cells", "gradient", "largest", "worst", "update", "rate")
LINES = ("stands", "expected", "why")
MOST_PARAMETERS = 60
MOST_UNREAD = 20
FIRST_FEW = 3
LONGEST_FORMULA = 60


def print_report(audit: Audit, stream: TextIO, language: str = DEFAULT) -> None:
    """Everything that a person may want to know."""
    console = Console(file=stream, width=None if stream.isatty() else WIDTH, highlight=False, soft_wrap=False)
    _Report(audit, console, load_texts(language)).print()


def report_text(audit: Audit) -> str:
    """The same as a text."""
    stream = StringIO()
    print_report(audit, stream)
    return stream.getvalue().rstrip("\n")


class _Report:
    """Prints an audit part by part, in the language of ``texts``."""

    def __init__(self, audit: Audit, console: Console, texts: Texts) -> None:
        self.audit, self.console, self.texts = audit, console, texts

    def print(self) -> None:
        """Print all of it."""
        for sheet in self.audit.sheets:
            self._print_sheet(sheet)
        self._print_forward()
        for note in self.audit.notes:
            self._print(gap(self.texts("audit.note"), note, self.texts))
        self._print_unread()
        for each in self.audit.unjudged:
            about = f"[yellow]{self.texts('audit.not_judged')}[/]"
            self.console.print(self.texts("audit.told", about=about, reason=escape(unjudged(each, self.texts))))
        self.console.print(self._end())

    def _print(self, words: str) -> None:
        self.console.print(escape(words))

    def _print_sheet(self, sheet: SheetAudit) -> None:
        layout, texts = sheet.layout, self.texts
        name, loss = f"[bold]{escape(title(layout.sheet))}[/]", escape(self._loss(layout))
        self.console.print(texts("audit.sheet", sheet=name, how=escape(self._read_as(layout)), loss=loss))
        self.console.print(self._parameters(sheet))
        total = len(layout.parameters)
        if total > MOST_PARAMETERS:
            self._print(texts("audit.cut_parameters", shown=MOST_PARAMETERS, total=total))
        for n, finding in enumerate(sheet.findings, 1):
            self._print_finding(n, finding, layout.sheet)

    def _print_forward(self) -> None:
        """What was compared of the forward pass, and what does not go with its neighbours or its heading."""
        forward, texts = self.audit.forward, self.texts
        if forward is None:
            return
        count = texts.number(forward.formulas)
        words = texts("audit.forward_compared", formulas=count, sheets=", ".join(forward.sheets))
        about = f"[bold]{texts('audit.forward_pass')}[/]"
        self.console.print(texts("audit.told", about=about, reason=escape(words)))
        for n, finding in enumerate(self.audit.forward_findings, 1):
            self._print_finding(n, finding, "")

    def _end(self) -> str:
        """The last line: how many findings, or that there is none in what was judged."""
        audit, count = self.audit, len(self.audit.findings)
        if count:
            return f"[red]{self.texts('audit.end_findings', count=count)}[/]"
        if audit.nothing_judged:
            return f"[yellow]{self.texts('audit.end_nothing_judged')}[/]"
        return (
            f"[green]{self.texts('audit.end_right')}[/]" if audit.ok else f"[yellow]{self.texts('audit.end_partly')}[/]"
        )

    def _print_unread(self) -> None:
        """The cells that were not read, those of one reason in one line with the first few."""
        reasons: dict[str, list[Unread]] = {}
        for unread in self.audit.unreadable:
            reasons.setdefault(unread.reason, []).append(unread)
        for reason, alike in list(reasons.items())[:MOST_UNREAD]:
            cells = few([unread.cell for unread in alike], FIRST_FEW, self.texts)
            words = gap(f"{cells} {alike[0].formula[:LONGEST_FORMULA]}".rstrip(), reason, self.texts)
            about = f"[yellow]{self.texts('audit.not_read')}[/]"
            self.console.print(self.texts("audit.told", about=about, reason=escape(words)))
        if len(reasons) > MOST_UNREAD:
            self._print(self.texts("audit.cut_reasons", shown=MOST_UNREAD, total=len(reasons)))

    def _loss(self, layout: Layout) -> str:
        if layout.assumed or layout.loss_name:
            return said_in(self.texts, layout.assumed) or layout.loss_name
        is_cell = bool(layout.losses) and layout.losses[0][2] > 0
        return address(layout.losses[0], layout.sheet) if is_cell else self.texts("audit.loss_by_expression")

    def _read_as(self, layout: Layout) -> str:
        """How the sheet was read, so that a person sees whether that is what was meant."""
        texts = self.texts
        if layout.table is None and not layout.told_by:
            return texts("audit.read_ranges_as_one" if layout.kind is LayoutKind.RANGES else "audit.read_blocks")
        parts: list[str] = []
        if layout.table is not None:
            lines = "columns" if isinstance(layout.table.sheet, Turned) else "rows"
            parts += [texts("audit.read_ranges" if layout.kind is LayoutKind.RANGES else "audit.read_table")]
            parts += [texts(f"audit.read_{lines}", steps=layout.steps)]
        else:
            parts += [texts("audit.read_steps" if layout.steps > 1 else "audit.read_one_step", steps=layout.steps)]
        if layout.told_by:
            parts += [texts("audit.read_told", sure=texts(f"audit.sure_{layout.told_by}"))]
        return ("，" if texts.facts.full_width else ", ").join(parts)

    def _parameters(self, sheet: SheetAudit) -> Table:
        """A row for each parameter, with the verdicts on its gradient and its updates."""
        table = Table(*(self.texts(f"audit.column_{each}") for each in COLUMNS), box=box.SIMPLE_HEAD)
        for parameter in sheet.layout.parameters[:MOST_PARAMETERS]:
            data = parameter_data(sheet, parameter, sheet.layout.sheet)
            gradient, update = data["gradient"], data["update"]
            is_updated = update["ok"] is not None or parameter.name in sheet.updates.unjudged
            table.add_row(
                escape(data["name"]),
                extent([place.cell for place in parameter.places], sheet.layout.sheet, self.texts),
                self._verdict(gradient["ok"]),
                self.texts.with_own_signs(percent(gradient["max_rel"])) if gradient["max_rel"] else "",
                gradient["worst_cell"] or "",
                self._verdict(update["ok"]) if is_updated else self.texts("audit.verdict_none"),
                escape(update["learning_rate"] or ""),
            )
        return table

    def _verdict(self, ok: bool | None) -> str:
        if ok is None:
            return self.texts("audit.verdict_unjudged")
        return (
            f"[green]{self.texts('audit.verdict_right')}[/]" if ok else f"[red]{self.texts('audit.verdict_wrong')}[/]"
        )

    def _print_finding(self, n: int, finding: Finding, home: str) -> None:
        texts = self.texts
        place, mistake = f"[bold]{address(finding.cell, home)}[/]", f"[red]{escape(name_of(finding, texts))}[/]"
        self.console.print(texts("audit.found_in", number=f"[red]{n}[/]", mistake=mistake, cell=place))
        labels = [texts(f"audit.line_{line}") for line in LINES]
        width = max(map(cell_len, labels))
        for label, words in zip(labels, (finding.found, finding.expected, why(finding, texts)), strict=True):
            if words:
                self.console.print(f"   {set_cell_size(label, width)} {escape(words)}")
