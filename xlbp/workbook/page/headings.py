"""What is said over the quantities that belong together: their layer, and in it the step, filter or gate."""

from __future__ import annotations

from xlbp.symbols.program import Column
from xlbp.template.groups import group_of
from xlbp.workbook.layout.contents import Contents

GATE_ROWS = "gate_rows"
CONTENT = {"g": "candidate_rows", "n": "new_rows"}  # what passes the gates of an LSTM and of a GRU, by its letter


def headings_of(contents: Contents) -> dict[str, str]:
    """By column ``layer 1, t = 2``; empty for what belongs to no layer and no step."""
    return contents.worked_out(_headings_of)


def _headings_of(contents: Contents) -> dict[str, str]:
    return {column.name: _heading_of(contents, column) for column in contents.program.columns}


def _heading_of(contents: Contents, column: Column) -> str:
    texts, model = contents.texts, contents.template.model
    group = group_of(model, model.quantity(column.name))
    layer = [texts("training.layer", number=column.layer)] if column.layer else []
    if group is None:
        return ", ".join(layer)
    if group.key == GATE_ROWS:
        key, label = CONTENT.get(str(group.label), GATE_ROWS), _gate(contents, column, str(group.label))
        return ", ".join([*layer, texts(f"training.{key}", label=label)])
    return ", ".join([*layer, texts(f"training.{group.key}", label=group.label)])


def _gate(contents: Contents, column: Column, letter: str) -> str:
    """What the source calls a gate: ``a`` of a_1 and a_2, which is ``g`` to us."""
    layer = next(layer for layer in contents.network.layers if layer.number == column.layer)
    return contents.tensor_symbols(layer.nodes[0]).get(letter, letter)
