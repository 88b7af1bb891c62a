"""A teacher's corrections: a table of files and whose each of them is, which settles what was doubtful."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath

from xlbp.classroom.exercise.headings import FILES, IDS, NAMES, place_of
from xlbp.classroom.exercise.roster import Student, read_any_table
from xlbp.classroom.exercise.spelling import folded, orders, words_of
from xlbp.classroom.handedin.files import Submission
from xlbp.classroom.handedin.owners import By, Decision
from xlbp.errors import UsageError
from xlbp.lang import load_texts
from xlbp.lang.languages import LANGUAGES

WITH_ID = re.compile(r"(.+) \((.+)\)")
NOBODY = ("-", "–", "—", "'-")


def read_corrections(
    path: Path, submissions: Sequence[Submission], students: Sequence[Student]
) -> dict[str, Student | None]:
    """Whose each named file is, by its shown name; None for nobody's, which is written ``-``.

    A line without a student says nothing, so the record of decisions can be filled in and given back.  Raises
    UsageError, with the line, for a file or a student that is not there.
    """
    titles = [load_texts(language)("marking.sheet_decisions") for language in LANGUAGES]
    table = read_any_table(path, "the table of corrections", titles)
    file, student = place_of(table.header, FILES), place_of(table.header, NAMES)
    id_ = place_of(table.header, IDS)
    rows = list(table.rows)
    if file is None or (student is None and id_ is None):
        rows, file, student, id_ = [(1, table.header), *rows], 0, 1, None
    files, people = _Files(submissions), _People(students)
    settled: dict[str, Student | None] = {}
    for line, row in rows:
        cells = [row[place].strip() if place is not None and place < len(row) else "" for place in (file, student, id_)]
        whose = cells[2] or cells[1]
        if not whose:
            continue
        try:
            owner = None if whose in NOBODY else people.who(cells[1], cells[2])
            settled[str(files.shown(cells[0]))] = owner
        except UsageError as error:
            raise UsageError(f"{path}:{line}: {error}") from None
    return settled


def corrected(decision: Decision, settled: Mapping[str, Student | None]) -> Decision:
    """The decision as the teacher made it, if the teacher did."""
    shown = str(decision.submission.shown)
    if shown not in settled:
        return decision
    return Decision(decision.submission, settled[shown], By.CORRECTION, is_sure=True)


class _Files:
    """Files by the names that a teacher may use."""

    def __init__(self, submissions: Iterable[Submission]) -> None:
        self._by_name: dict[str, set[Path]] = {}
        for submission in submissions:
            name = submission.name
            for way in {str(submission.shown), f"{submission.source.name}/{name}", name, PurePosixPath(name).name}:
                self._by_name.setdefault(_key(way), set()).add(submission.shown)

    def shown(self, name: str) -> Path:
        """The one file that is meant."""
        found = self._by_name.get(_key(name)) or self._by_name.get(_key(name.lstrip("'")), set())
        if len(found) != 1:
            how_many = f"{len(found)} files are" if found else "no file is"
            raise UsageError(f"{how_many} called {name!r}; write it as the record of decisions does")
        return next(iter(found))


class _People:
    """Students by their ids and names."""

    def __init__(self, students: Iterable[Student]) -> None:
        self._by_word: dict[str, list[Student]] = {}
        for student in students:
            words = {_key(id_) for id_ in (student.id, *student.ids, student.platform_id) if id_}
            ways = {folded(way) for way in orders(words_of(student.name))}
            for word in words | ways | {_key(student.name), _key(student.stem)}:
                self._by_word.setdefault(word, []).append(student)

    def who(self, name: str, id_: str) -> Student:
        """The one student who is meant: by the id if there is one, else by the name as written, then as it sounds."""
        called = WITH_ID.fullmatch(name)  # as the record calls the nearest
        inner = called[2] if called else ""
        for word in (_key(id_), _key(inner), _key(name), _key(name.lstrip("'")), folded(name)):
            found = self._by_word.get(word, []) if word else []
            if len(found) == 1:
                return found[0]
        raise UsageError(f"{id_ or name!r} is no student of the roster, or not only one; give the id")


def _key(text: str) -> str:
    return unicodedata.normalize("NFC", text).replace("\\", "/").casefold()
