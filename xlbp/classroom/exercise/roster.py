"""A class list: who gets a book, and what its file may be called on any machine."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from xlbp.classroom.exercise.headings import (
    FIRST_NAMES,
    IDENTIFIERS,
    IDS,
    LAST_NAMES,
    NAMES,
    OTHER_IDS,
    place_of,
    places_of,
    plain_heading,
)
from xlbp.classroom.exercise.spelling import alike
from xlbp.datafile.encodings import recognised
from xlbp.datafile.form import PLAIN_FORM
from xlbp.datafile.rows import DataFile, read_table, records_of, separator_of
from xlbp.datafile.source import is_made, recognised_text
from xlbp.errors import UnreadableError, UsageError, reason_of
from xlbp.system.atomic import FORBIDDEN, RESERVED

CHINESE = ("gb18030", "big5hkscs")
EUROPEAN = ("cp1252", "cp1250", "cp1251")
WORDS = frozenset(word for word in (*NAMES, *IDS) if not word.isascii())
MOST_STUDENTS, LARGEST = 200_000, 50_000_000
MOST_ABOVE = 10  # lines above the one with the headings
LONGEST_STEM = 150  # bytes; a file system holds 255
ALIKE_STATUS = 0.8  # of cells, at most so many kinds of status
FROM_EAST_ASIA = "\u2e7f"
POINTS_POSSIBLE, SECTION = "points possible", "section"
TEST_STUDENT = re.compile("[0-9a-f]{40}")  # the login of Canvas's own, whom a teacher sees the course as
TEST_NAMES = ("student, test", "test student")
PARTICIPANT = re.compile(r"([^\W\d_][^\d]{2,}?)\s*(\d+)")
FORMULA = re.compile('="(.*)"')  # Canvas's way to write a name that begins with =


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


@dataclass(frozen=True)
class Person:
    """A line of a class list."""

    line: int
    name: str
    id: str
    ids: tuple[str, ...] = ()
    platform_id: str = ""


def read_roster(path: Path) -> tuple[Student, ...]:
    """The students of a table with headings.  Raises UsageError, naming the file and the remedy."""
    table = read_any_table(path, "the roster")
    if len(table.rows) > MOST_STUDENTS:
        raise UsageError(f"{path}: {len(table.rows):,} students are too many; at most {MOST_STUDENTS:,} in a roster")
    return _students(people_of(path, table), path)


def read_any_table(path: Path, what: str, sheets: Iterable[str] = ()) -> DataFile:
    """A table that a person or a learning platform wrote, as text or as a workbook, below its line of headings.

    Of a workbook with several sheets the one is read that has one of these titles.  Raises UsageError, which calls the
    file ``what``.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise UsageError(f"{path}: {what} has at most {LARGEST // 1_000_000} MB")
        data = path.read_bytes()
        if is_made(path.name, data):
            text = _sheet_text(data, path.name, sheets)
        else:
            text = data.decode(encoding_of(data)).removeprefix("\ufeff").replace("\r\n", "\n")
        return _below_headings(text)
    except UnicodeError:
        raise UsageError(
            f"{path}: {what} is not UTF-8 text; save it as CSV UTF-8 (or, from a Chinese Excel, head the "
            "names with 姓名, by which GBK and Big5 are known)"
        ) from None
    except UnreadableError as error:
        raise UsageError(str(error)) from None
    except ValueError as error:
        raise UsageError(f"{path}: {what} {error}") from None
    except OSError as error:
        raise UsageError(f"can't read {what} {str(path)!r}: {reason_of(error)}") from None


def _sheet_text(data: bytes, name: str, sheets: Iterable[str]) -> str:
    """A workbook's only sheet, or the one that has one of these titles."""
    for title in sheets:
        with suppress(ValueError):
            return recognised_text(data, name, replace(PLAIN_FORM, sheet=title))[0]
    return recognised_text(data, name, PLAIN_FORM)[0]


def _below_headings(text: str) -> DataFile:
    """The table, whose headings are the first line that names a column that is known; else simply the first."""
    separator = separator_of(text)
    for line, cells in records_of(text, separator):
        if line > MOST_ABOVE:
            break
        if _parts(cells) or place_of(cells, (*IDS, *IDENTIFIERS)) is not None:
            is_first = not any(any(above) for at, above in records_of(text, separator) if at < line)
            return read_table(text, PLAIN_FORM if is_first else replace(PLAIN_FORM, separator=separator, header=line))
    return read_table(text)


def encoding_of(data: bytes) -> str:
    """UTF-8, or UTF-16 with its mark; GBK or Big5, as a Chinese Excel writes them, where the first line proves it.

    Bytes of one of these are mostly readable as the other, too: only a heading that is a known word tells which.  A
    code page of Europe is taken where its letters prove it.  The mark remains a part of the text.
    """
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if data.startswith(mark):
            return encoding
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        for encoding in CHINESE:
            text = data.decode(encoding, "replace")
            if "\ufffd" not in text and not _headings(text).isdisjoint(WORDS):
                return encoding
        return _european(data, error)
    return "utf-8"


def _european(data: bytes, error: UnicodeDecodeError) -> str:
    try:
        encoding = recognised(data)[1]
    except ValueError:
        raise error from None
    if encoding not in EUROPEAN:
        raise error
    return encoding


def _headings(text: str) -> set[str]:
    return {plain_heading(cell) for cell in re.split(r"[,;\t]", text.partition("\n")[0].strip())}


def _parts(header: Sequence[str]) -> list[int]:
    """The places of a name's columns: of the whole name, or of the first and the last one."""
    whole, first, last = (place_of(header, words) for words in (NAMES, FIRST_NAMES, LAST_NAMES))
    if first is not None and last is not None and first != last and whole in (None, first, last):
        return [first, last]
    return [whole] if whole is not None else [at for at in (first, last) if at is not None]


def people_of(path: Path, table: DataFile) -> list[Person]:
    """Everybody in a class list; no line of a platform's own.

    Raises UsageError for a table without a column of names or ids.
    """
    header = table.header
    parts, identifier = _parts(header), identifier_of(table)
    id_ = place_of([cell if at != identifier else "" for at, cell in enumerate(header)], IDS)
    if len(parts) == 1:
        parts = _completed(table, parts[0])
    if not parts and identifier is not None:
        parts = _beside_identifier(table)
    if not parts and id_ is None and identifier is None:
        raise UsageError(
            f"{path}: the first line of the roster names no column {', '.join(NAMES[:2])} or {IDS[0]}; add such a line"
        )
    others = [at for at in (*places_of(header, IDS), *places_of(header, OTHER_IDS)) if at != id_]
    is_canvas = is_of_canvas(header)
    people = []
    for line, row in table.rows:
        cells = (*row, *[""] * len(header))
        name, own = _name_of([cells[at] for at in parts], is_canvas), cells[id_] if id_ is not None else ""
        ids = tuple(dict.fromkeys(known for at in others if (known := cells[at]) and known != own))
        participant = cells[identifier] if identifier is not None else ""
        number = own if is_canvas else _trailing_number(participant)
        if not (is_canvas and is_no_student(cells, ids)):
            people.append(Person(line, name or ("" if own else participant), own, ids, number))
    return people


def is_of_canvas(header: Sequence[str]) -> bool:
    """Whether a table is Canvas's gradebook: its importer looks for these words, whatever the language."""
    plain = [plain_heading(cell) for cell in header]
    has_names = plain[:1] == ["student"] or plain[:2] == ["lastname", "firstname"]
    return has_names and "id" in plain[1:3] and SECTION in plain


def is_no_student(cells: Sequence[str], ids: Iterable[str]) -> bool:
    """Whether a line of Canvas's gradebook is one of points, of manual posting, or of the test student."""
    first = cells[0].strip().casefold()
    return (
        first.startswith(POINTS_POSSIBLE)
        or not any(cells[:3])
        or first in TEST_NAMES
        or any(TEST_STUDENT.fullmatch(id_) for id_ in ids)
    )


def identifier_of(table: DataFile) -> int | None:
    """The place of Moodle's own numbers, as in its grading worksheet: one word before each, ``Participant 123``.

    The word and the heading are those of the teacher's language; ``ID`` in German.
    """
    place = place_of(table.header[:1], (*IDENTIFIERS, *IDS))
    found = [PARTICIPANT.fullmatch(row[0]) for _, row in table.rows if row[0]]
    words = {match[1] for match in found if match}
    return place if found and None not in found and len(words) == 1 else None


def _completed(table: DataFile, whole: int) -> list[int]:
    """The places of first and last name where what is called the name is but one of them, as in Name, Vorname."""
    for words, is_first in ((FIRST_NAMES, True), (LAST_NAMES, False)):
        other = place_of(table.header, words)
        if other is not None and other != whole and not _holds(table, whole, other):
            return [other, whole] if is_first else [whole, other]
    return [whole]


def _holds(table: DataFile, whole: int, part: int) -> bool:
    """Whether most cells of a column have in them what stands in another one."""
    cells = [(row[whole], row[part]) for _, row in table.rows if max(whole, part) < len(row) and row[part]]
    return 2 * sum(inner.casefold() in outer.casefold() for outer, inner in cells) > len(cells)


def _beside_identifier(table: DataFile) -> list[int]:
    """The names in a worksheet whose headings are in a language that is not known: behind Moodle's own numbers.

    With blind marking that is the status, of which there are few.
    """
    cells = [cell for _, cell in table.column(1)] if len(table.header) > 1 else []
    return [1] if len(set(cells)) > ALIKE_STATUS * len(cells) else []


def _name_of(parts: Sequence[str], is_canvas: bool) -> str:
    """First and last name; in East Asia the family name stands first, without a blank.  Canvas has ``Lee, Ann``."""
    words = [FORMULA.sub(r"\1", part.strip()) for part in parts if part.strip()]
    if is_canvas and len(words) == 1 and "," in words[0]:
        last, _, first = words[0].partition(",")
        words = [first.strip(), last.strip()]
    if len(words) == 2 and all(c > FROM_EAST_ASIA for word in words for c in word):
        return words[1] + words[0]
    return " ".join(words)


def _trailing_number(text: str) -> str:
    """123 of ``Participant 123``, in any language."""
    found = re.search(r"\d+$", text.strip())
    return found[0] if found else ""


def _students(people: Sequence[Person], path: Path) -> tuple[Student, ...]:
    """Keys and file names, each once."""
    students: list[Student] = []
    keys: set[str] = set()
    stems: set[str] = set()
    ids: dict[str, int] = {}
    for number, person in enumerate(people, start=1):
        name, id_ = person.name, person.id
        if not (name or id_):
            raise UsageError(f"{path}:{person.line}: a student without a name; fill it in or delete the line")
        if id_ and id_ in ids:
            raise UsageError(
                f"{path}:{person.line}: the id {id_!r} stands in line {ids[id_]}, too; each student needs an own"
            )
        ids[id_] = person.line
        shown = plain(name) or plain(id_) or f"{number}"
        key = once(f"id {id_}" if id_ else f"name {shown.casefold()}", keys)
        stem = once(safe_stem(f"{shown} {id_}" if id_ and name else shown), stems)
        students.append(Student(number, shown, id_, key, stem, person.ids, person.platform_id))
    return tuple(students)


def keys_of(student: Student) -> Iterator[str]:
    """What the student's key may be by another roster of the class: by any id, or by the name."""
    yield student.key
    for id_ in (student.id, *student.ids):
        if id_:
            yield f"id {id_}"
    yield f"name {student.name.casefold()}"


def known_as(students: Sequence[Student], names: Mapping[str, str]) -> tuple[Student, ...]:
    """The students with the keys that they have in a record which was made by another list of the class.

    ``names`` tells each key's student by name, '' where the record does not.  A key goes to the one student whose id
    it is, or whose name, in whatever order and spelling.
    """
    missing = [student for student in students if student.key not in names]
    free = names.keys() - {student.key for student in students}
    by_name: dict[str, list[str]] = {}
    for key in sorted(free):
        by_name.setdefault(alike(names[key]), []).append(key)
    claims: dict[str, list[int]] = {}
    for student in missing:
        own = [key for key in keys_of(student) if key in free]
        called = by_name.get(alike(student.name), [])
        for key in dict.fromkeys(own or (called if len(called) == 1 else [])):
            claims.setdefault(key, []).append(student.number)
    taken = {numbers[0]: key for key, numbers in claims.items() if len(numbers) == 1}
    return tuple(replace(student, key=taken.get(student.number, student.key)) for student in students)


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
