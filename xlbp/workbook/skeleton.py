"""A saved workbook with holes: the values of its formulas, and some numbers and texts, are put in later.

The books of a class differ in little else.  To make a workbook takes seconds, to fill the holes of one that is there
milliseconds, and every part comes out as if the workbook had been made with that content.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import islice
from typing import TypeAlias

from openpyxl import Workbook
from openpyxl.utils.cell import coordinate_to_tuple, get_column_letter

from xlbp.workbook.package import CHART, typed, write_part
from xlbp.workbook.page.page import Content
from xlbp.xlsx.chart_values import BookValues
from xlbp.xlsx.in_memory import TEXTS, saved
from xlbp.xlsx.shared_texts import shortest, text_item

Place: TypeAlias = tuple[str, int, int]  # sheet, row, column
HOLE = "\0"  # which no XML has
CELL = re.compile(
    r'(?P<head><c r="(?P<address>[A-Z]+[0-9]+)"(?: s="[0-9]+")?)'
    r'(?:(?P<formula>><f>[^<]*</f><v)/></c>|(?P<number> t="n"><v>)[^<]*</v></c>)'
)
ITEM = re.compile("(?<=</si>)")


@dataclass(frozen=True)
class _Sheet:
    """A sheet's XML in ``pieces``: what stays in the even places, in the odd ones what is put in, in that ``order``.

    It counts, from 0, the kinds of the ``formulas``, their values, and then the ``numbers``.
    """

    pieces: list[str]
    formulas: tuple[Place, ...]
    numbers: tuple[Place, ...]
    order: tuple[int, ...]

    @classmethod
    def of(cls, title: str, xml: str, own: Set[Place]) -> _Sheet:
        """The sheet with a hole for the value of each formula, and for its own numbers."""
        formulas: list[Place] = []
        numbers: list[Place] = []
        order: list[tuple[int, int]] = []  # kinds are 0, values 1, numbers 2; and which of them

        def with_hole(cell: re.Match[str]) -> str:
            place = (title, *coordinate_to_tuple(cell["address"]))
            if cell["formula"]:
                order.extend(((0, len(formulas)), (1, len(formulas))))
                formulas.append(place)
                return f"{cell['head']}{HOLE}{cell['formula']}>{HOLE}</v></c>"
            if place not in own:
                return cell[0]
            order.append((2, len(numbers)))
            numbers.append(place)
            return f"{cell['head']}{cell['number']}{HOLE}</v></c>"

        fixed = CELL.sub(with_hole, xml).split(HOLE)
        pieces = [""] * (2 * len(fixed) - 1)
        pieces[::2] = fixed
        flat = (kind * len(formulas) + number for kind, number in order)
        return cls(pieces, tuple(formulas), tuple(numbers), tuple(flat))

    def filled(self, values: Sequence[Content], numbers: Mapping[Place, float]) -> bytes:
        """The sheet with these values of its formulas, and its own numbers."""
        pairs = [("", repr(value)) if type(value) is float else typed(value) for value in values]  # most are numbers
        put_in = [kind for kind, _ in pairs]
        put_in += [value for _, value in pairs]
        put_in += [shortest(numbers[place]) for place in self.numbers]
        self.pieces[1::2] = [put_in[place] for place in self.order]
        return "".join(self.pieces).encode()


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

    No chart of the workbook may show any of these, or a formula.
    """

    def __init__(self, workbook: Workbook, numbers: Iterable[Place], texts: Iterable[Place]) -> None:
        self._parts = saved(workbook)
        titles = {f"xl/worksheets/sheet{n}.xml": sheet.title for n, sheet in enumerate(workbook.worksheets, start=1)}
        self._texts = {place: self._place_apart(place, titles) for place in texts}
        self._items = ITEM.split(self._parts[TEXTS].decode())
        own = set(numbers)
        sheets = {name: _Sheet.of(title, self._parts[name].decode(), own) for name, title in titles.items()}
        self._sheets = {name: sheet for name, sheet in sheets.items() if sheet.order}
        self.formulas = tuple(place for sheet in self._sheets.values() for place in sheet.formulas)
        fixed = _FixedValues(workbook, {}, {}, holes={*self.formulas, *own})
        self._parts |= {name: fixed.put_into(part) for name, part in self._parts.items() if CHART.fullmatch(name)}

    def package(self, values: Sequence[Content], numbers: Mapping[Place, float], texts: Mapping[Place, str]) -> bytes:
        """The workbook as a file, with a value for each of the ``formulas``, in their order."""
        waiting = iter(values)
        changed = {TEXTS: self._with_texts(texts)}
        for name, sheet in self._sheets.items():
            changed[name] = sheet.filled([*islice(waiting, len(sheet.formulas))], numbers)
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as package:
            for name, part in self._parts.items():
                write_part(package, name, changed.get(name, part))
        return stream.getvalue()

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
