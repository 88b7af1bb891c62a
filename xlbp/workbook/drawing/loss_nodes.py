"""The end of a network's picture: targets beside the outputs, the losses of outputs and sample, and the objective."""

from __future__ import annotations

from dataclasses import dataclass

from xlbp.symbols.expr import names_in
from xlbp.symbols.program import Column
from xlbp.template import names
from xlbp.template.model import Unit
from xlbp.template.quantity import Quantity
from xlbp.workbook.drawing.diagram import MOST_EDGES, MOST_NODES, Edge, Layers, Node, passing_line
from xlbp.workbook.page.lens import Lens

TARGETS = "t"  # their letter


def with_loss(lens: Lens, layers: Layers) -> Layers:
    """The picture with targets and losses; where it gets too full without those of single outputs, or as it is."""
    for whole_only in (False, True):
        drawn = _Losses(lens, [list(layer) for layer in layers], whole_only).layers()
        added = drawn[len(layers) - 1 :]
        if all(len(layer) <= MOST_NODES and sum(len(n.edges) for n in layer) <= MOST_EDGES for layer in added):
            return drawn
    return layers


@dataclass
class _Losses:
    """Draws each loss that the lens sees as a node, with edges from what its formula is made of."""

    lens: Lens
    drawn: Layers
    whole_only: bool  # leave out the losses of single outputs

    def __post_init__(self) -> None:
        contents = self.lens.contents
        seen = (column for column in contents.program.columns if self.lens.seen(column.name))
        self.columns = {column.name: column for column in seen if column.phase in ("forward", "loss", "backward")}
        units = contents.template.model.units(self.lens.mark)
        self.unit_of: dict[str, Unit] = {
            part: unit for unit in units for part in (*unit.formulas, *unit.parts, unit.name)
        }
        self.stage = {node.key: place for place, layer in enumerate(self.drawn) for node in layer}

    def layers(self) -> Layers:
        """The layers so far, with targets in the last of them and the losses in layers of their own."""
        outputs = len(self.drawn) - 1
        for loss in self.losses():
            sources = self.sources(loss)
            for target in sources:
                if self.is_target(target) and target not in self.stage:
                    self.add_target(outputs, target, [source for source in sources if source != target])
            stage = 1 + max(outputs, *(self.stage[self.key(source)] for source in sources))
            node = Node(loss.name, self.called(loss.name), loss.name, kind="loss")
            node.edges += [self.edge(source, stage) for source in sources]
            self.add(stage, node)
        return self.drawn

    def add_target(self, stage: int, target: str, others: list[str]) -> None:
        """Put a target under the output that it is for, or, of a loss of several outputs, under the last."""
        layer = self.drawn[stage]
        node = Node(target, self.lens.symbol(target), target, kind="target")
        places = [place for place, above in enumerate(layer) if len(others) == 1 and above.key == others[0]]
        layer.insert(places[0] + 1 if places else len(layer), node)
        self.stage[target] = stage

    def add(self, stage: int, node: Node) -> None:
        """Put a node into a layer, which may be a new one."""
        while len(self.drawn) <= stage:
            self.drawn.append([])
        self.drawn[stage].append(node)
        self.stage[node.key] = stage

    def losses(self) -> list[Column]:
        """The columns that get nodes, in the order in which they are computed; a mere copy of another gets none."""
        quantity, objective = self.lens.contents.quantity, self.lens.contents.objective
        kept = [
            column
            for column in self.columns.values()
            if column.phase == "loss" and quantity(column.name).letter == names.LOSS and column.expr.op != "ref"
        ]
        wholes = (objective, self.lens.model.loss_of(self.lens.mark))
        return [column for column in kept if not self.whole_only or column.name in wholes]

    def sources(self, loss: Column) -> list[str]:
        """The targets, the outputs and the other losses that a loss is computed of."""
        losses = {column.name for column in self.losses()}
        ends: dict[str, None] = {}
        waiting = [*names_in(loss.expr)]
        while waiting:
            name = waiting.pop(0)
            if name in losses or name in self.unit_of or self.is_target(name):
                ends[self.key(name)] = None
            elif name in self.columns:
                waiting += names_in(self.columns[name].expr)
        return [*ends]

    def key(self, name: str) -> str:
        """The node that stands for a quantity."""
        return self.unit_of[name].name if name in self.unit_of else name

    def is_target(self, name: str) -> bool:
        """Whether a quantity is a target of the chosen sample."""
        return self.lens.contents.quantity(name).letter == TARGETS and self.lens.seen(name)

    def edge(self, source: str, stage: int) -> Edge:
        """From a target, a loss, or an output; the latter with the derivative by it, where that has a cell."""
        contents = self.lens.contents
        before = passing_line(self.drawn, self.lens.symbol(source), source, self.stage[source], stage)
        if self.lens.mark and source == contents.template.model.loss_of(self.lens.mark):
            return Edge(before, f"1/{self.lens.samples}", "")
        unit = self.unit_of.get(source)
        slope = self.slope(unit) if unit is not None else None
        return Edge(before, self.lens.symbol(slope), slope) if slope is not None else Edge(before, "", "")

    def slope(self, unit: Unit) -> Quantity | None:
        """The derivative of the loss by an output, if it is not the one that its node shows."""
        slope = unit.name.gradient
        is_shown = slope == unit.derivative or slope not in self.columns
        return None if is_shown else slope

    def called(self, name: str) -> str:
        """A loss's symbol; where there are several samples, the one of the sample and the mean say which they are."""
        contents, samples = self.lens.contents, self.lens.samples
        symbol = self.lens.symbol(name)
        if samples == 1:
            return symbol
        if name == contents.objective:
            return contents.texts("network.of_batch", symbol=symbol, samples=samples)
        is_whole = name == contents.template.model.loss_of(self.lens.mark)
        return contents.texts("network.of_sample", symbol=symbol) if is_whole else symbol
