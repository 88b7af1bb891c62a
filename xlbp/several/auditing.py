"""Anyone's books to be audited."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from xlbp.auditing.claims.options import AuditOptions
from xlbp.auditing.result import NothingJudgedError
from xlbp.errors import XlbpError, counted
from xlbp.pipeline import audit
from xlbp.system.atomic import check_target
from xlbp.system.child import Limits
from xlbp.system.cleanup import temporary_folder
from xlbp.system.delivery import Delivery, Produced, Travels, bytes_of, on_disk, told_of
from xlbp.system.journal import Journal
from xlbp.system.outcome import Outcome, refused
from xlbp.system.pool import Machines, run_all
from xlbp.system.process import timeout

SHOWN = 3  # findings of one of many books
MEMORY, MEMORY_OF_LARGE = 4 * 2**30, 32 * 2**30  # bytes of a process


@dataclass(frozen=True, repr=False)
class Audited:
    """The audit of one of several books.

    Attributes
    ----------
    data
        What ``xlbp audit --json`` prints of it; of a book that could not be audited ``book``, ``error`` and ``ok``.
    ok
        Whether all that is claimed was judged, and nothing is wrong with it.
    nothing_judged
        Whether no gradient at all was judged.

    """

    data: dict[str, Any]
    ok: bool = False
    nothing_judged: bool = False
    annotated: bytes | None = None  # the copy with the wrong cells marked
    page: bytes | None = None  # with every finding in place

    @property
    def error(self) -> str:
        """Why it could not be audited, '' if it was."""
        return str(self.data.get("error", ""))

    @property
    def findings(self) -> list[dict[str, Any]]:
        """What is wrong, each with its ``cell``, ``kind`` and ``explanation``."""
        return list(self.data.get("findings", ()))

    def to_dict(self) -> dict[str, Any]:
        """What ``xlbp audit --json`` prints of it."""
        return self.data

    def __repr__(self) -> str:
        return f"Audited({self.data['book']}: {self.error or self._verdict})"

    @property
    def lines(self) -> list[str]:
        """What is said of one of many books: a line, and one for each of the first findings."""
        findings = self.findings
        first = [f"    {each['cell']}  {each['kind']}: {each['explanation']}" for each in findings[:SHOWN]]
        more = [f"    and {len(findings) - SHOWN} more"] if len(findings) > SHOWN else []
        return [f"{self.data['book']}  {self._verdict}", *first, *more]

    @property
    def _verdict(self) -> str:
        if self.findings:
            return counted(len(self.findings), "finding")
        if self.nothing_judged:
            return "no finding, but nothing could be judged"
        return "no finding" if self.ok else "no finding in what could be judged"


@dataclass(frozen=True)
class Request(Travels):
    """A book to be audited; ``data`` are its bytes where it lies on another machine."""

    book: Path
    options: AuditOptions
    large: bool
    language: str
    needs_copy: bool
    needs_page: bool
    data: bytes | None = None

    def packed(self) -> Request:
        """With the book's bytes."""
        return replace(self, data=bytes_of(self.book))

    def audited(self) -> Audited:
        """Audit it, mark a copy and write a page if there is to be one."""
        with on_disk(self.book, self.data) as path, temporary_folder() as folder, told_of(path, self.book):
            copy = folder / "annotated.xlsx" if self.needs_copy else None
            page = folder / "report.html" if self.needs_page else None
            try:
                found = audit(path, self.options, copy, large=self.large, html=page, language=self.language)
            except NothingJudgedError as nothing:
                found = nothing.audited
            found.book = str(self.book)
            return Audited(found.to_dict(), found.ok, found.nothing_judged, _made(copy), _made(page))


def _made(path: Path | None) -> bytes | None:
    """The file, if it was to be made and was: of what could not be judged there is none."""
    return path.read_bytes() if path is not None and path.exists() else None


def audit_all(
    requests: Sequence[Request],
    copies: Sequence[Path | None],
    pages: Sequence[Path | None],
    force: bool,
    where: Machines,
    journal: Journal | None = None,
) -> Iterator[Outcome[Audited]]:
    """What comes of each book, as it is done, with its annotated copy and its page in their places."""
    may_replace = force or (journal is not None and journal.resumes)
    possible: list[int] = []
    for number, (copy, page) in enumerate(zip(copies, pages, strict=True)):
        try:
            for target in filter(None, (copy, page)):
                check_target(target, may_replace, target.suffix)
            possible.append(number)
        except XlbpError as error:
            yield refused(number, error)

    def deliver(place: int, audited: Audited) -> Delivery[Audited]:
        number = possible[place]
        made = ((copies[number], audited.annotated), (pages[number], audited.page))
        files = tuple(Produced(path, data, may_replace) for path, data in made if path and data is not None)
        return Delivery(replace(audited, annotated=None, page=None), files)

    limits = Limits(timeout(), MEMORY_OF_LARGE if any(request.large for request in requests) else MEMORY)
    tasks = [requests[number] for number in possible]
    for outcome in run_all(Request.audited, tasks, where, None, limits, journal, deliver=deliver):
        yield replace(outcome, number=possible[outcome.number])
