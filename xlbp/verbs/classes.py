"""A class: exercise, mark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import overload

from xlbp.classroom.described import Described, described_by
from xlbp.classroom.exercise.credit import said_of_credit
from xlbp.classroom.make import MadeClass, MadeExercise, make_class, make_exercise
from xlbp.classroom.mark import ATTEMPTS, Marked, Options, scale_of
from xlbp.classroom.mark import mark as mark_all
from xlbp.classroom.order import Order
from xlbp.errors import UsageError, option
from xlbp.progress import watched
from xlbp.results import Progress
from xlbp.starter.wishes import one_of
from xlbp.template.sources import Overrides, Source, overrides_of
from xlbp.verbs.called import path_of, texts, verb, whole


@overload
def exercise(
    template: Source,
    blank: str | Sequence[str] | None = None,
    output: Path | str | None = None,
    *,
    kind: str = "blanks",
    iterations: int | None = None,
    overrides: Overrides = (),
    roster: None = None,
    seed: int = 1,
    solution: bool = False,
    marks: bool = True,
    tolerance: float | None = None,
    holes: bool = True,
    partial: float | None = None,
    credit: Mapping[str, float] | Path | str | None = None,
    weight: Mapping[str, float] | None = None,
    language: str | None = None,
    jobs: int | None = None,
    scheduler: str | None = None,
    force: bool = False,
    progress: bool | Progress = False,
) -> MadeExercise: ...


@overload
def exercise(
    template: Source,
    blank: str | Sequence[str] | None = None,
    output: Path | str | None = None,
    *,
    kind: str = "blanks",
    iterations: int | None = None,
    overrides: Overrides = (),
    roster: Path | str,
    seed: int = 1,
    solution: bool = False,
    marks: bool = True,
    tolerance: float | None = None,
    holes: bool = True,
    partial: float | None = None,
    credit: Mapping[str, float] | Path | str | None = None,
    weight: Mapping[str, float] | None = None,
    language: str | None = None,
    jobs: int | None = None,
    scheduler: str | None = None,
    force: bool = False,
    progress: bool | Progress = False,
) -> MadeClass: ...


@verb()
def exercise(
    template: Source,
    blank: str | Sequence[str] | None = None,
    output: Path | str | None = None,
    *,
    kind: str = "blanks",
    iterations: int | None = None,
    overrides: Overrides = (),
    roster: Path | str | None = None,
    seed: int = 1,
    solution: bool = False,
    marks: bool = True,
    tolerance: float | None = None,
    holes: bool = True,
    partial: float | None = None,
    credit: Mapping[str, float] | Path | str | None = None,
    weight: Mapping[str, float] | None = None,
    language: str | None = None,
    jobs: int | None = None,
    scheduler: str | None = None,
    force: bool = False,
    progress: bool | Progress = False,
) -> MadeExercise | MadeClass:
    """Make a student's book: something to be done in it, and live marks that need no answer.

    Parameters
    ----------
    template
        As for :func:`generate`.
    blank
        ``"gradients"``, ``"backward"``, ``"forward"``, ``"update"``, or cells: ``"dE/dw5,AL12,T9:V11"``; of the kinds
        ``"blanks"`` and ``"complete"``.
    output
        The book; with a roster the folder.  By default in ``output/``.
    kind
        ``"blanks"``, cells to fill in; ``"predict"``, numbers to predict; ``"find"``, a mistake to find;
        ``"complete"``, formulas to complete; ``"rate"``, a learning rate to choose.
    iterations
        Rows after the first; by default 1, of find 2, of predict 5, of rate 10.
    overrides, language, force
        As for :func:`generate`.
    roster
        A CSV file with a column ``name``: a book for each student, with numbers of their own, and a record for
        :func:`mark`.
    seed
        Of the students' numbers, and of the mistakes that are planted.
    solution
        Whether the key is written, too.
    marks
        Whether the book has live marks.
    tolerance
        Of ``"predict"``: the share of the change that a number may be off; by default 0.25.
    holes
        Of ``"complete"``: whether the formulas are given with holes in them.
    partial, credit, weight
        As for :func:`mark`, kept in the class's record.
    jobs
        Processes for a class; by default one per processor, at most 4.
    scheduler
        The address of a Dask scheduler, ``"tcp://HOST:PORT"`` or ``"tls://HOST:PORT"``, whose workers make the books.
    progress
        As for :func:`generate`.

    Returns
    -------
    MadeExercise or MadeClass
        Where the book is, or the books and their record.

    Raises
    ------
    UsageError
        Nothing is left blank so, or too much.
    WriteError
        The books can't be written there.

    Examples
    --------
    >>> import xlbp
    >>> xlbp.exercise("mazur", "dE/dw5", output="exercise.xlsx")
    MadeExercise(exercise.xlsx: 2 cells to fill in)

    """
    own, number = overrides_of(overrides, iterations), whole("--seed", seed)
    processes = whole("--jobs", jobs, least=1)
    cells = "" if blank is None else ",".join(texts(blank))
    said = said_of_credit(partial, credit or {}, weight or {})
    order = Order(template, cells, own, language, solution, marks, force, kind, tolerance, holes, said)
    if roster is None:
        if said.is_any:
            raise UsageError(
                f"{option('--partial')}, {option('--credit')} and {option('--weight')} go with {option('--roster')}: "
                "they stand in the record of a class"
            )
        if processes is not None or scheduler is not None:
            name = option("--jobs" if scheduler is None else "--scheduler")
            raise UsageError(f"{name} goes with {option('--roster')}; one book needs one process")
        return make_exercise(order, path_of(output), number or 0)
    with watched(progress) as shown:
        return make_class(order, Path(roster), number or 0, path_of(output), processes, shown, scheduler)


@verb()
def mark(
    folder: Path | str | Sequence[Path | str],
    roster: Path | str | None = None,
    *,
    output: Path | str,
    exercise: Path | str | None = None,
    template: Source | None = None,
    blank: str | Sequence[str] | None = None,
    kind: str | None = None,
    seed: int | None = None,
    iterations: int | None = None,
    overrides: Overrides = (),
    language: str | None = None,
    gradebook: Path | str | None = None,
    column: str | None = None,
    out_of: float | None = None,
    partial: float | None = None,
    credit: Mapping[str, float] | Path | str | None = None,
    weight: Mapping[str, float] | None = None,
    attempt: str = "last",
    corrections: Path | str | None = None,
    formulas: bool = False,
    feedback: bool = True,
    jobs: int | None = None,
    scheduler: str | None = None,
    force: bool = False,
    progress: bool | Progress = False,
) -> Marked:
    """Mark handed-in books by the teacher's own record: cell by cell, one slip counted once, the mistake named.

    Parameters
    ----------
    folder
        The books that came back: a folder or a zip archive, as Moodle and Canvas give them, or several.
    roster
        The class, as for :func:`exercise`; by default the gradebook.
    output
        The marks, an .xlsx or a CSV file; beside it the class's summary, a record of whose each file is, and feedback.
    exercise
        The exercise's record; by default the only one nearby.
    template, blank, kind, seed, iterations, overrides, language
        In place of a record: what the exercise was made from.
    gradebook, column
        The platform's own export, of which this column is filled, in a file beside it.
    out_of
        Points are of this scale; by default the gradebook's, else the cells that count.
    partial
        What a cell counts that is right given an earlier slip; by default as the exercise's record says, or 1.
    credit
        What a wrong cell counts by its mistake, ``{"rounding": 0.5}``; or the TOML file that says so.
    weight
        The points of a part, a quantity or a cell, ``{"gradients": 2, "w5": 3}``; by default as the record says, or 1.
    attempt
        Which of a student's several hand-ins counts, ``"last"`` or ``"best"``.
    corrections
        A CSV file with the lines ``file,student``, which settles whose doubtful files are.
    formulas
        Whether no typed number is taken for an answer.
    feedback
        Whether copies with feedback are written.
    jobs, scheduler, force, progress
        As for :func:`exercise`.

    Returns
    -------
    Marked
        The ``results`` of all students, and where the tables are.

    Raises
    ------
    UsageError
        There is no record, or no such exercise.
    WriteError
        The marks can't be written there.

    Examples
    --------
    >>> from pathlib import Path
    >>> import xlbp
    >>> _ = Path("class.csv").write_text("name\\nAda\\nBob\\n")
    >>> made = xlbp.exercise("mazur", "dE/dw5", roster="class.csv", output="monday")
    >>> xlbp.mark("monday", "class.csv", output="marks.csv")
    Marked(marks.csv: 2 of 2 students, mean 0.0 of 2)

    """
    asked = None if blank is None else ",".join(texts(blank))
    said = Described(template, asked, whole("--seed", seed), overrides_of(overrides, iterations), language, kind)
    sources = [Path(folder)] if isinstance(folder, Path | str) else [Path(each) for each in folder]
    class_list, export = path_of(roster), path_of(gradebook)
    record = described_by(sources, [path for path in (class_list, export) if path], path_of(exercise), said)
    options = Options(
        feedback,
        formulas,
        force,
        whole("--jobs", jobs, least=1),
        one_of("--attempt", attempt, ATTEMPTS),
        said_of_credit(partial, credit or {}, weight or {}),
        scale_of(out_of),
        path_of(corrections),
        export,
        column,
        scheduler,
    )
    with watched(progress) as shown:
        return mark_all(sources, class_list, record, Path(output), options, shown)
