"""What the sheet of a training must show: every formula, and what the reference says each is worth."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from xlbp.datafile.numbers import snap
from xlbp.errors import XlbpError
from xlbp.expectation.noise import Noise, find_noise
from xlbp.reference.history import Array, History, Told, diverged_at, untold
from xlbp.reference.train import answers, forward_passes, prepared, train
from xlbp.symbols.interpret import sizes_of_answer, sizes_of_columns
from xlbp.template.names import ITERATION
from xlbp.template.template import Template
from xlbp.verification.compare import Block
from xlbp.verification.doubt import Doubt
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.patterns import columns_of, whole_row
from xlbp.workbook.layout.watch import watch_of
from xlbp.workbook.opening import first_choices
from xlbp.workbook.page.facts import Choices, Facts, Noisy, Total, Totals, Worked, in_order, sizes_of_scaled

CANCELLED = 1e-3  # of the terms' sizes: with the proof's 1e-9 some thousand times the noise of a double


@dataclass(frozen=True)
class Trained:
    """A training of a book with its numbers: ``facts`` for the pages, ``noise`` if some of them follow from noise."""

    contents: Contents
    facts: Facts
    noise: Noise | None = None

    @property
    def history(self) -> Mapping[str, Array]:
        """Every quantity over the iterations."""
        return self.facts.history

    @property
    def losses(self) -> Array:
        """The objective of every iteration."""
        return self.history[self.contents.objective]

    @cached_property
    def values(self) -> Array:
        """The values of its sheet, (T + 1, columns) in the order of the sheet."""
        return of_whole_rows(self.contents, self.history, self.facts.inputs)

    @cached_property
    def block(self) -> Block:
        """Its sheet as plain data."""
        return _block(self)

    @property
    def learns_nothing(self) -> str:
        """Why no iteration changes the loss, '' where one does.

        ``single_softmax``: the softmax of one unit; ``no_target``: a cross entropy against targets of 0 alone;
        ``solved``: a loss that is 0 from the start; ``no_gradient``: gradients that are all exactly 0; ``no_step``: a
        learning rate too small for it.
        """
        model, gradient = self.contents.template.model, self.contents.gradient
        order = self.contents.template.parameter_order
        if model.single_softmax:
            return "single_softmax"
        if model.loss == "cross_entropy" and not any(map(any, model.targets[: model.samples])):
            return "no_target"
        if not any(self.history[gradient(name)].any() for name in order):
            return "solved" if model.loss and not self.losses.any() else "no_gradient"
        is_flat = not model.picks and bool((self.losses == self.losses[0]).all())
        return "no_step" if is_flat else ""

    @property
    def learns_a_constant(self) -> bool:
        """Whether all samples to train on have the same targets, so that no input says anything about them."""
        model = self.contents.template.model
        return model.samples > 1 and len(set(model.targets[: model.samples])) == 1

    @property
    def diverged_at(self) -> int | None:
        """The first iteration that is not finite, or None."""
        return diverged_at(self.history)

    @property
    def loss_diverged_at(self) -> int | None:
        """The first iteration whose loss is no number, or None."""
        return diverged_at({"loss": self.losses})

    @property
    def formulas_in_rows(self) -> int:
        """How many formulas its sheet has."""
        return formulas_in_rows(self.contents)

    @property
    def without_noise(self) -> Trained:
        """The training in a program that makes 0 of the gradients that are none but noise."""
        return _with_reference(self.contents, self.facts, self.noise.without) if self.noise else self

    @property
    def shaken(self) -> Trained:
        """The training in a program that has another noise."""
        return _with_reference(self.contents, self.facts, self.noise.shaken) if self.noise else self


@dataclass(frozen=True)
class _ReferenceOf:
    """Answers what pages ask for besides a training, with the numbers of that training.

    ``panel`` holds its inputs with all that is computed from them, ``iteration`` is the chosen one.
    """

    contents: Contents
    panel: Mapping[str, float]
    history: Mapping[str, Array]
    iteration: int

    def forward_passes(self, settings: Sequence[Mapping[str, float]]) -> History:
        """Every forward quantity of the chosen iteration's row, for each of these values of the parameters."""
        template = self.contents.template
        inputs = {name: self.panel[name] for name in template.inputs()}
        return forward_passes(template, inputs, settings, self.iteration)

    def answers(self, points: Sequence[Sequence[float]], iteration: int) -> tuple[History, History]:
        """What the network answers to these points with the parameters of an iteration, and its terms' sizes."""
        template = self.contents.template
        places = np.asarray(points, dtype=np.float64)
        parameters = {name: float(self.history[name][iteration]) for name in template.entered_with}
        passed = answers(template, self.panel, parameters, places)
        constants = {name: np.asarray(value) for name, value in {**self.panel, **parameters}.items()}
        farthest = np.max(np.abs(places), axis=0)  # a point near 0 is computed from the ends of the range
        sizes: dict[str, Array] = {
            name: np.full(len(places), farthest[j]) for j, name in enumerate(template.model.network.given)
        }
        return passed, {**sizes, **sizes_of_answer(self.contents.program, {**constants, **passed}, sizes)}


@dataclass(frozen=True)
class _TrialsOf:
    """Trains the template with changed inputs, each change once: several pages may ask for the same."""

    template: Template
    own: History
    trained: dict[tuple[object, ...], History] = field(default_factory=dict)
    worked_out: dict[str, Any] = field(default_factory=dict)

    def changed(self, changes: Mapping[str, float], iterations: int) -> History:
        """The training with these inputs in the place of the template's, as far as this iteration."""
        key = (*sorted(changes.items()), iterations)
        if key not in self.trained:
            inputs = {**self.template.inputs(), **changes}
            self.trained[key] = train(self.template, inputs, iterations=iterations)
        return self.trained[key]

    def once(self, key: str, work: Callable[[], Worked]) -> Worked:
        """What ``work`` returns, worked out when it is first asked for by this key."""
        if key not in self.worked_out:
            self.worked_out[key] = work()
        found: Worked = self.worked_out[key]
        return found


def train_run(
    contents: Contents,
    inputs: Mapping[str, float] | None = None,
    choices: Choices | None = None,
    own: Trained | None = None,
    told: Told = untold,
) -> Trained:
    """Train the reference on ``inputs``, the template's own by default.

    ``own`` is the training on the template's own inputs, where it has been done already; ``told`` hears the share of
    it that is done.
    """
    own = own or _train_own(contents, told)
    chosen = choices or own.facts.choices
    if inputs is None or dict(inputs) == contents.template.inputs():
        return _with_reference(contents, replace(own.facts, choices=chosen), own.history, own.noise)
    outcome = _train(contents, inputs)
    facts = replace(own.facts, sizes=outcome.sizes, inputs=outcome.panel, choices=chosen)
    return _with_reference(contents, facts, outcome.history, outcome.noise)


def _with_reference(
    contents: Contents, facts: Facts, history: Mapping[str, Array], noise: Noise | None = None
) -> Trained:
    """A training whose pages show this history, and ask the reference by it."""
    reference = _ReferenceOf(contents, facts.inputs, history, facts.choices.iteration)
    return Trained(contents, replace(facts, history=history, reference=reference), noise)


class _Outcome(NamedTuple):
    """A training: every quantity, the panel with what is computed from it, the sizes of all terms, and its noise."""

    history: History
    panel: dict[str, float]
    sizes: History
    noise: Noise | None


def _train_own(contents: Contents, told: Told = untold) -> Trained:
    """The training on the template's own inputs."""
    outcome = _train(contents, contents.template.inputs(), told)
    facts = Facts(
        outcome.history,
        outcome.sizes,
        outcome.panel,
        first_choices(contents, outcome.history),
        own=outcome.panel,
        totals=_totals(contents, outcome),
        own_losses=outcome.history[contents.objective],
        noisy=_noisy(outcome.noise),
        trials=_TrialsOf(contents.template, outcome.history),
    )
    return _with_reference(contents, facts, outcome.history, outcome.noise)


def _train(contents: Contents, inputs: Mapping[str, float], told: Told = untold) -> _Outcome:
    """Train the reference, and find how large all terms are and what follows from noise."""
    template, program = contents.template, contents.program
    history, panel = train(template, inputs, told), prepared(template, inputs)
    values = {**{name: np.asarray(value) for name, value in panel.items()}, **history}
    of_inputs = sizes_of_scaled(template.model, panel)
    sizes = sizes_of_columns(program, values, of_inputs)
    noise = find_noise(template, program, inputs, values, sizes, of_inputs)
    rows = len(history[ITERATION])
    return _Outcome(history, panel, {**_at_each_row(of_inputs, rows), **sizes}, noise)


def _at_each_row(numbers: Mapping[str, float], rows: int) -> History:
    """Numbers that are the same in every row."""
    return {name: np.broadcast_to(np.float64(number), rows) for name, number in numbers.items()}


def _noisy(noise: Noise | None) -> Noisy | None:
    """What is told of noise, if there is any."""
    if noise is None or not noise.parameters:
        return None
    return Noisy(noise.parameters, noise.iteration, noise.visible)


def _totals(contents: Contents, outcome: _Outcome) -> Totals:
    """Of each column the sum, by what to measure a difference from it, and how many of its cells noise drives.

    The measure is the sum of the numbers' sizes; where these come from cancelling terms, a little of the terms' sizes.
    """
    driven = outcome.noise.driven if outcome.noise and outcome.noise.parameters else {}
    return {
        name: Total(
            snap(in_order(outcome.history[name])),
            snap(float(np.abs(outcome.history[name]).sum() + CANCELLED * outcome.sizes[name].sum())),
            int(driven[name].sum()) if name in driven else 0,
        )
        for name in contents.program.names
    }


def _block(run: Trained) -> Block:
    """The sheet of a training as plain data."""
    contents, values, sizes = run.contents, run.values, run.facts.sizes
    columns, start, later = whole_row(contents)
    names, letters = [name for name, _ in columns], [letter for _, letter in columns]
    own = len(contents.program.columns)
    terms = np.abs(values)  # what watches a row has no terms
    terms[:, :own] = np.stack([sizes[name] for name in names[:own]], axis=1)
    symbols = [contents.symbol(name) for name in names]
    first_row = contents.layout.first_row
    block = Block(contents.title, letters, names, first_row, values, terms, start, later, symbols=symbols)
    return block if run.noise is None else replace(block, doubt=_doubt(contents, block, run.noise))


def _doubt(contents: Contents, block: Block, noise: Noise) -> Doubt:
    """Which cells of the sheet follow from noise, and what they are without it."""
    none = np.zeros(len(block.expected), dtype=np.bool_)
    driven = np.stack([noise.driven.get(name, none) for name in block.names], axis=1)
    without = [noise.without.get(name, column) for name, column in zip(block.names, block.expected.T, strict=True)]
    return Doubt(reason_of(contents, noise), noise.iteration, driven, np.stack(without, axis=1))


def reason_of(contents: Contents, noise: Noise) -> str:
    """Why cells follow from noise, in a line."""
    if not noise.parameters:
        return "they follow from the last digits of inputs that are very far from zero beside how they vary"
    gradient = f"the gradient of {contents.symbol(noise.parameters[0])}"
    return f"they follow from rounding noise: from iteration {noise.iteration} on {gradient} is nothing else"


def formulas_in_rows(contents: Contents) -> int:
    """How many formulas a training sheet has."""
    start, later = (sum(p is not None for p in patterns) for patterns in whole_row(contents)[1:])
    return start + contents.layout.iterations * later


def by_column(contents: Contents, history: Mapping[str, Array]) -> Array:
    """The reference's values, (T + 1, columns); a column that has none is a fault of ours."""
    names = [name for name, _ in columns_of(contents)]
    missing = [name for name in names if name not in history]
    if missing:
        raise XlbpError(f"the reference gives no value for {missing[0]!r}; this is a fault of xlbp, please report it")
    return np.stack([history[name] for name in names], axis=1)


def of_whole_rows(contents: Contents, history: Mapping[str, Array], inputs: Mapping[str, float]) -> Array:
    """The same, and behind them the columns that watch the rows: 0, but for the copies of ``inputs``."""
    values, watch = by_column(contents, history), watch_of(contents)
    if watch is None:
        return values
    watching = np.zeros((len(values), len(watch.names)))
    watching[:, : len(watch.copies)] = [inputs[name] for name in watch.copies]
    return np.hstack([values, watching])
