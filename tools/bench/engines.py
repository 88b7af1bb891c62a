"""A book opened and recalculated by the three engines, and whether it then shows the right number.

Each engine writes what it computed where it can be read at little cost: LibreOffice and Gnumeric as CSV of the first
sheet, on which every book here has its rows.  A book that an engine did not compute stops the run.
"""

from __future__ import annotations

import csv
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tools.bench.measure import Taken, command, python

CLOSE = 2e-3  # relative; a CSV has the digits that the cells show
IRONCALC = """
import sys, ironcalc
book, row, column, expected = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
model = ironcalc.load_from_xlsx(book, "en", "UTC", "en")
model.evaluate()
assert abs(model.get_cell_value(0, row, column) - expected) <= 1e-9 * abs(expected)
"""
SOFFICE = ["--headless", "--norestore", "--nolockcheck", "--nodefault", "--nofirststartwizard"]
ALWAYS_RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry"><item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item></oor:items>
"""


class Known(NamedTuple):
    """A cell of the last row of the first sheet and its value, by which a book is known to be computed."""

    row: int
    column: int
    expected: float


def ironcalc(book: Path, known: Known) -> Taken:
    """Load and evaluate, and read one cell."""
    return python("-c", IRONCALC, book, *map(repr, known))


def gnumeric(book: Path, known: Known) -> Taken:
    """``ssconvert --recalc`` to CSV."""
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "book.csv"
        taken = command(["ssconvert", "--recalc", book, result])
        must_show(result, known)
    return taken


def libreoffice(book: Path, known: Known) -> Taken:
    """``soffice --convert-to csv``, in a profile of its own that is told to recalculate what it loads."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "profile" / "user").mkdir(parents=True)
        (folder / "profile" / "user" / "registrymodifications.xcu").write_text(ALWAYS_RECALCULATE, "utf-8")
        profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
        taken = command(["soffice", profile, *SOFFICE, "--convert-to", "csv", "--outdir", folder, book])
        must_show(folder / f"{book.stem}.csv", known)
    return taken


def must_show(result: Path, known: Known) -> None:
    """Stop where a CSV does not show the expected number."""
    with result.open(encoding="ascii", errors="replace", newline="") as stream:
        cells = list(csv.reader(stream))
    shown = cells[-1][known.column - 1]  # Gnumeric leaves out empty rows above
    if abs(float(shown) - known.expected) > CLOSE * abs(known.expected):
        raise RuntimeError(f"{result.stem} was not computed: it shows {shown} where {known.expected} should be")


PROGRAMS: dict[str, tuple[str, Callable[[Path, Known], Taken]]] = {
    "IronCalc": ("", ironcalc),
    "LibreOffice": ("soffice", libreoffice),
    "Gnumeric": ("ssconvert", gnumeric),
}


def there() -> dict[str, Callable[[Path, Known], Taken]]:
    """The engines that this machine has."""
    return {name: run for name, (program, run) in PROGRAMS.items() if not program or shutil.which(program)}
