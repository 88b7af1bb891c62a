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
    by_openpyxl,
    differences,
    of_numbers,
    validator_findings,
)
from xlbp import pipeline  # noqa: E402
from xlbp.lang import LANGUAGES  # noqa: E402
from xlbp.spec.load import load_template, shipped  # noqa: E402

MOST_ROWS = 12
BEYOND_DOUBLES = 1e-5  # Gnumeric's last digits are others, and the gradient check shows differences of such
ENGINES = ("ironcalc", "libreoffice", "gnumeric")


def main() -> None:
    """Make, validate, read, compare."""
    bad = 0
    with tempfile.TemporaryDirectory() as folder:
        for name in shipped():
            rows = min(MOST_ROWS, load_template(name).training.iterations)
            for language in LANGUAGES:
                path = Path(folder) / f"{name}-{language}.xlsx"
                settings = (f"training.iterations={rows}",)
                made = pipeline.generate(name, path, settings, language, check_it=False)
                found = validator_findings(path)
                told = [f"validator: {found[:2]}"] if found else []
                if language == "en":
                    told += read_by_all(path, made.diverged_at is not None)
                bad += len(told)
                print(name, language, "; ".join(told) or "fine", flush=True)
    sys.exit(f"{bad} findings" if bad else 0)


def read_by_all(path: Path, diverges: bool) -> list[str]:
    """What any reader sees otherwise than openpyxl."""
    expected = by_openpyxl(path)
    told = []
    for reader, read in SAVED.items():
        if unlike := differences(expected, read(path)):
            told.append(f"{reader}: {len(unlike)} of {len(expected)}, as {unlike[0]}")
    computed = COMPUTED | {name: by_engine(name) for name in ENGINES if not (diverges and name == "gnumeric")}
    for reader, compute in computed.items():
        wanted = of_numbers(expected) if reader == "formualizer" else expected
        tolerance = BEYOND_DOUBLES if reader == "gnumeric" else TOLERANCE
        if unlike := differences(wanted, compute(path, wanted), tolerance):
            told.append(f"{reader}: {len(unlike)} of {len(wanted)}, as {unlike[0]}")
    return told


if __name__ == "__main__":
    main()
