"""Books whose values come from a spreadsheet program and from nowhere else.

What is compared is what a reader sees: the formulas, recalculated.  The books written here hold a 1 in the
place of every formula's value, so that nothing of xlbp's own reference can reach the comparison.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from xlbp.expectation.contents import lay_out
from xlbp.model.compile import compile_template
from xlbp.recalc.base import Engine
from xlbp.recalc.ironcalc import IronCalc
from xlbp.symbols.expr import Expr
from xlbp.symbols.interpret import Interpreter
from xlbp.template.load import load_template
from xlbp.template.names import ITERATION, of_input
from xlbp.template.template import Template
from xlbp.workbook.book import write_book
from xlbp.workbook.layout.book_layout import book_of_one
from xlbp.workbook.layout.watch import watch_of
from xlbp.workbook.page.entries import training_entries
from xlbp.workbook.page.facts import Choices, Facts
from xlbp.workbook.page.page import Page
from xlbp.workbook.sheets.data import data_page
from xlbp.xlsx.areas import Area

Array = NDArray[np.float64]
Columns = dict[str, Array]  # name -> (T + 1,), NaN where the cell shows an error


@dataclass(frozen=True)
class Book:
    """A template and its recalculated training sheet."""

    template: Template
    columns: Columns


class _Ones(dict[str, float]):
    """The inputs as given, and 1 for whatever a cell must compute."""

    def __missing__(self, name: str) -> float:
        return 1.0


def recalculated(text: str, folder: Path, engine: Engine | None = None) -> Book:
    """The columns of the training sheet by name, as the engine (IronCalc) computes them."""
    return recalculated_template(_loaded(text, folder), folder, engine)


def _loaded(text: str, folder: Path) -> Template:
    source = folder / "template.toml"
    source.write_text(text, "utf-8")
    return load_template(str(source))


def recalculated_template(loaded: Template, folder: Path, engine: Engine | None = None) -> Book:
    """The same of a template that is loaded."""
    path = folder / "book.xlsx"
    contents = lay_out(loaded, "en")
    template, layout = contents.template, contents.layout
    pages = [page for page in (Page("Start"), training_entries(contents)) if page]
    if contents.data_on_own_sheet:
        features = range(1, template.model.features + 1)
        scaling = {of_input(letter, i): 1.0 for letter in ("shift", "size") for i in features}
        inputs = _Ones(template.inputs() | (scaling if template.model.data.scale != "none" else {}))
        pages.append(data_page(contents, Facts({}, {}, inputs, Choices(), inputs, {})))
    values = np.ones((layout.iterations + 1, len(contents.program.names)))
    first = {**template.model.parameters(), ITERATION: 0.0}  # what is no formula in row 0
    values[0] = [first.get(name, 1.0) for name in contents.program.names]
    watch = watch_of(contents)
    watching = np.ones((len(values), len(watch.names) if watch else 0))
    write_book(book_of_one(contents), [np.hstack([values, watching])], None, pages, path)
    area = Area("Training", layout.first_row, layout.last_row, len(layout.columns))
    [grid] = (engine or IronCalc()).values(path, [area])
    cells = np.array([[v if type(v) is float else np.nan for v in row] for row in grid])
    return Book(template, {name: cells[:, number - 1] for name, number in layout.columns.items()})


class _Row(Interpreter):
    """An interpreter that knows the row above."""

    def __init__(self, values: dict[str, Array], above: dict[str, Array]) -> None:
        super().__init__(values)
        self._above = above

    def _value(self, node: Expr) -> Array:
        return self._above[str(node.payload)] if node.op == "prev" else super()._value(node)


def interpreted(text: str, folder: Path) -> Book:
    """The columns by name as the row's symbols have them: what the formulas say before they are printed.

    Without a spreadsheet program; scaled data, whose formulas stand on the sheet Data, need one.
    """
    template = _loaded(text, folder)
    assert template.model.data.scale == "none"
    program = compile_template(template)
    panel = {name: np.asarray(value) for name, value in template.inputs().items()}
    rows: list[dict[str, Array]] = []
    with np.errstate(all="ignore"):
        for t in range(template.training.iterations + 1):
            values = dict(panel)
            row = _Row(values, rows[-1] if rows else {})
            for column in program.columns:
                values[column.name] = row(column.at(t))
            rows.append(values)
    return Book(template, {name: np.array([float(row[name]) for row in rows]) for name in program.names})
