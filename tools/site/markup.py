"""Markdown and HTML for the pages: text that came from elsewhere stays text."""

from __future__ import annotations

from html import escape
from pathlib import Path

MARKDOWN = str.maketrans({character: f"\\{character}" for character in "\\`*_<>#|[]{}$"})


def plain(text: str) -> str:
    """A text as Markdown that shows it."""
    return text.translate(MARKDOWN)


def element(tag: str, text: str, **attributes: str) -> str:
    """An HTML element with a text in it; ``class_`` is its class."""
    return opened(tag, **attributes) + escape(text) + f"</{tag}>"


def opened(tag: str, **attributes: str) -> str:
    """The start of an element."""
    pairs = (f' {name.rstrip("_")}="{escape(value)}"' for name, value in attributes.items())
    return f"<{tag}{''.join(pairs)}>"


def size_of(path: Path) -> str:
    """A file's size as a reader wants it: ``379 kB``."""
    thousands = path.stat().st_size / 1000
    return f"{thousands:.0f} kB" if thousands < 1000 else f"{thousands / 1000:.1f} MB"


def picture_size(path: Path) -> tuple[int, int]:
    """Width and height of a picture, so that nothing jumps when it comes."""
    from PIL import Image

    with Image.open(path) as image:
        return int(image.width), int(image.height)
