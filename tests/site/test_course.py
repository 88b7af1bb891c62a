"""The order of the lessons, the words and the manual of the site leave nothing out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.templates import ALL
from tools.site.course import ROOT, Words, course
from tools.site.manual import CHAPTERS, Manual
from xlbp.lang import LANGUAGES

FIELD = re.compile(r"\{\w*\}")
MANUAL = {page for pages in CHAPTERS.values() for page in pages}
OTHERS = [code for code in LANGUAGES if code != "en"]


def test_every_template_has_its_place_in_the_order() -> None:
    """Each shipped template is one of the lessons, once; the few of a first look are some of them."""
    assert sorted(course().templates) == list(ALL)
    few = course(few=True)
    assert 1 < len(few.templates) < 8
    assert all(few.parts.values())


@pytest.mark.parametrize("code", OTHERS)
def test_each_language_has_all_words(code: str) -> None:
    """The same keys as in English, each with a text that fills in the same things."""
    english, own = Words("en").table, Words(code).table
    assert english.keys() == own.keys()
    assert all(own.values())
    assert {key: set(FIELD.findall(text)) for key, text in english.items()} == {
        key: set(FIELD.findall(text)) for key, text in own.items()
    }


def test_every_part_and_every_page_of_the_manual_has_its_words() -> None:
    """Parts of the course, chapters and pages of docs/ have a title in the table of words."""
    table = Words("en").table
    assert {f"part.{key}" for key in course().parts} <= table.keys()
    assert {f"manual.{key}" for key in {*CHAPTERS, *MANUAL}} <= table.keys()


def test_the_manual_has_every_page_of_docs() -> None:
    """Each page of docs/ stands in one chapter; a language's own pages are pages of docs/, too."""
    pages = [page for chapter in CHAPTERS.values() for page in chapter]
    assert sorted(pages) == sorted(path.stem for path in (ROOT / "docs").glob("*.md"))
    for code in OTHERS:
        assert {path.stem for path in (ROOT / "docs" / code).glob("*.md")} <= MANUAL


def test_links_between_the_pages_of_a_language_lead_to_pages() -> None:
    """docs/LANG links to its own pages and to English ones that exist."""
    for path in (ROOT / "docs").glob("*/*.md"):
        for target in re.findall(r"\]\((?!\w+:)([^)#]+)", path.read_text("utf-8")):
            assert (path.parent / target).is_file(), (path.name, target)


@pytest.mark.parametrize(
    ("code", "written", "expected"),
    [
        ("en", "[a](templates.md#losses)", "[a](templates.md#losses)"),
        ("en", "![a](images/network.png)", "![a](images/network.png)"),
        ("en", "[a](https://example.org/b.md)", "[a](https://example.org/b.md)"),
        ("en", "[a](../templates/mazur.toml)", "a"),
        ("zh-CN", "[a](studio.md)", "[a](studio.md)"),
        ("zh-CN", "[a](../terms.md#b)", '<a href="../../en/docs/terms.html#b" hreflang="en">a</a>'),
    ],
)
def test_links_of_docs_lead_where_the_site_has_them(code: str, written: str, expected: str) -> None:
    """What the site has is linked, in the language that has it; what it has not stays as words."""
    assert expected == Manual(Words(code)).linked(written)


@pytest.mark.slow  # the reference of Python imports every verb
@pytest.mark.parametrize("code", list(LANGUAGES))
def test_a_manual_lists_every_page(code: str, tmp_path: Path) -> None:
    """In its own language or in English; the pages that it has are written."""
    manual = Manual(Words(code))
    manual.write(tmp_path / "docs")
    contents = (tmp_path / "docs" / "index.md").read_text("utf-8")
    for page in MANUAL:
        assert (tmp_path / "docs" / f"{page}.md").is_file() == manual.has(page)
        assert (f"]({page}.md)" if manual.has(page) else f"../../en/docs/{page}.html") in contents
