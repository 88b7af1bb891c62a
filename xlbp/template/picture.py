"""The picture of a template in a notebook: its units and what leads into each, or where these are many its layers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xlbp.pictures.network import Edge, network
from xlbp.pictures.svg import Picture
from xlbp.template import names
from xlbp.template.model import Unit
from xlbp.template.notation import without_sample
from xlbp.template.template import Template

MOST = 10  # units of a layer
PLAIN = frozenset({"dense", "pointwise", "gated", "maxout", "softmax", "dropout"})  # whose every unit is shown
PARTS = " → "  # between the layers of an outline


def picture_of(template: Template) -> Picture:
    """Every unit with its symbol; of a network with wide layers, or of other layers than dense ones, its outline."""
    model = template.model
    units = model.units(model.marks[0])
    stages = [[unit for unit in units if unit.stage == stage] for stage in range(1 + max(u.stage for u in units))]
    is_plain = all(node.block.kind in PLAIN for layer in model.layers for node in layer.nodes)
    if not is_plain or max(map(len, stages)) > MOST:
        parts = model.outline().split(PARTS)
        chain = [Edge((stage, 0), (stage + 1, 0)) for stage in range(len(parts) - 1)]
        return network([[part] for part in parts], chain)
    labels = [[without_sample(template.symbols.get(unit.name, unit.name)) for unit in stage] for stage in stages]
    return network(labels, list(_edges(template, stages)))


def _edges(template: Template, stages: Sequence[Sequence[Unit]]) -> Iterator[Edge]:
    """What leads into each unit: of a graph its arguments, of a layer every unit of the one before, by its weight."""
    places = {unit.name: (stage, n) for stage, units in enumerate(stages) for n, unit in enumerate(units)}
    start = template.inputs()
    for stage, units in enumerate(stages):
        for n, unit in enumerate(units):
            if unit.arguments:
                yield from (Edge(places[source], (stage, n)) for source, _ in unit.arguments)
            elif stage and unit.formulas:
                layer = int(unit.formulas[0].block)
                weights = (start.get(names.weight(layer, n + 1, m + 1)) for m in range(len(stages[stage - 1])))
                yield from (Edge((stage - 1, m), (stage, n), weight) for m, weight in enumerate(weights))
