"""Reads a book of ours back: what it says it is, the formulas it has, the numbers a person set."""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from defusedxml.ElementTree import fromstring
from openpyxl import load_workbook

from xlbp.errors import UnreadableError, reading, verb
from xlbp.workbook.layout.layout import SHARED, Layout
from xlbp.workbook.package import EXERCISE_VERSION, HIDDEN_SHEET, SEVERAL_VERSION, read_hidden
from xlbp.xlsx.plain_cells import Cells, plain_cells
from xlbp.xlsx.preflight import preflight
from xlbp.xlsx.sheet_xml import part_of
from xlbp.xlsx.unchanged_rows import rows_are_ours

MOST_HIDDEN_ROWS = 2_000
MOST_CELLS = 1_000_000  # blank ones, that take no bytes


@dataclass(frozen=True)
class Opened:
    """A book of ours: its hidden data, its sheets and defined names, its formulas and its bytes."""

    path: Path
    stamp: dict[str, Any]
    workbook: Any
    formula_cells: int
    unpacked: int
    saved: list[Any] = field(default_factory=list)  # the workbook with its saved values, once it was needed

    def rows(self, sheet: str, first: int, last: int, columns: int) -> list[list[Any]]:
        """The formulas (as texts that start with '=') and plain values of a block of cells."""
        return self._rows(self.workbook, sheet, first, last, columns)

    def typed(self, sheet: str, cells: Mapping[str, tuple[int, int]]) -> dict[str, Any]:
        """What stands in cells that a person may fill, each by a name; a formula counts as its saved value.

        One without a saved value stays a text that starts with '='.
        """
        if not cells:
            return {}
        first, last = (f(row for row, _ in cells.values()) for f in (min, max))
        block = (sheet, first, last, max(column for _, column in cells.values()))
        rows = self._rows(self.workbook, *block)
        contents = {name: rows[row - first][column - 1] for name, (row, column) in cells.items()}
        formulas = [name for name, content in contents.items() if isinstance(content, str) and content[:1] == "="]
        values = self._rows(self._with_values(), *block) if formulas else []
        for name in formulas:
            row, column = cells[name]
            value = values[row - first][column - 1]
            contents[name] = contents[name] if value is None else value
        return contents

    def _with_values(self) -> Any:
        if not self.saved:
            with reading(self.path):
                self.saved.append(load_workbook(self.path, read_only=True, data_only=True))
        return self.saved[0]

    def close(self) -> None:
        """Let go of the file."""
        for workbook in (self.workbook, *self.saved):
            workbook.close()

    def _rows(self, workbook: Any, sheet: str, first: int, last: int, columns: int) -> list[list[Any]]:
        if (last - first + 1) * columns > MOST_CELLS + self.unpacked:
            raise UnreadableError(f"{self.path}: the sheet {sheet!r} can't hold what the book's record says")
        with reading(self.path, f"the sheet {sheet!r}"):
            plain = self._plain_cells(sheet, last) if workbook is self.workbook else None
            if plain is not None:
                return [[plain.get(r, {}).get(c) for c in range(1, columns + 1)] for r in range(first, last + 1)]
            rows = self._sheet(workbook, sheet).iter_rows(first, last, 1, columns)
            found = [[_content(cell.value, cell.data_type) for cell in row] for row in rows]
        return found + [[None] * columns] * (last - first + 1 - len(found))

    def _plain_cells(self, sheet: str, last_row: int) -> dict[int, Cells] | None:
        """The cells of a sheet that is as xlbp writes it, down to a row; None of another one."""
        read = self._sheet(self.workbook, sheet)
        if self.workbook._date_formats:  # then a number may be a date
            return None
        with zipfile.ZipFile(self.path) as package:
            part = part_of(package, sheet)
            if part is None:
                return None
            with package.open(part) as stream:
                return plain_cells(stream, last_row, read._shared_strings)

    def rows_are_ours(
        self, sheet: str, first_row: int, count: int, letters: Sequence[str], formulas: Sequence[str | None]
    ) -> bool:
        """Whether the rows of a training sheet after the first are just as xlbp writes them, but for their values."""
        with reading(self.path, f"the sheet {sheet!r}"), zipfile.ZipFile(self.path) as package:
            part = part_of(package, sheet)
            if part is None:
                return False
            with package.open(part) as stream:
                return rows_are_ours(stream, first_row, count, letters, formulas)

    def defined_names(self) -> dict[str, str]:
        """Defined names with what they stand for, without the $ signs' noise of other programs."""
        return {name: str(item.attr_text) for name, item in self.workbook.defined_names.items()}

    def local_names(self) -> list[tuple[str, str]]:
        """Defined names of a single sheet, which hide those of the whole book on it."""
        with reading(self.path), zipfile.ZipFile(self.path) as package:
            root = fromstring(package.read("xl/workbook.xml"))
            found = [e for e in root.iter() if e.tag.endswith("}definedName") and "localSheetId" in e.attrib]
            return [(e.attrib["name"], e.text or "") for e in found]

    def _sheet(self, workbook: Any, name: str) -> Any:
        if name not in workbook.sheetnames:
            raise UnreadableError(f"{self.path}: the sheet {name!r} is missing; it was deleted or renamed")
        return workbook[name]

    def inputs(
        self, layout: Layout, training: str, wanted: Iterable[str], initial: Iterable[str]
    ) -> dict[str, tuple[str, str, Any]]:
        """What stands in each input cell: name -> (sheet, address, content).

        ``wanted`` stand on the panel, the data sheet or a shared one, ``initial`` parameters in the first row.
        """
        wanted = list(wanted)
        found: dict[str, tuple[str, str, Any]] = {}
        for kind, sheet in (("training", training), ("data", layout.data_sheet), (SHARED, layout.shared_sheet)):
            places = {name: layout.panel[name] for name in wanted if name in layout.panel}
            places = {name: place for name, place in places.items() if place.sheet == kind}
            typed = self.typed(sheet, {name: (place.row, place.column) for name, place in places.items()})
            found |= {name: (sheet, places[name].address.replace("$", ""), content) for name, content in typed.items()}
        typed = self.typed(training, {name: (layout.first_row, layout.columns[name]) for name in initial})
        found |= {name: (training, layout.cell(name, 0), content) for name, content in typed.items()}
        return found


def _content(value: Any, kind: str) -> Any:
    """Array formulas come as objects; their text is what counts.  A text that reads as a formula gets a mark."""
    text = getattr(value, "text", None)
    if text is not None:
        return f"={str(text).removeprefix('=')}"
    return f"'{value}" if kind != "f" and isinstance(value, str) and value.startswith("=") else value


@contextmanager
def open_book(path: Path, large: bool = False, is_sound: bool = False) -> Iterator[Opened]:
    """Open a book that xlbp made.  Raises UnreadableError, in one sentence, for anything else.

    ``large`` lifts the limits of size that protect from strangers' files; ``is_sound`` says that preflight was done.
    """
    if not is_sound:
        preflight(path, large)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of extensions that openpyxl drops; none holds a formula
        yield from _open(path)


def _open(path: Path) -> Iterator[Opened]:
    with reading(path):
        stream = path.open("rb")
    with stream:  # openpyxl leaves a file open that it can't read
        with reading(path):
            workbook = load_workbook(stream, read_only=True)
        opened: Opened | None = None
        try:
            opened = Opened(path, _stamp(path, workbook), workbook, count_formulas(path), _unpacked(path))
            yield opened
        finally:
            (opened or workbook).close()


def _stamp(path: Path, workbook: Any) -> dict[str, Any]:
    if HIDDEN_SHEET not in workbook.sheetnames:
        raise UnreadableError(f"{path}: no workbook of xlbp (its sheet {HIDDEN_SHEET!r} is missing)")
    with reading(path, f"the sheet {HIDDEN_SHEET!r}"):
        rows = list(workbook[HIDDEN_SHEET].iter_rows(1, MOST_HIDDEN_ROWS, 1, 2, values_only=True))
    title, version = rows[0] if rows else (None, None)
    if title != "xlbp" or not isinstance(version, int | float):
        raise UnreadableError(f"{path}: the sheet {HIDDEN_SHEET!r} is damaged")
    if version == EXERCISE_VERSION:
        raise UnreadableError(f"{path}: an exercise, which holds no answers to compare with; {verb('mark')} marks it")
    if version > SEVERAL_VERSION:
        raise UnreadableError(
            f"{path}: made by a newer xlbp (format {version:g}, this one reads {SEVERAL_VERSION}); upgrade xlbp"
        )
    try:
        return read_hidden([row[0] for row in rows[1:] if row[0] is not None])
    except ValueError as error:
        raise UnreadableError(f"{path}: the sheet {HIDDEN_SHEET!r} is damaged ({error})") from None


def _unpacked(path: Path) -> int:
    with zipfile.ZipFile(path) as package:
        return sum(entry.file_size for entry in package.infolist())


def count_formulas(path: Path) -> int:
    """How many formula cells the book has, on all of its sheets."""
    count = 0
    with zipfile.ZipFile(path) as package:
        for entry in package.namelist():
            if re.fullmatch(r"xl/worksheets/[^/]+\.xml", entry):
                with package.open(entry) as stream:
                    count += _count_tags(stream)
    return count


def _count_tags(stream: Any) -> int:
    """Occurrences of the element <f>, read in pieces that overlap by a tag's length."""
    count, rest = 0, b""
    while piece := stream.read(1 << 20):
        data = rest + piece
        count += sum(map(data.count, (b"<f>", b"<f ", b"<f/")))
        rest = data[-2:]  # too short to be counted twice
    return count
