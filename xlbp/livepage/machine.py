"""A template's calculation as JavaScript, and where each quantity stands in its arrays."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from xlbp.livepage.code import Place, functions, statements
from xlbp.livepage.table import table_columns
from xlbp.symbols.expr import names_in
from xlbp.symbols.program import Program
from xlbp.template.template import Template

ASSETS = Path(__file__).parent / "assets"
CALCULATION = ("arithmetic.js", "functions.js", "engine.js")  # what the functions of a row need besides


def asset(name: str) -> str:
    """A file that is the same in every page."""
    return (ASSETS / name).read_text("utf-8")


@dataclass(frozen=True)
class Machine:
    """Compiles a program; ``typed`` are the inputs in the order in which the page has them."""

    template: Template
    program: Program

    @cached_property
    def typed(self) -> tuple[str, ...]:
        """What a person may change, a column of the table without gaps."""
        return tuple(self.template.inputs())

    @cached_property
    def panel(self) -> dict[str, int]:
        """Where each number stands that no row computes: what is typed, then what the table computes of it."""
        computed = [column.name for column in table_columns(self.template.model)]
        return {name: number for number, name in enumerate(dict.fromkeys([*self.typed, *computed]))}

    @cached_property
    def columns(self) -> dict[str, int]:
        """Where each column stands in a row."""
        return {name: number for number, name in enumerate(self.program.names)}

    @cached_property
    def places(self) -> dict[str, Place]:
        """All of these."""
        places = {name: Place("P", number) for name, number in self.panel.items()}
        return places | {name: Place("R", number) for name, number in self.columns.items()}

    @cached_property
    def answers(self) -> dict[str, Place]:
        """Where stands what the network answers to an input that is no sample: that input, then what follows of it."""
        program = self.program
        used = {name for column in program.answer for name in names_in(column.expr)}
        own = [column.name for column in program.answer]
        given = [name for name in self.template.model.network.given if name in used] if program.answer else []
        here = {name: Place("A", number) for number, name in enumerate(dict.fromkeys([*given, *own]))}
        return {**self.places, **here}

    @cached_property
    def script(self) -> str:
        """``computeTable(P)``, ``computeRow(R,o,u,P)`` and ``computeAnswer(A,R,o,P)``."""
        starts = {column.name: f"start of {column.name}" for column in self.program.columns if column.given}
        starts = {name: start for name, start in starts.items() if name in self.panel}
        places = {**self.places, **{start: Place("P", self.panel[name]) for name, start in starts.items()}}
        panel = {name: Place("P", number) for name, number in self.panel.items()}
        return (
            functions(statements(table_columns(self.template.model), panel, {}), "computeTable", "P")
            + functions(statements(self.program.columns, places, starts), "computeRow", "R,o,u,P")
            + functions(statements(self.program.answer, self.answers, {}), "computeAnswer", "A,R,o,P")
        )

    @property
    def calculation(self) -> str:
        """All that is needed to train, without a page."""
        return "".join(map(asset, CALCULATION)) + self.script
