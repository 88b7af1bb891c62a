"""What one can send: the copy with its marks, in which all else stays, and the page, which trusts nothing."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zipfile
from html.parser import HTMLParser
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.chart import LineChart, Reference
from openpyxl.comments import Comment

import xlbp
from tests.auditing.forward.books import page_of
from tests.auditing.sheets import course_sheet
from xlbp.auditing.result import NothingJudgedError
from xlbp.lang import LANGUAGES, load_texts

HOSTILE = "<script>'&\"x"
CELL = "C12"  # where the slip is


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    """A book with a slip, a chart, comments, a bold cell and a hostile sheet name."""
    page = page_of("attention", 0)
    book = load_workbook(page.save(tmp_path / "theirs.xlsx", page.slips[0]))
    sheet = book.active
    sheet.title = HOSTILE
    sheet["B10"] = "<img src=x onerror=alert(1)>"
    chart = LineChart()
    chart.add_data(Reference(sheet, min_col=2, max_col=5, min_row=11, max_row=15))
    sheet.add_chart(chart, "T2")
    sheet["B3"].comment = Comment("mine", "me")
    sheet[CELL].comment = Comment("what is here?", "me")
    book.create_sheet("audit")["A1"] = "my own"
    book.save(tmp_path / "theirs.xlsx")
    return tmp_path / "theirs.xlsx"


def test_all_that_is_not_marked_stays_to_the_byte(theirs: Path, tmp_path: Path) -> None:
    """Charts, other sheets, the theme; the sheet that lists the findings takes a free name and links to the cell."""
    xlbp.audit(theirs, forward=True, annotate=tmp_path / "marked.xlsx")
    with zipfile.ZipFile(theirs) as before, zipfile.ZipFile(tmp_path / "marked.xlsx") as after:
        changed = {name for name in before.namelist() if before.read(name) != after.read(name)}
        new = {*after.namelist()} - {*before.namelist()}
    assert new == {"xl/worksheets/sheet3.xml"}
    assert not any("chart" in name or "theme" in name or name.endswith("sheet2.xml") for name in changed)
    book = load_workbook(tmp_path / "marked.xlsx")
    assert book.sheetnames == [HOSTILE, "audit", "audit (2)"]
    assert CELL in book["audit (2)"]["A2"].hyperlink.location
    sheet, old = book[HOSTILE], load_workbook(theirs)[HOSTILE]
    assert {cell.coordinate: cell.value for row in sheet for cell in row} == {
        cell.coordinate: cell.value for row in old for cell in row
    }


def test_a_comment_that_stands_there_is_kept_and_gets_a_larger_box(theirs: Path, tmp_path: Path) -> None:
    """The person's own words come first."""
    xlbp.audit(theirs, forward=True, annotate=tmp_path / "marked.xlsx")
    sheet = load_workbook(tmp_path / "marked.xlsx").worksheets[0]
    assert sheet["B3"].comment.text == "mine"
    assert sheet[CELL].comment.text.startswith("what is here?\n\nslipped range")
    with zipfile.ZipFile(tmp_path / "marked.xlsx") as package:
        boxes = next(package.read(name).decode() for name in package.namelist() if name.endswith(".vml"))
    assert len(re.findall(r"<(?:\w+:)?shape ", boxes)) == 2
    assert "width:320pt" in boxes


def test_macros_are_left_out_and_that_is_said(theirs: Path, tmp_path: Path) -> None:
    """An .xlsx may hold none; its type is that of a book without."""
    with zipfile.ZipFile(theirs) as old, zipfile.ZipFile(tmp_path / "theirs.xlsm", "w") as new:
        for name in old.namelist():
            part = old.read(name).replace(
                b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
                b"application/vnd.ms-excel.sheet.macroEnabled.main+xml",
            )
            new.writestr(name, part)
        new.writestr("xl/vbaProject.bin", b"x")
    xlbp.audit(tmp_path / "theirs.xlsm", forward=True, annotate=tmp_path / "marked.xlsx", language="de")
    with zipfile.ZipFile(tmp_path / "marked.xlsx") as package:
        assert "xl/vbaProject.bin" not in package.namelist()
        assert b"macroEnabled" not in package.read("[Content_Types].xml")
    listed = load_workbook(tmp_path / "marked.xlsx").worksheets[-1]
    assert listed.cell(listed.max_row, 1).value == load_texts("de")("audit.page_macros")


class Tags(HTMLParser):
    """The tags of a page, and the texts in it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take a tag."""
        self.tags.append(tag)
        assert not any(name.startswith("on") or name in ("src", "href") for name, _ in attrs)

    def handle_data(self, data: str) -> None:
        """Take a text."""
        self.texts.append(data)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_says_all_in_the_readers_language_and_runs_nothing(
    language: str, theirs: Path, tmp_path: Path
) -> None:
    """What the book holds is text there; the page fetches nothing and has no script."""
    xlbp.audit(theirs, forward=True, html=tmp_path / "report.html", language=language)
    page = Tags((tmp_path / "report.html").read_text("utf-8"))
    assert {"script", "img", "link", "iframe"}.isdisjoint(page.tags)
    said = " ".join(page.texts)
    assert "<img src=x onerror" in said.replace("…", " ")
    assert load_texts(language)("audit.page_follows") in said
    assert "=SUMPRODUCT(B4:E4,G4:J4)/SQRT(4)" in said


@pytest.mark.slow
def test_the_json_is_printed_where_nothing_could_be_judged(tmp_path: Path) -> None:
    """Code 3 all the same; what came near a heading is said."""
    book = Workbook()
    book.active.append(["x", "slope here", "y"])
    book.active.append([1, 2, "=A2*B2"])
    book.active["D1"] = "Δ (change)"
    book.save(tmp_path / "book.xlsx")
    command = [sys.executable, "-m", "xlbp", "audit", str(tmp_path / "book.xlsx"), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    data = json.loads(done.stdout)
    assert (done.returncode, data["findings"], data["forward"]["formulas"]) == (3, [], 1)
    assert "'Δ (change)'" in done.stderr


def test_a_forward_pass_is_looked_at_by_itself_where_nothing_trains(theirs: Path) -> None:
    """A finding is one, and no error; without any the book is not called right unless it was asked for."""
    found = xlbp.audit(theirs)
    assert (found.ok, len(found.findings), found.to_dict()["forward"]["formulas"] > 0) == (False, 1, True)


def test_a_right_forward_pass_is_right_only_if_that_was_asked(tmp_path: Path) -> None:
    """Else a training that was not recognised would be called right."""
    path = page_of("softmax_line", 1).save(tmp_path / "right.xlsx")
    assert xlbp.audit(path, forward=True).ok
    with pytest.raises(NothingJudgedError, match="no gradients were found"):
        xlbp.audit(path)


def test_a_training_and_its_forward_pass_are_told_together(tmp_path: Path) -> None:
    """A pasted number in the forward pass, which no gradient shows as wrong; each cell is told once."""
    path = course_sheet(tmp_path / "sheet.xlsx")
    book = load_workbook(path)
    book.active["J15"] = 0.59
    book.save(path)
    found = xlbp.audit(path, forward=True)
    places = [finding.place for finding in found.findings]
    assert len(places) == len(set(places)) == 1
