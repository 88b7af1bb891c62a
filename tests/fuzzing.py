"""Books as strangers might make them: damaged in their bytes, their XML, or their own record.

Everything is drawn from a seed, so that a case that is found can be made again.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable
from html import unescape
from pathlib import Path
from random import Random
from typing import Any
from xml.sax.saxutils import escape

Parts = dict[str, bytes]

ELEMENT = rb"(<(?:c|row|sheet|Relationship|si)\b.*?>)"
TAGS = (b"v", b"f", b"row", b"a:b")
NUMBERS = (
    *(b"0 -1 1 2 65536 1048576 1048577 16385 2147483648 99999999999 1e308 1e400 -1e-400 NaN inf 0x10 1_000".split()),
    b"9" * 400,
    b"",
)
JUNK = (
    b"<",
    b">",
    b"&",
    b"&#0;",
    b"&#x110000;",
    b"&nosuch;",
    b"\0",
    b"\xff\xfe",
    b"]]>",
    b"<!--",
    b"<?x?>",
    b'"',
    b"'",
)
CELLS = (b"XFD1048576", b"XFE1", b"A0", b"A1048577", b"a1", b"AAAA1", b"1", b"", b"A1:B2", b"$A$1", b"A-1")
KINDS = (b"s", b"str", b"b", b"e", b"n", b"d", b"inlineStr", b"x", b"")
ENCODINGS = (b"utf-16", b"utf-7", b"latin-1", b"nonsense", b"utf-32", b"ascii", b"hz")
VALUES: tuple[Any, ...] = (
    *(None, True, 0, -1, 1.5, 10**9, 10**400, "", "x", "1", [], [[]], {}, {"a": 1}, [None] * 3, "é" * 1000),
    "training.iterations=5",
)


def read_parts(book: Path) -> Parts:
    """The parts of a package, by name."""
    with zipfile.ZipFile(book) as package:
        return {name: package.read(name) for name in package.namelist()}


def packed(parts: Parts) -> bytes:
    """A package of these parts."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
        for name, data in parts.items():
            package.writestr(name, data)
    return memory.getvalue()


# bytes


def spoil_bytes(data: bytes, draw: Random) -> bytes:
    """The file's bytes: flipped, cut, doubled, blanked, moved, or the directory's own fields changed."""
    spoiled = bytearray(data)
    for _ in range(draw.choice((1, 1, 2, 8))):
        start = draw.randrange(len(spoiled)) if draw.random() < 0.5 else _in_directory(spoiled, draw)
        length = min(draw.choice((1, 1, 2, 4, 30, 1000)), len(spoiled) - start)
        kind = draw.randrange(7)
        if kind == 0:
            spoiled[start] ^= 1 << draw.randrange(8)
        elif kind == 1:
            del spoiled[start:]
        elif kind == 2:
            spoiled[start:start] = spoiled[start : start + length]
        elif kind == 3:
            spoiled[start : start + length] = bytes(length)
        elif kind == 4:
            spoiled[start : start + length] = draw.randbytes(length)
        elif kind == 5:
            del spoiled[start : start + length]
        else:
            spoiled[start : start + length] = b"\xff" * length
        if len(spoiled) < 4:
            break
    return bytes(spoiled)


def _in_directory(data: bytearray, draw: Random) -> int:
    """A place in the list of entries at the file's end, or in an entry's own header."""
    marks = [found.start() for found in re.finditer(rb"PK(?:\x01\x02|\x03\x04|\x05\x06)", bytes(data))]
    return min(draw.choice(marks) + draw.randrange(46), len(data) - 1) if marks else draw.randrange(len(data))


# XML


def _span(data: bytes, pattern: bytes, draw: Random) -> tuple[int, int] | None:
    found = [match.span(1) for match in re.finditer(pattern, data)]
    return draw.choice(found) if found else None


def _put(data: bytes, span: tuple[int, int] | None, text: bytes) -> bytes:
    return data if span is None else data[: span[0]] + text + data[span[1] :]


XML: dict[str, Callable[[bytes, Random], bytes]] = {
    "number": lambda data, draw: _put(data, _span(data, rb"[\"'>](-?\d[\d.eE+-]*)[\"'<]", draw), draw.choice(NUMBERS)),
    "attribute": lambda data, draw: _put(data, _span(data, rb'="([^"]*)"', draw), draw.choice((*NUMBERS, *JUNK))),
    "attribute gone": lambda data, draw: _put(data, _span(data, rb'( [\w:]+="[^"]*")', draw), b""),
    "cell": lambda data, draw: _put(data, _span(data, rb'r="([A-Z]+\d+)"', draw), draw.choice(CELLS)),
    "kind": lambda data, draw: _put(data, _span(data, rb' t="(\w+)"', draw), draw.choice(KINDS)),
    "text": lambda data, draw: _put(data, _span(data, rb">([^<]*)<", draw), draw.choice((*JUNK, b"x" * 40_000))),
    "tag gone": lambda data, draw: _put(data, _span(data, rb"(<[^>]*>)", draw), b""),
    "tag's name": lambda data, draw: _put(data, _span(data, rb"</?(\w+)", draw), draw.choice(TAGS)),
    "element doubled": lambda data, draw: _doubled(data, _span(data, ELEMENT, draw)),
    "junk": lambda data, draw: _put(data, (at := draw.randrange(len(data) + 1), at), draw.choice(JUNK)),
    "slice gone": lambda data, draw: _put(data, _slice(data, draw), b""),
    "slice doubled": lambda data, draw: _doubled(data, _slice(data, draw)),
    "nesting": lambda data, draw: _put(data, (at := data.find(b">") + 1, at), b"<a>" * draw.choice((10, 5_000))),
    "declaration": lambda data, draw: b"<?xml version='1.0' encoding='" + draw.choice(ENCODINGS) + b"'?>" + data,
    "other encoding": lambda data, draw: data.decode("utf-8", "replace").encode(draw.choice(("utf-16", "utf-32"))),
    "entity": lambda data, draw: b'<!DOCTYPE x [<!ENTITY a "b">]>' + data,
    "namespace": lambda data, draw: data.replace(b"spreadsheetml/2006", b"spreadsheetml/2007", 1),
    "empty": lambda data, draw: b"",
}  # fmt: skip


def _slice(data: bytes, draw: Random) -> tuple[int, int]:
    start = draw.randrange(len(data) + 1)
    return start, min(len(data), start + draw.choice((1, 5, 50, 500)))


def _doubled(data: bytes, span: tuple[int, int] | None) -> bytes:
    return data if span is None else data[: span[1]] + data[span[0] : span[1]] + data[span[1] :]


def spoil_xml(parts: Parts, draw: Random) -> Parts:
    """One or two faults in the XML of one part or two; or a part gone, renamed, or in another's place."""
    spoiled = dict(parts)
    names = [name for name in parts if name.endswith((".xml", ".rels"))]
    for _ in range(draw.choice((1, 1, 2))):
        name = draw.choice(names)
        kind = draw.choice((*XML, "part gone", "part renamed", "part swapped"))
        if name not in spoiled:
            continue
        if kind == "part gone":
            del spoiled[name]
        elif kind == "part renamed":
            spoiled[draw.choice(("xl/other.xml", name.upper(), f"xl/{name}", f"{name} "))] = spoiled.pop(name)
        elif kind == "part swapped":
            spoiled[name] = parts[draw.choice(names)]
        else:
            spoiled[name] = XML[kind](spoiled[name], draw)
    return spoiled


# the record

RECORD = re.compile(rb"(<t[^>]*>)(\|\{.*?\}\|)(</t>)", re.DOTALL)


def spoil_record(parts: Parts, draw: Random) -> Parts:
    """The book's own record: a value replaced, a key gone, the template's text changed."""
    name = next(name for name, data in parts.items() if RECORD.search(data))
    found = RECORD.search(parts[name])
    assert found is not None
    record = json.loads(unescape(found[2].decode("utf-8"))[1:-1])
    for _ in range(draw.choice((1, 1, 3))):
        if draw.random() < 0.4:
            record["template"] = _spoiled_text(str(record.get("template")), draw)
        else:
            _spoil_value(record, draw)
    try:
        text = f"|{json.dumps(record, separators=(',', ':'))}|"
    except ValueError:  # a number that Python does not write out
        text = "|{}|"
    data = parts[name]
    spoiled = data[: found.start(2)] + escape(text).encode() + data[found.end(2) :]
    return {**parts, name: spoiled}


def _spoil_value(record: Any, draw: Random) -> None:
    """Somewhere in the tree of the record."""
    at = record
    while isinstance(at, dict | list) and at:
        key = draw.choice(list(at)) if isinstance(at, dict) else draw.randrange(len(at))
        if draw.random() < 0.4 or not isinstance(at[key], dict | list) or not at[key]:
            if draw.random() < 0.2:
                del at[key]
            else:
                at[key] = draw.choice(VALUES)
            return
        at = at[key]


def _spoiled_text(text: str, draw: Random) -> str:
    """A template's text with a number, a word, a line or a letter changed."""
    kind = draw.randrange(5)
    if kind == 0:
        number = draw.choice(["0", "-1", "1e9", "1000000", "1e400", "nan", "0.1", "9" * 400])
        return _drawn_sub(r"-?\d+\.?\d*", number, text, draw)
    if kind == 1:
        word = draw.choice(["tanh", "softmax", "adam", "x", "true", "[", '"', "maxout", "dropout"])
        return _drawn_sub(r"[A-Za-z_]+", word, text, draw)
    lines = text.splitlines(keepends=True) or [""]
    place = draw.randrange(len(lines))
    if kind == 2:
        del lines[place]
    elif kind == 3:
        lines.insert(draw.randrange(len(lines)), lines[place])
    else:
        lines[place] = draw.choice(["[" * 2000, "a = 1\n", "\0", '"""', "= = =\n"])
    return "".join(lines)


def _drawn_sub(pattern: str, new: str, text: str, draw: Random) -> str:
    found = list(re.finditer(pattern, text))
    if not found:
        return text
    one = draw.choice(found)
    return text[: one.start()] + new + text[one.end() :]


def case(seed: int, books: list[tuple[bytes, Parts]]) -> tuple[str, bytes]:
    """The case of a seed: what was spoiled, and the file."""
    draw = Random(seed)
    data, parts = draw.choice(books)
    kind = draw.choices(("bytes", "xml", "record"), (3, 4, 3))[0]
    if kind == "bytes":
        return kind, spoil_bytes(data, draw)
    return kind, packed(spoil_xml(parts, draw) if kind == "xml" else spoil_record(parts, draw))
