"""A class's names and ids, to be found in a text without comparing it with every student.

Every way in which a name may be written is a key, so a text of t words asks t (t + 1) / 2 questions, however large the
class is: each run of words that follow one another, glued.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from xlbp.classroom.exercise.roster import Student
from xlbp.classroom.exercise.spelling import (
    Token,
    folded,
    in_plain_letters,
    orders,
    shortened,
    spelled,
    tokens,
    words_of,
)

LONGEST_RUN = 12  # words or signs of one name
TOO_COMMON = 2_000  # students whom a word or a pair of letters tells nothing of
OF_LETTERS = 4  # signs that a login of letters counts for
SHORTEST_WORD = 2  # letters of a word that may stand for a name
USUAL_SIGNS = frozenset(
    "作业業練習练习副本最终終版姓名学學号號提交班级級组組报報告课課第次周週份的实實验驗反梯神完成答已"
)  # beside a name in China


class Match(NamedTuple):
    """A run of words, from ``first`` to before ``last``, that is the name of these students."""

    first: int
    last: int
    students: tuple[int, ...]  # places in the class
    is_bounded: bool = True  # false where letters stand beside it that may belong to a longer name

    @property
    def length(self) -> int:
        """How many words it has."""
        return self.last - self.first


class NamesIndex:
    """The students of a class by their names, and by their ids."""

    def __init__(self, students: Sequence[Student]) -> None:
        self.students = students
        self._names: dict[str, list[int]] = {}
        self._short: dict[str, list[int]] = {}
        self._ids: dict[tuple[str, ...], list[int]] = {}
        self._numbers: dict[str, list[int]] = {}
        for place, student in enumerate(students):
            words = words_of(student.name)
            for key in {folded(way) for way in orders(words)}:
                self._names.setdefault(key, []).append(place)
            for key in {folded(way) for way in shortened(words)}:
                self._short.setdefault(key, []).append(place)
            for id_ in dict.fromkeys((student.id, *student.ids)):
                if key_of_id := tuple(token.text for token in tokens(id_)):
                    self._ids.setdefault(key_of_id, []).append(place)
            if student.platform_id:
                self._numbers.setdefault(student.platform_id, []).append(place)

    def by_platform_number(self, number: str) -> tuple[int, ...]:
        """The students whom the platform itself knows by this number."""
        return tuple(self._numbers.get(number, ()))

    def by_any_number(self, number: str) -> tuple[int, ...]:
        """Those who have it for any of their ids."""
        return tuple(self._ids.get(tuple(token.text for token in tokens(number)), ()))

    def named(self, text: str, keeps_accents: bool = False) -> tuple[int, ...]:
        """The students whose name a text is, but for numbers, or for what a platform puts before it: ``Group A-``."""
        while text:
            glued = "".join(part.text for part in tokens(text) if not part.is_number)
            if places := self._names.get(folded(glued)):
                return self._nearest_spelled(glued, places, keeps_accents)
            text = text.partition("-")[2]
        return ()

    def names_in(self, text: str) -> list[Match]:
        """The names that stand in a text: no shorter one within a longer, and of those spelled alike the nearest."""
        parts = tokens(text)
        matches = list(self._runs(parts))
        if any(part.is_number for part in parts):  # Müller_17_Anna
            words = tuple(part for part in parts if not part.is_number)
            matches = matches or list(self._runs(words))
        return _without_inner(matches)

    def _runs(self, parts: Sequence[Token]) -> Iterator[Match]:
        for first, part in enumerate(parts):
            glued = ""
            for last in range(first, min(first + LONGEST_RUN, len(parts))):
                glued += parts[last].text
                if part.is_number and first == last:
                    continue
                if places := self._names.get(folded(glued)):
                    students = self._nearest_spelled(glued, places)
                    yield Match(first, last + 1, students, _is_bounded(parts, first, last + 1))

    def _nearest_spelled(self, glued: str, places: Sequence[int], keeps_accents: bool = False) -> tuple[int, ...]:
        """Of students whose names fold alike, those whose name a text can be.

        A name with accents is spelled to the letter.  One without may be anybody's whose accents a person or platform
        has left out, or put as two letters, unless it is known that the platform keeps them.
        """
        if len(places) == 1:
            return tuple(places)
        there = spelled(glued)
        exact = tuple(place for place in places if there in map(spelled, self._ways(place)))
        if exact and (keeps_accents or not there.isascii()):
            return exact
        plain = (place for place in places if any(there in in_plain_letters(way) for way in self._ways(place)))
        return tuple(dict.fromkeys((*exact, *plain))) or tuple(places)

    def _ways(self, place: int) -> Iterator[str]:
        return orders(words_of(self.students[place].name))

    def shortened_in(self, text: str) -> tuple[int, ...]:
        """Students of whose long names the first and the last word stand in a text, side by side."""
        parts = tokens(text)
        runs = ("".join(part.text for part in parts[k:last]) for k in range(len(parts))
                for last in range(k + 1, min(k + LONGEST_RUN, len(parts)) + 1))  # fmt: skip
        return tuple(dict.fromkeys(place for run in runs for place in self._short.get(folded(run), ())))

    def ids_in(self, text: str) -> dict[int, int]:
        """The students whose ids stand in a text, as words of their own, and how many signs the longest of them has.

        An id of letters alone, as a login may be, counts for few, since it may be a name.
        """
        parts = [part.text for part in tokens(text)]
        signs: dict[int, int] = {}
        for first in range(len(parts)):
            for last in range(first + 1, min(first + LONGEST_RUN, len(parts)) + 1):
                run = "".join(parts[first:last])
                weight = len(run) if any(map(str.isdigit, run)) else min(len(run), OF_LETTERS)
                for place in self._ids.get(tuple(parts[first:last]), ()):
                    signs[place] = max(signs.get(place, 0), weight)
        return signs

    @cached_property
    def _words(self) -> dict[str, list[int]]:
        """The students who have a word in their name."""
        students: dict[str, list[int]] = defaultdict(list)
        for place, student in enumerate(self.students):
            for word in {folded(word) for word in words_of(student.name)}:
                if len(word) >= SHORTEST_WORD:
                    students[word].append(place)
        return students

    def by_words(self, text: str) -> tuple[tuple[int, ...], int, bool]:
        """Those who have the most words of a text in their names, how many, and whether these are all of their own."""
        parts = [part.text for part in tokens(text) if not part.is_number]
        runs = {folded("".join(parts[k:last])) for k in range(len(parts)) for last in range(k + 1, len(parts) + 1)}
        shared: Counter[int] = Counter()
        for run in runs:
            places = self._words.get(run, ())
            if len(places) <= TOO_COMMON:
                shared.update(places)
        most = max(shared.values(), default=0)
        best = self.by_likeness(text, (place for place, count in shared.items() if count == most))
        return best, most, any(len(words_of(self.students[place].name)) == most for place in best)

    @cached_property
    def _pairs(self) -> dict[str, list[int]]:
        """The students who have a pair of letters in their name."""
        students: dict[str, list[int]] = defaultdict(list)
        for place, student in enumerate(self.students):
            for pair in _pairs_of(student.name):
                students[pair].append(place)
        return students

    def nearest(self, text: str, count: int = 2) -> tuple[int, ...]:
        """Those whose names share the most pairs of letters with a text."""
        pairs = _pairs_of(text)
        postings = sorted((self._pairs.get(pair, []) for pair in pairs), key=len)
        candidates: set[int] = set()
        for posting in postings:
            if len(candidates) + len(posting) > TOO_COMMON and candidates:
                break
            candidates.update(posting[:TOO_COMMON])

        return self.by_likeness(text, candidates)[:count]

    def by_likeness(self, text: str, places: Iterable[int]) -> tuple[int, ...]:
        """Students in the order in which their names are like a text: 2 |A ∩ B| / (|A| + |B|) (Dice, 1945)."""
        pairs = _pairs_of(text)

        def likeness(place: int) -> float:
            own = _pairs_of(self.students[place].name)
            return 2 * len(own & pairs) / max(1, len(own) + len(pairs))

        return tuple(sorted(places, key=lambda place: (-likeness(place), place)))


def _is_bounded(parts: Sequence[Token], first: int, last: int) -> bool:
    """Whether a name of two signs is not the beginning or the end of a longer one: 王小 of 王小明."""
    if not parts[first].is_sign or last - first > 2:
        return True
    before = parts[first - 1].text if first and parts[first].is_glued and parts[first - 1].is_sign else ""
    behind = parts[last].text if last < len(parts) and parts[last].is_glued and parts[last].is_sign else ""
    return all(sign in USUAL_SIGNS for sign in (before, behind) if sign)


def _without_inner(matches: Sequence[Match]) -> list[Match]:
    """Without those that a longer one overlaps: Ann Lee within Joann Leeds is nobody."""
    kept: list[Match] = []
    for match in sorted(matches, key=lambda match: -match.length):
        if all(match.last <= other.first or match.first >= other.last for other in kept if other.length > match.length):
            kept.append(match)
    return kept


def _pairs_of(text: str) -> set[str]:
    """The pairs of letters that stand side by side in a name's words, and the signs of East Asia; no numbers."""
    parts = [token for token in tokens(text) if not token.is_number]
    signs = [folded(token.text) for token in parts if token.is_sign]
    words = [*(folded(token.text) for token in parts if not token.is_sign), "".join(signs)]
    return {word[k : k + 2] for word in words for k in range(len(word) - 1)} | set(signs)
