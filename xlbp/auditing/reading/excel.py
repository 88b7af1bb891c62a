"""An .xlsx package's cells, as Excel, LibreOffice, Google Sheets, WPS and the writers of libraries have them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from xlbp.auditing.reading.grid import Grid, column_number
from xlbp.auditing.reading.package import BrokenPartError, LocalNames, Package, Relation, Whole, local, named, walk
from xlbp.auditing.reading.plain_rows import plain_row, unescaped
from xlbp.auditing.reading.structured import Table
from xlbp.auditing.reading.syntax import Cell, FilledColumn, moved_text

WORKBOOK = "xl/workbook.xml"
SHEETS = ("worksheet", "")  # kinds of relations behind which cells stand
NOTED = {  # parts that are told of and not followed
    "vbaproject": "it holds macros, which are not run",
    "xlmacrosheet": "it holds macro sheets, which are not run",
    "externallink": "it links to other files, which are not followed: their cells count as saved",
    "connections": "it holds connections to data elsewhere, which are not followed",
    "querytable": "it holds queries to data elsewhere, which are not followed",
    "pivotcachedefinition": "it holds pivot tables, whose cells count as saved",
}


@dataclass(frozen=True)
class _Sheet:
    """A sheet's name, and the part that its cells stand in."""

    name: str
    part: str


def read_excel(package: Package, grid: Grid) -> None:
    """Put what the package's sheets hold into the grid."""
    workbook_part = _workbook_part(package)
    workbook = package.tree(workbook_part)
    relations = package.relations(workbook_part)
    sheets = list(_sheets(package, workbook, workbook_part, relations))
    texts = _shared_texts(package, workbook_part, relations)
    for sheet in sheets:
        grid.add_sheet(sheet.name)
        if sheet.part not in package:
            grid.notes.append(f"the sheet {sheet.name!r} is missing in the file")
            continue
        tables = _tables(package, sheet)
        grid.tables.update((table.name.casefold(), table) for table in tables)
    for sheet in sheets:
        if sheet.part in package:
            reader = _SheetReader(grid, sheet.name, texts)
            walk(package.pieces(sheet.part), reader.start, reader.end, reader.text, Whole("row", reader.whole_row))
    _names(workbook, grid)
    for name, table in grid.tables.items():
        grid.names.setdefault(name, table.data)
    _notes(package, grid)


def _workbook_part(package: Package) -> str:
    """The part that lists the sheets."""
    of_package = package.relations().values()
    stated = [relation.part for relation in of_package if relation.kind == "officeDocument"]
    part = next((part for part in (*stated, WORKBOOK) if part in package), None)
    if part is None:
        raise BrokenPartError("no part of it lists the sheets")
    return part


def _sheets(package: Package, workbook: Any, part: str, relations: Mapping[str, Relation]) -> list[_Sheet]:
    """The sheets in the workbook's order; one whose relation is broken is looked for by its number."""
    folder = part.rpartition("/")[0]
    sheets: list[_Sheet] = []
    for number, element in enumerate(named(workbook, "sheet"), start=1):
        identity = next((value for name, value in element.attrib.items() if local(name) == "id"), "")
        relation = relations.get(identity, Relation("", ""))
        usual = f"{folder}/worksheets/sheet{number}.xml"
        if relation.kind in SHEETS:
            found = relation.part if relation.part in package else usual
            sheets.append(_Sheet(element.get("name", f"Sheet{number}"), found))
    return sheets


def _shared_texts(package: Package, workbook_part: str, relations: Mapping[str, Relation]) -> list[str]:
    """The texts that cells share by their numbers; none where the part is missing."""
    stated = [relation.part for relation in relations.values() if relation.kind == "sharedStrings"]
    usual = f"{workbook_part.rpartition('/')[0]}/sharedStrings.xml"
    part = next((part for part in (*stated, usual) if part in package), None)
    if part is None:
        return []
    reader = _TextReader()
    walk(package.pieces(part), reader.start, reader.end, reader.text)
    return reader.texts


class _TextReader:
    """The shared texts, without the readings that are written above Chinese characters."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._names, self._parts, self._in_text, self._in_reading = LocalNames(), [""], False, False

    def start(self, tag: str, _: dict[str, str]) -> None:
        """An element begins."""
        name = self._names[tag]
        if name == "si":
            self._parts = []
        self._in_reading = self._in_reading or name == "rPh"
        self._in_text = name == "t" and not self._in_reading

    def end(self, tag: str) -> None:
        """An element ends."""
        name = self._names[tag]
        if name == "si":
            self.texts.append("".join(self._parts))
        self._in_reading = self._in_reading and name != "rPh"
        self._in_text = False

    def text(self, text: str) -> None:
        """Characters."""
        if self._in_text:
            self._parts.append(text)


class _SheetReader:
    """The cells of one sheet's part."""

    def __init__(self, grid: Grid, sheet: str, texts: list[str]) -> None:
        self._grid, self._sheet, self._texts = grid, sheet, texts
        self._names = LocalNames()
        self._row = self._column = 0
        self._cell: dict[str, str] = {}
        self._formula: dict[str, str] | None = None
        self._taking: list[str] | None = None
        self._value: list[str] = []
        self._written: list[str] = []
        self._shared: dict[str, tuple[str, Cell]] = {}
        self._filled: dict[tuple[str, int], FilledColumn] = {}  # by group and column
        self._in_reading = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """A row, a cell, or what a cell holds."""
        name = self._names[tag]
        if name == "c":
            self._cell, self._formula, self._value, self._written = attributes, None, [], []
            self._column += 1
            place = attributes.get("r")
            if place:
                letters = place.rstrip("0123456789")
                self._column = column_number(letters)
                row = int(place[len(letters) :] or self._row)
                self._row = self._row if row == self._row else row  # one number for all cells of a row
        elif name == "v":
            self._taking = self._value = []
        elif name == "f":
            self._formula, self._taking = attributes, self._written
        elif name == "t":
            self._taking = None if self._in_reading else self._value
        elif name == "row":
            self._row = int(attributes.get("r") or self._row + 1)
            self._column = 0
        elif name == "rPh":
            self._in_reading = True

    def end(self, tag: str) -> None:
        """The end of one of these."""
        name = self._names[tag]
        if name == "c":
            self._put(self._cell.get("t", "n"), self._formula, "".join(self._written), "".join(self._value))
        elif name == "rPh":
            self._in_reading = False
        elif name in ("v", "f", "t"):
            self._taking = None

    def text(self, text: str) -> None:
        """Characters of a value, a formula or a text."""
        if self._taking is not None:
            self._taking.append(text)

    def whole_row(self, data: bytes) -> bool:
        """A row at once, if it is written plainly."""
        plain = plain_row(data)
        if plain is None:
            return False
        self._row, cells = plain
        sheet, row, grid = self._sheet, self._row, self._grid
        for letters, _, kind, is_formula, how, group, text, written in cells:
            self._column = column = column_number(letters)
            if kind or how or "&" in text or "&" in written:
                formula = {"t": how, "si": group} if is_formula else None
                self._put(kind or "n", formula, unescaped(text), unescaped(written))
            elif written and text:
                grid.put_formula((sheet, row, column), text.strip(), as_number(written))
            else:
                self._put("n", {} if is_formula else None, text, written)
        return True

    def _put(self, kind: str, formula: Mapping[str, str] | None, text: str, written: str) -> None:
        """A cell of this type, with the attributes and the text of its formula, if it has one, and its value."""
        cell = (self._sheet, self._row, self._column)
        value = self._converted(kind, written)
        if formula is None:
            if value is not None:
                self._grid.put_value(cell, value)
            return
        how, text = formula.get("t", ""), text.strip()
        if how == "shared":
            text = self._of_group(formula.get("si", ""), text, cell)
        if how == "array" and text:
            self._grid.put_array(cell, text, formula.get("ref", ""), value)
        elif how == "dataTable":
            self._grid.put_formula(cell, "TABLE()", value)
        elif text:
            self._grid.put_formula(cell, text, value)
        elif value is not None:
            self._grid.put_value(cell, value)

    def _of_group(self, group: str, text: str, cell: Cell) -> str:
        """The formula of a cell that shares it with others: that of the group's first cell, moved."""
        if text:
            self._shared[group] = (text, cell)
            self._filled = {key: column for key, column in self._filled.items() if key[0] != group}
            return text
        if group not in self._shared:
            return ""
        filled = self._filled.get((group, cell[2]))
        if filled is None:
            first, home = self._shared[group]
            text = moved_text(first, cell[1] - home[1], cell[2] - home[2])
            filled = self._filled[group, cell[2]] = FilledColumn(text, cell)
        return filled.text(cell[1])

    def _converted(self, kind: str, text: str) -> object:
        """What a cell's value is, by the cell's type."""
        if kind == "s":
            number = int(text) if text.strip().isdigit() else -1
            return self._texts[number] if 0 <= number < len(self._texts) else None
        if kind in ("str", "inlineStr", "e"):
            return text if text or kind != "e" else None
        if not text:
            return None
        if kind == "b":
            return text.strip() in ("1", "true", "TRUE")
        return _serial(text) if kind == "d" else as_number(text)


def as_number(text: str) -> object:
    """A number, whole where it is written so; the text itself where it is none."""
    try:
        return int(text) if text.isdigit() else float(text)
    except ValueError:
        return text


def _serial(text: str) -> object:
    """A date of ISO 8601 as the number that spreadsheets count days by."""
    try:
        moment = datetime.fromisoformat(text.strip().removesuffix("Z"))
    except ValueError:
        return text
    return (moment - datetime(1899, 12, 30)).total_seconds() / 86_400


def _tables(package: Package, sheet: _Sheet) -> list[Table]:
    """The tables of a sheet, which formulas call by name."""
    tables: list[Table] = []
    for relation in package.relations(sheet.part).values():
        tree = package.tree(relation.part) if relation.kind == "table" and relation.part in package else None
        if tree is not None:
            columns = [column.get("name", "") for column in named(tree, "tableColumn")]
            headed, totals = (
                int(tree.get(f"{which}RowCount", usual)) for which, usual in (("header", 1), ("totals", 0))
            )
            name = tree.get("displayName") or tree.get("name", "")
            tables.append(Table(name, sheet.name, tree.get("ref", ""), tuple(columns), headed, totals))
    return tables


def _names(workbook: Any, grid: Grid) -> None:
    """The names that stand for cells; one of the whole book goes before one of a sheet."""
    for of_sheet in (False, True):
        for element in named(workbook, "definedName"):
            if ("localSheetId" in element.attrib) is of_sheet and element.text:
                grid.names.setdefault(element.get("name", "").casefold(), element.text.strip())


def _notes(package: Package, grid: Grid) -> None:
    """What the book holds besides cells, that is not followed."""
    last_words = [part.rpartition("/")[2] for part in package.names]
    folders = [folder for part in package.names for folder in part.split("/")[:-1]]
    for mark, words in NOTED.items():
        if any(word.startswith(mark) for word in (*last_words, *folders)):
            grid.notes.append(words)
