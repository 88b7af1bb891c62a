"""A thing's time and memory, each time in a process of its own, and the ratio of two things' times.

Competitors take turns, so that whatever else the machine does falls on all of them, and a ratio is formed of the
shortest time of each.  Its spread is that of the ratios of the single rounds.

This module must stay small: Linux gives a child the peak memory that its parent had when it started it.
"""

from __future__ import annotations

import json
import math
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
BYTES_OF_MAXRSS = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True)
class Taken:
    """What one run took: seconds by the clock and of the processor, the peak memory in MB, and what it says itself."""

    wall: float
    processor: float
    peak: float
    facts: dict[str, float] = field(default_factory=dict)


Case = Callable[[], Taken]
Runs = Mapping[str, Sequence[Taken]]


def environment() -> dict[str, str]:
    """Modules from this checkout, and one thread for linear algebra: matrices of this size gain nothing by more."""
    one = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return {**os.environ, **one, "PYTHONPATH": str(ROOT)}


def peak_of(usage: resource.struct_rusage) -> float:
    """The peak memory in MB."""
    return usage.ru_maxrss * BYTES_OF_MAXRSS / 1e6


def command(arguments: Sequence[str | Path], folder: Path | None = None) -> Taken:
    """A whole program, from its start to its end, with the processes that it starts and waits for."""
    with tempfile.TemporaryFile() as said:
        start = time.perf_counter()
        process = subprocess.Popen(
            [str(argument) for argument in arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=said,
            env=environment(),
            cwd=folder,
        )
        _, status, usage = os.wait4(process.pid, 0)
        taken = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        if process.returncode:
            raise RuntimeError(f"{' '.join(map(str, arguments))}: {said.read().decode()[-2000:]}")
    return Taken(taken, usage.ru_utime + usage.ru_stime, peak_of(usage))


def python(*arguments: str | Path, folder: Path | None = None) -> Taken:
    """A Python of its own with these arguments."""
    return command([sys.executable, *arguments], folder)


def task(name: str, **given: object) -> Taken:
    """One of our tasks in a process of its own: the time without its preparation, the peak of the whole process."""
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "result.json"
        python("-m", "tools.bench.child", name, json.dumps(given, default=str), result)
        return Taken(**json.loads(result.read_text("utf-8")))


def in_turns(cases: Mapping[str, Case], rounds: int) -> dict[str, list[Taken]]:
    """Each case once per round, the rounds there and back again."""
    runs: dict[str, list[Taken]] = {name: [] for name in cases}
    for number in range(rounds):
        for name in list(cases)[:: 1 if number % 2 == 0 else -1]:
            runs[name].append(cases[name]())
    return runs


def shortest(runs: Sequence[Taken], clock: str) -> float:
    """The shortest time: of all, what disturbed the least."""
    return float(min(getattr(run, clock) for run in runs))


@dataclass(frozen=True)
class Ratio:
    """How many times as long one thing takes as another, and between what the rounds' own ratios lie."""

    best: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{figures(self.best)} ({figures(self.low)} to {figures(self.high)})"


def ratio(one: Sequence[Taken], other: Sequence[Taken], clock: str) -> Ratio:
    """The time of ``one`` in that of ``other``."""
    rounds = [getattr(a, clock) / getattr(b, clock) for a, b in zip(one, other, strict=True)]
    return Ratio(shortest(one, clock) / shortest(other, clock), min(rounds), max(rounds))


def exponent(sizes: Sequence[float], times: Sequence[float]) -> float:
    """The p of time = c size^p, by least squares of the logarithms: 1 where growth is linear."""
    x, y = [math.log(size) for size in sizes], [math.log(time_) for time_ in times]
    mean_x, mean_y = sum(x) / len(x), sum(y) / len(y)
    products = sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=True))
    return products / sum((a - mean_x) ** 2 for a in x)


def figures(number: float) -> str:
    """Three significant digits, or all that stand before the point; thousands set off."""
    if number == 0 or abs(number) >= 100:
        return f"{number:,.0f}"
    return f"{number:.{max(0, 2 - math.floor(math.log10(abs(number))))}f}"
