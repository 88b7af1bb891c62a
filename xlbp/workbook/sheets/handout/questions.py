"""What the handout asks: Start's questions, without their answers."""

from __future__ import annotations

from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.lesson.predictions.choose import predictions
from xlbp.workbook.page.facts import Facts

MOST = 3  # for which a page has room, with lines to write on


def questions(contents: Contents, facts: Facts) -> list[str]:
    """The texts, in the reader's language."""
    return [prediction.question for prediction in predictions(contents, facts)[:MOST]]
