"""Every word the workbook shows, in each language; formulas are never translated.

Knows: its own TOML files.  Must never know anything else of xlbp but errors.
"""

from __future__ import annotations

import locale
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from xlbp.errors import UsageError
from xlbp.lang.languages import LANGUAGES


class Texts:
    """The words of one language: ``texts("phase.forward")``, with ``{name}`` filled in."""

    def __init__(self, language: str, words: Mapping[str, str]) -> None:
        self.language, self.words = language, words

    def __call__(self, key: str, **values: object) -> str:
        """The text for ``key``; a key that is missing is an error in the program."""
        return self.words[key].format(**values)

    def of(self, texts: Mapping[str, str]) -> str:
        """A template's text in this language, else in English."""
        return texts.get(self.language) or texts.get("en", "")


@cache
def load_texts(language: str) -> Texts:
    """The words of a language.  Raises UsageError for one we do not speak."""
    if language not in LANGUAGES:
        raise UsageError(f"unknown language {language!r}; known: {', '.join(LANGUAGES)}")
    if sys.version_info >= (3, 11):
        import tomllib  # noqa: PLC0415 - a command that shows no words need not load it
    else:
        import tomli as tomllib  # noqa: PLC0415
    words = tomllib.loads((Path(__file__).parent / f"{language}.toml").read_text("utf-8"))
    return Texts(language, {f"{table}.{key}": text for table, part in words.items() for key, text in part.items()})


def default_language() -> str:
    """The language of the locale: Chinese where it is Chinese, English elsewhere."""
    try:
        name = (locale.getlocale()[0] or "").replace("-", "_")
    except ValueError:  # Python knows not every name that Windows and macOS have
        return "en"
    if not name.lower().startswith(("zh", "chinese")):
        return "en"
    return "zh-TW" if any(mark in name for mark in ("TW", "HK", "MO", "Hant", "Traditional", "Taiwan")) else "zh-CN"
