"""Texts as TOML writes them, and names for a person to read."""

from __future__ import annotations

from collections.abc import Sequence

ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}
WIDTH = 116
SHOWN = 12  # names, in a title or a note
LONGEST = 40  # characters of a name


def toml_string(text: str) -> str:
    """A basic string of TOML: quotes, backslashes and control characters escaped, all else as it is."""
    escaped = "".join(ESCAPES.get(c) or (f"\\u{ord(c):04X}" if ord(c) < 32 or ord(c) == 127 else c) for c in text)
    return f'"{escaped}"'


def toml_list(texts: Sequence[str]) -> str:
    """A list of strings, one to a line where they are too long for one."""
    items = [toml_string(text) for text in texts]
    line = f"[{', '.join(items)}]"
    return line if len(line) <= WIDTH else "[\n" + "".join(f"  {item},\n" for item in items) + "]"


def enumerated(names: Sequence[str], quoted: bool = False) -> str:
    """Names for a person to read, on one line, not too many of them."""
    shown = [toml_string(name) if quoted else toml_string(name)[1:-1] for name in names[:SHOWN]]
    return ", ".join(shown) + (f", ... ({len(names)})" if len(names) > SHOWN else "")


def shortened(name: str) -> str:
    """A name for a person to read, without what a terminal would not print."""
    return toml_string(name[:LONGEST])[1:-1]
