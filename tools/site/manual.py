"""The user's documentation on the site: docs/ as it is, in another language where that has a page of its own.

Pages that a language lacks are listed with those of English, and say so.  The reference of Python is taken from the
docstrings by Sphinx's autodoc.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from html import escape
from pathlib import Path

import xlbp
import xlbp.testing
from tools.site.course import HOME, ROOT, Words

DOCS = ROOT / "docs"
CHAPTERS = {  # of the manual, each with its pages in order
    "begin": ("install", "studio", "pages", "gallery"),
    "class": ("exercises", "large-classes", "learning-platforms"),
    "own": ("templates", "your-data", "import", "export", "check", "audit"),
    "trust": ("how-it-works", "verification", "mutations", "auditing", "mistakes", "benchmark"),
    "reference": ("cli", "api", "terms"),
}
BEGINNING = "templates"  # the first of the verbs with which one begins, teaches and goes on
LINK = re.compile(r"\[([^\]]*)\]\(((?!\w+:|#)[^)\s]+)\)")
ATTACHED = frozenset({".png", ".svg", ".ipynb"})  # what a page shows or hands out from its own folder


class Manual:
    """The manual in the language of ``words``."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self.own = DOCS if words.language == HOME else DOCS / words.language

    def has(self, page: str) -> bool:
        """Whether the language has the page itself."""
        return (self.own / f"{page}.md").exists()

    def address(self, page: str) -> str:
        """Where a page stands, seen from the language's home."""
        return f"docs/{page}.html" if self.has(page) else f"../{HOME}/docs/{page}.html"

    def write(self, folder: Path) -> None:
        """The contents, and each page with its pictures."""
        folder.mkdir(parents=True)
        for page in (page for pages in CHAPTERS.values() for page in pages if self.has(page)):
            (folder / f"{page}.md").write_text(self.linked((self.own / f"{page}.md").read_text("utf-8")), "utf-8")
        if self.words.language == HOME:
            for page, text in python_pages().items():  # in the place of docs/api.md, which is for who has no site
                (folder / f"{page}.md").write_text(text, "utf-8")
            shutil.copytree(DOCS / "images", folder / "images")
            for path in (path for path in DOCS.iterdir() if path.suffix in ATTACHED):
                shutil.copy(path, folder)
        (folder / "index.md").write_text("\n".join(self.contents()) + "\n", "utf-8")

    def contents(self) -> Iterator[str]:
        """The chapters with their pages; another language's are marked."""
        words = self.words
        yield from (f"# {words('manual.title')}", "", words("manual.lead"), "")
        for chapter, pages in CHAPTERS.items():
            yield from (f"## {words(f'manual.{chapter}')}", "")
            yield from (self.entry(page) for page in pages)
            own = [page for page in pages if self.has(page)]
            yield from ("", "```{toctree}", ":hidden:", f":caption: {words(f'manual.{chapter}')}")
            yield from (*(f"{words(f'manual.{page}')} <{page}>" for page in own), "```", "")

    def entry(self, page: str) -> str:
        """One line of the contents."""
        title = self.words(f"manual.{page}")
        if self.has(page):
            return f"- [{title}]({page}.md)"
        return f"- {_anchor(self.words('site.english_only', title=title), f'../../{HOME}/docs/{page}.html', HOME)}"

    def linked(self, text: str) -> str:
        """A page whose links lead where the site has what they name; what it has not stays as words.

        Of a page under docs/LANG, ``../NAME.md`` is the English one.
        """
        return LINK.sub(self._link, text)

    def _link(self, match: re.Match[str]) -> str:
        label, target = match.groups()
        path, _, anchor = target.partition("#")
        place = (self.own / path).resolve()
        if place.parent == DOCS and self.own != DOCS and place.suffix == ".md":
            return _anchor(label, f"../../{HOME}/docs/{place.stem}.html{f'#{anchor}' if anchor else ''}", HOME)
        if self.own in place.parents and (place.suffix == ".md" or place.suffix in ATTACHED):
            return match.group()
        return label


def _anchor(label: str, address: str, language: str) -> str:
    return f'<a href="{escape(address)}" hreflang="{language}">{label}</a>'


def python_pages() -> dict[str, str]:
    """The reference of Python by autodoc, in pages that load quickly: verbs, then what they return and raise."""
    offered = [name for name in xlbp.__all__ if not name.startswith("__")]
    verbs = [name for name in offered if not isinstance(getattr(xlbp, name), type)]
    at = verbs.index(BEGINNING)
    pages = {
        "api": ("xlbp in Python", verbs[:at]),
        "api-teaching": ("Python: begin, teach, go on", [*verbs[at:], "testing.assert_matches"]),
        "api-types": ("Python: what is returned and raised", [name for name in offered if name not in verbs]),
    }
    others = {name: title for name, (title, _) in pages.items() if name != "api"}
    heading = "Made from the docstrings. [notebook.ipynb](notebook.ipynb) shows it at work.\n\n"
    heading += "\n".join(f"- [{title}]({name}.md)" for name, title in others.items())
    heading += "\n\n```{toctree}\n:hidden:\n\n" + "\n".join(others) + "\n```\n"
    return {
        page: "\n".join([f"# {title}\n", *([heading] if page == "api" else []), *map(_entry, names)])
        for page, (title, names) in pages.items()
    }


def _entry(name: str) -> str:
    value: object = xlbp
    for part in name.split("."):
        value = getattr(value, part)
    directive, options = "autofunction", ""
    if isinstance(value, type):
        directive = "autoexception" if issubclass(value, Exception) else "autoclass"
        options = "" if directive == "autoexception" else "   :members:\n   :exclude-members: __init__\n"
    return f"## xlbp.{name}\n\n```{{eval-rst}}\n.. {directive}:: xlbp.{name}\n{options}```\n"
