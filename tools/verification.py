"""Writes docs/verification.md: every shipped template, recalculated by every engine, as measured here.

Run by ``make verification``.
"""

from __future__ import annotations

import importlib.metadata
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.witnesses.differences import KNOWN, unexplained  # noqa: E402
from tests.witnesses.engines import WITNESSES, verified_by  # noqa: E402
from tests.witnesses.node import MODULES  # noqa: E402
from xlbp import pipeline  # noqa: E402
from xlbp.results import Made  # noqa: E402
from xlbp.template.load import shipped  # noqa: E402
from xlbp.verification.compare import Report  # noqa: E402
from xlbp.verification.report import share  # noqa: E402

TARGET = ROOT / "docs" / "verification.md"
Figures = Mapping[str, Callable[[Report], str]]  # the head of a column, and what stands in it
FIGURES: dict[str, Figures] = {
    "ironcalc": {"identical": share, "ulp": lambda r: count(r.max_ulp)},
    "libreoffice-exact": {"identical": share, "ulp": lambda r: count(r.max_ulp)},
    "libreoffice": {"rel": lambda r: figure(r.max_rel)},
    "gnumeric": {"identical": share, "ulp": lambda r: count(r.max_ulp), "rel": lambda r: figure(r.max_rel)},
}
INTRODUCTION = """# What was measured

Every shipped template at its own number of iterations, every formula cell of every sheet recalculated by each engine
and compared with the NumPy reference. "identical" is the share of cells that are the same to the last bit (or an error
where an error is expected, or the same text); "ulp" the largest distance between expected and found, counted in
doubles, and "rel" the largest difference relative to the expected value, both over all cells whose expected value is
above the noise of the terms it is made from. Made by `make verification` with {versions}.

- IronCalc computes in doubles and in the order the formulas are written; so does the reference. They agree bit for bit.
  (IronCalc 0.9.1 computes `a+(b+c)` as `a+b+c`; no shipped template has a formula of that form, but an L1 or L2 penalty
  over several small layers has, and differs in its last bit.)
- `libreoffice-exact` is LibreOffice to the last bit: it saves 15 digits, so a helper beside each formula cell of a copy
  tells the rest. Where a cell is not identical, it comes from `SUM`, `SUMSQ` or `SUMPRODUCT`, which LibreOffice
  computes more exactly than by adding one by one: the sums over whole columns on the sheet Proof, norms of more than
  eight gradients, layers with more than eight inputs, batches of more than eight samples, and means and deviations of
  the data, on which then the whole training depends. Formulas with up to eight terms are written out, `a*b+c*d`. The
  rest are differences below 2^-48 of their operands, which LibreOffice sets to 0 (`linear-layers`,
  `xor-without-hidden`).
- `libreoffice` is LibreOffice as people use it. 15 digits alone are a relative difference of up to 5e-15.
- LibreOffice 7.4.7 shows #VALUE! in `char-rnn` and `logistic-regression` from 99 iterations on (98 are right; `rnn`,
  `lstm`, `gru`, `cnn` and `vanishing-in-time` are right at 150): in `da1[4,1]`, or `v:W1[1,1]`, of row 0, and in all
  that follows from it. It is right where LibreOffice computes with one thread: *Tools > Options > LibreOffice Calc >
  Calculate*, *Enable multi-threaded calculation* off, or `SC_NO_THREADED_CALCULATION=1` in the environment.
- Debian's Gnumeric computes in 80-bit numbers. Near convergence an error `a - t` is the difference of two almost equal
  numbers: its last bits differ, and relative to the tiny difference itself that is visible (`excel-two-layer`).

A cell passes if it differs by at most 1e-9 of the expected value (`--rtol`), or by less than 2^-44 of the terms it is
made from, row by row; an error passes only for an error, and a blank never.

## What the badge on Start sees

`xlbp verify` compares every formula's text and every number with NumPy. The badge has neither, and must not depend on
the inputs. Behind each training row stand columns that watch it, of which the first is in sight (`OK` or `!`):

- whether each cell of the row holds a formula: every cell of every book of up to 14,000 columns;
- whether it is worth what its own formula gives when it is computed once more, to 1e-9: every cell of a training sheet
  of up to 50,000 cells, in larger ones the parameters, gradients, optimizer and updates. Left out are cells that read
  the sheet Data (inputs and targets picked from it, errors against them), and formulas of almost 6,000 characters.

So it does not see another formula of equal value, one on another sheet, or one in a cell that is left out; Start says
that `xlbp verify` does. For the template's own inputs the totals of all columns are compared with NumPy's besides.

## The figures

"""
WITNESS_FIGURES: dict[str, Figures] = {
    name: {"identical": share, "rel": lambda r: figure(r.max_rel), "known": lambda r: count(len(r.mismatches))}
    for name in WITNESSES
}
WITNESSES_INTRODUCTION = """
## Further witnesses

The same books, recalculated by engines that are no part of xlbp and that nobody needs to use it: BetterOffice, CellRune
with Excel's arithmetic (a sum that almost cancels is 0), Formulon, which its makers hold against Excel itself, and
HyperFormula. "known" counts the cells in which an engine differs from all spreadsheet programs, for a reason that is
known, or because they read such a cell. No other cell differs. The reasons:

{known}

Made with {versions}.

"""


def count(number: int) -> str:
    """A whole number, short if it is large."""
    return f"{number:,}" if number < 1e6 else f"{number:.0e}"


def figure(number: float) -> str:
    """Two digits, and 0 for 0."""
    return f"{number:.1e}" if number else "0"


def versions() -> str:
    """The engines and their versions, without the machine they ran on."""
    office = subprocess.run(["soffice", "--version"], capture_output=True, text=True, check=True).stdout.split()[:2]
    gnumeric = subprocess.run(["ssconvert", "--version"], capture_output=True, text=True, check=True)
    number = (gnumeric.stdout + gnumeric.stderr).split("version '")[1].split("'")[0]
    return f"IronCalc {importlib.metadata.version('ironcalc')}, {' '.join(office)}, Gnumeric {number}"


def witness_versions() -> str:
    """The witnesses and their versions."""
    packages = {"BetterOffice": "betteroffice-xlsx", "CellRune": "cellrune", "Formulon": "formulon"}
    versions = [f"{name} {importlib.metadata.version(package)}" for name, package in packages.items()]
    its_own = json.loads((MODULES / "hyperformula" / "package.json").read_text("utf-8"))
    return ", ".join([*versions, f"HyperFormula {its_own['version']}"])


def table(figures: Mapping[str, Figures], rows: list[str]) -> str:
    """A table with a column for each figure of each engine."""
    heads = [f"{engine} {head}" for engine, columns in figures.items() for head in columns]
    head = f"| template | formula cells | {' | '.join(heads)} |\n|---|---:|{'---:|' * len(heads)}\n"
    return head + "".join(rows)


def row(made: Made, name: str) -> str:
    """One line of the table; anything that disagrees, or stays unchecked but for overflow, stops the run."""
    reports = pipeline.verify(made.path, tuple(FIGURES))
    for report in reports:
        assert report.ok, (name, report.engine)
        assert report.unchecked == 0 or made.diverged_at is not None, (name, report.engine)
        assert report.checked + report.unchecked == made.formula_cells, (name, report.engine)
    figures = [" | ".join(f(report) for f in FIGURES[report.engine].values()) + left_out(report) for report in reports]
    return f"| `{name}` | {made.formula_cells:,} | {' | '.join(figures)} |\n"


def witness_row(made: Made, name: str) -> str:
    """One line of the witnesses' table; a cell that differs without a known reason stops the run."""
    reports = [verified_by(witness, made.path) for witness in WITNESSES]
    for report in reports:
        assert report.formulas_changed == [], (name, report.engine)
        assert unexplained(report) == [], (name, report.engine, unexplained(report)[:3])
        assert report.checked == made.formula_cells, (name, report.engine)
    figures = [f(report) for report in reports for f in WITNESS_FIGURES[report.engine].values()]
    return f"| `{name}` | {made.formula_cells:,} | {' | '.join(figures)} |\n"


def left_out(report: Report) -> str:
    """How many cells an engine can't confirm, because the training overflows and it computes beyond doubles."""
    return f" ({report.unchecked:,} unchecked)" if report.unchecked else ""


def rows_of(name: str) -> tuple[str, str]:
    """A template's lines of both tables."""
    with tempfile.TemporaryDirectory() as folder:
        made = pipeline.generate(name, Path(folder) / f"{name}.xlsx", language="en")
        return row(made, name), witness_row(made, name)


def page(names: list[str]) -> str:
    """The page, for some templates, measured now."""
    rows: list[str] = []
    witness_rows: list[str] = []
    with ProcessPoolExecutor() as processes:
        for name, (of_engines, of_witnesses) in zip(names, processes.map(rows_of, names), strict=True):
            rows.append(of_engines)
            witness_rows.append(of_witnesses)
            print(name, flush=True)
    known = "\n".join(f"- {difference.witness}: {difference.reason}." for difference in KNOWN)
    further = WITNESSES_INTRODUCTION.format(known=known, versions=witness_versions())
    engines = INTRODUCTION.format(versions=versions()) + table(FIGURES, rows)
    return engines + further + table(WITNESS_FIGURES, witness_rows)


def main() -> None:
    """Measure all templates and write the page; or print that of the templates named as arguments."""
    if sys.argv[1:]:
        print(page(sys.argv[1:]))
    else:
        TARGET.write_text(page(list(shipped())), "utf-8")


if __name__ == "__main__":
    main()
