"""All that was handed in: the files of folders and archives, several at once, and what of them is not read."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from xlbp.classroom.handedin.archive import Skipped, Unpacked, is_archive, must_exist, unpack
from xlbp.classroom.handedin.files import Submission
from xlbp.errors import UnreadableError, UsageError

ARCHIVE = ".zip"
MOST_FILES = 200_000
PASSED_OVER = (".", "~$", "._", "__MACOSX")  # what programs and systems leave beside files


def gather(sources: Sequence[Path], workspace: Path) -> tuple[list[Submission], list[Skipped]]:
    """Every file of the sources, those of archives unpacked into ``workspace``, and what was skipped.

    Raises UsageError for a source that is none, or too many files, UnreadableError for an archive that is refused.
    """
    into = Unpacked(workspace)
    files: list[Submission] = []
    for order, source in enumerate(sources):
        must_exist(source)
        for file in _of_source(source, order, into):
            files.append(file)
            if len(files) > MOST_FILES:
                raise UsageError(f"over {MOST_FILES:,} files were handed in; give the hand-ins of one class")
    return files, into.skipped


def _of_source(source: Path, order: int, into: Unpacked) -> Iterator[Submission]:
    found: Iterator[Submission]
    if source.is_dir():
        found = (Submission(path, _name(path, source), source, order, path.stat().st_mtime) for path in _plain(source))
    elif is_archive(source):
        found = _of_archive(Submission(source, "", source, order), into)
    else:
        raise UsageError(f"{source} is no folder and no zip archive; give the one in which the handed-in books lie")
    for file in found:
        yield from _with_inner(file, into)


def _with_inner(file: Submission, into: Unpacked) -> Iterator[Submission]:
    """The file itself, or if it is an archive that a student made, what that holds."""
    if file.path.suffix.lower() != ARCHIVE or not is_archive(file.path):
        yield file
        return
    try:
        inner = list(_of_archive(file, into))
    except UnreadableError as error:
        into.skipped.append(Skipped(file.shown, file.name, error.at_the_command_line.removeprefix(f"{file.shown}: ")))
        yield file
        return
    for each in inner:
        if each.path.suffix.lower() == ARCHIVE and is_archive(each.path):
            into.skipped.append(Skipped(each.shown, each.name, "an archive within an archive within one is not opened"))
        else:
            yield each
    if not any(each.is_book for each in inner):
        yield file  # so that a teacher learns of it


def _of_archive(archive: Submission, into: Unpacked) -> Iterator[Submission]:
    for entry in unpack(archive.path, archive.shown, into):
        if not any(part.startswith(PASSED_OVER) for part in entry.name.split("/")):
            name = f"{archive.name}/{entry.name}" if archive.name else entry.name
            yield Submission(entry.path, name, archive.source, archive.order, entry.changed, archive.name)


def _name(path: Path, source: Path) -> str:
    return path.relative_to(source).as_posix()


def _plain(folder: Path) -> Iterator[Path]:
    """Plain files; links are not followed."""
    for place, folders, names in os.walk(folder, followlinks=False):
        folders[:] = sorted(name for name in folders if not name.startswith(PASSED_OVER))
        for name in sorted(names):
            path = Path(place) / name
            if not name.startswith(PASSED_OVER) and not path.is_symlink() and path.is_file():
                yield path
