"""From what a person gives to a log."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from xlbp.checking.log import Log
from xlbp.checking.reading.csv_file import csv_log
from xlbp.checking.reading.json_file import json_log
from xlbp.checking.reading.npz_file import npz_log
from xlbp.checking.reading.values import Numbers, log_of_values
from xlbp.errors import UnreadableError, UsageError

WAYS: dict[str, Callable[[Path], Log]] = {
    ".csv": csv_log,
    ".tsv": csv_log,
    ".txt": csv_log,
    ".json": json_log,
    ".npz": npz_log,
}


def read_log(numbers: Numbers) -> Log:
    """The log of a file, by what it ends in, or of values that Python holds.

    Raises UnreadableError for a file that is missing or damaged, UsageError for what is no log.
    """
    if not isinstance(numbers, (str, os.PathLike)):
        return log_of_values(numbers)
    path = Path(numbers)
    way = WAYS.get(path.suffix.lower())
    if way is None:
        raise UsageError(f"{path}: numbers are read from {', '.join(WAYS)}; save them as one of these")
    if not path.is_file():
        raise UnreadableError(f"{path}: there is no such file; name the one with your numbers")
    return replace(way(path), source=str(path))
