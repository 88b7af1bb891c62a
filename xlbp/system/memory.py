"""Refuses what this machine can't hold, before the work starts."""

from __future__ import annotations

import ctypes
import os
from contextlib import suppress

from xlbp.errors import UsageError

BYTES_PER_CELL = 150  # measured: values, rows read back, and the engine's own cells


class MemoryStatus(ctypes.Structure):
    """MEMORYSTATUSEX, into which Windows writes what memory there is."""

    _fields_ = (
        ("length", ctypes.c_uint32),
        ("load", ctypes.c_uint32),
        ("total", ctypes.c_uint64),
        ("rest", ctypes.c_uint64 * 6),
    )


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
    sysconf, windows = getattr(os, "sysconf", None), getattr(ctypes, "windll", None)
    with suppress(ValueError, OSError):
        if sysconf is not None:
            return int(sysconf("SC_PAGE_SIZE")) * int(sysconf("SC_PHYS_PAGES"))
        status = MemoryStatus(length=ctypes.sizeof(MemoryStatus))
        if windows is not None and windows.kernel32.GlobalMemoryStatusEx(ctypes.byref(status)):
            return int(status.total)
    return 0
