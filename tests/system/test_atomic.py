"""A file is written wholly or not at all."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from xlbp.errors import UsageError, WriteError, XlbpError
from xlbp.system.atomic import check_target, replacing, target_for, unfit_for_windows


def test_the_result_takes_the_place_of_the_old_file(tmp_path: Path) -> None:
    """When the block ends well, the temporary file becomes the result and nothing else stays."""
    path = tmp_path / "book.xlsx"
    path.write_text("old")
    with replacing(path) as temporary:
        temporary.write_text("new")
        assert path.read_text() == "old"
    expected = [("book.xlsx", "new")]
    assert expected == [(p.name, p.read_text()) for p in tmp_path.iterdir()]


@pytest.mark.parametrize("fault", [ValueError, KeyboardInterrupt, SystemExit, MemoryError])
def test_after_a_fault_the_old_file_is_intact(tmp_path: Path, fault: type[BaseException]) -> None:
    """Whatever ends the block early, the old file is as it was, and no stump is left."""
    path = tmp_path / "book.xlsx"
    path.write_text("old")

    def write() -> None:
        with replacing(path) as temporary:
            temporary.write_text("half")
            raise fault

    with pytest.raises(fault):
        write()
    expected = [("book.xlsx", "old")]
    assert expected == [(p.name, p.read_text()) for p in tmp_path.iterdir()]


def test_a_full_disk_is_a_write_error(tmp_path: Path) -> None:
    """An OSError in the block becomes a WriteError that names the file and the reason, and leaves nothing."""
    path = tmp_path / "book.xlsx"

    def write() -> None:
        with replacing(path):
            raise OSError(28, "No space left on device")

    with pytest.raises(WriteError, match=r"can't write .*book\.xlsx: no space left on device"):
        write()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("system", "remedy"),
    [("nt", r"; is it open in Excel\? Close it there, or give another name"), ("posix", "")],
)
def test_a_file_that_windows_holds_is_a_write_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, system: str, remedy: str
) -> None:
    """Windows replaces no file that a program has open: the error says so in one line, in English, with the remedy.

    Elsewhere an open file is replaced, and it is the folder that refuses: nobody is sent to look for Excel.
    """
    path = tmp_path / "book.xlsx"
    path.write_text("old")

    def refuse(*_: object) -> None:
        monkeypatch.setattr(os, "name", system)
        raise PermissionError(13, "Der Prozess kann nicht auf die Datei zugreifen")

    monkeypatch.setattr("os.replace", refuse)
    with pytest.raises(WriteError) as caught, replacing(path) as temporary:
        temporary.write_text("new")
    monkeypatch.undo()
    assert re.fullmatch(rf"can't write .*book\.xlsx: permission denied{remedy}", str(caught.value))
    assert caught.value.exit_code == 4
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("book.xlsx", "old")]


def test_a_folder_that_is_gone_is_a_write_error(tmp_path: Path) -> None:
    """A folder that does not exist is reported, not created."""
    with pytest.raises(WriteError, match="no such file or directory"), replacing(tmp_path / "gone" / "book.xlsx"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_the_result_may_be_read_by_others(tmp_path: Path) -> None:
    """The result has the permissions that any new file would have here, not those of a temporary one."""
    plain, path = tmp_path / "plain", tmp_path / "book.xlsx"
    plain.touch()
    with replacing(path) as temporary:
        temporary.write_text("new")
    assert plain.stat().st_mode == path.stat().st_mode


@pytest.mark.parametrize(
    ("name", "error", "words"),
    [
        ("a\0b.xlsx", UsageError, "NUL"),
        ("book.xls", UsageError, r"must end in \.xlsx"),
        ("book", UsageError, r"must end in \.xlsx"),
        (".xlsx", UsageError, r"must end in \.xlsx"),
        ("n" * 295 + ".xlsx", WriteError, "300 characters"),
        ("学" * 90 + ".xlsx", WriteError, "255 bytes"),
        ("gone/book.xlsx", WriteError, "the folder .* does not exist"),
        ("folder.xlsx", WriteError, "is a folder"),
        ("there.xlsx", WriteError, "exists; .*force=True"),
        ("word.xlsx", WriteError, r"open in another program \(~\$word\.xlsx"),
        ("office.xlsx", WriteError, r"open in another program \(\.~lock\.office\.xlsx#"),
    ],
)
def test_a_hopeless_target_is_refused_first(tmp_path: Path, name: str, error: type[XlbpError], words: str) -> None:
    """A path that can't become the result is refused before any work, with the reason."""
    (tmp_path / "folder.xlsx").mkdir()
    for there in ("there.xlsx", "~$word.xlsx", ".~lock.office.xlsx#"):
        (tmp_path / there).touch()
    with pytest.raises(error, match=words):
        check_target(tmp_path / name, force=False)


@pytest.mark.parametrize(
    "name", ["book.xlsx", "BOOK.XLSX", "with space.xlsx", "学习.xlsx", "-dash.xlsx", "n" * 250 + ".xlsx"]
)
def test_any_other_name_will_do(tmp_path: Path, name: str) -> None:
    """Spaces, other scripts, a leading dash and 255 bytes are no reason to refuse a name."""
    check_target(tmp_path / name, force=False)
    with replacing(tmp_path / name) as temporary:
        temporary.write_text("new")
    assert [name] == [p.name for p in tmp_path.iterdir()]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("a:b.xlsx", "can't hold ':'"),
        ('a"b.xlsx', "can't hold '\"'"),
        ("what?.xlsx", "can't hold '\\?'"),
        ("con.xlsx", "a device"),
        ("Lpt1.tar.xlsx", "a device"),
        ("a.csv ", "end in a dot or a blank"),
        ("console.xlsx", "^$"),
        ("学习 (2).xlsx", "^$"),
    ],
)
def test_what_windows_can_not_name_is_told(name: str, words: str) -> None:
    """A colon would write into a hidden stream, CON to the terminal: refused there before any work."""
    assert re.search(words, unfit_for_windows(name))


def test_what_nobody_names_a_place_for_goes_into_the_usual_folder(tmp_path: Path, monkeypatch) -> None:
    """That folder may come later; one that somebody named must be there."""
    monkeypatch.chdir(tmp_path)
    assert target_for(None, "mazur.xlsx", force=False) == Path("output/mazur.xlsx")
    assert target_for("a.xlsx", "mazur.xlsx", force=False) == Path("a.xlsx")
    with pytest.raises(WriteError, match="does not exist"):
        target_for("output/a.xlsx", "mazur.xlsx", force=False)


def test_force_replaces_an_existing_file(tmp_path: Path) -> None:
    """With force an existing file is no reason to refuse, a folder and an open file still are."""
    (tmp_path / "there.xlsx").touch()
    (tmp_path / "folder.xlsx").mkdir()
    check_target(tmp_path / "there.xlsx", force=True)
    with pytest.raises(WriteError, match="is a folder"):
        check_target(tmp_path / "folder.xlsx", force=True)


def no_second_names(*_: object) -> None:
    """A disk on which a file has one name."""
    raise PermissionError(1, "Operation not permitted")


@pytest.mark.parametrize("link", [os.link, no_second_names], ids=["with links", "without"])
@pytest.mark.parametrize("force", [True, False])
def test_a_file_that_came_meanwhile(
    force: bool, link: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What another program wrote since the work began is replaced with force only; else told, and kept."""
    monkeypatch.setattr(os, "link", link)
    path = tmp_path / "book.xlsx"

    def work() -> None:
        with replacing(path, force) as temporary:
            temporary.write_bytes(b"new")
            path.write_bytes(b"theirs")

    if force:
        work()
    else:
        with pytest.raises(WriteError, match=r"book\.xlsx exists; .*force=True"):
            work()
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("book.xlsx", b"new" if force else b"theirs")]


@pytest.mark.parametrize("link", [os.link, no_second_names], ids=["with links", "without"])
def test_a_new_file_without_force(link: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing is, the file is put, under one name alone."""
    monkeypatch.setattr(os, "link", link)
    with replacing(tmp_path / "book.xlsx", force=False) as temporary:
        temporary.write_bytes(b"new")
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("book.xlsx", b"new")]
    assert (tmp_path / "book.xlsx").stat().st_nlink == 1
