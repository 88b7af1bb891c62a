"""How a reader comes from this book to one of their own: other numbers, other data, another network or formula."""

from __future__ import annotations

from collections.abc import Iterator

from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.lesson import commands
from xlbp.workbook.sheets.prose import BULLET

PROMPT = "›"  # stands before a command
Point = tuple[str, str]  # what stands before a text, and the text


def own_book(contents: Contents) -> Iterator[Point]:
    """The points of the list with their commands, for someone who has never typed one."""
    texts = contents.texts
    installing, data, size = commands.INSTALLING, commands.OF_DATA, commands.OF_SIZE
    yield BULLET, texts("start.own_numbers" if contents.layout.watched else "start.own_numbers_unwatched")
    yield BULLET, texts("start.own_terminal")
    yield from _typed(texts("start.own_install", **installing), *commands.INSTALL)
    yield from _typed(texts("start.own_data", **data), data["new"], data["generate"])
    yield from _typed(texts("start.own_size", **size), size["new"], size["generate"])
    yield from _of_network(contents) if contents.template.kind == "network" else _of_formula(contents)
    other = commands.mentioned(contents)
    if other:
        yield from _typed(texts("start.own_mentioned", name=other), f"xlbp generate {other}", "xlbp templates")


def _typed(text: str, *lines: str) -> Iterator[Point]:
    """A text, and the commands under it."""
    yield BULLET, text
    yield from ((PROMPT, line) for line in lines)


def _of_network(contents: Contents) -> Iterator[Point]:
    """Another activation of this very network, and what stands still in it trained."""
    activation, trained = commands.other_activation(contents), commands.train_all(contents)
    if activation:
        yield from _typed(contents.texts("start.own_activation"), activation)
    if trained:
        yield from _typed(contents.texts("start.own_trained"), trained)


def _of_formula(contents: Contents) -> Iterator[Point]:
    """A formula of one's own, line by line as it stands in a file."""
    yield BULLET, contents.texts("start.own_formula", **commands.OF_FORMULA)
    yield from (("", line) for line in commands.FORMULA_LINES)
    yield PROMPT, commands.OF_FORMULA["generate"]
