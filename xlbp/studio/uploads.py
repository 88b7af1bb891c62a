"""Files that come by a form: saved in a job's own folder, under names that do no harm."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from starlette.datastructures import FormData, UploadFile

from xlbp.errors import UsageError
from xlbp.studio.fields import Field
from xlbp.system.atomic import unfit_for_windows

MOST_FILES = 2_000  # of one form
LONGEST_NAME = 180  # bytes: file systems take 255, and what is made of a file has a longer name
PIECE = 1 << 20  # bytes read at a time
ARCHIVE = ".zip"
HARMFUL = re.compile(r'[\x00-\x1f\x7f<>:"|?*\\/]+')


async def save_files(
    form: FormData,
    fields: Sequence[Field],
    folder: Path,
    made: Collection[str] = (),
    called: Callable[[str], str] = str,
) -> dict[str, list[str]]:
    """The files of each field, saved in ``folder``: for the command their names, or that of the folder they lie in.

    ``made`` are the names of what the command will make, which no file takes; a field is ``called`` so by the reader.
    """
    saved: dict[str, list[str]] = {}
    for field in fields:
        files = [file for file in form.getlist(field.name) if isinstance(file, UploadFile) and file.filename]
        names = [await _save(file, folder, field, made, called) for file in files]
        own = {name: field.folder for name in names if field.folder and name.startswith(f"{field.folder}/")}
        saved[field.name] = list(dict.fromkeys(own.get(name, name) for name in names))
    return saved


async def _save(
    file: UploadFile, folder: Path, field: Field, made: Collection[str], called: Callable[[str], str]
) -> str:
    """One file: its name from ``folder``.  A name that is taken gets a number.

    Raises UsageError for an ending that the field does not take: a program must not lie where the command starts.
    """
    name = safe_name(file.filename or "")
    place = field.folder if field.folder and not name.lower().endswith(ARCHIVE) else "."
    if place == "." and not name.lower().endswith(tuple(field.accept.split(","))):
        endings = field.accept.replace(",", ", ")
        raise UsageError(f"{name} is no file for {called(field.name)!r}; give one that ends in {endings}")
    (folder / place).mkdir(exist_ok=True)
    path = free(folder / place / name, made)
    with path.open("xb") as target:
        while piece := await file.read(PIECE):
            target.write(piece)
    return path.relative_to(folder).as_posix()


def safe_name(name: str) -> str:
    """The last part of a name, of which a path, a device or a hidden file can't be made.

    Raises UsageError if nothing is left of it.
    """
    last = re.split(r"[\\/]", unicodedata.normalize("NFC", name))[-1]
    plain = HARMFUL.sub("_", last).strip(" .").lstrip("-~")
    stem, dot, ending = plain.rpartition(".")
    while len(plain.encode()) > LONGEST_NAME:
        stem = stem[:-1]
        plain = f"{stem}{dot}{ending}" if stem else ending[:40]
    if not plain.strip("_") or unfit_for_windows(plain):
        raise UsageError(f"a file can't be called {name!r:.60}; rename it")
    return plain


def free(path: Path, taken: Collection[str] = ()) -> Path:
    """The path, or with a number if something is there, or the name is one of those that are ``taken``."""
    number, free = 1, path
    while free.exists() or free.name.casefold() in taken:
        number += 1
        free = path.with_name(f"{path.stem} ({number}){path.suffix}")
    return free
