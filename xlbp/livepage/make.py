"""From a template, or from the training of a book, to its page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from xlbp.expectation.contents import lay_out
from xlbp.expectation.training import train_run
from xlbp.livepage.contents import PageContents
from xlbp.livepage.html import html
from xlbp.template.template import Template
from xlbp.verification.compare import Report

SUFFIX = ".html"


def page_of(template: Template, language: str, given: Mapping[str, float] | None = None) -> PageContents:
    """What a template's page has; it opens with the numbers ``given``, the template's own by default."""
    contents = lay_out(template, language)
    return PageContents(contents, train_run(contents).facts, given or template.inputs())


def page_text(template: Template, language: str, given: Mapping[str, float] | None = None) -> str:
    """The page as the text of an HTML file."""
    return html(page_of(template, language, given))


@dataclass(frozen=True, repr=False)
class MadePage:
    """What :func:`xlbp.page` made.

    Attributes
    ----------
    path
        The HTML file.
    size
        Its bytes.
    quantities, iterations
        How many numbers its script computes in a row, and rows after the first.
    reports
        What verification said, with the page's own numbers and with edited ones; none if it was not asked for.

    """

    path: Path
    size: int
    quantities: int
    iterations: int
    reports: list[Report] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether the page was verified, and agrees."""
        return bool(self.reports) and all(report.ok for report in self.reports)

    def to_dict(self) -> dict[str, Any]:
        """What ``xlbp page --json`` prints."""
        plain = {"path": str(self.path), "bytes": self.size, "quantities": self.quantities}
        verified = self.ok if self.reports else None
        reports = [report.to_dict() for report in self.reports]
        return {**plain, "iterations": self.iterations, "verified": verified, "reports": reports}

    def __repr__(self) -> str:
        verdict = "not verified" if not self.reports else "verified" if self.ok else "disagrees"
        rows = f"{self.quantities:,} quantities in {self.iterations + 1:,} rows"
        return f"MadePage({self.path}: {self.size / 1000:.0f} kB, {rows}, {verdict})"
