"""What a person may type: no cell that is theirs refuses it, and what a dialog says has its room and its subject."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from openpyxl.utils.cell import range_boundaries

from tests.package_lints.package import MAIN, Package
from xlbp.workbook.drawing.style import INPUT

LONGEST_TITLE, LONGEST_TEXT = 32, 255  # what Excel takes
REFUSING = {"1", "true"}
TEXTS = {"errorTitle": LONGEST_TITLE, "promptTitle": LONGEST_TITLE, "error": LONGEST_TEXT, "prompt": LONGEST_TEXT}


def no_entry_is_refused(package: Package) -> Iterator[str]:
    """No cell that a person may fill has a validation that refuses anything: LibreOffice would take no formula there.

    Such cells are unlocked, or, on a sheet that is not protected, yellow.  A list, or a prompt, is welcome if it raises
    no alert.
    """
    unlocked, yellow = _formats(package)
    for title, part in package.sheets.items():
        root = package.root(part)
        refusing = [rule for rule in root.iter(f"{MAIN}dataValidation") if rule.get("showErrorMessage") in REFUSING]
        areas = [range_boundaries(area) for rule in refusing for area in rule.attrib["sqref"].split()]
        protection = root.find(f"{MAIN}sheetProtection")
        is_protected = protection is not None and protection.get("sheet") in REFUSING
        own = unlocked if is_protected else yellow
        cells = [cell.attrib["r"] for cell in root.iter(f"{MAIN}c") if cell.get("s", "0") in own]
        for cell in cells if areas else ():
            column, row, _, _ = range_boundaries(cell)
            if any(left <= column <= right and top <= row <= bottom for left, top, right, bottom in areas):
                yield f"{title}!{cell} refuses what is typed"


def _formats(package: Package) -> tuple[set[str], set[str]]:
    """The numbers of the cell formats that are not locked, and of those that are yellow as inputs are."""
    styles = package.root("xl/styles.xml")
    fills = [[colour.get("rgb", "") for colour in fill.iter(f"{MAIN}fgColor")] for fill in styles.iter(f"{MAIN}fill")]
    of_inputs = {str(n) for n, colours in enumerate(fills) if any(rgb.endswith(INPUT.tint) for rgb in colours)}
    formats = styles.find(f"{MAIN}cellXfs")
    assert formats is not None
    protections = [form.find(f"{MAIN}protection") for form in formats]
    unlocked = {str(n) for n, p in enumerate(protections) if p is not None and p.get("locked") in {"0", "false"}}
    return unlocked, {str(n) for n, form in enumerate(formats) if form.get("fillId") in of_inputs}


def a_dialog_fits(package: Package) -> Iterator[str]:
    """Titles and texts of validations are no longer than Excel takes, and a title has a text."""
    for title, rule in _rules(package):
        for name, most in TEXTS.items():
            if len(rule.get(name, "")) > most:
                yield f"{title}!{rule.attrib['sqref']}: {name} has more than {most} characters"
        if rule.get("errorTitle") and not rule.get("error"):
            yield f"{title}!{rule.attrib['sqref']}: a title without a text"


def _rules(package: Package) -> Iterator[tuple[str, Element]]:
    for title, part in package.sheets.items():
        for rule in package.root(part).iter(f"{MAIN}dataValidation"):
            yield title, rule
