"""What Sphinx is told: one build per language, which stands in the environment as SITE_LANGUAGE."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent))

from sphinx.search import SearchLanguage  # noqa: E402

import xlbp  # noqa: E402 - the path comes first
from tools.site.chinese import SPLITTER, cut  # noqa: E402
from tools.site.course import Words  # noqa: E402
from xlbp.lang import LANGUAGES  # noqa: E402

OWN = os.environ["SITE_LANGUAGE"]
WORDS = Words(OWN)
SPHINX = {"zh-CN": "zh_CN", "zh-TW": "zh_TW"}  # as Sphinx calls languages, where not as we do

project = "xlbp"
version = release = xlbp.__version__
language = SPHINX.get(OWN, OWN)
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
myst_heading_anchors = 3
suppress_warnings = ["misc.highlighting_failure"]  # of a table in docs/, which has no colours
autodoc_typehints = "signature"
autodoc_member_order = "bysource"
napoleon_google_docstring = False

html_theme = "furo"
html_title = f"xlbp: {WORDS('site.tagline')}"
html_short_title = "xlbp"
html_static_path = ["static"]
html_css_files = ["site.css"]
templates_path = ["theme"]
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False
html_show_search_summary = False  # a search would load every page that it finds, and from a disk may not
html_use_index = False
html_permalinks = False
html_theme_options = {"top_of_page_buttons": [], "navigation_with_keys": False}


class SearchChinese(SearchLanguage):
    """In the place of Sphinx's own, which takes a dictionary."""

    lang = "zh"
    language_name = "Chinese"
    js_stemmer_code = SearchLanguage.js_stemmer_code + SPLITTER  # taken as it is; a splitter would be escaped

    def split(self, input: str) -> list[str]:
        """The words of a text."""
        return cut(input)


def languages_of(page: str, sources: Path) -> list[dict[str, str]]:
    """The same page in every language, or that language's home where it has none; seen from the page."""
    up = "../" * (page.count("/") + 1)
    found = []
    for code, facts in LANGUAGES.items():
        there = page if (sources.parent / code / f"{page}.md").exists() else "index"
        found.append({"code": code, "name": facts.name, "address": f"{up}{code}/{there}.html"})
    return found


def tell_page(app: Any, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """What the templates need to know of a page."""
    context["languages"] = languages_of(pagename, Path(app.srcdir))
    context["own_language"] = OWN
    context["language_label"] = WORDS("site.language")
    context["language"] = OWN  # as browsers want it


def setup(app: Any) -> None:
    """Join in."""
    app.add_search_language(SearchChinese)
    app.connect("html-page-context", tell_page)
