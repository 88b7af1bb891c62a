"""Books and pages: generate, page, compare, verify."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path

from xlbp import pipeline
from xlbp.livepage.make import MadePage
from xlbp.progress import watched
from xlbp.recalc.engines import DEFAULT_ENGINE
from xlbp.results import Made, MadeComparison, Progress
from xlbp.several.making import Order, make_one
from xlbp.several.verifying import Request, verify_all
from xlbp.system.pool import Machines, cores
from xlbp.template.sources import Overrides, Source, overrides_of
from xlbp.verbs.called import path_of, texts, verb, whole
from xlbp.verification.compare import RTOL, Report, Reports

IN_PLACE = ("overrides", "language", "force", "check_it")  # of generate and compare, as they were called in 0.1.0


@verb((*IN_PLACE, "protected", "progress"), {"check_it": "verify"})
def generate(
    template: Source,
    output: Path | str | None = None,
    *,
    iterations: int | None = None,
    overrides: Overrides = (),
    language: str | None = None,
    force: bool = False,
    verify: bool = True,
    protected: bool = True,
    notes: bool = False,
    scheduler: str | None = None,
    progress: bool | Progress = False,
) -> Made:
    """Compile a template into a workbook whose every cell is a live formula; recalculate it, and compare it with NumPy.

    Parameters
    ----------
    template
        The name of a template that comes with xlbp (``xlbp.templates()``), a path, a text of TOML, a dict of its
        tables, in which arrays of NumPy may stand, or a loaded ``Template``.
    output
        The workbook; by default ``output/NAME.xlsx``.
    iterations
        Rows after the first.
    overrides
        What is to be changed in the template: ``{"training.learning_rate": 0.1}``.
    language
        Of the words in the book: ``"en"``, ``"de"``, ``"zh-CN"``, ``"zh-TW"``; by default the system's.
    force
        Whether a workbook that exists is replaced.
    verify
        Whether the book is recalculated and compared before it is put in its place.
    protected
        Whether the formulas of the teaching sheets are locked.
    notes
        Whether a page for the teacher is written beside it.
    scheduler
        The address of a Dask scheduler, ``"tcp://HOST:PORT"`` or ``"tls://HOST:PORT"``, one of whose workers makes it.
    progress
        Whether a bar shows how far the work has come; or a function ``progress(step, share=None)`` that is told.

    Returns
    -------
    Made
        The book's ``path``, its ``losses``, what verification said (``ok``, ``reports``), and every number (``trace``).

    Raises
    ------
    TemplateError
        The template says something impossible; the message points at the place.
    UsageError
        There is no such template, or a keyword has a value that makes no sense.
    WriteError
        The book can't be written there, or one exists (``force=True`` replaces it).
    XlbpError
        The recalculated book disagrees with NumPy; it is not written (``verify=False`` writes it).

    Examples
    --------
    >>> import xlbp
    >>> made = xlbp.generate("mazur", "mazur.xlsx", iterations=20, language="en")
    >>> made
    Made(mazur.xlsx: 7,650 formula cells, E_total 0.298371 → 0.149106, verified)
    >>> made.losses.shape
    (21,)

    """
    changes = overrides_of(overrides, iterations)
    order = Order(template, path_of(output), changes, language, force, verify, protected, notes)
    with watched(progress) as shown:
        return make_one(order, Machines(scheduler=scheduler or ""), shown)


@verb()
def page(
    source: Source,
    output: Path | str | None = None,
    *,
    iterations: int | None = None,
    overrides: Overrides = (),
    language: str | None = None,
    force: bool = False,
    verify: bool = False,
    progress: bool | Progress = False,
) -> MadePage:
    """Write a template, or a workbook with the numbers in its cells, as one HTML page that trains as one types.

    Parameters
    ----------
    source
        A template, as for :func:`generate`, or a workbook (``*.xlsx``), with the numbers that stand in it.
    output
        The page; by default ``output/NAME.html``.
    iterations, overrides, force, progress
        As for :func:`generate`.
    language
        Of the words in the page; by default the workbook's, or the system's.
    verify
        Whether Chromium opens the page, and every number is compared with NumPy's, edited inputs too.

    Returns
    -------
    MadePage
        The page's ``path``, its ``size``, and what verification said (``ok``, ``reports``).

    Raises
    ------
    TemplateError, UsageError, WriteError
        As for :func:`generate`.
    EngineError
        With ``verify``: there is no Chromium, or it fails.

    Examples
    --------
    >>> import xlbp
    >>> xlbp.page("chain-rule-1", "chain.html", language="en").quantities
    8

    """
    changes = overrides_of(overrides, iterations)
    with watched(progress) as shown:
        return pipeline.page(source, output, changes, language, force, verify, shown)


@verb((*IN_PLACE, "progress"), {"check_it": "verify"})
def compare(
    template: Source,
    vary: Mapping[str, Sequence[object]] | Sequence[str],
    output: Path | str | None = None,
    *,
    iterations: int | None = None,
    overrides: Overrides = (),
    language: str | None = None,
    force: bool = False,
    verify: bool = True,
    progress: bool | Progress = False,
) -> MadeComparison:
    """Train a template in several ways on the same inputs, in one workbook with one chart of all losses.

    Parameters
    ----------
    template
        As for :func:`generate`.
    vary
        Keys of the template, each with the values it takes; several keys make a grid, of at most 24 runs.
    output
        The workbook; by default ``output/NAME-comparison.xlsx``.
    iterations, overrides, language, force, verify, progress
        As for :func:`generate`.

    Returns
    -------
    MadeComparison
        The ``runs`` with their ``losses``, the ``best`` of them, and what verification said.

    Raises
    ------
    UsageError
        The runs make no comparison: a single one, too many, or such as have different rows.
    TemplateError, WriteError, XlbpError
        As for :func:`generate`.

    Examples
    --------
    >>> import xlbp
    >>> made = xlbp.compare("mazur", {"training.learning_rate": [0.1, 0.5]}, iterations=10, language="en")
    >>> made
    MadeComparison(output/mazur-comparison.xlsx: 2 runs, best η=0.5, verified)
    >>> made.runs[0]
    Result(η=0.1: 0.298371 → 0.283491)

    """
    changes = overrides_of(overrides, iterations)
    with watched(progress) as shown:
        return pipeline.compare(template, vary, output, changes, language, force, verify, shown)


@verb(("rtol", "shown_as", "large", "template", "overrides"), {"engine_names": "engines"})
def verify(
    book: Path | str | Sequence[Path | str],
    engines: str | Sequence[str] | None = DEFAULT_ENGINE,
    *,
    rtol: float = RTOL,
    large: bool = False,
    template: Source | None = None,
    iterations: int | None = None,
    overrides: Overrides = (),
    jobs: int | None = None,
    scheduler: str | None = None,
) -> list[Report]:
    """Recalculate a workbook with spreadsheet engines, and compare every formula cell with NumPy.

    NumPy trains with the numbers that stand in the book, which a person may have changed.

    Parameters
    ----------
    book
        A workbook that xlbp made; or several, which are verified at a time.
    engines
        ``"ironcalc"``, ``"libreoffice"``, ``"gnumeric"``, ``"libreoffice-exact"``, ``"saved"`` (the values that the
        last program wrote into the file), ``"all"``, or several of them; None for IronCalc and, where the file has
        any, the saved values.
    rtol
        The relative difference up to which two numbers agree.
    large
        Whether a book of any size is taken; by default at most 20 MB.
    template, iterations, overrides
        What the book must have been made from, as for :func:`generate`; by default what it says itself.
    jobs
        Of several books, how many at a time; by default one per processor.
    scheduler
        The address of a Dask scheduler, ``"tcp://HOST:PORT"`` or ``"tls://HOST:PORT"``, whose workers verify them.

    Returns
    -------
    list of Report
        One for each engine, of several books for each ``book``: ``ok``, how many cells were ``checked``, and the
        ``first`` wrong one in the order of computation, which explains more than the largest difference.

    Raises
    ------
    UnreadableError
        The file is missing, damaged, or no workbook of xlbp; of several, the first such one.
    UsageError
        There is no such engine or template, or ``rtol`` is none.
    EngineError
        An engine is not installed, or failed.

    Examples
    --------
    >>> import xlbp
    >>> made = xlbp.generate("one-product", "product.xlsx", iterations=5)
    >>> [report] = xlbp.verify("product.xlsx")
    >>> report.ok, report.checked == made.formula_cells
    (True, True)

    """
    names = None if engines is None else texts(engines)
    changes, wanted = overrides_of(overrides, iterations), "" if template is None else template
    processes = whole("--jobs", jobs, least=1)
    if isinstance(book, str | PathLike) and scheduler is None:
        return Reports(pipeline.verify(book, names, rtol, "", large, wanted, changes))
    pipeline.must_be_verifiable(names, rtol)
    books = (Path(book),) if isinstance(book, str | PathLike) else tuple(map(Path, book))
    request = Request(books, names or (), rtol, large, wanted, changes)
    outcomes = verify_all(request, Machines(processes or cores(), scheduler or ""))
    in_order = sorted(outcomes, key=lambda outcome: outcome.number)
    return Reports(report for outcome in in_order for report in outcome.value())
