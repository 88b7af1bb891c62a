"""What a lesson's page tells of a template in one language, as plain data: nothing here knows of pages or files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tools.site.course import HOME
from xlbp.livepage.lesson import PageLab
from xlbp.workbook.explain import Explanation, explain_quantity
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.lesson.predictions.choose import predictions
from xlbp.workbook.lesson.truths import moving_parameter
from xlbp.workbook.page.facts import Facts, readable

OF_BOOKS = frozenset({"bias"})  # predictions that end in a command to make another book
FORWARD = ("forward", "loss")
MOST_FORWARD, LONGEST = 16, 200  # lines of a worked forward pass; characters of a formula that can still be read


@dataclass(frozen=True)
class Line:
    """One quantity as it is worked out: its symbol, the formula in symbols and with numbers, the value."""

    symbol: str
    formula: str
    numbers: str
    value: str


@dataclass(frozen=True)
class Chain:
    """The chain rule of a gradient: each path as symbols, as numbers and as their product, and what they come to."""

    symbol: str
    parameter: str
    paths: tuple[Line, ...]
    total: str
    samples: int
    value: str


@dataclass(frozen=True)
class Told:
    """A template in one language."""

    title: str
    summary: str
    source: str
    remarks: tuple[str, ...]
    questions: tuple[tuple[str, str], ...]  # with their answers
    samples: int
    left_out: int
    forward: tuple[Line, ...]
    chain: Chain
    update: Line


def told(contents: Contents, facts: Facts) -> Told:
    """What a page tells of a template that has been laid out in its language and trained."""
    return _Telling(contents, facts).all()


@dataclass(frozen=True)
class _Telling:
    """Asks a template's contents, and its training, for each thing that is told."""

    contents: Contents
    facts: Facts

    def all(self) -> Told:
        contents, facts, template, of = self.contents, self.facts, self.contents.template, self.contents.texts.of
        lab = PageLab(contents, facts)
        parameter = lab.quantity(moving_parameter(lab))
        forward = self.forward()
        asked = (each for each in predictions(contents, facts, PageLab) if each.key not in OF_BOOKS)
        return Told(
            title=of(template.title),
            summary=of(template.summary),
            source=of(template.source),
            remarks=template.notes.get(contents.texts.language) or template.notes.get(HOME, ()),
            questions=tuple((each.question, each.answer) for each in asked),
            samples=template.model.batch,
            left_out=max(len(forward) - MOST_FORWARD, 0),
            forward=tuple(map(self.line, forward[-MOST_FORWARD:])),
            chain=self.chain(self.explain(contents.gradient(parameter)), lab.symbol(parameter)),
            update=self.line(self.explain(parameter.updated)),
        )

    def explain(self, name: str) -> Explanation:
        """How a number of iteration 0 comes about."""
        return explain_quantity(self.contents, self.facts, name, 0)

    def forward(self) -> list[Explanation]:
        """The forward pass of the first sample and the loss, as far as its formulas can be read on a line."""
        marks = {"", self.contents.template.model.marks[0]}
        columns = (column.name for column in self.contents.program.columns if column.phase in FORWARD)
        explained = map(self.explain, (name for name in columns if self.contents.quantity(name).sample in marks))
        return [each for each in explained if 0 < len(each.formula) <= LONGEST]

    def line(self, explained: Explanation) -> Line:
        """One quantity; numbers that can't be read on a line are left out."""
        numbers = self.own_signs(explained.numbers) if len(explained.numbers) <= LONGEST else ""
        return Line(explained.symbol, explained.formula, numbers, self.number(explained.value))

    def chain(self, explained: Explanation, parameter: str) -> Chain:
        """The chain rule of a gradient."""
        paths, total, value = tuple(self.paths(explained)), self.number(explained.total), self.number(explained.value)
        return Chain(explained.symbol, parameter, paths, total, explained.samples, value)

    def paths(self, explained: Explanation) -> Iterator[Line]:
        """Each path: its factors as symbols and as numbers, and their product."""
        for path in explained.paths:
            numbers = " · ".join(self.bracketed(factor.value) for factor in path.factors)
            yield Line("", " · ".join(factor.symbol for factor in path.factors), numbers, self.number(path.value))

    def bracketed(self, value: float | None) -> str:
        """A number as a factor."""
        shown = self.number(value)
        return f"({shown})" if shown.startswith("−") else shown

    def number(self, value: float | None) -> str:
        """Four digits of a small number, else as on the sheets."""
        small = value is not None and 0 < abs(value) < 0.01
        return self.own_signs((f"{value:.4g}" if small else readable(value)).replace("-", "−"))

    def own_signs(self, numbers: str) -> str:
        """Numbers as the reader's language writes them."""
        decimal = self.contents.texts.facts.decimal
        return numbers if decimal == "." else numbers.replace(", ", "; ").replace(".", decimal)
