"""Which mistake explains a person's own numbers: the trainings by mistakes, laid beside what the person came to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import NamedTuple

import numpy as np

from xlbp.misconceptions.catalogue import misconceptions
from xlbp.misconceptions.differences import Quotient, quotient
from xlbp.misconceptions.given import Agrees, Cells, Given
from xlbp.misconceptions.misconception import Misconception
from xlbp.misconceptions.problem import Problem
from xlbp.misconceptions.rates import of_rates
from xlbp.misconceptions.row import Row
from xlbp.misconceptions.told import Array, Rows
from xlbp.misconceptions.trainings import Chain, Trainings
from xlbp.mistakes import Mistake
from xlbp.model.compile import compile_template
from xlbp.reference.train import prepared
from xlbp.template.names import LEARNING_RATE, RATE
from xlbp.template.template import Template

FIRST_ROWS = 3  # that mistakes are ranked by, from the first that departs
MOST_COMMON = 40  # mistakes that are tried in pairs
ENOUGH_DIGITS = 5  # that a mistake must explain: a few agree by chance with one of so many mistakes
LEAST_SHARE = 0.05  # of the cells at fault, that a mistake must explain
COLUMNS_OF_PAIRS = 250_000  # to be computed for all pairs
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
    verdict = search.best(most)
    if not verdict.chain and search.starts_elsewhere:
        search = _Search(template, {**inputs, **search.own_start}, numbers, agrees)
        verdict = search.best(most)
    if verdict.wrong and search.own:  # few digits may hide in a training what each row shows, and the other way round
        other = _Search(template, search.inputs, numbers, agrees, by_rows=False)
        other_verdict = other.best(most)
        if other_verdict.chain and (not verdict.chain or other_verdict.wrong < verdict.wrong):
            search, verdict = other, other_verdict
    if not verdict.chain and (rough := search.quotient()) is not None:
        return [Explained(rough.mistake, rough.about, search.departing)]
    return list(_told(search, verdict.chain))


def _told(search: _Search, chain: Chain) -> Iterator[Explained]:
    """Each mistake with the cells that it explains on top of those before, or else together with the next one."""
    before: Cells = frozenset()
    for length, each in enumerate(chain, start=1):
        cells = search.explained(chain[:length]) - before
        together = cells or search.explained(chain[: length + 1]) - before
        if together and search.theirs.digits(together, search.truth) < ENOUGH_DIGITS:
            return
        if together:
            yield Explained(each.mistake, each.about, together)
        before |= cells


class _Verdict(NamedTuple):
    """A chain of mistakes, and how many cells of so many rows it leaves unexplained, or spoils."""

    chain: Chain
    wrong: int


class _Search:
    """One person's numbers, and what mistakes make of the same start."""

    def __init__(
        self,
        template: Template,
        inputs: Mapping[str, float],
        numbers: Mapping[str, Array],
        agrees: Agrees,
        *,
        by_rows: bool = True,
    ) -> None:
        self.inputs, self.by_rows = inputs, by_rows
        self.problem = Problem(template, Row(template.model, compile_template(template)))
        self.theirs = Given({name: numbers[name] for name in numbers if name in self.problem.columns}, agrees)
        self.trainings = Trainings(self.problem, prepared(template, inputs))

    @cached_property
    def own(self) -> dict[str, Array]:
        """The parameters that each row is computed from, one ``by_rows``: the person's own, where all are given.

        Not if they have so few digits that more becomes wrong by these than by the faults of earlier rows.
        """
        own = self.theirs.complete(self.problem.template.parameter_order) if self.by_rows else {}
        right = self.trainings.compute((), self.theirs.names, self.theirs.rows, own) or {}
        return own if len(self.theirs.cells(right, agreeing=False)) <= len(self.departing) else {}

    @cached_property
    def misconceptions(self) -> list[Misconception]:
        """All that may be tried, the common ones first; then learning rates, as the person's steps tell them."""
        own = self.theirs.complete(self.problem.template.parameter_order)
        right = self.trainings.compute((), [*own], self.theirs.rows, own) or {}
        return [*misconceptions(self.problem), *of_rates(self.problem, own, right, self.rates)]

    @cached_property
    def rates(self) -> Array:
        """The right learning rate of each row."""
        computed = self.trainings.compute((), [RATE], self.theirs.rows, {}) or {}
        return computed.get(RATE, np.full(self.theirs.rows, self.trainings.inputs[LEARNING_RATE]))

    @cached_property
    def faults(self) -> Cells:
        """The cells where something went wrong, and did not only follow from what went wrong in rows before."""
        return self.theirs.cells(self.whole(()), agreeing=False)

    @cached_property
    def first(self) -> int:
        """The first row with a fault."""
        return min((t for _, t in self.faults), default=0)

    @cached_property
    def first_faults(self) -> list[str]:
        """What is at fault in that row, the first quantity of each tensor."""
        wrong = {name for name, t in self.faults if t == self.first}
        in_order = (name for name in self.problem.columns if name in wrong)
        return [own[0] for own in self.problem.by_tensor(in_order).values()]

    @property
    def own_start(self) -> dict[str, float]:
        """The parameters that the person's own first row has."""
        return {name: float(values[0]) for name, values in self.own.items()}

    @property
    def starts_elsewhere(self) -> bool:
        """Whether these are others than those that are asked for."""
        return any((name, 0) in self.faults for name in self.own)

    def whole(self, chain: Chain) -> Rows:
        """All rows by these mistakes; none where nobody can compute so."""
        return self.trainings.compute(chain, self.theirs.names, self.theirs.rows, self.own) or {}

    @cached_property
    def truth(self) -> Rows:
        """The right training."""
        return self.trainings.compute((), self.theirs.names, self.theirs.rows, {}) or {}

    @cached_property
    def departing(self) -> Cells:
        """The cells that depart from the right training."""
        return self.theirs.cells(self.truth, agreeing=False)

    def explained(self, chain: Chain) -> Cells:
        """The departing cells that these mistakes explain."""
        return self.departing & self.theirs.cells(self.whole(chain), agreeing=True)

    def quotient(self) -> Quotient | None:
        """What gradients are that are only nearly right."""
        return quotient(self.problem, self.trainings.inputs, self.theirs, self.faults, self.whole(()))

    def best(self, most: int) -> _Verdict:
        """The chain of mistakes that explains most, each on top of those before; or two that explain together."""
        if not self.faults:
            return _Verdict((), 0)
        best = self.step_by_step(most)
        if best.wrong and most > 1:
            pairs = [pair for pair in self.pairs() if best.wrong - pair.wrong >= self.least]
            best = pairs[0] if pairs else best
        return best

    def step_by_step(self, most: int) -> _Verdict:
        """The best mistake; the best on top of one of the good ones; and so on while more is explained."""
        best = _Verdict((), len(self.faults))
        chains = [best]
        for _ in range(most):
            chains = self.ranked(
                (*chain, each) for chain, _ in chains for each in self.misconceptions if each not in chain
            )
            if not chains or best.wrong - chains[0].wrong < self.least:
                break
            best = chains[0]
            if not best.wrong:
                break
        return best

    @property
    def least(self) -> float:
        """How many cells a mistake has to explain: fewer may agree by chance."""
        return max(1, LEAST_SHARE * len(self.faults))

    def pairs(self) -> list[_Verdict]:
        """The best of two common mistakes at once, of which neither explains anything alone."""
        count = min(MOST_COMMON, int((COLUMNS_OF_PAIRS / len(self.problem.columns)) ** 0.5))
        return self.ranked(combinations(self.misconceptions[:count], 2))

    def ranked(self, chains: Iterable[Chain]) -> list[_Verdict]:
        """The best of some chains, by all rows, the best first; of equal ones the more common first."""
        rows = min(self.first + FIRST_ROWS, self.theirs.rows)
        right = self.verdict((), rows, enough=self.theirs.rows * len(self.theirs.names) + 1)
        verdicts = (self.verdict(chain, rows, right.wrong) for chain in chains if self.explains_first(chain))
        better = sorted((v for v in verdicts if v.wrong < right.wrong), key=lambda verdict: verdict.wrong)
        whole = (self.verdict(verdict.chain, self.theirs.rows, len(self.faults)) for verdict in better[:BEST])
        return sorted(whole, key=lambda verdict: verdict.wrong)

    def verdict(self, chain: Chain, rows: int, enough: int) -> _Verdict:
        """How well a chain explains so many rows; ``enough`` wrong cells are not counted further."""
        computed = self.trainings.compute(chain, self.theirs.names, rows, self.own)
        return _Verdict(chain, self.theirs.count_wrong(computed or {}, rows, enough))

    def explains_first(self, chain: Chain) -> bool:
        """Whether a chain explains anything in the first row that has a fault; one that tells later rows may."""
        if any(each.is_late for each in chain):
            return True
        computed = self.trainings.compute(chain, self.first_faults, self.first + 1, self.own)
        return computed is not None and any(
            self.theirs.agrees_at(name, computed[name], self.first) for name in self.first_faults if name in computed
        )
