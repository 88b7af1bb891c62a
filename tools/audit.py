"""Writes the tables of docs/audit.md: sheets in many styles and our own books, right and with slips, and what was said.

Run by ``python -m tools.audit`` in the repository's folder; ``--office`` has LibreOffice recalculate the sheets first.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.auditing.styles import further, hands, sigmoid, steps, training
from tests.auditing.styles.base import Slip, Style
from tests.auditing.styles.measure import Outcome, outcome
from tests.auditing.styles.ours import LARGE, anywhere, planted, right
from xlbp.template.load import shipped

TARGET = Path(__file__).resolve().parent.parent / "docs" / "audit.md"
STYLES = (*sigmoid.STYLES, *training.STYLES, *steps.STYLES, *further.STYLES, *hands.STYLES)
MEASURED = "<!-- measured: {} -->\n"  # what follows in the page, to the next END, is written by this program
END = "<!-- end -->"


@dataclass
class Count:
    """Slips planted, found and named, and findings beside them."""

    planted: int = 0
    found: int = 0
    named: int = 0
    beside: int = 0
    missed: list[str] = field(default_factory=list)

    def add(self, one: Outcome) -> None:
        """Count an outcome with a slip."""
        assert one.slip is not None
        self.planted += 1
        self.found += one.found
        self.named += one.named
        self.beside += one.others
        if not one.named:
            said = ", ".join(f"{kind} in {cell}" for kind, cell in one.told[:2]) or "nothing"
            self.missed.append(f"{one.style}: {one.slip.name} ({one.slip.kinds[0]}); told was {said}")

    def row(self, name: str) -> str:
        """A line of a table."""
        return f"| {name} | {self.planted} | {self.found} | {self.named} | {self.beside} |"


def sheets(styles: Iterable[Style], folder: Path) -> Iterator[tuple[Style, Slip | None, Path]]:
    """Every sheet, written."""
    for n, style in enumerate(styles):
        for k, slip in enumerate((None, *style.slips)):
            path = folder / f"{n:03}-{k:03}.xlsx"
            style.write(path, slip)
            yield style, slip, path


def recalculated(paths: list[Path], folder: Path) -> None:
    """Have LibreOffice open and save the sheets, so that they hold values."""
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "xlsx", "--outdir", str(folder / "saved")]
    for start in range(0, len(paths), 40):
        subprocess.run([*command, *map(str, paths[start : start + 40])], check=True, capture_output=True)


def measured(styles: Iterable[Style], office: bool) -> Iterator[Outcome]:
    """What the audit says of every sheet."""
    with tempfile.TemporaryDirectory() as folder:
        made = list(sheets(styles, Path(folder)))
        if office:
            recalculated([path for _, _, path in made], Path(folder))
        for style, slip, path in made:
            yield outcome(style, slip, path.parent / "saved" / path.name if office else path)


def table(heads: str, lines: Iterable[str]) -> str:
    """A table in Markdown."""
    rules = "|".join(["---", *["---:"] * heads.count("|")])
    return "\n".join([f"| {heads} |", f"|{rules}|", *lines])


def with_measured(page: str, name: str, text: str) -> str:
    """The page with other text between the marks of this name."""
    before, mark, after = page.partition(MEASURED.format(name))
    _, end, rest = after.partition(END)
    if not mark or not end:
        raise SystemExit(f"{TARGET.name} has no part that is measured as {name}: mark it with {MEASURED!r} and {END!r}")
    return f"{before}{mark}{text}\n{end}{rest}"


def main() -> None:
    """Measure, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--office", action="store_true", help="have LibreOffice recalculate the sheets, too")
    office = parser.parse_args().office
    sources = {"as written, without values": list(measured(STYLES, office=False))}
    if office:
        sources["opened and saved by LibreOffice"] = list(measured(STYLES, office=True))
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        sources["our own books"] = [
            *right(place),
            *planted(place),
            *anywhere(place, [name for name in shipped() if name not in LARGE]),
        ]
    overall, kinds, by_style, missed = [], defaultdict(Count), defaultdict(Count), []
    for name, outcomes in sources.items():
        total = Count()
        alarms = [one for one in outcomes if one.slip is None and one.told]
        for one in outcomes:
            if one.slip is not None:
                for count in (total, kinds[one.slip.kinds[0]], by_style[one.style]):
                    count.add(one)
        clean = sum(one.slip is None for one in outcomes)
        overall.append(f"| {name} | {clean} | {len(alarms)} |{total.row('')[4:]}")
        missed += [f"- {name}: {line}" for line in total.missed]
        missed += [f"- {name}: false alarm in {one.style}: {one.told[0][0]} {one.told[0][1]}" for one in alarms]
    head = "planted | found | named | beside it"
    page = TARGET.read_text(encoding="utf-8")
    for name, text in {
        "sheets": table(f"sheets | right ones | with a false alarm | {head}", overall),
        "kinds": table(f"kind | {head}", (kinds[kind].row(kind) for kind in sorted(kinds))),
        "styles": table(f"style | {head}", (count.row(name) for name, count in by_style.items())),
        "missed": "\n".join(missed) or "Nothing.",
    }.items():
        page = with_measured(page, name, text)
    TARGET.write_text(page, encoding="utf-8")
    print("\n".join([*overall, *missed]))


if __name__ == "__main__":
    main()
