"""The reference's numbers as text."""

from __future__ import annotations

import csv
import io
import json
import math
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from xlbp.errors import WriteError
from xlbp.system.atomic import replacing
from xlbp.template.template import Template

Table = NDArray[np.float64]


def as_csv_text(names: Sequence[str], values: Table) -> str:
    """A header and a row per iteration; a cell that would show an error is #NUM!."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(names)
    for row in values.tolist():
        writer.writerow([repr(v) if math.isfinite(v) else "#NUM!" for v in row])
    return stream.getvalue()


def as_json_text(names: Sequence[str], values: Table) -> str:
    """``{"columns": [...], "rows": [[...], ...]}``; an error is null."""
    rows = [[v if math.isfinite(v) else None for v in row] for row in values.tolist()]
    return json.dumps({"columns": list(names), "rows": rows}, ensure_ascii=False, allow_nan=False) + "\n"


def refuse_own_input(path: Path, name: str, template: Template) -> None:
    """Raise WriteError if the result would take the place of the template or of its data."""
    data = {Path(name).parent / file: "the template's data" for file in template.files}
    own = {Path(name): "the template itself", **data}
    for there, what in own.items():
        if there.exists() and path.exists() and os.path.samefile(there, path):
            raise WriteError(f"{path} is {what}; give another name with -o")


def write_text(path: Path, text: str, force: bool = True) -> None:
    """Write a result file, wholly or not at all.  Raises WriteError."""
    with replacing(path, force) as temporary:
        temporary.write_text(text, "utf-8", newline="")
