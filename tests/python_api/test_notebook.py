"""docs/notebook.ipynb: its cells run, and show what stands in it."""

from __future__ import annotations

from typing import Any

import pytest

from tools import notebook

pytestmark = pytest.mark.whole_pictures  # what is shown tells how many cells there are


def texts_of(outputs: list[dict[str, Any]]) -> list[str]:
    """What comes out of a cell as text; pictures and tables tell the same in another form."""
    return ["".join(output.get("text") or output["data"]["text/plain"]) for output in outputs]


@pytest.mark.slow
def test_the_notebook_shows_what_comes_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """`make docs` runs it; each cell shows the same here."""
    cells = notebook.code_cells(notebook.read())
    assert [texts_of(outputs) for outputs in notebook.outputs_of(cells)] == [texts_of(c["outputs"]) for c in cells]


def test_a_cell_shows_what_a_kernel_would() -> None:
    """What is printed, and the last expression if it is any; names go on to the next cell, and nothing else does."""
    sources = ["x = 3\nprint(x)", "x + 1", "x;\ny = None", "y"]
    shown = [texts_of(outputs) for outputs in notebook.outputs_of([{"source": [source]} for source in sources])]
    assert shown == [["3\n"], ["4"], [], []]
