"""Samples written as words: ``alphabet = "helo"``, and each letter of a word is one-hot, step by step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xlbp.template.model import Matrix
from xlbp.template.samples.given import Part
from xlbp.template.table import Table

FEWEST = 2  # letters: with a single one nothing varies


@dataclass(frozen=True)
class Alphabet:
    """The letters, in the order of their features.

    ``is_of_texts``: they are texts of any length, and a word is a list of them, or one text with blanks between them.
    """

    letters: tuple[str, ...]
    is_of_texts: bool

    def spelled(self, word: object) -> tuple[str, ...] | None:
        """The letters of a word as the template gives it; None for what is no word."""
        if isinstance(word, str):
            return tuple(word.split()) if self.is_of_texts else tuple(word)
        is_list = isinstance(word, list) and self.is_of_texts and all(isinstance(letter, str) for letter in word)
        return tuple(word) if is_list and isinstance(word, list) else None

    def one_hot(self, word: Sequence[str]) -> tuple[float, ...]:
        """For each letter of a word a 1 at its place in the alphabet, and 0 at all others."""
        return tuple(float(letter == each) for letter in word for each in self.letters)


def read_alphabet(table: Table) -> Alphabet | None:
    """``"helo"``, or ``["the", "cat"]``; None where the template has none."""
    if not table.has("alphabet"):
        return None
    is_of_texts = isinstance(table.get("alphabet"), list)
    letters = table.texts("alphabet") if is_of_texts else tuple(table.text("alphabet"))
    if len(letters) < FEWEST:
        table.fail("alphabet", f"alphabet must have at least {FEWEST} letters, not {len(letters)}")
    for letter in letters:
        if letters.count(letter) > 1:
            table.fail("alphabet", f"alphabet has {letter!r} twice; name each letter once")
        if is_of_texts and letter.split() != [letter]:
            table.fail("alphabet", f"alphabet has {letter!r}; a text in it may be neither empty nor hold blanks")
    return Alphabet(letters, is_of_texts)


def has_words(value: object, alphabet: Alphabet | None) -> bool:
    """Whether samples are written as words, and not as numbers."""
    return alphabet is not None and isinstance(value, list) and bool(value) and alphabet.spelled(value[0]) is not None


def words(table: Table, key: str, alphabet: Alphabet) -> Part:
    """Words in the template: (steps, letters) each; targets of one letter belong to the whole sample: (letters)."""
    spelled = []
    for place, word in enumerate(table.get(key)):
        letters = alphabet.spelled(word)
        if not letters:
            as_in = '["the", "cat"]' if alphabet.is_of_texts else '"hell"'
            table.fail((key, place), f"{key}: sample {place + 1} must be a word of the alphabet, as in {as_in}")
        spelled.append(letters)
    for place, letters in enumerate(spelled):
        _must_be_known(table, (key, place), f"{key}: sample {place + 1}", letters, alphabet)
        if len(letters) != len(spelled[0]):
            lengths = f"sample 1 has {len(spelled[0])} letters, sample {place + 1} has {len(letters)}"
            table.fail((key, place), f"{key} is ragged: {lengths}; cut the longer words, or fill up the shorter ones")
    return as_part(spelled, alphabet, is_target=key in ("targets", "test_targets"))


def as_part(spelled: Sequence[Sequence[str]], alphabet: Alphabet, is_target: bool) -> Part:
    """Words of one length, letter by letter."""
    rows: Matrix = tuple(map(alphabet.one_hot, spelled))
    steps, width = len(spelled[0]), len(alphabet.letters)
    shape = (width,) if is_target and steps == 1 else (steps, width)
    return Part(shape, rows, alphabet.letters)


def _must_be_known(table: Table, key: tuple[str, int], where: str, letters: Sequence[str], alphabet: Alphabet) -> None:
    if unknown := unknown_letter(letters, alphabet):
        table.fail(key, f"{where} has {unknown!r}, which is not in the alphabet")


def unknown_letter(letters: Sequence[str], alphabet: Alphabet) -> str:
    """The first letter of a word that the alphabet lacks; '' where it has all."""
    return next((letter for letter in letters if letter not in alphabet.letters), "")
