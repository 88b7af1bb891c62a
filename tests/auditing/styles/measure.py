"""Runs the audit over styles and slips, and counts what was found, what was named, and what was told beside it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.auditing.styles.base import Slip, Style
from xlbp.auditing.claims.options import AuditOptions
from xlbp.auditing.report.data import to_data
from xlbp.auditing.run import audit
from xlbp.errors import XlbpError


@dataclass(frozen=True)
class Outcome:
    """What an audit said of one sheet; without a slip, every finding is a false alarm."""

    style: str
    slip: Slip | None
    told: tuple[tuple[str, str], ...]  # kind and cell
    named: bool
    others: int  # findings that are not the slip

    @property
    def found(self) -> bool:
        """Whether anything was told."""
        return bool(self.told)


def outcome(style: Style, slip: Slip | None, path: Path) -> Outcome:
    """Audit one sheet that is there."""
    try:
        data = to_data(audit(path, AuditOptions(**style.options)))  # type: ignore[arg-type]
        told = [(str(f["kind"]), str(f["cell"])) for f in data["findings"]]
        if slip is None:
            told += [("not read", str(u["reason"])) for u in data["unreadable"]]
    except XlbpError as error:
        told = [("error", str(error))]
    right = [slip is not None and style.accepts(slip, kind, cell) for kind, cell in told if kind != "error"]
    return Outcome(style.name, slip, tuple(told), any(right), len(told) - sum(right))


def outcomes(styles: Iterable[Style]) -> Iterator[Outcome]:
    """Every style as it stands, and with each of its slips."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sheet.xlsx"
        for style in styles:
            for slip in (None, *style.slips):
                style.write(path, slip)
                yield outcome(style, slip, path)
