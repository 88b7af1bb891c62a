"""A log as NumPy's .npz: an array for each name.  Nothing is unpickled."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np

from xlbp.checking.log import Log
from xlbp.checking.reading.values import log_of_columns
from xlbp.errors import UnreadableError, reading

LARGEST = 400_000_000  # bytes, unpacked
OF_OBJECTS = "allow_pickle"  # NumPy's message names it for these alone, not for an array that is cut off


def npz_log(path: Path) -> Log:
    """The arrays by their names.  Raises UnreadableError for a file that is none, is too large, or holds objects."""
    with reading(path, "the log"):
        with zipfile.ZipFile(path) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
        if size > LARGEST:
            raise UnreadableError(f"{path}: the log unpacks to {size:,} bytes; save at most {LARGEST:,} at a time")
        with np.load(path, allow_pickle=False) as arrays:
            return log_of_columns({name: _plain(path, name, arrays) for name in arrays.files})


def _plain(path: Path, name: str, arrays: np.lib.npyio.NpzFile) -> object:
    """An array of numbers."""
    try:
        return arrays[name]
    except ValueError as error:
        if OF_OBJECTS not in str(error):
            raise
        raise UnreadableError(
            f"{path}: the array {name!r} holds Python objects, which are not unpickled; save numbers of one shape"
        ) from None
