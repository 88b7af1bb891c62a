"""The languages we speak, with all that is known of them besides their words, which stand in a file of each."""

from __future__ import annotations

from typing import NamedTuple


class Language(NamedTuple):
    """``font`` is that of the cells; ``line_spacing`` from line to line, in sizes of it: the largest that is met."""

    font: str
    line_spacing: float


LANGUAGES: dict[str, Language] = {
    "en": Language("Arial", 1.3),
    "zh-CN": Language("Microsoft YaHei", 1.5),
    "zh-TW": Language("Microsoft JhengHei", 1.5),
}
