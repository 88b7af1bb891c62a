"""Whose a file is, what decided, and whether that is sure; names, ids and the numbers in the book weighed together.

A platform's own words come first, for they tell from whose account a file came.  Where two things that are said of a
file disagree, nobody has it until the teacher says whose it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path, PurePosixPath
from typing import TypeAlias

from xlbp.classroom.exercise.roster import Student
from xlbp.classroom.exercise.spelling import folded, words_of
from xlbp.classroom.handedin.files import Submission
from xlbp.classroom.handedin.names_index import Match, NamesIndex
from xlbp.classroom.handedin.platforms import MOODLE, PlatformName

SURE_ID = 5  # signs of an id that stands for a student alone: a year has four
SHORT_ID = 2
SURE_NAME = 3  # letters of a name of one word
PARTS = 2  # words of a longer name that stand for it


class By(Enum):
    """What decided; the text of each is ``owner.<value>`` in each language."""

    CORRECTION = "correction"
    PLATFORM = "platform"
    NAME = "name"
    NAME_AND_ID = "name_and_id"
    ID = "id"
    PART = "part"
    NAME_AND_NUMBERS = "name_and_numbers"
    NUMBERS = "numbers"
    SEVERAL = "several"
    CONTRADICTION = "contradiction"
    NOTHING = "nothing"


Claim: TypeAlias = tuple[int, int, bool]  # an archive, a student, and whether it is sure
BY_HOW_MANY = {0: By.NOTHING, 1: By.PART}  # students whom something points to; one word or digit alone is too little


@dataclass(frozen=True)
class Decision:
    """``student`` is None where nobody has it; ``nearest`` are those whom it may be of, the two likeliest first.

    A decision that is not sure never takes the place of one that is.
    """

    submission: Submission
    student: Student | None
    by: By
    is_sure: bool = False
    nearest: tuple[Student, ...] = ()

    @property
    def is_doubtful(self) -> bool:
        """Whether a teacher has to say whose it is."""
        return self.student is None and self.by is not By.CORRECTION


class Owners:
    """Decides for one file after the other."""

    def __init__(self, students: Sequence[Student]) -> None:
        self.students = students
        self.index = NamesIndex(students)

    def decide_all(self, submissions: Sequence[Submission]) -> list[Decision]:
        """Each by its name; but where one name is that of several accounts, it says nothing of whose they are."""
        decisions = [self.decide(submission) for submission in submissions]
        accounts: dict[Claim, set[str]] = {}
        for decision in decisions:
            if account := _account_by_name(decision):
                accounts.setdefault(account[0], set()).add(account[1])
        return [self._if_one_account(decision, accounts) for decision in decisions]

    def _if_one_account(self, decision: Decision, accounts: Mapping[Claim, set[str]]) -> Decision:
        account = _account_by_name(decision)
        if account is None or len(accounts[account[0]]) == 1:
            return decision
        assert decision.student is not None
        return Decision(decision.submission, None, By.SEVERAL, nearest=(decision.student,))

    def decide(self, submission: Submission) -> Decision:
        """By the name alone."""
        platform = submission.platform
        decided = self._by_platform(submission, platform) if platform else self._by_name_of_file(submission)
        if decided.student is not None or len(decided.nearest) > 1:
            return decided
        text = platform.name if platform and platform.name else submission.name
        near = (*decided.nearest, *self._students(self.index.nearest(_stem(text))))
        return replace(decided, nearest=tuple(dict.fromkeys(near))[:2])

    def _by_name_of_file(self, submission: Submission) -> Decision:
        """By the path; what is called so only within an archive that names nobody is likely at best."""
        if not submission.archive:
            return self._by_plain_name(submission, submission.name)
        decided = self._by_plain_name(submission, submission.archive)
        if decided.is_sure:
            return decided
        return replace(self._by_plain_name(submission, submission.name), is_sure=False)

    def _by_platform(self, submission: Submission, name: PlatformName) -> Decision:
        """By what the platform says of the account; what the student called the file counts where that says nothing."""
        named = self.index.named(name.name, keeps_accents=name.platform == MOODLE)
        named = named or (self.index.named(name.name + "late") if name.glued_late else ())
        numbered = self.index.by_platform_number(name.number)
        if len(numbered) == 1:
            agrees = not named or numbered[0] in named
            return (
                self._sure(submission, numbered, By.PLATFORM)
                if agrees
                else self._doubt(submission, (*numbered, *named), By.CONTRADICTION)
            )
        if named:
            told = self._one_of(named, self.index.by_any_number(name.number), self.index.ids_in(name.file))
            by = By.NAME if len(named) == 1 else By.NAME_AND_ID
            return self._sure(submission, told, by) if len(told) == 1 else self._doubt(submission, told, By.SEVERAL)
        return self._by_account(submission, name)

    def _by_account(self, submission: Submission, name: PlatformName) -> Decision:
        """By a number that may be the student's, by a part of the account's name, or else by the file's own name."""
        numbered = self.index.by_any_number(name.number)
        if len(numbered) == 1 and len(name.number) >= SURE_ID:
            return self._sure(submission, numbered, By.ID)
        longer = self._named(name.name)  # Ann Lee Kim may be Ann Lee of the roster, or somebody else
        if len(longer) == 1:
            return self._likely(submission, longer[0], By.PART)
        partly = self._by_part(submission, name.name, {})
        if partly.student is not None or partly.nearest:
            return partly
        return replace(self._by_plain_name(submission, name.file), is_sure=False)

    def _by_plain_name(self, submission: Submission, path: str) -> Decision:
        """By a file's name and those of the folders it lies in."""
        parts = [_stem(path), *PurePosixPath(path).parent.parts]
        names = [named for part in parts if (named := self._named(part))]
        found = [item for part in parts for item in self.index.ids_in(part).items()]
        ids = dict(sorted(found, key=lambda item: item[1]))  # of two the one with more signs
        if len(names) > 1 and not set(names[0]) & set(names[1]):
            return self._doubt(submission, (*names[0], *names[1]), By.CONTRADICTION)
        if names:
            return self._by_name(submission, names[0], ids)
        long = tuple(place for place, signs in ids.items() if signs >= SURE_ID)
        if len(long) == 1:
            return self._sure(submission, long, By.ID)
        if len(long) > 1:
            return self._doubt(submission, long, By.SEVERAL)
        return self._by_part(submission, parts[0], ids)

    def _by_name(self, submission: Submission, named: tuple[int, ...], ids: Mapping[int, int]) -> Decision:
        """By a full name, beside which an id may stand; a short number counts as one among namesakes only."""
        agreeing = tuple(place for place in named if place in ids)
        if len(named) > 1:
            stem = _stem(submission.name).casefold()
            agreeing = agreeing or tuple(p for p in named if self.students[p].stem.casefold() == stem and "(" in stem)
            return (
                self._sure(submission, agreeing, By.NAME_AND_ID)
                if len(agreeing) == 1
                else self._doubt(submission, named, By.SEVERAL)
            )
        others = [place for place, signs in ids.items() if signs >= SURE_ID and place not in named]
        if others and not agreeing:
            return self._doubt(submission, (*named, *others), By.CONTRADICTION)
        return self._sure(submission, named, By.NAME_AND_ID if agreeing else By.NAME)

    def _by_part(self, submission: Submission, text: str, ids: Mapping[int, int]) -> Decision:
        """By some words of a name, or by a short id: likely at best."""
        short = self.index.shortened_in(text)
        if len(short) == 1:
            return self._likely(submission, short[0], By.PART)
        places, count, is_whole = self.index.by_words(text)
        numbered = tuple(place for place, signs in ids.items() if signs >= SHORT_ID)
        agreeing = tuple(place for place in places if place in ids)
        if len(agreeing) == 1:
            return self._likely(submission, agreeing[0], By.NAME_AND_ID)
        if len(places) == 1 and count >= PARTS:
            return self._sure(submission, places, By.NAME) if is_whole else self._likely(submission, places[0], By.PART)
        if not places and len(numbered) == 1:
            return self._likely(submission, numbered[0], By.ID)
        told = (*places, *numbered, *(place for place in ids if place not in numbered))
        return self._doubt(submission, told, BY_HOW_MANY.get(len(told), By.SEVERAL))

    def _named(self, text: str) -> tuple[int, ...]:
        """The students whose full names stand in a text, if it can be told where these end."""
        telling = [match for match in self.index.names_in(text) if match.is_bounded and self._tells(match)]
        return tuple(dict.fromkeys(place for match in telling for place in match.students))

    def _tells(self, match: Match) -> bool:
        """Whether a name is long enough to be no word of something else."""
        return match.length > 1 or len(self.students[match.students[0]].name) >= SURE_NAME

    @staticmethod
    def _one_of(named: tuple[int, ...], *told: Iterable[int]) -> tuple[int, ...]:
        """The namesake whom a number names, too; all of them where none does."""
        for numbers in told:
            agreeing = tuple(place for place in named if place in numbers)
            if len(agreeing) == 1:
                return agreeing
        return named

    def _students(self, places: Iterable[int]) -> tuple[Student, ...]:
        return tuple(self.students[place] for place in dict.fromkeys(places))

    def _sure(self, submission: Submission, places: Sequence[int], by: By) -> Decision:
        return Decision(submission, self.students[places[0]], by, is_sure=True)

    def _likely(self, submission: Submission, place: int, by: By) -> Decision:
        return Decision(submission, self.students[place], by)

    def _doubt(self, submission: Submission, places: Iterable[int], by: By) -> Decision:
        return Decision(submission, None, by, nearest=self._students(places))


def _account_by_name(decision: Decision) -> tuple[Claim, str] | None:
    """The claim to a student that an account's name, or a part of it, makes within an archive, and the account."""
    platform = decision.submission.platform
    if decision.student is None or platform is None or decision.by not in (By.NAME, By.PART):
        return None
    claim = decision.submission.order, decision.student.number, decision.is_sure
    return claim, f"{platform.platform} {platform.number}"


def with_numbers(decision: Decision, owner: Student | None) -> Decision:
    """The decision, with the student in mind whose numbers stand in the book.

    They tell surely which of namesakes it is.  With less of a name, or none, they make it likely: anybody can fill in
    another's book.  Where the name speaks for somebody else, nobody has it.
    """
    if decision.is_sure or owner is None:
        return decision
    spoken_for = (decision.student,) if decision.student else decision.nearest
    if decision.by is By.NOTHING:
        return replace(decision, student=owner, by=By.NUMBERS, nearest=())
    if owner not in spoken_for:
        return replace(decision, student=None, by=By.CONTRADICTION, nearest=(*spoken_for[:1], owner))
    is_sure = decision.by is By.SEVERAL and _are_namesakes(spoken_for)
    return replace(decision, student=owner, by=By.NAME_AND_NUMBERS, is_sure=is_sure, nearest=())


def _are_namesakes(students: Sequence[Student]) -> bool:
    """Whether all are called alike, in whatever order and spelling."""
    return len({frozenset(map(folded, words_of(student.name))) for student in students}) == 1


@dataclass(frozen=True)
class Entry:
    """What is counted for a student: the files of which the one is marked, the last first, and those beside them."""

    student: Student
    attempts: tuple[Decision, ...]
    besides: tuple[Decision, ...] = ()


def entries_of(decisions: Iterable[Decision]) -> list[Entry]:
    """For each student who has any: the files that are surely theirs, else those that are likely theirs.

    Of these workbooks alone, where there are any.
    """
    by_student: dict[int, list[Decision]] = {}
    for decision in decisions:
        if decision.student is not None:
            by_student.setdefault(decision.student.number, []).append(decision)
    return [_entry(theirs) for _, theirs in sorted(by_student.items())]


def _entry(theirs: Sequence[Decision]) -> Entry:
    ranked = sorted(theirs, key=_weight)
    best = [decision for decision in ranked if _weight(decision) == _weight(ranked[0])]
    last_first = sorted(best, key=lambda decision: decision.submission.attempt, reverse=True)
    assert last_first[0].student is not None
    return Entry(last_first[0].student, tuple(last_first), tuple(d for d in ranked if d not in best))


def _weight(decision: Decision) -> tuple[bool, bool]:
    return not decision.is_sure, not decision.submission.is_book


def _stem(path: str) -> str:
    """The last part of a path without its ending."""
    return Path(PurePosixPath(path).name).stem
