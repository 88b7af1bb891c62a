"""Every text can be read on its ground: a contrast of 4.5 at least, as WCAG 2 asks of text."""

from __future__ import annotations

from collections.abc import Iterator

from tests.package_lints.package import MAIN, Package
from tests.package_lints.sheets import DRAWN, SheetView, visible_sheets
from tests.package_lints.styles import WHITE, contrast

LEAST = 4.5


def cells_can_be_read(package: Package) -> Iterator[str]:
    """The ink of each cell on its fill."""
    for sheet in visible_sheets(package):
        for style, address in _styles_of(sheet).items():
            look = sheet.styles.cells[style]
            yield from _fault(look.ink, look.ground, f"{sheet.title}!{address}")


def conditions_keep_cells_readable(package: Package) -> Iterator[str]:
    """The ink and the ground that a condition gives a cell, each with what it leaves as it is."""
    for sheet in visible_sheets(package):
        for area, rule in sheet.conditions:
            looks = {cell.style: cell.address for cell in sheet.within(area)}
            for style, address in looks.items():
                look, where = sheet.styles.cells[style], f"{sheet.title}!{address} by condition"
                for colour in rule.iter(f"{MAIN}color"):  # of a scale
                    yield from _fault(look.ink, colour.attrib["rgb"][-6:], where)
                if "dxfId" in rule.attrib:
                    change = sheet.styles.changes[int(rule.attrib["dxfId"])]
                    yield from _fault(change.ink or look.ink, change.ground or look.ground, where)


def charts_can_be_read(package: Package) -> Iterator[str]:
    """The texts of charts that have a colour of their own, on white."""
    for part in package.matching(r"xl/charts/chart\d+\.xml"):
        root = package.root(part)
        for properties in (*root.iter(f"{DRAWN}defRPr"), *root.iter(f"{DRAWN}rPr")):
            for colour in properties.iter(f"{DRAWN}srgbClr"):
                yield from _fault(colour.attrib["val"], WHITE, part)


def _styles_of(sheet: SheetView) -> dict[int, str]:
    """Each style that a cell with a content has, and one such cell."""
    return {cell.style: cell.address for cell in sheet.cells.values()}


def _fault(ink: str, ground: str, where: str) -> Iterator[str]:
    found = contrast(ink, ground)
    if found < LEAST:
        yield f"{where}: {ink} on {ground} has a contrast of {found:.1f}"
