"""A table of the layers in helper cells: how large they are, and where their quantities stand on the training sheet.

A quantity stands at a first column, plus a step per unit and a step per source.  The row above the
table holds the record of the chosen layer; formulas read nothing else, so that they need no names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from openpyxl.utils import get_column_letter

from xlbp.template import names
from xlbp.template.network import Layer
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.page.page import Page
from xlbp.workbook.sheets.steps.unit_lines import (
    DELTA,
    Line,
    backward_lines,
    forward_lines,
    network_of,
    quantity,
    shared_bias_text,
)

CHOSEN, KEYS, FIRST = 3, 4, 5  # rows
ALWAYS = ("targets", "panel", "frozen", "shared", "b", "bd", "b+")  # has a place even where it is 0 everywhere
Record = dict[str, int]
NameOf = Callable[[int, int], str]  # (unit, source) -> name


@dataclass(frozen=True)
class Kind:
    """Layers of one kind have the same lines, and differ in their numbers only."""

    forward: tuple[Line, ...]
    backward: tuple[Line, ...]
    shared_bias: str


class LayerTable:
    """The records, where they stand on the page, and which one is chosen."""

    def __init__(self, contents: Contents, column: int, chosen: int) -> None:
        self.contents, self.column, self.chosen = contents, column, chosen
        layers = range(1, len(network_of(contents).layers) + 1)
        of_layers = [_kind(contents, number) for number in layers]
        self.kinds = list(dict.fromkeys(of_layers))
        self.records = [
            {**_record(contents, number, kind), "kind": self.kinds.index(kind) + 1}
            for number, kind in zip(layers, of_layers, strict=True)
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


def first_sample(name: str) -> str:
    """The quantity of the first sample, at whose column its samples begin."""
    plain, mark, _ = name.partition("@")
    return f"{plain}@1" if mark else name


def column_of(contents: Contents, name: str) -> int:
    """The column of a quantity's first sample on the training sheet; 0 where there is none."""
    name = first_sample(name)
    if name in contents.layout.columns:
        return contents.layout.columns[name]
    place = contents.layout.panel.get(name)
    return place.column if place and place.sheet == "training" else 0


def below(contents: Contents, layer: int, source: int, mark: str) -> str:
    """What comes into a layer from a source: an input, or what a unit of the layer before passes on."""
    if layer == 1:
        in_row = mark or network_of(contents).stored
        return names.of_unit("a", 0, source, mark) if in_row else names.of_input("x", source)
    passed = (names.of_unit(letter, layer - 1, source, mark) for letter in ("h", "a", "z"))
    return next(name for name in passed if name in contents.layout.columns)


def bias_of(layer: Layer, unit: int) -> str:
    """The name of a unit's bias, or of the one it shares; '' where there is none."""
    return layer.bias_of(unit) or ""


def _kind(contents: Contents, number: int) -> Kind:
    lines = forward_lines(contents, number), backward_lines(contents, number)
    return Kind(tuple(lines[0]), tuple(lines[1]), shared_bias_text(contents, number))


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
    record |= _run(contents, "b", lambda i, _: bias_of(layer, i), units, 1)
    of_weight = partial(names.weight, number)
    record |= _run(contents, "W", of_weight, units, sources)
    record |= _run(contents, "Wd", lambda i, j: names.gradient(of_weight(i, j)), units, sources)
    record |= _run(contents, "W+", lambda i, j: names.updated(of_weight(i, j)), units, sources)
    if not frozen:
        record |= _run(contents, "bd", lambda i, _: names.gradient(bias_of(layer, i)), units, 1)
        record |= _run(contents, "b+", lambda i, _: names.updated(bias_of(layer, i)), units, 1)
    if targets:
        record |= _run(contents, "next W", lambda i, j: names.weight(number + 1, i, j), targets, units)
        record |= _run(contents, "next dz", lambda i, _: names.of_unit("dz", number + 1, i, mark), targets, 1)
    for way, lines in (("z", [Line("z", "")]), ("forward", kind.forward), ("backward", kind.backward)):
        for place, line in enumerate(lines):

            def named(i: int, _: int, letters: str = line.letters) -> str:
                return quantity(contents, letters, number, i, mark)

            record |= _run(contents, f"{way} {place}", named, units, 1)
    return record


def _run(contents: Contents, key: str, name: NameOf, units: int, sources: int) -> Mapping[str, int]:
    """A first column, and the steps to the next unit and to the next source."""
    first = column_of(contents, name(1, 1))
    by_unit = column_of(contents, name(2, 1)) - first if first and units > 1 else 0
    by_source = column_of(contents, name(1, 2)) - first if first and sources > 1 else 0
    return {key: first, f"{key}/unit": by_unit, f"{key}/source": by_source}
