"""Defined names that no program, in no language, takes for a cell, a row, a column or a truth value."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.package_lints.package import MAIN, Package

# The letters of rows and of columns in the languages whose Excel has its own R1C1 style: R1C1, Z1S1 (German),
# L1C1 (French, Portuguese), F1C1 (Spanish), R1K1 (Dutch, Danish, Norwegian, Swedish), R1S1 (Czech, Finnish),
# S1O1 (Hungarian), S1S1 (Turkish), W1K1 (Polish).
R1C1 = "[RZLFSW]", "[CSKO]"
# Excel refuses C1_x as well as C1: what begins as a reference ends its name there
LIKE_A_CELL = re.compile(
    rf"{R1C1[0]}\d*({R1C1[1]}\d*)?|{R1C1[1]}\d*|({R1C1[0]}|{R1C1[1]}|{R1C1[0]}{R1C1[1]})\d.*|[A-Z]{{1,3}}\d+",
    re.IGNORECASE,
)
TRUTH = re.compile(
    "TRUE|FALSE|WAHR|FALSCH|VRAI|FAUX|VERDADERO|FALSO|VERO|VERDADEIRO|WAAR|ONWAAR|SAND|FALSK|SANN|USANN|SANT|FALSKT|"
    "TOSI|PRAWDA|PRAVDA|NEPRAVDA|IGAZ|HAMIS",
    re.IGNORECASE,
)
FIT = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,254}")
EXCELS_OWN = "_xlnm."


def is_fit(name: str) -> bool:
    """Whether every program takes it for a name: ASCII, and no cell, row, column or truth value in any language."""
    return bool(FIT.fullmatch(name)) and not LIKE_A_CELL.fullmatch(name) and not TRUTH.fullmatch(name)


def names_are_no_references(package: Package) -> Iterator[str]:
    """A name that is a cell in the reader's language makes Excel rename it, or repair the book."""
    for item in package.root("xl/workbook.xml").iter(f"{MAIN}definedName"):
        name = item.attrib["name"]
        if not name.startswith(EXCELS_OWN) and not is_fit(name):
            yield f"the name {name} is a reference or a truth value in some language"
