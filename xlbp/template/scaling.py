"""What may be scaled: inputs and targets, each feature by its own statistics; and what their numbers are called."""

from __future__ import annotations

from typing import NamedTuple

SCALES = ("none", "standard", "minmax")
UNSCALED = SCALES[0]


class Scaled(NamedTuple):
    """The letters of inputs, or of targets: as the network sees them, before scaling, and of what scales a feature.

    A number is (raw - shift) / size, with the shift and the size of its feature, or of its column of targets.
    """

    letter: str
    raw: str
    shift: str
    size: str

    @property
    def statistics(self) -> tuple[str, str]:
        """The letters of what a number is scaled by."""
        return self.shift, self.size


INPUTS = Scaled("x", "raw", "shift", "size")
TARGETS = Scaled("t", "traw", "tshift", "tsize")
BY_RAW = {scaled.raw: scaled for scaled in (INPUTS, TARGETS)}
BY_STATISTIC = {letter: scaled for scaled in (INPUTS, TARGETS) for letter in scaled.statistics}
