"""The biases that any layer with weights may have."""

from __future__ import annotations

from xlbp.template.blocks.block import Parameter, Role
from xlbp.template.table import Table

EACH, SHARED, NONE = "each", "shared", "none"


def biases(bias: str, rows: int, gates: tuple[str, ...] = ()) -> tuple[Parameter, ...]:
    """b (rows), of several gates one after the other; a single number that all share; or none."""
    if bias == NONE:
        return ()
    shape = () if bias == SHARED else (rows,)
    return (Parameter("b", shape, Role.BIAS, key="bias", fallback=0, gates=gates if shape else ()),)


def read_bias(table: Table) -> str:
    """``bias = false`` for none, ``bias_shared`` for a single one."""
    is_shared = table.boolean("bias_shared", False)
    if table.get("bias", 0) is False:
        return NONE
    return SHARED if is_shared else EACH
