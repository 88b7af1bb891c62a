"""A training as arrays by name: what :func:`xlbp.trace` returns."""

from __future__ import annotations

import reprlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from operator import index
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from xlbp.errors import UsageError
from xlbp.expectation.training import by_column
from xlbp.reference.train import answers, prepared
from xlbp.template.scaling import UNSCALED
from xlbp.template.template import Template
from xlbp.template.wholes import Whole, arrays_of
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.find import keys_of
from xlbp.workbook.layout.patterns import columns_of
from xlbp.workbook.layout.usual_names import close_names, folded, plain_key, usual_names

if TYPE_CHECKING:
    from pandas import DataFrame

    from xlbp.pictures.svg import Picture

Array: TypeAlias = NDArray[np.float64]
NEAREST = 3  # names that a misspelt one may have been meant for
SHOWN = 4  # tensors of which a notebook shows the first numbers
GRID = 40  # points of the learned function along each input
AROUND = 0.25  # of the samples' range, to each side of them


class UnknownNameError(UsageError, KeyError):
    """No quantity of a training has this name."""


class Trace(Mapping[str, Array]):
    """Every quantity of a training over its iterations, by name: a mapping from names to arrays.

    ========================  =================================================================
    ``trace["W1"]``           (iterations + 1, units, inputs)
    ``trace["a1"]``           (iterations + 1, batch, units); the batch stays if it is 1
    ``trace["dW1"]``          the gradient, shaped as its parameter
    ``trace["m:W1"]``         what an optimizer keeps, shaped as its parameter
    ``trace["E"]``            (iterations + 1,)
    ``trace["W1[2,1]"]``      a single element, (iterations + 1,)
    ``trace["a1[2]@3"]``      of the third sample; without ``@3``, (iterations + 1, batch)
    ``trace["w5"]``           the same by the book's own symbols, also as a keyboard has them:
                              ``trace["dE_total/dw5"]``
    ========================  =================================================================

    All names are those of ``docs/templates.md``.  Where a single number has the name of an array, the array has the
    one of that table, ``E[i]``, ``E@s``.  What a row does not have, as masked scores of an attention, is NaN, and so
    is a number that a cell could not hold.  ``list(trace)`` are the names of all arrays; ``x``, ``t`` and what else
    stands on the panel is there as well, the same in each iteration.
    """

    def __init__(self, contents: Contents, history: Mapping[str, Array], inputs: Mapping[str, float]) -> None:
        self._contents, self._history, self._inputs = contents, history, inputs

    @property
    def template(self) -> Template:
        """What was trained."""
        return self._contents.template

    @property
    def iterations(self) -> int:
        """How many rows there are after the first."""
        return self._contents.layout.iterations

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The names of all single numbers of a row, in the order of the sheet: those of ``xlbp trace``."""
        return tuple(name for name, _ in columns_of(self._contents))

    @property
    def symbols(self) -> dict[str, str]:
        """What the book calls each column: ``{"W1[1,1]": "w1"}``."""
        return {name: self._contents.symbol(name) for name in self.columns}

    @property
    def rows(self) -> Array:
        """All numbers, (iterations + 1, columns)."""
        return by_column(self._contents, self._history)

    @property
    def loss(self) -> Array:
        """What training makes smaller, or larger, (iterations + 1,)."""
        return np.array(self._column(self._contents.objective))

    def __getitem__(self, name: str) -> Array:
        """The array of this name.  Raises KeyError, with the nearest names, where there is none."""
        must_be_name(name)
        if name in self._arrays:
            return self._array(self._arrays[name])
        if name in self._panel_arrays:
            return self._array(self._panel_arrays[name])
        called = self._elements(name)
        if len(called) == 1:
            return np.array(self._column(called[0]))
        return np.stack([self._column(each) for each in called], axis=1)

    def __iter__(self) -> Iterator[str]:
        return iter(self._arrays)

    def __len__(self) -> int:
        return len(self._arrays)

    __eq__ = object.__eq__  # a mapping's would ask arrays whether they are true
    __hash__ = object.__hash__

    def __repr__(self) -> str:
        symbol = self._contents.symbol(self._contents.objective)
        course = f"{symbol} {self.loss[0]:.6g} → {self.loss[-1]:.6g}"
        return f"Trace({self.template.name}: {self.iterations:,} iterations, {len(self)} arrays, {course})"

    def to_dict(self) -> dict[str, Any]:
        """What ``xlbp trace --json`` prints: columns, their symbols, and rows; None where a number is none."""
        rows = [[value if np.isfinite(value) else None for value in row] for row in self.rows.tolist()]
        return {"columns": list(self.columns), "rows": rows, "symbols": list(self.symbols.values())}

    def to_dataframe(self, symbols: bool = False) -> DataFrame:
        """A table of pandas with a row per iteration and a column per number, called as the book does on demand.

        The iteration itself is a column.  Raises ImportError if pandas is not installed.
        """
        try:
            import pandas  # noqa: PLC0415 - optional
        except ImportError:
            raise ImportError("to_dataframe() needs pandas: pip install pandas") from None
        headings = list(self.symbols.values()) if symbols else list(self.columns)
        return pandas.DataFrame(self.rows, columns=headings)

    def picture(self, *quantities: str) -> Picture:
        """Curves of these quantities, by any of their names; of all elements of an array.  By default the loss."""
        from xlbp.pictures.curves import curves  # noqa: PLC0415 - for notebooks

        if not quantities:
            return curves({self._loss_symbol: self.loss.tolist()}, self._loss_symbol)
        series: dict[str, Sequence[float]] = {}
        for name in quantities:
            for element in self._elements(name):
                series[self._contents.symbol(element)] = self._column(element).tolist()
        return curves(series, quantities[0] if len(quantities) == 1 else "")

    def learned(self, iteration: int = -1, output: int = 1) -> Picture:
        """The network's answer to every pair of inputs, with the samples, after ``iteration``; of one ``output``.

        The iteration -1 is the last one.  Raises UsageError unless the network has two inputs, and for an iteration,
        or an output, that there is not.
        """
        from xlbp.pictures.surface import Sample, surface  # noqa: PLC0415 - for notebooks

        model = self.template.model
        if not model.output or len(model.inputs[0]) != len(("x", "y")):
            raise UsageError(f"{self.template.name}: a learned function is drawn of a network with two inputs")
        iteration = _within("iteration", iteration, "training", -1, self.iterations)
        output = _within("output", output, "network", 1, len(model.output))
        across, up = (_wide([row[n] for row in model.inputs]) for n in (0, 1))
        grid = np.array([(x, y) for y in np.linspace(*up, GRID) for x in np.linspace(*across, GRID)])
        values = self._answers(grid, iteration)[model.output[output - 1]].reshape(GRID, GRID)
        pairs = zip(model.inputs, model.targets, strict=True)
        is_comparable = model.data.scale_targets == UNSCALED
        samples = [Sample(x[0], x[1], t[output - 1]) for x, t in pairs if is_comparable]
        shown = (*model.network.given, model.output[output - 1])
        labels = [self._contents.bare_symbol(name.sampled(model.marks[0])) for name in shown]
        return surface(values.tolist(), (across, up), (labels[0], labels[1], labels[2]), samples)

    def _answers(self, points: Array, iteration: int) -> Mapping[str, Array]:
        """What the network answers to these inputs with the parameters of an iteration."""
        moved = {name: float(self._history[name][iteration]) for name in self.template.entered_with}
        return answers(self.template, prepared(self.template, self._inputs), moved, points)

    def _repr_html_(self) -> str:
        from xlbp.pictures import html  # noqa: PLC0415 - for notebooks

        parameters = self.template.parameter_order
        shown = list(dict.fromkeys(self._contents.quantity(name).whole for name in parameters))[:SHOWN]
        rows = [(name, " × ".join(map(str, self[name].shape)), *map(float, _ends(self[name]))) for name in shown]
        table = html.table(("array", "shape", "first number, iteration 0", f"iteration {self.iterations:,}"), rows)
        return html.heading(repr(self)) + html.shown(self.picture()) + table

    @property
    def _loss_symbol(self) -> str:
        return self._contents.symbol(self._contents.objective)

    @cached_property
    def _arrays(self) -> dict[str, Whole]:
        """The arrays of the row, by name."""
        return arrays_of(self.template.model, [self._contents.quantity(name) for name in self.columns])

    @cached_property
    def _panel_arrays(self) -> dict[str, Whole]:
        """The arrays that stand on the panel; the data's table is none."""
        panel = (self._contents.quantity(name) for name in self._contents.layout.panel if name in self._inputs)
        return arrays_of(self.template.model, [quantity for quantity in panel if not quantity.is_in_table])

    @cached_property
    def _called(self) -> dict[str, tuple[str, ...]]:
        """By each name of a single number, ours or the book's, that number; of several samples all of them."""
        found: dict[str, dict[str, None]] = {}
        panel = (name for name in self._contents.layout.panel if name in self._inputs)
        quantities = [self._contents.quantity(name) for name in (*self.columns, *panel)]
        for marked, plain in ((True, False), (False, False), (True, True), (False, True)):
            level: dict[str, dict[str, None]] = {}
            for quantity in quantities:
                for key in keys_of(self._contents, quantity, marked, plain):
                    level.setdefault(key, {})[str(quantity)] = None
            found = {**level, **found}
        return {key: tuple(each) for key, each in found.items()}

    def _elements(self, name: str) -> Sequence[str]:
        """The single numbers that a name means.  Raises KeyError where there is none."""
        must_be_name(name)
        whole = self._arrays.get(name) or self._panel_arrays.get(name)
        if whole is not None:
            return list(whole.elements.values())
        called = self._called.get(name) or self._called.get(plain_key(name))
        if called is None:
            raise UnknownNameError(f"{name!r} is no quantity of {self.template.name}{self._nearest(name)}")
        return called

    def _column(self, name: str) -> Array:
        """One number over the iterations."""
        if name in self._history:
            return self._history[name]
        return np.full(self.iterations + 1, self._inputs[name])

    def _array(self, whole: Whole) -> Array:
        """An array over the iterations, NaN where it has no element."""
        array = np.full((self.iterations + 1, *whole.shape), np.nan)
        for place, name in whole.elements.items():
            index: tuple[slice | int, ...] = (slice(None), *place)
            array[index] = self._column(name)
        return array

    def _nearest(self, name: str) -> str:
        """What may have been meant."""
        usual = usual_names(self._contents).get(folded(name))
        if usual is not None:
            return f"; did you mean {usual.whole if usual.whole in self._arrays else str(usual)!r}?"
        known = {plain_key(each): each for each in (*self._called, *self._arrays)}
        close = [known[key] for key in close_names(plain_key(name), known, NEAREST)]
        return (
            f"; did you mean {' or '.join(map(repr, close))}?" if close else "; list(trace) are the names of all arrays"
        )


def must_be_name(name: object) -> None:
    """Raise UnknownNameError for what is no text."""
    if not isinstance(name, str):
        what = " ".join(reprlib.repr(name).split())
        raise UnknownNameError(
            f"{what} is no name of a quantity; give a text, as 'W1', or take numbers out of trace.rows"
        )


def _within(what: str, number: object, of: str, least: int, most: int) -> int:
    """A whole number from ``least`` to ``most``.  Raises UsageError for anything else."""
    try:
        taken = None if isinstance(number, bool) else index(number)  # type: ignore[arg-type]
    except TypeError:
        taken = None
    if taken is None or not least <= taken <= most:
        raise UsageError(f"{what} {number!r}: the {of} has {what}s {max(least, 0)} to {most}")
    return taken


def _wide(numbers: Sequence[float]) -> tuple[float, float]:
    """A range with room around all numbers."""
    low, high = min(numbers), max(numbers)
    room = AROUND * (high - low) or 1.0
    return low - room, high + room


def _ends(array: Array) -> tuple[float, float]:
    """The first number of an array in the first and in the last iteration."""
    flat = array.reshape(len(array), -1)
    return float(flat[0, 0]), float(flat[-1, 0])
