"""The reference's numbers as text."""

from __future__ import annotations

import csv
import io
import json
import math
import os
from pathlib import Path

from xlbp.errors import WriteError, option
from xlbp.system.atomic import replacing
from xlbp.template.template import Template
from xlbp.traced import Trace


def as_csv_text(trace: Trace, symbols: bool = False) -> str:
    """A header, if asked for the book's symbols, and a row per iteration; a cell that would show an error is #NUM!."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(trace.columns)
    if symbols:
        writer.writerow(trace.symbols.values())
    for row in trace.rows.tolist():
        writer.writerow([repr(v) if math.isfinite(v) else "#NUM!" for v in row])
    return stream.getvalue()


def as_json_text(trace: Trace) -> str:
    """``{"columns": [...], "rows": [[...], ...], "symbols": [...]}``; an error is null."""
    return json.dumps(trace.to_dict(), ensure_ascii=False, allow_nan=False) + "\n"


def refuse_own_input(path: Path, name: str, template: Template) -> None:
    """Raise WriteError if the result would take the place of the template or of its data."""
    data = {Path(name).parent / file: "the template's data" for file in template.files}
    own = {Path(name): "the template itself", **data}
    for there, what in own.items():
        if there.exists() and path.exists() and os.path.samefile(there, path):
            raise WriteError(f"{path} is {what}; give another name with {option('-o')}")


def write_text(path: Path, text: str, force: bool = True) -> None:
    """Write a result file, wholly or not at all.  Raises WriteError."""
    with replacing(path, force) as temporary:
        temporary.write_text(text, "utf-8", newline="")
