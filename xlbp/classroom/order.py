"""What a teacher asks for, as the record that marking needs, and from the record back to the exercise."""

from __future__ import annotations

from dataclasses import dataclass, replace

from xlbp.classroom.exercise.credit import NOTHING_SAID, PLAIN, SaidOfCredit
from xlbp.classroom.exercise.kinds.kind import BLANK, NO_HOLES, TOLERANCE, Kind, Wishes, must_take
from xlbp.classroom.exercise.kinds.registry import BLANKS, KINDS
from xlbp.classroom.exercise.plan import Plan, make_plan
from xlbp.classroom.exercise.record import Record
from xlbp.classroom.exercise.weights import weights_of
from xlbp.datafile.numbers import snap
from xlbp.errors import UsageError, option
from xlbp.expectation.contents import lay_out
from xlbp.lang import default_language
from xlbp.template.load import load_template, parse_template
from xlbp.template.names import LEARNING_RATE
from xlbp.template.sources import Source

ITERATIONS, RATE = "training.iterations=", "training.learning_rate="


@dataclass(frozen=True)
class Order:
    """What a teacher asks for; without a number of iterations among the overrides there are few."""

    template: Source
    blank: str = ""
    overrides: tuple[str, ...] = ()
    language: str | None = None
    solution: bool = False
    marked: bool = True
    force: bool = False
    kind: str = BLANKS.name
    tolerance: float | None = None
    holes: bool = True
    credit: SaidOfCredit = NOTHING_SAID

    def record(self, seed: int | None) -> Record:
        """The exercise as marking needs it; no seed: all students have the template's own numbers.

        Raises UsageError for what the kind of task does not take.
        """
        kind = kind_of(self.kind)
        given = {BLANK: bool(self.blank), TOLERANCE: self.tolerance is not None, NO_HOLES: not self.holes}
        must_take(kind.name, given)
        overrides = self.overrides
        if not any(override.startswith(ITERATIONS) for override in overrides):
            overrides = (*overrides, f"{ITERATIONS}{kind.iterations}")
        problem = load_template(self.template, overrides)
        rate = problem.inputs().get(LEARNING_RATE)
        if kind.rate != 1 and rate is not None and not any(override.startswith(RATE) for override in overrides):
            overrides = (*overrides, f"{RATE}{snap(rate * kind.rate)!r}")
        language = self.language or default_language()
        translations = {code: text for code, text in problem.translations.items() if code == language}
        named = (problem.name, problem.text, self.blank, overrides, seed, language, self.marked, problem.files)
        record = Record(*named, translations=translations)
        record = replace(record, kind=kind.name, tolerance=self.tolerance, holes=self.holes)
        credit = self.credit.of(record)
        if credit != PLAIN:
            record = replace(record, credit=credit.to_dict())
            if kind.leaves_cells:
                weights_of(plan_of(record), credit)  # what is weighed must be blank
        return record


def plan_of(record: Record) -> Plan:
    """The exercise that a record describes."""
    template = parse_template(record.text, record.template, record.template, record.overrides, record.files.__getitem__)
    template = replace(template, translations=record.translations)
    kind, wishes = kind_of(record.kind), Wishes(record.tolerance, record.holes)
    return make_plan(lay_out(template, record.language), record.blank, record.marked, kind, wishes)


def kind_of(name: str) -> Kind:
    """A kind of task by its name.  Raises UsageError for one that there is not."""
    if name not in KINDS:
        raise UsageError(f"{option('--kind', name)}: there is no such kind of task; give {', '.join(KINDS)}")
    return KINDS[name]


def name_of(record: Record, plan: Plan) -> str:
    """What the exercise's file or folder is called."""
    return f"{record.template}-{plan.called}"
