"""What a style is: a sheet that is right, and the slips that its author might have made."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from openpyxl import Workbook
from openpyxl.formula.translate import Translator
from openpyxl.utils import get_column_letter


@dataclass(frozen=True)
class Slip:
    """``changes`` exchanges formulas by name; ``where`` are the names in whose cells it may be found.

    ``row`` restricts a change of a table to one row, counted from 0; ``sliding`` fills it down, $ and all.
    """

    name: str
    kinds: tuple[str, ...]
    changes: Mapping[str, str]
    where: tuple[str, ...] = ()
    row: int | None = None
    sliding: bool = False
    panel: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Style:
    """A sheet by its name; ``write`` saves it with a slip, or without, and ``options`` are for the audit."""

    name: str
    write: Callable[[Path, Slip | None], None]
    cell_of: Callable[[str], str]  # a name's column, or its cells
    slips: tuple[Slip, ...]
    options: Mapping[str, object] = field(default_factory=dict)

    def accepts(self, slip: Slip, kind: str, cell: str) -> bool:
        """Whether a finding gives the kind and the place of a slip."""
        column = re.sub(r"\d+$", "", cell.rpartition("!")[2])
        places = {self.cell_of(name) for name in slip.where or tuple(slip.changes)}
        return kind in slip.kinds and (column in places or any(_inside(cell.rpartition("!")[2], p) for p in places))


def _inside(cell: str, places: str) -> bool:
    from openpyxl.utils import range_boundaries

    if not re.search(r"\d", places):
        return False
    left, top, right, bottom = range_boundaries(places)
    column, row, _, _ = range_boundaries(cell)
    return left <= column <= right and top <= row <= bottom


@dataclass(frozen=True)
class Rows:
    """A table with a row for each iteration: ``[name]`` in a formula is the cell of that name in this row.

    ``start`` are the numbers of the first row (and of all rows, for what has no formula); ``above`` are
    formulas of the rows after the first.  ``shown`` are the headings where these are not the names.
    """

    names: tuple[str, ...]
    start: Mapping[str, object]
    formulas: Mapping[str, str]
    panel: Mapping[str, object]
    shown: Mapping[str, str] = field(default_factory=dict)
    first: int = 6
    rows: int = 15
    column: int = 1  # of the first name
    sheet: str = "Sheet1"
    bands: Mapping[str, str] = field(default_factory=dict)  # a second row of headings: name -> what stands above
    defined: Mapping[str, str] = field(default_factory=dict)
    others: Mapping[str, tuple[tuple[object, ...], ...]] = field(default_factory=dict)  # other sheets

    def letter(self, name: str) -> str:
        """The column of a name."""
        return get_column_letter(self.column + self.names.index(name))

    def filled(self, formula: str, row: int) -> str:
        """A formula of names as one of cells."""

        def cell(found: re.Match[str]) -> str:
            return f"{self.letter(found[1])}{row + int(found[2] or 0)}"

        return "=" + re.sub(r"\[([^\]|]+)(?:\|([+-]\d+))?\]", cell, formula)

    def write(self, path: Path, slip: Slip | None = None) -> None:
        """Save the sheet."""
        book = Workbook()
        sheet = book.active
        assert sheet is not None
        sheet.title = self.sheet
        for cell, value in {**self.panel, **(slip.panel if slip else {})}.items():
            sheet[cell] = value
        self._head(sheet)
        for row in range(self.first, self.first + self.rows):
            for name in self.names:
                value = self._content(name, row, slip)
                if value is not None:
                    sheet[f"{self.letter(name)}{row}"] = value
        self._more(book)
        book.save(path)

    def _head(self, sheet) -> None:
        for name in self.names:
            sheet[f"{self.letter(name)}{self.first - 1}"] = self.shown.get(name, name)
            if name in self.bands:
                sheet[f"{self.letter(name)}{self.first - 2}"] = self.bands[name]

    def _more(self, book: Workbook) -> None:
        from openpyxl.workbook.defined_name import DefinedName

        for name, place in self.defined.items():
            book.defined_names[name] = DefinedName(name, attr_text=place)
        for title, lines in self.others.items():
            other = book.create_sheet(title)
            for line in lines:
                other.append(line)

    def _content(self, name: str, row: int, slip: Slip | None) -> object:
        changed = slip.changes.get(name) if slip else None
        if changed is not None and slip and slip.row in (None, row - self.first):
            if is_number(changed):
                return float(changed)
            if row > self.first or name not in self.start:
                if slip.sliding:
                    origin = self.first + (name in self.start)
                    letter = self.letter(name)
                    return Translator(self.filled(changed, origin), f"{letter}{origin}").translate_formula(
                        f"{letter}{row}"
                    )
                return self.filled(changed, row)
        if name in self.start and (row == self.first or name not in self.formulas):
            return self.start[name]
        return self.filled(self.formulas[name], row) if name in self.formulas else None

    def style(self, name: str, *slips: Slip, **options: object) -> Style:
        """The table as a style."""
        return Style(name, self.write, self.letter, slips, options)


def is_number(text: str) -> bool:
    """Whether a change is a number, typed where a formula was."""
    return re.fullmatch(r"-?\d+(\.\d+)?", text) is not None


def moved(names: str, gradient: str, rate: str) -> dict[str, str]:
    """Updates by gradient descent from the row above; ``gradient`` has a * where the parameter's name goes."""
    return {name: f"[{name}|-1]-{rate}*[{gradient.replace('*', name)}|-1]" for name in names.split()}


@dataclass(frozen=True)
class Blocks:
    """One step of training in blocks: ``cells`` are texts, numbers and formulas; ``arrays`` formulas of a range.

    ``areas`` name the ranges that slips speak of; a slip's change is a formula for the first cell, filled over
    the area, or the array formula of it.
    """

    cells: Mapping[str, object]
    arrays: Mapping[str, str]
    areas: Mapping[str, str]

    def write(self, path: Path, slip: Slip | None = None) -> None:
        """Save the sheet."""
        from openpyxl.worksheet.formula import ArrayFormula

        book = Workbook()
        sheet = book.active
        assert sheet is not None
        for cell, value in self.cells.items():
            if ":" in cell:
                fill(sheet, cell, str(value))
            else:
                sheet[cell] = value
        arrays = dict(self.arrays)
        for name, formula in (slip.changes if slip else {}).items():
            area = self.areas[name]
            if area in arrays:
                arrays[area] = formula
            elif is_number(formula):
                sheet[area.partition(":")[0]] = float(formula)
            else:
                fill(sheet, area, formula)
        for area, formula in arrays.items():
            sheet[area.partition(":")[0]] = ArrayFormula(area, formula)
        book.save(path)

    def style(self, name: str, *slips: Slip, **options: object) -> Style:
        """The blocks as a style."""
        return Style(name, self.write, self.areas.__getitem__, slips, options)


def fill(sheet, area: str, formula: str) -> None:
    """Fill a formula of an area's first cell over the area."""
    first = area.partition(":")[0]
    for row in sheet[area] if ":" in area else ((sheet[area],),):
        for cell in row:
            cell.value = Translator(formula, first).translate_formula(cell.coordinate)
