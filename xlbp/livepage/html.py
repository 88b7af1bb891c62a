"""The page as one text: what is the same in every page, the template's calculation, and its contents as JSON."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html import escape

from xlbp import __version__
from xlbp.livepage.contents import PageContents
from xlbp.livepage.machine import asset

VIEWS = ("base", "fields", "table", "card", "network", "steps", "charts", "learned", "landscape", "lesson", "page")
COMMENT = re.compile(r"(?m)^\s*//.*\n")
INDENT = re.compile(r"(?m)^[ \t]+")
SLOT = re.compile(r"\{\{(\w+)\}\}")


def html(page: PageContents) -> str:
    """One file that opens from anywhere, asks nothing of a network, and runs no text as a program."""
    texts, template = page.contents.texts, page.contents.template
    source = texts.of(template.source)
    script, style = script_of(page), INDENT.sub("", asset("page.css"))
    filled = {
        "language": texts.language,
        "title": escape(texts.of(template.title)),
        "summary": escape(texts.of(template.summary)),
        "source": f"<p>{escape(texts('page.source', source=source))}</p>" if source else "",
        "made": escape(texts("page.made")),
        "no_script": escape(texts("page.no_script")),
        "version": __version__,
        "style": style,
        "style_hash": _hash(style),
        "script": script,
        "script_hash": _hash(script),
        "data": _embedded(json.dumps(page.data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)),
    }
    return SLOT.sub(lambda slot: filled[slot[1]], asset("page.html"))


def script_of(page: PageContents) -> str:
    """Calculation and views, in a scope of their own."""
    views = "".join(asset(f"{name}.js") for name in VIEWS)
    whole = page.machine.calculation + page.paths.script + views
    return f"'use strict';\n{{\n{INDENT.sub('', COMMENT.sub('', whole))}}}\n"


def _embedded(data: str) -> str:
    """JSON within HTML: no text of a template ends the element, or begins another."""
    return data.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _hash(text: str) -> str:
    """What the page's own policy lets run: this text and no other."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
