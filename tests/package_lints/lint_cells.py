"""Texts and links of cells."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.package_lints.cell_values import SPREADSHEET_TEXTS, values_of
from tests.package_lints.package import MAIN, RELATION, Package

TEXT = re.compile(r'"(?:[^"]|"")*"')
FUNCTION = re.compile(r"[A-Z.]+\(")


def texts_are_shared(package: Package) -> Iterator[str]:
    """No text stands in its cell itself, where Apple Numbers does not see it; the counts of the table are true."""
    uses = 0
    for title, part in package.sheets.items():
        kinds = [cell.get("t") for cell in package.root(part).iter(f"{MAIN}c")]
        uses += kinds.count("s")
        if "inlineStr" in kinds:
            yield f"{title}: {kinds.count('inlineStr')} texts stand in their cells"
    if SPREADSHEET_TEXTS not in package.parts:
        yield "the book has no table of texts"
        return
    table = package.root(SPREADSHEET_TEXTS)
    if (table.get("count"), table.get("uniqueCount")) != (str(uses), str(len(table))):
        yield f"{SPREADSHEET_TEXTS}: the counts are not {uses} and {len(table)}"


def links_of_one_place_are_no_formulas(package: Package) -> Iterator[str]:
    """HYPERLINK stands only where the place depends on other cells: Google Sheets does not follow it."""
    for title, part in package.sheets.items():
        for cell in package.root(part).iter(f"{MAIN}c"):
            formula = cell.findtext(f"{MAIN}f") or ""
            for target in _targets(formula):
                if not re.search("[A-Za-z]", FUNCTION.sub("(", TEXT.sub("", target))):
                    yield f"{title}!{cell.get('r')}: {formula}"


def _targets(formula: str) -> Iterator[str]:
    """The first argument of each HYPERLINK."""
    for start in re.finditer(r"HYPERLINK\(", formula):
        depth, quoted = 0, False
        for place, sign in enumerate(formula[start.end() :]):
            quoted ^= sign == '"'
            depth += 0 if quoted else (sign == "(") - (sign == ")")
            if depth < 0 or (depth == 0 and not quoted and sign == ","):
                yield formula[start.end() : start.end() + place]
                break


def links_lead_somewhere(package: Package) -> Iterator[str]:
    """A link stands on a cell that shows something, says where it leads, and leads to a sheet of the book."""
    for title, part in package.sheets.items():
        for link in package.root(part).iter(f"{MAIN}hyperlink"):
            place = f"{title}!{link.get('ref')}"
            sheet, _, cell = link.get("location", "").rpartition("!")
            if sheet.strip("'").replace("''", "'") not in package.sheets or not re.fullmatch(r"[A-Z]+\d+", cell):
                yield f"{place}: leads to {link.get('location')}"
            if re.search(r"[^A-Za-z_']", sheet) and not re.fullmatch("'.*'", sheet):
                yield f"{place}: the sheet's title is not quoted"
            if not link.get("tooltip"):
                yield f"{place}: does not say where it leads"
            if link.get(f"{RELATION}id"):
                yield f"{place}: leaves the book"
            column, row = re.fullmatch(r"([A-Z]+)(\d+)", link.attrib["ref"]).groups()  # type: ignore[union-attr]
            if (int(row), _number(column)) not in values_of(package, part):
                yield f"{place}: stands on an empty cell"


def _number(column: str) -> int:
    number = 0
    for letter in column:
        number = number * 26 + ord(letter) - 64
    return number
