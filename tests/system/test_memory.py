"""What a machine can't hold is refused, on every system."""

from __future__ import annotations

import ctypes
import os
from types import SimpleNamespace
from typing import Any

import pytest

from xlbp.errors import UsageError
from xlbp.system.memory import BYTES_PER_CELL, MemoryStatus, must_fit_memory


def test_more_than_the_memory_is_refused_with_the_figures() -> None:
    """A billion cells a thousand times over fit no machine; a thousand fit all."""
    must_fit_memory(1_000)
    with pytest.raises(UsageError, match=r"1,000,000,000,000 cells would need about 150,000\.0 GB .* has \d"):
        must_fit_memory(10**12)


def test_windows_is_asked_in_its_own_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without sysconf the kernel fills in a structure of 64 bytes, whose total counts."""

    def fill(reference: Any) -> int:
        status = reference._obj
        assert status.length == ctypes.sizeof(MemoryStatus) == 64
        assert MemoryStatus.total.offset == 8
        status.total = 1_000 * BYTES_PER_CELL
        return 1

    monkeypatch.delattr(os, "sysconf", raising=False)
    monkeypatch.setattr(
        ctypes, "windll", SimpleNamespace(kernel32=SimpleNamespace(GlobalMemoryStatusEx=fill)), raising=False
    )
    must_fit_memory(1_000)
    with pytest.raises(UsageError, match="1,001 cells"):
        must_fit_memory(1_001)


def test_where_the_system_does_not_say_nothing_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """No figure, no refusal."""
    monkeypatch.delattr(os, "sysconf", raising=False)
    monkeypatch.delattr(ctypes, "windll", raising=False)
    must_fit_memory(10**12)
