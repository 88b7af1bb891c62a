"""From an opened book back to what it was made from, and to the numbers a person has set."""

from __future__ import annotations

from typing import Any

from xlbp import __version__
from xlbp.errors import TemplateError, UnreadableError, UsageError
from xlbp.lang import load_texts
from xlbp.spec.load import parse_template
from xlbp.spec.model import Template
from xlbp.workbook.contents import Contents
from xlbp.workbook.layout import read_layout
from xlbp.workbook.reader import Opened


def make_stamp(template: Template, language: str) -> dict[str, Any]:
    """What a book carries about itself, besides its layout."""
    return {
        "name": template.name,
        "template": template.text,
        "overrides": list(template.overrides),
        "language": language,
        "version": __version__,
        "files": template.files,
    }


def made_by_this_version(opened: Opened) -> bool:
    """Whether the teaching sheets are laid out as this version lays them out."""
    return bool(opened.stamp.get("version") == __version__)


def restore_template(opened: Opened) -> tuple[Template, str]:
    """The template and the language of a book.  Raises UnreadableError if its record is damaged."""
    stamp = opened.stamp
    try:
        text, name, language = str(stamp["template"]), str(stamp["name"]), str(stamp["language"])
        overrides = tuple(str(override) for override in stamp["overrides"])
        files = {str(file): str(content) for file, content in dict(stamp.get("files") or {}).items()}
        load_texts(language)
        return parse_template(text, "the book's own template", name, overrides, files.__getitem__), language
    except (KeyError, TypeError, ValueError, TemplateError, UsageError) as error:
        raise UnreadableError(f"{opened.path}: the book's own record is damaged ({error})".splitlines()[0]) from None


def restore_contents(opened: Opened, template: Template, program: Any, language: str) -> Contents:
    """The contents as the book was made, its layout as the book says."""
    texts = load_texts(language)
    try:
        layout = read_layout(opened.stamp["layout"], template.training.iterations, texts("sheet.data"))
        panel = {*program.panel, *template.model.constants()}
        if set(layout.columns) != set(program.names) or set(layout.panel) != panel:
            raise ValueError("its layout is not that of its template")
    except (KeyError, TypeError, ValueError) as error:
        raise UnreadableError(f"{opened.path}: the book's own record is damaged ({error})") from None
    return Contents(template, program, layout, texts)
