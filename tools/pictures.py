"""The pictures of the README: sheets of a real book, rendered by LibreOffice and pdftoppm.

Run by ``make pictures``.
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from openpyxl import load_workbook

from xlbp import generate

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
PICTURES = {  # file: (template, sheet, print area)
    "training.png": ("mazur", "Training", "A1:AD24"),
    "graph.png": ("into-backprop", "Training", "A1:O29"),
}


def render(template: str, sheet: str, area: str, target: Path) -> None:
    """Render one area of one sheet to a cropped PNG."""
    with tempfile.TemporaryDirectory() as folder:
        book = generate(template, Path(folder) / "book.xlsx", language="en").path
        workbook = load_workbook(book)
        for other in workbook.worksheets:
            other.sheet_state = "visible" if other.title == sheet else "hidden"
        page = workbook[sheet]
        workbook.active = workbook.index(page)
        page.print_area, page.print_title_rows = area, None
        page.page_setup.paperSize = 8  # A3
        for side in ("left", "right", "top", "bottom"):
            setattr(page.page_margins, side, 0.2)
        workbook.save(book)
        profile = f"-env:UserInstallation={(Path(folder) / 'profile').as_uri()}"
        run = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", folder, str(book)]
        subprocess.run(run, check=True, capture_output=True, timeout=300)
        pages = [
            "pdftoppm",
            "-r",
            "130",
            "-f",
            "1",
            "-l",
            "1",
            "-singlefile",
            "-png",
            f"{folder}/book.pdf",
            f"{folder}/page",
        ]
        subprocess.run(pages, check=True, timeout=300)
        _crop(Path(folder) / "page.png", target)


def _crop(source: Path, target: Path) -> None:
    """Cut the white margins off."""
    from PIL import Image, ImageChops

    with Image.open(source) as picture:
        image = picture.convert("RGB")
        box = ImageChops.difference(image, Image.new("RGB", image.size, "white")).getbbox()
        left, top, right, bottom = box or (0, 0, *image.size)
        image.crop((left - 10, top - 10, right + 10, bottom + 10)).quantize(64).save(target, optimize=True)


def main() -> None:
    """Render every picture."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    for name, (template, sheet, area) in PICTURES.items():
        render(template, sheet, area, IMAGES / name)
        print(IMAGES.relative_to(Path.cwd()) / name)


if __name__ == "__main__":
    main()
