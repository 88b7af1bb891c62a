"""How often Python looks for garbage, which in its usual way takes a tenth of the time that a large book takes."""

from __future__ import annotations

import gc


def collect_seldom() -> None:
    """What suits one book at a time: its many small objects are seldom garbage."""
    gc.set_threshold(1_000_000, 50, 100)
