"""Mutants: formulas with one fault each, as people make them and as forgers do.

:data:`KINDS` are the faults; each takes a formula and gives another, or None where it does not apply.
:class:`Subject` is a book read once; it asks the comparison which of its mutated cells it finds.  Whether a cell's
formula is found depends on no other cell, so that a fault is planted in all cells at once, and each judged alone.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openpyxl.utils import column_index_from_string, get_column_letter

from xlbp.expectation.book import cells_of
from xlbp.expectation.inspection import Inspection, inspect
from xlbp.recalc.saved import Saved
from xlbp.verification.check import check, compare_names
from xlbp.verification.compare import compare_cell_formulas, compare_formulas
from xlbp.workbook.reader import open_book
from xlbp.xlsx.areas import CellError, Grid

PIECES = re.compile(r'"(?:[^"]|"")*"|\'(?:[^\']|\'\')*\'|[^"\']+')
REFERENCE = re.compile(r"(?<![A-Za-z0-9_.$])(\$?)([A-Z]{1,3})(\$?)([1-9]\d*)(?![A-Za-z0-9_.(!])")
RANGE = re.compile(r"(:\$?)([A-Z]{1,3})(\$?)(\d+)")
NUMERAL = re.compile(r"(?<![A-Za-z0-9_$.:!])(\d+\.?\d*(?:[Ee][+-]?\d+)?)(?![A-Za-z0-9_.(!:])")
FUNCTION = re.compile(r"\b([A-Z][A-Z0-9]*)\(")
SIGN = re.compile(r"(?<=[A-Za-z0-9_)])(?<![0-9.]E)([+-])")
OPERATOR = re.compile(r"<=|>=|<>|[*/^&<>]")
OTHER_OPERATOR = {"*": "+", "/": "*", "^": "*", "&": "+", "<": ">", ">": "<", "<=": ">", ">=": "<", "<>": "="}
NAME = re.compile(r"(?<![A-Za-z0-9_.$!\"'])([A-Za-z_]\w*)(?![\w(!.:])")
OTHER_FUNCTION = {"SUM": "MAX", "MAX": "SUM", "SUMPRODUCT": "SUMXMY2", "IF": "CHOOSE", "EXP": "SINH", "TEXT": "FIXED"}

Fault = Callable[[str], str | None]


def outside_quotes(formula: str, pattern: re.Pattern[str], change: Callable[[re.Match[str]], str]) -> str | None:
    """The formula with the first match that stands outside of quotes changed; None if there is none."""
    at = 0
    for piece in PIECES.findall(formula):
        found = None if piece[0] in "\"'" else pattern.search(formula, at, at + len(piece))
        if found:
            return formula[: found.start()] + change(found) + formula[found.end() :]
        at += len(piece)
    return None


def _column(found: re.Match[str]) -> str:
    return f"{found[1]}{get_column_letter(column_index_from_string(found[2]) + 1)}{found[3]}{found[4]}"


def _row(found: re.Match[str]) -> str:
    return f"{found[1]}{found[2]}{found[3]}{int(found[4]) - 1 or 2}"


def _shorter(found: re.Match[str]) -> str:
    """The range's last column one to the left, or if it has but one, its last row one up."""
    letters, row = column_index_from_string(found[2]), int(found[4])
    return f"{found[1]}{get_column_letter(letters - 1) if letters > 1 else found[2]}{found[3]}{row - (letters == 1)}"


def _sign(formula: str) -> str | None:
    swapped = outside_quotes(formula, SIGN, lambda found: "-" if found[1] == "+" else "+")
    return swapped or f"=-({formula[1:]})"


def _text(formula: str) -> str | None:
    found = re.search(r'"((?:[^"]|"")*)"', formula)
    return f'{formula[: found.start()]}"{found[1]} "{formula[found.end() :]}' if found else None


def _anchor(formula: str) -> str | None:
    return outside_quotes(formula, re.compile(r"\$"), lambda found: "")


KINDS: dict[str, Fault] = {
    "neighbouring column": lambda f: outside_quotes(f, REFERENCE, _column),
    "neighbouring row": lambda f: outside_quotes(f, REFERENCE, _row),
    "sign": _sign,
    "operator": lambda f: outside_quotes(f, OPERATOR, lambda found: OTHER_OPERATOR[found[0]]),
    "constant": lambda f: outside_quotes(f, NUMERAL, lambda found: f"{2 * float(found[1]) + 1:.15g}"),
    "constant, by a billionth": lambda f: outside_quotes(
        f, NUMERAL, lambda found: repr(float(found[1]) * (1 + 1e-9) or 1e-9)
    ),
    "function": lambda f: outside_quotes(f, FUNCTION, lambda found: OTHER_FUNCTION.get(found[1], "SUM") + "("),
    "range shortened": lambda f: outside_quotes(f, RANGE, _shorter),
    "another name": lambda f: outside_quotes(f, NAME, lambda found: f"{found[1]}_" if found[1] != "TRUE" else "FALSE"),
    "anchor lost": _anchor,
    "a space in a text": _text,
    "harmless term": lambda f: f"={f[1:]}+0",
}
AS_TEXT = "formula as a text"
REPLACED = ("equal-valued reference", "formula to its value", "formula to a text", AS_TEXT, "formula deleted")
FORGED = ("cached value forged",)
OF_NAMES = ("defined name moved", "defined name deleted", "defined name hidden by a sheet's own")


@dataclass(frozen=True)
class Mutant:
    """One fault in one cell: what stands there instead."""

    kind: str
    sheet: str
    address: str
    content: Any


@dataclass(frozen=True)
class Tally:
    """Of one kind: how many mutants there were on each sheet, and those that were not found."""

    planted: Counter[str]
    escaped: tuple[str, ...]


def tallied(planted: set[str], named: set[str]) -> Tally:
    """How many were planted on each sheet, and which were not named."""
    return Tally(Counter(cell.rpartition("!")[0] for cell in planted), tuple(sorted(planted - named)))


class Subject:
    """A book, read once: what it must say, what it says, and the values saved in it."""

    def __init__(self, book: Path) -> None:
        self.book = book
        self.inspection: Inspection = inspect(book)
        shown = self.inspection.shown
        self.blocks, self.cells = shown.blocks, cells_of(shown.pages)
        with open_book(book) as opened:
            self.contents = [opened.rows(a.sheet, a.first_row, a.last_row, a.columns) for a in self.inspection.areas]
            self.names = opened.defined_names()
        self.values: list[Grid] = Saved().values(book, self.inspection.areas)
        assert not self.inspection.findings.changed
        assert not self.inspection.findings.foreign

    def formulas(self) -> Iterator[tuple[int, int, int, str]]:
        """Every formula cell: its area, its place in it, and its text."""
        for number, rows in enumerate(self.contents):
            for r, row in enumerate(rows):
                for c, content in enumerate(row):
                    if isinstance(content, str) and content.startswith("="):
                        yield number, r, c, content

    def address(self, area: int, row: int, column: int) -> str:
        """``Training!F12``."""
        place = self.inspection.areas[area]
        return f"{place.sheet}!{get_column_letter(column + 1)}{place.first_row + row}"

    def plant(self, kind: str) -> dict[tuple[int, int, int], Any]:
        """What the fault makes of each formula cell that it applies to."""
        planted: dict[tuple[int, int, int], Any] = {}
        twins = self._twins() if kind == "equal-valued reference" else {}
        for area, r, c, formula in self.formulas():
            if kind in KINDS:
                changed: Any = KINDS[kind](formula)
                if changed is None or changed == formula:
                    continue
            elif kind == "equal-valued reference":
                changed = self._equal(area, formula, twins)
                if changed is None:
                    continue
            else:
                value = self.values[area][r][c]
                as_texts = {"formula to a text": f"{value} ", AS_TEXT: f"'{formula}"}
                changed = {"formula to its value": value, **as_texts}.get(kind)
            planted[area, r, c] = changed
        return planted

    def _twins(self) -> dict[int, dict[Any, list[str]]]:
        """Of each area the cells that hold the same number."""
        twins: dict[int, dict[Any, list[str]]] = {}
        for area, grid in enumerate(self.values):
            first = self.inspection.areas[area].first_row
            for r, row in enumerate(grid):
                for c, value in enumerate(row):
                    if isinstance(value, float):
                        cell = f"{get_column_letter(c + 1)}{first + r}"
                        same = twins.setdefault(area, {}).setdefault(value, [])
                        if len(same) < 3:
                            same.append(cell)
        return twins

    def _equal(self, area: int, formula: str, twins: dict[int, dict[Any, list[str]]]) -> str | None:
        """The formula with a reference to a cell of its sheet turned to another that holds the same number."""
        place, grid = self.inspection.areas[area], self.values[area]
        for found in REFERENCE.finditer(formula):
            if formula[: found.start()].endswith(("!", ":")) or formula[found.end() :].startswith(":"):
                continue
            row, column = int(found[4]) - place.first_row, column_index_from_string(found[2]) - 1
            if not (0 <= row < len(grid) and column < place.columns):
                continue
            same = twins[area].get(grid[row][column], []) if isinstance(grid[row][column], float) else []
            other = next((cell for cell in same if cell != f"{found[2]}{found[4]}"), None)
            if other:
                return formula[: found.start()] + other + formula[found.end() :]
        return None

    def judge(self, planted: dict[tuple[int, int, int], Any]) -> set[str]:
        """The cells that the comparison names when these contents stand in the book."""
        mutated = [[*rows] for rows in self.contents]
        for (area, r, c), changed in planted.items():
            if mutated[area][r] is self.contents[area][r]:
                mutated[area][r] = [*mutated[area][r]]
            mutated[area][r][c] = changed
        named: set[str] = set()
        for block, rows in zip(self.blocks, mutated, strict=False):
            named |= {mismatch.cell for mismatch in compare_formulas(block, rows)}
        for (sheet, wanted), rows in zip(self.cells.items(), mutated[len(self.blocks) :], strict=True):
            named |= {mismatch.cell for mismatch in compare_cell_formulas(sheet, wanted, rows)}
        return named

    def tally(self, kind: str) -> Tally:
        """Plant a fault wherever it applies, and see which cells the comparison names."""
        if kind in FORGED:
            return self._forge()
        if kind in OF_NAMES:
            return self._move_names(kind)
        planted = self.plant(kind)
        wanted = {self.address(*place) for place in planted}
        named = self.judge(planted)
        assert named <= wanted, f"{kind}: named without fault: {sorted(named - wanted)[:3]}"
        return tallied(wanted, named)

    def _forge(self) -> Tally:
        """Every saved value off by a millionth of what it is made from; formulas left as they are.

        But for those on which roundings decide: what a program shows there says nothing.
        """
        unsure = {f"{sheet}!{cell.address}" for sheet, cells in self.cells.items() for cell in cells if not cell.sure}
        formulas = {(area, r, c) for area, r, c, _ in self.formulas()}
        sizes = self._sizes()
        grids = [
            [[forged(v, sizes.get((a, r, c), 0.0)) if (a, r, c) in formulas else v for c, v in enumerate(row)]
             for r, row in enumerate(grid)]
            for a, grid in enumerate(self.values)
        ]  # fmt: skip
        report = check(
            "", "saved", self.blocks, self.cells, self.inspection.findings, grids, 1e-9, [None] * len(self.blocks)
        )
        named = {mismatch.cell for mismatch in report.mismatches}
        wanted = {self.address(*place) for place in formulas} - unsure
        return tallied(wanted, named)

    def _sizes(self) -> dict[tuple[int, int, int], float]:
        """How large the terms are that each cell is made from."""
        sizes: dict[tuple[int, int, int], float] = {}
        for number, block in enumerate(self.blocks):
            for r in range(len(block.expected)):
                for c in range(len(block.letters)):
                    sizes[number, r, c] = float(block.sizes[r if len(block.sizes) > 1 else 0, c])
        for number, cells in enumerate(self.cells.values(), start=len(self.blocks)):
            for cell in cells:
                sizes[number, cell.row - 1, cell.column - 1] = cell.size
        return sizes

    def _move_names(self, kind: str) -> Tally:
        """Each defined name turned to the cell beside its own, deleted, or hidden by a sheet's own."""
        escaped = []
        for name, target in self.names.items():
            beside = f"{target}0"
            others = {n: t for n, t in self.names.items() if n != name}
            found, local = {
                "defined name moved": ({**others, name: beside}, []),
                "defined name deleted": (others, []),
                "defined name hidden by a sheet's own": (self.names, [(name, beside)]),
            }[kind]
            if [m.cell for m in compare_names(self.names, found, local)] != [name]:
                escaped.append(name)
        return Tally(Counter({"defined names": len(self.names)}), tuple(escaped))

    def mutant(self, kind: str, seed: str) -> Mutant | None:
        """One mutant of this kind, on a sheet drawn first and a cell of it then."""
        draw = random.Random(f"{seed} {kind} {self.book.name}")
        planted = self.plant(kind)
        areas = sorted({area for area, _, _ in planted})
        if not areas:
            return None
        area = draw.choice(areas)
        place = draw.choice(sorted(place for place in planted if place[0] == area))
        sheet, _, address = self.address(*place).rpartition("!")
        return Mutant(kind, sheet, address, planted[place])


def forged(value: Any, size: float) -> Any:
    """A lie about a value: not far from the truth, but further than rounding goes."""
    if isinstance(value, CellError):
        return 0.0
    if isinstance(value, float):
        return value + 1e-6 * max(abs(value), min(size, 1e290), 1e-290)
    return f"{value}." if isinstance(value, str) else 1.0
