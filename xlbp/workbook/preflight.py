"""Before any parser: says whether a file is a workbook at all, and if not, what it is."""

from __future__ import annotations

import zipfile
from pathlib import Path

from xlbp.errors import UnreadableError

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_MARK = "EncryptedPackage".encode("utf-16-le")


def preflight(path: Path) -> None:
    """Raise UnreadableError, naming what the file is, unless it is a sound .xlsx package."""
    try:
        with path.open("rb") as stream:
            head = stream.read(1_000_000)
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise UnreadableError(f"can't read {str(path)!r}: {reason}") from None
    if not head.startswith(b"PK"):
        raise UnreadableError(f"{path}: {_what_it_is(head)}")
    try:
        with zipfile.ZipFile(path) as package:
            names = package.namelist()
            damaged = package.testzip()
    except Exception as error:  # zlib.error and its kin have no common base
        raise UnreadableError(f"{path}: the package is damaged ({error}); get a fresh copy") from None
    if damaged:
        raise UnreadableError(f"{path}: the package is damaged in {damaged!r}; get a fresh copy")
    _must_be_a_workbook(path, names)


def _what_it_is(head: bytes) -> str:
    if not head:
        return "the file is empty"
    if head.startswith(OLE):
        if ENCRYPTED_MARK in head:
            return "the workbook is encrypted; save it without a password"
        return "this is an old .xls workbook; save it as .xlsx"
    return "this is no .xlsx workbook but something else, a text perhaps; save it as .xlsx"


def _must_be_a_workbook(path: Path, names: list[str]) -> None:
    if "mimetype" in names and "content.xml" in names:
        raise UnreadableError(f"{path}: this is an OpenDocument sheet (.ods); save it as .xlsx")
    if "xl/workbook.xml" not in names:
        raise UnreadableError(f"{path}: this is a zip file, but no .xlsx workbook")
