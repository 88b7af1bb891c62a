"""A run that was interrupted is taken up where it stopped, and never on what has changed since."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from pathlib import Path

import pytest

from tests.system.tasks import Counted
from xlbp.errors import EngineError, Interrupted, WriteError
from xlbp.system import journal as journals
from xlbp.system.delivery import Delivery, Produced
from xlbp.system.digest import digest_of
from xlbp.system.journal import Journal, _check, journal_at
from xlbp.system.outcome import Failure, Outcome
from xlbp.system.pool import run_all

COUNT = 5


class Run:
    """Files whose words are counted, with a copy of each as the result's file."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.journal, self.log = folder, folder / "counts.csv.journal", folder / "log"
        self.files = [folder / f"{number}.txt" for number in range(COUNT)]
        for number, file in enumerate(self.files):
            file.write_text("word " * number)

    def go(self, stop_after: int | None = None, job: object = "a job") -> list[Outcome[int]]:
        """Count them all, in this process; a run may be interrupted."""
        self.log.write_text("")
        taken = []
        tasks = [Counted(file, self.log) for file in self.files]
        with journal_at(self.journal, job) as kept:
            for outcome in run_all(Counted.done, tasks, 1, journal=kept, deliver=self.delivered):
                if len(taken) == stop_after:
                    raise Interrupted
                taken.append(outcome)
        return sorted(taken, key=lambda outcome: outcome.number)

    def delivered(self, number: int, words: int) -> Delivery[int]:
        """The number of words, and a file that says it."""
        return Delivery(words, (Produced(self.result(number), str(words).encode(), force=True),))

    def result(self, number: int) -> Path:
        return self.folder / f"{number}.result"

    @property
    def done(self) -> list[str]:
        """What the last run did itself."""
        return self.log.read_text().split()


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """A run that was interrupted after three of five files, the first of which is refused, for it has no words."""
    run = Run(tmp_path)
    with pytest.raises(Interrupted, match=r"2 results in .*counts.csv.journal: the same command goes on from there"):
        run.go(stop_after=3)
    assert run.done == ["0.txt", "1.txt", "2.txt", "3.txt"]
    return run


def test_an_interrupted_run_is_taken_up_where_it_stopped(run: Run) -> None:
    """What was told and kept is not done again; what was refused is.  Then the journal goes."""
    outcomes = run.go()
    assert [outcome.result for outcome in outcomes] == [None, 1, 2, 3, 4]
    assert run.done == ["0.txt", "3.txt", "4.txt"]
    assert not run.journal.exists()
    run.go()
    assert len(run.done) == COUNT


def test_a_failure_leaves_the_journal_and_says_so(run: Run) -> None:
    """As the loss of a cluster's scheduler does."""
    said = r"was lost; 2 results in .*: the same command goes on"
    with pytest.raises(EngineError, match=said), journal_at(run.journal, "a job"):
        raise EngineError("the scheduler was lost")
    assert run.journal.exists()


def test_a_run_that_kept_nothing_leaves_nothing(tmp_path: Path) -> None:
    """No stump of a file."""
    with pytest.raises(EngineError, match=r"^no$"), journal_at(tmp_path / "journal", "a job"):
        raise EngineError("no")
    assert list(tmp_path.iterdir()) == []


def flip_a_byte(run: Run) -> None:
    """In the first entry."""
    data = bytearray(run.journal.read_bytes())
    data[data.index(b"\n") + 40] ^= 1
    run.journal.write_bytes(data)


def cut_off(run: Run) -> None:
    """As a kill in the middle of the last entry does."""
    run.journal.write_bytes(run.journal.read_bytes()[:-3])


CHANGES: dict[str, tuple[Callable[[Run], object], list[str]]] = {
    "another hand-in": (lambda run: run.files[2].write_text("five"), ["0", "2", "3", "4"]),
    "a changed result": (lambda run: run.result(2).write_text("6"), ["0", "2", "3", "4"]),
    "a result that is gone": (lambda run: run.result(1).unlink(), ["0", "1", "3", "4"]),
    "a flipped byte": (flip_a_byte, ["0", "1", "2", "3", "4"]),
    "a cut end": (cut_off, ["0", "2", "3", "4"]),
    "an empty journal": (lambda run: run.journal.write_bytes(b""), ["0", "1", "2", "3", "4"]),
    "half a first line": (lambda run: run.journal.write_bytes(b"xlbp jou"), ["0", "1", "2", "3", "4"]),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_has_changed_is_done_again(change: str, run: Run) -> None:
    """And only that; the results are those of a run that nothing interrupted."""
    changed, again = CHANGES[change]
    changed(run)
    expected = [len(file.read_text().split()) or None for file in run.files]
    assert [outcome.result for outcome in run.go()] == expected
    assert [name.removesuffix(".txt") for name in run.done] == again
    assert [run.result(number).read_text() for number in range(1, COUNT)] == [str(n) for n in expected[1:]]


def test_a_file_that_is_no_journal_stays(run: Run) -> None:
    """Somebody's own, named by mistake, is neither written over nor removed in the end."""
    run.journal.write_bytes(b"PK\3\4" * 50)
    with pytest.raises(WriteError, match=r"counts.csv.journal is no journal of xlbp, and stays; move it"):
        run.go()
    assert run.journal.read_bytes() == b"PK\3\4" * 50


def test_a_part_of_which_anything_failed_is_done_again(tmp_path: Path) -> None:
    """An engine that was missing may be there now."""
    journal = Journal(tmp_path / "journal", "a job")
    parts = [
        Outcome(0, [Outcome(0, 1), Outcome(1, None, "no engine", 5, Failure.REFUSED)]),
        Outcome(1, [Outcome(0, 1)]),
    ]
    for key, part in zip((b"0" * 16, b"1" * 16), parts, strict=True):
        journal.keep(key, part, ())
    journal.close()
    assert [*Journal(journal.path, "a job").places] == [b"1" * 16]


def test_a_journal_of_another_job_or_version_is_not_believed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another exercise's marks would be wrong, and so may be those of another xlbp."""
    kept = run.journal.read_bytes()
    run.go(job="another job")
    assert len(run.done) == COUNT
    run.journal.write_bytes(kept)
    monkeypatch.setattr(journals, "__version__", "0.0.1")
    run.go()
    assert len(run.done) == COUNT


def test_a_resumed_run_can_be_interrupted_again(run: Run) -> None:
    """What both have done is kept."""
    with pytest.raises(Interrupted, match="3 results"):
        run.go(stop_after=4)
    run.go()
    assert run.done == ["0.txt", "4.txt"]


class Evil:
    """What a stranger may put where a journal is looked for."""

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (Path("evil"),)


def test_nothing_in_a_journal_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even one whose digests are right is only data: what would call a function is done anew."""
    monkeypatch.chdir(tmp_path)
    journal = Journal(tmp_path / "journal", "a job")
    key, packed = journal.key("work", 1), pickle.dumps(Evil())
    entry = key + _check(key, packed) + len(packed).to_bytes(4, "big") + packed
    journal.path.write_bytes(journal.head + entry)
    journal = Journal(journal.path, "a job")
    assert (journal.resumes, journal.result(key)) == (True, None)
    assert not Path("evil").exists()


VALUES = (
    *(None, True, 1, 1.0, "1", b"1", "", Fraction(1), Path("1"), [], [1], [[1]], [1, []], ["1"], {}, {1: 1}),
    *({1}, frozenset(), Outcome(1), Outcome(1, 1), print.__class__, int, partial(int, 1), partial(int, 2), "\udc80"),
)


def test_digests_of_different_values_differ() -> None:
    """Also where they are written alike."""
    assert len({digest_of(value) for value in VALUES}) == len(VALUES)


def test_a_digest_does_not_depend_on_how_a_value_lies_in_memory() -> None:
    """Equal values have equal digests, whatever their parts share, and in whatever order a set holds them."""
    text = "".join(["sh", "ared"])
    assert digest_of([text, text]) == digest_of(["shared", "".join(["share", "d"])])
    assert digest_of({f"{n}" for n in range(99)}) == digest_of({f"{n}" for n in reversed(range(99))})


def test_what_has_no_form_has_no_digest() -> None:
    """Rather than one that every such value would share."""
    with pytest.raises(TypeError, match="object has no digest"):
        digest_of([object()])
