"""Cells as XML, their texts in the table that all sheets of a book share.

openpyxl writes each text into its cell; Apple Numbers and the previews of iOS and macOS show none of those.
"""

from __future__ import annotations

from typing import Any

from openpyxl.cell._writer import etree_write_cell
from openpyxl.comments.comment_sheet import CommentRecord
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.xml.functions import tostring

from xlbp.xlsx.escaping import escape

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


class SharedTexts:
    """The texts of a book, each once, in the order in which they came."""

    def __init__(self) -> None:
        self.places: dict[str, int] = {}
        self.uses = 0

    def place(self, text: str) -> int:
        """The number of a text in the table."""
        self.uses += 1
        return self.places.setdefault(text, len(self.places))

    def xml(self) -> bytes:
        """The table as a part of the package."""
        texts = "".join(map(text_item, self.places))
        counts = f'count="{self.uses}" uniqueCount="{len(self.places)}"'
        return f'<sst xmlns="{MAIN}" {counts}>{texts}</sst>'.encode()


def text_item(text: str) -> str:
    """A text of the table as XML; white space at its ends, and a line break, are kept only where that is said."""
    kept = ' xml:space="preserve"' if text != text.strip() or "\n" in text else ""
    return f"<si><t{kept}>{escape(text)}</t></si>"


def rows_xml(sheet: Worksheet, texts: SharedTexts) -> str:
    """The rows of a sheet, in order; as openpyxl does, comments and links of the cells are noted on the sheet."""
    rows: dict[int, list[Any]] = {number: [] for number in sheet.row_dimensions}
    for (number, _), cell in sorted(sheet._cells.items()):
        rows.setdefault(number, []).append(cell)
    write = _Cells(sheet, texts).xml
    return "".join(_row_xml(sheet, number, "".join(map(write, rows[number]))) for number in sorted(rows))


def _row_xml(sheet: Worksheet, number: int, inside: str) -> str:
    dimension = sheet.row_dimensions.get(number, {})
    look = "".join(f' {key}="{value}"' for key, value in dict(dimension).items() if key != "r")
    return f'<row r="{number}"{look}>{inside}</row>'


class _Cells:
    """The cells of a sheet; a look that many have is looked up once, for openpyxl takes long over it."""

    def __init__(self, sheet: Worksheet, texts: SharedTexts) -> None:
        self.sheet, self.texts = sheet, texts
        self.looks: dict[bytes, str] = {}  # by openpyxl's numbers of what a look is made of

    def xml(self, cell: Any) -> str:
        """A cell, '' for one that has neither content nor looks nor a comment."""
        value, look = cell._value, self._look(cell)
        if cell._comment is not None:
            self.sheet._comments.append(CommentRecord.from_cell(cell))
        elif value is None and not look:
            return ""
        typed = _typed(cell.data_type, value, self.texts)
        if typed is None:
            return _by_openpyxl(self.sheet, cell)
        if cell.hyperlink:
            self.sheet._hyperlinks.append(cell.hyperlink)
        return f'<c r="{get_column_letter(cell.column)}{cell.row}"{look}{typed}'

    def _look(self, cell: Any) -> str:
        if cell._style is None:
            return ""
        key = cell._style.tobytes()
        if key not in self.looks:
            self.looks[key] = f' s="{cell.style_id}"' if cell.has_style else ""
        return self.looks[key]


def _typed(kind: str, value: object, texts: SharedTexts) -> str | None:
    """The rest of a cell from its type on; None for what books of ours do not have, such as dates."""
    if value is None or value == "":
        return "/>"
    if kind == "s" and type(value) is str:
        return f' t="s"><v>{texts.place(value)}</v></c>'
    if kind == "f" and type(value) is str:
        return f"><f>{escape(value[1:])}</f><v/></c>"
    if kind == "n" and isinstance(value, int | float) and value - value == 0:
        return f' t="n"><v>{shortest(value)}</v></c>'
    return None


def shortest(value: float) -> str:
    """A number in as few digits as tell it: 0.936, where openpyxl has 0.9360000000000001.

    As doubles these are one; a program that computes with more digits finds two.
    """
    return repr(value) if isinstance(value, int) else repr(float(value)).removesuffix(".0")


def _by_openpyxl(sheet: Worksheet, cell: Any) -> str:
    """The cell as openpyxl writes it."""
    written: list[Any] = []

    class _Collector:
        """What openpyxl takes for the file."""

        write = staticmethod(written.append)

    etree_write_cell(_Collector, sheet, cell, cell.has_style)
    return "".join(tostring(element).decode("utf-8") for element in written)
