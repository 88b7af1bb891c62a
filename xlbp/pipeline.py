"""The table of contents: what xlbp does, from end to end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from xlbp.errors import UsageError
from xlbp.expectation.comparison import expect_runs
from xlbp.expectation.contents import lay_out
from xlbp.expectation.inspection import Inspection, inspect
from xlbp.expectation.noise import Noise as TrainingNoise
from xlbp.expectation.template_match import difference
from xlbp.expectation.training import Expected, by_column, cells_of, expect, formula_cells, trained
from xlbp.lang import default_language, load_texts
from xlbp.model.compile import compile_template
from xlbp.recalc.base import Engine, Values
from xlbp.recalc.engines import DEFAULT_ENGINE, SAVED, engines
from xlbp.recalc.saved import has_values
from xlbp.reference.history import diverged_at
from xlbp.reference.train import train
from xlbp.results import DisagreementError, Made, MadeComparison, Noise, Progress, Result, silent
from xlbp.starter.steady import NoisyStart
from xlbp.system.atomic import check_target, make_folder, replacing
from xlbp.system.memory import must_fit_memory
from xlbp.template.load import load_template
from xlbp.template.names import updated
from xlbp.template.network import Network
from xlbp.template.template import Template
from xlbp.template.vary import Run, load_runs, vary_from
from xlbp.verification.check import check, check_without_inputs
from xlbp.verification.compare import RTOL, Report
from xlbp.workbook.book import write_book, write_comparison
from xlbp.workbook.explain import Explanation, explain_quantity
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.layout import refuse_too_wide
from xlbp.workbook.layout.legal import must_be_legal_rows
from xlbp.workbook.layout.runs import Comparison, lay_out_runs
from xlbp.workbook.restore import make_comparison_stamp, make_stamp
from xlbp.xlsx.preflight import preflight

if TYPE_CHECKING:
    from xlbp.auditing.claims.options import AuditOptions
    from xlbp.auditing.result import Audit


def generate(
    template: str,
    output: Path | str | None = None,
    overrides: Sequence[str] = (),
    language: str | None = None,
    force: bool = False,
    check_it: bool = True,
    protected: bool = True,
    progress: Progress = silent,
) -> Made:
    """Compile a template into a workbook, recalculate it, compare, and only then put it in place."""
    problem = load_template(template, tuple(overrides))
    path = Path(output) if output is not None else Path("output") / f"{problem.name}.xlsx"
    check_target(path, force, folder_comes=output is None)
    contents = lay_out(problem, language or default_language())
    must_be_legal_rows(contents)
    training = "training the reference"
    progress(training)
    expected = expect(contents, told=lambda share: progress(training, share))
    stamp = make_stamp(problem, contents.texts.language)

    def write(temporary: Path) -> tuple[str, ...]:
        return write_book(contents, expected.values, expected.pages, temporary, stamp, protected)

    if output is None:
        make_folder(path.parent)
    sheets, reports = _put_in_place(path, write, force, check_it, progress)
    final, symbol = float(expected.history[contents.objective][-1]), contents.symbol(contents.objective)
    return Made(
        path,
        sheets,
        formula_cells(expected),
        symbol,
        final,
        diverged_at({"loss": expected.history[contents.objective]}),
        reports,
        contents.texts.language,
        noise=_noise_told(contents, expected.noise),
        constant=_why_constant(contents, expected.history),
    )


def _why_constant(contents: Contents, history: Mapping[str, NDArray[np.float64]]) -> str:
    """Why no iteration can change the loss, as :class:`Made` says it."""
    model = contents.template.model
    if isinstance(model, Network) and model.single_softmax:
        return "single_softmax"
    moved = any(history[contents.gradient(name)].any() for name in contents.template.parameter_order)
    return "" if moved else "no_gradient"


def _noise_told(contents: Contents, noise: TrainingNoise | None) -> Noise | None:
    """What is said of a training that follows from rounding noise."""
    if noise is None or not noise.parameters:
        return None
    symbols = tuple(contents.symbol(name) for name in noise.parameters)
    return Noise(symbols, contents.template.training.optimizer, noise.iteration, noise.visible, noise.cells)


def compare(
    template: str,
    vary: Mapping[str, Sequence[object]] | Sequence[str],
    output: Path | str | None = None,
    overrides: Sequence[str] = (),
    language: str | None = None,
    force: bool = False,
    check_it: bool = True,
    progress: Progress = silent,
) -> MadeComparison:
    """Several trainings of a template in one workbook, on the same inputs: every combination of what varies.

    ``vary`` gives keys their values, ``{"training.learning_rate": [0.1, 0.5]}``, or is a list of texts as for --vary.
    """
    runs = load_runs(template, vary_from(vary), overrides)
    name = runs[0].template.name
    path = Path(output) if output is not None else Path("output") / f"{name}-comparison.xlsx"
    check_target(path, force, folder_comes=output is None)
    comparison = _lay_out_runs(runs, language or default_language())
    progress("training the reference")
    expected = expect_runs(comparison)
    stamp = make_comparison_stamp(runs, comparison.first.texts.language)

    def write(temporary: Path) -> tuple[str, ...]:
        assert expected.losses is not None
        values = [run.values for run in expected.runs]
        return write_comparison(comparison, values, expected.losses.expected, expected.pages, temporary, stamp)

    if output is None:
        make_folder(path.parent)
    sheets, reports = _put_in_place(path, write, force, check_it, progress)
    first = comparison.first
    results = [
        Result(
            *(run.number, run.label, contents.title, dict(run.settings)),
            *(trained.objective, diverged_at({"loss": trained.objective}), _noise_told(contents, trained.noise)),
        )
        for run, contents, trained in zip(runs, comparison.contents, expected.runs, strict=True)
    ]
    symbol = first.symbol(first.objective)
    return MadeComparison(path, sheets, formula_cells(expected), symbol, results, reports, first.texts.language)


def _lay_out_runs(runs: Sequence[Run], language: str) -> Comparison:
    """Compile every run and give every quantity its cell."""
    for run in runs:
        refuse_too_wide(run.template)
    comparison = lay_out_runs(runs, [compile_template(run.template) for run in runs], load_texts(language))
    layouts = [contents.layout for contents in comparison.contents]
    for contents in comparison.contents:
        must_be_legal_rows(contents)
    must_fit_memory(sum((layout.iterations + 1) * len(layout.columns) for layout in layouts))
    return comparison


def _put_in_place(
    path: Path, write: Callable[[Path], tuple[str, ...]], force: bool, check_it: bool, progress: Progress
) -> tuple[tuple[str, ...], list[Report]]:
    """Write a book beside its place, verify it there, and only then move it; its sheets, and the reports."""
    reports: list[Report] = []
    with replacing(path, force) as temporary:
        progress("writing the workbook")
        sheets = write(temporary)
        if check_it:
            progress("recalculating and comparing")
            reports = verify(temporary, (DEFAULT_ENGINE,), shown_as=str(path), large=True)
            if not all(report.ok for report in reports):
                raise DisagreementError(path, reports)
    return sheets, reports


def verify(
    book: Path | str,
    engine_names: Sequence[str] | None = (DEFAULT_ENGINE,),
    rtol: float = RTOL,
    shown_as: str = "",
    large: bool = False,
    template: str = "",
    overrides: Sequence[str] = (),
    computed: Mapping[str, Values] | None = None,
) -> list[Report]:
    """Train the reference on the book's own inputs, recalculate the book, and compare every formula cell.

    ``large`` takes a book of any size; by default a stranger's file must not fill the memory.  A book carries its own
    template; ``template``, with ``overrides``, is what that one must be.  Without engines it is the default one,
    and the saved values if the book has any, which goes for ``all`` too.  ``computed`` gives, by the name of an
    engine, values that it computes already, of a book that :func:`xlbp.xlsx.preflight.preflight` has let pass.
    """
    path, chosen = Path(book), engines(tuple(engine_names or (DEFAULT_ENGINE,)))
    if template:
        load_template(template, tuple(overrides))  # a wrong request is told before any work
    if not computed:  # an engine that has begun was shown a book that is sound
        preflight(path, large)
    if not engine_names and has_values(path):
        chosen += engines((SAVED,))
    elif engine_names and "all" in engine_names and not has_values(path):  # which reads the whole book
        chosen = [engine for engine in chosen if engine.name != SAVED]
    computed = computed or {}
    with ExitStack() as running:  # the engines compute while the book is looked into and the reference trained
        values = [computed.get(engine.name) or running.enter_context(engine.computing(path)) for engine in chosen]
        inspection = inspect(path, large, is_sound=True)
        reports = [
            _verify(shown_as or str(book), engine, given, inspection, rtol)
            for engine, given in zip(chosen, values, strict=True)
        ]
    differs = difference(inspection.shown, template, overrides) if template else ""
    for report in reports:
        report.differs = differs
    return reports


def _verify(shown_as: str, engine: Engine, values: Values, inspection: Inspection, rtol: float) -> Report:
    shown, findings = inspection.shown, inspection.findings
    blocks, cells = shown.blocks, cells_of(shown.pages)
    if findings.unusable:
        return check_without_inputs(shown_as, engine.name, blocks, cells, findings)
    grids = values(inspection.areas)
    diverged = shown.diverged
    trusted = [None] * len(blocks) if engine.confirms_overflow else diverged
    report = check(shown_as, engine.name, blocks, cells, findings, grids, rtol, trusted)
    report.diverged_at = min((t for t in diverged if t is not None), default=None)
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
    template = None if is_book else load_template(source, tuple(overrides))
    expected = expect(lay_out(template, "en"), with_pages=False) if template else _usable(Path(source))
    return explain_quantity(expected.contents, expected.facts, wanted, iteration, sample)


def audit(
    book: Path | str,
    wanted: AuditOptions | None = None,
    annotated: Path | None = None,
    force: bool = False,
    large: bool = False,
    progress: Progress = silent,
) -> Audit:
    """Find the mistakes in anyone's workbook; ``annotated`` becomes a copy with the wrong cells marked."""
    from xlbp.auditing.report.annotate import annotate  # noqa: PLC0415  # many modules, which no other function needs
    from xlbp.auditing.run import EVERYTHING  # noqa: PLC0415
    from xlbp.auditing.run import audit as audit_book  # noqa: PLC0415

    if annotated is not None:
        check_target(annotated, force)
    found = audit_book(Path(book), wanted or EVERYTHING, large, progress)
    if annotated is not None:
        with replacing(annotated, force) as temporary:
            annotate(found, Path(book), temporary)
    return found


def _usable(book: Path) -> Expected:
    """What a book must show, by its own inputs.  Raises UsageError if one of these is no number."""
    inspection = inspect(book)
    if not isinstance(inspection.shown, Expected):
        runs = len(inspection.shown.blocks) - 1
        raise UsageError(f"{book} compares {runs} trainings, but explain takes one; make it with xlbp generate --set")
    for wrong in inspection.findings.unusable:
        raise UsageError(f"{book}: {wrong.cell} should hold {wrong.expected}, but holds {wrong.found}")
    return inspection.shown


def noisy_start(template: Template) -> NoisyStart | None:
    """Whether rounding noise drives a template's training, and which layers' biases rest without it."""
    noise = trained(lay_out(template, "en"), template.inputs()).noise
    if noise is None or not noise.parameters or not isinstance(template.model, Network):
        return None
    resting = set()
    for number, layer in template.model.numbered():
        if layer.bias and layer.bias.trainable:
            initial = zip(layer.bias.names(number), layer.bias.values, strict=True)
            if all(np.all(noise.without[updated(name)] == value) for name, value in initial):
                resting.add(number)
    return NoisyStart(frozenset(resting))
