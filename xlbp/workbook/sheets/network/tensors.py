"""A network over time, or over pictures: each layer as its field draws it, with its parameters beside it.

Sequences are unrolled, a column for each step; maps are grids of colours, with the window that a chosen place sees;
what has neither steps nor places stands as matrices.
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cached_property

from openpyxl.utils import get_column_letter

from xlbp.template.blocks.block import Axis, Elements
from xlbp.template.blocks.norms import Norm
from xlbp.template.blocks.pool import MaxPool
from xlbp.template.blocks.recurrent import Recurrent
from xlbp.template.layer import INPUT, Layer, Node
from xlbp.template.network import Network
from xlbp.workbook.drawing import style
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.page.lens import CHANNEL, COLUMN, HEAD, KEY, QUERY, ROW, Lens
from xlbp.workbook.page.live_text import Piece
from xlbp.workbook.page.page import Page
from xlbp.workbook.sheets.header import put_choice
from xlbp.workbook.sheets.network.grids import BACKWARD, FORWARD, Band, Grids, family_of, planes, title_of
from xlbp.workbook.sheets.network.heat import Heat, attentions, most_heads, most_steps
from xlbp.workbook.sheets.network.joins import Joins
from xlbp.workbook.sheets.network.maps import Maps, is_map
from xlbp.workbook.sheets.network.matrices import LABELS, put_layer
from xlbp.workbook.sheets.network.normalised import WIDTH, Normalised, has_norm
from xlbp.workbook.sheets.network.pair import Pair
from xlbp.workbook.sheets.network.unrolled import (
    MOST_STEPS,
    Track,
    Unrolled,
    is_sequence,
    named_by_steps,
    tracks,
    tracks_of,
)
from xlbp.workbook.sheets.network.unrolled_picture import UnrolledPicture
from xlbp.workbook.sheets.network.ways import Ways
from xlbp.workbook.sheets.network.window import Window, largest, windowed
from xlbp.workbook.sheets.network.worked import Worked

LEAST_COLUMNS = 14  # that are printed, so that no legend is cut off
LEAST_LEGEND = 3  # rows
FIRST_CHOICE = 5  # the row of the first of what is chosen of a map


def has_tensors(contents: Contents) -> bool:
    """Whether a network has steps or places anywhere, or takes numbers together, which no picture of units shows."""
    layers = contents.template.model.layers
    if has_norm(contents):
        return True
    return any(len(shape) > 1 for layer in layers for shape in (layer.sources_shape, layer.shape))


def put_tensors(page: Page, lens: Lens) -> None:
    """The data, then layer after layer; at the top the place whose window is shown."""
    drawing = _Drawing(page, lens)
    row = drawing.put_choices()
    first = row = drawing.legend(row)
    row = drawing.put_joins(row)
    row = drawing.put_data(row)
    for layer in lens.contents.network.layers:
        row = drawing.put_layer(layer, row)
    row = drawing.put_targets(row)
    for window in drawing.windows:
        window.highlight_seen()
    for window in drawing.windows:  # these rules come before those
        window.highlight_winners()
    for window in drawing.windows:
        window.highlight_chosen()
    for window in drawing.windows:
        window.highlight_chosen_winner()
    drawing.finish(first, row)


class _Drawing:
    def __init__(self, page: Page, lens: Lens) -> None:
        self.page, self.lens, self.texts = page, lens, lens.contents.texts
        self.grids = Grids(page, lens, lens.formula)
        self.unrolled, self.maps = Unrolled(self.grids, LABELS + 1), Maps(self.grids, LABELS + 1)
        self.worked = Worked(page, lens)
        self.windows = [Window(self.grids, self.maps, each) for each in windowed(lens.contents)]
        self.widest = LABELS + LEAST_COLUMNS

    @property
    def network(self) -> Network:
        """What is drawn."""
        return self.lens.contents.network

    def put_choices(self) -> int:
        """The cells where a place of a map is chosen; returns the row after them."""
        choices, row = self.lens.facts.choices, FIRST_CHOICE
        most = largest(self.lens.contents)
        chosen = (("channel", CHANNEL, choices.channel), ("row", ROW, choices.row), ("column", COLUMN, choices.column))
        for (key, name, value), last in zip(chosen, most, strict=False):
            put_choice(self.page, self.lens.contents, row, key, (value, 1, last), name)
            row += 1
        if (heads := most_heads(self.lens.contents)) > 1:
            put_choice(self.page, self.lens.contents, row, "head", (choices.head, 1, heads), HEAD)
            row += 1
        if (steps := most_steps(self.lens.contents)) > 1:
            for key, name, value in (("query", QUERY, choices.query), ("key", KEY, choices.key)):
                put_choice(self.page, self.lens.contents, row, key, (value, 1, steps), name)
                row += 1
        return row

    def legend(self, row: int) -> int:
        """What the colours and the arrows mean; returns the row after it."""
        objective = self.lens.contents.symbol(self.lens.contents.objective)
        is_recurrent = any(isinstance(node.block, Recurrent) for node in self.network.nodes)
        shown = {
            "maps": bool(self.windows),
            "tensors": True,
            "arrows": is_recurrent,
            "winners": any(isinstance(window.of.block, MaxPool) for window in self.windows),
            "attention": bool(attentions(self.lens.contents)),
            "orientation": bool(attentions(self.lens.contents)),
        }
        keys = [key for key, is_shown in shown.items() if is_shown]
        has_mask = any(block.causal for _, _, block in attentions(self.lens.contents))
        for offset, key in enumerate(keys):
            called = "maps_alone" if key == "tensors" and shown["maps"] else key
            text = self.texts(f"network.legend_{called}", objective=objective)
            if key == "attention" and has_mask:
                text += f" {self.texts('network.legend_mask')}"
            self.page.text(row + offset, LABELS, text, "muted")
        return row + max(len(keys) + 1, LEAST_LEGEND)

    def put_joins(self, row: int) -> int:
        """The layers and the arrows that pass some of them by, if there are any; returns the row after them."""
        titles = [self.texts("network.data"), *map(self.title, self.network.layers)]
        joins = Joins(self.page, self.lens.contents, LABELS + 1, titles)
        return joins.put(row)

    def put_data(self, row: int) -> int:
        """The inputs of the chosen sample; returns the row after them."""
        shape, elements = (
            self.network.input_shape,
            self.network.passed(INPUT, self.lens.mark, in_row=self.network.stored),
        )
        if shape.axes == (Axis.UNIT,):
            return row  # they stand over the weights that they meet
        self.page.text(row, LABELS, self.texts("network.data"), "heading")
        if shape.axes == (Axis.STEP,):
            return self.put_tokens(row + 1, elements) + 1
        if is_map(shape):
            return self.maps.put(row + 1, "x", elements, shape) + 1
        return self.put_tracks(row + 1, named_by_steps(self.lens.contents, list(tracks(elements, shape, "x")))) + 1

    def put_tokens(self, row: int, tokens: Elements) -> int:
        """Tokens over the steps: their numbers, and the letters or words that these stand for."""
        row = self.put_tracks(row, [Track("x", tokens[:MOST_STEPS], look="node whole")])
        if not self.network.data.input_letters:
            return row
        for name, (formula, text) in zip(tokens[:MOST_STEPS], self.labels, strict=False):
            _, column = self.unrolled.cells[name]
            self.page.live(row, column, formula, text, "column")
        return row + 1

    @cached_property
    def labels(self) -> list[Piece]:
        """What stands at each step of the data, as a formula and a text: a letter or a word, else ``t = 1``."""
        network, letters = self.network, self.network.data.input_letters
        if network.input_shape.axes != (Axis.STEP,) or not letters:
            steps = max(shape.extent(Axis.STEP) for shape in (network.input_shape, *network.shapes))
            return [("", self.texts("network.step", number=step)) for step in range(1, steps + 1)]
        options = ",".join(f'"{letter}"' for letter in letters)
        tokens = network.passed(INPUT, self.lens.mark, in_row=network.stored)
        return [
            (f"CHOOSE({self.lens.formula(name)}+1,{options})", letters[int(self.lens.value(name) or 0)])
            for name in tokens
        ]

    def put_tracks(self, row: int, shown: list[Track]) -> int:
        """Units over the steps, under the headings of these; returns the row after them."""
        self.widest = max(self.widest, LABELS + self.unrolled.width(len(shown[0].cells)))
        return self.unrolled.put(row, shown)

    def put_layer(self, layer: Layer, row: int) -> int:
        """A layer's heading, what it passes on, the window it lays, and its parameters; returns the row after them."""
        if not any(self.network.tensors_of(node) for node in layer.nodes):
            text = self.texts("network.handed_on", layer=self.title(layer))  # so that no number is missing
            self.page.text(row, LABELS, text, "muted")
            return row + 2
        self.page.text(row, LABELS, self.heading(layer), "heading")
        row += 1
        if layer.is_dense:
            row, last = put_layer(self.grids, layer, row)
            self.widest = max(self.widest, last)
            return row
        for node in layer.nodes:
            if isinstance(node.block, Recurrent):
                row = UnrolledPicture(self.unrolled, layer, node, node.block).put(row)
        shown = tracks_of(self.lens.contents, layer, self.lens.mark)
        if shown:
            row = self.put_tracks(row, shown) + 1
        for node in layer.nodes:
            if isinstance(node.block, Recurrent):
                row = Ways(self.worked, self.unrolled, layer, node.block).put(row)
        for node in layer.nodes:
            row = self.put_maps(node, row)
        for window in self.windows:
            row = window.put(row) if window.of.layer is layer else row
        row = self.put_attention(layer, row)
        row = self.put_norms(layer, row)
        return self.put_parameters(layer, row)

    def put_attention(self, layer: Layer, row: int) -> int:
        """The heat maps of a layer that is an attention; returns the row after them."""
        for of, node, block in attentions(self.lens.contents):
            if of is layer:
                heat = Heat(self.grids, LABELS + 1, layer, node, block, self.labels)
                self.widest = max(self.widest, LABELS + heat.width)
                row = heat.put(row)
                row = Pair(heat, self.unrolled, heat.corners).put(row)
        return row

    def put_norms(self, layer: Layer, row: int) -> int:
        """What a layer normalises together; returns the row after it."""
        for node in layer.nodes:
            if isinstance(node.block, Norm):
                grids = replace(self.grids, formula=self.lens.of_any_sample) if node.block.of_batch else self.grids
                self.widest = max(self.widest, LABELS + WIDTH)
                row = Normalised(grids, LABELS + 1, layer, node, node.block, self.worked).put(row)
        return row

    def heading(self, layer: Layer) -> str:
        """``layer 2: 3×4×4 convolution``, and where it takes what does not come from the layer before."""
        text = self.title(layer)
        sources = layer.nodes[0].inputs
        before = self.network.place_of(layer.nodes[0]) - 1
        if sources == (before,):
            return text
        called = (self.texts("network.data") if place == INPUT else self.called(place) for place in sources)
        return f"{text} ← {', '.join(called)}"

    def title(self, layer: Layer) -> str:
        """``layer 2: 3×4×4 convolution``."""
        return f"{self.texts('training.layer', number=layer.number)}: {layer.outline(self.lens.contents.called_kind)}"

    def called(self, place: int) -> str:
        """A layer by its name, or its number."""
        node = self.network.nodes[place]
        return node.name or self.texts("training.layer", number=node.layer)

    def put_maps(self, node: Node, row: int) -> int:
        """The maps that a block passes on, if it does; returns the row after them."""
        shape = self.network.shape_of(self.network.place_of(node))
        tensors = [
            t for t in self.network.tensors_of(node) if t.letter in node.block.pictured(*self.network.inputs_of(node))
        ]
        if not tensors or not is_map(shape):
            return row
        elements = tensors[0].elements(node.layer, self.lens.mark)
        layer, ours = self.network.layers[node.layer - 1], tensors[0].title(node.layer)
        called = family_of(self.lens.contents, layer, tensors[0], ours)
        return self.maps.put(row, called, elements, shape)

    def put_parameters(self, layer: Layer, row: int) -> int:
        """The parameters with their gradients, side by side; returns the row after them."""
        contents = self.lens.contents
        bands = [
            Band(title_of(contents, layer, parameter), tuple(planes(parameter.elements(layer.number))))
            for parameter in layer.parameters
        ]
        if not bands:
            return row + 1
        if any(window.of.layer is layer for window in self.windows):
            return self.put_beside(row, bands)
        row, last = self.grids.put_bands(row, LABELS + 1, bands)
        self.widest = max(self.widest, last)
        return row

    def put_beside(self, row: int, bands: list[Band]) -> int:
        """Parameters with their gradients beside them; returns the row after them."""
        left, after = LABELS + 1, row
        for band in bands:
            for look, shown in ((FORWARD, band), (BACKWARD, band.gradients)):
                end = self.grids.put_band(row, left, shown, look)
                left += band.width + 1 if end > row else 0
                after = max(after, end)
        self.widest = max(self.widest, left - 2)
        return after + 1

    def put_targets(self, row: int) -> int:
        """Of outputs that have steps: the targets, and each step's loss; returns the row after them."""
        network, mark = self.network, self.lens.mark
        if not is_sequence(network.target_shape):
            return row
        self.page.text(row, LABELS, self.texts("phase.loss"), "heading")
        targets = network.each_target("t", mark if mark or not network.stored else "")
        shown = named_by_steps(self.lens.contents, list(tracks(targets, network.target_shape, "t")))
        shown = [*self.answers(shown), *shown, *self.errors()]
        losses = network.each_apart("E", mark)
        if not self.lens.contents.has(losses[0]):  # each step has one output, whose loss it is
            losses = network.each_target("E", mark)
        shown.append(Track(self.lens.contents.symbol(self.lens.contents.objective), losses[:MOST_STEPS]))
        row = self.put_tracks(row + 1, shown)
        return self.put_predictions(row, network.passed(len(network.nodes) - 1, mark), targets) + 1

    def answers(self, targets: list[Track]) -> list[Track]:
        """What the network answers, unit by unit, over the steps of the targets."""
        network = self.network
        outputs, shape = network.passed(len(network.nodes) - 1, self.lens.mark), network.target_shape
        if len(outputs) != math.prod(shape):
            return []
        shown = named_by_steps(self.lens.contents, list(tracks(outputs, shape, self.texts("network.answer"))))
        return [replace(track, is_carried=False) for track in shown[: len(targets)]]

    def errors(self) -> list[Track]:
        """How far the answers are from the targets, where the loss is made of that."""
        errors, shape = self.network.each_target("e", self.lens.mark), self.network.target_shape
        if not self.lens.contents.has(errors[0]):
            return []
        return [
            replace(each, is_carried=False)
            for each in tracks(errors, shape, self.texts("network.error"), is_numbered=False)
        ]

    def put_predictions(self, row: int, outputs: Elements, targets: Elements) -> int:
        """The letter of each step's largest output, and under it the target's; returns the row after them."""
        letters, called = self.network.data.target_letters, ("predicted", "aimed")
        if not letters or outputs[0] not in self.unrolled.cells:
            return row
        options = ",".join(f'"{letter}"' for letter in letters)
        for offset, (key, elements) in enumerate(zip(called, (outputs, targets), strict=True)):
            self.page.text(row + offset, LABELS, self.texts(f"network.{key}"), "label")
            for first in range(0, min(len(elements), MOST_STEPS * len(letters)), len(letters)):
                step = elements[first : first + len(letters)]
                (top, column), (bottom, _) = self.unrolled.cells[step[0]], self.unrolled.cells[step[-1]]
                area = f"{get_column_letter(column)}{top}:{get_column_letter(column)}{bottom}"
                values = [value if (value := self.lens.value(name)) is not None else math.nan for name in step]
                is_told = all(map(math.isfinite, values))
                shown = letters[values.index(max(values))] if is_told else None
                formula = f"CHOOSE(MATCH(MAX({area}),{area},0),{options})"
                self.page.live(row + offset, column, formula, shown, "column")
        return row + len(called)

    def finish(self, first: int, last: int) -> None:
        """Widths, and the colours of negative numbers."""
        self.page.width([LABELS], 24 if self.worked.places or attentions(self.lens.contents) else 16)
        columns = range(LABELS + 1, self.widest + 1)
        self.page.width([column for column in columns if column not in self.page.widths], 9)
        area = f"B{first}:{get_column_letter(self.widest)}{last}"
        self.page.formats_numbers, self.page.print_columns = True, self.widest
        self.page.finishing.append(lambda sheet: style.colour_signs(sheet, area))
