"""A log as CSV: a header, and a row for each iteration."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from pathlib import Path

from xlbp.checking.log import Log
from xlbp.checking.reading.values import log_of_columns, named_once
from xlbp.datafile.form import PLAIN_FORM, Form
from xlbp.datafile.numbers import MINUS
from xlbp.datafile.rows import read_table
from xlbp.datafile.source import text_of
from xlbp.errors import UnreadableError, reading

COMMA = re.compile(r"\s*[-+]?\d+,\d+(?:[eE][-+]?\d+)?\s*")  # a number with a decimal comma


def csv_log(path: Path) -> Log:
    """The columns by their names.  Raises UnreadableError for what is no table.

    Numbers are taken with all their digits; where commas do not part the cells, they may be decimal signs.
    """
    with reading(path, "the log"):
        data = path.read_bytes()
    try:
        table = read_table(text_of(data, "", Form(comment="#", quote=PLAIN_FORM.quote)))
    except ValueError as error:
        raise UnreadableError(f"{path}: the log {error}") from None
    if parted := _parted(table.header):
        raise UnreadableError(f"{path}: the header's {parted} has a comma in its name: put it into quotes")
    named_once(path, filter(None, table.header))
    columns = [[cell.translate(MINUS) for _, cell in table.column(place)] for place in range(len(table.header))]
    if table.separator != "," and any(COMMA.fullmatch(cell) for column in columns for cell in column):
        columns = [[cell.replace(",", ".") for cell in column] for column in columns]
    named = zip(table.header, columns, strict=True)
    return log_of_columns({name: column for name, column in named if name}, by_row=True)


def _parted(header: Sequence[str]) -> str:
    """The first name that its own comma has parted, as ``dW1[1`` and ``1]``; '' if none is."""
    for name, following in itertools.pairwise(header):
        if name.count("[") - name.count("]") == 1 == following.count("]") - following.count("["):
            return f"{name},{following}"
    return ""
