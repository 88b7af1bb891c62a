"""Cell formats like others but for the colour behind the cell."""

from __future__ import annotations

import re

from xlbp.xlsx.overlay.package import attributes, put_before_end

FORMATS = re.compile(rb"<((?:\w+:)?)cellXfs\b[^>]*>(.*?)</\1cellXfs\s*>", re.DOTALL)
FORMAT = re.compile(rb"<(?:\w+:)?xf\b[^>]*?/>|<((?:\w+:)?)xf\b[^>]*?>.*?</\1xf\s*>", re.DOTALL)
FILLS = re.compile(rb"<((?:\w+:)?)fills\b[^>]*>(.*?)</\1fills\s*>", re.DOTALL)
FILL = re.compile(rb"<(?:\w+:)?fill\b")
COUNT = re.compile(rb'(\bcount=")\d+(")')


class Styles:
    """A workbook's stylesheet, to which formats are added as they are asked for."""

    def __init__(self, sheet: bytes) -> None:
        self.sheet = sheet
        self._made: dict[tuple[int, str], int] = {}
        self._fills: dict[str, int] = {}

    def coloured(self, style: int, colour: str) -> int:
        """The number of a format that is like another one, with a colour behind the cell."""
        key = (style, colour)
        if key not in self._made:
            formats = FORMATS.search(self.sheet)
            listed = list(FORMAT.finditer(formats[2])) if formats is not None else []
            if not listed:
                return style  # a book without formats stays without colours
            like = listed[style if style < len(listed) else 0][0]
            made = _with_fill(like, self._fill(colour)).decode()
            self._made[key] = len(listed)
            self.sheet = _counted(_appended(self.sheet, made, "cellXfs"), "cellXfs", len(listed) + 1)
        return self._made[key]

    def wrapped(self) -> int:
        """The number of a format whose texts take several lines."""
        formats = FORMATS.search(self.sheet)
        if formats is None:
            return 0
        number = len(list(FORMAT.finditer(formats[2])))
        made = (
            '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" quotePrefix="1" applyAlignment="1">'
            '<alignment vertical="top" wrapText="1"/></xf>'
        )
        self.sheet = _counted(_appended(self.sheet, made, "cellXfs"), "cellXfs", number + 1)
        return number

    def _fill(self, colour: str) -> int:
        """The number of a fill of one colour."""
        if colour not in self._fills:
            fills = FILLS.search(self.sheet)
            number = len(FILL.findall(fills[2])) if fills is not None else 0
            inner = f'<fgColor rgb="{colour}"/><bgColor indexed="64"/>'
            element = f'<fill><patternFill patternType="solid">{inner}</patternFill></fill>'
            self._fills[colour] = number
            self.sheet = _counted(_appended(self.sheet, element, "fills"), "fills", number + 1)
        return self._fills[colour]


def _appended(sheet: bytes, element: str, root: str) -> bytes:
    """The element at the end of the list; what is copied from the sheet has its prefix already."""
    end = re.search(rf"</((?:\w+:)?){root}\s*>".encode(), sheet)
    if end is None or re.match(r"<\w+:", element):
        at = end.start() if end is not None else len(sheet)
        return sheet[:at] + element.encode() + sheet[at:]
    head, tail = sheet[: end.end()], sheet[end.end() :]
    return put_before_end(head, element, root) + tail


def _counted(sheet: bytes, root: str, count: int) -> bytes:
    start = re.search(rf"<(?:\w+:)?{root}\b[^>]*>".encode(), sheet)
    assert start is not None
    tag = COUNT.sub(rb"\g<1>" + str(count).encode() + rb"\2", start[0])
    return sheet[: start.start()] + tag + sheet[start.end() :]


def _with_fill(element: bytes, fill: int) -> bytes:
    """A format with another fill, which is said to be meant."""
    start = re.match(rb"<(?:\w+:)?xf\b[^>]*?(?=/?>)", element)
    assert start is not None
    tag = start[0]
    for name, value in (("fillId", str(fill)), ("applyFill", "1")):
        if name in attributes(tag):
            tag = re.sub(rf'\b{name}="[^"]*"'.encode(), f'{name}="{value}"'.encode(), tag)
        else:
            tag = tag.rstrip() + f' {name}="{value}"'.encode()
    return tag + element[start.end() :]
