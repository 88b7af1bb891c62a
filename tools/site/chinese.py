"""Cuts Chinese into words for the search: every two neighbouring characters are one, and each by itself.

Sphinx's own search cuts the pages by a dictionary and a query not at all, so that whoever types two words, or a term
that the dictionary lacks, finds nothing.  Here pages (in Python) and queries (in the browser) are cut alike.
"""

from __future__ import annotations

import re

RUN = re.compile(r"[\u4e00-\u9fff]+|[^\W\u4e00-\u9fff]+")
SPLITTER = r"""
var splitQuery = (query) =>
  (query.replace(/[\u4e00-\u9fff]+/g, " $& ").match(/[\p{L}\p{N}_]+/gu) || []).flatMap((run) =>
    run.length < 2 || !/[\u4e00-\u9fff]/.test(run)
      ? [run]
      : Array.from({ length: run.length - 1 }, (_, place) => run.slice(place, place + 2)));
"""


def cut(text: str) -> list[str]:
    """The words of a text; Latin ones as they are."""
    return [word for run in RUN.findall(text) for word in _words(run)]


def _words(run: str) -> list[str]:
    if not "\u4e00" <= run[0] <= "\u9fff":
        return [run]
    return [*run, *(run[place : place + 2] for place in range(len(run) - 1))]
