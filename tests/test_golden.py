"""Golden files: the formulas of iterations 0 and 1 of every shipped template, as they stand in the cells.

A change here is a change to what people see: look at the difference, then run with XLBP_GOLDEN=write.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.teaching import laid_out
from tests.templates import ALL
from xlbp.expectation.training import train_run

GOLDEN = Path(__file__).parent / "golden"


def formulas(name: str) -> str:
    """A line per column, but for those that watch the others: symbol, name, the formulas of iterations 0 and 1."""
    contents = laid_out(name, 1)
    expected = train_run(contents)
    block, values = expected.block, expected.values
    firsts, seconds = block.formulas(0), block.formulas(1)
    lines = []
    for column, quantity in enumerate(contents.program.names):
        start = firsts[column] or repr(float(values[0, column]))
        line = (block.letters[column], contents.symbol(quantity), quantity, start, seconds[column] or "")
        lines.append("\t".join(line))
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("name", ALL)
def test_formulas(name: str) -> None:
    """The formulas of a shipped template are those of its golden file, letter by letter."""
    path, found = GOLDEN / f"{name}.tsv", formulas(name)
    if os.environ.get("XLBP_GOLDEN") == "write":
        path.write_text(found, "utf-8")
    assert path.read_text("utf-8") == found
