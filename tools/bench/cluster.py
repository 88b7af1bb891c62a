"""What a cluster costs beside the processes of one machine: ``python -m tools.bench.cluster``.

A scheduler and 1, 2 and 4 workers on the loopback address mark the same hand-ins as so many processes of this machine
do, in turns.  Time runs from the first outcome to the last, without the start of any process.  As everything shares
this machine's processors, which others may use, too, the processor time of all our processes is told beside the clock;
and what a task costs that does nothing, and a cluster that has nothing to do.
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
from xlbp.classroom.mark import untouched_formulas
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
    "DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False",
    "DASK_DISTRIBUTED__WORKER__MEMORY__MONITOR_INTERVAL": "2s",
    "DASK_DISTRIBUTED__ADMIN__SYSTEM_MONITOR__INTERVAL": "5s",
    "DASK_DISTRIBUTED__ADMIN__TICK__INTERVAL": "500ms",
}
HOST = ("--host", "127.0.0.1", "--dashboard-address", "127.0.0.1:0")


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
    job = Job(
        record, draw_class(plan, record, students), untouched_formulas(plan), has_copies=True, formulas_only=False
    )
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
class Taken:
    """What a task took, in ms, by the clock and of all processors; and how many came to nothing."""

    clock: float
    processor: float
    lost: int


def taken(outcomes: Iterator[Outcome[Any]], count: int, kills: bool = False) -> Taken:
    """From the ninth outcome to the last; with ``kills`` a worker is killed when a third is done."""
    begun, lost, start, before = 8, 0, 0.0, 0.0
    clock = processor = 0.0
    for done, outcome in enumerate(outcomes, start=1):
        lost += outcome.result is None
        if done == begun:
            start, before = time.perf_counter(), processor_time()
        if kills and done == count // 3:
            kill_a_worker()
        if done == count:  # before its processes end, whose time is then not known any more
            clock, processor = time.perf_counter() - start, processor_time() - before
    return Taken(clock / (count - begun) * 1e3, processor / (count - begun) * 1e3, lost)


def marking(given: HandIns, where: Machines, kills: bool = False) -> Taken:
    """Of a hand-in."""
    return taken(run_all(Marker.mark, given.files, where, partial(Marker, given.job), LIMITS), len(given.files), kills)


def travelling(size: int, where: Machines, count: int = 600) -> Taken:
    """Of a task that takes so many bytes and gives them back."""
    return taken(run_all(bytes, count * [bytes(size)], where, limits=LIMITS), count)


def idling(seconds: float = 5.0) -> float:
    """The ms of all processors in a second in which there is nothing to do."""
    before = processor_time()
    time.sleep(seconds)
    return (processor_time() - before) / seconds * 1e3


def kill_a_worker() -> None:
    """The first that a nanny has."""
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            parent = process.parent()
            if parent and "dask_worker" in " ".join(parent.cmdline()) and "spawn_main" in " ".join(process.cmdline()):
                os.kill(process.pid, signal.SIGKILL)
                return
    raise RuntimeError("there is no worker to kill")


def told(name: str, measured: Taken, here: Taken | None = None) -> None:
    """A line of the table."""
    more = f"{measured.processor / here.processor - 1:+.0%}" if here else ""
    rate = 1e3 / measured.clock
    print(f"| {name} | {rate:,.1f} | {measured.processor:.2f} | {more} | {measured.lost} |", flush=True)


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(prog="python -m tools.bench.cluster", description=__doc__)
    parser.add_argument("--count", type=int, default=240, help="hand-ins; default 240")
    parser.add_argument("--workers", type=int, nargs="*", default=[1, 2, 4])
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = hand_ins(folder, given.count)
        print("| | a second | processor ms each | beside as many processes | lost |\n|---|---|---|---|---|")
        for workers in given.workers:
            here = Machines(workers)
            with cluster(workers, folder) as address:
                there = Machines(scheduler=address)
                for size in (1_000, 100_000):
                    told(f"{size:,} bytes, {workers} processes", travelling(size, here))
                    told(f"{size:,} bytes, {workers} workers", travelling(size, there))
                print(f"| {workers} workers without work, in a second | | {idling():.2f} | | |", flush=True)
                marked = marking(files, here)
                told(f"hand-ins, {workers} processes", marked)
                told(f"hand-ins, {workers} workers", marking(files, there), marked)
                if workers == 2:
                    told("hand-ins, 2 workers, one killed", marking(files, there, kills=True), marked)
        print(f"\nload of the machine at the end: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
