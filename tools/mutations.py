"""Writes docs/mutations.md: faults planted one by one in every formula cell of every template, and who finds them.

Run by ``make mutations``.
"""

from __future__ import annotations

import multiprocessing
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from openpyxl import load_workbook  # noqa: E402

from tests.mutant_files import write_consistent, write_moved_name, write_mutant  # noqa: E402
from tests.mutants import FORGED, KINDS, OF_NAMES, REPLACED, Mutant, Subject, Tally  # noqa: E402
from xlbp import pipeline  # noqa: E402
from xlbp.expectation.inspection import inspect  # noqa: E402
from xlbp.recalc.libreoffice import recalculated_copy  # noqa: E402
from xlbp.template.load import load_template, shipped  # noqa: E402

TARGET = ROOT / "docs" / "mutations.md"
ALL = (*KINDS, *REPLACED, *FORGED, *OF_NAMES)
MOST_ROWS = 25  # iterations of the books that are spoiled in memory; formulas are the same down a column
ROWS = 10  # iterations of the books that are written, spoiled and verified as files
TEXT = """# Can verification be fooled?

Made by `make mutations`. Each fault below was planted in every formula cell of every sheet of every shipped template,
at {most} iterations at most, wherever it applies, and each cell was judged alone: whether verification names it.
A fault that leaves the value as it is ("equal-valued reference", "anchor lost", "harmless term", "formula to its
value") is found by the formula's text; "cached value forged" leaves the formula and changes the value saved beside it,
by a millionth of the terms it is made from, and is found by comparing saved values.

| fault | planted | found | share |
|---|---:|---:|---:|
{kinds}

By sheet, all faults together (sheets of one kind under their English title):

| sheet | planted | found |
|---|---:|---:|
{sheets}

By template:

| template | formula cells | planted | found |
|---|---:|---:|---:|
{templates}

From end to end, as files: {files:,} mutants, one of each kind for each template at {rows} iterations, its sheet and
cell drawn by lot, were written as workbooks and verified as `xlbp verify` does; {named:,} were reported with the cell
that was changed. Among them are {names:,} with a defined name moved, {lies:,} with one saved value forged, and {fits:,}
with a formula changed and all saved values of the book recomputed to fit it.

What may change without harm: {inputs:,} books with all their inputs changed, {saved:,} re-saved by LibreOffice and
Gnumeric: all of them verify.

What verification does not look at: headings and labels, formats, charts, and formulas that a person adds. A template
and the book made from it, forged together, agree with each other; `xlbp verify BOOK --template NAME` compares the
book's template with the one of that name.
"""


def end_to_end(name: str, folder: Path, told: Counter[str]) -> None:
    """Mutants as files, one of each kind; stops at the first that is not named."""
    book = pipeline.generate(name, folder / f"{name}.xlsx", (f"training.iterations={ROWS}",), "en", True, False).path
    subject = Subject(book)
    for kind in (*KINDS, *REPLACED):
        if mutant := subject.mutant(kind, "file"):
            path = write_mutant(book, folder / "mutant.xlsx", mutant)
            must_name(path, mutant, told)
    drawn = subject.mutant("formula to its value", "forged")
    assert drawn is not None
    lie = Mutant(FORGED[0], drawn.sheet, drawn.address, 0.12345 if isinstance(drawn.content, float) else "a lie")
    engine, saved = pipeline.verify(write_mutant(book, folder / "mutant.xlsx", lie), None)
    assert engine.ok
    assert [m.cell for m in saved.mismatches] == [f"{lie.sheet}!{lie.address}"], (name, lie)
    told.update(("files", "named", "lies"))
    if subject.names:
        moved = sorted(subject.names)[0]
        [report] = pipeline.verify(write_moved_name(book, folder / "mutant.xlsx", moved))
        assert [m.cell for m in report.formulas_changed] == [moved], (name, moved)
        told.update(("files", "named", "names"))
    fit = subject.mutant("neighbouring row", "fit")
    assert fit is not None
    changed = write_mutant(book, folder / "changed.xlsx", fit)
    must_name(write_consistent(changed, folder / "mutant.xlsx"), fit, told)
    told["fits"] += 1
    resaved(name, book, folder, told)
    with_other_inputs(name, book, folder, told)


def must_name(path: Path, mutant: Mutant, told: Counter[str]) -> None:
    """The book fails, and its one changed cell is named."""
    [report] = pipeline.verify(path)
    named = {m.cell for m in report.formulas_changed}
    assert not report.ok, mutant
    assert named == {f"{mutant.sheet}!{mutant.address}"}, (mutant, named)
    told.update(("files", "named"))


def resaved(name: str, book: Path, folder: Path, told: Counter[str]) -> None:
    """The book as LibreOffice and as Gnumeric save it still verifies, by an engine and by the saved values."""
    office = folder / f"{name}-office"
    office.mkdir()
    gnumeric = folder / "gnumeric.xlsx"
    command = ["ssconvert", "--recalc", "--export-type=Gnumeric_Excel:xlsx", str(book), str(gnumeric)]
    subprocess.run(command, check=True, capture_output=True)
    for copy in (recalculated_copy("soffice", book, office), gnumeric):
        for report in pipeline.verify(copy, None):
            assert report.ok, (name, copy.name, report.engine, report.mismatches[:2], report.formulas_changed[:2])
        told["saved"] += 1


def with_other_inputs(name: str, book: Path, folder: Path, told: Counter[str]) -> None:
    """The book with every number that a person may set changed by a tenth still verifies."""
    contents = inspect(book).shown.first.contents
    workbook = load_workbook(book)
    own = contents.template.inputs()
    first = contents.layout.first_row
    for quantity, value in own.items():
        if quantity.startswith(("class#", "order#")) or not isinstance(value, float) or value == int(value):
            continue  # a class, the number of a sample, and whole numbers mean what they are
        place = contents.layout.panel.get(quantity)
        sheet = contents.training if place is None or place.sheet == "training" else contents.layout.data_sheet
        row, column = (first, contents.layout.columns[quantity]) if place is None else (place.row, place.column)
        workbook[sheet.strip("'")].cell(row, column).value = value * 0.9
    workbook.save(folder / "inputs.xlsx")
    [report] = pipeline.verify(folder / "inputs.xlsx", None)
    assert report.ok, (name, report.mismatches[:3])
    told["inputs"] += 1


def line(name: str, planted: int, escaped: int, share: bool = False) -> str:
    """A row of a table."""
    shown = f" {100 * (planted - escaped) / planted:.6g} % |" if share and planted else " - |" if share else ""
    return f"| {name} | {planted:,} | {planted - escaped:,} |{shown}"


def measure(name: str) -> tuple[str, dict[str, Tally], int, Counter[str]]:
    """One template: whole in memory, then as files."""
    told: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as base:
        folder = Path(base)
        rows = min(MOST_ROWS, load_template(name).training.iterations)
        settings = (f"training.iterations={rows}",)
        made = pipeline.generate(name, folder / f"{name}-whole.xlsx", settings, "en", check_it=False)
        subject = Subject(made.path)
        tallies = {kind: subject.tally(kind) for kind in ALL}
        end_to_end(name, folder, told)
    print(name, {kind: tally.escaped[:3] for kind, tally in tallies.items() if tally.escaped}, flush=True)
    return name, tallies, made.formula_cells, told


def main() -> None:
    """Plant, verify, and write the page; anything that escapes stops the run at its end."""
    kinds: Counter[str] = Counter()
    sheets: Counter[str] = Counter()
    lost: dict[str, Counter[str]] = {"kind": Counter(), "sheet": Counter()}
    told: Counter[str] = Counter()
    rows = []
    with multiprocessing.Pool(2) as pool:
        for name, tallies, cells, counted in pool.imap(measure, shipped()):
            planted = sum(tally.planted.total() for tally in tallies.values())
            escaped = [cell for tally in tallies.values() for cell in tally.escaped]
            for kind, tally in tallies.items():
                kinds[kind] += tally.planted.total()
                sheets += tally.planted
                lost["kind"][kind] += len(tally.escaped)
            lost["sheet"].update(cell.rpartition("!")[0] for cell in escaped)
            rows.append(f"| `{name}` | {cells:,} | {planted:,} | {planted - len(escaped):,} |")
            told += counted
    text = TEXT.format(
        kinds="\n".join(line(kind, kinds[kind], lost["kind"][kind], share=True) for kind in ALL),
        sheets="\n".join(line(sheet, sheets[sheet], lost["sheet"][sheet]) for sheet in sorted(sheets)),
        templates="\n".join(rows),
        rows=ROWS,
        most=MOST_ROWS,
        **{key: told[key] for key in ("files", "named", "names", "lies", "fits", "inputs", "saved")},
    )
    TARGET.write_text(text, "utf-8")
    assert not lost["kind"].total(), lost["kind"]


if __name__ == "__main__":
    main()
