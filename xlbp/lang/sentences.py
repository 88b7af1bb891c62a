"""What an error says, in a reader's language.

An error speaks English, at the command line and to programs, in a sentence that stands where it is raised.  A file of
``sentences/`` has those sentences, with {names} where something is filled in, and what they are in its language.  Here
a sentence that was said is found among them, and what was filled into it is put into the other; one that is in no file
stays as it is.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from xlbp.lang import Texts, languages
from xlbp.toml import tomllib

FOLDER = "sentences"
PLACE = re.compile(r"\{(\w+)\}")
COUNT = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?")  # with the signs of English
IS_SAID_TOO = frozenset({"fault", "what"})  # what is filled in there is a sentence of the file, or it is another one
ANYTHING, NO_LETTERS = "'[^']*'|.+?", "[^A-Za-z]+?"
PARTED = ": "  # between what a sentence is about, as a file, and the sentence
LONGEST = 2_000  # letters of a sentence that are looked at
DEEPEST = 4  # sentences in one another


class Known(NamedTuple):
    """A sentence in English, as a pattern, and in another language."""

    pattern: re.Pattern[str]
    words: str


def said_in(texts: Texts, message: str) -> str:
    """Each line of an error's message in the language of the texts, where that has it, else as it is."""
    return "\n".join((line and _said(texts, line)) or line for line in message.split("\n"))


def _said(texts: Texts, sentence: str, depth: int = 0) -> str:
    """The sentence, or what stands behind what it is about; '' if it is not known."""
    if len(sentence) > LONGEST or depth > DEEPEST:
        return ""
    for known in _known(languages.FOLDER / FOLDER / f"{texts.language}.toml"):
        if (found := known.pattern.fullmatch(sentence)) and (filled := _filled(texts, known, found, depth)):
            return filled
    about, parted, rest = sentence.partition(PARTED)
    said = _said(texts, rest, depth + 1) if parted else ""
    return about + parted + said if said else ""


def _filled(texts: Texts, known: Known, found: re.Match[str], depth: int) -> str:
    values = {}
    for name, value in found.groupdict().items():
        said = _said(texts, value, depth + 1)
        if name in IS_SAID_TOO and not said:
            return ""
        values[name] = said or (texts.with_own_signs(value) if COUNT.fullmatch(value) else value)
    return known.words.format(**values)


@cache
def _known(path: Path) -> tuple[Known, ...]:
    """The sentences of a file, those with the most letters of their own first; none where there is no such file."""
    if not path.is_file():
        return ()
    sentences = tomllib.loads(path.read_text("utf-8"))
    return tuple(Known(_pattern(each), sentences[each]) for each in sorted(sentences, key=_own_letters, reverse=True))


def _own_letters(sentence: str) -> int:
    return len(PLACE.sub("", sentence))


def _pattern(sentence: str) -> re.Pattern[str]:
    """What fills it in is taken whole where it stands in quotes; a count has no letters in it."""
    parts = PLACE.split(sentence)
    places = (f"(?P<{part}>{NO_LETTERS if part == 'count' else ANYTHING})" for part in parts[1::2])
    return re.compile("".join(re.escape(part) + next(places, "") for part in parts[::2]))
