"""Gnumeric's ssconvert, told to recalculate.

Debian's build computes in 80-bit numbers: it agrees to about 1e-9 over a long training, and it can't
confirm an overflow.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from xlbp.recalc.base import Engine, Values
from xlbp.recalc.saved import values_when
from xlbp.system.cleanup import temporary_folder
from xlbp.system.process import find_program, started_office
from xlbp.xlsx.plain_copy import write_plain


class Gnumeric(Engine):
    """Converts the book, recalculated, and reads the copy."""

    name = "gnumeric"
    confirms_overflow = False

    @contextmanager
    def computing(self, book: Path) -> Iterator[Values]:
        """Recalculated values."""
        program = find_program(("ssconvert",), "install Gnumeric (Debian: apt-get install gnumeric)")
        with temporary_folder() as folder:
            source, result = folder / "book.xlsx", folder / "out.xlsx"
            write_plain(book, source)
            command = [program, "--recalc", "--export-type=Gnumeric_Excel:xlsx", str(source), str(result)]
            with started_office(command, "Gnumeric", [source]) as wait:
                yield values_when(wait, result)
