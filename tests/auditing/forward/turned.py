"""A book on its side: every cell, and every reference, with row and column exchanged."""

from __future__ import annotations

import re

from openpyxl.utils import column_index_from_string, get_column_letter

REFERENCE = re.compile(r"(\$?)\b([A-Z]{1,2})(\$?)(\d+)\b")


def turned(cells: dict[str, object]) -> dict[str, object]:
    """The same sheet on its side; it must hold no arrays, whose products would no longer fit."""
    return {_text(cell): _text(content) if _is_formula(content) else content for cell, content in cells.items()}


def _is_formula(content: object) -> bool:
    return isinstance(content, str) and content.startswith("=")


def _text(text: object) -> str:
    def other(found: re.Match[str]) -> str:
        column_held, letters, row_held, row = found.groups()
        return f"{row_held}{get_column_letter(int(row))}{column_held}{column_index_from_string(letters)}"

    return REFERENCE.sub(other, str(text))
