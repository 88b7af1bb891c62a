"""Reads a book of ours back: what it says it is, the formulas it has, the numbers a person set."""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from defusedxml.ElementTree import fromstring
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from xlbp.errors import UnreadableError, reading
from xlbp.sheet_xml import part_of
from xlbp.workbook.layout import SHARED, Layout
from xlbp.workbook.matching import rows_are_ours
from xlbp.workbook.package import EXERCISE_VERSION, HIDDEN_SHEET, SEVERAL_VERSION, read_hidden
from xlbp.workbook.preflight import preflight

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

    def rows(self, sheet: str, first: int, last: int, columns: int) -> list[list[Any]]:
        """The formulas (as texts that start with '=') and plain values of a block of cells."""
        if (last - first + 1) * columns > MOST_CELLS + self.unpacked:
            raise UnreadableError(f"{self.path}: the sheet {sheet!r} can't hold what the book's record says")
        with reading(self.path, f"the sheet {sheet!r}"):
            rows = self._sheet(sheet).iter_rows(first, last, 1, columns)
            found = [[_content(cell.value, cell.data_type) for cell in row] for row in rows]
        return found + [[None] * columns] * (last - first + 1 - len(found))

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

    def _sheet(self, name: str) -> Any:
        if name not in self.workbook.sheetnames:
            raise UnreadableError(f"{self.path}: the sheet {name!r} is missing; it was deleted or renamed")
        return self.workbook[name]

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
            if places:
                last, width = max(p.row for p in places.values()), max(p.column for p in places.values())
                cells = self.rows(sheet, 1, last, width)
                for name, place in places.items():
                    found[name] = (sheet, place.address.replace("$", ""), cells[place.row - 1][place.column - 1])
        row = self.rows(training, layout.first_row, layout.first_row, len(layout.columns))[0]
        for name in initial:
            column = layout.columns[name]
            found[name] = (training, f"{get_column_letter(column)}{layout.first_row}", row[column - 1])
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
        workbook = load_workbook(path, read_only=True)
    try:
        yield Opened(path, _stamp(path, workbook), workbook, count_formulas(path), _unpacked(path))
    finally:
        workbook.close()


def _stamp(path: Path, workbook: Any) -> dict[str, Any]:
    if HIDDEN_SHEET not in workbook.sheetnames:
        raise UnreadableError(f"{path}: no workbook of xlbp (its sheet {HIDDEN_SHEET!r} is missing)")
    with reading(path, f"the sheet {HIDDEN_SHEET!r}"):
        rows = list(workbook[HIDDEN_SHEET].iter_rows(1, MOST_HIDDEN_ROWS, 1, 2, values_only=True))
    title, version = rows[0] if rows else (None, None)
    if title != "xlbp" or not isinstance(version, int | float):
        raise UnreadableError(f"{path}: the sheet {HIDDEN_SHEET!r} is damaged")
    if version == EXERCISE_VERSION:
        raise UnreadableError(f"{path}: an exercise, which holds no answers to compare with; xlbp mark marks it")
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
