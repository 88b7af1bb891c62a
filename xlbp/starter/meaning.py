"""What the texts of a column stand for: truth, an order, dates; each known by what people write."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

TRUTH = (  # (yes, no), as they are written in some language
    *(("true", "false"), ("yes", "no"), ("y", "n"), ("t", "f"), ("on", "off")),
    *(("wahr", "falsch"), ("ja", "nein"), ("vrai", "faux"), ("oui", "non"), ("sí", "no"), ("si", "no"), ("sì", "no")),
    *(("是", "否"), ("真", "假"), ("有", "无"), ("有", "無"), ("对", "错"), ("對", "錯"), ("はい", "いいえ")),
)
ORDERS = (  # from the least to the most
    *(("low", "medium", "high"), ("low", "middle", "high"), ("small", "medium", "large"), ("poor", "fair", "good")),
    ("xxs", "xs", "s", "m", "l", "xl", "xxl"),
    ("never", "rarely", "sometimes", "often", "always"),
    ("very low", "low", "medium", "high", "very high"),
    ("strongly disagree", "disagree", "neutral", "agree", "strongly agree"),
    *(("niedrig", "mittel", "hoch"), ("klein", "mittel", "groß"), ("nie", "selten", "manchmal", "oft", "immer")),
    *(("低", "中", "高"), ("小", "中", "大"), ("差", "中", "良", "优"), ("差", "中", "良", "優")),
)
FEWEST_IN_ORDER = 3  # two words alone are a category
ORDINAL = re.compile(r"(\d{1,3})(st|nd|rd|th|\.|º|ª|e|er|ème)|第(\d{1,3})", re.IGNORECASE)
MONTH = r"(?:jan|feb|m[aä]r|apr|ma[iy]|jun|jul|aug|sep|oct|okt|nov|dec|dez)[a-zäé]*\.?"
CLOCK = r"(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s?(?:[ap]m|z|[+-]\d{2}:?\d{2})?)?"
DATES = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}{CLOCK}",  # 2024-01-31
        rf"\d{{1,2}}[-/.]\d{{1,2}}[-/.](?:\d{{2}}|\d{{4}}){CLOCK}",  # 31.1.2024, 1/31/24
        rf"{MONTH}[- ]\d{{1,2}},?[- ]\d{{4}}{CLOCK}",  # Jan 31 2024
        rf"\d{{1,2}}\.?[- ]?{MONTH}[- ]?\d{{2,4}}{CLOCK}",  # 31-Jan-2024
        rf"{MONTH}[- ]\d{{2,4}}",
        r"\d{4}-?(?:q[1-4]|w\d{2}|m\d{2})|q[1-4][- ]\d{4}",  # 2024Q1
        r"\d{4}[-/]\d{1,2}|\d{1,2}/\d{4}",  # a month
        r"\d{2,4}年(?:\d{1,2}月(?:\d{1,2}日)?)?",
    )
]
TIME = re.compile(r"\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s?(?:[ap]m)?", re.IGNORECASE)
PACKED = re.compile(r"(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")  # 20240131


def truths(texts: Iterable[str]) -> dict[str, float] | None:
    """1 for each text that says yes, 0 for each that says no; None if they are no such pair."""
    different = dict.fromkeys(texts)
    for yes, no in TRUTH:
        codes = {text: float(text.lower() == yes) for text in different}
        if {text.lower() for text in different} == {yes, no}:
            return codes
    return None


def order(texts: Iterable[str]) -> dict[str, float] | None:
    """The place of each text in an order, from 1; None if they are in none that is known."""
    different = dict.fromkeys(texts)
    places = [ORDINAL.fullmatch(text) for text in different]
    if len(different) >= FEWEST_IN_ORDER and None not in places:
        return {text: float(at[1] or at[3]) for text, at in zip(different, places, strict=True) if at}
    for words in ORDERS:
        if len({text.lower() for text in different}) >= FEWEST_IN_ORDER and {text.lower() for text in different} <= {
            *words
        }:
            return {text: float(words.index(text.lower()) + 1) for text in different}
    return None


def codes_of(texts: Iterable[str]) -> Mapping[str, float] | None:
    """The numbers that texts stand for: truth as 1 and 0, an order as 1, 2, 3; None for texts without numbers."""
    listed = list(texts)
    return truths(listed) or order(listed)


def are_times(texts: Iterable[str]) -> bool:
    """Whether all are times of day, as 8:30."""
    listed = list(texts)
    return bool(listed) and all(TIME.fullmatch(text) for text in listed)


def are_dates(texts: Iterable[str]) -> bool:
    """Whether all are dates, in one way of writing them; numbers such as 20240131 count too."""
    listed = list(texts)
    return any(listed and all(pattern.fullmatch(text) for text in listed) for pattern in (*DATES, PACKED))
