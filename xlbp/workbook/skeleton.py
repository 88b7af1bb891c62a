"""A saved workbook with holes: the values of its formulas, and some numbers and texts, are put in later.

The books of a class differ in little else.  To make a workbook takes seconds, to fill the holes of one that is there
milliseconds, and every part comes out as if the workbook had been made with that content.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence, Set
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from itertools import repeat
from typing import Any, TypeAlias, cast

from openpyxl import Workbook
from openpyxl.utils.cell import column_index_from_string, get_column_letter

from xlbp.workbook.package import CHART, typed, write_part
from xlbp.workbook.page.page import Content
from xlbp.xlsx.chart_values import BookValues
from xlbp.xlsx.escaping import escape
from xlbp.xlsx.in_memory import TEXTS, saved
from xlbp.xlsx.numerals import reprs
from xlbp.xlsx.shared_texts import shortest, text_item

Place: TypeAlias = tuple[str, int, int]  # sheet, row, column
Values: TypeAlias = Mapping[str, Sequence[Content]]  # of the formulas of each sheet, in their order
HOLE = b"\0"  # which no XML has
CELL = re.compile(
    rb'(?P<head><c r="(?P<letters>[A-Z]+)(?P<row>[0-9]+)"(?: s="[0-9]+")?)'
    rb'(?:(?P<formula>><f>[^<]*</f><v)/></c>|(?P<number> t="n"><v>)[^<]*</v></c>)'
)
EMPTY = re.compile(rb'(<c r="([A-Z]+[0-9]+)"(?: s="[0-9]+")?)/>')
FORMULA = b"><f>"  # before it a cell says what kind of value it has, if that is no number
NO_VALUE, ANY_VALUE = b"</f><v/>", b"</f><v>" + HOLE + b"</v>"
SHEET_DATA = re.compile(rb"<sheetData>.*</sheetData>", re.DOTALL)
ITEM = re.compile("(?<=</si>)")


@dataclass(frozen=True)
class Sheet:
    """A sheet's XML with a hole for the value of each formula, and one for each of its own ``numbers``.

    ``rows`` and ``columns`` are those of the formulas, in their order; ``numbered`` says which of all holes are those
    of the numbers.
    """

    title: str
    xml: bytes
    rows: tuple[int, ...]
    columns: tuple[int, ...]
    numbers: tuple[Place, ...]
    numbered: tuple[int, ...]

    @classmethod
    def of(cls, title: str, xml: bytes, own: Set[Place]) -> Sheet:
        """A sheet that has no values yet."""
        formulas: list[Place] = []
        numbers: dict[Place, int] = {}

        def with_hole(cell: re.Match[bytes]) -> bytes:
            head, letters, row, formula, number = cell.groups()
            place = title, int(row), column_index_from_string(letters.decode())
            if formula:
                formulas.append(place)
                return b"%b%b>%b</v></c>" % (head, formula, HOLE)
            if place not in own:
                return cell[0]
            numbers[place] = len(formulas) + len(numbers)
            return b"%b%b%b</v></c>" % (head, number, HOLE)

        holed = CELL.sub(with_hole, xml)
        rows, columns = tuple(row for _, row, _ in formulas), tuple(column for *_, column in formulas)
        return cls(title, holed, rows, columns, tuple(numbers), tuple(numbers.values()))

    @property
    def places(self) -> Iterator[Place]:
        """The cells of the formulas."""
        return zip(repeat(self.title), self.rows, self.columns, strict=False)

    def __reduce__(self) -> tuple[Callable[..., Sheet], tuple[Any, ...]]:
        """A sheet of 100,000 cells is sent as half a megabyte."""
        places = (self.rows, self.columns, self.numbers, self.numbered)
        return _unpacked, (self.title, zlib.compress(self.xml, 1), *places)

    def with_formulas(self, formulas: Mapping[Place, str]) -> Sheet:
        """The sheet with formulas, which begin with '=', in cells that are empty."""
        by_address = {
            f"{get_column_letter(column)}{row}".encode(): escape(formula[1:]).encode()
            for (title, row, column), formula in formulas.items()
            if title == self.title
        }

        if not by_address:
            return self

        def filled(cell: re.Match[bytes]) -> bytes:
            formula = by_address.get(cell[2])
            return cell[0] if formula is None else b"%b><f>%b</f><v/></c>" % (cell[1], formula)

        return Sheet.of(self.title, EMPTY.sub(filled, self.xml.replace(ANY_VALUE, NO_VALUE)), {*self.numbers})

    def filled(self, values: Sequence[Content], numbers: Mapping[Place, float]) -> bytes:
        """The sheet with these values of its formulas, and its own numbers."""
        others = {at: typed(value) for at, value in _no_numbers(values)}
        numbers_alone = [value if type(value) is float else 0.0 for value in values] if others else values
        written = reprs(cast("Sequence[float]", numbers_alone))
        pieces = self._pieces.copy()
        for at, (kind, text) in others.items():
            written[at] = text.encode()
            before, _, formula = pieces[self._holes[at]].rpartition(FORMULA)
            pieces[self._holes[at]] = b"%b%b%b%b" % (before, kind.encode(), FORMULA, formula)
        for hole, place in zip(self.numbered, self.numbers, strict=True):
            written.insert(hole, shortest(numbers[place]).encode())
        whole = [b""] * (2 * len(pieces) - 1)
        whole[::2], whole[1::2] = pieces, written
        return b"".join(whole)

    @cached_property
    def _pieces(self) -> list[bytes]:
        """What stands before, between and behind the holes."""
        return self.xml.split(HOLE)

    @cached_property
    def _holes(self) -> Sequence[int]:
        """Which of all holes is that of each formula."""
        numbered = set(self.numbered)
        return [hole for hole in range(len(self.rows) + len(numbered)) if hole not in numbered]


def _no_numbers(values: Sequence[Content]) -> Iterator[tuple[int, Content]]:
    """The values that are no numbers, with their places; of 100,000 there are often none."""
    if {*map(type, values)} != {float}:
        yield from ((at, value) for at, value in enumerate(values) if type(value) is not float)


def _unpacked(title: str, xml: bytes, *places: Any) -> Sheet:
    return Sheet(title, zlib.decompress(xml), *places)


@dataclass
class _FixedValues(BookValues):
    """The values of the cells that charts show, all of which stay as they are."""

    holes: Set[Place] = frozenset()

    def value(self, title: str, row: int, column: int) -> float | str | None:
        """What a cell holds."""
        assert (title, row, column) not in self.holes, f"a chart would show {title} {row},{column} of another book"
        return super().value(title, row, column)


class Skeleton:
    """``numbers`` and ``texts`` are the cells whose content is put in; in the workbook some number or text is there.

    No chart of the workbook may show any of these, or a formula.  It can be sent to another process.
    """

    def __init__(self, workbook: Workbook, numbers: Iterable[Place], texts: Iterable[Place]) -> None:
        self._parts = saved(workbook)
        titles = {f"xl/worksheets/sheet{n}.xml": sheet.title for n, sheet in enumerate(workbook.worksheets, start=1)}
        self._texts = {place: self._place_apart(place, titles) for place in texts}
        self._items = ITEM.split(self._parts[TEXTS].decode())
        own = set(numbers)
        holed = {name: Sheet.of(title, self._parts[name], own) for name, title in titles.items()}
        self._sheets = {name: sheet for name, sheet in holed.items() if sheet.rows or sheet.numbers}
        formulas = {place for sheet in self.sheets for place in sheet.places}
        fixed = _FixedValues(workbook, {}, {}, holes=formulas | own)
        self._parts |= {name: fixed.put_into(part) for name, part in self._parts.items() if CHART.fullmatch(name)}
        self._parts |= dict.fromkeys((*self._sheets, TEXTS), b"")  # which have their place here alone

    @property
    def sheets(self) -> tuple[Sheet, ...]:
        """Those that have holes."""
        return tuple(self._sheets.values())

    def with_formulas(self, formulas: Mapping[Place, str]) -> Skeleton:
        """The same with formulas, which begin with '=', in cells of such sheets that are empty."""
        other = copy(self)
        other._sheets = {name: sheet.with_formulas(formulas) for name, sheet in self._sheets.items()}
        return other

    def without_cells(self, sheets: Container[str]) -> Skeleton:
        """The same with nothing on some sheets."""
        other = copy(self)
        other._sheets = {name: sheet for name, sheet in self._sheets.items() if sheet.title not in sheets}
        empty = {
            name: SHEET_DATA.sub(b"<sheetData/>", self._sheets[name].xml)
            for name in self._sheets.keys() - other._sheets
        }
        other._parts = self._parts | empty
        return other

    def package(self, values: Values, numbers: Mapping[Place, float], texts: Mapping[Place, str]) -> bytes:
        """The workbook as a file, with a value for each formula."""
        changed = {name: sheet.filled(values[sheet.title], numbers) for name, sheet in self._sheets.items()}
        changed[TEXTS] = self._with_texts(texts)
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as package:
            for name, part in self._parts.items():
                write_part(package, name, changed.get(name, part))
        return stream.getvalue()

    def without_values(self, numbers: Mapping[Place, float], texts: Mapping[Place, str]) -> bytes:
        """The workbook with 0 for the value of each formula."""
        return self.package({sheet.title: [0.0] * len(sheet.rows) for sheet in self.sheets}, numbers, texts)

    def _place_apart(self, place: Place, titles: Mapping[str, str]) -> int:
        """Where the text of a cell stands in the table, which from now on no other cell refers to."""
        sheet, row, column = place
        [name] = (name for name, title in titles.items() if title == sheet)
        address = f'<c r="{get_column_letter(column)}{row}"'
        cell = re.compile(rf'({address}(?: s="[0-9]+")? t="s"><v>)([0-9]+)</v>'.encode())
        found = cell.search(self._parts[name])
        assert found is not None, f"there is no text in {place}"
        reference = rb' t="s"><v>' + found[2] + b"</v>"
        if sum(self._parts[other].count(reference) for other in titles) == 1:
            return int(found[2])
        table = self._parts[TEXTS]
        last = table.count(b"<si>")
        self._parts[TEXTS] = table.replace(b"</sst>", text_item("").encode() + b"</sst>")
        self._parts[name] = cell.sub(rb"\g<1>%d</v>" % last, self._parts[name], count=1)
        return last

    def _with_texts(self, texts: Mapping[Place, str]) -> bytes:
        """The table of texts with these in their places."""
        items = self._items.copy()
        for place, number in self._texts.items():
            head = items[number].partition("<si>")[0]  # of the table, before the first text
            items[number] = f"{head}{text_item(texts[place])}"
        return "".join(items).encode()
