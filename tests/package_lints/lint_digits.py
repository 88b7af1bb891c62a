"""No number in a book has more digits than a spreadsheet keeps.

Programs show, and some save, 15 significant digits.  A given number with more of them is another one after saving:
a template's own input then counts as changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from openpyxl.formula import Tokenizer
from openpyxl.formula.tokenizer import Token

from tests.package_lints.package import MAIN, Package

SIXTEEN_DIGITS = re.compile(r"\d(\.?\d){15}")
FORMULAS = ("f", "formula", "formula1", "formula2", "definedName")  # of cells, conditional formats, validation, names


def numbers_keep_within_15_digits(package: Package) -> Iterator[str]:
    """Each given number, and each number within a formula, is the same when it is written with 15 digits."""
    for title, part in package.sheets.items():
        root = package.root(part)
        for cell in root.iter(f"{MAIN}c"):
            value = cell.findtext(f"{MAIN}v")
            is_given = cell.find(f"{MAIN}f") is None and cell.get("t", "n") == "n"
            if is_given and value is not None and not _is_short(value):
                yield f"{title}!{cell.get('r')}: the given number {value}"
        for element in root.iter():
            if element.tag.removeprefix(MAIN) in FORMULAS:
                yield from (f"{title}: {number} in ={element.text}" for number in _long_numbers(element.text or ""))
    for name in package.root("xl/workbook.xml").iter(f"{MAIN}definedName"):
        yield from (f"{name.get('name')}: {number}" for number in _long_numbers(name.text or ""))


def _long_numbers(formula: str) -> list[str]:
    """The numbers of a formula that 15 digits do not tell."""
    if not SIXTEEN_DIGITS.search(formula):
        return []
    tokens = Tokenizer(f"={formula}").items
    numbers = (token.value for token in tokens if token.type == Token.OPERAND and token.subtype == Token.NUMBER)
    return [number for number in numbers if not _is_short(number)]


def _is_short(number: str) -> bool:
    value = float(number)
    return float(f"{value:.15g}") == value
