"""Every sheet of every shipped template in every language as a picture, to look at before others do.

Run by ``make gallery``.  The pictures show the upper-left part of a sheet, as LibreOffice draws it, in
output/gallery/LANG/TEMPLATE-N-SHEET.png.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import takewhile
from pathlib import Path
from types import MappingProxyType
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter, range_boundaries

from xlbp import generate
from xlbp.lang import LANGUAGES, load_texts
from xlbp.recalc.libreoffice import write_profile
from xlbp.system.process import find_program
from xlbp.template.load import shipped
from xlbp.workbook.layout.layout import quoted
from xlbp.xlsx.sheet_xml import part_of

GALLERY = Path(__file__).resolve().parent.parent / "output" / "gallery"
DPI = 110
A3_LANDSCAPE = '<pageSetup paperSize="8" orientation="landscape" fitToWidth="1" fitToHeight="1"/>'
MARGINS = '<pageMargins left="0.2" right="0.2" top="0.2" bottom="0.2" header="0" footer="0"/>'
MOST_COLUMNS, MOST_ROWS = 66, 66
MOST_PIECES, LONG = 3, 300  # pictures of a sheet; rows, of more than which one picture is enough
WIDEST, TALLEST = 270.0, 1000.0  # in digits and points: more would be too small to read on one page
COLUMN_EMU, ROW_EMU = 609_600, 190_500  # of a cell of the usual size, for charts that float

# Pictures are made from a copy whose XML is changed: openpyxl would lose part of the charts on the way.
CHOSEN = re.compile(rb'(<c r="C3"[^>]*>)<v>\d+</v>')
FOLDED_ROW = re.compile(r"<row [^>]*outlineLevel=[^>]*>")  # a picture shows answers, too


def picture_area(sheet: Any) -> str:
    """The upper-left part that a person can read on one page, charts included."""
    return picture_areas(sheet)[0]


def picture_areas(sheet: Any) -> list[str]:
    """The left part, charts included, from the top in as many pieces as a person can read, each on one page."""
    columns, rows = _used(sheet)
    widths = (sheet.column_dimensions[get_column_letter(n + 1)] for n in range(columns))
    right = _how_many((0.0 if c.hidden else c.width for c in widths), WIDEST)
    letter, areas, top = get_column_letter(min(right, MOST_COLUMNS)), list[str](), 1
    while top <= rows and len(areas) < (1 if rows > LONG else MOST_PIECES):
        heights = (sheet.row_dimensions[n].height or 15.0 for n in range(top, rows + 1))
        bottom = top + min(_how_many(heights, TALLEST), MOST_ROWS) - 1
        areas.append(f"A{top}:{letter}{bottom}")
        top = bottom + 1
    return areas


def _used(sheet: Any) -> tuple[int, int]:
    """The last column and row that hold something or lie under a chart."""
    columns, rows = sheet.max_column, sheet.max_row
    if sheet.print_area:  # the book itself says what is for readers; its helper cells lie outside
        last = re.findall(r"\$?([A-Z]+)\$?(\d+)", str(sheet.print_area))[-1]
        cell = sheet[f"{last[0]}{last[1]}"]
        columns, rows = cell.column, cell.row
    for chart in sheet._charts:
        anchor = chart.anchor
        if hasattr(anchor, "to"):
            right, below = anchor.to.col, anchor.to.row
        else:
            right = anchor._from.col + anchor.ext.width // COLUMN_EMU
            below = anchor._from.row + anchor.ext.height // ROW_EMU
        columns, rows = max(columns, right + 1), max(rows, below + 2)
    return columns, rows


def _how_many(sizes: Iterable[float], most: float) -> int:
    """How many sizes from the first on fit, at least one."""
    total = 0.0

    def fits(size: float) -> bool:
        nonlocal total
        total += size
        return total <= most

    return max(1, sum(1 for _ in takewhile(fits, sizes)))


def with_areas(book: Path, target: Path, areas: dict[str, str]) -> list[str]:
    """A copy that prints an area of each of these sheets on a page, and nothing else; their titles, in order."""
    every = load_workbook(book, read_only=True).sheetnames
    titles = [title for title in every if title in areas]
    names = "".join(_print_names(every.index(title), title, areas[title]) for title in titles)
    with zipfile.ZipFile(book) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for part in source.namelist():
            data = source.read(part)
            if part == "xl/workbook.xml":
                data = re.sub(rb'activeTab="\d+"', b'activeTab="%d"' % every.index(titles[0]), data)
                data = _shown_alone(data.decode(), titles, names).encode()
            elif part.startswith("xl/worksheets/sheet"):
                data = one_page(data.decode()).encode()
            package.writestr(part, data)
    return titles


def _print_names(number: int, title: str, area: str) -> str:
    """The print area of the sheet of a number; of a part further right its headings and iterations are repeated."""
    left, top, right, bottom = range_boundaries(area)
    cells = f"${get_column_letter(left)}${top}:${get_column_letter(right)}${bottom}"
    names = f'<definedName name="_xlnm.Print_Area" localSheetId="{number}">{quoted(title)}!{cells}</definedName>'
    if left > 1:
        sheet = quoted(title)
        names += (
            f'<definedName name="_xlnm.Print_Titles" localSheetId="{number}">{sheet}!$A:$A,{sheet}!$5:$8</definedName>'
        )
    return names


def _shown_alone(xml: str, titles: Sequence[str], names: str) -> str:
    """The workbook's part with all other sheets hidden, and these names in the place of what was to be printed."""

    def sheet(found: re.Match[str]) -> str:
        is_shown = any(f'name="{title}"' in found[0] for title in titles)
        return found[0] if is_shown else re.sub(r' state="\w+"', ' state="hidden"', found[0])

    xml = re.sub(r"<sheet [^>]*/>", sheet, xml)
    xml = re.sub(r'<definedName name="_xlnm\.Print_\w+"[^>]*>[^<]*</definedName>', "", xml)
    return xml.replace("</definedNames>", f"{names}</definedNames>")


def one_page(xml: str) -> str:
    """A sheet that prints on one large page, and has nothing folded away."""
    xml = FOLDED_ROW.sub(lambda row: row[0].replace(' hidden="1"', ""), xml).replace(' collapsed="1"', "")
    xml = re.sub(r"<pageSetUpPr[^>]*/>", '<pageSetUpPr fitToPage="1"/>', xml)
    xml = re.sub(r"<pageSetup [^>]*/>|<headerFooter>.*?</headerFooter>|<colBreaks .*?</colBreaks>", "", xml)
    return re.sub(r"<pageMargins [^>]*/>", MARGINS + A3_LANDSCAPE, xml)


def choose(book: Path, sheet: str, iteration: int) -> Path:
    """A copy in which another iteration is chosen on the sheet of the choices; its values wait to be recalculated."""
    target = book.with_name(f"chosen-{book.name}")
    with zipfile.ZipFile(book) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        chooser = part_of(source, sheet)
        for part in source.namelist():
            data = source.read(part)
            if part == chooser:
                data, changed = CHOSEN.subn(rb"\g<1><v>%d</v>" % iteration, data)
                assert changed == 1, (book, sheet)
            package.writestr(part, data)
    return target


def to_pdf(books: list[Path], folder: Path) -> None:
    """All books in one call, as a start takes longer than a book; every formula is recalculated."""
    write_profile(folder / "profile")
    office = find_program(("soffice", "libreoffice"), "install LibreOffice Calc (Debian: libreoffice-calc)")
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    run = [office, profile, "--headless", "--norestore", "--convert-to", "pdf", "--outdir", str(folder)]
    subprocess.run([*run, *map(str, books)], check=True, capture_output=True, timeout=1200)


def to_pictures(pdf: Path, targets: Sequence[Path]) -> Iterator[Path]:
    """A cropped PNG per page, under these names."""
    folder = pdf.with_suffix("")
    folder.mkdir()
    subprocess.run(["pdftoppm", "-r", str(DPI), "-png", str(pdf), str(folder / "page")], check=True, timeout=600)
    pages = sorted(folder.glob("page-*.png"))
    if len(pages) != len(targets):
        raise SystemExit(f"{pdf.stem}: {len(targets)} pictures, but {len(pages)} pages; each needs just one")
    for page, target in zip(pages, targets, strict=True):
        _crop(page, target)
        yield target


def _crop(source: Path, target: Path) -> None:
    """Cut the white margins off."""
    from PIL import Image, ImageChops

    with Image.open(source) as picture:
        image = picture.convert("RGB")
        box = ImageChops.difference(image, Image.new("RGB", image.size, "white")).getbbox()
        left, top, right, bottom = box or (0, 0, *image.size)
        image.crop((left - 10, top - 10, right + 10, bottom + 10)).save(target, optimize=True)


def sheet_keys(language: str) -> dict[str, str]:
    """Sheet titles of a language to plain file names, the same in each language."""
    words = load_texts(language).words
    return {text: key.removeprefix("sheet.") for key, text in words.items() if key.startswith("sheet.")}


def _areas_of(book: Path) -> dict[str, list[str]]:
    """The pieces of every visible sheet, by its title."""
    return {sheet.title: picture_areas(sheet) for sheet in load_workbook(book) if sheet.sheet_state == "visible"}


def gallery(
    language: str, templates: list[str], iterations: Mapping[str, int] = MappingProxyType({})
) -> Iterator[Path]:
    """All pictures of one language; some templates' at another iteration than 0."""
    target, keys = GALLERY / language, sheet_keys(language)
    numbers: dict[str, dict[str, int]] = {}
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="xlbp-") as name:
        folder = Path(name)
        sheets: dict[Path, tuple[str, int, list[str]]] = {}  # of each copy the template, which pieces, of which sheets
        for template in templates:
            print(f"{language}: {template} ...", flush=True)
            book = generate(template, folder / "book.xlsx", language=language, force=True, verify=False).path
            if template in iterations:
                book = choose(book, load_texts(language)("sheet.steps"), iterations[template])
            stem, areas = Path(template).stem, _areas_of(book)
            for piece in range(max(map(len, areas.values()))):
                copy = folder / f"{stem}~{piece + 1}.xlsx"
                pieces = {title: each[piece] for title, each in areas.items() if piece < len(each)}
                sheets[copy] = stem, piece, with_areas(book, copy, pieces)
            for old in target.glob(f"{stem}-[0-9]*-*.png"):
                old.unlink()
            numbers[stem] = {title: number for number, title in enumerate(areas, start=1)}
        print(f"{language}: {len(sheets)} books in LibreOffice ...", flush=True)
        to_pdf(list(sheets), folder)
        for copy, (stem, piece, titles) in sheets.items():
            end = f"-{piece + 1}" if piece else ""
            names = [f"{stem}-{numbers[stem][t]}-{keys.get(t, t.replace(' ', '-'))}{end}.png" for t in titles]
            yield from to_pictures(copy.with_suffix(".pdf"), [target / name for name in names])


def main() -> None:
    """Render what was asked for; everything by default."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--template", action="append", metavar="NAME", help="a template; may be repeated")
    parser.add_argument("--lang", action="append", choices=LANGUAGES, help="a language; may be repeated")
    options = parser.parse_args()
    for language in options.lang or LANGUAGES:
        for picture in gallery(language, options.template or sorted(shipped())):
            print(f"  {picture.relative_to(GALLERY.parent.parent)}", flush=True)


if __name__ == "__main__":
    main()
