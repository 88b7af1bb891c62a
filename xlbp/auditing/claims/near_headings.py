"""What a book without a claim of gradients says instead: headings that came near one, and how else it may train."""

from __future__ import annotations

import re

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.claims.headings import claim, plain
from xlbp.auditing.reading.syntax import Turned

NEAR = re.compile(
    r"grad|deriv|delta|[∂δΔ∇]|\bd[A-Za-z]\w*\s*/\s*d|梯度|导数|導數|偏导|ableitung|steigung", re.IGNORECASE
)
LONGEST, MOST = 40, 3
SOLVER = "solver_"  # how Excel names a Solver's settings
WAYS = (
    (
        re.compile(r"perceptron|perzeptron|感知[机機器]", re.IGNORECASE),
        "the perceptron's rule moves by an error, not by a gradient",
    ),
    (
        re.compile(r"\bsolver\b|规划求解|規劃求解", re.IGNORECASE),
        "it is trained by Solver, which leaves no gradient in the cells",
    ),
    (
        re.compile(r"\b(linest|trend|normal equations?)\b|最小二乘解", re.IGNORECASE),
        "its parameters are solved for, without gradients",
    ),
)


def near_headings(cells: Cells) -> list[str]:
    """The first few headings that speak of derivatives but claim none that can be read."""
    texts = dict.fromkeys(_texts(cells))
    return [text for text in texts if NEAR.search(text) and claim(plain(text)) is None][:MOST]


def other_way_of_training(cells: Cells) -> str:
    """How the book trains without gradients, as a clause; '' if nothing in it says so."""
    if any(name.startswith(SOLVER) or f"!{SOLVER}" in name for name in cells.contents.names):
        return WAYS[1][1]
    texts = [*_texts(cells), *cells.contents.sheets]
    return next((clause for pattern, clause in WAYS if any(map(pattern.search, texts))), "")


def _texts(cells: Cells) -> list[str]:
    """The short texts of the book, in order."""
    contents = cells.contents
    values = ((cell, value) for cell, value in contents.cells.items() if not isinstance(cell[0], Turned))
    return [
        " ".join(value.split())
        for cell, value in values
        if isinstance(value, str) and cell not in contents.formulas and len(value) <= LONGEST
    ]
