"""A template's text to a verdict: the book, PyTorch, and the comparison of the two."""

from __future__ import annotations

from pathlib import Path

from parity import arrays, graphs, networks
from parity.books import Book, interpreted, recalculated
from parity.tally import compare
from xlbp.recalc.base import Engine
from xlbp.template.array_graph import ArrayGraph
from xlbp.template.blocks.block import Role
from xlbp.template.graph import Graph

NO_STATE = ("d:", "c:")  # what torch.optim and Keras compute on the way, but do not keep


def agree(
    text: str, folder: Path, least: float = 0.0, unkept: tuple[str, ...] = (), engine: Engine | None = None
) -> Book:
    """Every column of the training sheet is PyTorch's, as a spreadsheet program recalculates it."""
    return agrees(recalculated(text, folder, engine), least, unkept)


def agree_in_symbols(text: str, folder: Path, least: float = 0.0) -> Book:
    """The same of the row's symbols, from which the formulas are printed, without a book."""
    return agrees(interpreted(text, folder), least)


def agrees(book: Book, least: float = 0.0, unkept: tuple[str, ...] = ()) -> Book:
    """Every column is PyTorch's, or one of those few of which PyTorch knows nothing.

    A step of a graph may be what large numbers leave when they cancel: there 1e-15 counts as nothing, as it does
    anywhere with a ``least`` of 1e-3.  ``unkept`` are states that xlbp shows and PyTorch does not keep.
    """
    model = book.template.model
    of_graph = isinstance(model, Graph | ArrayGraph)
    twin = arrays if isinstance(model, ArrayGraph) else graphs if of_graph else networks
    expected = twin.trained(book)
    compared = compare(book.columns, expected, least=1e-3 if of_graph else least)
    rest = book.columns.keys() - compared - {"iteration"}
    unknown = [name for name in sorted(rest) if not name.startswith((*unkept, *NO_STATE))]
    if isinstance(model, ArrayGraph):
        unknown = [name for name in unknown if not arrays.is_between(model, name)]
    # random numbers and the masks of dropout, which PyTorch draws otherwise
    assert not [name for name in unknown if of_graph or model.role(model.quantity(name)) is not Role.RANDOM]
    return book
