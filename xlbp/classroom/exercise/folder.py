"""The folder of a class's books: what is there already, and what is not the class's."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from xlbp.classroom.exercise.roster import Student
from xlbp.errors import UsageError, WriteError, option
from xlbp.system.atomic import SUFFIX, check_target, make_folder, must_be_folder


def folder_for(folder: Path, students: Sequence[Student], force: bool) -> None:
    """A folder for a class's books: old ones must neither be lost nor be handed out with the new."""
    if folder.suffix.lower() == SUFFIX and not folder.is_dir():
        raise UsageError(f"{option('-o', folder)}: for a class this must be a folder")
    for place in (folder.parent, *([folder] if folder.exists() else [])):
        must_be_folder(place)
    names = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    there = {name for name in names if not name.startswith((".", "~$"))}  # what programs keep beside an open book
    ours = {f"{student.stem}.xlsx" for student in students}
    if there and not force:
        raise WriteError(
            f"the folder {str(folder)!r} is not empty: {len(there & ours)} of the {len(ours)} books are there already"
            f"{_and_others(there - ours)}; {option('--force')} makes all of them anew, "
            f"or give another name with {option('-o')}"
        )
    if there - ours:
        raise WriteError(
            f"the folder {str(folder)!r} holds {len(there - ours)} files that are nobody's in this roster "
            f"({min(there - ours)!r}); move them away, or give another name with {option('-o')}"
        )
    for name in sorted(there):
        check_target(folder / name, force)
    make_folder(folder)


def _and_others(files: set[str]) -> str:
    return f", and {len(files)} other files ({min(files)!r})" if files else ""
