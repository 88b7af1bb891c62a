"""A class: exercise, mark."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import overload

from xlbp.classroom.described import Described, described_by
from xlbp.classroom.make import MadeClass, MadeExercise, make_class, make_exercise
from xlbp.classroom.mark import Marked, Options
from xlbp.classroom.mark import mark as mark_all
from xlbp.classroom.order import Order
from xlbp.errors import UsageError, option
from xlbp.progress import watched
from xlbp.results import Progress
from xlbp.template.sources import Overrides, Source, overrides_of
from xlbp.verbs.called import path_of, texts, verb, whole


@overload
def exercise(
    template: Source,
    blank: str | Sequence[str],
    output: Path | str | None = None,
    *,
    iterations: int | None = None,
    overrides: Overrides = (),
    roster: None = None,
    seed: int = 1,
    solution: bool = False,
    marks: bool = True,
    language: str | None = None,
    jobs: int | None = None,
    force: bool = False,
    progress: bool | Progress = False,
) -> MadeExercise: ...


@overload
def exercise(
    template: Source,
    blank: str | Sequence[str],
    output: Path | str | None = None,
    *,
    iterations: int | None = None,
    overrides: Overrides = (),
    roster: Path | str,
    seed: int = 1,
    solution: bool = False,
    marks: bool = True,
    language: str | None = None,
    jobs: int | None = None,
    force: bool = False,
    progress: bool | Progress = False,
) -> MadeClass: ...


@verb()
def exercise(
    template: Source,
    blank: str | Sequence[str],
    output: Path | str | None = None,
    *,
    iterations: int | None = None,
    overrides: Overrides = (),
    roster: Path | str | None = None,
    seed: int = 1,
    solution: bool = False,
    marks: bool = True,
    language: str | None = None,
    jobs: int | None = None,
    force: bool = False,
    progress: bool | Progress = False,
) -> MadeExercise | MadeClass:
    """Make a student's book: some cells empty, and a live mark beside each that needs no answer.

    Parameters
    ----------
    template
        As for :func:`generate`.
    blank
        ``"gradients"``, ``"backward"``, ``"forward"``, ``"update"``, or cells: ``"dE/dw5,AL12,T9:V11"``.
    output
        The book; with a roster the folder.  By default in ``output/``.
    iterations
        Rows after the first; by default 1.
    overrides, language, force
        As for :func:`generate`.
    roster
        A CSV file with a column ``name``: a book for each student, with numbers of their own, and a record for
        :func:`mark`.
    seed
        Of the students' numbers.
    solution
        Whether the key is written, too.
    marks
        Whether the book has live marks.
    jobs
        Processes for a class; by default one per processor, at most 4.
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
    order = Order(template, ",".join(texts(blank)), own, language, solution, marks, force)
    if roster is None:
        if processes is not None:
            raise UsageError(f"{option('--jobs')} goes with {option('--roster')}; one book needs one process")
        return make_exercise(order, path_of(output))
    with watched(progress) as shown:
        return make_class(order, Path(roster), number or 0, path_of(output), processes, shown)


@verb()
def mark(
    folder: Path | str,
    roster: Path | str,
    *,
    output: Path | str,
    exercise: Path | str | None = None,
    template: Source | None = None,
    blank: str | Sequence[str] | None = None,
    seed: int | None = None,
    iterations: int | None = None,
    overrides: Overrides = (),
    language: str | None = None,
    formulas: bool = False,
    feedback: bool = True,
    jobs: int | None = None,
    force: bool = False,
    progress: bool | Progress = False,
) -> Marked:
    """Mark handed-in books by the teacher's own record: cell by cell, one slip counted once, the mistake named.

    Parameters
    ----------
    folder
        The books that came back.
    roster
        The class, as for :func:`exercise`.
    output
        The marks, a CSV file; a summary of the class is written beside it, and a folder of feedback.
    exercise
        The exercise's record; by default the only one nearby.
    template, blank, seed, iterations, overrides, language
        In place of a record: what the exercise was made from.
    formulas
        Whether no typed number is taken for an answer.
    feedback
        Whether copies with feedback are written.
    jobs, force, progress
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
    said = Described(template, asked, whole("--seed", seed), overrides_of(overrides, iterations), language)
    record = described_by(Path(folder), Path(roster), path_of(exercise), said)
    options = Options(feedback, formulas, force, whole("--jobs", jobs, least=1))
    with watched(progress) as shown:
        return mark_all(Path(folder), Path(roster), record, Path(output), options, shown)
