"""Where predictions are answered: it changes inputs, trains, and notes each number that an answer quotes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from openpyxl.utils import get_column_letter

from xlbp.template.quantity import Quantity
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.layout import quoted
from xlbp.workbook.lesson.numbers import DIGITS, digits_apart, told, typed
from xlbp.workbook.lesson.record import MEASURES, OWN, Claim, Prediction, Trial
from xlbp.workbook.page.facts import Array, Facts

MOST_CELLS = 20_000  # of a training that is done once more, so that a large book does not take long
FEWEST_ITERATIONS = 5


class NoTrialLeftError(Exception):
    """A book is too large for so many trainings."""


@dataclass
class Lab:
    """One prediction while it is made: its trials and claims so far."""

    contents: Contents
    facts: Facts
    left: int = 100  # trials that may still be made
    trials: list[Trial] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)

    @property
    def inputs(self) -> Mapping[str, float]:
        """The template's own inputs."""
        return self.contents.worked_out(_inputs)

    @property
    def last(self) -> int:
        """The iteration up to which trials go: the book's last one, or an earlier one of a large book."""
        iterations = self.contents.layout.iterations
        fitting = MOST_CELLS // len(self.contents.program.columns)
        return min(iterations, max(FEWEST_ITERATIONS, fitting))

    @property
    def steps_are_plain(self) -> bool:
        """Whether a step is the learning rate times the gradient, and nothing else."""
        training = self.contents.template.training
        is_bare = not training.clip and not training.settings
        return training.optimizer == "sgd" and training.schedule == "constant" and is_bare

    def change(self, changes: Mapping[str, float], iterations: int | None = None) -> int:
        """Train with some inputs changed; returns the number of the trial.  Raises NoTrialLeftError."""
        if len(self.trials) >= self.left:
            raise NoTrialLeftError
        self.trials.append(Trial(dict(changes), self.last if iterations is None else iterations))
        return len(self.trials) - 1

    def history(self, trial: int = OWN) -> Mapping[str, Array]:
        """Every quantity of a trial, or of the template's own training."""
        if trial == OWN:
            return self.facts.trials.own
        return self.facts.trials.changed(self.trials[trial].changes, self.trials[trial].iterations)

    def values(self, names: Sequence[str], iteration: int, trial: int = OWN) -> Array:
        """Numbers of a trial: columns of an iteration, or inputs."""
        history = self.history(trial)
        changes = {} if trial == OWN else self.trials[trial].changes
        given = {**self.facts.own, **changes}
        return np.array([history[name][iteration] if name in history else given[name] for name in names])

    def measured(self, measure: str, names: Sequence[str], iteration: int, trial: int = OWN) -> float:
        """One number of several quantities; nothing is claimed of it."""
        return MEASURES[measure](self.values(names, iteration, trial))

    def tell(
        self, names: str | Sequence[str], iteration: int, trial: int = OWN, measure: str = "value", digits: int = DIGITS
    ) -> str:
        """A number as the answer quotes it, which is noted as a claim."""
        several = (names,) if isinstance(names, str) else tuple(names)
        shown = self.own_signs(told(self.measured(measure, several, iteration, trial), digits))
        self.claims.append(Claim(shown, several, iteration, trial, measure))
        return shown

    def before_and_after(self, name: str, iteration: int, trial: int) -> tuple[str, str]:
        """A quantity in the template's own training and in a trial, told with digits enough to differ; both claimed."""
        own, other = (self.measured("value", [name], iteration, which) for which in (OWN, trial))
        digits = digits_apart(own, other)
        shown = self.own_signs(told(own, digits)), self.own_signs(told(other, digits))
        for text, which in zip(shown, (OWN, trial), strict=True):
            self.claims.append(Claim(text, (name,), iteration, which))
        return shown

    def text(self, key: str, **values: object) -> str:
        """A text on predictions, filled in with what all of them may name."""
        sheets = {
            sheet: self.contents.texts(f"sheet.{sheet}")
            for sheet in ("start", "training", "steps", "network", "charts")
        }
        objective = self.contents.symbol(self.contents.objective)
        return self.contents.texts(f"predict.{key}", **{**sheets, "objective": objective, "last": self.last, **values})

    def own_signs(self, number: str) -> str:
        """A number with the signs of the reader's language."""
        return self.contents.texts.with_own_signs(number)

    def symbol(self, name: str) -> str:
        """The source's symbol."""
        return self.contents.symbol(name)

    def joined(self, pieces: Sequence[str]) -> str:
        """Pieces of a list, one after the other."""
        return self.contents.texts("predict.comma").join(pieces)

    def sentences(self, *sentences: str) -> str:
        """Sentences one after the other, as the language sets them; empty ones are left out."""
        return self.contents.texts.sentences(*sentences)

    def cell(self, name: str, iteration: int = 0) -> tuple[str, str]:
        """The sheet and the address of an input or of a column's cell."""
        layout = self.contents.layout
        if name in layout.panel:
            place = layout.panel[name]
            sheet = layout.data_sheet if place.sheet == "data" else self.contents.title
            return sheet, place.address.replace("$", "")
        return self.contents.title, layout.cell(name, iteration)

    def shown_cell(self, name: str, iteration: int = 0) -> str:
        """The same as a reader has it: ``Training!C3``."""
        return "!".join(self.cell(name, iteration))

    def place(self, name: str, iteration: int = 0) -> str:
        """The same as a link needs it."""
        sheet, address = self.cell(name, iteration)
        return f"{quoted(sheet)}!{address}"

    def column(self, name: str) -> str:
        """The letter of a column of the training sheet."""
        return str(get_column_letter(self.contents.layout.columns[name]))

    def row(self, iteration: int) -> int:
        """The number of an iteration's row."""
        return self.contents.layout.row_of(iteration)

    def typing(self, changes: Mapping[str, float]) -> str:
        """What is to be typed where: ``5 in Training!C3 (η, now 0.5)``."""
        return self.joined(
            [
                self.text(
                    "change",
                    value=self.own_signs(typed(value)),
                    cell=self.shown_cell(name),
                    symbol=self.symbol(name),
                    old=self.own_signs(typed(self.inputs[name])),
                )
                for name, value in changes.items()
            ]
        )

    def prediction(self, key: str, question: str, answer: str, place: str) -> Prediction:
        """The record, with all that was tried and claimed."""
        return Prediction(key, question, answer, place, tuple(self.trials), tuple(self.claims))

    def quantity(self, name: str) -> Quantity:
        """What a name says."""
        return self.contents.quantity(name)


def _inputs(contents: Contents) -> Mapping[str, float]:
    return contents.template.inputs()
