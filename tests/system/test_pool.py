"""Many books at a time."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import sys
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.system.tasks import end_once, nap, three, times, whose
from tests.system.test_cleanup import alive, started_by_a_killed_process, until
from xlbp.cli import cli
from xlbp.errors import EngineError, UsageError, WriteError, XlbpError
from xlbp.pipeline import verify
from xlbp.recalc.ironcalc import IronCalc
from xlbp.system.child import Limits
from xlbp.system.local import begin_processes, processes_stay
from xlbp.system.outcome import KINDS, Failure, Outcome
from xlbp.system.pool import cores, run_all

pytestmark = [pytest.mark.slow, pytest.mark.whole_pictures]  # processes and whole books


def halve(number: int) -> int:
    """Fails on odd numbers."""
    if number % 2:
        raise UsageError(f"{number} is odd")
    return number // 2


def fill_memory(gigabytes: int) -> int:
    """Takes so much of it."""
    return len(bytearray(gigabytes * 2**30)) // 2**30


def no_plan() -> int:
    """A preparation that fails."""
    raise UsageError("there is no plan")


def results(outcomes: Iterable[Outcome[Any]]) -> list[Any]:
    """The results of all tasks, in their order; for a task without one why it has none."""
    in_order = sorted(outcomes, key=lambda outcome: outcome.number)
    return [outcome.failure or outcome.result for outcome in in_order]


@pytest.mark.parametrize("jobs", [1, 3])
def test_each_task_has_its_outcome(jobs: int) -> None:
    """Results and errors come back under the numbers of their tasks, in this process or in others."""
    found = sorted(run_all(halve, [4, 7, 10, 12], jobs), key=lambda outcome: outcome.number)
    assert [(o.number, o.result, o.error, o.exit_code) for o in found] == [
        (0, 2, "", 0),
        (1, None, "7 is odd", 2),
        (2, 5, "", 0),
        (3, 6, "", 0),
    ]


@pytest.mark.parametrize("limits", [None, Limits()])
def test_more_tasks_than_processes(limits: Limits | None) -> None:
    """Every task has its result, with limits and without."""
    assert results(run_all(times, range(10), 2, three, limits)) == [3 * n for n in range(10)]


@pytest.mark.parametrize("limits", [None, Limits()])
def test_nothing_to_do_is_done_at_once(limits: Limits | None) -> None:
    """No process is started."""
    assert list(run_all(halve, [], 4, limits=limits)) == []
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize("limits", [None, Limits()])
def test_a_task_that_ends_its_process_is_told_and_the_others_go_on(limits: Limits | None) -> None:
    """As a crash of an engine would, or a kill from outside: in one sentence, with a remedy."""
    outcomes = list(run_all(times, [1, 13, 2, 13, 3], 2, three, limits))
    assert results(outcomes) == [3, Failure.ENDED, 6, Failure.ENDED, 9]
    lost = next(outcome for outcome in outcomes if outcome.failure)
    with pytest.raises(EngineError, match=r"was ended from outside, .* give fewer jobs"):
        lost.value()


def test_a_process_that_dies_while_it_is_idle_costs_no_task() -> None:
    """Another one takes its place and does what it was to do."""
    outcomes = run_all(times, [1, 2], 1, three, Limits())
    assert next(outcomes).result == 3
    for process in multiprocessing.active_children():
        process.kill()
        process.join()
    assert results(outcomes) == [6]


def test_a_storm_of_kills_costs_no_task() -> None:
    """Each is done by another process in the end: the second tries come last, when the storm is over."""
    outcomes: list[Outcome[int]] = []
    for outcome in run_all(nap, range(24), 3, limits=Limits()):
        outcomes.append(outcome)
        if len(outcomes) % 4 == 0 and len(outcomes) < 16:
            for process in multiprocessing.active_children():
                process.kill()
    assert results(outcomes) == list(range(24))


def test_a_task_whose_process_was_ended_is_tried_once_more(tmp_path: Path) -> None:
    """A kill from outside, or for want of memory, may have met an innocent one."""
    assert results(run_all(end_once, [tmp_path / "mark", tmp_path / "mark"], 2, limits=Limits())) == [1, 1]


def test_a_task_without_end_is_ended() -> None:
    """After its time, in which the start of its process does not count, and only that one."""
    outcomes = list(run_all(times, [14, 1, 2], 2, three, Limits(seconds=1.0)))
    assert results(outcomes) == [Failure.LATE, 3, 6]
    assert "took longer than 1 seconds" in [outcome.error for outcome in outcomes]


@pytest.mark.skipif(sys.platform != "linux", reason="a limit of the address space as Linux keeps it")
def test_a_task_that_eats_memory_is_told_and_the_others_go_on() -> None:
    """It may take no more than its process is given; the machine's is spared."""
    assert results(run_all(fill_memory, [0, 3, 0], 2, limits=Limits(memory=2 * 2**30))) == [0, Failure.FAULT, 0]


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_fault_of_ours_is_raised(jobs: int) -> None:
    """As it is in this process; another's traceback stands with it."""
    with pytest.raises(KeyError, match="of ours") as caught:
        list(run_all(times, [15, 1], jobs, three))
    assert jobs == 1 or "in times" in str(caught.value.__cause__)
    assert multiprocessing.active_children() == []


def test_with_limits_a_fault_of_ours_is_an_outcome() -> None:
    """What a stranger's file makes of us must not cost the others theirs; a result that can't be sent is one, too."""
    outcomes = list(run_all(times, [15, 1, 17], 1, three, Limits()))
    assert results(outcomes) == [Failure.FAULT, 3, Failure.FAULT]
    assert outcomes[0].error == "KeyError: 'of ours'"


@pytest.mark.parametrize("limits", [None, Limits()])
def test_what_the_system_refuses_is_no_fault_of_ours(limits: Limits | None) -> None:
    """A full disk is told as it is."""
    outcomes = sorted(run_all(times, [16, 16], 2, three, limits), key=lambda outcome: outcome.number)
    assert [(o.failure, o.error) for o in outcomes] == 2 * [
        (Failure.REFUSED, "can't write ann.xlsx: no space left on device")
    ]


def test_a_preparation_that_fails_is_told_for_each_task() -> None:
    """In other processes; a single job in this one fails at once."""
    assert [outcome.error for outcome in run_all(times, [1, 2], 2, no_plan)] == 2 * ["there is no plan"]
    with pytest.raises(UsageError, match="there is no plan"):
        list(run_all(times, [1], 1, no_plan))


_begun: list[int] = []  # of this process


def remember(number: int) -> list[int]:
    """What a process does before its tasks."""
    _begun.append(number)
    return _begun


def remembered(begun: list[int], task: int) -> list[int]:
    """What was remembered, with the task."""
    return [*begun, task]


@pytest.mark.parametrize("jobs", [1, 2])
def test_each_process_begins_once(jobs: int) -> None:
    """What all tasks need is made once in each process, in this one where one is enough."""
    _begun.clear()
    found = sorted(outcome.value() for outcome in run_all(remembered, [1, 2, 3], jobs, partial(remember, 7)))
    assert found == [[7, 1], [7, 2], [7, 3]]


def test_processes_stay_for_a_next_job_and_no_longer() -> None:
    """The same processes do another job, with what that one begins with; behind the block none is left."""
    with processes_stay():
        first = set(results(run_all(whose, [*range(20)], 2)))
        assert results(run_all(times, [1, 2], 2, three)) == [3, 6]
        assert set(results(run_all(whose, [*range(20)], 2))) <= first
    assert not any(map(alive, first))


def children() -> set[int]:
    """The processes that this one has begun."""
    return {child.pid for child in multiprocessing.active_children() if child.pid}


@pytest.mark.slow
def test_processes_may_begin_before_their_job() -> None:
    """They do the next job, with what it begins with; where none stay, none begin."""
    before = children()
    begin_processes(whose, 2)
    assert children() == before
    with processes_stay():
        begin_processes(whose, 2)
        begun = children() - before
        assert len(begun) == 2
        assert results(run_all(times, [1, 2], 2, three)) == [3, 6]
        assert children() == before | begun
    assert not any(map(alive, begun))


def test_a_process_that_died_between_two_jobs_costs_no_task() -> None:
    """Another one takes its place."""
    with processes_stay():
        for number in set(results(run_all(whose, [*range(20)], 2))):
            os.kill(number, signal.SIGKILL)
        assert results(run_all(times, [1, 2, 4], 2, three)) == [3, 6, 12]


@pytest.mark.parametrize("kind", [XlbpError, UsageError, WriteError, EngineError])
def test_an_outcome_is_worth_its_result_or_its_error(kind: type[XlbpError]) -> None:
    """Who wants the result gets it, or the error of the other process, of the same kind."""
    assert Outcome(0, 5).value() == 5
    with pytest.raises(kind, match="no") as caught:
        Outcome(0, None, "no", kind.exit_code).value()
    assert (type(caught.value), KINDS[kind.exit_code]) == (kind, kind)


def test_there_is_a_core() -> None:
    """At least one book can be made."""
    assert cores() >= 1


KILLED = """
import os, sys, time
from xlbp.system.child import Limits
from xlbp.system.pool import run_all

def sleep(number):
    print(os.getpid(), flush=True)
    time.sleep(60)

if __name__ == "__main__":
    list(run_all(sleep, [1, 2], 2, limits=LIMITS))
"""


@pytest.mark.skipif(os.name != "posix", reason="kills as POSIX has them")
@pytest.mark.parametrize("limits", ["None", "Limits()"])
def test_the_others_end_with_a_process_that_is_killed(limits: str, tmp_path: Path) -> None:
    """After SIGKILL none of the processes goes on, at work or waiting for it; nobody would watch over its time."""
    others = started_by_a_killed_process(KILLED.replace("LIMITS", limits), tmp_path)
    assert until(lambda: not any(map(alive, others)))


def run(*arguments: object) -> Result:
    """The command line in this process."""
    return CliRunner().invoke(cli, [str(argument) for argument in arguments], catch_exceptions=True)


def templates(folder: Path, count: int = 3, rate: str = "0.5") -> list[Path]:
    """Templates of a student each."""
    paths = [folder / f"student{number}.toml" for number in range(count)]
    for number, path in enumerate(paths):
        path.write_text(
            "[network]\n[[network.layers]]\nunits = 1\nactivation = 'sigmoid'\n"
            f"weights = [[0.{number + 1}]]\n[data]\ninputs = [[1]]\ntargets = [[0]]\n"
            f"[training]\niterations = 3\nlearning_rate = {rate}\n",
            "utf-8",
        )
    return paths


@pytest.mark.parametrize("jobs", [1, 2])
def test_several_templates_become_several_books(jobs: int, tmp_path: Path) -> None:
    """Each template has its book in the folder, each is verified, and verify takes them all."""
    folder = tmp_path / "books"
    made = run("generate", *templates(tmp_path), "-o", folder, "--jobs", jobs)
    assert (made.exit_code, "3 of 3 workbooks made") == (0, made.output.splitlines()[-1])
    books = sorted(folder.glob("*.xlsx"))
    assert [book.name for book in books] == ["student0.xlsx", "student1.xlsx", "student2.xlsx"]
    checked = run("verify", *books, "--jobs", jobs)
    assert (checked.exit_code, "3 of 3 workbooks agree") == (0, checked.output.splitlines()[-1])


def test_one_failure_ends_no_other(tmp_path: Path) -> None:
    """A template that is wrong is told, the others are made, and the exit code is the failure's."""
    good, bad, other = templates(tmp_path)
    bad.write_text("[network]\n")
    made = run("generate", good, bad, other, "-o", tmp_path / "books", "--jobs", 1, "--no-verify")
    assert made.exit_code == UsageError.exit_code
    assert "2 of 3 workbooks made" in made.output
    assert len(list((tmp_path / "books").iterdir())) == 2


def data_in(said: str) -> list[dict[str, object]]:
    """The JSON among what was said: before click 8.2 a runner hands over both streams as one."""
    data: list[dict[str, object]] = json.JSONDecoder().raw_decode(said[said.index("[\n") :])[0]
    return data


def test_json_has_an_entry_for_each(tmp_path: Path) -> None:
    """For programs: made books as for one, failures with their error, in the order they were asked for."""
    good, bad, other = templates(tmp_path)
    bad.write_text("[network]\n")
    made = run("generate", good, bad, other, "-o", tmp_path / "b", "--jobs", 1, "--no-verify", "--json")
    data = data_in(made.stdout)
    assert [Path(entry["path"]).name for entry in data] == ["student0.xlsx", "student1.xlsx", "student2.xlsx"]
    assert ["error" in entry for entry in data] == [False, True, False]
    (tmp_path / "b" / "none.xlsx").write_bytes(b"")
    checked = run("verify", *sorted((tmp_path / "b").iterdir()), "--jobs", 1, "--json")
    verdicts = {(Path(entry["book"]).name, entry["ok"]) for entry in data_in(checked.stdout)}
    assert verdicts == {("none.xlsx", False), ("student0.xlsx", True), ("student2.xlsx", True)}
    assert checked.exit_code == 3


def test_two_books_of_one_name_are_refused(tmp_path: Path) -> None:
    """Before any work: one would overwrite the other."""
    (tmp_path / "other").mkdir()
    [one], [two] = templates(tmp_path, 1), templates(tmp_path / "other", 1)
    made = run("generate", one, two, "-o", tmp_path / "books")
    assert isinstance(made.exception, UsageError)
    assert "would both become" in str(made.exception)


def test_of_several_books_none_may_be_sound(tmp_path: Path) -> None:
    """LibreOffice is not started for nothing: each book is refused by its own line."""
    books = [tmp_path / "one.xlsx", tmp_path / "two.xlsx"]
    for book in books:
        book.write_text("no package")
    checked = run("verify", *books, "--engine", "libreoffice", "--jobs", "1")
    assert checked.exit_code == 3
    assert checked.output.count("this is no .xlsx workbook") == 2


def test_a_template_that_is_named_twice_is_told_so(tmp_path: Path) -> None:
    """It can't be given another name; the remedy is to name it once."""
    made = run("generate", "xor", "xor", "-o", tmp_path / "books")
    assert str(made.exception).endswith("xor.xlsx; name it once")


def test_two_books_whose_names_differ_in_case_are_refused(tmp_path: Path) -> None:
    """On Windows and macOS Student0.xlsx and student0.xlsx are one file; so a folder of books is good everywhere."""
    [one] = templates(tmp_path, 1)
    other = tmp_path / "other" / "Student0.toml"
    other.parent.mkdir()
    other.write_bytes(one.read_bytes())
    made = run("generate", one, other, "-o", tmp_path / "books")
    assert isinstance(made.exception, UsageError)
    assert "would both become" in str(made.exception)


def test_several_books_need_a_folder(tmp_path: Path) -> None:
    """-o names a folder for several templates; a workbook's name, or a file, is refused."""
    wrong = run("generate", *templates(tmp_path), "-o", tmp_path / "all.xlsx")
    assert isinstance(wrong.exception, UsageError)
    (tmp_path / "file").write_text("")
    wrong = run("generate", *templates(tmp_path), "-o", tmp_path / "file")
    assert isinstance(wrong.exception, WriteError)


def test_a_changed_book_among_others_is_found(tmp_path: Path) -> None:
    """The lines name the book that disagrees, and the exit code is 1."""
    from tests.books import put

    run("generate", *templates(tmp_path), "-o", tmp_path / "b", "--no-verify", "--jobs", 1)
    books = sorted((tmp_path / "b").iterdir())
    put(books[1], books[1], "D10", 7)
    checked = run("verify", *books, "--jobs", 1, "--engine", "ironcalc")
    assert checked.exit_code == 1
    assert [line for line in checked.output.splitlines() if "student1.xlsx  ironcalc: DISAGREES" in line]
    assert "2 of 3 workbooks agree" in checked.output


def test_a_book_that_an_engine_has_begun_is_looked_into_once(mazur: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Verification takes the values of an engine that computes already, and does not examine the package again."""
    looked: list[Path] = []
    monkeypatch.setattr("xlbp.pipeline.preflight", lambda path, _: looked.append(path))
    begun = {"libreoffice": partial(IronCalc().values, mazur)}
    [report] = verify(mazur, ("libreoffice",), computed=begun)
    assert (report.engine, report.ok, looked) == ("libreoffice", True, [])
    verify(mazur, ("saved",))
    assert looked == [mazur]


@pytest.mark.office
def test_one_libreoffice_for_several_books(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Several books are given to one LibreOffice; a broken one among them harms none."""
    from xlbp.recalc import libreoffice

    begun: list[int] = []
    command = libreoffice._command

    def counted(program: str, folder: Path, sources: list[Path]) -> list[str]:
        begun.append(len(sources))
        return command(program, folder, sources)

    monkeypatch.setattr(libreoffice, "_command", counted)
    run("generate", *templates(tmp_path), "-o", tmp_path / "b", "--no-verify", "--jobs", 1)
    (tmp_path / "b" / "none.xlsx").write_bytes(b"PK")
    checked = run("verify", *sorted((tmp_path / "b").iterdir()), "--jobs", 1, "--engine", "libreoffice")
    assert (checked.exit_code, begun) == (3, [3])
    assert "3 of 4 workbooks agree" in checked.output


def test_several_books_are_audited(tmp_path: Path) -> None:
    """A line each, in their order, with the first findings, copies in a folder; one that is no workbook harms none."""
    from openpyxl import Workbook

    for name, slope in (("right", "=(D2-B2)*A2"), ("wrong", "=D2-B2")):
        book = Workbook()
        assert book.active is not None
        headings = ["x", "t", "w", "y", "E", "dE/dw", "eta"]
        for row in (headings, [2, 1, 0.3, "=A2*C2", "=(D2-B2)^2/2", slope, 0.1]):
            book.active.append(row)
        book.save(tmp_path / f"{name}.xlsx")
    (tmp_path / "none.xlsx").write_text("no package")
    books = [tmp_path / f"{name}.xlsx" for name in ("right", "none", "wrong")]
    audited = run("audit", *books, "--jobs", 1, "--annotate", tmp_path / "marked", "--journal", tmp_path / "journal")
    lines = [line for line in audited.output.splitlines() if line.startswith(str(tmp_path))]
    assert lines == [f"{books[0]}  no finding", f"{books[2]}  1 finding"]
    assert "1 of 3 workbooks are right in all that they claim" in audited.output
    assert (audited.exit_code, len(list((tmp_path / "marked").iterdir()))) == (3, 2)
    assert not (tmp_path / "journal").exists()
