"""Measure everything, print the tables as they come, and write docs/benchmark.md and docs/benchmark.svg."""

from __future__ import annotations

import argparse
import compileall
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tools.bench import classes, computing, recalculating, writing
from tools.bench.measure import ROOT
from tools.bench.page import as_markdown, page
from tools.bench.picture import picture
from tools.bench.plan import NORMAL, QUICK, Measuring, Section, Sizes

MEASURED: tuple[Measuring, ...] = (
    writing.writers,
    writing.whole,
    computing.reference,
    computing.wider,
    computing.compilation,
    computing.start_up,
    recalculating.verification,
    recalculating.opening,
    writing.many,
    classes.classes,
)


def measured(sizes: Sizes) -> list[Section]:
    """All sections, each printed when it is there."""
    sections = []
    for measure in MEASURED:
        sections.append(measure(sizes, lambda step: print(f"... {step}", file=sys.stderr, flush=True)))
        print(as_markdown(sections[-1]), flush=True)
    return sections


def write(folder: Path, sections: Sequence[Section], sizes: Sizes, load: float) -> None:
    """The page and its picture."""
    folder.mkdir(parents=True, exist_ok=True)
    panels = [panel for section in sections for panel in section.panels]
    (folder / "benchmark.md").write_text(page(sections, sizes, load), "utf-8")
    (folder / "benchmark.svg").write_text(picture(panels), "utf-8")


def main() -> None:
    """Read the options, measure, write."""
    parser = argparse.ArgumentParser(prog="python -m tools.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, under a minute; writes no page")
    parser.add_argument("--full", action="store_true", help="also a book up to a sheet's last row")
    parser.add_argument("-o", "--output", type=Path, help="folder of the page and its picture; default docs")
    given = parser.parse_args()
    compileall.compile_dir(ROOT / "xlbp", quiet=1)  # as it is for a person from the second time on
    start, load = time.perf_counter(), os.getloadavg()[0]
    sizes = replace(QUICK if given.quick else NORMAL, full=given.full)
    sections = measured(sizes)
    if given.output or not given.quick:
        write(given.output or ROOT / "docs", sections, sizes, load)
    print(f"measured in {time.perf_counter() - start:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
