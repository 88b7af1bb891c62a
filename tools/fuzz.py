"""Ten thousand spoiled books through the reader: every one is read, or refused in one line, soon, in little memory.

``make fuzz``, or ``python tools/fuzz.py FIRST LAST`` for the seeds from FIRST on.  A seed makes its case again.
"""

from __future__ import annotations

import faulthandler
import multiprocessing
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.fuzzing import Parts, case, read_parts  # noqa: E402
from xlbp import pipeline  # noqa: E402
from xlbp.errors import EngineError, UnreadableError, XlbpError  # noqa: E402
from xlbp.expectation.inspection import inspect  # noqa: E402
from xlbp.recalc.libreoffice import recalculated_copy  # noqa: E402
from xlbp.recalc.saved import Saved  # noqa: E402

SECONDS, MEGABYTES = 20.0, 1_500  # of one case; of the whole process
WITH_ENGINE = 50  # of so many cases one goes through the engine as well


def books(folder: Path) -> list[tuple[bytes, Parts]]:
    """Small books of every kind, one of them as another program saves it."""
    settings = ("training.iterations=3",)
    made = [
        pipeline.generate(name, folder / f"{name}.xlsx", settings, "en", True, False).path
        for name in ("one-product", "chain-rule-1", "mazur", "fastai-line-adam", "softmax-delta")
    ]
    vary = ["training.learning_rate=0.1,0.5"]
    made.append(pipeline.compare("one-product", vary, folder / "c.xlsx", settings, "en", True, False).path)
    (folder / "office").mkdir(exist_ok=True)
    made.append(recalculated_copy("soffice", folder / "chain-rule-1.xlsx", folder / "office"))
    return [(path.read_bytes(), read_parts(path)) for path in made]


def outcome(path: Path, with_engine: bool) -> str:
    """What became of a case; anything but "read" and "refused" is a fault of ours."""
    try:
        inspection = inspect(path)
        if not inspection.findings.unusable:
            Saved().values(path, inspection.areas)
        if with_engine:
            pipeline.verify(path)
    except UnreadableError as error:
        return "refused" if len(str(error).splitlines()) == 1 else f"several lines: {error}"
    except EngineError:
        return "refused"
    except XlbpError as error:
        return f"{type(error).__name__}: {error}"
    except Exception as error:
        return f"FAULT {type(error).__name__}: {' '.join(str(error).split())[:200]}"
    return "read"


def run(job: tuple[int, int, list[tuple[bytes, Parts]]]) -> tuple[Counter[str], list[str], tuple[float, int]]:
    """A share of the seeds, in a process of its own."""
    first, last, base = job
    resource.setrlimit(resource.RLIMIT_AS, (MEGABYTES * 1_000_000, MEGABYTES * 1_000_000))
    told: Counter[str] = Counter()
    faults = []
    slowest = (0.0, first)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "case.xlsx"
        for seed in range(first, last):
            kind, data = case(seed, base)
            path.write_bytes(data)
            faulthandler.dump_traceback_later(5 * SECONDS, exit=True)
            begun = time.perf_counter()
            end = outcome(path, seed % WITH_ENGINE == 0)
            taken = time.perf_counter() - begun
            slowest = max(slowest, (taken, seed))
            told[f"{kind}: {end if end in ('read', 'refused') else 'fault'}"] += 1
            if end not in ("read", "refused") or taken > SECONDS:
                faults.append(f"seed {seed} ({kind}, {taken:.1f} s): {end}")
                print(faults[-1], flush=True)
    faulthandler.cancel_dump_traceback_later()
    return told, faults, slowest


def main() -> None:
    """Share the seeds among two processes, and count."""
    first, last = (int(text) for text in sys.argv[1:3]) if len(sys.argv) > 2 else (0, 10_000)
    subprocess.run(["soffice", "--version"], check=True, capture_output=True)
    with tempfile.TemporaryDirectory() as folder:
        base = books(Path(folder))
    step = 100
    jobs = [(start, min(start + step, last), base) for start in range(first, last, step)]
    told: Counter[str] = Counter()
    faults: list[str] = []
    slowest = (0.0, first)  # and its seed
    with multiprocessing.Pool(2) as pool:
        for one, bad, taken in pool.imap_unordered(run, jobs):
            told += one
            faults += bad
            slowest = max(slowest, taken)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1000
    seconds, seed = slowest
    print(f"{told.total():,} cases: {dict(sorted(told.items()))}")
    print(f"slowest {seconds:.1f} s (seed {seed}); at most {peak:,.0f} MB")
    sys.exit(f"{len(faults)} faults" if faults else 0)


if __name__ == "__main__":
    main()
