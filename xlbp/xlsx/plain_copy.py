"""A copy of a book for an engine, without what decorates its cells.

Conditional formats and validations change no value, but IronCalc computes the formats of all cells, which takes it
longer than their formulas, and Gnumeric's time grows with the square of the rows that have both.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import IO

SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
END = b"</sheetData>"
DECORATION = re.compile(
    rb"<conditionalFormatting\b[^>]*>.*?</conditionalFormatting>|<dataValidations\b[^>]*>.*?</dataValidations>",
    re.DOTALL,
)
PIECE = 1 << 20
WORKBOOK = "xl/workbook.xml"
OURS = b'name="_xlbp"'  # the sheet that books of ours have
ENTRY = re.compile(rb"<sheet [^>]*/>")
LOCAL = re.compile(rb'localSheetId="([0-9]+)"')


def write_plain(book: Path, copy: Path) -> None:
    """The package with its sheets' conditional formats and validations left out; nothing is compressed.

    The first sheet of a book of ours is the last one of the copy.
    """
    with zipfile.ZipFile(book) as source, zipfile.ZipFile(copy, "w", zipfile.ZIP_STORED) as target:
        for entry in source.infolist():
            with source.open(entry) as stream, target.open(entry.filename, "w", force_zip64=_is_large(entry)) as out:
                if entry.filename == WORKBOOK:
                    out.write(_front_last(stream.read()))
                elif SHEET.fullmatch(entry.filename):
                    _copy_sheet(stream, out)
                else:
                    _copy(stream, out)


def _front_last(workbook: bytes) -> bytes:
    """The list of sheets with the first one at its end, in a book of ours.

    That one asks for what all others say.  IronCalc computes sheet by sheet, and would go from there through every row
    of the training within each other, which takes it longer than row by row.
    """
    entries = ENTRY.findall(workbook)
    if OURS not in workbook or b"".join(entries) not in workbook:
        return workbook
    moved = workbook.replace(b"".join(entries), b"".join([*entries[1:], entries[0]]))
    return LOCAL.sub(lambda place: b'localSheetId="%d"' % ((int(place[1]) - 1) % len(entries)), moved)


def _is_large(entry: zipfile.ZipInfo) -> bool:
    return entry.file_size > 1 << 30


def _copy(stream: IO[bytes], out: IO[bytes]) -> None:
    while piece := stream.read(PIECE):
        out.write(piece)


def _copy_sheet(stream: IO[bytes], out: IO[bytes]) -> None:
    """Decorations stand behind the cells, where a sheet is short."""
    waiting = b""
    while piece := stream.read(PIECE):
        waiting += piece
        place = waiting.find(END)
        if place >= 0:
            out.write(waiting[:place])
            out.write(DECORATION.sub(b"", waiting[place:] + stream.read()))
            return
        out.write(waiting[: -len(END)])
        waiting = waiting[-len(END) :]
    out.write(waiting)
