"""Dropout's masks, drawn in the row itself by a generator that any spreadsheet computes exactly.

r = 16807 r' mod (2^31 - 1) from mask to mask and from row to row (Lehmer; Park and Miller, CACM 31, 1988);
q = 1 / (1 - p) where r >= p (2^31 - 1), else 0   (inverted dropout, as in PyTorch; Srivastava et al., 2014).
"""

from __future__ import annotations

from xlbp.model.schedules import setting
from xlbp.symbols.expr import Expr, const, floor, if_positive, modulo, prev, ref
from xlbp.symbols.program import Builder, Column
from xlbp.template import names
from xlbp.template.network import Network

MULTIPLIER, MODULUS = 16807, 2147483647
FIRST_MULTIPLIER, OFFSET = 69621, 31337  # so that small seeds, too, start anywhere


def add_masks(builder: Builder, network: Network) -> None:
    """The random numbers and the masks of every layer that has dropout."""
    places = [
        (number, i, mark)
        for number, layer in network.numbered()
        if layer.dropout
        for i in range(1, layer.units + 1)
        for mark in network.marks
    ]
    if not places:
        return
    before: Expr = prev(names.of_unit("r", *places[-1]))
    seed = modulo(const(FIRST_MULTIPLIER) * (floor(setting("seed")) + OFFSET), MODULUS)
    for place, (number, i, mark) in enumerate(places):
        name = names.of_unit("r", number, i, mark)
        start = modulo(MULTIPLIER * seed, MODULUS) if place == 0 else None
        builder.add(Column(name, modulo(MULTIPLIER * before, MODULUS), "dropout", number, start))
        before = ref(name)
    for number, i, mark in places:
        share = setting(f"drop{number}")
        kept = if_positive(ref(names.of_unit("r", number, i, mark)) + 1 - share * MODULUS, 1 / (1 - share), 0)
        builder.add(Column(names.of_unit("q", number, i, mark), kept, "dropout", number))
