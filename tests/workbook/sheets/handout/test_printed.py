"""What LibreOffice prints of the handouts of several books, and of their other sheets."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.conftest import MakeBook
from xlbp.recalc.libreoffice import write_profile
from xlbp.system.process import find_program

NAMES = ("mazur", "into-backprop", "lstm")  # a network, a graph, a network of tensors
A4 = (595, 842)  # points
SIZE = re.compile(r"Page +\d+ size: +([\d.]+) x ([\d.]+) pts")
MOST_PAGES = 50  # of a book of two rows, most of them of its training, which has hundreds of columns


@pytest.fixture(scope="module")
def printed(make_book: MakeBook, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """The books as one LibreOffice prints them."""
    folder = tmp_path_factory.mktemp("printed")
    write_profile(folder / "profile")
    books = {}
    for name in NAMES:
        books[name] = folder / f"{name}.xlsx"
        books[name].write_bytes(make_book(name, 1).read_bytes())
    command = [find_program(("soffice", "libreoffice"), ""), f"-env:UserInstallation={(folder / 'profile').as_uri()}"]
    command += ["--headless", "--convert-to", "pdf", "--outdir", str(folder), *map(str, books.values())]
    subprocess.run(command, check=True, capture_output=True, timeout=600)
    return {name: folder / f"{name}.pdf" for name in NAMES}


def sizes_of(pdf: Path) -> list[tuple[float, float]]:
    """The width and height of each page, in points."""
    told = subprocess.run(["pdfinfo", "-l", "1000", str(pdf)], check=True, capture_output=True, text=True).stdout
    return [(float(width), float(height)) for width, height in SIZE.findall(told)]


def text_of(pdf: Path, page: int) -> str:
    """What stands on a page, counted from 1."""
    command = ["pdftotext", "-layout", "-f", str(page), "-l", str(page), str(pdf), "-"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.mark.office
@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_the_handout_is_two_pages_of_a4(printed: Mapping[str, Path], name: str) -> None:
    """Upright, with the questions on the first, the update on the second, and the number of each page below."""
    sizes = sizes_of(printed[name])
    upright = [number for number, (width, height) in enumerate(sizes, start=1) if width < height]
    assert len(upright) == 2
    assert all((round(width), round(height)) in (A4, A4[::-1]) for width, height in sizes)
    first, second = (text_of(printed[name], page) for page in upright)
    assert "Predict, then try" in first
    assert "2." in first
    assert re.search(r"Your turn|Update", second)
    assert (first.split()[-1], second.split()[-1]) == ("1", "2")


@pytest.mark.office
@pytest.mark.slow
def test_no_book_prints_on_a_heap_of_paper(printed: Mapping[str, Path]) -> None:
    """The sheets of a book of two rows are few pages each."""
    counts = {name: len(sizes_of(pdf)) for name, pdf in printed.items()}
    assert max(counts.values()) <= MOST_PAGES, counts
    assert counts["into-backprop"] <= 15
