"""Writes a file wholly or not at all."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from xlbp.errors import UsageError, WriteError, option, reason_of
from xlbp.system.cleanup import temporary_file

SUFFIX = ".xlsx"
FOLDER = Path("output")  # of what nobody names a place for
FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')  # in a file's name, on Windows
RESERVED = re.compile(r"(con|conin\$|conout\$|prn|aux|nul|(com|lpt)[\d¹²³]) *(\..*)?", re.IGNORECASE)  # its devices


def check_target(path: Path, force: bool, suffix: str = SUFFIX, folder_comes: bool = False) -> None:
    """Refuse, before any work is done, a path that can't become the result; no ``suffix``, any will do.

    ``folder_comes``: a folder that is not there yet will be made.
    """
    if "\0" in str(path):
        raise UsageError("a file's name can't hold the character NUL")
    if os.path.isdir(path):  # unlike Path.is_dir, false for a name that is too long
        raise WriteError(f"{path} is a folder; give the name of a file, such as {path / f'NAME{suffix}'}")
    if suffix and path.suffix.lower() != suffix:
        raise UsageError(f"{path}: the name must end in {suffix}")
    if len(path.name.encode("utf-8", "surrogateescape")) > 255:
        raise WriteError(f"the file name has {len(path.name)} characters; file systems hold 255 bytes")
    if os.name == "nt" and (reason := unfit_for_windows(path.name)):
        raise WriteError(f"{path}: {reason}")
    if not (folder_comes and not path.parent.exists()):
        must_be_folder(path.parent)
    if path.exists():
        _check_existing(path, force)
    for lock in (f"~${path.name}", f".~lock.{path.name}#"):
        if os.path.exists(path.parent / lock):  # unlike Path.exists, false for a name that is too long
            raise WriteError(f"{path} is open in another program ({lock} exists); close it there first")


def target_for(output: Path | str | None, name: str, force: bool) -> Path:
    """Where a result goes: as asked for, or under its own name in the usual folder, which may come later.

    Raises UsageError or WriteError, before any work is done, if that can't be.
    """
    path = FOLDER / name if output is None else Path(output)
    check_target(path, force, folder_comes=output is None)
    return path


def unfit_for_windows(name: str) -> str:
    """Why Windows takes no file of this name, '' if it does."""
    if found := FORBIDDEN.search(name):
        return f"on Windows a file's name can't hold {found[0]!r}; give another name"
    if RESERVED.fullmatch(name):
        return "on Windows this is the name of a device; give another one"
    return "on Windows a file's name can't end in a dot or a blank; give another one" if name[-1:] in (".", " ") else ""


def _check_existing(path: Path, force: bool) -> None:
    if not path.is_file():
        raise WriteError(f"{path} is no file but a device or the like; give a file name")
    if not force:
        raise WriteError(f"{path} exists; give another name, or {option('--force')} to replace it")
    if not path.stat().st_mode & 0o222:
        raise WriteError(f"{path} is read-only; make it writable, or give another name")


def must_be_folder(path: Path) -> None:
    """Raises WriteError for a folder that does not exist, or that is something else."""
    if path.is_dir():
        return
    if path.exists():
        raise WriteError(f"{path} is a file, no folder; give the name of a folder")
    raise WriteError(f"the folder {str(path)!r} does not exist; make it first")


def make_folder(path: Path) -> None:
    """Make a folder unless it is there.  Raises WriteError."""
    if path.exists():
        must_be_folder(path)
    try:
        path.mkdir(exist_ok=True)
    except OSError as error:
        raise WriteError(f"can't make the folder {str(path)!r}: {reason_of(error)}") from None


@contextmanager
def replacing(path: Path, force: bool = True) -> Iterator[Path]:
    """A temporary file beside ``path``; when the block ends well it becomes ``path``, else it goes.

    A link stays one: what it points to is replaced.  Raises WriteError if the disk refuses, or on Windows another
    program has the old file open; that stays as it was, and without ``force`` so does one that came into being
    while the block ran.
    """
    target = Path(os.path.realpath(path))
    try:
        with temporary_file(target.parent, SUFFIX) as temporary:
            yield temporary
            with temporary.open("rb+") as stream:
                os.fsync(stream.fileno())
            temporary.chmod(0o666 & ~_umask())
            os.replace(temporary, target) if force else _put_where_nothing_is(temporary, target, path)
    except OSError as error:
        is_held = os.name == "nt" and isinstance(error, PermissionError) and target.is_file()
        remedy = "; is it open in Excel? Close it there, or give another name" if is_held else ""
        raise WriteError(f"can't write {path}: {reason_of(error)}{remedy}") from None


def _put_where_nothing_is(temporary: Path, target: Path, path: Path) -> None:
    """Move a file without ever taking another's place: of two that come at once one is refused.

    A second name for the file is made, which fails where there is one; a disk without such names is only asked.
    """
    try:
        os.link(temporary, target)
    except FileExistsError:
        _check_existing(path, force=False)
        raise
    except OSError:
        if target.exists():
            _check_existing(path, force=False)
        os.replace(temporary, target)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
