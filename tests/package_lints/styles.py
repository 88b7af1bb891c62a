"""The styles of a package: fonts, fills, alignments and number formats of cells, and what conditions change of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from xml.etree.ElementTree import Element

from tests.package_lints.package import MAIN

BLACK, WHITE = "000000", "FFFFFF"
BUILT_IN = {0: "General", 1: "0", 2: "0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 49: "@"}
QUOTED = re.compile(r'"([^"]*)"')


@dataclass(frozen=True)
class Style:
    """How a cell is set."""

    family: str
    size: float
    bold: bool
    ink: str
    ground: str
    horizontal: str
    wraps: bool
    rotated: bool
    number_format: str


@dataclass(frozen=True)
class Change:
    """What a conditional format changes; '' is what it leaves as it is."""

    ink: str
    ground: str
    number_format: str


class Styles:
    """The stylesheet."""

    def __init__(self, root: Element) -> None:
        self.root = root

    def _children(self, name: str) -> list[Element]:
        found = self.root.find(f"{MAIN}{name}")
        return [] if found is None else list(found)

    @cached_property
    def _formats(self) -> dict[int, str]:
        own = {int(each.attrib["numFmtId"]): each.attrib["formatCode"] for each in self._children("numFmts")}
        return {**BUILT_IN, **own}

    @cached_property
    def cells(self) -> list[Style]:
        """The styles that cells refer to by their numbers."""
        return [self._style(each) for each in self._children("cellXfs")]

    @cached_property
    def normal(self) -> Style:
        """The style Normal, in whose digits columns are counted."""
        named = next(each for each in self._children("cellStyles") if each.attrib["builtinId"] == "0")
        return self._style(self._children("cellStyleXfs")[int(named.attrib["xfId"])])

    @cached_property
    def first_font(self) -> tuple[str, float]:
        """The family and size of the first font, which some programs take for the Normal style's."""
        font = self._children("fonts")[0]
        return _value(font, "name", ""), float(_value(font, "sz", "11"))

    def _style(self, element: Element) -> Style:
        font = self._children("fonts")[int(element.attrib.get("fontId", 0))]
        fill = self._children("fills")[int(element.attrib.get("fillId", 0))]
        alignment = element.find(f"{MAIN}alignment")
        aligned = {} if alignment is None else alignment.attrib
        return Style(
            _value(font, "name", ""),
            float(_value(font, "sz", "11")),
            font.find(f"{MAIN}b") is not None and _value(font, "b", "1") in ("1", "true"),
            _colour(font.find(f"{MAIN}color")) or BLACK,
            _ground(fill, "fgColor", "bgColor") or WHITE,
            aligned.get("horizontal", "general"),
            aligned.get("wrapText") in ("1", "true"),
            aligned.get("textRotation", "0") != "0",
            self._formats.get(int(element.attrib.get("numFmtId", 0)), "General"),
        )

    @cached_property
    def changes(self) -> list[Change]:
        """The differential styles that conditions refer to by their numbers."""
        return [self._change(each) for each in self._children("dxfs")]

    def _change(self, element: Element) -> Change:
        font, fill, number = (element.find(f"{MAIN}{name}") for name in ("font", "fill", "numFmt"))
        ink = _colour(font.find(f"{MAIN}color")) if font is not None else ""
        ground = _ground(fill, "bgColor", "fgColor") if fill is not None else ""
        return Change(ink, ground, "" if number is None else number.attrib["formatCode"])


def _value(parent: Element, name: str, otherwise: str) -> str:
    element = parent.find(f"{MAIN}{name}")
    return otherwise if element is None else element.attrib.get("val", otherwise)


def _colour(element: Element | None) -> str:
    """The colour as RRGGBB; '' for none, black for the theme's text."""
    if element is None:
        return ""
    return element.attrib["rgb"][-6:] if "rgb" in element.attrib else BLACK


def _ground(fill: Element, *names: str) -> str:
    """The colour of a fill, from the first of the elements that has one; of a differential style it is bgColor."""
    pattern = fill.find(f"{MAIN}patternFill")
    if pattern is None or pattern.attrib.get("patternType", "solid") == "none":
        return ""
    colours = (pattern.find(f"{MAIN}{name}") for name in names)
    return next((colour.attrib["rgb"][-6:] for colour in colours if colour is not None and "rgb" in colour.attrib), "")


def luminance(colour: str) -> float:
    """The relative luminance of WCAG 2."""
    shares = [int(colour[k : k + 2], 16) / 255 for k in (0, 2, 4)]
    linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(ink: str, ground: str) -> float:
    """The contrast ratio of WCAG 2, from 1 to 21."""
    dark, light = sorted((luminance(ink), luminance(ground)))
    return (light + 0.05) / (dark + 0.05)


def shown(value: float, code: str) -> str:
    """A number in the formats that books use; what is as wide as a bracket, or a digit, is one."""
    sections = code.split(";")
    section = sections[1] if value < 0 and len(sections) > 1 else sections[0]
    size = abs(value) if len(sections) > 1 else value
    pattern = re.sub(r"_.", "", QUOTED.sub("", section))
    literals = "".join(QUOTED.findall(section)) + "".join(re.findall(r"_(.)", section))
    if "General" in pattern:
        return f"{size:.10g}{literals}"
    decimals = len(re.sub(r"^[^.]*\.?", "", re.sub(r"E.*|%.*|[^0.E%].*", "", pattern)))
    if "E+" in pattern:
        return f"{size:.{decimals}E}{literals}"
    if "%" in pattern:
        return f"{100 * size:.{decimals}f}%{literals}"
    return f"{size:.{decimals}f}{literals}" if "0" in pattern else literals
