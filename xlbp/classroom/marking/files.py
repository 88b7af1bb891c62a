"""Which file is whose: by its name and the folders it lies in, as learning platforms make them."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from xlbp.classroom.exercise.roster import Student
from xlbp.errors import UsageError

SUFFIX = ".xlsx"
KINDS = (SUFFIX, ".xlsm", ".xlsb", ".xls", ".ods", ".numbers", ".csv", ".zip")  # what may be meant as a hand-in
MOST_FILES = 20_000
SKIPPED = (".", "~$", "._", "__MACOSX")


@dataclass(frozen=True)
class Found:
    """A file, and the student whose name or id it bears, or None; ``others`` are further files of that student."""

    path: Path
    student: Student | None
    others: tuple[Path, ...] = ()


def find_files(folder: Path, students: Sequence[Student]) -> list[Found]:
    """The files of a folder and of those in it: the newest of each student's, and all that bear no name.

    Raises UsageError if it is no folder, or holds too many files.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder} is no folder; give the one in which the handed-in books lie")
    by_student: dict[int, list[Path]] = {}
    strays: list[Path] = []
    by_number = {student.number: student for student in students}
    for path in _files(folder):
        owner = _owner(path.relative_to(folder), students)
        if owner is None:
            strays.append(path)
        else:
            by_student.setdefault(owner.number, []).append(path)
    files = [_newest(paths, by_number[number]) for number, paths in sorted(by_student.items())]
    return files + [Found(path, None) for path in strays if path.suffix.lower() in KINDS]


def settle(found: Sequence[Found], owners: Mapping[Path, Student]) -> list[Found]:
    """Files without a name go to the student whose numbers they have, as ``owners`` tells; each student has one.

    Where there is one that bears the name already, what has none is named beside it, not marked.
    """
    nameless: dict[int, list[Path]] = {}
    for file in found:
        if file.student is None and file.path in owners:
            nameless.setdefault(owners[file.path].number, []).append(file.path)
    settled = []
    for file in found:
        if file.student is not None:
            further = nameless.pop(file.student.number, [])
            settled.append(replace(file, others=(*file.others, *further)))
    settled += [_newest(paths, owners[paths[0]]) for paths in nameless.values()]
    return settled + [file for file in found if file.student is None and file.path not in owners]


def _files(folder: Path) -> Iterator[Path]:
    """Plain files; links are not followed."""
    count = 0
    for place, folders, names in os.walk(folder, followlinks=False):
        folders[:] = sorted(name for name in folders if not name.startswith(SKIPPED))
        for name in sorted(names):
            path = Path(place) / name
            if name.startswith(SKIPPED) or path.is_symlink() or not path.is_file():
                continue
            count += 1
            if count > MOST_FILES:
                raise UsageError(f"{folder} holds over {MOST_FILES:,} files; give the folder of one class's hand-ins")
            yield path


def _newest(paths: Sequence[Path], student: Student) -> Found:
    """The newest workbook; a file of another kind only where there is no workbook."""
    books = [path for path in paths if path.suffix.lower() == SUFFIX] or list(paths)
    chosen = max(books, key=lambda path: (path.stat().st_mtime, str(path)))
    return Found(chosen, student, tuple(path for path in books if path != chosen))


def _owner(path: Path, students: Sequence[Student]) -> Student | None:
    """The student whose id or name is in the path, the longest match; None if two match alike."""
    scores = [(score, student) for student in students if (score := _score(path, student)) > 0]
    best = max((score for score, _ in scores), default=0)
    first = [student for score, student in scores if score == best]
    return first[0] if len(first) == 1 else None


def _score(path: Path, student: Student) -> int:
    """How much of the student is in the path: an id counts above all, then the length of the name."""
    tokens = set(_tokens(str(path.with_suffix(""))))
    id_score = 1_000 if student.id and set(_tokens(student.id)) <= tokens else 0
    return id_score + max(_name_score(path, tokens, name) for name in (student.name, student.stem))


def _name_score(path: Path, tokens: set[str], name: str) -> int:
    words = _tokens(name)
    joined = "".join(words)
    if not words:
        return 0
    if set(words) <= tokens or joined in tokens or "".join(reversed(words)) in tokens:
        return len(joined)
    has_no_spaces = any(ord(c) > 0x2E80 for c in joined)  # Chinese, Japanese, Korean
    return len(joined) if has_no_spaces and joined in "".join(_tokens(str(path.with_suffix("")))) else 0


def _tokens(text: str) -> list[str]:
    """Words and numbers, without regard to case, accents' encoding, or what parts them."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return [word for word in re.split(r"[\W_]+", plain) if word]
