"""The command: exit codes, the JSON contract, options, the annotated copy, and files that are not what they seem."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from tests.auditing.sheets import FORMULAS, course_sheet
from xlbp.errors import UnreadableError
from xlbp.pipeline import audit
from xlbp.xlsx.preflight import Reader, preflight

pytestmark = pytest.mark.slow  # whole books, or many processes

WRONG = {"∂E/∂w3": FORMULAS["∂E/∂w3"].replace("a_h2", "a_h1")}
KEYS = [
    *("book", "sheet", "layout", "rows", "parameters", "findings", "unreadable", "ok", "unjudged", "cut", "notes"),
    "forward",
]


def run(*args: object) -> subprocess.CompletedProcess[str]:
    """The command as a shell runs it."""
    return subprocess.run(
        [sys.executable, "-m", "xlbp", "audit", *map(str, args)], capture_output=True, text=True, check=False
    )


def test_a_right_sheet_exits_with_0_and_says_so(tmp_path):
    """No finding: code 0, and a table with every parameter."""
    done = run(course_sheet(tmp_path / "sheet.xlsx"))
    assert (done.returncode, done.stderr) == (0, "")
    assert "no finding" in done.stdout
    assert all(f"w{k} " in done.stdout for k in range(1, 9))


def test_the_json_has_just_the_keys_of_the_contract(tmp_path):
    """A finding: code 1; one object with parameters and findings as programs expect them."""
    done = run(course_sheet(tmp_path / "sheet.xlsx", WRONG), "--json")
    data = json.loads(done.stdout)
    assert (done.returncode, list(data)) == (1, KEYS)
    assert list(data["findings"][0]) == ["kind", "cell", "found", "expected", "explanation", "max_rel"]
    assert list(data["parameters"][0]) == ["name", "cells", "gradient", "update"]
    assert data["parameters"][2]["gradient"]["worst_cell"].startswith("Z")


def test_the_annotated_copy_marks_the_cells(tmp_path):
    """The wrong cells are coloured, the first has a comment with what should stand there; the book stays as it was."""
    path = course_sheet(tmp_path / "sheet.xlsx", WRONG)
    before = path.read_bytes()
    done = run(path, "--annotate", tmp_path / "out.xlsx")
    sheet = load_workbook(tmp_path / "out.xlsx").active
    assert done.returncode == 1
    assert "another unit's derivative" in sheet["Z12"].comment.text
    assert sheet["Z12"].fill.fgColor.rgb != sheet["Z13"].fill.fgColor.rgb != sheet["Y13"].fill.fgColor.rgb
    assert path.read_bytes() == before
    again = run(path, "--annotate", tmp_path / "out.xlsx")
    assert (again.returncode, "--force" in again.stderr) == (4, True)


def test_ranges_may_be_named(tmp_path):
    """--loss, --parameters, --gradients and --rows do without headings; a loss may be an expression."""
    path = course_sheet(tmp_path / "sheet.xlsx", WRONG)
    ranges = ("--parameters", "E12:H12", "--gradients", "X12:AA12", "--rows", "12:31")
    by_cell = json.loads(run(path, "--loss", "W12", *ranges, "--json").stdout)
    by_text = json.loads(
        run(path, "--loss-expr", "half_squared_error(R12:R12,A12)+(T12-B12)^2/2", *ranges, "--json").stdout
    )
    for data in (by_cell, by_text):
        assert [p["gradient"]["ok"] for p in data["parameters"]] == [True, True, False, True]
        assert [f["cell"] for f in data["findings"]] == ["Z12"]
    assert (by_cell["layout"], by_cell["rows"]) == ("ranges", 20)


@pytest.mark.parametrize(
    "options",
    [
        ("--parameters", "E12:H12"),
        ("--parameters", "E12:H12", "--gradients", "X12:AA12"),
        ("--parameters", "E12:H12", "--gradients", "X12:Z12", "--loss", "W12"),
        ("--parameters", "E12:H12", "--gradients", "nonsense", "--loss", "W12"),
        ("--parameters", "E12:H12", "--gradients", "X12:AA12", "--loss", "W12", "--rows", "9"),
        ("--parameters", "E12:H12", "--gradients", "AX12:BA12", "--loss", "W12"),
        ("--parameters", "E12:H12", "--gradients", "X12:AA12", "--loss-expr", "no(1)"),
        ("--sheet", "none"),
        ("--parameters", "A1:XFD1048576", "--gradients", "A1:XFD1048576", "--loss", "W12"),
    ],
)
def test_options_that_do_not_fit_are_usage_errors(tmp_path, options):
    """Code 2 and one line that names what was met."""
    done = run(course_sheet(tmp_path / "sheet.xlsx"), *options)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith("xlbp: error: ")


def test_a_book_without_gradients_is_unreadable(tmp_path):
    """Code 3, and how to name them."""
    workbook = Workbook()
    workbook.active["A1"] = "nothing here"
    workbook.save(tmp_path / "book.xlsx")
    done = run(tmp_path / "book.xlsx")
    assert (done.returncode, "--gradients" in done.stderr) == (3, True)


@pytest.mark.parametrize("content", [b"", b"text", b"PK\x03\x04 broken"])
def test_what_is_no_workbook_is_unreadable(tmp_path, content):
    """Code 3, no traceback."""
    (tmp_path / "book.xlsx").write_bytes(content)
    done = run(tmp_path / "book.xlsx")
    assert (done.returncode, done.stderr.count("\n")) == (3, 1)


def with_entry(path: Path, name: str) -> Path:
    """The same package with one more entry."""
    with zipfile.ZipFile(path, "a") as package:
        package.writestr(name, b"x")
    return path


def test_macros_are_let_pass_for_reading_alone(tmp_path):
    """An audit takes a book with macros, and runs nothing; everything else refuses it as before."""
    path = with_entry(course_sheet(tmp_path / "sheet.xlsx"), "xl/vbaProject.bin")
    assert run(path).returncode == 0
    assert preflight(path, reader=Reader.OF_DATA) is None
    with pytest.raises(UnreadableError, match="macros"):
        preflight(path)


@pytest.mark.parametrize(
    ("part", "note"),
    [
        ("xl/externalLinks/externalLink1.xml", "links to other files"),
        ("xl/connections.xml", "connections"),
        ("xl/queryTables/queryTable1.xml", "queries"),
        ("xl/vbaProject.bin", "macros, which are not run"),
    ],
)
def test_what_is_not_followed_is_noted(tmp_path, part, note):
    """Links, queries and macros change no cell: the book is judged, and what it holds besides is told."""
    path = with_entry(course_sheet(tmp_path / "sheet.xlsx"), part)
    audited = audit(path)
    assert (audited.ok, note in " ".join(audited.notes), note in str(audited)) == (True, True, True)


def test_a_cell_at_the_far_end_costs_nothing(tmp_path):
    """A sheet's dimension does not make the audit look at 17 billion cells."""
    path = course_sheet(tmp_path / "sheet.xlsx")
    book = load_workbook(path)
    book.active["XFD1048576"] = 1
    book.save(path)
    assert run(path).returncode == 0
