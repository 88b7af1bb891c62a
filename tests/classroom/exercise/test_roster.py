"""Class lists, and file names that are safe on every system."""

from __future__ import annotations

from pathlib import Path

import pytest

from xlbp.classroom.exercise.roster import LONGEST_STEM, read_roster, safe_stem
from xlbp.errors import UsageError


def written(tmp_path: Path, text: str | bytes) -> Path:
    """A roster's file."""
    path = tmp_path / "class.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize(
    ("header", "row", "name", "id_"),
    [
        ("name", "Ann Lee", "Ann Lee", ""),
        ("Name;ID", "Ann Lee;17", "Ann Lee", "17"),
        ("First name,Last name,Student ID", "Ann,Lee,17", "Ann Lee", "17"),
        ("姓名,学号", "王小明,0042", "王小明", "0042"),
        ("id", "s1", "s1", "s1"),
    ],
)
def test_columns_are_known_by_their_names(tmp_path: Path, header: str, row: str, name: str, id_: str) -> None:
    """Name and id, in English or Chinese, with commas, semicolons or tabs, and with Excel's mark or without."""
    [student] = read_roster(written(tmp_path, f"\ufeff{header}\n{row}\n"))
    assert (student.name, student.id) == (name, id_)


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("../../etc/passwd", "_.._etc_passwd"),
        ("C:\\temp\\x", "C__temp_x"),
        ("CON", "_CON"),
        ("com1.txt", "_com1.txt"),
        ("Com¹ .x", "_Com¹ .x"),
        ("conin$", "_conin$"),
        ("-rf", "rf"),
        ("~$lock", "lock"),
        ("...", "student"),
        ("a\u202egnp.exe", "agnp.exe"),
        ("O'Neil, Zoë", "O'Neil, Zoë"),
        ("王小明", "王小明"),
        ('a"b<c>d|e?f*g', "a_b_c_d_e_f_g"),
        ("=1+1", "=1+1"),
    ],
)
def test_no_name_leads_out_of_the_folder(name: str, stem: str) -> None:
    """Any name becomes one plain file name."""
    assert safe_stem(name) == stem


def test_a_long_name_fits_a_file_system() -> None:
    """At most so many bytes, cut between characters."""
    stem = safe_stem("é" * 400)
    assert len(stem.encode()) <= LONGEST_STEM
    assert set(stem) == {"é"}


def test_doubles_are_told_apart(tmp_path: Path) -> None:
    """Equal names, in any case, get other files and other numbers."""
    found = read_roster(written(tmp_path, "name\nAnn Lee\nann lee\nAnn/Lee\n"))
    assert [s.stem for s in found] == ["Ann Lee", "ann lee (2)", "Ann_Lee"]
    assert len({s.key for s in found}) == 3


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Ann Lee\nBob Ray\n", "names no column name"),
        ("name\n", "has no rows"),
        ("name,id\nAnn,1\nBob,1\n", "stands in line 2"),
        ("name,note\n,x\n", ":2: a student without a name"),
        (b"name\n\xff\xfe\n", "CSV UTF-8"),
    ],
)
def test_a_roster_that_is_none_is_refused(tmp_path: Path, text: str | bytes, words: str) -> None:
    """One sentence that says what to mend."""
    with pytest.raises(UsageError, match=words):
        read_roster(written(tmp_path, text))


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("gbk", "学号,姓名\n1,王小明\n"),
        ("big5", "學號;姓名\n1;許功蓋\n"),
        ("utf-16", "name\tid\n許功蓋 José\t1\n"),
        ("utf-8-sig", "name,id\n王小明,1\n"),
    ],
)
def test_a_roster_from_a_chinese_excel_is_read(tmp_path: Path, encoding: str, text: str) -> None:
    """GBK and Big5 where the heading proves which, UTF-16 and UTF-8 by their marks: the names come out whole."""
    [student] = read_roster(written(tmp_path, text.encode(encoding)))
    assert student.name in text
    assert student.id == "1"


def test_an_encoding_that_nothing_proves_is_not_guessed(tmp_path: Path) -> None:
    """GBK under an English heading could be Big5 or an accented name: a wrong name would go into a book."""
    with pytest.raises(UsageError, match="CSV UTF-8"):
        read_roster(written(tmp_path, "name\n王小明\n".encode("gbk")))


def test_a_missing_roster_is_named(tmp_path: Path) -> None:
    """The file's name is in the error."""
    with pytest.raises(UsageError, match="nowhere"):
        read_roster(tmp_path / "nowhere.csv")
