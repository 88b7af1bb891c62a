"""Every word the workbook shows, in each language; formulas are never translated.

Knows: its own TOML files.  Must never know anything else of xlbp but errors.
"""

from __future__ import annotations

import locale
import re
from collections.abc import Mapping
from functools import cache

from xlbp.errors import UsageError
from xlbp.lang import languages
from xlbp.lang.languages import DEFAULT, FACTS, LANGUAGES, Language, read_words

FORMS = re.compile(r"\{(\w+):([^{}|]*)\|([^{}|]*)\}")  # {count:row|rows}: of one, of any other number


class Texts:
    """The words of one language: ``texts("phase.forward")``, with ``{name}`` filled in.

    ``{count:row|rows}`` takes the first form where the count is 1, and the other one otherwise.
    """

    def __init__(self, language: str, words: Mapping[str, str]) -> None:
        self.language, self.words = language, words

    def __call__(self, key: str, **values: object) -> str:
        """The text for ``key``; a key that is missing is an error in the program."""
        text = self.words[key]
        if "|" in text:
            text = FORMS.sub(lambda form: form[2] if str(values[form[1]]) == "1" else form[3], text)
        return text.format(**values)

    def table(self, name: str) -> dict[str, str]:
        """All words of one table, by their keys in it."""
        return {key.partition(".")[2]: text for key, text in self.words.items() if key.partition(".")[0] == name}

    @property
    def facts(self) -> Language:
        """What is known of the language."""
        return LANGUAGES[self.language]

    def number(self, value: float, form: str = ",") -> str:
        """A number as it stands in a sentence of this language; ``form`` is Python's, by default of a count."""
        return self.with_own_signs(format(value, form))

    def with_own_signs(self, number: str) -> str:
        """A number that was written with the signs of English."""
        return number.translate({ord("."): self.facts.decimal, ord(","): self.facts.thousands})

    def sentences(self, *sentences: str) -> str:
        """Sentences one after the other; empty ones are left out."""
        return ("" if self.facts.full_width else " ").join(filter(None, sentences))

    def of(self, texts: Mapping[str, str]) -> str:
        """A template's text in this language, else in English."""
        return texts.get(self.language) or texts.get(DEFAULT, "")


@cache
def load_texts(language: str) -> Texts:
    """The words of a language.  Raises UsageError for one we do not speak."""
    if language not in LANGUAGES:
        raise UsageError(f"unknown language {language!r}; known: {', '.join(LANGUAGES)}")
    tables = read_words(languages.FOLDER / f"{language}.toml")
    del tables[FACTS]
    return Texts(language, {f"{table}.{key}": text for table, part in tables.items() for key, text in part.items()})


def default_language() -> str:
    """The language of the locale; English where we do not speak it."""
    try:
        name = locale.getlocale()[0] or ""
    except ValueError:  # Python knows not every name that Windows and macOS have
        return DEFAULT
    return language_called(name) or DEFAULT


def language_called(name: str) -> str:
    """The language of ours that a locale's name means, or a browser's, as de_AT or zh-Hant-HK; '' if there is none."""
    plain = name.replace("-", "_").lower()
    beginnings = {begin.lower(): code for code, language in LANGUAGES.items() for begin in language.locales}
    known = [begin for begin in beginnings if re.match(rf"{re.escape(begin)}(?![a-z])", plain)]
    return beginnings[max(known, key=len)] if known else ""
