"""The biases that any layer with weights may have."""

from __future__ import annotations

from xlbp.template.blocks.block import Parameter, Role
from xlbp.template.table import Table

EACH, SHARED, NONE = "each", "shared", "none"


def biases(bias: str, rows: int) -> tuple[Parameter, ...]:
    """b (rows), a single number that all share, or none."""
    if bias == NONE:
        return ()
    return (Parameter("b", () if bias == SHARED else (rows,), Role.BIAS, key="bias", fallback=0),)


def read_bias(table: Table) -> str:
    """``bias = false`` for none, ``bias_shared`` for a single one."""
    is_shared = table.boolean("bias_shared", False)
    if table.get("bias", 0) is False:
        return NONE
    return SHARED if is_shared else EACH
