"""Which mistake explains the numbers that depart, in words."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from xlbp.checking.comparison import Comparison
from xlbp.checking.given import Given, Series, agreeing
from xlbp.checking.log import Array, Flags
from xlbp.checking.result import Explanation
from xlbp.checking.truth import Truth
from xlbp.lang import load_texts
from xlbp.misconceptions.explain import Explained, explain_numbers
from xlbp.workbook.layout.contents import Contents

MOST = 3  # mistakes that are told


def explanations(comparison: Comparison) -> tuple[Explanation, ...]:
    """The mistakes that explain the most of what departs, each on top of those before it."""
    truth = comparison.truth
    told = {name: series for name, series in comparison.given.items() if not series.derived_from}
    given = _by_row(told, truth)  # what follows from two rows tells nothing that these don't
    slack = {name: _slack(series, truth) for name, series in given.items()}
    template = truth.contents.template

    def agrees(name: str, theirs: Array, others: Array) -> Flags:
        """Whether numbers agree as they must with the truth, whatever the row."""
        return agreeing(theirs, others, given[name].precision, slack[name])

    inputs = {name: truth.trained.facts.inputs[name] for name in template.inputs()}
    numbers = {name: np.where(series.there, series.values, np.nan) for name, series in given.items()}
    mistakes = explain_numbers(template, inputs, numbers, agrees, MOST)
    return tuple(_told(each, comparison) for each in mistakes if each.cells)


def _slack(series: Series, truth: Truth) -> float:
    """How far a quantity's numbers may be off in any row: by the largest size of its terms, and what is allowed."""
    sizes, allowed = truth.sizes(series.name), series.allowed[series.there]
    largest = sizes[np.isfinite(sizes)].max(initial=0.0)
    return float(series.precision.noise_of(largest) + allowed[np.isfinite(allowed)].max(initial=0.0))


def _by_row(given: Given, truth: Truth) -> Mapping[str, Series]:
    """The numbers with the parameters of each row, where those behind the update were given."""
    rows = dict(given)
    for parameter in truth.contents.template.parameter_order:
        after = given.get(str(truth.contents.quantity(parameter).updated))
        if parameter not in given and after is not None:
            values = np.concatenate([truth.values(parameter)[:1], after.values[:-1]])
            there = np.concatenate([[True], after.there[:-1]])
            rows[parameter] = Series(parameter, values, there, after.precision, np.zeros(len(values)))
    return rows


def _told(explained: Explained, comparison: Comparison) -> Explanation:
    """A mistake as it is told, its cells in the order of computation: those that were given, if any of them are."""
    contents, order, given = comparison.truth.contents, comparison.truth.order, comparison.given
    own = {cell for cell in explained.cells if cell[0] in given}
    cells = tuple(sorted(own or explained.cells, key=lambda cell: (cell[1], order.get(cell[0], 0))))
    mistake = explained.mistake
    text = load_texts("en")(f"mistake.{mistake.key}", about=_called(contents, explained.about))
    return Explanation(mistake.marked or mistake.key, mistake.key, explained.about, cells, text)


def _called(contents: Contents, about: str) -> str:
    """What a mistake is about, by its symbol; a tensor or a sample as it is."""
    return (contents.symbol(about) if contents.has(about) else about) or "…"
