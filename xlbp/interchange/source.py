"""What is exported: a training with its numbers, from a template or from a book that a person has changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from xlbp.expectation.contents import lay_out
from xlbp.expectation.inspection import book_at, training_of
from xlbp.template.load import load_template
from xlbp.template.sources import Overrides
from xlbp.template.sources import Source as TemplateSource
from xlbp.template.template import Template
from xlbp.workbook.layout.contents import Contents


@dataclass(frozen=True)
class Source:
    """A training: where its quantities stand on the sheet, and the numbers it starts from.

    ``numbers`` are the inputs by their names (``x[1]``, ``W1[2,1]``, ``eta``), of a book those that stand in its cells.
    """

    contents: Contents
    numbers: Mapping[str, float]

    @property
    def template(self) -> Template:
        """What was asked for."""
        return self.contents.template


def source_of(source: TemplateSource, overrides: Overrides = ()) -> Source:
    """The training of a template or a book (``*.xlsx``).

    Raises UsageError for a book with an input that is no number, or of several trainings.
    """
    if book_at(source) is not None:
        trained = training_of(source, overrides)
        return Source(trained.contents, trained.facts.inputs)
    contents = lay_out(load_template(source, overrides), "en")
    return Source(contents, contents.template.inputs())
