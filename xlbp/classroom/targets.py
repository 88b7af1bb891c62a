"""Every file that marking writes; they are checked before the work."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from xlbp.errors import UsageError
from xlbp.system.atomic import check_target
from xlbp.system.journal import SUFFIX as JOURNAL

TABLE, BOOK = ".csv", ".xlsx"


@dataclass(frozen=True)
class Targets:
    """``table`` is what was asked for, ``gradebook`` the export that is filled; the others stand beside these."""

    table: Path
    force: bool
    has_feedback: bool
    gradebook: Path | None

    def __post_init__(self) -> None:
        if self.table.suffix.lower() not in (TABLE, BOOK):
            raise UsageError(f"{self.table}: the name must end in {BOOK} or {TABLE}")

    def check(self, may_go_on: bool = False) -> None:
        """Raises WriteError for what can't be written; ``may_go_on``: an interrupted run may have written it."""
        force = self.force or (may_go_on and self.journal.is_file())
        for path in filter(None, dict.fromkeys((self.table, self.summary, self.decisions, self.archive, self.filled))):
            check_target(path, force, suffix="")

    @property
    def is_book(self) -> bool:
        """Whether all tables are sheets of one workbook."""
        return self.table.suffix.lower() == BOOK

    @property
    def summary(self) -> Path:
        """The summary of the class."""
        return self.table if self.is_book else self.table.with_name(f"{self.table.stem}-summary{TABLE}")

    @property
    def decisions(self) -> Path:
        """The record of every decision."""
        return self.table if self.is_book else self.table.with_name(f"{self.table.stem}-decisions{TABLE}")

    @property
    def journal(self) -> Path:
        """What is done already, until all is."""
        return self.table.with_name(f"{self.table.name}{JOURNAL}")

    @property
    def copies(self) -> Path | None:
        """The folder of the feedback."""
        return self.table.with_name(f"{self.table.stem}-feedback") if self.has_feedback else None

    @property
    def archive(self) -> Path | None:
        """The feedback as the platform takes it back."""
        return self.table.with_name(f"{self.table.stem}-feedback.zip") if self.has_feedback else None

    @property
    def filled(self) -> Path | None:
        """The gradebook, beside the one that was given."""
        path = self.gradebook
        return path.with_name(f"{path.stem}-filled{path.suffix}") if path else None
