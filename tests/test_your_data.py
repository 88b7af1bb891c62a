"""docs/your-data.md is true: its commands run on its files, and say what it quotes."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner
from openpyxl import Workbook

from xlbp.cli import cli
from xlbp.errors import XlbpError

GUIDE = (Path(__file__).resolve().parent.parent / "docs" / "your-data.md").read_text("utf-8")
FILES = re.findall(r"^```csv (\S+) (\S+)\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
RUNS = [
    (command, output.splitlines())
    for block in re.findall(r"^```console\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
    for command, output in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE)
]
MESSAGES = [re.findall(r"`([^`]+)`", row)[0] for row in re.findall(r"^\| (`.*?) \|", GUIDE, re.MULTILINE)]


def run(*arguments: str) -> str:
    """All that a command prints, or the error with which it ends."""
    language = () if "--lang" in arguments else ("--lang", "en")
    result = CliRunner().invoke(cli, [*arguments, *language])
    error = result.exception
    said = error.at_the_command_line if isinstance(error, XlbpError) else str(error or "")
    return result.output + said


def workbook(path: Path, **sheets: list[list[object]]) -> None:
    """An .xlsx file with these sheets."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title.removeprefix("_"))
        for row in rows:
            sheet.append(row)
    book.save(path)


@pytest.mark.slow
def test_the_walk_is_what_happens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From each file, as Excel saves it in three countries, to a verified book; each quoted line is said."""
    monkeypatch.chdir(tmp_path)
    for name, encoding, text in FILES:
        Path(name).write_bytes(text.replace("\n", "\r\n").encode(encoding))
    assert (len(FILES), len(RUNS)) == (3, 6)
    for command, quoted in RUNS:
        program, *arguments = shlex.split(command)
        assert program == "xlbp"
        output = run(*arguments, *(("-n", "20") if arguments[0] == "generate" else ()))
        missing = [line for line in quoted if line not in map(str.strip, output.splitlines())]
        assert missing == [], output
        assert arguments[0] == "new" or re.search(r"verified|已核对", output), output


PLACES = range(45)
FEW_ONES = "".join(f"{','.join(str(int(n % 60 == k)) for k in PLACES)},{n % 7 / 2}\n" for n in range(60))
MANY_ROWS = "".join(f"{n * 7 % 31},{n * 5 % 17},{n / 3}\n" for n in range(600))
CASES: dict[str, tuple[str, tuple[str, ...]]] = {  # how a message begins: a file that brings it about, and options
    "note: preis": ("preis;b;c\n1.250;2;a\n2.400;1;b\n3.175;5;a\n4.900;4;b\n", ()),
    "'1,250' in the column": ('b,area\n5,"1,250"\n7,"2,125"\n', ()),
    "has '5,1' on line 2": ('a,b,c,t\n2.5,"5,1",1.5,3\n1.5,"5,2",2.5,4.5\n3.5,"5,1",7.5,5\n', ()),
    "has no header": ("1,2\n3,4\n", ()),
    "the last column 'note'": ("a,b,note\n1,2,\n4,4,\n", ()),
    "it holds 4 different texts": ("a,name\n1,Ann\n5,Bob\n2,Cem\n7,Dua\n", ()),
    "'day' holds dates": ("day,t\n2024-01-01,3\n2024-01-02,5\n2024-01-05,4\n", ()),
    "has 1 row in which nothing": ("a,b\n1,2\n,3\n4,\n", ()),
    "note: x rises by one": ("x,y\n1,2\n2,3.5\n3,7\n", ()),
    "note: cm and inch": ("cm,inch,t\n50,19.69,3\n61,24.02,1\n43,16.93,8\n75,29.53,2\n", ()),
    "note: only ": (f"{','.join(f'p{n}' for n in PLACES)},t\n{FEW_ONES}", ()),
    "line 3: 3 cells": ("a,t\n1,2\n1,2,3\n4,5\n", ()),
    "has 5,001 rows": ("a,t\n" + "7,2\n" * 5_001, ()),
    "a row would need": (f"a,b,t\n{MANY_ROWS}", ("--batch", "580", "--test", "0", "--hidden", "9")),
}
ELSEWHERE = ("has 2 sheets", "has formulas", "is not")  # messages about files of other kinds


@pytest.mark.parametrize(
    "message",
    [
        pytest.param(each, marks=[pytest.mark.slow] if each.startswith(("a row", "note: only")) else [])
        for each in MESSAGES
        if not each.startswith(ELSEWHERE)
    ],
)
def test_each_message_is_said(message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A small file of the kind brings about what the table quotes, word for word."""
    monkeypatch.chdir(tmp_path)
    [(text, options)] = [case for start, case in CASES.items() if message.startswith(start)]
    Path("d.csv").write_text(text, "utf-8")
    assert message.strip() in " ".join(run("new", "--from-csv", "d.csv", *options).split())


def test_messages_about_sheets_and_encodings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Likewise, of a workbook with two sheets, one without values, and a text that is Czech or not."""
    monkeypatch.chdir(tmp_path)
    rows: list[list[object]] = [["a", "b"], [1, 2], [5, 7]]
    workbook(tmp_path / "two.xlsx", _2023=rows, _2024=rows)
    workbook(tmp_path / "formulas.xlsx", Sheet=[["a", "b"], [1, "=A2*2"], [5, "=A3*2"]])
    Path("czech.csv").write_bytes("čas,t\n1,2\n".encode("cp1250"))
    for name, start in {"two.xlsx": "has 2 sheets", "formulas.xlsx": "has formulas", "czech.csv": "is not"}.items():
        [message] = [each for each in MESSAGES if each.startswith(start)]
        assert message in " ".join(run("new", "--from-csv", name).split())


def test_every_message_of_the_table_has_a_case() -> None:
    """And no case is left that the table does not quote."""
    assert len(MESSAGES) == len(CASES) + len(ELSEWHERE)
    assert all(sum(message.startswith(start) for message in MESSAGES) == 1 for start in CASES)
