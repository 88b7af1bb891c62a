"""The window that a chosen place of a convolution's maps sees, the kernel over it, and what comes of both."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import NamedTuple

from openpyxl.utils import get_column_letter

from xlbp.template.blocks.block import Shape
from xlbp.template.blocks.convolution import Convolution
from xlbp.template.blocks.pool import AveragePool, MaxPool
from xlbp.template.blocks.windows import IMAGE, Windows
from xlbp.template.layer import INPUT, Layer, Node
from xlbp.template.quantity import Quantity
from xlbp.workbook.drawing import style
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.page.lens import CHANNEL, COLUMN, ROW
from xlbp.workbook.sheets.network.grids import FORWARD, Grids
from xlbp.workbook.sheets.network.maps import Maps, area_of

WINNER = style.change(ground=style.WINNER, ink=style.BLACK, bold=True, border=style.FRAME)
CHOSEN_WINNER = style.change(ground="FFC000", ink=style.BLACK, bold=True, border=style.FRAME)
CHOSEN, SEEN = style.change(ground="FFC000", bold=True), style.change(ground="FFEB9C", bold=True)


class Place(NamedTuple):
    """A channel, row or column that is chosen, counted from 1: as a formula tells it, and as it is."""

    formula: str
    value: int


@dataclass(frozen=True)
class Windowed:
    """A block that lays windows over maps, in its place."""

    layer: Layer
    node: Node
    block: Convolution | MaxPool | AveragePool

    @property
    def windows(self) -> Windows:
        """How they are laid."""
        return self.block.windows

    @property
    def seen(self) -> Shape:
        """The maps they are laid over, channels first."""
        return self.windows.map_of(self.layer.network.inputs_of(self.node)[0])

    @property
    def made(self) -> Shape:
        """The maps that come of it."""
        return self.block.shape(*self.layer.network.inputs_of(self.node))


def windowed(contents: Contents) -> list[Windowed]:
    """Every block of a network that lays windows over pictures."""
    return [
        Windowed(layer, node, node.block)
        for layer in contents.template.model.layers
        for node in layer.nodes
        if isinstance(node.block, Convolution | MaxPool | AveragePool) and node.block.windows.axes == IMAGE
    ]


def largest(contents: Contents) -> tuple[int, ...]:
    """How many channels, rows and columns there are to choose from; none without windows."""
    made = [each.made for each in windowed(contents)]
    return tuple(max(extents) for extents in zip(*made, strict=True))


@dataclass(frozen=True)
class Window:
    """Puts one block's window on the page."""

    grids: Grids
    maps: Maps
    of: Windowed

    def places(self) -> tuple[Place, Place, Place]:
        """The chosen channel, row and column, or the last ones of smaller maps; of a pool those it takes them into."""
        if (source := self.pooled) is not None:
            channel, *sides = source.places()
            row, column = (
                Place(f"MIN(INT(({place.formula}-1)/{stride})+1,{most})", min((place.value - 1) // stride + 1, most))
                for place, stride, most in zip(sides, self.of.windows.stride, self.of.made[1:], strict=True)
            )
            return channel, row, column
        choices = self.grids.lens.facts.choices
        chosen = zip((CHANNEL, ROW, COLUMN), (choices.channel, choices.row, choices.column), self.of.made, strict=True)
        channel, row, column = (Place(f"MIN({name},{most})", min(value, most)) for name, value, most in chosen)
        return channel, row, column

    def first(self, axis: int) -> Place:
        """The first row, or column, of the map that the window covers, counted from 1; in the padding it is below."""
        place, windows = self.places()[axis + 1], self.of.windows
        stride, before = windows.stride[axis], windows.padding[axis]
        shift = f"-{before}" if before else ""
        return Place(f"({place.formula}-1)*{stride}+1{shift}", (place.value - 1) * stride + 1 - before)

    @property
    def pooled(self) -> Window | None:
        """The convolution whose maps a pool takes, if it takes them at once or through an activation."""
        if isinstance(self.of.block, Convolution):
            return None
        network, node = self.of.layer.network, self.of.node
        while node.inputs[0] != INPUT:
            node = network.nodes[node.inputs[0]]
            if isinstance(node.block, Convolution):
                layer = network.layers[node.layer - 1]
                return Window(self.grids, self.maps, Windowed(layer, node, node.block))
            if len(network.inputs_of(node)[0]) != len(self.of.seen) or isinstance(node.block, MaxPool | AveragePool):
                return None
        return None

    def highlight_winners(self) -> None:
        """Frame in the maps that a pool sees the largest of each window, and where alone the derivative goes back."""
        for _, name, wins in self._winning():
            for corners in (self.maps.corners, self.maps.slopes):
                if name in corners:
                    self._add(corners[name], self.of.seen, wins(corners[name]), WINNER)

    def highlight_chosen_winner(self) -> None:
        """Frame the chosen place as well where it wins; it keeps its own colour."""
        source, network, mark = self.pooled, self.of.layer.network, self.grids.lens.mark
        if source is None or network.incoming(self.of.node, mark) != network.passed(source.place, mark):
            return
        for number, name, wins in self._winning():
            corner = self.maps.corners[name]
            formula = f"AND({source.is_chosen(number, corner)},{wins(corner)})"
            self._add(corner, self.of.seen, formula, CHOSEN_WINNER)

    def _winning(self) -> Iterator[tuple[int, Quantity, Callable[[tuple[int, int]], str]]]:
        """Each channel that a largest-of-its-window pool sees: its number, its first element, and which cells win."""
        windows, network, mark = self.of.windows, self.of.layer.network, self.grids.lens.mark
        if not isinstance(self.of.block, MaxPool) or windows.stride != windows.size or any(windows.padding):
            return
        inputs = network.incoming(self.of.node, mark)
        tensor = next(each for each in network.tensors_of(self.of.node) if each.letter == "p")
        outputs, each = tensor.elements(self.of.node.layer, mark), len(inputs) // self.of.seen[0]
        for number, (top, left) in self._corners(outputs, self.of.made):
            first = inputs[(number - 1) * each]
            area = area_of(top, left, self.of.made[1], self.of.made[2], fixed=True)
            if first in self.maps.corners:
                yield number, first, partial(self._wins, values=self.maps.corners[first], pooled=area)

    @property
    def place(self) -> int:
        """The place of the block in the network."""
        return self.of.layer.network.place_of(self.of.node)

    def is_chosen(self, number: int, corner: tuple[int, int]) -> str:
        """A formula: whether a cell of a channel's map, which begins at the corner, is the chosen place."""
        channel, row, column = self.places()
        top, left = corner
        here = f"ROW()={top - 1}+{row.formula},COLUMN()={left - 1}+{column.formula}"
        return f"AND({channel.formula}={number},{here})"

    def _wins(self, corner: tuple[int, int], values: tuple[int, int], pooled: str) -> str:
        """A formula for each cell of a map, from its corner on: whether its window passes its number on."""
        (row, column), (down, across) = corner, self.of.windows.stride
        places = [f"INT((ROW()-{row})/{down})+1", f"INT((COLUMN()-{column})/{across})+1"]
        most = self.of.made[1:]
        inside = f"{places[0]}<={most[0]},{places[1]}<={most[1]}"
        first = f"{get_column_letter(values[1])}{values[0]}"
        return f"IF(AND({inside}),{first}=INDEX({pooled},{places[0]},{places[1]}),FALSE)"

    def highlight_chosen(self) -> None:
        """Make the chosen place yellow, wherever it stands on the page."""
        made, network = self.of.made, self.of.layer.network
        outputs = network.passed(network.place_of(self.of.node), self.grids.lens.mark)
        for number, corner in self._corners(outputs, made):
            self._add(corner, made, self.is_chosen(number, corner), CHOSEN)

    def highlight_seen(self) -> None:
        """Make the window that the chosen place sees yellow, wherever it stands on the page."""
        inputs = self.of.layer.network.incoming(self.of.node, self.grids.lens.mark)
        channel, (down, across) = self.places()[0], self.of.windows.size
        for number, (top, left) in self._corners(inputs, self.of.seen):
            rows = f"ROW()-{top - 1}-({self.first(0).formula})"
            columns = f"COLUMN()-{left - 1}-({self.first(1).formula})"
            conditions = [f"{rows}>=0", f"{rows}<{down}", f"{columns}>=0", f"{columns}<{across}"]
            if not isinstance(self.of.block, Convolution):  # which sees all channels at once
                conditions.append(f"{channel.formula}={number}")
            self._add((top, left), self.of.seen, f"AND({','.join(conditions)})", SEEN)

    def _corners(self, elements: Sequence[Quantity], shape: Shape) -> list[tuple[int, tuple[int, int]]]:
        """The channels that stand on the page, by number, with their first cells."""
        each = len(elements) // shape[0]
        corners = (self.maps.corners.get(elements[channel * each]) for channel in range(shape[0]))
        return [(number, corner) for number, corner in enumerate(corners, start=1) if corner is not None]

    def _add(self, corner: tuple[int, int], shape: Shape, formula: str, look: style.Change) -> None:
        """A rule that goes before those of the colours."""
        area, rule = area_of(*corner, shape[1], shape[2]), style.when(formula, look, last=True)
        self.grids.page.finishing.insert(0, lambda sheet: sheet.conditional_formatting.add(area, rule))

    def put(self, row: int) -> int:
        """For each channel the window, the kernel and their products, then the sum; returns the row after them."""
        seen = self.of.seen
        corners = self._corners(self.of.layer.network.incoming(self.of.node, self.grids.lens.mark), seen)
        if not isinstance(self.of.block, Convolution) or len(corners) < seen[0]:
            return row
        page, texts = self.grids.page, self.grids.lens.contents.texts
        key = "window_biased" if self.of.layer.biases else "window"
        page.text(row, self.maps.column, texts(f"network.{key}"), "symbol")
        height, width = self.of.windows.size
        products: list[str] = []
        total, size, row = 0.0, 0.0, row + 1
        for number, corner in corners:
            value = self._put_channel(row, number, corner)
            left = self.maps.column + 2 * (width + 1)
            products.append(f"SUM({area_of(row, left, height, width)})")
            total, size, row = total + value[0], size + value[1], row + height + 1
        self._put_sum(row, "+".join(products), total, size)
        return row + 2

    def _put_channel(self, row: int, number: int, corner: tuple[int, int]) -> tuple[float, float]:
        """A channel's window · kernel = products; returns the sum of the products, and of their sizes."""
        page, lens = self.grids.page, self.grids.lens
        height, width = self.of.windows.size
        left, middle, right = (self.maps.column + part * (width + 1) for part in range(3))
        page.text(row, middle - 1, "·", "arrow")
        page.text(row, right - 1, "=", "arrow")
        total = sizes = 0.0
        for down, across in product(range(height), range(width)):
            formula, value, size = self._number(number, corner, (down, across))
            page.live(row + down, left + across, formula, value, FORWARD, size)
            kernels = self._kernels(number, (down, across))
            weight = lens.value(kernels[self.places()[0].value - 1])
            options = ",".join(lens.formula(kernel) for kernel in kernels)
            of_weight = max(lens.size(kernel) for kernel in kernels)
            page.live(
                row + down, middle + across, f"CHOOSE({self.places()[0].formula},{options})", weight, FORWARD, of_weight
            )
            cells = (f"{get_column_letter(column + across)}{row + down}" for column in (left, middle))
            made = math.nan if value is None or weight is None else value * weight
            page.live(row + down, right + across, "*".join(cells), made, FORWARD, size * of_weight)
            total, sizes = total + made, sizes + size * of_weight
        return total, sizes

    def _number(self, number: int, corner: tuple[int, int], at: tuple[int, int]) -> tuple[str, float | None, float]:
        """What the window has at a place: a number of the map, or 0 in the padding."""
        rows, columns = self.of.seen[1:]
        (down, down_value), (across, across_value) = (
            (f"{place.formula}+{offset}" if offset else place.formula, place.value + offset)
            for place, offset in ((self.first(axis), at[axis]) for axis in range(2))
        )
        area = area_of(*corner, rows, columns, fixed=True)
        formula = f"INDEX({area},{down},{across})"
        if any(self.of.windows.padding):
            outside = f"OR({down}<1,{down}>{rows},{across}<1,{across}>{columns})"
            formula = f"IF({outside},0,INDEX({area},MAX(1,MIN({rows},{down})),MAX(1,MIN({columns},{across}))))"
        if not (1 <= down_value <= rows and 1 <= across_value <= columns):
            return formula, 0.0, 0.0
        place = ((number - 1) * rows + down_value - 1) * columns + across_value - 1
        name = self.of.layer.network.incoming(self.of.node, self.grids.lens.mark)[place]
        return formula, self.grids.lens.value(name), self.grids.lens.size(name)

    def _kernels(self, channel: int, at: tuple[int, int]) -> list[Quantity]:
        """The weight over a place of the window, of each filter."""
        parameter = self.of.layer.network.parameters_of(self.of.node)[0]
        first = parameter.elements(self.of.layer.number)[0]
        return [first.at(number, channel, at[0] + 1, at[1] + 1) for number in range(1, parameter.shape[0] + 1)]

    def _put_sum(self, row: int, products: str, total: float, size: float) -> None:
        """The sum of the products, the bias, and the pre-activation that they make."""
        page, lens, column = self.grids.page, self.grids.lens, self.maps.column
        biases = self.of.layer.biases
        called = f"= z{self.of.layer.number}"
        page.text(row, column, "Σ", "label")
        page.live(row, column + 1, products, total, FORWARD, size)
        if not biases:
            page.text(row, column + 2, called)
            return
        chosen = self.places()[0]
        bias = biases[min(chosen.value, len(biases)) - 1]
        page.text(row, column + 2, "+ b", "label")
        options = ",".join(map(lens.formula, biases))
        choice = f"CHOOSE({chosen.formula},{options})" if len(biases) > 1 else options
        page.live(row, column + 3, choice, lens.value(bias), FORWARD, max(map(lens.size, biases)))
        page.text(row, column + 4, called, "label")
        cells = [f"{get_column_letter(at)}{row}" for at in (column + 1, column + 3)]
        value = lens.value(bias)
        made = math.nan if value is None else total + value
        page.live(row, column + 5, "+".join(cells), made, FORWARD, size + lens.size(bias))
