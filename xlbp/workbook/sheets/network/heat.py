"""The attention of a head as a heat map: scores and shares, steps on both sides, and under them what flows back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from xlbp.template.blocks.attention import Attention
from xlbp.template.blocks.block import Axis
from xlbp.template.layer import Layer, Node
from xlbp.template.quantity import Quantity
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.page.lens import HEAD
from xlbp.workbook.page.live_text import Piece
from xlbp.workbook.sheets.network.grids import Grids
from xlbp.workbook.sheets.network.maps import colour_map

MOST_STEPS = 16  # on each side; the training sheet has all of them
SCORES, SHARES = "s", "p"  # letters
ABSENT = ""  # of what the mask hides: the ground tells it


def attentions(contents: Contents) -> list[tuple[Layer, Node, Attention]]:
    """Every attention of a network, in its place."""
    each = ((layer, node) for layer in contents.template.model.layers for node in layer.nodes)
    return [(layer, node, node.block) for layer, node in each if isinstance(node.block, Attention)]


def most_heads(contents: Contents) -> int:
    """How many heads there are to choose from; 1 without attention."""
    return max((block.heads for _, _, block in attentions(contents)), default=1)


def most_steps(contents: Contents) -> int:
    """How many steps of an attention there are to choose from; 1 without attention."""
    return max((Heat.steps_of(layer, node) for layer, node, _ in attentions(contents)), default=1)


@dataclass(frozen=True)
class Heat:
    """Puts the maps of one attention on a page; ``label`` says what stands at a step, counted from 0."""

    grids: Grids
    column: int
    layer: Layer
    node: Node
    block: Attention
    labels: Sequence[Piece]
    corners: dict[tuple[str, bool], tuple[int, int]] = field(default_factory=dict)  # of the maps, once they are put

    @property
    def steps(self) -> int:
        """How many steps are shown."""
        return self.steps_of(self.layer, self.node)

    @staticmethod
    def steps_of(layer: Layer, node: Node) -> int:
        """How many steps of an attention are shown."""
        return min(layer.network.inputs_of(node)[0].extent(Axis.STEP), MOST_STEPS)

    @property
    def width(self) -> int:
        """How many columns it takes."""
        return 2 * (self.steps + 2)

    def put(self, row: int) -> int:
        """Scores and shares side by side, the derivatives by them below; returns the row after them."""
        texts, contents = self.grids.lens.contents.texts, self.grids.lens.contents
        objective = contents.symbol(contents.objective)
        key = "attention_of_head" if self.block.heads > 1 else "attention"
        self.grids.page.text(row, self.column, texts(f"network.{key}"), "symbol")
        titles = {SCORES: texts("network.scores"), SHARES: texts("network.shares")}
        row += 1
        for is_gradient in (False, True):
            for place, (letter, title) in enumerate(titles.items()):
                left = self.column + place * (self.steps + 2)
                shown = f"∂{objective}/∂{letter}{self.layer.number}" if is_gradient else title
                self.grids.page.text(row, left, shown, "symbol")
                self.put_map(row + 1, left, letter, is_gradient)
                self.corners[letter, is_gradient] = (row + 2, left)
            row += self.steps + 3
        return row

    def put_map(self, row: int, left: int, letter: str, is_gradient: bool) -> None:
        """A square of numbers in colours: a row for each step that asks, a column for each that it looks at."""
        page = self.grids.page
        tensor = next(t for t in self.layer.network.tensors_of(self.node) if t.letter == letter)
        present, first = set(tensor.indices()), tensor.elements(self.layer.number, self.grids.lens.mark)[0]
        for step in range(self.steps):
            self.put_label(row, left + step, self.labels[step], "column")
            self.put_label(row + 1 + step, left - 1, self.labels[step], "label")
            for at in range(self.steps):
                place = (row + 1 + step, left + at)
                if (1, step + 1, at + 1) in present:
                    self.put_number(place, first, (step, at), is_gradient)
                else:
                    page.text(*place, ABSENT, "absent")
        seen = [max(at for _, step, at in present if step == here) for here in range(1, self.steps + 1)]
        colour_map(self.grids, [(row + 1 + step, left, 1, min(last, self.steps)) for step, last in enumerate(seen)])

    def put_label(self, row: int, column: int, label: Piece, look: str) -> None:
        """What stands at a step: a token as a live text, or the number of the step."""
        formula, text = label
        if formula:
            self.grids.page.live(row, column, formula, text, look)
        else:
            self.grids.page.text(row, column, text, look)

    def put_number(self, place: tuple[int, int], first: Quantity, pair: tuple[int, int], is_gradient: bool) -> None:
        """What the chosen head has for a pair of steps; of an attention with fewer heads its last one."""
        lens, heads = self.grids.lens, range(1, self.block.heads + 1)
        names = [first.at(head, pair[0] + 1, pair[1] + 1) for head in heads]
        names = [name.gradient for name in names] if is_gradient else names
        if not all(map(lens.contents.has, names)):
            return
        chosen = names[min(lens.facts.choices.head, self.block.heads) - 1]
        formula = lens.formula(names[0])
        if len(names) > 1:
            formula = f"CHOOSE(MIN({HEAD},{len(names)}),{','.join(map(lens.formula, names))})"
        self.grids.page.live(*place, formula, lens.value(chosen), "map value", max(map(lens.size, names)))
