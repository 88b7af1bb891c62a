"""Gnumeric's ssconvert, told to recalculate.

Debian's build computes in 80-bit numbers: it agrees to about 1e-9 over a long training, and it can't
confirm an overflow.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from xlbp.recalc.base import Area, Grid
from xlbp.recalc.process import find_program, run
from xlbp.recalc.saved import Saved


class Gnumeric:
    """Converts the book, recalculated, and reads the copy."""

    name = "gnumeric"
    confirms_overflow = False

    def values(self, book: Path, areas: Sequence[Area]) -> list[Grid]:
        """Recalculated values."""
        program = find_program(("ssconvert",), "install Gnumeric (Debian: apt-get install gnumeric)")
        with tempfile.TemporaryDirectory(prefix="xlbp-") as folder:
            source, result = Path(folder) / "book.xlsx", Path(folder) / "out.xlsx"
            source.write_bytes(book.read_bytes())
            run(
                [program, "--recalc", "--export-type=Gnumeric_Excel:xlsx", str(source), str(result)], "Gnumeric", result
            )
            return Saved().values(result, areas)
