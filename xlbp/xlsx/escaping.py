"""Texts in XML and back; xml.sax.saxutils, which does the same, loads a client of the network with it."""

from __future__ import annotations

import re
from typing import Any

CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
NAMED = {"<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;"}


def escape(text: str) -> str:
    """A text as the content of an element."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescape(xml: str) -> str:
    """The text of an element's content that has no other entities than the five that XML names."""
    for character, entity in NAMED.items():
        xml = xml.replace(entity, character)
    return xml.replace("&amp;", "&")


def unmarked(content: Any) -> Any:
    """What a cell holds, a text without the mark by which a reader of cells tells one such as =0 from a formula."""
    return content.removeprefix("'") if isinstance(content, str) and content.startswith("'=") else content


def quoted(text: str) -> str:
    """A text as the value of an attribute, in its quotes."""
    return '"' + escape(text).replace('"', "&quot;") + '"'


def without_control_characters(text: str) -> str:
    """A text without the characters that XML can't hold."""
    return CONTROLS.sub("", text)
