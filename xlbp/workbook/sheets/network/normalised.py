"""What is normalised together, a table each: forward with mean and deviation, backward with the three paths.

∂E/∂x = ∂E/∂n / σ, straight, + ∂E/∂σ² · 2c/N, through the deviation, + ∂E/∂μ / N, through the mean.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np
from openpyxl.utils import get_column_letter

from xlbp.symbols.expr import ref, sqrt
from xlbp.template.blocks.block import FEATURES
from xlbp.template.blocks.norms import Norm
from xlbp.template.layer import Layer, Node
from xlbp.template.quantity import Quantity, quantity
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.sheets.network.grids import BACKWARD, FORWARD, Grids, family_of
from xlbp.workbook.sheets.network.worked import LABEL, TEXT, Worked

MOST_GROUPS, MOST_MEMBERS = 4, 16  # that are shown; the training sheet has all of them
OURS = {"mu": "μ", "v": "σ²", "s": "σ", "c": "c", "n": "n", "z": "z", "G": "γ", "B": "β"}  # symbols by our letters
COLUMNS = 4  # forward: what comes in, its distance from the mean, that by the deviation, what goes out
HEADING_WIDTH = 11  # in digits, so that no heading wraps
WIDTH = 2 * COLUMNS + 4


def has_norm(contents: Contents) -> bool:
    """Whether a network normalises anywhere."""
    return any(isinstance(node.block, Norm) for layer in contents.template.model.layers for node in layer.nodes)


@dataclass(frozen=True)
class Group:
    """Numbers that are normalised together, with what each is called, and the place of their mean."""

    title: str
    place: tuple[int, ...]
    members: list[tuple[str, tuple[int, ...], str]]  # a label, the index from 1, the mark of the sample


@dataclass(frozen=True)
class Normalised:
    """Puts the groups of one norm on a page; ``grids`` fetch any sample's numbers, whichever is chosen."""

    grids: Grids
    column: int
    layer: Layer
    node: Node
    block: Norm
    worked: Worked

    def groups(self) -> Iterator[Group]:
        """Of a batch a group for each feature, else one for each step of the chosen sample."""
        texts, network = self.grids.lens.contents.texts, self.layer.network
        shape = network.inputs_of(self.node)[0]
        apart, axis = shape.without(*FEATURES), shape.place(*FEATURES)
        places = list(product(*(range(1, extent + 1) for extent in apart)))

        def index(place: tuple[int, ...], feature: int) -> tuple[int, ...]:
            return place if axis is None else (*place[:axis], feature, *place[axis:])

        if not self.block.of_batch:
            for place in places:
                label = texts("network.step", number=place[0]) if place else ""
                members = [
                    (str(f), index(place, f), self.grids.lens.mark) for f in range(1, shape.extent(*FEATURES) + 1)
                ]
                yield Group(label, place, members)
            return
        for feature in range(1, shape.extent(*FEATURES) + 1):
            members = [
                (",".join([texts("network.sample", number=number), *map(str, place)]), index(place, feature), mark)
                for place in places
                for number, mark in enumerate(network.marks, start=1)
            ]
            yield Group(texts("network.feature", number=feature), (feature,), members)

    def put(self, row: int) -> int:
        """A table for each group; returns the row after them."""
        contents = self.grids.lens.contents
        objective = contents.symbol(contents.objective)
        explanation = contents.texts("network.norm", objective=objective, **self.symbols)
        self.grids.page.text(row, self.column, explanation, "symbol")
        groups = list(self.groups())
        for group in groups[:MOST_GROUPS]:
            row = self.put_group(row + 1, group)
        if len(groups) > MOST_GROUPS:
            self.left_out(row, MOST_GROUPS, len(groups))
            row += 1
        return self.put_example(row, groups[0]) + 1

    def put_example(self, row: int, group: Group) -> int:
        """One number of a group by the whole formula, and of a batch norm as it would be in a test."""
        page, texts, mark = self.grids.page, self.grids.lens.contents.texts, self.grids.lens.mark
        index, number = next((index, number) for _, index, number in group.members if number == mark)
        common, z = "" if self.block.of_batch else mark, self.named("z", index, number)
        feature = (index[self.feature_axis],)
        statistics = [(self.grids.lens.symbol(z), *(self.named(letter, group.place, common) for letter in ("mu", "v")))]
        running = [self.named(letter, feature) for letter in ("rm", "rv")]
        if self.block.of_batch and all(map(self.grids.lens.contents.has, running)):
            statistics.append((texts("network.norm_running"), running[0], running[1]))
        page.text(row, LABEL, texts("network.norm_value", value=self.grids.lens.symbol(z)), "symbol")
        scale, shift = (ref(self.named(letter, feature)) for letter in "GB")
        source, epsilon = ref(self.source(index, number)), ref(f"$normeps{self.layer.number}")
        for offset, (label, mean, variance) in enumerate(statistics, start=1):
            expr = scale * ((source - ref(mean)) / sqrt(ref(variance) + epsilon)) + shift
            self.worked.put(row + offset, label, expr, self.grids.lens.size(z))
        row += 1 + len(statistics)
        if len(statistics) > 1:
            page.text(row, TEXT, texts("network.norm_test", scale=self.symbols["G"], shift=self.symbols["B"]), "muted")
            row += 1
        return row

    @property
    def feature_axis(self) -> int:
        """Which of its indices says to which feature a number belongs."""
        axis = self.layer.network.inputs_of(self.node)[0].place(*FEATURES)
        return 0 if axis is None else axis

    def source(self, index: tuple[int, ...], mark: str) -> Quantity:
        """What comes in for a number of what goes out."""
        network = self.layer.network
        at = np.ravel_multi_index([i - 1 for i in index], network.inputs_of(self.node)[0])
        return network.passed(self.node.inputs[0], mark, in_row=network.stored)[at]

    @cached_property
    def symbols(self) -> dict[str, str]:
        """What the source calls each thing of the table, by our letters; ``x`` is what comes in."""
        contents, network = self.grids.lens.contents, self.layer.network
        tensors = {each.letter: each for each in (*network.tensors_of(self.node), *network.parameters_of(self.node))}
        called = {
            letter: family_of(contents, self.layer, tensors[letter], ours) if letter in tensors else ours
            for letter, ours in OURS.items()
        }
        incoming = network.passed(self.node.inputs[0], network.marks[0], in_row=network.stored)
        return {**called, "x": contents.family_symbol(incoming, "x")}

    def left_out(self, row: int, shown: int, every: int) -> None:
        """How many there are more than are shown."""
        contents = self.grids.lens.contents
        text = contents.texts("steps.left_out", count=contents.texts.number(every - shown), training=contents.title)
        self.grids.page.text(row, self.column, text, "muted")

    def put_group(self, row: int, group: Group) -> int:
        """Headings, a row for each member, then what all have together; returns the row after them."""
        self.put_headings(row, group.title)
        shown = group.members[:MOST_MEMBERS]
        line = row + len(shown) + 1  # where mean, variance and deviation stand
        self.put_statistics(line, group)
        for offset, member in enumerate(shown, start=row + 1):
            self.put_member(offset, line, group, member)
        if len(group.members) > MOST_MEMBERS:
            self.left_out(line + 2, MOST_MEMBERS, len(group.members))
        return line + 4

    @property
    def right(self) -> int:
        """The column in which the way back begins."""
        return self.column + COLUMNS + 1

    def put_headings(self, row: int, title: str) -> None:
        """What stands in each column, forward and backward."""
        contents, page = self.grids.lens.contents, self.grids.page
        d = f"∂{contents.symbol(contents.objective)}/∂"
        page.text(row, self.column - 1, title, "label")
        page.width(range(self.column, self.right + 6), HEADING_WIDTH)
        paths = [
            contents.texts(f"network.{key}", **self.symbols)
            for key in ("straight", "through_deviation", "through_mean")
        ]
        x, mean, deviation, c, n, z = (self.symbols[key] for key in ("x", "mu", "s", "c", "n", "z"))
        scale, shift = self.symbols["G"], self.symbols["B"]
        forward = [x, f"{c} = {x} − {mean}", f"{n} = {c} / {deviation}", f"{z} = {scale}{n} + {shift}"]
        backward = [f"{d}{z}", f"{d}{n}", *paths, f"{d}{x}"]
        for column, text in [*enumerate(forward, start=self.column), *enumerate(backward, start=self.right)]:
            page.text(row, column, text, "column")

    def named(self, letter: str, index: tuple[int, ...], mark: str = "") -> Quantity:
        """A quantity of the norm's layer."""
        return quantity(letter, self.layer.number, index, mark)

    def put_statistics(self, row: int, group: Group) -> None:
        """Mean, variance and deviation, and the derivatives by them, each under its symbol."""
        mark = "" if self.block.of_batch else self.grids.lens.mark
        for offset, letter in enumerate(("mu", "v", "s")):
            name, symbol = self.named(letter, group.place, mark), self.symbols[letter]
            for column, shown, text, look in (
                (self.column + offset, name, symbol, FORWARD),
                (self.right + offset, name.gradient, f"∂/∂{symbol}", BACKWARD),
            ):
                if self.grids.lens.contents.has(shown):
                    self.grids.page.text(row, column, text, "column")
                    self.grids.put_number(row + 1, column, shown, look)

    def put_member(self, row: int, line: int, group: Group, member: tuple[str, tuple[int, ...], str]) -> None:
        """One number: x, c, n, z; the derivatives by z and n, the three paths, and their sum."""
        label, index, mark = member
        lens = self.grids.lens
        self.grids.page.text(row, self.column - 1, label, "label")
        forward = [self.source(index, mark), *(self.named(letter, index, mark) for letter in "cnz")]
        self.grids.put(row, self.column, [forward], FORWARD)
        dz, dn = (self.named(letter, index, mark).gradient for letter in "zn")
        self.grids.put(row, self.right, [[dz, dn]], BACKWARD)
        if lens.contents.has(dn):
            self.put_paths(row, line + 1, group, index, mark)

    def put_paths(self, row: int, line: int, group: Group, index: tuple[int, ...], mark: str) -> None:
        """The three paths from the cells of this sheet, and their sum."""
        lens, page, count = self.grids.lens, self.grids.page, len(group.members)
        common = "" if self.block.of_batch else mark
        names = [self.named(letter, group.place, common) for letter in ("s", "v", "mu")]
        dn, c = self.named("n", index, mark).gradient, self.named("c", index, mark)
        used = [dn, names[0], names[1].gradient, c, names[2].gradient]
        values, sizes = ([of(name) or 0.0 for name in used] for of in (lens.value, lens.size))
        cell = [f"{get_column_letter(at)}{down}" for at, down in self._cells(row, line)]
        paths = [
            (f"{cell[0]}/{cell[1]}", values[0] / values[1], sizes[0] / values[1]),
            (f"{cell[2]}*2*{cell[3]}/{count}", values[2] * 2 * values[3] / count, sizes[2] * 2 * sizes[3] / count),
            (f"{cell[4]}/{count}", values[4] / count, sizes[4] / count),
        ]
        for offset, (formula, value, size) in enumerate(paths, start=self.right + 2):
            page.live(row, offset, formula, value, BACKWARD, size)
        first, last = (get_column_letter(self.right + offset) for offset in (2, 4))
        total, size = sum(value for _, value, _ in paths), sum(size for _, _, size in paths)
        page.live(row, self.right + 5, f"SUM({first}{row}:{last}{row})", total, BACKWARD, size)

    def _cells(self, row: int, line: int) -> list[tuple[int, int]]:
        """Where ∂E/∂n, σ, ∂E/∂σ², c and ∂E/∂μ stand: columns and rows."""
        left, right = self.column, self.right
        return [(right + 1, row), (left + 2, line), (right + 1, line), (left + 1, row), (right, line)]
