"""What a book says of itself to the desktop that lists it: title, author, language."""

from __future__ import annotations

from openpyxl import Workbook

from xlbp.lang import Texts

AUTHOR = "xlbp"


def describe(workbook: Workbook, texts: Texts, title: str, description: str = "") -> None:
    """Say what a book of ours is."""
    properties = workbook.properties
    properties.creator = properties.lastModifiedBy = AUTHOR
    properties.title, properties.description = title, description or None
    properties.language = texts.language
