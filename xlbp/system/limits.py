"""Limits of a process: its memory, its time, what it may write.

A process of ours sets its own.  Somebody else's program is started by this file, which sets them first:
``python limits.py MEGABYTES SECONDS COMMAND...``.  It imports nothing of ours.
"""

from __future__ import annotations

import os
import sys

MOST_WRITTEN = 1 << 33  # bytes of any one file


def limit_this_process(megabytes: int, seconds: int) -> None:
    """Address space, seconds of each processor, and bytes of a file; no core is dumped.

    A limit that stands already is never raised.  Windows has none of them, nor has a Python without ``resource``.
    """
    if sys.platform == "win32":
        return
    try:
        import resource  # noqa: PLC0415 - not everywhere
    except ImportError:
        return

    most = {"AS": megabytes * 1_000_000, "CPU": seconds * (os.cpu_count() or 1), "FSIZE": MOST_WRITTEN, "CORE": 0}
    for name, limit in most.items():
        kind = getattr(resource, f"RLIMIT_{name}")
        hard = resource.getrlimit(kind)[1]
        if hard != resource.RLIM_INFINITY:
            limit = min(limit, hard)  # noqa: PLW2901 - the lower of the two
        try:
            resource.setrlimit(kind, (limit, limit))
        except (OSError, ValueError):  # a system that knows the limit and does not keep it
            continue


if __name__ == "__main__":
    limit_this_process(int(sys.argv[1]), int(sys.argv[2]))
    os.execvp(sys.argv[3], sys.argv[3:])
