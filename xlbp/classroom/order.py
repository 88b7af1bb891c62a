"""What a teacher asks for, as the record that marking needs, and from the record back to the exercise."""

from __future__ import annotations

from dataclasses import dataclass, replace

from xlbp.classroom.exercise.credit import NOTHING_SAID, PLAIN, SaidOfCredit
from xlbp.classroom.exercise.plan import Plan, make_plan
from xlbp.classroom.exercise.record import Record
from xlbp.classroom.exercise.weights import weights_of
from xlbp.expectation.contents import lay_out
from xlbp.lang import default_language
from xlbp.template.load import load_template, parse_template
from xlbp.template.sources import Source

ITERATIONS = 1  # of an exercise, where nobody says otherwise: two rows to fill in


@dataclass(frozen=True)
class Order:
    """What a teacher asks for; without a number of iterations among the overrides there are few."""

    template: Source
    blank: str
    overrides: tuple[str, ...] = ()
    language: str | None = None
    solution: bool = False
    marked: bool = True
    force: bool = False
    credit: SaidOfCredit = NOTHING_SAID

    def record(self, seed: int | None) -> Record:
        """The exercise as marking needs it; no seed: all students have the template's own numbers."""
        overrides = self.overrides
        if not any(override.startswith("training.iterations=") for override in overrides):
            overrides = (*overrides, f"training.iterations={ITERATIONS}")
        problem = load_template(self.template, overrides)
        language = self.language or default_language()
        translations = {code: text for code, text in problem.translations.items() if code == language}
        given = (problem.name, problem.text, self.blank, overrides, seed, language, self.marked, problem.files)
        record = Record(*given, translations=translations)
        credit = self.credit.of(record)
        if credit != PLAIN:
            record = replace(record, credit=credit.to_dict())
            weights_of(plan_of(record), credit)  # what is weighed must be blank
        return record


def plan_of(record: Record) -> Plan:
    """The exercise that a record describes."""
    template = parse_template(record.text, record.template, record.template, record.overrides, record.files.__getitem__)
    template = replace(template, translations=record.translations)
    return make_plan(lay_out(template, record.language), record.blank, record.marked)


def name_of(record: Record, plan: Plan) -> str:
    """What the exercise's file or folder is called."""
    return f"{record.template}-{plan.blanks.group}"
