"""Comments in a sheet's own parts: texts in one, the boxes that show them in another; those there already stay."""

from __future__ import annotations

import re
from collections.abc import Sequence

from openpyxl.utils import get_column_letter

from xlbp.xlsx.escaping import escape, without_control_characters
from xlbp.xlsx.overlay.marks import Mark, lines_in
from xlbp.xlsx.overlay.package import Package, put_before_end

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
COMMENTS_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
DRAWING_TYPE = "application/vnd.openxmlformats-officedocument.vmlDrawing"
NO_COMMENTS = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    f'<comments xmlns="{MAIN}"><authors></authors><commentList></commentList></comments>'
)
SPACES = (
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
    ' xmlns:x="urn:schemas-microsoft-com:office:excel"'
)
NO_BOXES = f"<xml {SPACES}></xml>"
BOX_TYPE = (
    f'<v:shapetype {SPACES} id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
    '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
BOX = (
    f'<v:shape {SPACES} id="_x0000_s{{number}}" type="#_x0000_t202"'
    ' style="position:absolute;margin-left:80pt;margin-top:5pt;width:{width}pt;height:{height}pt;z-index:1;'
    'visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/>'
    '<v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>'
    '<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>'
    '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>{anchor}</x:Anchor>'
    "<x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
)
FIRST_BOX = 9_001  # Excel counts its own from 1025 for each sheet
WIDTH, LETTERS, LINE_HEIGHT = 320, 58, 13.5  # of a box in points, and how many letters a line of it holds
TALLEST, PER_ROW, PER_COLUMN = 330, 15, 48


def add_comments(package: Package, sheet: str, marks: Sequence[Mark], author: str) -> bool:
    """Put comments on a sheet's cells; gives whether the sheet must be told of its new drawing."""
    texts, boxes = package.related(sheet, "comments"), package.related(sheet, "vmlDrawing")
    is_new = not boxes
    if not texts:
        texts = package.free_name("xl/comments{}.xml")
        package.parts[texts] = NO_COMMENTS.encode()
        package.say_type(texts, COMMENTS_TYPE)
        package.relate(sheet, "comments", texts)
    if is_new:
        boxes = package.free_name("xl/drawings/vmlDrawing{}.vml")
        package.parts[boxes] = NO_BOXES.encode()
        package.say_type_of_suffix("vml", DRAWING_TYPE)
    _write(package, texts, boxes, marks, author)
    return is_new


def drawing_of(package: Package, sheet: str) -> str:
    """Have the sheet name the drawing that was made for it; gives the relationship's id."""
    made = [name for name in package.parts if name.startswith("xl/drawings/vmlDrawing")][-1]
    return package.relate(sheet, "vmlDrawing", made)


def _write(package: Package, texts: str, boxes: str, marks: Sequence[Mark], author: str) -> None:
    part, drawing = package.parts[texts], package.parts[boxes]
    if b"_x0000_t202" not in drawing:
        drawing = put_before_end(drawing, BOX_TYPE, "xml")
    part, number = _with_author(part, author)
    for n, mark in enumerate(marks):
        place = f"{get_column_letter(mark.column)}{mark.row}"
        own = re.compile(rf'(<((?:\w+:)?)comment\b[^>]*\bref="{place}"[^>]*>.*?)(</\2text\s*>)'.encode(), re.DOTALL)
        old = own.search(part)
        if old is not None:
            prefix = old[2].decode()
            part = part[: old.start(3)] + _run(f"\n\n{mark.comment}", prefix).encode() + part[old.start(3) :]
            drawing = _with_larger_box(drawing, mark, FIRST_BOX + n)
            continue
        element = f'<comment ref="{place}" authorId="{number}"><text>{_run(mark.comment, "")}</text></comment>'
        part = put_before_end(part, element, "commentList")
        drawing = put_before_end(drawing, _box(mark, FIRST_BOX + n), "xml")
    package.parts[texts], package.parts[boxes] = part, drawing


def _with_author(part: bytes, author: str) -> tuple[bytes, int]:
    """The comments with one more author, and the author's number."""
    number = len(re.findall(rb"<(?:\w+:)?author\b(?!s)", part))
    return put_before_end(part, f"<author>{escape(author)}</author>", "authors"), number


def _run(text: str, prefix: str) -> str:
    clean = escape(without_control_characters(text))
    return f'<{prefix}r><{prefix}t xml:space="preserve">{clean}</{prefix}t></{prefix}r>'


def _box(mark: Mark, number: int) -> str:
    """The box of a comment beside its cell, large enough for its text."""
    lines = lines_in(mark.comment, LETTERS)
    height = min(TALLEST, round((lines + 1) * LINE_HEIGHT))
    right, below = mark.column + 1 + WIDTH // PER_COLUMN, mark.row + 1 + height // PER_ROW
    anchor = f"{mark.column}, 15, {max(mark.row - 2, 0)}, 10, {right}, 15, {below}, 4"
    return BOX.format(
        number=number, width=WIDTH, height=height, anchor=anchor, row=mark.row - 1, column=mark.column - 1
    )


def _with_larger_box(drawing: bytes, mark: Mark, number: int) -> bytes:
    """The boxes, that of a cell with a comment of its own large enough for both."""

    def larger(found: re.Match[bytes]) -> bytes:
        is_own = all(re.search(rf"<(?:\w+:)?{name}>\s*{at}\s*<".encode(), found[0]) for name, at in place.items())
        return _box(mark, number).encode() if is_own else found[0]

    place = {"Row": mark.row - 1, "Column": mark.column - 1}
    return re.sub(rb"<((?:\w+:)?)shape\b.*?</\1shape\s*>", larger, drawing, flags=re.DOTALL)
