"""Books recalculated: by `xlbp verify` against the engine alone, and books of several writers by several engines."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path

from tools.bench import engines
from tools.bench.measure import Case, Taken, figures, in_turns, python, ratio, shortest, task
from tools.bench.plan import MAZUR, Curve, Panel, Say, Section, Sizes

ALONE = (
    "import sys, ironcalc; m = ironcalc.load_from_xlsx(sys.argv[1], 'en', 'UTC', 'en'); m.evaluate(); "
    "m.get_cell_value(0, 1, 1)"
)
BARE = "xlbp, no conditional formats"
BOOKS: dict[str, tuple[str, dict[str, object]]] = {  # label: task, and what it is given besides
    "xlbp": ("ours.rows", {"template": MAZUR}),
    BARE: ("ours.rows", {"template": MAZUR, "formats": False}),
    "openpyxl": ("writers.openpyxl", {}),
    "XlsxWriter": ("writers.xlsxwriter", {}),
}


def verification(sizes: Sizes, say: Say) -> Section:
    """``verify`` against IronCalc's own load and evaluate of the same book."""
    section = Section(
        "Verification",
        f"`xlbp verify` (IronCalc) of a book of `{MAZUR}`, against a Python that lets IronCalc load and evaluate the "
        "same book and does nothing else. Whole programs by the clock.",
        (
            "iterations",
            "formula cells",
            "verify, seconds",
            "IronCalc alone, seconds",
            "time ÷ IronCalc alone",
            "largest process, MB",
        ),
    )
    points: dict[str, list[tuple[float, float]]] = {"xlbp verify": [], "IronCalc alone": []}
    for n in sizes.verify:
        say(f"verifying {n:,} iterations")
        with tempfile.TemporaryDirectory() as folder:
            book = f"{folder}/book.xlsx"
            cells = task("ours.whole", book=book, template=MAZUR, iterations=n).facts["formulas"]
            cases: dict[str, Case] = {
                "xlbp verify": partial(python, "-m", "xlbp", "verify", book, "--engine", "ironcalc"),
                "IronCalc alone": partial(python, "-c", ALONE, book),
            }
            runs = in_turns(cases, sizes.rounds)
        mine, alone = runs["xlbp verify"], runs["IronCalc alone"]
        times = [figures(shortest(taken, "wall")) for taken in (mine, alone)]
        peak = figures(min(taken.peak for taken in mine))
        section.rows.append((f"{n:,}", f"{cells:,.0f}", *times, str(ratio(mine, alone, "wall")), peak))
        for name, taken in runs.items():
            points[name].append((cells, shortest(taken, "wall")))
    curves = [Curve(name, found) for name, found in points.items()]
    section.panels = [Panel("Verifying: time", "formula cells", "seconds", curves)]
    return section


def opening(sizes: Sizes, say: Say) -> Section:
    """The same formulas in books of three writers, opened and recalculated by each engine there is."""
    n = sizes.engines
    section = Section(
        "Opening and recalculating",
        f"The training rows of `{MAZUR}` at {n:,} iterations, as each writer leaves them, loaded and recalculated; "
        "once more without the conditional formats that xlbp gives them, which an engine computes too. LibreOffice and "
        "Gnumeric then write the sheet as CSV. Whole programs by the clock, a round less than elsewhere.",
        ("engine", "book by", "book, MB", "seconds", "time ÷ xlbp's book"),
    )
    with tempfile.TemporaryDirectory() as folder:
        books, known = _books(folder, n)
        for engine, run in engines.there().items():
            say(f"opening in {engine}")
            cases: dict[str, Case] = {name: partial(run, book, known) for name, book in books.items()}
            runs = in_turns(cases, max(1, sizes.rounds - 1))
            section.rows += [_row(engine, name, books[name], runs) for name in books]
    return section


def _books(folder: str, iterations: int) -> tuple[dict[str, Path], engines.Known]:
    """A book by each writer, and a number that each must show."""
    facts = task("ours.leave_rows", folder=folder, template=MAZUR, iterations=iterations).facts
    books = {name: Path(folder) / f"{name}.xlsx" for name in BOOKS}
    for name, (writer, given) in BOOKS.items():
        task(writer, folder=folder, book=str(books[name]), **given)
    return books, engines.Known(int(facts["row"]), int(facts["column"]), facts["expected"])


def _row(engine: str, name: str, book: Path, runs: dict[str, list[Taken]]) -> tuple[str, ...]:
    against = "1" if name == "xlbp" else str(ratio(runs[name], runs["xlbp"], "wall"))
    return engine, name, f"{book.stat().st_size / 1e6:.2f}", figures(shortest(runs[name], "wall")), against
