"""Books written: against other libraries, in growing length, to the last row, and many at once."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from tools.bench.measure import Case, Taken, figures, in_turns, python, ratio, shortest, task
from tools.bench.plan import LAST_ROW, MAZUR, NARROW, Curve, Panel, Say, Section, Sizes

OURS, WHOLE = "xlbp, its writer of rows", "`xlbp generate --no-verify`"
WRITERS: dict[str, tuple[str, str]] = {  # label: task, and whether it writes the values of formulas
    OURS: ("ours.rows", "yes"),
    WHOLE: ("ours.whole", "yes"),
    "openpyxl": ("writers.openpyxl", "no"),
    "openpyxl, write-only": ("writers.openpyxl_write_only", "no"),
    "XlsxWriter, constant memory": ("writers.xlsxwriter", "yes"),
    "PyExcelerate": ("writers.pyexcelerate", "no; nor defined names"),
}
MANY = 100  # iterations of each of many books
JOBS = 4


def writers(sizes: Sizes, say: Say) -> Section:
    """The same rows of formulas by each writer, at several lengths."""
    section = Section(
        "Writing formulas",
        f"The training rows of `{MAZUR}`, the same formula cells for all, at {sizes.writers[-1]:,} iterations. xlbp "
        "writes the values of all cells, styles, headings and panel with them; the others write bare cells. "
        "Rates are per second of the processor; the peak is that of the whole process.",
        ("writer", "values", "formula cells/s", "bytes per cell", "peak MB", "time ÷ xlbp's writer"),
    )
    by_size = {n: _written(n, sizes.rounds, say) for n in sizes.writers}
    cells, runs = by_size[sizes.writers[-1]]
    for label, (_, values) in WRITERS.items():
        taken = runs[label]
        rate, size = cells / shortest(taken, "processor"), taken[0].facts["bytes"] / cells
        peak = min(one.peak for one in taken)
        against = ratio(taken, runs[OURS], "processor")
        section.rows.append(
            (label, values, figures(rate), figures(size), figures(peak), "1" if label == OURS else str(against))
        )
    times = [_curve(label, by_size, lambda runs: shortest(runs, "processor")) for label in WRITERS]
    peaks = [_curve(label, by_size, lambda runs: min(run.peak for run in runs)) for label in WRITERS]
    section.panels = [
        Panel("Writing: time", "formula cells", "seconds", times),
        Panel("Writing: peak memory", "formula cells", "MB", peaks),
    ]
    return section


def _written(iterations: int, rounds: int, say: Say) -> tuple[float, dict[str, list[Taken]]]:
    """The number of formula cells, and the runs of each writer."""
    say(f"writing {iterations:,} iterations")
    with tempfile.TemporaryDirectory() as folder:
        cells = task("ours.leave_rows", folder=folder, template=MAZUR, iterations=iterations).facts["formulas"]
        book = f"{folder}/book.xlsx"
        given: Mapping[str, Mapping[str, object]] = {
            OURS: {"folder": folder, "template": MAZUR},
            WHOLE: {"template": MAZUR, "iterations": iterations},
        }
        cases: dict[str, Case] = {
            label: partial(task, name, book=book, **given.get(label, {"folder": folder}))
            for label, (name, _) in WRITERS.items()
        }
        return cells, in_turns(cases, rounds)


def _curve(
    label: str, by_size: Mapping[int, tuple[float, dict[str, list[Taken]]]], value: Callable[[list[Taken]], float]
) -> Curve:
    return Curve(label, [(cells, value(runs[label])) for cells, runs in by_size.values()])


def whole(sizes: Sizes, say: Say) -> Section:
    """``generate`` at growing numbers of iterations; with --full once to a sheet's last row."""
    section = Section(
        "Long trainings",
        "`xlbp generate --no-verify`: compile, train the reference, all sheets, write. Processor seconds without "
        "Python's start, of two runs, from 100,000 iterations on of one; the peak is that of the whole process.",
        ("template", "iterations", "formula cells", "seconds", "formula cells/s", "bytes per cell", "peak MB"),
    )
    wanted = [(MAZUR, n, 1 if n >= 100_000 else 2) for n in sizes.whole]
    if sizes.full:
        wanted.append((NARROW, LAST_ROW - _rows_above(NARROW), 1))
    points = []
    for template, iterations, rounds in wanted:
        say(f"{template}, {iterations:,} iterations")
        with tempfile.TemporaryDirectory() as folder:
            made = partial(task, "ours.whole", book=f"{folder}/book.xlsx", template=template, iterations=iterations)
            runs = in_turns({"made": made}, rounds)["made"]
        section.rows.append((f"`{template}`", f"{iterations:,}", *_row_of_book(runs)))
        if template == MAZUR:
            points.append((float(iterations), shortest(runs, "processor")))
    (n1, t1), (n2, t2) = points[-2:]
    section.after = (
        f"Between the last two lengths of `{MAZUR}` each iteration more takes {_micro((t2 - t1) / (n2 - n1))}."
    )
    return section


def _micro(seconds: float) -> str:
    return f"{figures(seconds * 1e6)} µs"


def _rows_above(template: str) -> int:
    """The number of the row of iteration 0, which takes away from the number of iterations that fit."""
    return int(task("ours.first_row", template=template).facts["row"])


def _row_of_book(runs: list[Taken]) -> tuple[str, ...]:
    cells, seconds = runs[0].facts["formulas"], shortest(runs, "processor")
    size, peak = runs[0].facts["bytes"] / cells, min(run.peak for run in runs)
    return f"{cells:,.0f}", figures(seconds), figures(cells / seconds), figures(size), figures(peak)


def many(sizes: Sizes, say: Say) -> Section:
    """Many small books by one command, on one core and on several."""
    section = Section(
        "Many books",
        f"`xlbp generate *.toml --no-verify -o FOLDER`: networks like `{MAZUR}` with {MANY} iterations, each with a "
        f"learning rate of its own. Seconds by the clock, with Python's start, on {os.cpu_count()} cores.",
        ("books", "`--jobs`", "seconds", "books/s"),
    )
    for books, jobs in ((max(sizes.books // 10, 4), 1), (max(sizes.books // 10, 4), JOBS), (sizes.books, JOBS)):
        say(f"{books:,} books, {jobs} jobs")
        with tempfile.TemporaryDirectory() as folder:
            task("ours.leave_templates", folder=folder, template=MAZUR, books=books, iterations=MANY)
            names = sorted(path.name for path in Path(folder).glob("*.toml"))
            arguments = ["-m", "xlbp", "generate", *names, "--jobs", str(jobs), "--no-verify", "-o", "books"]
            (Path(folder) / "books").mkdir()
            taken = python(*arguments, folder=Path(folder))
            made = len(list((Path(folder) / "books").glob("*.xlsx")))
        if made != books:
            raise RuntimeError(f"{made} books were made where {books} were asked for")
        section.rows.append((f"{books:,}", str(jobs), figures(taken.wall), figures(books / taken.wall)))
    return section
