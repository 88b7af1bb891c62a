"""The table of contents: what xlbp does, from end to end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from xlbp.expectation.book import Book, expect
from xlbp.expectation.contents import lay_out, lay_out_one, lay_out_several
from xlbp.expectation.inspection import book_at, training_of
from xlbp.expectation.resting import resting_layers
from xlbp.expectation.template_match import difference
from xlbp.expectation.verdict import must_be_tolerance, reports_of
from xlbp.lang import default_language
from xlbp.recalc.base import Values
from xlbp.recalc.engines import DEFAULT_ENGINE, engines, engines_for, must_be_engines, ready
from xlbp.reference.train import train
from xlbp.results import Made, MadeComparison, Progress, made_comparison_of, made_of, must_agree, silent
from xlbp.system.atomic import FOLDER, SUFFIX, check_target, make_folder, replacing, target_for
from xlbp.template.load import load_template
from xlbp.template.sources import Overrides, Source, called, overrides_of
from xlbp.template.template import Template
from xlbp.template.vary import load_runs, vary_from
from xlbp.traced import Trace
from xlbp.verification.compare import RTOL, Report
from xlbp.workbook.book import write_book
from xlbp.xlsx.preflight import preflight

if TYPE_CHECKING:
    from xlbp.auditing.claims.options import AuditOptions
    from xlbp.auditing.result import Audit
    from xlbp.checking.reading.values import Numbers
    from xlbp.checking.result import Checked
    from xlbp.interchange.targets import Exported
    from xlbp.livepage.make import MadePage
    from xlbp.starter.steady import NoisyStart
    from xlbp.workbook.explain import Explanation

TRAINING = "training the reference"
NOTES = ".md"  # what a page of notes ends in
PAGE = ".html"  # and a page of findings


def generate(
    template: Source,
    output: Path | str | None = None,
    overrides: Overrides = (),
    language: str | None = None,
    force: bool = False,
    check_it: bool = True,
    protected: bool = True,
    progress: Progress = silent,
    notes: bool = False,
    asked: str = "",
) -> Made:
    """Compile a template into a workbook, recalculate it, compare, and only then put it in place.

    With ``notes`` there is a page for the teacher beside it, NAME-notes.md; ``asked`` is what the template is called
    in a command, if that is not plain from itself.
    """
    problem = load_template(template, overrides)
    path = target_for(output, f"{problem.name}.xlsx", force)
    beside = path.with_name(f"{path.stem}-notes{NOTES}") if notes else None
    if beside is not None:
        check_target(beside, force, NOTES, folder_comes=output is None)
    layout = lay_out_one(problem, language or default_language())
    progress(TRAINING)
    book = expect(layout, told=lambda share: progress(TRAINING, share))
    sheets, reports = put_in_place(book, path, force, check_it, protected, progress)
    if beside is not None:
        write_notes(book, beside, asked or called(template), force)
    return made_of(book, path, sheets, reports, beside)


def write_notes(book: Book, path: Path, template: str, force: bool) -> None:
    """The page for the teacher."""
    from xlbp.workbook.lesson.notes import notes_of  # noqa: PLC0415 - which no other function needs

    text = notes_of(book.first.contents, book.first.facts, book.pages, template)
    with replacing(path, force) as temporary:
        temporary.write_text(text, "utf-8")


def compare(
    template: Source,
    vary: Mapping[str, Sequence[object]] | Sequence[str],
    output: Path | str | None = None,
    overrides: Overrides = (),
    language: str | None = None,
    force: bool = False,
    check_it: bool = True,
    progress: Progress = silent,
) -> MadeComparison:
    """Several trainings of a template in one workbook, on the same inputs: every combination of what varies.

    ``vary`` gives keys their values, ``{"training.learning_rate": [0.1, 0.5]}``, or is a list of texts as for --vary.
    """
    runs = load_runs(template, vary_from(vary), overrides)
    path = target_for(output, f"{runs[0].template.name}-comparison.xlsx", force)
    layout = lay_out_several(runs, language or default_language())
    progress(TRAINING)
    book = expect(layout)
    sheets, reports = put_in_place(book, path, force, check_it, True, progress)
    return made_comparison_of(book, path, sheets, reports)


def put_in_place(
    book: Book, path: Path, force: bool, check_it: bool, protected: bool, progress: Progress
) -> tuple[tuple[str, ...], list[Report]]:
    """Write a book beside its place, verify it there, and only then move it; its sheets, and the reports."""
    make_folder(path.parent)
    reports: list[Report] = []
    with replacing(path, force) as temporary, ready(engines([DEFAULT_ENGINE] if check_it else [])) as waiting:
        progress("writing the workbook")
        sheets = write_book(book.layout, book.values, book.loss_values, book.pages, temporary, protected)
        if check_it:
            progress("recalculating and comparing")
            reports, _ = reports_of(temporary, waiting, {}, RTOL, large=True, shown_as=str(path), written=book)
            must_agree(path, reports)
    return sheets, reports


def must_be_verifiable(engine_names: Sequence[str] | None, rtol: float) -> None:
    """Raises UsageError for engines or a tolerance that there are not."""
    must_be_engines(engine_names)
    must_be_tolerance(rtol)


def verify(
    book: Path | str,
    engine_names: Sequence[str] | None = (DEFAULT_ENGINE,),
    rtol: float = RTOL,
    shown_as: str = "",
    large: bool = False,
    template: Source = "",
    overrides: Overrides = (),
    computed: Mapping[str, Values] | None = None,
) -> list[Report]:
    """Train the reference on the book's own inputs, recalculate the book, and compare every formula cell.

    ``large`` takes a book of any size; by default a stranger's file must not fill the memory.  A book carries its own
    template; ``template``, with ``overrides``, is what that one must be.  Without engines it is the default one,
    and the saved values if the book has any, which goes for ``all`` too.  ``computed`` gives, by the name of an
    engine, values that it computes already, of a book that :func:`xlbp.xlsx.preflight.preflight` has let pass.
    """
    path = Path(book)
    must_be_verifiable(engine_names, rtol)
    if template:
        load_template(template, overrides)  # a wrong request is told before any work
    if not computed:  # an engine that has begun was shown a book that is sound
        preflight(path, large)
    reports, shown = reports_of(path, engines_for(path, engine_names), computed or {}, rtol, large, shown_as)
    differs = difference(shown, template, overrides) if template else ""
    for report in reports:
        report.differs = differs
    return reports


def trace(source: Source, overrides: Overrides = ()) -> Trace:
    """The reference's numbers alone, of a template, or of a book (``*.xlsx``) with the inputs in its cells."""
    if book_at(source) is not None:
        trained = training_of(source, overrides)
        return Trace(trained.contents, trained.history, trained.facts.inputs)
    contents = lay_out(load_template(source, overrides), "en")
    return Trace(contents, train(contents.template), contents.template.inputs())


def explain(
    source: Source, quantity: str, iteration: int | None = None, sample: int | None = None, overrides: Overrides = ()
) -> Explanation:
    """The derivation of one quantity, from the numbers of a book (``*.xlsx``) or of a template."""
    from xlbp.workbook.explain import explain_quantity  # noqa: PLC0415 - which no other function needs

    training = training_of(source, overrides)
    return explain_quantity(training.contents, training.facts, quantity, iteration, sample)


def page(
    source: Source,
    output: Path | str | None = None,
    overrides: Overrides = (),
    language: str | None = None,
    force: bool = False,
    check_it: bool = False,
    progress: Progress = silent,
) -> MadePage:
    """Write a template, or a book (``*.xlsx``) with the numbers in its cells, as one HTML page that trains by itself.

    With ``check_it`` a browser opens it, and every number is compared with NumPy's; the file stays either way.
    """
    from xlbp.livepage.html import html  # noqa: PLC0415 - which no other function needs
    from xlbp.livepage.make import SUFFIX, MadePage, page_of  # noqa: PLC0415

    problem, given, spoken = _problem_of(source, overrides)
    path = FOLDER / f"{problem.name}{SUFFIX}" if output is None else Path(output)
    check_target(path, force, SUFFIX, folder_comes=output is None)
    progress(TRAINING)
    made = page_of(problem, language or spoken or default_language(), given)
    text = html(made).encode()
    make_folder(path.parent)
    with replacing(path, force) as temporary:
        temporary.write_bytes(text)
    done = MadePage(path, len(text), len(made.machine.columns), problem.training.iterations)
    if not check_it:
        return done
    from xlbp.livepage.checked import check_page  # noqa: PLC0415

    progress("opening the page in a browser, and comparing")
    return replace(done, reports=check_page(path, made))


def _problem_of(source: Source, overrides: Overrides) -> tuple[Template, dict[str, float] | None, str]:
    """A template, and of a book the numbers in its cells and its language."""
    if book_at(source) is None:
        return load_template(source, overrides), None, ""
    trained = training_of(source, overrides)
    template, inputs = trained.contents.template, trained.facts.inputs
    return template, {name: inputs[name] for name in template.inputs()}, trained.contents.texts.language


def audit(
    book: Path | str,
    options: AuditOptions | None = None,
    annotated: Path | None = None,
    force: bool = False,
    large: bool = False,
    progress: Progress = silent,
    html: Path | None = None,
    language: str = "en",
) -> Audit:
    """Find the mistakes in anyone's workbook.

    ``annotated`` becomes a copy with the wrong cells marked, ``html`` a page of the findings, both in the language.
    """
    from xlbp.auditing.report.annotate import annotate  # noqa: PLC0415  # many modules, which no other function needs
    from xlbp.auditing.report.page import page  # noqa: PLC0415
    from xlbp.auditing.run import EVERYTHING  # noqa: PLC0415
    from xlbp.auditing.run import audit as audit_book  # noqa: PLC0415
    from xlbp.recalc.scratch import scratch  # noqa: PLC0415

    for target, suffix in ((annotated, SUFFIX), (html, PAGE)):
        if target is not None:
            check_target(target, force, suffix)
    with scratch() as engine:
        audited = audit_book(Path(book), options or EVERYTHING, large, progress, engine)
    if annotated is not None:
        with replacing(annotated, force) as temporary:
            annotate(audited, Path(book), temporary, language)
    if html is not None:
        with replacing(html, force) as temporary:
            temporary.write_text(page(audited, language), "utf-8")
    audited.written_by = _text_of_audit
    return audited


def _text_of_audit(audited: Audit) -> str:
    """An audit for people."""
    from xlbp.auditing.report.text import report_text  # noqa: PLC0415 - rich is slow to import

    return report_text(audited)


def export(
    source: Source,
    to: str,
    output: Path | str | None = None,
    iteration: int | None = None,
    overrides: Overrides = (),
    force: bool = False,
) -> Exported:
    """Write a training as code that stands alone, or the network at an ``iteration`` as a model.

    ``source`` is a template, or a book (``*.xlsx``), then with the numbers that a person typed into it; ``to`` is one
    of :data:`xlbp.interchange.targets.TARGETS`.
    """
    from xlbp.interchange.targets import export_to  # noqa: PLC0415 - which no other function needs

    return export_to(source, to, output, iteration, overrides, force)


def check(
    template: Source,
    numbers: Numbers,
    overrides: Overrides = (),
    rtol: float | None = None,
    into: Path | str | None = None,
    language: str | None = None,
    force: bool = False,
    progress: Progress = silent,
) -> Checked:
    """Lay a person's own numbers beside the truth; ``into`` becomes a book that shows both.

    ``numbers`` are a file (.csv, .json, .npz), a mapping of names to arrays, lists or tensors, a list of dicts, a
    DataFrame, or Keras's History.  Raises UsageError if none of them is known, UnreadableError for a damaged file.
    """
    from xlbp.checking.check import LENGTH, check_log  # noqa: PLC0415 - which no other function needs
    from xlbp.checking.reading.read import read_log  # noqa: PLC0415

    if rtol is not None:
        must_be_tolerance(rtol)
    if into is not None:
        check_target(Path(into), force)
    log, changes = read_log(numbers), overrides_of(overrides)
    fixed = any(change.partition("=")[0].strip() == LENGTH for change in changes)
    progress(TRAINING)
    check = check_log(lambda more: load_template(template, (*changes, *more)), log, rtol, fixed)
    checked = replace(check.checked, asked=called(template))
    if into is None:
        return checked
    from xlbp.checking.beside import own_numbers  # noqa: PLC0415

    problem = check.beside_template.truth.contents.template
    book = expect(lay_out_one(problem, language or default_language()).showing(own_numbers(check)))
    put_in_place(book, Path(into), force, True, True, progress)
    return replace(checked, book=Path(into))


def noisy_start(template: Template) -> NoisyStart | None:
    """Whether rounding noise drives a template's training, and which layers' biases rest without it."""
    from xlbp.starter.steady import NoisyStart  # noqa: PLC0415 - with all that reads people's data

    resting = resting_layers(template)
    return None if resting is None else NoisyStart(resting)
