"""A data file's bytes as the text of a table, whatever the file is: text, workbook, records of JSON, packed or not."""

from __future__ import annotations

import gzip
import io
import json
import re
import zlib
from dataclasses import replace

from xlbp.datafile.encodings import decoded, recognised
from xlbp.datafile.form import Form
from xlbp.datafile.sheets import as_csv, cell_text, is_workbook, sheet_text

PACKED, JSON = ".gz", ".json"
GZIP = b"\x1f\x8b"
LARGEST = 20_000_000  # bytes
MARKED_UP = re.compile(r"\s*<(html|!doctype|\?xml|table)\b", re.IGNORECASE)


def text_of(data: bytes, name: str, form: Form) -> str:
    """The table's text, in the encoding or of the sheet that the form names.

    Raises ValueError, whose message continues "the data file ...", or UnreadableError for a workbook that is unsound.
    """
    data = unpacked(data)
    if is_workbook(data):
        return sheet_text(data, name, form.sheet)[0]
    _must_have_no_sheet(form.sheet)
    text = decoded(data, form.encoding)
    return _table_text(text, name)


def recognised_text(data: bytes, name: str, form: Form) -> tuple[str, Form]:
    """The same where a person may not have named encoding or sheet: the text, and the form with what was recognised."""
    data = unpacked(data)
    if is_workbook(data):
        text, sheet = sheet_text(data, name, form.sheet)
        return text, replace(form, sheet=sheet)
    _must_have_no_sheet(form.sheet)
    text, encoding = (decoded(data, form.encoding), form.encoding) if form.encoding else recognised(data)
    return _table_text(text, name), replace(form, encoding=encoding)


def _table_text(text: str, name: str) -> str:
    """The text itself, or that of the records that it holds."""
    if is_json(name):
        return text_of_records(text)
    if MARKED_UP.match(text):
        raise ValueError("is a web page or XML, and no table; open it in a spreadsheet program, and save it as .xlsx")
    return text


def is_made(name: str, data: bytes) -> bool:
    """Whether the text is made here, of a workbook or of records, so that its commas and points are known."""
    return is_json(name) or is_workbook(unpacked(data))


def is_json(name: str) -> bool:
    """Whether a file's name says that it holds records."""
    return name.lower().removesuffix(PACKED).endswith(JSON)


def unpacked(data: bytes) -> bytes:
    """What a .gz file holds; any other as it is."""
    if not data.startswith(GZIP):
        return data
    try:
        with gzip.open(io.BytesIO(data)) as stream:
            content = stream.read(LARGEST + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError(f"is no readable .gz file: {error}") from None
    if len(content) > LARGEST:
        raise ValueError(f"holds more than {LARGEST // 1_000_000} MB when unpacked")
    return content


def text_of_records(text: str) -> str:
    """``[{"a": 1, "b": 2}, ...]``, or ``{"a": [1, ...], "b": [2, ...]}``, as CSV."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"is no readable JSON: {error}") from None
    if isinstance(content, dict) and content and all(isinstance(column, list) for column in content.values()):
        length = max(map(len, content.values()))
        columns = [[*column, *[None] * (length - len(column))] for column in content.values()]
        content = [dict(zip(content, row, strict=True)) for row in zip(*columns, strict=True)]
    if not isinstance(content, list) or not content or not all(isinstance(row, dict) for row in content):
        raise ValueError('is JSON, but no table: that is a list of records, as [{"a": 1, "b": 2}, {"a": 3, "b": 4}]')
    names = list(dict.fromkeys(str(name) for row in content for name in row))
    return as_csv([names, *([cell_text(row.get(name)) for name in names] for row in content)])


def _must_have_no_sheet(sheet: str) -> None:
    if sheet:
        raise ValueError(f"is no workbook, so it has no sheet {sheet!r}")
