"""The table of contents: what xlbp does, from end to end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from xlbp.errors import XlbpError
from xlbp.interpret import sizes_of_columns
from xlbp.lang import default_language, load_texts
from xlbp.limits import must_fit_memory
from xlbp.model.compile import compile_template
from xlbp.recalc.base import Area, Engine
from xlbp.recalc.engines import DEFAULT_ENGINE, engines
from xlbp.reference.history import History, diverged_at
from xlbp.reference.train import train
from xlbp.spec.load import load_template
from xlbp.spec.model import Template
from xlbp.verify.check import Findings, check, check_without_inputs, compare_names, read_numbers
from xlbp.verify.compare import RTOL, Block, Report, compare_formulas
from xlbp.workbook.atomic import check_target, replacing
from xlbp.workbook.blueprint import columns_of, names_of, patterns_of
from xlbp.workbook.book import write_book
from xlbp.workbook.contents import Contents
from xlbp.workbook.layout import make_layout, refuse_too_wide
from xlbp.workbook.reader import open_book
from xlbp.workbook.restore import make_stamp, restore_contents, restore_template

Progress = Callable[[str], None]


class DisagreementError(XlbpError):
    """A book just made does not agree with its reference, and was not kept; ``reports`` say where."""

    def __init__(self, path: Path, reports: list[Report]) -> None:
        super().__init__(
            f"{path} was not written: its recalculation disagrees with the reference; --no-verify keeps it"
        )
        self.reports = reports


@dataclass(frozen=True)
class Made:
    """What :func:`generate` made."""

    path: Path
    sheets: tuple[str, ...]
    formula_cells: int
    objective: str
    final: float
    diverged_at: int | None
    reports: list[Report]


def generate(
    template: str,
    output: Path | None = None,
    overrides: Sequence[str] = (),
    language: str | None = None,
    force: bool = False,
    check_it: bool = True,
    progress: Progress = lambda step: None,
) -> Made:
    """Compile a template into a workbook, recalculate it, compare, and only then put it in place."""
    problem = load_template(template, tuple(overrides))
    path = output or Path("output") / f"{problem.name}.xlsx"
    if output is None:
        path.parent.mkdir(exist_ok=True)
    check_target(path, force)
    contents = lay_out(problem, language or default_language())
    progress("training the reference")
    history = train(problem)
    values = by_column(contents, history)
    with replacing(path) as temporary:
        progress("writing the workbook")
        sheets = write_book(contents, values, temporary, make_stamp(problem, contents.texts.language))
        reports: list[Report] = []
        if check_it:
            progress("recalculating and comparing")
            reports = verify(temporary, (DEFAULT_ENGINE,), shown_as=str(path))
            if not all(report.ok for report in reports):
                raise DisagreementError(path, reports)
    final, symbol = float(history[contents.objective][-1]), contents.symbol(contents.objective)
    cells = values.size - sum(column.start is not None for column in contents.program.columns)
    return Made(path, sheets, cells, symbol, final, diverged_at(history), reports)


def verify(
    book: Path, engine_names: Sequence[str] = (DEFAULT_ENGINE,), rtol: float = RTOL, shown_as: str = ""
) -> list[Report]:
    """Train the reference on the book's own inputs, recalculate the book, and compare every formula cell."""
    chosen = engines(tuple(engine_names))
    with open_book(book) as opened:
        template, language = restore_template(opened)
        contents = restore_contents(opened, template, compile_template(template), language)
        layout, training = contents.layout, contents.texts("sheet.training")
        inputs = opened.inputs(layout, training, list(template.model.parameters()))
        numbers, unusable = read_numbers(inputs)
        rows = opened.rows(training, layout.first_row, layout.last_row, len(layout.columns))
        found_names, formula_cells = opened.defined_names(), opened.formula_cells
    numbers = template.inputs() if unusable else numbers
    history = train(template, numbers)
    block = expected_block(contents, by_column(contents, history), numbers)
    changed = compare_formulas(block, rows) + compare_names(names_of(contents), found_names)
    findings = Findings(changed, unusable, formula_cells - _formulas_in(block, rows))
    area = Area(training, layout.first_row, layout.last_row, len(layout.columns))
    diverged = diverged_at(history)
    return [_check(shown_as or str(book), book, engine, block, findings, area, rtol, diverged) for engine in chosen]


def trace(template: str, overrides: Sequence[str] = ()) -> tuple[Template, tuple[str, ...], NDArray[np.float64]]:
    """The reference's numbers alone: the names of the columns, and their values, (T + 1, columns)."""
    contents = lay_out(load_template(template, tuple(overrides)), "en")
    return contents.template, contents.program.names, by_column(contents, train(contents.template))


def lay_out(template: Template, language: str) -> Contents:
    """Compile a template and give every quantity its cell."""
    refuse_too_wide(template)
    texts = load_texts(language)
    program = compile_template(template)
    layout = make_layout(template, program, texts("sheet.data"))
    must_fit_memory((layout.iterations + 1) * len(layout.columns))
    return Contents(template, program, layout, texts)


def by_column(contents: Contents, history: History) -> NDArray[np.float64]:
    """The reference's values, (T + 1, columns), in the order of the sheet's columns."""
    names = [name for name, _ in columns_of(contents)]
    missing = [name for name in names if name not in history]
    if missing:
        raise XlbpError(f"the reference gives no value for {missing[0]!r}; this is a fault of xlbp, please report it")
    return np.stack([history[name] for name in names], axis=1)


def expected_block(contents: Contents, values: NDArray[np.float64], inputs: Mapping[str, float]) -> Block:
    """The training sheet as plain data: every formula, and what it must be worth."""
    columns = columns_of(contents)
    names, letters = [name for name, _ in columns], [letter for _, letter in columns]
    history = {name: np.asarray(value) for name, value in inputs.items()} | dict(zip(names, values.T, strict=True))
    sizes = sizes_of_columns(contents.program, history)
    start, later = patterns_of(contents)
    sheet, first = contents.texts("sheet.training"), contents.layout.first_row
    return Block(sheet, letters, names, first, values, np.stack([sizes[n] for n in names], axis=1), start, later)


def _formulas_in(block: Block, rows: Sequence[Sequence[object]]) -> int:
    """How many of the cells that should hold a formula do hold one."""
    formula = block.is_formula()
    return sum(
        1
        for wanted, row in zip(formula, rows, strict=True)
        for is_formula, content in zip(wanted, row, strict=True)
        if is_formula and isinstance(content, str) and content.startswith("=")
    )


def _check(
    shown_as: str,
    book: Path,
    engine: Engine,
    block: Block,
    findings: Findings,
    area: Area,
    rtol: float,
    diverged: int | None,
) -> Report:
    if findings.unusable:
        return check_without_inputs(shown_as, engine.name, block, findings)
    [grid] = engine.values(book, [area])
    trusted = len(block.expected) if diverged is None or engine.confirms_overflow else diverged
    report = check(shown_as, engine.name, block, findings, grid, rtol, trusted)
    report.diverged_at = diverged
    return report
