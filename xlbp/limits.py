"""Refuses what this machine can't hold, before the work starts."""

from __future__ import annotations

import os

from xlbp.errors import UsageError

BYTES_PER_CELL = 150  # measured: values, rows read back, and the engine's own cells


def must_fit_memory(cells: int) -> None:
    """Raise UsageError if so many cells need more memory than this machine has."""
    needed, there = cells * BYTES_PER_CELL, _memory()
    if there and needed > there:
        raise UsageError(
            f"{cells:,} cells would need about {needed / 1e9:,.1f} GB of memory, but this machine has "
            f"{there / 1e9:,.1f} GB; train for fewer iterations or make the network smaller"
        )


def _memory() -> int:
    """The machine's memory in bytes, 0 where the system does not say."""
    sysconf = getattr(os, "sysconf", None)  # not on Windows
    try:
        return int(sysconf("SC_PAGE_SIZE")) * int(sysconf("SC_PHYS_PAGES")) if sysconf else 0
    except (ValueError, OSError):
        return 0
