"""The pictures of the README and of docs/gallery.md: parts of sheets, each with the question that it answers.

Run by ``make pictures``.  The page is made from the table, and a test fails where it differs.
"""

from __future__ import annotations

import re
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter, range_boundaries

from tools.gallery import choose, picture_area, to_pdf, to_pictures, with_areas
from xlbp import generate
from xlbp.lang import load_texts
from xlbp.xlsx.sheet_xml import part_of

ROOT = Path(__file__).resolve().parent.parent
IMAGES, PAGE = ROOT / "docs" / "images", ROOT / "docs" / "gallery.md"
COLOURS, WIDEST, MOST_BYTES = 200, 1400, 120_000  # of a picture; its pixels across
TEXTS = load_texts("en")
HEAD = """# What a book shows

Each picture is a part of a sheet, as LibreOffice draws it, and under it stands the question that it answers. Made by `make pictures`.
"""  # noqa: E501  # a paragraph of Markdown is a line
Area = Callable[[Any], str]  # of a sheet as openpyxl reads it: the cells that are shown, as A1:H20


@dataclass(frozen=True)
class Picture:
    """A file, the book and the sheet that it shows, in words what that is, and the question that it answers.

    ``damage`` is a cell of the training sheet and the formula typed into it; of an ``area`` beside the first column
    and the headings of the training these are shown as well.
    """

    file: str
    template: str
    sheet: str
    shows: str
    question: str
    area: Area = picture_area
    iteration: int | None = None
    damage: tuple[str, str] | None = None

    @property
    def book(self) -> tuple[str, int, tuple[str, str]]:
        """What its book is made from."""
        return self.template, -1 if self.iteration is None else self.iteration, self.damage or ("", "")


def upper(share: float) -> Area:
    """The first rows of what a person can read on one page."""

    def area(sheet: Any) -> str:
        left, top, right, bottom = range_boundaries(picture_area(sheet).replace("$", ""))
        heights = [sheet.row_dimensions[row].height or 15.0 for row in range(top, bottom + 1)]
        room, rows = share * sum(heights), 0
        while rows < len(heights) and sum(heights[: rows + 1]) <= room:
            rows += 1
        return f"{get_column_letter(left)}{top}:{get_column_letter(right)}{top + max(0, rows - 1)}"

    return area


def between(first: str, last: str, columns: str) -> Area:
    """The rows from one that begins with a text to the last before another one, in some columns."""

    def area(sheet: Any) -> str:
        texts = {row[0].row: str(row[0].value) for row in sheet.iter_rows(min_col=2, max_col=2) if row[0].value}
        start = next(row for row, text in texts.items() if text.startswith(first))
        end = next((row - 1 for row, text in texts.items() if row > start and text.startswith(last)), sheet.max_row)
        left, right = columns.split(":")
        return f"{left}{start}:{right}{end}"

    return area


def phases(first: str, after: str, rows: tuple[int, int]) -> Area:
    """The columns of some phases of the training, in these iterations."""

    def area(sheet: Any) -> str:
        headings = next(row for row in sheet.iter_rows(min_row=1, max_row=20) if any(c.value == first for c in row))
        starts = {cell.value: cell.column for cell in headings if cell.value}
        top = headings[0].row + 4
        left, right = get_column_letter(starts[first]), get_column_letter(starts[after] - 1)
        return f"{left}{top + rows[0]}:{right}{top + rows[1]}"

    return area


PICTURES = (
    Picture(
        "network.png",
        "mazur",
        "network",
        "the network with its losses, the paths of w1 drawn thick",
        "Which paths lead from w1 to the loss, and what does each of them contribute?",
    ),
    Picture(
        "steps.png",
        "mazur",
        "steps",
        "the chain rule of every weight, path by path, and the update",
        "Why is this gradient what it is, and which way will the weight move?",
        between("Gradients", "?", "B:H"),
    ),
    Picture(
        "training.png",
        "mazur",
        "training",
        "the training sheet from its parameters to the loss",
        "Where does each number come from? Every row is an iteration, every cell a formula.",
        upper(0.42),
    ),
    Picture(
        "gradients.png",
        "mazur",
        "training",
        "gradients and updates, row by row",
        "What changes from row to row, and where does the sign of a gradient turn?",
        phases("Gradients", "Formulas", (0, 14)),
    ),
    Picture(
        "charts.png",
        "mazur",
        "charts",
        "loss, outputs and the length of the gradients",
        "Why does the loss fall slowly at first, and why has a gradient a notch?",
        upper(0.6),
    ),
    Picture(
        "activation.png",
        "mazur",
        "activation",
        "the sigmoid with all units upon it, its tangent and its derivative",
        "Where is the sigmoid steepest, and what does that do to a gradient?",
    ),
    Picture(
        "broken.png",
        "mazur",
        "start",
        "the first sheet of a book in which one formula was changed",
        "What happens if a formula is wrong, and who notices first?",
        upper(0.4),
        damage=("AM9", "W9*Y9"),
    ),
    Picture(
        "learned.png",
        "xor",
        "learned",
        "the learned function of exclusive or, with its border",
        "What does the network answer where it has seen no sample?",
        upper(0.62),
    ),
    Picture(
        "landscape.png",
        "xor",
        "landscape",
        "the loss over two weights, with the way training took",
        "What would the loss be if two weights were different and all others stayed?",
    ),
    Picture(
        "graph.png",
        "into-backprop",
        "network",
        "a formula as a graph",
        "How does a change of a reach f, and by which factors?",
    ),
    Picture(
        "unrolled.png",
        "lstm",
        "network",
        "an LSTM unrolled over its steps: gates, memory and state with the derivatives by them",
        "What does the memory carry from step to step, and what flows back?",
        upper(0.65),
    ),
    Picture(
        "maps.png",
        "cnn",
        "network",
        "a convolution: the picture, its map, and the window that a chosen place sees",
        "Which pixels does one place of the map see?",
        upper(0.75),
    ),
    Picture(
        "attention.png",
        "self-attention-causal",
        "network",
        "causal attention: queries, keys, values, and a heat map of scores and weights",
        "Which token looks at which, and which ones can it not see?",
        upper(0.7),
    ),
    Picture(
        "norm.png",
        "batch-norm",
        "network",
        "batch normalisation: four samples, their mean and deviation, and the three paths of the gradient",
        "Why does one sample's number change the others' derivatives?",
        upper(0.83),
    ),
    Picture(
        "handout.png",
        "mazur",
        "handout",
        "the second page of the handout",
        "What does one weight go through in one iteration, on a page of paper?",
        between("w5, from its value", "?", "A:F"),
    ),
)


def page(pictures: Iterable[Picture] = PICTURES) -> str:
    """docs/gallery.md."""
    parts = [f"## {p.question}\n\n![{_capital(p.shows)}](images/{p.file})\n\n{_credit(p)}\n" for p in pictures]
    return "\n".join([HEAD, *parts])


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _credit(picture: Picture) -> str:
    """Where a picture is from, so that a reader can open the same."""
    sheet = TEXTS(f"sheet.{picture.sheet}")
    return f"{_capital(picture.shows)}: the sheet *{sheet}* of `xlbp generate {picture.template}`."


def break_formula(book: Path, cell: str, formula: str) -> Path:
    """A copy with another formula in a cell of the training sheet; its values wait to be recalculated."""
    target = book.with_name(f"broken-{book.name}")
    pattern = re.compile(rf'(<c r="{cell}"[^>]*>)<f[^>]*?(?:/>|>[^<]*</f>)'.encode())
    with zipfile.ZipFile(book) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        training = part_of(source, TEXTS("sheet.training"))
        for part in source.namelist():
            data = source.read(part)
            if part == training:
                data, changed = pattern.subn(rb"\g<1><f>" + formula.encode() + b"</f>", data)
                assert changed == 1, (book, cell)
            package.writestr(part, data)
    return target


def rendered(pictures: Sequence[Picture], folder: Path) -> Iterator[tuple[Picture, Path]]:
    """Each picture with its file, by one LibreOffice."""
    batches: list[tuple[Path, list[str], dict[str, Picture]]] = []
    ordered = sorted(pictures, key=lambda picture: picture.book)
    for book, group in groupby(ordered, key=lambda picture: picture.book):
        made = _made(folder, *book)
        for chosen in _one_of_each_sheet(list(group)):
            sheets = load_workbook(made)
            areas = {title: p.area(sheets[title]).replace("$", "") for title, p in chosen.items()}
            copy = folder / f"copy{len(batches)}.xlsx"
            batches.append((copy, with_areas(made, copy, areas), chosen))
    to_pdf([copy for copy, _, _ in batches], folder)
    for copy, titles, chosen in batches:
        files = to_pictures(copy.with_suffix(".pdf"), [folder / f"{copy.stem}-{n}.png" for n in range(len(titles))])
        yield from ((chosen[title], path) for title, path in zip(titles, files, strict=True))


def _made(folder: Path, template: str, iteration: int, damage: tuple[str, str]) -> Path:
    book = generate(template, folder / f"{template}.xlsx", language="en", force=True, verify=False).path
    if iteration >= 0:
        book = choose(book, TEXTS("sheet.steps"), iteration)
    return break_formula(book, *damage) if damage[0] else book


def _one_of_each_sheet(pictures: list[Picture]) -> Iterator[dict[str, Picture]]:
    """Pictures by the titles of their sheets; a sheet of which there are several parts comes in several groups."""
    while pictures:
        chosen: dict[str, Picture] = {}
        for picture in pictures:
            chosen.setdefault(TEXTS(f"sheet.{picture.sheet}"), picture)
        yield chosen
        pictures = [picture for picture in pictures if picture not in chosen.values()]


def main() -> None:
    """Render all pictures, and write the page that shows them."""
    from PIL import Image

    IMAGES.mkdir(parents=True, exist_ok=True)
    wanted = [picture for picture in PICTURES if not sys.argv[1:] or picture.file in sys.argv[1:]]
    with tempfile.TemporaryDirectory(prefix="xlbp-") as name:
        for picture, path in rendered(wanted, Path(name)):
            with Image.open(path) as opened:
                image = opened.convert("RGB")
                if image.width > WIDEST:
                    image = image.resize((WIDEST, round(image.height * WIDEST / image.width)), Image.Resampling.LANCZOS)
                image.quantize(COLOURS, dither=Image.Dither.NONE).save(IMAGES / picture.file, optimize=True)
            print(f"docs/images/{picture.file}  {(IMAGES / picture.file).stat().st_size:,} bytes", flush=True)
    PAGE.write_text(page(), "utf-8")


if __name__ == "__main__":
    main()
