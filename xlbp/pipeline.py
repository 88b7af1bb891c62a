"""The table of contents: what xlbp does, from end to end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from xlbp.audit.annotate import annotate
from xlbp.audit.ranges import Wanted
from xlbp.audit.run import EVERYTHING, Audit
from xlbp.audit.run import audit as audit_book
from xlbp.errors import UsageError, XlbpError
from xlbp.expected import Expected, by_column, expect
from xlbp.explain import Explanation, explain_quantity
from xlbp.inspection import Inspection, inspect
from xlbp.lang import default_language, load_texts
from xlbp.limits import must_fit_memory
from xlbp.model.compile import compile_template
from xlbp.recalc.base import Engine
from xlbp.recalc.engines import DEFAULT_ENGINE, engines
from xlbp.reference.history import diverged_at
from xlbp.reference.train import train
from xlbp.spec.load import load_template
from xlbp.spec.model import Template
from xlbp.verification.check import check, check_without_inputs
from xlbp.verification.compare import RTOL, Report
from xlbp.workbook.atomic import check_target, make_folder, replacing
from xlbp.workbook.book import write_book
from xlbp.workbook.contents import Contents
from xlbp.workbook.layout import make_layout, refuse_too_wide
from xlbp.workbook.restore import make_stamp

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
    language: str = "en"


def generate(
    template: str,
    output: Path | str | None = None,
    overrides: Sequence[str] = (),
    language: str | None = None,
    force: bool = False,
    check_it: bool = True,
    protected: bool = True,
    progress: Progress = lambda step: None,
) -> Made:
    """Compile a template into a workbook, recalculate it, compare, and only then put it in place."""
    problem = load_template(template, tuple(overrides))
    path = Path(output) if output is not None else Path("output") / f"{problem.name}.xlsx"
    if output is None:
        make_folder(path.parent)
    check_target(path, force)
    contents = lay_out(problem, language or default_language())
    progress("training the reference")
    expected = expect(contents)
    with replacing(path) as temporary:
        progress("writing the workbook")
        stamp = make_stamp(problem, contents.texts.language)
        sheets = write_book(contents, expected.values, expected.pages, temporary, stamp, protected)
        reports: list[Report] = []
        if check_it:
            progress("recalculating and comparing")
            reports = verify(temporary, (DEFAULT_ENGINE,), shown_as=str(path), large=True)
            if not all(report.ok for report in reports):
                raise DisagreementError(path, reports)
    final, symbol = float(expected.history[contents.objective][-1]), contents.symbol(contents.objective)
    cells = int(expected.block.is_formula().sum()) + sum(len(page.formulas) for page in expected.pages)
    return Made(path, sheets, cells, symbol, final, diverged_at(expected.history), reports, contents.texts.language)


def verify(
    book: Path | str,
    engine_names: Sequence[str] = (DEFAULT_ENGINE,),
    rtol: float = RTOL,
    shown_as: str = "",
    large: bool = False,
) -> list[Report]:
    """Train the reference on the book's own inputs, recalculate the book, and compare every formula cell.

    ``large`` takes a book of any size; by default a stranger's file must not fill the memory.
    """
    chosen = engines(tuple(engine_names))
    inspection = inspect(path := Path(book), large)
    return [_verify(shown_as or str(book), path, engine, inspection, rtol) for engine in chosen]


def _verify(shown_as: str, book: Path, engine: Engine, inspection: Inspection, rtol: float) -> Report:
    expected, findings = inspection.expected, inspection.findings
    if findings.unusable:
        return check_without_inputs(shown_as, engine.name, expected.block, expected.cells(), findings)
    grids = engine.values(book, inspection.areas)
    diverged = diverged_at(expected.history)
    trusted = None if engine.confirms_overflow else diverged
    report = check(shown_as, engine.name, expected.block, expected.cells(), findings, grids, rtol, trusted)
    report.diverged_at = diverged
    return report


def trace(template: str, overrides: Sequence[str] = ()) -> tuple[Template, tuple[str, ...], NDArray[np.float64]]:
    """The reference's numbers alone: the names of the columns, and their values, (T + 1, columns)."""
    contents = lay_out(load_template(template, tuple(overrides)), "en")
    return contents.template, contents.program.names, by_column(contents, train(contents.template))


def explain(
    source: str, wanted: str, iteration: int | None = None, sample: int | None = None, overrides: Sequence[str] = ()
) -> Explanation:
    """The derivation of one quantity, from the numbers of a book (``*.xlsx``) or of a template."""
    is_book = source.lower().endswith(".xlsx")
    if is_book and overrides:
        raise UsageError(f"{source} has its own settings; --set and -n go with a template")
    expected = _usable(Path(source)) if is_book else expect(lay_out(load_template(source, tuple(overrides)), "en"))
    return explain_quantity(expected.contents, expected.facts, wanted, iteration, sample)


def audit(
    book: Path | str,
    wanted: Wanted = EVERYTHING,
    annotated: Path | None = None,
    force: bool = False,
    large: bool = False,
) -> Audit:
    """Find the mistakes in anyone's workbook; ``annotated`` becomes a copy with the wrong cells marked."""
    if annotated is not None:
        check_target(annotated, force)
    found = audit_book(Path(book), wanted, large)
    if annotated is not None:
        with replacing(annotated) as temporary:
            annotate(found, Path(book), temporary)
    return found


def _usable(book: Path) -> Expected:
    """What a book must show, by its own inputs.  Raises UsageError if one of these is no number."""
    inspection = inspect(book)
    for wrong in inspection.findings.unusable:
        raise UsageError(f"{book}: {wrong.cell} should hold {wrong.expected}, but holds {wrong.found}")
    return inspection.expected


def lay_out(template: Template, language: str) -> Contents:
    """Compile a template and give every quantity its cell."""
    refuse_too_wide(template)
    texts = load_texts(language)
    program = compile_template(template)
    layout = make_layout(template, program, texts("sheet.data"))
    must_fit_memory((layout.iterations + 1) * len(layout.columns))
    return Contents(template, program, layout, texts)
