"""What must hold of a finished site: links lead somewhere in it, nothing comes from elsewhere, no text is run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

LOADS = {("img", "src"), ("script", "src"), ("link", "href"), ("iframe", "src"), ("source", "src"), ("img", "srcset")}
LEADS = {("a", "href")}
RUNS_TEXT = re.compile(
    r"\bnew Function\((?!['\"]return this['\"]\))|\beval\("
)  # that one is for browsers of before 2019
LIVE = "live"  # the folder of the live pages


@dataclass
class Page(HTMLParser):
    """The links of a page, what it loads, and the places in it that a link may name."""

    leads: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)
    places: set[str] = field(default_factory=set)
    inline: int = 0  # scripts that stand in the page

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the attributes of an element."""
        self.inline += tag == "script" and "src" not in dict(attrs)
        for name, value in attrs:
            if (tag, name) in LEADS:
                self.leads.append(value or "")
            elif (tag, name) in LOADS:
                self.loads.append(value or "")
            elif name == "id" or (tag, name) == ("a", "name"):
                self.places.add(value or "")


@cache
def read(path: Path) -> Page:
    """The page of a file."""
    page = Page()
    page.feed(path.read_text("utf-8"))
    return page


def faults(site: Path) -> Iterator[str]:
    """One sentence for each link that leads nowhere, and for what a page may not load or run."""
    for path in sorted(site.rglob("*.js")):
        if found := RUNS_TEXT.search(path.read_text("utf-8")):
            yield f"{path.relative_to(site).as_posix()} runs text as a program: {found[0]}"
    for path in sorted(site.rglob("*.html")):
        page, name = read(path), path.relative_to(site).as_posix()
        if page.inline and path.parent.name != LIVE:  # a live page has a policy that names its own script
            yield f"{name} has a script in it"
        for address in page.loads:
            if urlsplit(address).scheme not in ("", "data") or address.startswith("//"):
                yield f"{name} loads {address}"
        for address in (*page.leads, *page.loads):
            if fault := _fault(site, path, address):
                yield f"{name}: {address} {fault}"


def _fault(site: Path, path: Path, address: str) -> str:
    """Why a link leads nowhere; '' if it does, or if it leads out of the site."""
    parts = urlsplit(address)
    if parts.scheme or address.startswith("//"):
        return ""
    if address.startswith("/"):
        return "begins at the server's root, which is elsewhere in a folder"
    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path.resolve()
    if not target.is_relative_to(site.resolve()):
        return "leads out of the site"
    if not target.is_file():
        return "leads to no file"
    if parts.fragment and target.suffix == ".html" and target.parent.name != LIVE:
        return "" if unquote(parts.fragment) in read(target).places else "names no place in that page"
    return ""
