"""Folders and archives of hand-ins: everything in them is read, and nothing that somebody planted does harm."""

from __future__ import annotations

import io
import shutil
import stat
import struct
import time
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xlbp.classroom.handedin import archive
from xlbp.classroom.handedin.gather import gather
from xlbp.errors import UnreadableError, UsageError, WriteError

Plant = Callable[[zipfile.ZipFile], None]


def zipped(path: Path, *names: str, content: bytes = b"x") -> Path:
    """An archive with files of these names."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name in names:
            package.writestr(name, content)
    return path


def gathered(tmp_path: Path, *sources: Path) -> tuple[list[str], dict[str, str]]:
    """The names of what is read, and what is skipped with the reason."""
    workspace = tmp_path / "workspace"
    workspace.mkdir(exist_ok=True)
    files, skipped = gather(sources, workspace)
    for file in files:
        assert file.path.is_file()
        assert workspace in file.path.parents or file.source in file.path.parents
    return [file.name for file in files], {str(each.shown): each.reason for each in skipped}


def test_folders_and_archives_are_read_together(tmp_path: Path) -> None:
    """In the order in which they are given; what systems leave beside files is passed over."""
    names = ["Anna_1_assignsubmission_file_/exercise.xlsx", "__MACOSX/._x.xlsx", "a/.DS_Store", "a/~$b.xlsx", "b/"]
    moodle = zipped(tmp_path / "moodle.zip", *names)
    folder = tmp_path / "folder"
    folder.mkdir()
    for name in ("Bob Ray.xlsx", "~$Bob Ray.xlsx", ".Bob Ray.xlsx"):
        (folder / name).write_text("x")
    (folder / "link.xlsx").symlink_to(moodle)
    read, left = gathered(tmp_path, moodle, folder)
    assert read == [names[0], "Bob Ray.xlsx"]
    assert left == {}


def test_a_students_own_archive_is_opened_once(tmp_path: Path) -> None:
    """One within one is not; an archive without a workbook is listed itself."""
    inner = zipped(tmp_path / "inner.zip", "my/exercise.xlsx", "notes.txt").read_bytes()
    deep = io.BytesIO()
    with zipfile.ZipFile(deep, "w") as package:
        package.writestr("more.zip", inner)
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as package:
        package.writestr("Anna_1_assignsubmission_file_/work.zip", inner)
        package.writestr("Bob_2_assignsubmission_file_/work.zip", deep.getvalue())
    read, left = gathered(tmp_path, tmp_path / "all.zip")
    work = "Anna_1_assignsubmission_file_/work.zip"
    assert read == [f"{work}/my/exercise.xlsx", f"{work}/notes.txt", "Bob_2_assignsubmission_file_/work.zip"]
    assert "is not opened" in left[str(tmp_path / "all.zip" / "Bob_2_assignsubmission_file_/work.zip/more.zip")]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../../evil.xlsx", "out of the archive"),
        ("/etc/evil.xlsx", "out of the archive"),
        ("C:/evil.xlsx", "out of the archive"),
        ("..\\..\\evil.xlsx", "out of the archive"),
        ("a/" * 600 + "x.xlsx", "is none"),
    ],
)
def test_a_path_that_leads_elsewhere_is_skipped(tmp_path: Path, name: str, reason: str) -> None:
    """The reason is told; the others are read, and nothing is written outside of the temporary folder."""
    path = zipped(tmp_path / "all.zip", "Ann Lee.xlsx", name)
    read, left = gathered(tmp_path, path)
    assert read == ["Ann Lee.xlsx"]
    assert [reason in told for told in left.values()] == [True]
    assert {file.name for file in tmp_path.iterdir()} == {"all.zip", "workspace"}


def link(package: zipfile.ZipFile) -> None:
    """A link to a file of the teacher's."""
    entry = zipfile.ZipInfo("Bob Ray.xlsx")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    package.writestr(entry, "/etc/passwd")


def twice(package: zipfile.ZipFile) -> None:
    """One name for two files."""
    for content in ("first", "second"):
        package.writestr("Bob Ray.xlsx", content)


def huge(package: zipfile.ZipFile) -> None:
    """Larger than any workbook may be."""
    package.writestr("Bob Ray.xlsx", bytes(21_000_000))


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("plant", "reason", "left"),
    [(link, "a link", []), (twice, "twice", ["Bob Ray.xlsx"]), (huge, "at most 20,000,000", [])],
)
def test_what_is_no_plain_file_is_skipped(tmp_path: Path, plant: Plant, reason: str, left: list[str]) -> None:
    """It costs nobody else anything."""
    with zipfile.ZipFile(tmp_path / "all.zip", "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("Ann Lee.xlsx", "x")
        plant(package)
    read, skipped = gathered(tmp_path, tmp_path / "all.zip")
    assert read == ["Ann Lee.xlsx", *left]
    assert [reason in told for told in skipped.values()] == [True]


def changed_entry(path: Path, offset: int, value: bytes) -> None:
    """The bytes at an offset of the last entry's line in the archive's directory, replaced."""
    data = bytearray(path.read_bytes())
    place = data.rfind(b"PK\x01\x02") + offset
    data[place : place + len(value)] = value
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("offset", "value", "reason"),
    [(8, b"\x01\x00", "password"), (10, b"\x63\x00", "damaged"), (16, b"abcd", "damaged")],
)
def test_an_entry_that_cannot_be_unpacked_is_skipped(tmp_path: Path, offset: int, value: bytes, reason: str) -> None:
    """With a password, packed in a way that nobody knows, or with a wrong sum."""
    path = zipped(tmp_path / "all.zip", "Ann Lee.xlsx", "Bob Ray.xlsx")
    changed_entry(path, offset, value)
    read, left = gathered(tmp_path, path)
    assert read == ["Ann Lee.xlsx"]
    assert [reason in told for told in left.values()] == [True]


@pytest.mark.slow
def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    """By its factor, and by what all archives together come to, also where entries share their bytes."""
    path = zipped(tmp_path / "all.zip", *(f"{n}.xlsx" for n in range(8)), content=bytes(15_000_000))
    with pytest.raises(UnreadableError, match="over 100 times its size"):
        gathered(tmp_path, path)
    assert list((tmp_path / "workspace").iterdir()) == []


def test_a_disk_that_takes_no_more_is_no_fault_of_the_archive(tmp_path: Path) -> None:
    """What can't be written is told as that, with the system's reason; nobody need download anything again."""
    path = zipped(tmp_path / "all.zip", "a.xlsx")
    with pytest.raises(WriteError, match=r"the hand-ins can't be unpacked there \(no such file"):
        list(archive.unpack(path, path, archive.Unpacked(tmp_path / "gone")))


def test_all_archives_together_have_one_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the first one took is not there for the second."""
    paths = [zipped(tmp_path / f"{n}.zip", "a.xlsx", content=bytes(range(256)) * 4) for n in range(2)]
    monkeypatch.setattr(archive.Unpacked, "__init__", lambda self, folder: vars(self).update(
        folder=folder, files=0, left=1_500, skipped=[]))  # fmt: skip
    with pytest.raises(UnreadableError, match="at most 476 are taken"):
        gathered(tmp_path, *paths)


@pytest.mark.parametrize("has_decoy", [False, True])
def test_a_million_entries_are_refused_at_once(has_decoy: bool, tmp_path: Path) -> None:
    """Before the archive's directory is read, which would take seconds and half a gigabyte.

    The locator may point to another record, of one entry, while Python reads the one right before the locator.
    """
    line = struct.pack("<4s4B4HL2L5H2L", b"PK\x01\x02", 20, 0, 20, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
    count = 1_000_000
    directory = line * count
    path = tmp_path / "all.zip"
    end_64 = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, len(directory), 0)
    decoy = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 1, 1, len(line), 0) if has_decoy else b""
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, len(directory), 1)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    path.write_bytes(directory + decoy + end_64 + locator + end)
    begun = time.process_time()
    with pytest.raises(UnreadableError, match="1,000,000 entries"):
        gathered(tmp_path, path)
    assert time.process_time() - begun < 1


@pytest.mark.parametrize("encoding", ["cp437", "utf-8", "gb18030", "cp1251"])
def test_names_are_read_in_the_encoding_they_are_written_in(tmp_path: Path, encoding: str) -> None:
    """Without the sign for UTF-8 they are in some machine's code page."""
    names = {"cp437": "Jörg Müller.xlsx", "gb18030": "王小明的作业.xlsx", "cp1251": "Иван Петров.xlsx"}
    name = names.get(encoding, "Zoë Łuczak 王.xlsx")
    raw = name.encode(encoding)
    path = zipped(tmp_path / "all.zip", "?" * len(raw))
    path.write_bytes(path.read_bytes().replace(b"?" * len(raw), raw))
    assert gathered(tmp_path, path)[0] == [name]


@pytest.mark.parametrize("cut", [1, 30, -10])
def test_a_cut_off_archive_is_named(tmp_path: Path, cut: int) -> None:
    """In one sentence, with the remedy."""
    path = zipped(tmp_path / "all.zip", *(f"{n}.xlsx" for n in range(9)))
    path.write_bytes(b"PK" + path.read_bytes()[2:cut])
    with pytest.raises(UnreadableError, match="download it again"):
        gathered(tmp_path, path)


@pytest.mark.slow
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.dictionaries(st.integers(0, 600), st.integers(0, 255), min_size=1, max_size=8))
def test_no_change_of_bytes_does_harm(tmp_path: Path, changes: dict[int, int]) -> None:
    """An archive in which bytes were changed is read, in part or not at all, or named; nothing is written elsewhere."""
    names = ("Anna_1_assignsubmission_file_/x.xlsx", "王小明.xlsx", "b/c.xlsx")
    data = bytearray(zipped(tmp_path / "all.zip", *names, content=b"abc" * 99).read_bytes())
    for place, value in changes.items():
        data[place % len(data)] = value
    (tmp_path / "all.zip").write_bytes(data)
    with suppress(UnreadableError, UsageError):
        gathered(tmp_path, tmp_path / "all.zip")
    assert {file.name for file in tmp_path.iterdir()} <= {"all.zip", "workspace"}
    shutil.rmtree(tmp_path / "workspace", ignore_errors=True)


@pytest.mark.parametrize("name", ["none", "text.txt"])
def test_what_is_no_source_is_refused(tmp_path: Path, name: str) -> None:
    """The error says what to give."""
    (tmp_path / "text.txt").write_text("text")
    with pytest.raises(UsageError, match="give the"):
        gathered(tmp_path, tmp_path / name)
