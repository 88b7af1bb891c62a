"""Copies of a book with something changed: by openpyxl, or in the XML itself."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook

from xlbp.pipeline import lay_out
from xlbp.spec.load import load_template
from xlbp.workbook.contents import Contents

TRAINING = "xl/worksheets/sheet2.xml"  # Start stands before it
CACHED = re.compile(r"(</f>|<f/>)<v>[^<]*</v>")
FORGED = 123.25

FEW = (  # shipped templates that have between them every kind of sheet, for what takes long
    *("mazur", "into-backprop", "sigmoid-unit", "xor", "softmax-three-classes", "iris", "fastai-line-adam"),
    *("ravine-momentum", "relu-softmax-three-layer", "dead-relu"),
)

Change = Callable[[str], str]


def contents_of(name: str, iterations: int, language: str = "en") -> Contents:
    """What the book of a shipped template is made from."""
    return lay_out(load_template(name, (f"training.iterations={iterations}",)), language)


def read_part(book: Path, part: str) -> str:
    """The text of a part of the package."""
    with zipfile.ZipFile(book) as package:
        return package.read(part).decode("utf-8")


def rewrite(book: Path, target: Path, changes: Mapping[str, Change]) -> Path:
    """A copy with the texts of some parts changed; each change must change something."""
    with zipfile.ZipFile(book) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for entry in source.namelist():
            data = source.read(entry)
            if entry in changes:
                text = data.decode("utf-8")
                changed = changes[entry](text)
                assert text != changed, f"nothing was changed in {entry}"
                data = changed.encode("utf-8")
            package.writestr(entry, data)
    return target


def forge(book: Path, target: Path) -> Path:
    """A copy in which every cached value of the training sheet is a lie."""
    return rewrite(book, target, {TRAINING: lambda xml: CACHED.sub(rf"\g<1><v>{FORGED}</v>", xml)})


def edit(book: Path, target: Path, change: Callable[[Workbook], object]) -> Path:
    """A copy that openpyxl changed and saved; it has no cached values."""
    workbook = load_workbook(book)
    change(workbook)
    workbook.save(target)
    return target


def put(book: Path, target: Path, address: str, content: Any, sheet: str = "Training") -> Path:
    """A copy with one cell changed."""

    def change(workbook: Workbook) -> None:
        workbook[sheet][address].value = content

    return edit(book, target, change)
