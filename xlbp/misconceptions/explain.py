"""Which mistake explains a person's own numbers: the trainings by mistakes, laid beside what the person came to."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from xlbp.misconceptions.catalogue import misconceptions
from xlbp.misconceptions.functions import Functions
from xlbp.misconceptions.misconception import Misconception
from xlbp.misconceptions.problem import Problem
from xlbp.misconceptions.row import Row
from xlbp.misconceptions.rows import CircleError, Rows
from xlbp.misconceptions.told import Array, as_it_is
from xlbp.mistakes import Mistake
from xlbp.model.compile import compile_template
from xlbp.reference.train import prepared
from xlbp.template.template import Template

Agrees: TypeAlias = Callable[[str, Array, Array], NDArray[np.bool_]]
Cells: TypeAlias = frozenset[tuple[str, int]]  # a quantity, and the iteration
Chain: TypeAlias = tuple[Misconception, ...]
FIRST_ROWS = 3  # that mistakes are ranked by, from the first that departs
BEST = 4  # mistakes of which all rows are computed


@dataclass(frozen=True)
class Explained:
    """A mistake, the quantity or tensor it is about ('' for none), and the departing cells that it explains."""

    mistake: Mistake
    about: str
    cells: Cells


def explain_numbers(
    template: Template,
    inputs: Mapping[str, float],
    numbers: Mapping[str, Array],
    agrees: Agrees,
    most: int = 3,
) -> list[Explained]:
    """The mistakes that explain where a person's numbers depart from the right ones, the one of most cells first.

    ``inputs`` are the person's own starting numbers, by the names of :meth:`Template.inputs`.  ``numbers`` are by the
    names of single quantities, each an array over the iterations from 0; NaN where nothing was given.  ``agrees`` of a
    name, the person's numbers and others says of each whether they count as equal.  The second mistake, and any after
    it, stands on top of those before: its cells are those that only all of them together explain.
    """
    search = _Search(template, inputs, numbers, agrees)
    chain = search.best(most)
    explained: list[Explained] = []
    before: Cells = frozenset()
    for length, each in enumerate(chain, start=1):
        cells = search.explained(chain[:length])
        explained.append(Explained(each.mistake, each.about, cells - before))
        before |= cells
    return explained


class _Verdict(NamedTuple):
    """A chain of mistakes, and how many cells of so many rows it leaves unexplained, or spoils."""

    chain: Chain
    wrong: int


class _Search:
    """One person's numbers, and what mistakes make of the same start."""

    def __init__(
        self, template: Template, inputs: Mapping[str, float], numbers: Mapping[str, Array], agrees: Agrees
    ) -> None:
        self.template, self.agrees = template, agrees
        self.inputs = prepared(template, inputs)
        self.problem = Problem(template, Row(template.model, compile_template(template)))
        self.functions = Functions()
        self.other_rows: dict[str, Row] = {}  # by optimizer
        known = self.problem.row.columns
        self.theirs = {name: np.asarray(values, dtype=np.float64) for name, values in numbers.items() if name in known}
        self.rows = max((len(values) for values in self.theirs.values()), default=0)
        self.theirs = {name: self._padded(values) for name, values in self.theirs.items()}
        self.given = {name: np.isfinite(values) for name, values in self.theirs.items()}
        self.nothing = np.full(self.rows, np.nan)  # of what another optimizer does not keep
        self.own = self._own()

    def _padded(self, values: Array) -> Array:
        return np.concatenate([values, np.full(self.rows - len(values), np.nan)])

    def _own(self) -> dict[str, Array]:
        """All parameters of each row, where the person gave them all; else none."""
        parameters = self.template.parameter_order
        if all(name in self.theirs and self.given[name].all() for name in parameters):
            return {name: self.theirs[name] for name in parameters}
        return {}

    @cached_property
    def truth(self) -> dict[str, Array]:
        """The right training from the person's start."""
        return self.compute((), self.theirs, self.rows, {}) or {}

    @cached_property
    def right(self) -> dict[str, Array]:
        """What is right given the person's own parameters, row by row; without these, the right training."""
        return self.compute((), self.theirs, self.rows, self.own) or {} if self.own else self.truth

    @cached_property
    def departing(self) -> Cells:
        """The cells that are not those of the right training."""
        return frozenset(self._cells(self.theirs, self.truth, slice(None), agreeing=False))

    @cached_property
    def faults(self) -> Cells:
        """The cells where something went wrong, and did not only follow from what went wrong in rows before."""
        return frozenset(self._cells(self.theirs, self.right, slice(None), agreeing=False))

    def _cells(
        self, asked: Iterable[str], ours: Mapping[str, Array], rows: slice, agreeing: bool
    ) -> Iterator[tuple[str, int]]:
        """The cells among the rows that were given and agree with ours, or those that do not."""
        first = rows.start or 0
        for name in asked:
            theirs, other = self.theirs[name][rows], ours.get(name, self.nothing)[: self.rows][rows]
            alike = self.agrees(name, theirs, other) & np.isfinite(other)
            for t in np.flatnonzero(self.given[name][rows] & (alike if agreeing else ~alike)):
                yield name, first + int(t)

    def compute(
        self, chain: Chain, asked: Collection[str], rows: int, own: Mapping[str, Array]
    ) -> dict[str, Array] | None:
        """The rows by these mistakes; None where nobody can compute so."""
        template = next((each.template for each in chain if each.template is not None), None)
        row = self.problem.row if template is None else self._row_of(template)
        is_told = any(each.told is not as_it_is for each in chain)
        try:
            columns = Rows(row.altered(chain), asked, self.functions)
        except CircleError:
            return None
        computed = columns.compute(self.inputs, rows + is_told, {} if is_told else own)
        for each in chain:
            computed = dict(each.told(computed))
        return computed

    def _row_of(self, template: Template) -> Row:
        """The row of another problem, compiled once."""
        optimizer = template.training.optimizer
        if optimizer not in self.other_rows:
            self.other_rows[optimizer] = Row(template.model, compile_template(template))
        return self.other_rows[optimizer]

    @cached_property
    def _first(self) -> int:
        """The first row with a fault."""
        return min((t for _, t in self.faults), default=0)

    def best(self, most: int) -> Chain:
        """The chain of mistakes that explains most, each on top of those before."""
        best = _Verdict((), len(self.faults))
        chains = [best]
        for _ in range(most if self.faults else 0):
            chains = self._longer(chains)
            if not chains or chains[0].wrong >= best.wrong:
                break
            best = chains[0]
            if not best.wrong:
                break
        return best.chain

    def _longer(self, verdicts: Sequence[_Verdict]) -> list[_Verdict]:
        """The best chains with one mistake more, by all rows, the best first; of equal ones the more common first."""
        rows = min(self._first + FIRST_ROWS, self.rows)
        ranked = []
        for chain, _ in verdicts:
            before = self._verdict(chain, rows)
            for each in self.misconceptions:
                verdict = self._verdict((*chain, each), rows, in_first=not chain)
                if before and verdict and verdict.wrong < before.wrong:
                    ranked.append(verdict)
        ranked.sort(key=lambda verdict: verdict.wrong)
        whole = (self._verdict(verdict.chain, self.rows) for verdict in ranked[:BEST])
        return sorted(filter(None, whole), key=lambda verdict: verdict.wrong)

    @cached_property
    def misconceptions(self) -> list[Misconception]:
        """All that may be tried, the common ones first."""
        return list(misconceptions(self.problem))

    def _verdict(self, chain: Chain, rows: int, in_first: bool = False) -> _Verdict | None:
        """How well a chain explains so many rows; None where it explains nothing in the first that has a fault."""
        if in_first and not self._explains_first(chain):
            return None
        computed = self.compute(chain, self.theirs, rows, self.own)
        if computed is None:
            return None
        return _Verdict(chain, sum(1 for _ in self._cells(self.theirs, computed, slice(0, rows), agreeing=False)))

    def _explains_first(self, chain: Chain) -> bool:
        """Whether a chain explains anything in the first row that has a fault; one that tells other rows may."""
        if any(each.told is not as_it_is for each in chain):
            return True
        asked = {name for name, t in self.faults if t == self._first}
        computed = self.compute(chain, asked, self._first + 1, self.own)
        row = slice(self._first, self._first + 1)
        return computed is not None and any(self._cells(asked, computed, row, agreeing=True))

    def explained(self, chain: Chain) -> Cells:
        """The departing cells that a chain explains."""
        computed = self.compute(chain, self.theirs, self.rows, self.own) or {}
        return self.departing & frozenset(self._cells(self.theirs, computed, slice(None), agreeing=True))
