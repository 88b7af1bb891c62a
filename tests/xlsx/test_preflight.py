"""What is no workbook is named for what it is."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.books import TRAINING
from xlbp.errors import UnreadableError
from xlbp.xlsx.preflight import preflight

OLE = bytes.fromhex("D0CF11E0A1B11AE1")


def zipped(path: Path, *names: str) -> None:
    """A zip file with these entries."""
    with zipfile.ZipFile(path, "w") as package:
        for name in names:
            package.writestr(name, "content")


def flipped(path: Path, book: Path) -> None:
    """A copy of a book with one bit wrong in the middle of its training sheet."""
    with zipfile.ZipFile(book) as package:
        entry = package.getinfo(TRAINING)
    data = bytearray(book.read_bytes())
    data[entry.header_offset + 30 + len(entry.filename) + entry.compress_size // 2] ^= 1
    path.write_bytes(data)


WRONG: dict[str, tuple[Callable[[Path, Path], object], str]] = {
    "missing": (lambda path, book: None, "can't read .*no such file"),
    "folder": (lambda path, book: path.mkdir(), "can't read .*is a directory"),
    "empty": (lambda path, book: path.write_bytes(b""), "the file is empty"),
    "text": (lambda path, book: path.write_text("iteration,E\n0,0.3\n"), "a text perhaps"),
    "truncated": (lambda path, book: path.write_bytes(book.read_bytes()[:5000]), "the package is damaged"),
    "first byte only": (lambda path, book: path.write_bytes(b"PK"), "the package is damaged"),
    "flipped": (flipped, "the package is damaged"),
    "encrypted": (
        lambda path, book: path.write_bytes(OLE + bytes(504) + "EncryptedPackage".encode("utf-16-le")),
        "encrypted; save it without a password",
    ),
    "xls": (lambda path, book: path.write_bytes(OLE + bytes(504) + "Workbook".encode("utf-16-le")), r"old \.xls"),
    "ods": (lambda path, book: zipped(path, "mimetype", "content.xml", "styles.xml"), "OpenDocument"),
    "zip": (lambda path, book: zipped(path, "readme.txt"), "zip file, but no .xlsx workbook"),
    "docx": (lambda path, book: zipped(path, "[Content_Types].xml", "word/document.xml"), "a Word document, no .xlsx"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_a_wrong_file_is_named_for_what_it_is(kind: str, tmp_path: Path, mazur: Path) -> None:
    """Each kind of wrong file is refused in one line that names it and what is wrong with it."""
    make, words = WRONG[kind]
    path = tmp_path / "wrong.xlsx"
    make(path, mazur)
    with pytest.raises(UnreadableError, match=words) as caught:
        preflight(path)
    expected = (1, True)
    assert expected == (len(str(caught.value).splitlines()), "wrong.xlsx" in str(caught.value))


def test_a_damaged_part_is_named(tmp_path: Path, mazur: Path) -> None:
    """A part whose checksum is wrong is named or its error told, with the remedy."""
    flipped(tmp_path / "wrong.xlsx", mazur)
    with pytest.raises(UnreadableError, match="get a fresh copy"):
        preflight(tmp_path / "wrong.xlsx")


def test_a_name_with_nul_can_not_be_read() -> None:
    """A name that no file can have is refused as unreadable."""
    with pytest.raises(UnreadableError, match="can't read"):
        preflight(Path("a\0b.xlsx"))


@pytest.mark.parametrize("fixture", ["mazur", "xor", "graph", "large_batch"])
def test_a_sound_book_passes(fixture: str, request: pytest.FixtureRequest) -> None:
    """A book of ours is let through."""
    assert preflight(request.getfixturevalue(fixture)) is None


@pytest.mark.parametrize(("suffix", "remedy"), [(".toml", r"generate\(\) makes"), (".CSV", r"xlbp\.new\(\) makes")])
def test_what_is_not_yet_a_workbook(tmp_path: Path, suffix: str, remedy: str) -> None:
    """A template or a table of data in a workbook's place is told what makes a workbook of it."""
    path = tmp_path / f"mine{suffix}"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(UnreadableError, match=remedy):
        preflight(path)
