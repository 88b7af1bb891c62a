"""The kinds of layers a template may name, each with what reads its block from the template's table."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from xlbp.template.blocks.block import Block, Shape
from xlbp.template.blocks.dense import read_dense
from xlbp.template.table import Table

# The table of the layer, the shapes of its inputs, and how many of its numbers make one unit of its activation.
Reader: TypeAlias = Callable[[Table, tuple[Shape, ...], int], Block]

KINDS: dict[str, Reader] = {"dense": read_dense}
