"""The process in which one task is measured: ``python -m tools.bench.child MODULE.TASK ARGUMENTS RESULT``.

A task is a function that prepares and returns the work, a function without arguments; only the work is timed.
It may return facts: numbers by name, such as the size of a file.
"""

from __future__ import annotations

import importlib
import json
import resource
import sys
import time
from pathlib import Path

from tools.bench.measure import peak_of


def measured(name: str, given: dict[str, object]) -> dict[str, object]:
    """Prepare and do one task; what it took, as plain data."""
    module, _, function = name.partition(".")
    work = getattr(importlib.import_module(f"tools.bench.{module}"), function)(**given)
    wall, processor = time.perf_counter(), time.process_time()
    facts = work()
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    return {
        "wall": wall,
        "processor": processor,
        "peak": peak_of(resource.getrusage(resource.RUSAGE_SELF)),
        "facts": facts or {},
    }


def main() -> None:
    """Leave the measures in the file that is asked for."""
    name, given, result = sys.argv[1:]
    Path(result).write_text(json.dumps(measured(name, json.loads(given))), "utf-8")


if __name__ == "__main__":
    main()
