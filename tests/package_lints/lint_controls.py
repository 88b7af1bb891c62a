"""Buttons that step a cell: the four places where each stands agree, and the cell can be stepped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from tests.package_lints.package import RELATION, Package

VML, CLIENT = "{urn:schemas-microsoft-com:vml}", "{urn:schemas-microsoft-com:office:excel}"
MOST = 30_000


def buttons_are_whole(package: Package) -> Iterator[str]:
    """Each control of a sheet has settings, a shape and a twin, which step the same cell; none is printed."""
    for title, part in package.sheets.items():
        controls = [element for element in package.root(part).iter() if element.tag.endswith("}control")]
        relations = package.relations(part)
        for control in controls:
            shape, settings = control.attrib["shapeId"], relations.get(control.attrib[f"{RELATION}id"], "")
            drawn = [_shapes(package, relations).get(shape), _settings(package, settings)]
            if None in drawn or drawn[0] != drawn[1]:
                yield f"{title}: the shape and the settings of control {shape} differ: {drawn}"
            twins = [t for t in relations.values() if f'spid="_x0000_s{shape}"' in package.parts.get(t, b"").decode()]
            if len(twins) != 1:
                yield f"{title}: control {shape} has {len(twins)} twins"
            if [p.attrib.get("print") for p in control.iter() if p.tag.endswith("}controlPr")] != ["0"]:
                yield f"{title}: control {shape} is printed"


def buttons_step_inputs(package: Package) -> Iterator[str]:
    """The cell that a button steps has a defined name, as inputs have, and its number is within the bounds."""
    names = {
        (name.text or "").replace("'", "")
        for name in package.root("xl/workbook.xml").iter()
        if "definedName" in name.tag
    }
    for part in package.matching(r"xl/ctrlProps/.*"):
        settings = package.root(part).attrib
        if settings["fmlaLink"].replace("'", "") not in names:
            yield f"{part}: {settings['fmlaLink']} has no name"
        if not int(settings["min"]) <= int(settings["val"]) <= int(settings["max"]) <= MOST:
            yield f"{part}: its number is out of its bounds"


def _settings(package: Package, part: str) -> tuple[str, ...] | None:
    """What a control steps, by its own part."""
    if part not in package.parts:
        return None
    found = package.root(part).attrib
    return tuple(found[name] for name in ("fmlaLink", "min", "max", "val", "inc"))


def _shapes(package: Package, relations: dict[str, str]) -> dict[str, tuple[str, ...]]:
    """What each shape of a sheet's VML drawing steps, by its number."""
    shapes: dict[str, tuple[str, ...]] = {}
    for part in (target for target in relations.values() if target.endswith(".vml")):
        for shape in package.root(part).iter(f"{VML}shape"):
            number = re.sub(r"\D", "", shape.attrib["id"].partition("_s")[2])
            shapes[number] = tuple(_text(shape, name) for name in ("FmlaLink", "Min", "Max", "Val", "Inc"))
    return shapes


def _text(shape: Element, name: str) -> str:
    return next((element.text or "" for element in shape.iter(f"{CLIENT}{name}")), "")
