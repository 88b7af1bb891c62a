"""A log as JSON: as ``xlbp trace --json`` writes it, records, or names with their numbers."""

from __future__ import annotations

import json
from pathlib import Path

from xlbp.checking.log import Log
from xlbp.checking.reading.values import log_of_columns, log_of_records, named_once
from xlbp.errors import UnreadableError, reading

FORMS = '{"columns": [...], "rows": [[...], ...]}, {"W1": [...], ...}, or a record per iteration: [{"W1": ...}, ...]'


def json_log(path: Path) -> Log:
    """The numbers by their names; null is a number that is not given.  Raises UnreadableError for other JSON."""
    with reading(path, "the log"):
        content = json.loads(path.read_text("utf-8-sig"))
    if isinstance(content, dict) and {"columns", "rows"} <= set(content):
        return _of_trace(path, content["columns"], content["rows"])
    if isinstance(content, dict) and content:
        return log_of_columns(content)
    if isinstance(content, list) and content and all(isinstance(record, dict) for record in content):
        return log_of_records(content)
    raise UnreadableError(f"{path}: the log is JSON, but holds no numbers by name; write it as {FORMS}")


def _of_trace(path: Path, names: object, rows: object) -> Log:
    """Columns by their names, and the rows below them."""
    if not isinstance(names, list) or not isinstance(rows, list) or not rows:
        raise UnreadableError(f"{path}: the log has no rows under its columns; write {FORMS}")
    if any(not isinstance(row, list) or len(row) != len(names) for row in rows):
        raise UnreadableError(f"{path}: the log has a row that is not as long as its columns; write {FORMS}")
    named_once(path, map(str, names))
    columns = {str(name): [row[place] for row in rows] for place, name in enumerate(names)}
    return log_of_columns(columns, by_row=True)
