"""Mutants as files: a copy of a book with one fault, for a verification from end to end."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from xml.sax.saxutils import escape, unescape

from openpyxl.utils import column_index_from_string

from tests.books import rewrite
from tests.mutants import AS_TEXT, FORGED, Mutant
from xlbp.recalc.ironcalc import IronCalc
from xlbp.xlsx.areas import Area, CellError, Grid


def part_of(book: Path, sheet: str) -> str:
    """The part of the package that holds a sheet of a book of ours, whose parts stand in the order of its sheets."""
    with zipfile.ZipFile(book) as package:
        titles = re.findall(r'<sheet [^>]*?name="([^"]*)"', package.read("xl/workbook.xml").decode("utf-8"))
    return f"xl/worksheets/sheet{titles.index(escape(sheet)) + 1}.xml"


def cell_tag(address: str) -> re.Pattern[str]:
    """A formula cell of a book of ours: its style, its kind, its formula, its value."""
    return re.compile(rf'<c r="{address}"( s="\d+")?( t="\w+")?><f>([^<]*)</f><v>([^<]*)</v></c>')


def write_mutant(book: Path, target: Path, mutant: Mutant) -> Path:
    """A copy of the book with this one fault; the saved value stays, as a forger would leave it."""
    content, address = mutant.content, mutant.address

    def cell(found: re.Match[str]) -> str:
        look, kind, formula, value = found[1] or "", found[2] or "", found[3], found[4]
        if mutant.kind in FORGED:
            shown = escape(str(content)) if isinstance(content, str) else repr(content)
            told = "" if isinstance(content, float) else ' t="str"'  # of an error, too, a text makes a text
            return f'<c r="{address}"{look}{told}><f>{formula}</f><v>{shown}</v></c>'
        if isinstance(content, str) and content.startswith("="):
            return f'<c r="{address}"{look}{kind}><f>{escape(content[1:])}</f><v>{value}</v></c>'
        if isinstance(content, CellError):
            return f'<c r="{address}"{look} t="e"><v>{content}</v></c>'
        if isinstance(content, str):
            text = escape(content.removeprefix("'") if mutant.kind == AS_TEXT else content)
            return f'<c r="{address}"{look} t="inlineStr"><is><t>{text}</t></is></c>'
        return f'<c r="{address}"{look}><v>{content!r}</v></c>' if content is not None else f'<c r="{address}"{look}/>'

    part = part_of(book, mutant.sheet)
    return rewrite(book, target, {part: lambda xml: cell_tag(address).sub(cell, xml)})


def write_moved_name(book: Path, target: Path, name: str) -> Path:
    """A copy in which a defined name stands for the cell below its own."""
    moved = re.compile(rf'(<definedName name="{name}"[^>]*>[^<]*?)(\d+)(</definedName>)')
    change = {"xl/workbook.xml": lambda xml: moved.sub(lambda m: f"{m[1]}{int(m[2]) + 1}{m[3]}", xml)}
    return rewrite(book, target, change)


def write_consistent(book: Path, target: Path) -> Path:
    """A copy in which every saved value is what the formulas, as they stand, give."""
    with zipfile.ZipFile(book) as package:
        titles = re.findall(r'<sheet [^>]*?name="([^"]*)"', package.read("xl/workbook.xml").decode("utf-8"))
        sizes = [package.read(f"xl/worksheets/sheet{n}.xml") for n in range(1, len(titles) + 1)]
    tags = cell_tag(r"([A-Z]+)(\d+)")
    changes: dict[str, Callable[[str], str]] = {}
    for number, (title, data) in enumerate(zip(titles, sizes, strict=True), start=1):
        found = tags.findall(data.decode("utf-8"))
        if not found:
            continue
        last = max(int(cell[1]) for cell in found)
        width = max(column_index_from_string(cell[0]) for cell in found)
        [grid] = IronCalc().values(book, [Area(unescape(title), 1, last, width)])
        changes[f"xl/worksheets/sheet{number}.xml"] = _refill(tags, grid)
    return rewrite(book, target, changes, may_stay=True)


def _refill(tags: re.Pattern[str], grid: Grid) -> Callable[[str], str]:
    def cell(found: re.Match[str]) -> str:
        value = grid[int(found[2]) - 1][column_index_from_string(found[1]) - 1]
        kind = ' t="e"' if isinstance(value, CellError) else ' t="str"' if isinstance(value, str) else ""
        shown = escape(value) if isinstance(value, str) else repr(value)
        return f'<c r="{found[1]}{found[2]}"{found[3] or ""}{kind}><f>{found[5]}</f><v>{shown}</v></c>'

    return lambda xml: tags.sub(cell, xml)
