"""Sheets as series by name, down or across: ``[key]`` in a formula is this step's cell, ``[key-]`` the one before."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import column_index_from_string, coordinate_from_string
from openpyxl.worksheet.formula import ArrayFormula

from tests.auditing.styles.base import Slip, Style
from xlbp.auditing import findings as kinds

HALF, CHAIN, PATH, NEW = kinds.HALF, kinds.FACTOR, kinds.PATH, kinds.UPDATED
INPUT, UNIT, WEIGHT, BIAS = kinds.DATA, kinds.UNIT, kinds.WEIGHT, kinds.BIAS
MASK, OP, OPT, VALUE = kinds.MASK, kinds.OPERATOR, kinds.OPTIMIZER, kinds.PASTED
SIGN, ROW, MEAN, TRANS = kinds.SIGN, kinds.ROW, kinds.MEAN, kinds.TRANSPOSED
ANCHOR, GRAD = kinds.UNANCHORED, kinds.WRONG_GRADIENT
SHIFTS = {"-": -1, "+": 1}


class T:
    """A table of series from ``at`` on, headed in line ``head``, with ``n`` steps from line ``first`` on."""

    def __init__(self, ws, head, first, n, at=1, side=False, reg=None):
        self.ws, self.head, self.first, self.n, self.at, self.side = ws, head, first, n, at, side
        self.pos, self.f, self.heads, self.over = {}, {}, {}, {}
        self.reg = reg if reg is not None else {}

    def skip(self, k=1):
        """Leave lines free."""
        self.at += k

    def add(self, key, heading, first, rest=None):
        """One more series, with the content of its first step and of the others."""
        self.pos[key] = self.at
        self.at += 1
        self.f[key] = [first, first if rest is None else rest]
        self.heads[key] = heading
        self.reg[key] = self
        return self

    def a(self, key, i):
        """The address of a series in a step."""
        line, p = self.first + i, self.pos[key]
        return f"{get_column_letter(line)}{p}" if self.side else f"{get_column_letter(p)}{line}"

    def text(self, formula, i):
        """A formula of names as one of cells; ``={i}`` is the step's number."""
        if not isinstance(formula, str):
            return formula

        def cell(found):
            dollar, key, shift = found.groups()
            moved = (
                int(shift[1:]) * (-1 if shift[0] == "<" else 1) if shift and shift[0] in "<>" else SHIFTS.get(shift, 0)
            )
            return dollar + self.reg[key].a(key, i + moved)

        text = re.sub(r"\[(\$?)([A-Za-z_]\w*)([-+]|[<>]\d+)?\]", cell, formula)
        return i if text == "={i}" else text

    def change(self, key, new):
        """Make a slip in a series: in all its steps but the given start, or, as (step, content), from a step on."""
        first, rest = self.f[key]
        if isinstance(new, tuple):
            start, content = new
            for i in range(start, self.n) if isinstance(content, str) else [start]:
                self.over[key, i] = content
        else:
            self.f[key] = [new if isinstance(first, str) and first == rest else first, new]

    def cells(self, key, new=None):
        """Where a slip may be found."""
        first, last = 0, self.n - 1
        if isinstance(new, tuple):
            first = new[0]
            last = last if isinstance(new[1], str) else first
        return self.a(key, first) + ":" + self.a(key, last)

    def write(self):
        """Fill the sheet."""
        for key, p in self.pos.items():
            if self.head:
                row, column = (p, self.head) if self.side else (self.head, p)
                self.ws.cell(row, column, self.heads[key])
            for i in range(self.n):
                content = self.over.get((key, i), self.f[key][0 if i == 0 else 1])
                self.ws[self.a(key, i)] = self.text(content, i)


def finish(wb, reg, changes):
    """Make the changes of a slip, by series or by cell, and write the tables."""
    for key, new in changes.items():
        if key in reg:
            reg[key].change(key, new)
    for table in {id(t): t for t in reg.values()}.values():
        table.write()
    for key, new in changes.items():
        if key not in reg:
            fill = arr if isinstance(new, str) and new.startswith("{") else put
            fill(wb.active, key, new)
    wb.reg = reg
    return wb


def put(ws, cell, content):
    """Write one cell."""
    ws[cell] = content


def arr(ws, area, formula):
    """Write an array formula."""
    ws[area.split(":")[0]] = ArrayFormula(area, formula.strip("{}"))


def block(ws, at, rows):
    """Write a block of cells from one corner on; None leaves a cell free."""
    letters, row = coordinate_from_string(at)
    column = column_index_from_string(letters)
    for i, line in enumerate(rows):
        for j, value in enumerate(line):
            if value is not None:
                ws.cell(row + i, column + j, value)


def style(name: str, build: Callable, slips: Mapping, **options) -> Style:
    """A style from a function that builds the sheet with changes, and from slips: kinds, further cells, changes."""
    reg = build({}).reg
    told = []
    for words, (named, cells, changes) in slips.items():
        places = [reg[key].cells(key, new) if key in reg else key for key, new in changes.items()]
        late = any(isinstance(new, tuple) and new[0] > 0 for new in changes.values())
        more = [kinds.FORMULA] if OPT in named or NEW in named or late else []
        told.append(Slip(words, (*named, *more), {}, (*places, *cells)))

    def write(path: Path, slip: Slip | None) -> None:
        build(slips[slip.name][2] if slip else {}).save(path)

    return Style(name, write, lambda place: place, tuple(told), options)
