"""Every shipped template in every language: valid for the Open XML SDK, and the same values in every program.

Run by ``make readers``; stops with 1 if anything differs.  Gnumeric is not asked where a training overflows: it
computes beyond the doubles' range.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.readers import (  # noqa: E402
    COMPUTED,
    SAVED,
    TOLERANCE,
    by_engine,
    by_node,
    by_openpyxl,
    differences,
    formulas_by_openpyxl,
    of_numbers,
    validator_findings,
)
from tests.witnesses.differences import unexplained  # noqa: E402
from tests.witnesses.engines import WITNESSES, verified_by  # noqa: E402
from xlbp import pipeline  # noqa: E402
from xlbp.lang import LANGUAGES  # noqa: E402
from xlbp.template.load import load_template, shipped  # noqa: E402

MOST_ROWS = 12
BEYOND_DOUBLES = 1e-5  # Gnumeric's last digits are others, and the gradient check shows differences of such
ENGINES = ("ironcalc", "libreoffice", "gnumeric")


def main() -> None:
    """Make, validate, read, compare."""
    told = 0
    with tempfile.TemporaryDirectory() as folder:
        for name in shipped():
            findings = findings_of(name, Path(folder))
            told += len(findings)
            print(name, "; ".join(findings) or "fine", flush=True)
    sys.exit(f"{told} findings" if told else 0)


def findings_of(name: str, folder: Path) -> list[str]:
    """What is wrong with the books of a template: in every language as files, in English as any program reads it."""
    settings = (f"training.iterations={min(MOST_ROWS, load_template(name).training.iterations)}",)
    books = {language: folder / f"{name}-{language}.xlsx" for language in LANGUAGES}
    diverges = False
    found = []
    for language, book in books.items():
        made = pipeline.generate(name, book, settings, language, check_it=False)
        diverges = made.diverged_at is not None
        found += [f"{language}: validator: {finding}" for finding in validator_findings(book)[:2]]
    found += read_by_exceljs(list(books.values()))
    return found + read_by_all(books["en"], diverges) + computed_by_witnesses(books["en"])


def read_by_exceljs(books: list[Path]) -> list[str]:
    """What exceljs reads otherwise than openpyxl: values and formulas, in every language."""
    found = []
    for book, (values, formulas) in zip(books, by_node("exceljs", books), strict=True):
        unlike = differences(by_openpyxl(book), values) + differences(formulas_by_openpyxl(book), formulas)
        found += [f"exceljs: {book.stem}: {len(unlike)}, as {unlike[0]}"] if unlike else []
    return found


def computed_by_witnesses(book: Path) -> list[str]:
    """What any witness computes otherwise than NumPy, without a known reason."""
    unlike = {witness: unexplained(verified_by(witness, book)) for witness in WITNESSES}
    return [f"{witness}: {len(wrong)}, as {wrong[0]}" for witness, wrong in unlike.items() if wrong]


def read_by_all(path: Path, diverges: bool) -> list[str]:
    """What any reader sees otherwise than openpyxl."""
    expected = by_openpyxl(path)
    told = []
    for reader, read in SAVED.items():
        if unlike := differences(expected, read(path)):
            told.append(f"{reader}: {len(unlike)} of {len(expected)}, as {unlike[0]}")
    computed = COMPUTED | {name: by_engine(name) for name in ENGINES if not (diverges and name == "gnumeric")}
    for reader, compute in computed.items():
        wanted = of_numbers(expected, formulas_by_openpyxl(path)) if reader == "formualizer" else expected
        tolerance = BEYOND_DOUBLES if reader == "gnumeric" else TOLERANCE
        if unlike := differences(wanted, compute(path, wanted), tolerance):
            told.append(f"{reader}: {len(unlike)} of {len(wanted)}, as {unlike[0]}")
    return told


if __name__ == "__main__":
    main()
