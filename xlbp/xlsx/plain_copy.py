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


def write_plain(book: Path, copy: Path) -> None:
    """The package with its sheets' conditional formats and validations left out; nothing is compressed."""
    with zipfile.ZipFile(book) as source, zipfile.ZipFile(copy, "w", zipfile.ZIP_STORED) as target:
        for entry in source.infolist():
            with source.open(entry) as stream, target.open(entry.filename, "w", force_zip64=_is_large(entry)) as out:
                if SHEET.fullmatch(entry.filename):
                    _copy_sheet(stream, out)
                else:
                    _copy(stream, out)


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
