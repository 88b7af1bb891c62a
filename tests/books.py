"""Copies of a book with something changed: by openpyxl, or in the XML itself."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Mapping
from functools import cache, reduce
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape, unescape

from openpyxl import Workbook, load_workbook
from openpyxl.formula.translate import Translator

from xlbp.expectation.contents import lay_out
from xlbp.template.load import load_template
from xlbp.workbook.layout.contents import Contents

TRAINING = "xl/worksheets/sheet2.xml"  # Start stands before it
RELATIONS = "xl/_rels/workbook.xml.rels"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
CACHED = re.compile(r"(</f>|<f/>)<v>[^<]*</v>")
SHARED = re.compile(r'<c r="(\w+)"([^>]*)><f t="shared"(?: ref="[^"]*")? si="(\d+)"(?:/>|>([^<]*)</f>)')
FORGED = 123.25

Change = Callable[[str], str]


@cache
def contents_of(name: str, iterations: int, language: str = "en") -> Contents:
    """What the book of a shipped template is made from."""
    return lay_out(load_template(name, (f"training.iterations={iterations}",)), language)


def read_part(book: Path, part: str) -> str:
    """The text of a part of the package."""
    with zipfile.ZipFile(book) as package:
        return package.read(part).decode("utf-8")


def expanded(sheet: str) -> str:
    """A sheet's XML with each shared formula written out in every cell that has it."""
    masters: dict[str, Translator] = {}

    def cell(found: re.Match[str]) -> str:
        address, attributes, number, text = found.groups()
        if text is not None:
            masters[number] = Translator(f"={unescape(text)}", address)
        formula = masters[number].translate_formula(address)[1:]
        return f'<c r="{address}"{attributes}><f>{escape(formula)}</f>'

    return SHARED.sub(cell, sheet)


def rewrite(book: Path, target: Path, changes: Mapping[str, Change], may_stay: bool = False) -> Path:
    """A copy with the texts of some parts changed; each change must change something, unless it ``may_stay``.

    It gets each formula written out, also where the book has it once for a whole column.
    """
    with zipfile.ZipFile(book) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for entry in source.namelist():
            data = source.read(entry)
            if entry in changes:
                text = expanded(data.decode("utf-8"))
                changed = changes[entry](text)
                assert may_stay or text != changed, f"nothing was changed in {entry}"
                data = changed.encode("utf-8")
            package.writestr(entry, data)
    return target


def forge(book: Path, target: Path) -> Path:
    """A copy in which every cached value of the training sheet is a lie."""
    return rewrite(book, target, {TRAINING: lambda xml: CACHED.sub(rf"\g<1><v>{FORGED}</v>", xml)})


def edit(book: Path, target: Path, change: Callable[[Workbook], object]) -> Path:
    """A copy that openpyxl changed and saved; it has no cached values."""
    workbook = load_workbook(book)
    change(workbook)
    workbook.save(target)
    return target


def retype(book: Path, target: Path, contents: Mapping[str, float | str]) -> Path:
    """A copy with some inputs typed over ("Sheet!C3" -> content), all else as it was, cached values too.

    Raises LookupError where no input stands.
    """
    parts = parts_of(book)
    changes: dict[str, list[tuple[str, float | str]]] = {}
    for address, content in contents.items():
        sheet, cell = address.split("!")
        changes.setdefault(parts[sheet], []).append((cell, content))

    def change_of(cells: list[tuple[str, float | str]]) -> Change:
        return lambda xml: reduce(lambda text, typed: _typed(text, *typed), cells, xml)

    typed = {part: change_of(cells) for part, cells in changes.items()}
    return rewrite(book, target, typed, may_stay=True)  # a person may type what stands there already


def parts_of(book: Path) -> dict[str, str]:
    """The part of each sheet, by its title."""
    targets = dict(re.findall(r'Target="/?(?:xl/)?([^"]+)"[^>]*? Id="([^"]+)"', read_part(book, RELATIONS)))
    by_id = {key: f"xl/{target}" for target, key in targets.items()}
    sheets = ElementTree.fromstring(read_part(book, "xl/workbook.xml")).iter(f"{{{MAIN}}}sheet")
    return {sheet.attrib["name"]: by_id[sheet.attrib[f"{{{RELATION}}}id"]] for sheet in sheets}


def _typed(xml: str, cell: str, content: float | str) -> str:
    """The sheet with one input typed over; its look stays."""
    pattern = rf'<c r="{cell}"((?: s="\d+")?)[^>]*?(?:/>|>.*?</c>)'
    is_text = isinstance(content, str)
    value = f"<is><t>{escape(content)}</t></is>" if is_text else f"<v>{content!r}</v>"
    kind = ' t="inlineStr"' if is_text else ""
    found = re.search(pattern, xml)
    if found is None or "<f" in found[0]:
        raise LookupError(f"no input stands in {cell}")
    return xml[: found.start()] + f'<c r="{cell}"{found[1]}{kind}>{value}</c>' + xml[found.end() :]


def put(book: Path, target: Path, address: str, content: Any, sheet: str = "Training") -> Path:
    """A copy with one cell changed."""

    def change(workbook: Workbook) -> None:
        workbook[sheet][address].value = content

    return edit(book, target, change)
