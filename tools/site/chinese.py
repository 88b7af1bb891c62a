"""A search in Chinese that finds what is typed: every two neighbouring characters are a word.

Sphinx's own cuts the pages into words by a dictionary and a query not at all, so that whoever types a term of two
words, or a sentence, finds nothing.  Here pages and queries are cut alike, without a dictionary.
"""

from __future__ import annotations

import re

from sphinx.search import SearchLanguage

WORD = re.compile(r"[\u4e00-\u9fff]+|[^\W\u4e00-\u9fff]+")
HAN = re.compile(r"[\u4e00-\u9fff]")
SPLITTER = """
var splitQuery = (query) =>
  (query.replace(/[\\u4e00-\\u9fff]+/g, " $& ").match(/[\\p{L}\\p{N}_]+/gu) || []).flatMap((run) =>
    run.length < 2 || !/[\\u4e00-\\u9fff]/.test(run)
      ? [run]
      : Array.from({ length: run.length - 1 }, (_, place) => run.slice(place, place + 2)));
"""


class SearchChinese(SearchLanguage):
    """Pairs of characters, and single ones for a query of one; Latin words as they are."""

    lang = "zh"
    language_name = "Chinese"
    js_stemmer_code = SearchLanguage.js_stemmer_code + SPLITTER  # taken as it is; Sphinx escapes its splitter's

    def split(self, input: str) -> list[str]:
        """The words of a text."""
        return [word for run in WORD.findall(input) for word in _words(run)]


def _words(run: str) -> list[str]:
    if not HAN.match(run):
        return [run]
    return [*run, *(run[n : n + 2] for n in range(len(run) - 1))]
