"""How a reader comes from this book to one of their own: other numbers, other data, another network or formula."""

from __future__ import annotations

from collections.abc import Iterator

from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.lesson import commands
from xlbp.workbook.sheets.prose import BULLET

Point = tuple[str, str]  # what stands before a text, and the text


def own_book(contents: Contents) -> Iterator[Point]:
    """The points of the list, for someone who has never typed a command."""
    texts = contents.texts
    yield BULLET, texts("start.own_numbers" if contents.layout.watched else "start.own_numbers_unwatched")
    yield BULLET, texts("start.own_terminal")
    yield BULLET, texts("start.own_install", **commands.INSTALLING)
    yield BULLET, texts("start.own_data", **commands.OF_DATA)
    yield BULLET, texts("start.own_size", **commands.OF_SIZE)
    yield from _of_network(contents) if contents.template.kind == "network" else _of_formula(contents)
    other = commands.mentioned(contents)
    if other:
        yield BULLET, texts("start.own_mentioned", name=other, command=f"xlbp generate {other}")


def _of_network(contents: Contents) -> Iterator[Point]:
    """Another activation of this very network, and what stands still in it trained."""
    activation, trained = commands.other_activation(contents), commands.train_all(contents)
    if activation:
        yield BULLET, contents.texts("start.own_activation", command=activation)
    if trained:
        yield BULLET, contents.texts("start.own_trained", command=trained)


def _of_formula(contents: Contents) -> Iterator[Point]:
    """A formula of one's own, line by line as it stands in a file."""
    texts = contents.texts
    yield BULLET, texts("start.own_formula", **commands.OF_FORMULA)
    yield from (("", line) for line in commands.FORMULA_LINES)
