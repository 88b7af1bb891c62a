"""A class list: who gets a book, and what its file may be called on any machine."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from xlbp.datafile.rows import DataFile, read_table
from xlbp.errors import UsageError, reason_of
from xlbp.system.atomic import FORBIDDEN, RESERVED

NAMES = ("name", "student", "full name", "student name", "姓名", "学生", "學生", "名字")
FIRST_NAMES, LAST_NAMES = ("first name", "given name", "firstname"), ("last name", "surname", "family name", "lastname")
IDS = ("id", "student id", "id number", "number", "no", "no.", "matriculation", "学号", "學號", "编号", "編號")
CHINESE = ("gb18030", "big5hkscs")
WORDS = frozenset(word for word in (*NAMES, *IDS) if not word.isascii())
MOST_STUDENTS, LARGEST = 5_000, 5_000_000
LONGEST_STEM = 150  # bytes; a file system holds 255


@dataclass(frozen=True)
class Student:
    """``key`` names the student's stream of numbers, ``stem`` the file; both are unique in the class.

    ``ids`` are all the ids that the list has, of which ``id`` is shown; ``platform_id`` is the number by which a
    learning platform names the student's hand-in.
    """

    number: int
    name: str
    id: str
    key: str
    stem: str
    ids: tuple[str, ...] = ()
    platform_id: str = ""


def read_roster(path: Path) -> tuple[Student, ...]:
    """The students of a CSV file with a header.  Raises UsageError, naming the file and the remedy."""
    try:
        if path.stat().st_size > LARGEST:
            raise UsageError(f"{path}: a roster has at most {LARGEST // 1_000_000} MB")
        table = read_table(_decoded(path.read_bytes()).replace("\r\n", "\n"))
    except UnicodeError:
        raise UsageError(
            f"{path}: the roster is not UTF-8 text; save it as CSV UTF-8 (or, from a Chinese Excel, head the "
            "names with 姓名, by which GBK and Big5 are known)"
        ) from None
    except ValueError as error:
        raise UsageError(f"{path}: the roster {error}") from None
    except OSError as error:
        raise UsageError(f"can't read the roster {str(path)!r}: {reason_of(error)}") from None
    if len(table.rows) > MOST_STUDENTS:
        raise UsageError(f"{path}: {len(table.rows):,} students are too many; at most {MOST_STUDENTS:,} in a roster")
    return _students([(line, name, id_) for line, name, id_ in _people(path, table)], path)


def _decoded(data: bytes) -> str:
    """UTF-8, or UTF-16 with its mark; GBK or Big5, as a Chinese Excel writes them, where the first line proves it.

    Bytes of one of these are mostly readable as the other, too: only a heading that is a known word tells which.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        for encoding in CHINESE:
            text = data.decode(encoding, "replace")
            if "\ufffd" not in text and not _headings(text).isdisjoint(WORDS):
                return text
        raise


def _headings(text: str) -> set[str]:
    return {cell.strip(' "') for cell in re.split(r"[,;\t]", text.partition("\n")[0].strip())}


def _people(path: Path, table: DataFile) -> list[tuple[int, str, str]]:
    """(line, name, id) of each row."""
    header = [cell.lower() for cell in table.header]

    def place(words: Sequence[str]) -> int | None:
        return next((header.index(word) for word in words if word in header), None)

    whole, first, last, id_ = place(NAMES), place(FIRST_NAMES), place(LAST_NAMES), place(IDS)
    parts = [whole] if whole is not None else [at for at in (first, last) if at is not None]
    if not parts and id_ is None:
        raise UsageError(
            f"{path}: the first line of the roster names no column {', '.join(NAMES[:2])} or {IDS[0]}; add such a line"
        )
    people = []
    for line, row in table.rows:
        cells = (*row, *[""] * len(header))
        name = " ".join(cells[at] for at in parts if cells[at])
        people.append((line, name, cells[id_] if id_ is not None else ""))
    return people


def _students(people: Sequence[tuple[int, str, str]], path: Path) -> tuple[Student, ...]:
    """Keys and file names, each once."""
    students: list[Student] = []
    keys: set[str] = set()
    stems: set[str] = set()
    ids: dict[str, int] = {}
    for number, (line, name, id_) in enumerate(people, start=1):
        if not (name or id_):
            raise UsageError(f"{path}:{line}: a student without a name; fill it in or delete the line")
        if id_ and id_ in ids:
            raise UsageError(f"{path}:{line}: the id {id_!r} stands in line {ids[id_]}, too; each student needs an own")
        ids[id_] = line
        shown = plain(name) or plain(id_) or f"{number}"
        key = once(f"id {id_}" if id_ else f"name {shown.casefold()}", keys)
        stem = once(safe_stem(f"{shown} {id_}" if id_ and name else shown), stems)
        students.append(Student(number, shown, id_, key, stem))
    return tuple(students)


def plain(text: str) -> str:
    """A name as it is shown: composed, without characters that turn the writing round or can't be seen."""
    composed = unicodedata.normalize("NFC", text)
    return " ".join("".join(c for c in composed if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co")).split())


def safe_stem(text: str) -> str:
    """A file name without its ending, good on every system: no path in it, no dot at either end, not too long."""
    stem = FORBIDDEN.sub("_", plain(text)).strip(" .")
    while len(stem.encode()) > LONGEST_STEM:
        stem = stem[:-1].rstrip(" .")
    stem = stem.lstrip("-~$") or "student"  # no option of a command, no lock file
    return f"_{stem}" if RESERVED.fullmatch(stem) else stem


def once(text: str, taken: set[str]) -> str:
    """The text, or with (2), (3) and so on behind it; without regard to case."""
    free, count = text, 1
    while free.casefold() in taken:
        count += 1
        free = f"{text} ({count})"
    taken.add(free.casefold())
    return free
