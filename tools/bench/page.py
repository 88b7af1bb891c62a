"""docs/benchmark.md: the machine in a line, and a table per section."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import shutil
import subprocess
from collections.abc import Sequence

from tools.bench.plan import Section, Sizes

PACKAGES = ("xlbp", "numpy", "openpyxl", "isal", "orjson", "ironcalc", "xlsxwriter", "pyexcelerate")
INTRODUCTION = """# Benchmarks

Made by `make bench` on a machine with {cores} cores{load}, with {versions}.

Every run is a process of its own. Competitors take turns, {rounds} rounds each; a time is the shortest of them, a ratio
that of the shortest times, and in parentheses stands between what the ratios of the single rounds lie. Absolute
numbers hold for this machine, and for this hour; the ratios are what to read.
"""
PICTURE = "\n![Growth of time and memory](benchmark.svg)\n"


def versions() -> str:
    """Python, the packages and the office programs, without the machine they ran on."""
    found = [f"Python {platform.python_version()}"]
    found += [f"{name} {importlib.metadata.version(name)}" for name in PACKAGES if _installed(name)]
    if shutil.which("soffice"):
        said = subprocess.run(["soffice", "--version"], capture_output=True, text=True, check=True).stdout
        found.append(" ".join(said.split()[:2]))
    if shutil.which("ssconvert"):
        told = subprocess.run(["ssconvert", "--version"], capture_output=True, text=True, check=True)
        found.append(f"Gnumeric {(told.stdout + told.stderr).split(chr(39))[1]}")
    return ", ".join(found)


def _installed(name: str) -> bool:
    try:
        importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def load_in_words(load: float) -> str:
    """What else the machine did while it measured, where that was much."""
    return f" (other work kept {load:.0f} of them busy)" if load >= 1 else ""


def introduction(sizes: Sizes, load: float) -> str:
    """The page's beginning; ``load`` is the machine's before the first measurement."""
    told = load_in_words(min(load, os.cpu_count() or 1))
    return INTRODUCTION.format(cores=os.cpu_count(), load=told, versions=versions(), rounds=sizes.rounds)


def as_markdown(section: Section) -> str:
    """A section's heading, words and table."""
    rule = ["---" if place == 0 or not _is_number(section, place) else "---:" for place in range(len(section.head))]
    lines = [_line(section.head), f"|{'|'.join(rule)}|", *map(_line, section.rows)]
    after = f"\n{section.after}\n" if section.after else ""
    return f"\n## {section.title}\n\n{section.text}\n\n" + "\n".join(lines) + "\n" + after


def page(sections: Sequence[Section], sizes: Sizes, load: float) -> str:
    """The whole page."""
    return introduction(sizes, load) + PICTURE + "".join(map(as_markdown, sections))


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _is_number(section: Section, place: int) -> bool:
    return all(row[place][:1].isdigit() for row in section.rows)
