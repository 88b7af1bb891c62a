"""Computing without a book: the reference, the compilation, and the start of the program."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from tools.bench.measure import Case, exponent, figures, in_turns, python, ratio, shortest, task
from tools.bench.plan import MAZUR, Curve, Panel, Say, Section, Sizes

START_UPS: dict[str, tuple[str, ...]] = {
    'python -c "import click"': ("-c", "import click"),
    "xlbp --help": ("-m", "xlbp", "--help"),
    'python -c "import numpy, openpyxl"': ("-c", "import numpy, openpyxl"),
    "xlbp generate mazur --no-verify": ("-m", "xlbp", "generate", MAZUR, "--no-verify", "--force", "-o", "book.xlsx"),
}


def reference(sizes: Sizes, say: Say) -> Section:
    """The reference against a bare NumPy loop for the one network, at growing numbers of iterations."""
    section = Section(
        "The reference",
        f"The NumPy reference trains `{MAZUR}` and keeps all its numbers, against a loop in plain NumPy which is "
        "written by hand for this one network and keeps the same numbers. Iterations per second of the processor.",
        ("iterations", "reference, iterations/s", "by hand, iterations/s", "time ÷ by hand"),
    )
    for n in sizes.reference:
        say(f"training {n:,} iterations")
        cases: dict[str, Case] = {
            "ours": partial(task, "ours.reference", template=MAZUR, iterations=n),
            "bare": partial(task, "ours.bare", iterations=n),
        }
        runs = in_turns(cases, sizes.rounds)
        rates = (figures(n / shortest(runs[name], "processor")) for name in ("ours", "bare"))
        section.rows.append((f"{n:,}", *rates, str(ratio(runs["ours"], runs["bare"], "processor"))))
    return section


def wider(sizes: Sizes, say: Say) -> Section:
    """The reference with growing networks."""
    section = Section(
        "The reference with wider networks",
        "Dense networks on one sample, 500 iterations, every number kept.",
        ("layers", "parameters", "iterations/s", "µs per iteration and parameter"),
    )
    n = 500
    for layers in sizes.trained:
        say(f"training {layers}")
        case = partial(task, "ours.reference", template="", iterations=n, sizes=layers)
        runs = in_turns({"one": case}, sizes.rounds)["one"]
        parameters, seconds = runs[0].facts["parameters"], shortest(runs, "processor")
        each = figures(seconds / n / parameters * 1e6)
        section.rows.append((_name(layers), f"{parameters:,.0f}", figures(n / seconds), each))
    return section


def compilation(sizes: Sizes, say: Say) -> Section:
    """Compile, layout and formulas of growing networks."""
    section = Section(
        "Compilation",
        "From a loaded template to the formulas of both kinds of row: the row as symbols, the cells, the formulas. "
        "Processor seconds.",
        ("layers", "columns", "seconds", "µs per column", "of it compile", "layout", "formulas"),
    )
    columns, times = [], []
    for layers in sizes.compiled:
        say(f"compiling {layers}")
        runs = in_turns({"one": partial(task, "ours.compilation", sizes=layers)}, sizes.rounds)["one"]
        best = min(runs, key=lambda run: run.processor)
        columns.append(best.facts["columns"])
        times.append(best.processor)
        parts = (f"{best.facts[step] / best.wall:.0%}" for step in ("compile", "layout", "formulas"))
        row = (f"{columns[-1]:,.0f}", figures(times[-1]), figures(times[-1] / columns[-1] * 1e6), *parts)
        section.rows.append((_name(layers), *row))
    power = exponent(columns, times)
    section.after = f"Over all sizes the time grows as the number of columns to the power of {power:.2f}; 1 is linear."
    points = list(zip(columns, times, strict=True))
    section.panels = [Panel("Compiling: time", "columns", "seconds", [Curve("xlbp", points)])]
    return section


def start_up(sizes: Sizes, say: Say) -> Section:
    """Whole commands against the imports that they can't do without."""
    section = Section(
        "Start",
        f"Whole programs by the clock in {sizes.starts} rounds, each against the imports that it can't do without.",
        ("program", "seconds", "time ÷ the imports alone"),
    )
    say("starting")
    with tempfile.TemporaryDirectory() as folder:
        cases = {name: partial(python, *given, folder=Path(folder)) for name, given in START_UPS.items()}
        runs = in_turns(cases, sizes.starts)
    names = list(START_UPS)
    for base, name in zip(names[::2], names[1::2], strict=True):
        section.rows.append((f"`{base}`", figures(shortest(runs[base], "wall")), "1"))
        against = str(ratio(runs[name], runs[base], "wall"))
        section.rows.append((f"`{name}`", figures(shortest(runs[name], "wall")), against))
    return section


def _name(layers: Sequence[int]) -> str:
    return "-".join(map(str, layers))
