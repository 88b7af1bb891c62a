"""Cells that are computed from themselves, through however many others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.reading.syntax import Cell


def on_circles(cells: Cells, roots: Iterable[Cell]) -> set[Cell]:
    """The cells on circles, among those that the roots are made from."""
    starts = list(roots)
    if cells.each_after_its_arguments(starts):
        return set()
    return _by_components(cells, starts)


def _by_components(cells: Cells, roots: Iterable[Cell]) -> set[Cell]:
    """The cells on circles (the strong components, by Tarjan)."""
    number: dict[Cell, int] = {}
    lowest: dict[Cell, int] = {}
    open_cells: list[Cell] = []
    is_open: set[Cell] = set()
    circular: set[Cell] = set()
    for root in roots:
        if root in number:
            continue
        work: list[tuple[Cell, Iterator[Cell]]] = [(root, iter(cells.arguments(root)))]
        number[root] = lowest[root] = len(number)
        open_cells.append(root)
        is_open.add(root)
        while work:
            cell, arguments = work[-1]
            below = next((each for each in arguments if each not in number or each in is_open), None)
            if below is None:
                work.pop()
                if work:
                    above = work[-1][0]
                    lowest[above] = min(lowest[above], lowest[cell])
                if lowest[cell] == number[cell]:
                    circular |= _closed(cells, cell, open_cells, is_open)
            elif below in number:
                lowest[cell] = min(lowest[cell], number[below])
            else:
                number[below] = lowest[below] = len(number)
                open_cells.append(below)
                is_open.add(below)
                work.append((below, iter(cells.arguments(below))))
    return circular


def _closed(cells: Cells, first: Cell, open_cells: list[Cell], is_open: set[Cell]) -> set[Cell]:
    """The component that begins with this cell, if it is a circle; it is taken off the open cells."""
    component: set[Cell] = set()
    while first not in component:
        component.add(open_cells.pop())
    is_open -= component
    return component if len(component) > 1 or first in cells.arguments(first) else set()
