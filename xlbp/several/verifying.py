"""Books to be verified."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from xlbp.errors import XlbpError
from xlbp.pipeline import verify
from xlbp.recalc.base import Values
from xlbp.recalc.engines import ALL, ENGINES
from xlbp.system.delivery import Travels, bytes_of, on_disk, told_of
from xlbp.system.journal import Journal
from xlbp.system.outcome import Outcome, attempt
from xlbp.system.pool import Machines, run_all
from xlbp.template.load import load_template
from xlbp.template.sources import Source
from xlbp.verification.compare import Report
from xlbp.xlsx.preflight import preflight

MOST_AT_ONCE = 16


@dataclass(frozen=True)
class Request(Travels):
    """Some books, and how they are to be verified, as plain data for another process.

    ``data`` are the bytes of each where they lie on another machine; None for one that could not be read.
    """

    books: tuple[Path, ...]
    engines: tuple[str, ...]
    rtol: float
    large: bool
    template: Source
    overrides: tuple[str, ...]
    data: tuple[bytes | None, ...] = ()

    def packed(self) -> Request:
        """With the bytes of the books, and the template that they should be of."""
        template = load_template(self.template, self.overrides) if self.template else ""
        return replace(self, template=template, overrides=(), data=tuple(map(_bytes_of, self.books)))

    def reports(self) -> list[Outcome[list[Report]]]:
        """The reports of each book, or why there are none."""
        with ExitStack() as running:
            data = self.data or len(self.books) * (None,)
            paths = [running.enter_context(on_disk(*each)) for each in zip(self.books, data, strict=True)]
            there = replace(self, books=tuple(paths))
            computed = there.begun(running)
            return [attempt(lambda n: self.verified(n, paths[n], computed[n]), n, n) for n in range(len(paths))]

    def begun(self, running: ExitStack) -> list[dict[str, Values]]:
        """For each of several books the values that an engine computes already: one LibreOffice for all of them."""
        computed: list[dict[str, Values]] = [{} for _ in self.books]
        several = len(self.books) > 1
        sound = [n for n, book in enumerate(self.books) if several and _is_sound(book, self.large)]
        if sound:
            values = running.enter_context(ENGINES["libreoffice"].make().computing_all([self.books[n] for n in sound]))
            for number, given in zip(sound, values, strict=True):
                computed[number]["libreoffice"] = given
        return computed

    def verified(self, number: int, path: Path, computed: dict[str, Values]) -> list[Report]:
        """The reports of one of the books, which lies at ``path``; ``computed`` are values that come already."""
        shown = str(self.books[number])
        engines = self.engines or None
        with told_of(path, self.books[number]):
            return verify(path, engines, self.rtol, shown, self.large, self.template, self.overrides, computed)


def _bytes_of(book: Path) -> bytes | None:
    """All of a book; None for one that can't be read, which is told where its turn comes."""
    try:
        return bytes_of(book)
    except XlbpError:
        return None


def _is_sound(book: Path, large: bool) -> bool:
    """Whether an engine may be shown the book; what is wrong with it is told when its turn comes."""
    try:
        preflight(book, large)
    except XlbpError:
        return False
    return True


def verify_all(request: Request, where: Machines, journal: Journal | None = None) -> Iterator[Outcome[list[Report]]]:
    """What comes of each book, as it is done."""
    size = _at_once(request, where)
    starts = range(0, len(request.books), size)
    parts = [replace(request, books=request.books[start : start + size]) for start in starts]
    for done in run_all(Request.reports, parts, where, journal=journal):
        for outcome in done.result or [_of_whole_part(done, n) for n in range(len(parts[done.number].books))]:
            yield replace(outcome, number=starts[done.number] + outcome.number)


def _of_whole_part(done: Outcome[Any], number: int) -> Outcome[list[Report]]:
    """The outcome of one book, where nothing came of the part that it was in."""
    return Outcome(number, None, done.error, done.exit_code, done.failure)


def _at_once(request: Request, where: Machines) -> int:
    """One book at a time; for an engine that takes several, as many as each process gets."""
    if any(name == ALL or ENGINES[name].takes_several for name in request.engines):
        return MOST_AT_ONCE if where.scheduler else min(MOST_AT_ONCE, math.ceil(len(request.books) / where.jobs))
    return 1
