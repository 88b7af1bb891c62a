"""What a cluster costs beside the processes of one machine: ``python -m tools.bench.cluster``.

A scheduler and 1, 2 and 4 workers on the loopback address mark the same hand-ins as so many processes of this machine
do, in turns.  Time runs from the first outcome to the last, without the start of any process.  As everything shares
this machine's processors, which others may use, too, the processor time of all our processes is told beside the clock.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import psutil

from tools.bench.measure import ROOT, environment
from xlbp.classroom.exercise.record import read_record
from xlbp.classroom.exercise.roster import read_roster
from xlbp.classroom.make import make_class
from xlbp.classroom.mark import _formulas_of
from xlbp.classroom.marking.files import Found
from xlbp.classroom.marking.marker import Job, Marker
from xlbp.classroom.order import Order, plan_of
from xlbp.classroom.versions import draw_class
from xlbp.classroom.whose import LIMITS
from xlbp.system.outcome import Outcome
from xlbp.system.pool import Machines, run_all

STUDENTS = 12
SETTINGS = {
    "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0",
    "DASK_DISTRIBUTED__SCHEDULER__WORKER_SATURATION": "1.0",
}
HOST = ("--host", "127.0.0.1", "--no-dashboard")


@dataclass(frozen=True)
class HandIns:
    """A job of marking, and hand-ins of a few students again and again."""

    job: Job
    files: Sequence[Found]


def hand_ins(folder: Path, count: int) -> HandIns:
    """Of Mazur's exercise, untouched: each has its feedback copy."""
    roster = folder / "class.csv"
    roster.write_text("name\n" + "".join(f"Student {n}\n" for n in range(STUDENTS)), "utf-8")
    made = make_class(Order("mazur", "gradients"), roster, 1, folder / "books")
    record, students = read_record(made.record), read_roster(roster)
    plan = plan_of(record)
    job = Job(record, draw_class(plan, record, students), _formulas_of(plan), has_copies=True, formulas_only=False)
    files = [Found(made.books[n % STUDENTS], students[n % STUDENTS]) for n in range(count)]
    return HandIns(job, files)


@contextmanager
def cluster(workers: int, folder: Path) -> Iterator[str]:
    """The address of a scheduler that has so many workers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    few = ("--nworkers", str(workers), "--nthreads", "1", "--local-directory", str(folder))
    commands = [("dask_scheduler", "--port", str(port)), ("dask_worker", address, *few)]
    started = [
        subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.{command[0]}", *command[1:], *HOST],
            env={**environment(), **SETTINGS},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
        )
        for command in commands
    ]
    try:
        yield address
    finally:
        for process in reversed(started):
            process.terminate()
            process.wait()


def processor_time() -> float:
    """Seconds of this process and of all below it that run."""
    total = 0.0
    for process in (psutil.Process(), *psutil.Process().children(recursive=True)):
        with contextlib.suppress(psutil.Error):
            times = process.cpu_times()
            total += times.user + times.system
    return total


@dataclass(frozen=True)
class Marking:
    """How long it took a hand-in, in ms, by the clock and of all processors; and how many came to nothing."""

    clock: float
    processor: float
    lost: int


def marking(given: HandIns, where: Machines, kills: bool = False) -> Marking:
    """Mark them; with ``kills`` a worker is killed when a third is done."""
    ready, start, before = 2 * max(where.jobs, 4), 0.0, 0.0
    outcomes: list[Outcome[Any]] = []
    for outcome in run_all(Marker.mark, given.files, where, partial(Marker, given.job), LIMITS):
        outcomes.append(outcome)
        if len(outcomes) == ready:
            start, before = time.perf_counter(), processor_time()
        if kills and len(outcomes) == len(given.files) // 3:
            kill_a_worker()
        if len(outcomes) == len(given.files):  # before its processes end, whose time is then lost
            clock, processor = time.perf_counter() - start, processor_time() - before
    count = len(outcomes) - ready
    return Marking(clock / count * 1e3, processor / count * 1e3, sum(o.result is None for o in outcomes))


def kill_a_worker() -> None:
    """The first that a nanny has."""
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            parent = process.parent()
            if parent and "dask_worker" in " ".join(parent.cmdline()) and "spawn_main" in " ".join(process.cmdline()):
                os.kill(process.pid, signal.SIGKILL)
                return
    raise RuntimeError("there is no worker to kill")


def told(name: str, measured: Marking, here: Marking | None = None) -> None:
    """A line of the table."""
    more = f"{measured.processor / here.processor - 1:+.0%}" if here else ""
    rate = 1e3 / measured.clock
    print(f"| {name} | {rate:.1f} | {measured.processor:.1f} | {more} | {measured.lost} |", flush=True)


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(prog="python -m tools.bench.cluster", description=__doc__)
    parser.add_argument("--count", type=int, default=240, help="hand-ins; default 240")
    parser.add_argument("--workers", type=int, nargs="*", default=[1, 2, 4])
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = hand_ins(folder, given.count)
        print("| hand-ins marked by | a second | processor ms each | beside as many processes | lost |")
        print("|---|---|---|---|---|")
        for workers in given.workers:
            here = marking(files, Machines(workers))
            told(f"{workers} processes of this machine", here)
            with cluster(workers, folder) as address:
                told(f"{workers} workers", marking(files, Machines(scheduler=address)), here)
                if workers == 2:
                    told("2 workers, one killed", marking(files, Machines(scheduler=address), kills=True), here)
        print(f"\nload of the machine at the end: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
