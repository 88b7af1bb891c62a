"""Processes that can't take each other down."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.system.test_cleanup import alive, started_by_a_killed_process, until
from xlbp.errors import WriteError
from xlbp.system.crew import LostError, work


def begin(factor: int) -> Callable[[int], int]:
    """Multiplies; 13 kills the process, 14 never ends, 15 is a fault, 16 finds the disk full."""

    def do(task: int) -> int:
        if task == 13:
            os._exit(1)
        if task == 14:
            time.sleep(60)
        if task == 15:
            raise KeyError("of ours")
        if task == 16:
            raise WriteError("can't write ann.xlsx: no space left on device")
        return task * factor

    return do


def test_every_task_has_its_result() -> None:
    """More tasks than processes."""
    assert sorted(work(begin, (3,), range(10), 2)) == [(n, 3 * n) for n in range(10)]


def test_a_task_that_ends_its_process_is_named_and_the_others_go_on() -> None:
    """As a crash of the engine would."""
    found = dict(work(begin, (3,), [1, 13, 2, 13, 3], 2))
    assert isinstance(found[13], LostError)
    assert [found[n] for n in (1, 2, 3)] == [3, 6, 9]


def test_a_process_that_dies_while_it_is_idle_costs_no_task() -> None:
    """Another one takes its place and does what it was to do."""
    results = work(begin, (3,), [1, 2], 1)
    assert next(results) == (1, 3)
    for process in multiprocessing.active_children():
        process.kill()
        process.join()
    assert list(results) == [(2, 6)]


def test_a_task_without_end_is_ended() -> None:
    """After its time, in which the start of its process does not count, and only that one."""
    found = dict(work(begin, (3,), [14, 1, 2], 2, seconds=1.0))
    assert "longer than 1 seconds" in str(found[14])
    assert [found[n] for n in (1, 2)] == [3, 6]


def test_a_fault_of_ours_is_told_as_such() -> None:
    """It is not the student's."""
    [(_, error)] = work(begin, (3,), [15], 1)
    assert "fault of xlbp" in str(error)


def test_what_the_system_refuses_is_no_fault_of_ours() -> None:
    """A full disk is told as it is, and nobody is asked to report it."""
    [(_, error)] = work(begin, (3,), [16], 1)
    assert str(error) == "could not be marked: can't write ann.xlsx: no space left on device"


def test_nothing_to_do_is_done_at_once() -> None:
    """No process is started."""
    assert list(work(begin, (3,), [], 4)) == []


KILLED = """
import os, time
from xlbp.system.crew import work

def begin():
    def sleep(number):
        print(os.getpid(), flush=True)
        time.sleep(60)
    return sleep

if __name__ == "__main__":
    list(work(begin, (), [1, 2], 2))
"""


@pytest.mark.skipif(os.name != "posix", reason="kills as POSIX has them")
def test_the_others_end_with_a_process_that_is_killed(tmp_path: Path) -> None:
    """After SIGKILL nobody watches over the time of a task: who is at work ends at once."""
    others = started_by_a_killed_process(KILLED, tmp_path)
    assert until(lambda: not any(map(alive, others)))
