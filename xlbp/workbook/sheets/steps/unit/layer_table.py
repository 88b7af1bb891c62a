"""A table of the layers in helper cells: how large each is, and where its quantities stand on the training sheet.

A quantity stands at a first column, plus a step per unit and a step per source; the next sample's one column further,
or more.  The row above the table holds the
record of the chosen layer; formulas read nothing else, so that they need no names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TypeAlias

from openpyxl.utils import get_column_letter

from xlbp.template import names
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.page.lens import sample_stride
from xlbp.workbook.page.page import Page
from xlbp.workbook.sheets.steps.unit.units import DELTA, PRE, Kind, Line, below, kind_of, network_of, quantity

CHOSEN, KEYS, FIRST = 3, 4, 5  # rows of the table
ALWAYS = ("targets", "panel", "frozen", "shared", "b", "bd", "b+")  # has a place even where it is 0 everywhere
Record: TypeAlias = dict[str, int]
NameOf: TypeAlias = Callable[[int, int], str]  # (unit, source) -> name


class LayerTable:
    """The records, where they stand on the page, and which one is chosen."""

    def __init__(self, contents: Contents, column: int, chosen: int) -> None:
        self.contents, self.column, self.chosen = contents, column, chosen
        numbers = [layer.number for layer in network_of(contents).layers]
        kinds = [kind_of(contents, number) for number in numbers]
        self.kinds = list(dict.fromkeys(kinds))
        self.records = [
            {**_record(contents, number, kind), "kind": self.kinds.index(kind) + 1}
            for number, kind in zip(numbers, kinds, strict=True)
        ]
        for record in self.records:  # a layer with fewer lines has 0 for those that others have
            record.update({key: record.get(key, 0) for other in self.records for key in other})
        self.keys = [key for key in self.records[0] if key in ALWAYS or self.varies(key)]

    @property
    def kind(self) -> Kind:
        """That of the chosen layer."""
        return self.kinds[self["kind"] - 1]

    def __getitem__(self, key: str) -> int:
        """A number of the chosen layer's record."""
        return self.records[self.chosen - 1][key]

    def most(self, key: str) -> int:
        """The largest such number of any layer."""
        return max(record.get(key, 0) for record in self.records)

    def varies(self, key: str) -> bool:
        """Whether a number is more than 0 in any layer; one that is not needs no place in a formula."""
        return self.most(key) != 0

    def cell(self, key: str) -> str:
        """Where the chosen layer's number stands."""
        return f"${self._letter(key)}${CHOSEN}"

    def all_cells(self, key: str) -> str:
        """Where the number of every layer stands."""
        letter = self._letter(key)
        return f"${letter}${FIRST}:${letter}${FIRST + len(self.records) - 1}"

    def _letter(self, key: str) -> str:
        return str(get_column_letter(self.column + self.keys.index(key)))

    def put(self, page: Page, layer_cell: str) -> None:
        """Headings, a row per layer, and on top the chosen one's."""
        for offset, key in enumerate(self.keys):
            page.text(KEYS, self.column + offset, key, "small")
            for row, record in enumerate(self.records, start=FIRST):
                page.number(row, self.column + offset, record[key])
            formula = f"INDEX({self.all_cells(key)},{layer_cell})"
            page.live(CHOSEN, self.column + offset, formula, float(self[key]), "small")


def column_of(contents: Contents, name: str) -> int:
    """The column of a quantity's first sample on the training sheet; 0 where there is none."""
    if not name:
        return 0
    quantity = contents.template.model.quantity(name)
    first = quantity.sampled("@1") if quantity.sample else quantity
    if first in contents.layout.columns:
        return contents.layout.columns[first]
    place = contents.layout.panel.get(first)
    return place.column if place and place.sheet == "training" else 0


def _record(contents: Contents, number: int, kind: Kind) -> Record:
    """Everything the formulas need to know of a layer."""
    network = network_of(contents)
    layer, mark = network.layers[number - 1], network.marks[0]
    units, sources = layer.units, layer.sources
    targets = network.layers[number].units if number < len(network.layers) else 0
    frozen = bool(layer.biases) and not layer.trains_bias
    record = {"layer": number, "units": units, "sources": sources, "targets": targets}
    record["delta"] = 1 + [line.letters for line in kind.backward].index(DELTA)  # its place among these lines
    on_panel = number == 1 and not mark and not network.stored
    record |= {"panel": int(on_panel), "frozen": int(frozen), "shared": int(bool(kind.shared_bias))}
    record |= _run(contents, "in", lambda _, j: below(contents, number, j, mark), 1, sources)
    record |= _run(contents, "b", lambda i, _: layer.bias_of(i) or "", units, 1)
    of_weight = partial(names.weight, number)
    record |= _run(contents, "W", of_weight, units, sources)
    record |= _run(contents, "Wd", lambda i, j: names.gradient(of_weight(i, j)), units, sources)
    record |= _run(contents, "W+", lambda i, j: names.updated(of_weight(i, j)), units, sources)
    if layer.trains_bias or not layer.biases:
        record |= _run(contents, "bd", lambda i, _: bias.gradient if (bias := layer.bias_of(i)) else "", units, 1)
        record |= _run(contents, "b+", lambda i, _: bias.updated if (bias := layer.bias_of(i)) else "", units, 1)
    if targets:
        record |= _run(contents, "next W", lambda i, j: names.weight(number + 1, i, j), targets, units)
        record |= _run(contents, "next dz", lambda i, _: names.of_unit(DELTA, number + 1, i, mark), targets, 1)
    for way, lines in (("z", (Line(PRE, ""),)), ("forward", kind.forward), ("backward", kind.backward)):
        for place, line in enumerate(lines):
            record |= _run(contents, f"{way} {place}", _named(contents, line.letters, number, mark), units, 1)
    return record


def _named(contents: Contents, letters: str, layer: int, mark: str) -> NameOf:
    return lambda unit, _: quantity(contents, letters, layer, unit, mark)


def _run(contents: Contents, key: str, name: NameOf, units: int, sources: int) -> Mapping[str, int]:
    """A first column, the steps to the next unit and source, and how many columns too many lie before a next sample."""
    further = sample_stride(contents, name(1, 1)) - 1 if name(1, 1) else 0
    first = column_of(contents, name(1, 1))
    by_unit = column_of(contents, name(2, 1)) - first if first and units > 1 else 0
    by_source = column_of(contents, name(1, 2)) - first if first and sources > 1 else 0
    return {key: first, f"{key}/unit": by_unit, f"{key}/source": by_source, f"{key}/sample": further}
