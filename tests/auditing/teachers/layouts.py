"""How a model is laid out: rows, blocks below, beside or on sheets of their own, columns; and the words above."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from tests.auditing.teachers.models import Model, Slip

Place = tuple[str, int, int]
Words = Callable[[str, Model], str]
MEANS = {"sum": "SUM", "mean": "AVERAGE"}
UPDATES = {  # how a new value is written: of the old one, a sign, and the gradient
    "plain": "{w}{sign}[rate]*{g}",
    "rate last": "{w}{sign}{g}*[rate]",
    "stops": "IF([loss]>0.0001,{w}{sign}[rate]*{g},{w})",
    "bounded": "MAX(-50,{w}{sign}[rate]*{g})",
    "decays": "{w}*(1-[rate]*0.05){sign}[rate]*{g}",
    "decays by a number": "0.998*{w}{sign}[rate]*{g}",
    "decays in the step": "{w}{sign}[rate]*({g}+0.05*{w})",
}
DECAYS = frozenset(name for name in UPDATES if name.startswith("decays"))


@dataclass
class Sheets:
    """Where each quantity of each step stands: ``places[step, name, sample]``, the sample -1 for what has none."""

    model: Model
    places: dict[tuple[int, str, int], Place]
    texts: dict[Place, str]
    rate: Place

    def address(self, place: Place, home: Place, held: bool = False) -> str:
        """The reference to a place from another."""
        sheet, row, column = place
        dollar = "$" if held else ""
        prefix = "" if sheet == home[0] else f"'{sheet}'!"
        return f"{prefix}{dollar}{get_column_letter(column)}{dollar}{row}"

    def formula(self, text: str, step: int, sample: int, home: Place) -> str:
        """A formula of names as one of cells."""

        def cell(found: re.Match[str]) -> str:
            name, of_sample = found[1], bool(found[2])
            if name == "rate":
                return self.address(self.rate, home, held=True)
            place = self.places[step, name, sample if of_sample else -1]
            is_of_panel = name in self.model.parameters and place[1] != home[1] and place[2] != home[2]
            return self.address(place, home, held=is_of_panel and sample >= 0)

        def over_samples(found: re.Match[str]) -> str:
            cells = [self.places[step, found[2], k] for k in range(self.model.samples)]
            listed = [self.address(place, home) for place in cells]
            in_a_column = len({place[2] for place in cells}) == 1 and len(cells) > 1
            is_next = all(b[1] - a[1] == 1 for a, b in pairwise(cells))
            inside = f"{listed[0]}:{listed[-1].rpartition('!')[2]}" if in_a_column and is_next else ",".join(listed)
            return f"{MEANS[found[1]]}({inside})"

        text = re.sub(r"\b(sum|mean)\((\w+)\)", over_samples, text)
        return "=" + re.sub(r"\[([^\]@]+)(@)?\]", cell, text)


def rewritten(text: str, update: str) -> str:
    """A plain update, ``[w]-[rate]*[dw]``, written in another way."""
    old, sign, gradient = re.fullmatch(r"(\[\w+\])([+-])\[rate\]\*(\[\w+\])", text).groups()
    return UPDATES[update].format(w=old, sign=sign, g=gradient)


def quantities(model: Model, update: str) -> Iterator[tuple[str, str]]:
    """All that is computed in a step, with its formula; of samples and of the step."""
    yield from model.shares.items()
    yield from model.totals.items()
    for parameter, gradient in model.gradients.items():
        yield f"new {parameter}", rewritten(f"[{parameter}]-[rate]*[{gradient}]", update)


def write(
    path: Path, sheets: Sheets, steps: int, slip: Slip | None = None, slip_step: int = 0, update: str = "plain"
) -> None:
    """Save the book."""
    book = Workbook()
    book.remove(book.active)
    contents: dict[Place, object] = {**sheets.texts, sheets.rate: sheets.model.rate}
    for step in range(steps):
        is_here = slip is not None and (not slip.one_step or step == slip_step)
        contents |= dict(_given(sheets, step)) | dict(_computed(sheets, step, slip if is_here else None, update))
    for (sheet, row, column), value in contents.items():
        if sheet not in book.sheetnames:
            book.create_sheet(sheet)
        book[sheet].cell(row, column).value = value
    book.save(path)


def _given(sheets: Sheets, step: int) -> Iterator[tuple[Place, object]]:
    """The parameters, typed or taken from the step before, and the data of a step."""
    for parameter, start in sheets.model.parameters.items():
        place = sheets.places.get((step, parameter, -1))
        before = sheets.places.get((step - 1, f"new {parameter}", -1))
        if place is not None and before != place:
            yield place, start if before is None else f"={sheets.address(before, place)}"
    for name, values in sheets.model.data.items():
        yield from ((sheets.places[step, name, k], value) for k, value in enumerate(values))


def _computed(sheets: Sheets, step: int, slip: Slip | None, update: str) -> Iterator[tuple[Place, object]]:
    """The formulas of a step, one of them slipped perhaps."""
    for name, formula in quantities(sheets.model, update):
        text = formula
        if slip is not None and slip.quantity == name:
            text = rewritten(slip.formula, update) if name.startswith("new ") else slip.formula
        for k in range(sheets.model.samples) if name in sheets.model.shares else (-1,):
            place = sheets.places.get((step, name, k))
            if place is not None:
                yield place, sheets.formula(text, step, k, place)


def in_rows(model: Model, steps: int, words: Words) -> Sheets:
    """A row for each step, the samples side by side; the next row's parameters are the new ones."""
    sheets = Sheets(model, {}, {}, ("Sheet1", 1, 2))
    _say(sheets, ("Sheet1", 1, 1), "rate", words)
    names = [(p, -1) for p in model.parameters]
    names += [(n, k) for k in range(model.samples) for n in (*model.data, *model.shares)]
    names += [(n, -1) for n in model.totals]
    for column, (name, k) in enumerate(names, 1):
        _say(sheets, ("Sheet1", 3, column), name, words, k + 1 if model.samples > 1 else 0)
        for step in range(steps):
            sheets.places[step, name, k] = ("Sheet1", 4 + step, column)
    for column, parameter in enumerate(model.parameters, 1):
        for step in range(steps - 1):
            sheets.places[step, f"new {parameter}", -1] = ("Sheet1", 5 + step, column)
    return sheets


def _say(sheets: Sheets, place: Place, name: str, words: Words, sample: int = 0) -> None:
    text = words(name, sheets.model)
    if text:
        sheets.texts[place] = f"{text} ({sample})" if sample else text


@dataclass(frozen=True)
class Block:
    """A step as a block: a panel of parameters, a row for each sample, the totals, the new values."""

    gap: int = 1

    def height(self, model: Model) -> int:
        """Its rows, with the gap below."""
        return len(model.parameters) * 2 + model.samples + 4 + self.gap

    def width(self, model: Model) -> int:
        """Its columns, with the gap beside."""
        return max(3, len(model.data) + len(model.shares)) + self.gap

    def put(self, sheets: Sheets, step: int, sheet: str, top: int, left: int, words: Words) -> None:
        """Place a step's block with its corner here."""
        model, row = sheets.model, top
        for parameter in model.parameters:
            _say(sheets, (sheet, row, left), parameter, words)
            sheets.places[step, parameter, -1] = (sheet, row, left + 1)
            row += 1
        names = [*model.data, *model.shares]
        for column, name in enumerate(names, left):
            _say(sheets, (sheet, row, column), name, words)
            for k in range(model.samples):
                sheets.places[step, name, k] = (sheet, row + 1 + k, column)
        row += model.samples + 1
        for name, formula in model.totals.items():
            inside = re.search(r"\((\w+)\)", formula)
            column = left + names.index(inside[1]) if inside else left
            sheets.places[step, name, -1] = (sheet, row, column)
        _say(sheets, (sheet, row, left), "total", words)
        row += 2
        for parameter in model.parameters:
            _say(sheets, (sheet, row, left), f"new {parameter}", words)
            sheets.places[step, f"new {parameter}", -1] = (sheet, row, left + 1)
            row += 1


def in_blocks(model: Model, steps: int, words: Words, direction: str) -> Sheets:
    """The steps as blocks, one below the other, beside each other, or on a sheet of its own each."""
    sheets = Sheets(model, {}, {}, ("S1", 1, 2))
    _say(sheets, ("S1", 1, 1), "rate", words)
    block = Block()
    for step in range(steps):
        sheet = f"S{step + 1}" if direction == "sheets" else "S1"
        top = 3 + (step * block.height(model) if direction == "below" else 0)
        left = 1 + (step * block.width(model) if direction == "beside" else 0)
        block.put(sheets, step, sheet, top, left, words)
    return sheets


def in_columns(model: Model, steps: int, words: Words) -> Sheets:
    """A column for each step: the names one below the other at the left."""
    upright = in_rows(model, steps, words)

    def turned(place: Place) -> Place:
        return place if place == upright.rate or place[1] == 1 else (place[0], place[2] + 2, place[1] - 2)

    places = {key: turned(place) for key, place in upright.places.items()}
    return Sheets(model, places, {turned(place): text for place, text in upright.texts.items()}, upright.rate)


LAYOUTS: Mapping[str, Callable[[Model, int, Words], Sheets]] = {
    "rows": in_rows,
    "columns": in_columns,
    "below": lambda model, steps, words: in_blocks(model, steps, words, "below"),
    "beside": lambda model, steps, words: in_blocks(model, steps, words, "beside"),
    "sheets": lambda model, steps, words: in_blocks(model, steps, words, "sheets"),
    "one step": lambda model, steps, words: in_blocks(model, 1, words, "below"),
}
