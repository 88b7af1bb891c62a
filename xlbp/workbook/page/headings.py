"""What is said over the quantities that belong together: their layer, and in it the step, filter or gate."""

from __future__ import annotations

from xlbp.symbols.program import Column
from xlbp.template.groups import group_of
from xlbp.workbook.layout.contents import Contents


def headings_of(contents: Contents) -> dict[str, str]:
    """By column ``layer 1, t = 2``; empty for what belongs to no layer and no step."""
    return contents.worked_out(_headings_of)


def _headings_of(contents: Contents) -> dict[str, str]:
    return {column.name: _heading_of(contents, column) for column in contents.program.columns}


def _heading_of(contents: Contents, column: Column) -> str:
    texts, model = contents.texts, contents.template.model
    group = group_of(model, model.quantity(column.name))
    layer = [texts("training.layer", number=column.layer)] if column.layer else []
    label = _gate(contents, column, str(group.label)) if group and group.key == "gate_rows" else group and group.label
    return ", ".join([*layer, *([texts(f"training.{group.key}", label=label)] if group else [])])


def _gate(contents: Contents, column: Column, letter: str) -> str:
    """What the source calls a gate: ``a`` of a_1 and a_2, which is ``g`` to us."""
    network = contents.network
    for node in network.nodes:
        for tensor in network.tensors_of(node) if node.layer == column.layer else ():
            if tensor.letter == letter:
                return contents.family_symbol(tensor.elements(node.layer, network.marks[0]), letter)
    return letter
