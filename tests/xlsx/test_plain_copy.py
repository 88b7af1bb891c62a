"""The copy of a book that an engine gets."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from openpyxl import Workbook, load_workbook

from xlbp.xlsx.plain_copy import write_plain


def local_names(book: Path) -> set[tuple[str, str]]:
    """Each name that belongs to a sheet, by the sheet's title, with what it stands for."""
    with zipfile.ZipFile(book) as package:
        xml = package.read("xl/workbook.xml").decode()
    titles = re.findall(r'<sheet [^>]*name="([^"]*)"', xml)
    found = re.findall(r'<definedName [^>]*localSheetId="([0-9]+)"[^>]*>([^<]*)<', xml)
    return {(titles[int(number)], target) for number, target in found}


def test_the_front_sheet_of_a_book_of_ours_comes_last(mazur: Path, tmp_path: Path) -> None:
    """All sheets are there, in the same order but for the first; names that belong to a sheet still do."""
    write_plain(mazur, tmp_path / "copy.xlsx")
    before, after = (load_workbook(path, read_only=True).sheetnames for path in (mazur, tmp_path / "copy.xlsx"))
    assert after == [*before[1:], before[0]]
    assert local_names(mazur) == local_names(tmp_path / "copy.xlsx") != set()


def test_the_sheets_of_others_stay_in_their_order(tmp_path: Path) -> None:
    """A reference over several sheets means those between two of them."""
    workbook = Workbook()
    for title in ("b", "a"):
        workbook.create_sheet(title)
    workbook.save(tmp_path / "theirs.xlsx")
    write_plain(tmp_path / "theirs.xlsx", tmp_path / "copy.xlsx")
    assert load_workbook(tmp_path / "copy.xlsx").sheetnames == ["Sheet", "b", "a"]
