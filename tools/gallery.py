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
from collections.abc import Iterable, Iterator, Mapping
from itertools import takewhile
from pathlib import Path
from types import MappingProxyType
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

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
WIDEST, TALLEST = 270.0, 1000.0  # in digits and points: more would be too small to read on one page
COLUMN_EMU, ROW_EMU = 609_600, 190_500  # of a cell of the usual size, for charts that float

# Pictures are made from a copy whose XML is changed: openpyxl would lose part of the charts on the way.
CHOSEN = re.compile(rb'(<c r="C3"[^>]*>)<v>\d+</v>')
PRINT_NAME = re.compile(r'<definedName name="_xlnm\.Print_\w+"[^>]*>[^<]*</definedName>')


def picture_area(sheet: Any) -> str:
    """The upper-left part that a person can read on one page, charts included."""
    columns, rows = _used(sheet)
    widths = (sheet.column_dimensions[get_column_letter(n + 1)] for n in range(columns))
    heights = (sheet.row_dimensions[n + 1].height or 15.0 for n in range(rows))
    right = _how_many((0.0 if c.hidden else c.width for c in widths), WIDEST)
    bottom = _how_many(heights, TALLEST)
    return f"$A$1:${get_column_letter(min(right, MOST_COLUMNS))}${min(bottom, MOST_ROWS)}"


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


def with_print_setup(book: Path, target: Path) -> list[str]:
    """A copy in which each visible sheet prints on one page; returns these sheets' titles, in order."""
    workbook = load_workbook(book)
    visible = {n: sheet for n, sheet in enumerate(workbook.worksheets) if sheet.sheet_state == "visible"}
    areas = {n: (sheet.title, picture_area(sheet)) for n, sheet in visible.items()}
    names = "".join(
        f'<definedName name="_xlnm.Print_Area" localSheetId="{n}">{quoted(title)}!{area}</definedName>'
        for n, (title, area) in areas.items()
    )
    with zipfile.ZipFile(book) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for part in source.namelist():
            data = source.read(part)
            if part == "xl/workbook.xml":
                text = PRINT_NAME.sub("", data.decode("utf-8"))
                data = text.replace("</definedNames>", f"{names}</definedNames>").encode()
            elif part.startswith("xl/worksheets/sheet"):
                data = one_page(data.decode("utf-8")).encode()
            package.writestr(part, data)
    return [title for title, _ in areas.values()]


def one_page(xml: str) -> str:
    """A sheet that prints on one large page."""
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


def to_pictures(pdf: Path, prefix: Path, sheets: list[str]) -> Iterator[Path]:
    """A cropped PNG per page, named after its sheet."""
    folder = pdf.with_suffix("")
    folder.mkdir()
    subprocess.run(["pdftoppm", "-r", str(DPI), "-png", str(pdf), str(folder / "page")], check=True, timeout=600)
    pages = sorted(folder.glob("page-*.png"))
    if len(pages) != len(sheets):
        raise SystemExit(f"{prefix.name}: {len(sheets)} sheets, but {len(pages)} pages; every sheet needs just one")
    for number, (page, sheet) in enumerate(zip(pages, sheets, strict=True), start=1):
        target = prefix.with_name(f"{prefix.name}-{number}-{sheet}.png")
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


def gallery(
    language: str, templates: list[str], iterations: Mapping[str, int] = MappingProxyType({})
) -> Iterator[Path]:
    """All pictures of one language; some templates' at another iteration than 0."""
    target, keys = GALLERY / language, sheet_keys(language)
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="xlbp-") as name:
        folder = Path(name)
        sheets: dict[Path, list[str]] = {}
        for template in templates:
            print(f"{language}: {template} ...", flush=True)
            book = generate(template, folder / "book.xlsx", language=language, force=True, check_it=False).path
            if template in iterations:
                book = choose(book, load_texts(language)("sheet.steps"), iterations[template])
            copy = folder / f"{Path(template).stem}.xlsx"
            sheets[copy] = with_print_setup(book, copy)
        print(f"{language}: {len(sheets)} books in LibreOffice ...", flush=True)
        to_pdf(list(sheets), folder)
        for copy, titles in sheets.items():
            for old in target.glob(f"{copy.stem}-[0-9]-*.png"):
                old.unlink()
            shown = [keys.get(title, title.replace(" ", "-")) for title in titles]
            yield from to_pictures(copy.with_suffix(".pdf"), target / copy.stem, shown)


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
