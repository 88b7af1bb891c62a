"""Every text is readable on its ground: a contrast of at least 4.5, as WCAG measures it."""

from __future__ import annotations

import pytest

from xlbp.workbook.drawing import style

LEAST = 4.5


def luminance(colour: str) -> float:
    """How bright a colour is, from 0 to 1."""
    shares = [int(colour[k : k + 2], 16) / 255 for k in (0, 2, 4)]
    red, green, blue = (s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(ink: str, ground: str) -> float:
    """The contrast of two colours, from 1 to 21."""
    dark, bright = sorted(map(luminance, (ink, ground)))
    return (bright + 0.05) / (dark + 0.05)


PAIRS = {
    **{f"band {name}": (band.ink, band.fill) for name, band in style.PHASES.items()},
    **{f"below band {name}": (style.INK, band.tint) for name, band in style.PHASES.items()},
    **{f"look {name}": (look.colour, look.fill or style.WHITE) for name, look in style.LOOKS.items()},
    **{f"mark of group {k}": (group.ink, style.WHITE) for k, group in enumerate(style.GROUPS)},
    **{f"number on group {k}": (style.DARK, group.tint) for k, group in enumerate(style.GROUPS)},
    **{f"number on {colour}": (style.DARK, colour) for colour in (style.LOW, style.BETWEEN, style.HIGH)},
    **{f"number on {colour}": (style.INK, colour) for colour in (style.NEGATIVE, style.POSITIVE, style.PICTURE)},
    "wrong entry": (style.PHASES["loss"].fill, style.PHASES["loss"].tint),
}


def test_ink_is_read_on_its_ground() -> None:
    """White on green and on vermilion, grey on white, numbers on the colours of a map."""
    assert {pair: found for pair, colours in PAIRS.items() if (found := contrast(*colours)) < LEAST} == {}


def test_the_measure_is_the_usual_one() -> None:
    """Black on white is 21, and a colour on itself is 1."""
    assert contrast("000000", "FFFFFF") == pytest.approx(21)
    assert contrast("0072B2", "0072B2") == 1
