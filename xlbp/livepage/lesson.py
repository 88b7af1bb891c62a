"""What a reader predicts and tries on the page: the book's predictions, told by symbols in the place of cells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.lesson.lab import Lab
from xlbp.workbook.lesson.numbers import typed
from xlbp.workbook.lesson.predictions.choose import predictions
from xlbp.workbook.page.facts import Facts

OWN_TEXTS = frozenset({"explode"})  # of questions that the page asks in words of its own
OF_BOOKS = frozenset({"bias"})  # that end in a command to make another book


class PageLab(Lab):
    """A page has no cells: its columns have their symbols, its rows their iterations."""

    def text(self, key: str, **values: object) -> str:
        """A text of the book, or the page's own where that leads to another sheet's line."""
        own = f"page.{key}"
        if key not in OWN_TEXTS:
            return super().text(key, **values)
        return self.contents.texts(own, objective=self.symbol(self.contents.objective), **values)

    def column(self, name: str) -> str:
        """What stands over a column."""
        return self.symbol(name)

    def row(self, iteration: int) -> int:
        """The iteration itself."""
        return iteration

    def shown_cell(self, name: str, iteration: int = 0) -> str:  # noqa: ARG002
        """The symbol."""
        return self.symbol(name)

    def typing(self, changes: Mapping[str, float]) -> str:
        """What is to be typed: ``η = 5 (now 0.5)``."""
        return self.joined(
            [
                self.contents.texts(
                    "page.change",
                    symbol=self.symbol(name),
                    value=self.own_signs(typed(value)),
                    old=self.own_signs(typed(self.inputs[name])),
                )
                for name, value in changes.items()
            ]
        )


def lesson(contents: Contents, facts: Facts, panel: Mapping[str, int]) -> list[dict[str, Any]]:
    """Each question with its answer, and what is typed for each trial: pairs of an input's place and its number."""
    return [
        {
            "question": prediction.question,
            "answer": prediction.answer,
            "trials": [[[panel[name], value] for name, value in t.changes.items()] for t in prediction.trials],
        }
        for prediction in predictions(contents, facts, PageLab)
        if prediction.key not in OF_BOOKS
    ]
