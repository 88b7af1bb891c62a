"""Runs docs/notebook.ipynb and writes what comes out into it, so that a page that shows it needs no kernel.

Run by ``make docs``; a test runs the cells and fails where something else comes out.  The cells are plain Python with
an expression at the end, so that no kernel is needed here, either.
"""

from __future__ import annotations

import ast
import contextlib
import io
import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

NOTEBOOK = Path(__file__).resolve().parent.parent / "docs" / "notebook.ipynb"
SHOWN_AS = {"text/html": "_repr_html_", "image/svg+xml": "_repr_svg_"}


def read() -> dict[str, Any]:
    """The notebook."""
    notebook: dict[str, Any] = json.loads(NOTEBOOK.read_text("utf-8"))
    return notebook


def outputs_of(cells: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """What comes out of each cell of code, one after the other, in a folder that is gone afterwards."""
    names: dict[str, Any] = {"__name__": "__main__"}
    here = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            for number, cell in enumerate(cells):
                yield list(_run("".join(cell["source"]), names, number))
        finally:
            os.chdir(here)


def _run(source: str, names: dict[str, Any], number: int) -> Iterator[dict[str, Any]]:
    """What a cell prints, and what its last expression is, as a kernel would show it."""
    tree = ast.parse(source, f"cell {number}")
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(tree, f"cell {number}", "exec"), names)
        value = None if last is None else eval(compile(ast.Expression(last.value), f"cell {number}", "eval"), names)
    if printed.getvalue():
        yield {"name": "stdout", "output_type": "stream", "text": _lines(printed.getvalue())}
    if value is not None:
        shown = {kind: getattr(value, method)() for kind, method in SHOWN_AS.items() if hasattr(value, method)}
        data = {"text/plain": _lines(repr(value)), **{kind: _lines(text) for kind, text in shown.items()}}
        yield {"data": data, "execution_count": number + 1, "metadata": {}, "output_type": "execute_result"}


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def code_cells(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    """The cells that are run."""
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def executed() -> dict[str, Any]:
    """The notebook with what comes out of it."""
    notebook = read()
    cells = code_cells(notebook)
    for number, (cell, outputs) in enumerate(zip(cells, outputs_of(cells), strict=True)):
        cell.update(outputs=outputs, execution_count=number + 1)
    return notebook


if __name__ == "__main__":
    os.environ["LC_ALL"] = "C.UTF-8"  # the words in the books are English
    NOTEBOOK.write_text(json.dumps(executed(), indent=1, ensure_ascii=False) + "\n", "utf-8")
