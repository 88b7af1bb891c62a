"""Writes docs/verification.md: every shipped template, recalculated by every engine, as measured here.

Run by ``make verification``.
"""

from __future__ import annotations

import importlib.metadata
import subprocess
import tempfile
from pathlib import Path

from xlbp import pipeline
from xlbp.spec.load import shipped
from xlbp.verification.compare import Report

TARGET = Path(__file__).resolve().parent.parent / "docs" / "verification.md"
ENGINES = ("ironcalc", "libreoffice", "gnumeric")
INTRODUCTION = """# What was measured

Every shipped template at its own number of iterations, every formula cell recalculated by each engine and
compared with the NumPy reference. "abs" is the largest absolute difference, "rel" the largest difference relative
to the expected value, over all cells whose expected value is above the noise of the terms it is made from.
Made by `make verification` with {versions}.

- IronCalc computes in doubles and in the order the formulas are written; so does the reference. They agree bit for bit,
  but for `softmax-delta`, where the reference adds the same terms in another order.
- LibreOffice writes 15 digits when it saves, which alone is a relative difference of up to 5e-15.
- Debian's Gnumeric computes in 80-bit numbers. Near convergence an error `a - t` is the difference of two almost equal
  numbers: its last bits differ, and relative to the tiny difference itself that is visible (`excel-two-layer`).

A cell passes if it differs by at most 1e-9 of the expected value (`--rtol`), or by less than 2^-44 of the terms it is
made from, row by row; an error passes only for an error, and a blank never.

| template | formula cells | {heads} |
|---|---:|{rules}
"""


def versions() -> str:
    """The engines and their versions, without the machine they ran on."""
    office = subprocess.run(["soffice", "--version"], capture_output=True, text=True, check=True).stdout.split()[:2]
    gnumeric = subprocess.run(["ssconvert", "--version"], capture_output=True, text=True, check=True)
    number = (gnumeric.stdout + gnumeric.stderr).split("version '")[1].split("'")[0]
    return f"IronCalc {importlib.metadata.version('ironcalc')}, {' '.join(office)}, Gnumeric {number}"


def row(name: str, folder: Path) -> str:
    """One line of the table; anything that disagrees, or stays unchecked but for overflow, stops the run."""
    made = pipeline.generate(name, folder / f"{name}.xlsx", language="en")
    reports = pipeline.verify(made.path, ENGINES)
    for report in reports:
        assert report.ok, (name, report.engine)
        assert report.unchecked == 0 or made.diverged_at is not None, (name, report.engine)
        assert report.checked + report.unchecked == made.formula_cells, (name, report.engine)
    figures = " | ".join(f"{report.max_abs:.1e} | {report.max_rel:.1e}{left_out(report)}" for report in reports)
    return f"| `{name}` | {made.formula_cells:,} | {figures} |\n".replace("0.0e+00", "0")


def left_out(report: Report) -> str:
    """How many cells an engine can't confirm, because the training overflows and it computes beyond doubles."""
    return f" ({report.unchecked:,} unchecked)" if report.unchecked else ""


def main() -> None:
    """Measure, and write the page."""
    heads = " | ".join(f"{engine} abs | {engine} rel" for engine in ENGINES)
    text = INTRODUCTION.format(versions=versions(), heads=heads, rules="---:|" * 2 * len(ENGINES))
    with tempfile.TemporaryDirectory() as folder:
        for name in shipped():
            text += row(name, Path(folder))
            print(name)
    TARGET.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
