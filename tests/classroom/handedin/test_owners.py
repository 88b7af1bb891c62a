"""Whose a file is: by its name, in the forms that platforms and people write, and what is doubtful."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.classroom.handedin.platform_names import canvas, in_plain_letters, moodle_flat, moodle_folder
from xlbp.classroom.exercise.roster import Student
from xlbp.classroom.exercise.spelling import folded, orders, words_of
from xlbp.classroom.handedin.files import Submission
from xlbp.classroom.handedin.owners import By, Decision, Owners, entries_of, with_numbers


def class_of(*names: str, ids: Sequence[str] = (), numbers: Sequence[str] = ()) -> list[Student]:
    """Students of these names, and of these ids if there are any."""
    return [
        Student(
            place + 1,
            name,
            ids[place] if ids else "",
            name,
            name,
            platform_id=numbers[place] if numbers else "",
        )
        for place, name in enumerate(names)
    ]


def submitted(name: str, changed: float = 0.0, order: int = 0) -> Submission:
    """A file of this name in an archive."""
    return Submission(Path(name), name, Path("all.zip"), order, changed)


NAMES = ("Sven Hübner", "Eva König", "Zoë Dubois", "Tim O'Neill", "Anna Müller", "王小明", "Ann Lee", "Joanna Leeds",
         "Björn Østergård", "Łukasz Wiśniewski", "María José García López", "Nguyễn Văn An", "김철수", "Иван Петров",
         "राम कुमार", "Jean-Luc Saint-Exupéry", "Strauß, Max", "O'Neil, Zoë", "José Müller-Lüdenscheidt")  # fmt: skip
IDS = tuple("3100143" if name == "王小明" else f"77{place:05}" for place, name in enumerate(NAMES))
CLASS = class_of(*NAMES, ids=IDS)


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("Huebner Sven 1.xlsx", "Sven Hübner"),
        ("Konig Eva.xlsx", "Eva König"),
        ("Zoe Dubois.xlsx", "Zoë Dubois"),
        ("Tim ONeill.xlsx", "Tim O'Neill"),
        ("Tim O Neill - Kopie.xlsx", "Tim O'Neill"),
        ("学号3100143作业.xlsx", "王小明"),
        ("作业-王小明-最终 - 副本.xlsx", "王小明"),
        ("王小明作业(2).xlsx", "王小明"),
        ("mullerannalate_1234_5678_exercise-1.xlsx", "Anna Müller"),
        ("muelleranna_late_1234_5678_exercise.xlsx", "Anna Müller"),
        ("mülleranna_LATE_1234_5678_exercise.xlsx", "Anna Müller"),
        ("oneilltim_1_2_a_b_3_4.xlsx", "Tim O'Neill"),
        ("garcialopezmariajose_22_33_x.xlsx", "María José García López"),
        ("saintexuperyjeanluc_1_2_x.xlsx", "Jean-Luc Saint-Exupéry"),
        ("Anna Müller_123456_assignsubmission_file_/exercise.xlsx", "Anna Müller"),
        ("Gruppe A-Anna Müller_123456_assignsubmission_file/sub/exercise.xlsx", "Anna Müller"),
        ("Anna Müller_123456_assignsubmission_onlinetext_/onlinetext.html", "Anna Müller"),
        ("Anna Müller_123456_assignsubmission_file_Eva König.xlsx", "Anna Müller"),
        ("Ostergaard Bjoern.xlsx", "Björn Østergård"),
        ("Strauss_Max_Übung3.xlsx", "Strauß, Max"),
        ("max strauß.XLSX", "Strauß, Max"),
        ("AnnaMueller_HW3.xlsx", "Anna Müller"),
        ("Mueller_HW_Anna.xlsx", "Anna Müller"),
        ("An Nguyen Van.xlsx", "Nguyễn Văn An"),
        ("ПЕТРОВ Иван.xlsx", "Иван Петров"),
        ("김철수 과제.xlsx", "김철수"),
        ("7700006_exercise.xlsx", "Ann Lee"),
        ("小明 王_12_assignsubmission_file_/x.xlsx", "王小明"),
        ("철수김_12_34_x.xlsx", "김철수"),
        ("A-1-Jean-Luc Saint-Exupery_12_assignsubmission_file/x.xlsx", "Jean-Luc Saint-Exupéry"),
        ("LEE ANN 7700006_12345_assignsubmission_file/mazur.xlsx", "Ann Lee"),
        ("Zoe\u0308 O'Neil.xlsx", "O'Neil, Zoë"),
        ("Week 3/Ann Lee/exercise.xlsx", "Ann Lee"),
    ],
)
def test_a_name_or_an_id_tells(file: str, name: str) -> None:
    """Whatever the platform or the person made of it: folded, glued, turned round, with counters and late."""
    decision = Owners(CLASS).decide(submitted(file))
    assert decision.student is not None
    assert (decision.student.name, decision.is_sure) == (name, True)


@pytest.mark.parametrize(
    ("file", "nearest"),
    [
        ("mueler anna.xlsx", "Anna Müller"),
        ("Annabel Leeway.xlsx", "Ann Lee"),
        ("Lee.xlsx", "Ann Lee"),
        ("exercise-final.xlsx", ""),
        ("Ann Lee and Eva König.xlsx", "Ann Lee"),
        ("Ann Lee 7700001.xlsx", "Ann Lee"),
        ("Ann Lee/Eva König.xlsx", "Eva König"),
        ("homework2.xlsx", ""),
    ],
)
def test_what_is_doubtful_is_nobodys_and_the_nearest_two_are_told(file: str, nearest: str) -> None:
    """A slip of the pen, half a name, two names, or a name beside another's id: the teacher says whose it is."""
    decision = Owners(CLASS).decide(submitted(file))
    assert decision.student is None
    assert decision.is_doubtful
    assert len(decision.nearest) == 2
    assert not nearest or decision.nearest[0].name == nearest


def test_what_is_like_no_name_has_no_nearest() -> None:
    """A year alone points to nobody."""
    decision = Owners(CLASS).decide(submitted("2024.xlsx"))
    assert (decision.student, decision.nearest) == (None, ())


def test_a_short_name_within_a_longer_one_is_nobodys() -> None:
    """王小 is not 王小明, and An is no student because a file says "an exercise"."""
    owners = Owners(class_of("王小", "An", "Lee Ann Kim"))
    assert owners.decide(submitted("王小明作业.xlsx")).student is None
    assert owners.decide(submitted("an exercise.xlsx")).student is None
    told = owners.decide(submitted("王小作业.xlsx"))
    assert told.student is not None
    assert told.student.name == "王小"


def test_the_platforms_own_number_is_the_surest() -> None:
    """Of namesakes it tells which; beside another's name it is a contradiction; an upload's number is nobody's."""
    owners = Owners(class_of("Ann Lee", "Ann Lee", "Bob Ray", numbers=("11", "12", "5678")))
    second = owners.decide(submitted("leeann_12_9_x.xlsx"))
    assert (second.student, second.by) == (owners.students[1], By.PLATFORM)
    assert owners.decide(submitted("Participant_5678_assignsubmission_file/Ann Lee.xlsx")).student is owners.students[2]
    assert owners.decide(submitted("rayboB_11_9_x.xlsx")).by is By.CONTRADICTION
    assert owners.decide(submitted("leeann_99_5678_x.xlsx")).by is By.SEVERAL


def test_a_name_that_ends_in_late_is_whole() -> None:
    """Canvas glues ``late`` to the name; Anna Pilate is not late, and can be."""
    owners = Owners(class_of("Anna Pilate", "Pi Anna"))
    assert owners.decide(submitted("pilateanna_1_2_x.xlsx")).student is owners.students[0]
    assert owners.decide(submitted("pilateannalate_1_2_x.xlsx")).student is owners.students[0]


def test_of_names_that_fold_alike_the_one_that_is_spelled_so_is_meant() -> None:
    """Müller, Mueller and Muller may be three students.  Moodle keeps accents; others may have left them out."""
    owners = Owners(class_of("Anna Müller", "Anna Mueller", "Anna Muller"))
    for student in owners.students:
        assert owners.decide(submitted(f"{student.name}_1_assignsubmission_file/x.xlsx")).student is student
    umlaut, two_letters, one_letter = owners.students
    assert owners.decide(submitted("Müller Anna.xlsx")).student is umlaut
    for name, other in (("Mueller", two_letters), ("Muller", one_letter)):
        for file in (f"{name} Anna.xlsx", f"{name.lower()}anna_1_2_x.xlsx"):
            decision = owners.decide(submitted(file))
            assert decision.student is None
            assert set(decision.nearest) == {umlaut, other}
            assert with_numbers(decision, umlaut).is_sure
    both = Owners(class_of("Anna Müller", "Anna Mueller"))
    assert both.decide(submitted("Muller Anna.xlsx")).student is both.students[0]


def test_one_name_of_two_accounts_is_doubtful() -> None:
    """Two users of Canvas called Ann Lee, of whom the list has one: neither's file is hers until its numbers say so."""
    owners = Owners(class_of("Ann Lee", "Bob Ray"))
    names = ["leeann_12_1_x.xlsx", "leeann_13_2_x.xlsx", "raybob_14_3_x.xlsx", "raybob_14_4_x-1.xlsx"]
    decisions = owners.decide_all([submitted(name) for name in names])
    assert [decision.student and decision.student.name for decision in decisions] == [None, None, "Bob Ray", "Bob Ray"]
    ann = owners.students[0]
    assert with_numbers(decisions[1], ann).is_sure
    guests = ["Ann Lee Kim_5_assignsubmission_file/x.xlsx", "Ann Lee Poe_6_assignsubmission_file/x.xlsx"]
    assert [each.student for each in owners.decide_all([*map(submitted, guests)])] == [None, None]
    two_weeks = owners.decide_all([submitted(names[0]), submitted(names[1], order=1)])
    assert all(decision.student is ann for decision in two_weeks)


def test_numbers_in_the_book_settle_what_the_name_leaves_open() -> None:
    """Among several; alone where no name stands; against a name they make it doubtful."""
    owners = Owners(class_of("Ann Lee", "Ann Lee", "Bob Ray"))
    first, second, bob = owners.students
    namesakes = owners.decide(submitted("Ann Lee.xlsx"))
    assert with_numbers(namesakes, second).student is second
    assert with_numbers(namesakes, second).is_sure
    assert with_numbers(namesakes, bob).is_doubtful
    nameless = with_numbers(owners.decide(submitted("final.xlsx")), bob)
    assert (nameless.student, nameless.is_sure, nameless.by) == (bob, False, By.NUMBERS)
    half = with_numbers(Owners(class_of("Anna Müller", "Bob Ray")).decide(submitted("mueler anna.xlsx")), first)
    assert half.is_doubtful
    sure = owners.decide(submitted("Bob Ray.xlsx"))
    assert with_numbers(sure, first) is sure


def test_an_account_with_more_to_its_name_is_likely_only() -> None:
    """Ann Lee Kim may be Ann Lee of the list, or a guest: she takes no place of Ann Lee's own."""
    owners = Owners(class_of("Ann Lee", "Tim Roe"))
    guest = owners.decide(submitted("Ann Lee Kim_9_assignsubmission_file/x.xlsx", changed=9))
    own = owners.decide(submitted("Ann Lee_8_assignsubmission_file/x.xlsx"))
    assert (guest.student, guest.is_sure, own.is_sure) == (owners.students[0], False, True)
    [entry] = entries_of([guest, own])
    assert entry.attempts == (own,)


def test_a_login_that_is_a_word_contradicts_no_name() -> None:
    """Of two of one family one has it for a login; a file of that login alone is likely hers."""
    owners = Owners(
        [
            Student(1, "Anna Mueller", "", "a", "a", ids=("mueller",)),
            Student(2, "Bernd Mueller", "", "b", "b", ids=("bm17x",)),
        ]
    )
    bernd = owners.decide(submitted("Mueller Bernd.xlsx"))
    assert (bernd.student, bernd.is_sure) == (owners.students[1], True)
    assert owners.decide(submitted("BM17X_hw.xlsx")).student is owners.students[1]
    anna = owners.decide(submitted("mueller_hw.xlsx"))
    assert (anna.student, anna.is_sure) == (owners.students[0], False)


def test_nobody_can_hand_in_for_another_by_a_name_in_ones_own_archive() -> None:
    """What a student calls files and folders in a zip is not the platform's word."""
    owners = Owners(class_of("Anna Müller", "Tim Roe"))
    planted = "Anna Müller_1_assignsubmission_file_/x.xlsx"
    for archive, owner in (("roetim_12_101_work.zip", owners.students[1]), ("work.zip", None)):
        file = Submission(Path("x.xlsx"), f"{archive}/{planted}", Path("all.zip"), archive=archive)
        decision = owners.decide(file)
        assert decision.student is owner or not decision.is_sure
    folder = owners.decide(submitted(f"Tim Roe_2_assignsubmission_file_/{planted}"))
    assert folder.student is owners.students[1]


def test_half_a_name_and_the_numbers_are_not_sure() -> None:
    """Anybody may fill in Anna's book and call it anna; it does not take the place of what came from her account."""
    owners = Owners(class_of("Anna Müller", "Bob Ray"))
    anna = owners.students[0]
    own = owners.decide(submitted("Anna Müller_1_assignsubmission_file/x.xlsx"))
    half = with_numbers(owners.decide(submitted("mueler anna.xlsx", changed=9)), anna)
    assert (half.student, half.is_sure, half.by) == (anna, False, By.NAME_AND_NUMBERS)
    [entry] = entries_of([half, own])
    assert (entry.attempts, entry.besides) == ((own,), (half,))


def test_a_doubtful_file_displaces_nobody() -> None:
    """However new it is: what is likely is counted only where nothing is sure."""
    owners = Owners(class_of("Ann Lee", "Bob Ray"))
    ann, bob = owners.students
    old = owners.decide(submitted("Ann Lee.xlsx", changed=1))
    newer = with_numbers(owners.decide(submitted("final.xlsx", changed=9)), ann)
    bobs = with_numbers(owners.decide(submitted("other.xlsx", changed=9)), bob)
    [first, second] = entries_of([newer, old, bobs])
    assert (first.student, first.attempts, first.besides) == (ann, (old,), (newer,))
    assert (second.student, second.attempts) == (bob, (bobs,))


def test_the_last_attempt_stands_first() -> None:
    """By the archive's place, the platform's number of the upload, the time, and the counter in the name."""
    owners = Owners(class_of("Ann Lee"))
    names = ["leeann_1_20_x.xlsx", "leeann_1_30_x-1.xlsx", "leeann_1_10_x-2.xlsx"]
    [entry] = entries_of(map(owners.decide, map(submitted, names)))
    assert [d.submission.name for d in entry.attempts] == [names[1], names[0], names[2]]
    copies = [submitted("Ann Lee.xlsx"), submitted("Ann Lee (2).xlsx"), submitted("Ann Lee.pdf", changed=5)]
    [entry] = entries_of(map(owners.decide, copies))
    assert [d.submission.name for d in entry.attempts] == ["Ann Lee (2).xlsx", "Ann Lee.xlsx"]
    assert [d.submission.name for d in entry.besides] == ["Ann Lee.pdf"]
    folder = "Ann Lee_1_assignsubmission_file_"
    two = [submitted(f"{folder}/x.xlsx", changed=9), submitted(f"{folder}/x (2).xlsx", changed=1)]
    [entry] = entries_of(map(owners.decide, two))
    assert entry.attempts[0].submission.name == f"{folder}/x (2).xlsx"


LATIN = "abcdefghijklmnopqrstuvwxyzäöüßéèñçøåłśáóí"
ALPHABETS = (LATIN, "äöüßaeoun", "абвгдежзийклмнопрстуфхцчшщыэюя", "αβγδεζηθικλμνξοπρστυφχψω", "אבגדהוזחטיכלמנסעפצקרשת",
             "กขคงจชซดตถทนบปผพภมยรลวสหอ", "हिन्दीकमलरामसीता")  # fmt: skip
SIGNS = "王李张刘陈杨赵黄周吴小明芳伟静丽强磊洋艳勇杰娟涛超霞平刚桂英林森佐藤田中鈴木김이박최정철수영희"


def western(alphabet: str) -> st.SearchStrategy[tuple[str, str]]:
    """A first name and a last name, of one word or two, with hyphens and apostrophes."""
    word = st.text(alphabet, min_size=3, max_size=9).filter(lambda text: text.strip()).map(str.capitalize)
    first = st.one_of(word, st.tuples(word, st.sampled_from("- "), word).map("".join))
    last = st.one_of(word, word.map(lambda text: f"O'{text}"), st.tuples(word, st.just("-"), word).map("".join))
    return st.tuples(first, last)


EASTERN = st.tuples(st.text(SIGNS, min_size=2, max_size=3), st.sampled_from(SIGNS))  # given name, family name
PEOPLE = st.lists(st.one_of(*map(western, ALPHABETS), EASTERN), min_size=1, max_size=12)


def full_name(first: str, last: str) -> str:
    """As a roster has it: in East Asia the family name first, without a blank."""
    return f"{last}{first}" if last in SIGNS else f"{first} {last}"


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(people=PEOPLE, form=st.integers(0, 5), numbered=st.booleans())
def test_everyone_is_found_through_both_platforms(people: list[tuple[str, str]], form: int, numbered: bool) -> None:
    """Names of many languages, mangled as Moodle and Canvas do: each file is its student's, surely, or doubtful.

    Doubtful is nothing but a name that another student's folds to as well, or holds.
    """
    names = [full_name(*person) for person in people]
    keys = [{folded(way) for way in orders(words_of(name))} for name in names]
    assume(all(map(all, keys)))
    students = class_of(*names, numbers=[str(500 + n) for n in range(len(names))] if numbered else ())
    owners = Owners(students)
    for place, (first, last) in enumerate(people):
        number, upload = 500 + place, 9_000 - place
        file = (
            moodle_folder(names[place], number),
            moodle_folder(names[place], number, old=True),
            moodle_flat(names[place], number),
            canvas(first, last, number, upload),
            canvas(in_plain_letters(first, True), in_plain_letters(last, True), number, upload, "late"),
            canvas(in_plain_letters(first, False), in_plain_letters(last, False), number, upload, "_LATE"),
        )[form]
        decision = owners.decide(submitted(file))
        assert decision.student in (None, students[place])
        is_alone = not any(key in other or other in key for k, own in enumerate(keys) if k != place
                           for key in keys[place] for other in own)  # fmt: skip
        if is_alone:
            assert decision.student is students[place], file
            assert decision.is_sure
        assert decision.submission.is_late == (form > 3)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(people=PEOPLE, data=st.data())
def test_no_doubtful_file_ever_displaces_a_sure_one(people: list[tuple[str, str]], data: st.DataObject) -> None:
    """Any files beside the students' own, newer ones, with anybody's numbers: each sure file stays what is counted."""
    students = class_of(*dict.fromkeys(full_name(*person) for person in people))
    owners = Owners(students)
    own = [owners.decide(submitted(moodle_folder(student.name, student.number))) for student in students]
    sure = [decision for decision in own if decision.is_sure]
    strange = st.sampled_from(["final.xlsx", "Lee.xlsx", "x (2).xlsx", *(f"{s.name[:4]}.xlsx" for s in students)])
    files = data.draw(st.lists(st.tuples(strange, st.sampled_from(students)), max_size=6))
    further = [(owners.decide(submitted(name, changed=9e9)), owner) for name, owner in files]
    doubtful = [with_numbers(decision, owner) for decision, owner in further if not decision.is_sure]
    entries = entries_of([*doubtful, *own])
    counted: dict[int, Decision] = {entry.student.number: entry.attempts[0] for entry in entries}
    for decision in sure:
        assert decision.student is not None
        assert counted[decision.student.number] is decision


def test_a_file_of_a_large_class_takes_no_more_steps_than_one_of_a_small_class() -> None:
    """An index, no comparison of all with all: steps are counted, as seconds are not the same on every machine."""

    def calls(count: int) -> int:
        names = [f"{'abcdefghij'[n % 10]}na{n % 997}x {'klmnopqrst'[n % 7]}er{n}sen" for n in range(count)]
        owners = Owners(class_of(*names, ids=[f"s{n:07}" for n in range(count)]))
        asked = owners.students[:: count // 50]
        files = [submitted(f"{'_'.join(student.name.split()[::-1])}_1_2_x.xlsx") for student in asked]
        counted = Counter[str]()
        sys.setprofile(lambda frame, event, argument: counted.update([event]))
        try:
            decisions = [owners.decide(file) for file in files]
        finally:
            sys.setprofile(None)
        assert all(decision.student is student for decision, student in zip(decisions, asked, strict=True))
        return counted["call"] + counted["c_call"]

    assert calls(10_000) < 1.5 * calls(1_000)
