"""What a person types for a new sample: which cells there are, what they take, and which inputs they make.

Numbers have a cell each, and so has a category, whose name is chosen.  Of letters, one to a character, a word is one
text; letters of several characters have a cell for each step.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from xlbp.template.blocks.embedding import Embedding
from xlbp.template.layer import INPUT
from xlbp.template.model import Category
from xlbp.template.network import Network
from xlbp.workbook.layout.contents import Contents
from xlbp.xlsx.escaping import unmarked

NUMBERS, TOKENS, WORD, LETTERS = "numbers", "tokens", "word", "letters"  # what the cells hold
FEWEST_SAMPLES = 4  # of fewer it is no use to tell the range
NAME = "try_"  # of the cells, with their number
TRIED_AT = "try_t"  # the defined name of the chosen iteration
MOST_INPUTS, MOST_CELLS = 400, 6_000  # numbers of a sample, cells of its forward pass and parameters


def can_be_tried(contents: Contents) -> bool:
    """Whether the book is of a network that is small enough for a forward pass on a sheet of its own."""
    model, program = contents.template.model, contents.program
    cells = len(program.answer) + len(contents.template.entered_with)
    return bool(program.answer) and len(model.inputs[0]) <= MOST_INPUTS and cells <= MOST_CELLS


@dataclass(frozen=True)
class Typed:
    """The cells of a sample: what they hold, of which letters, and how many of these are a sample."""

    kind: str
    count: int
    letters: tuple[str, ...] = ()
    steps: int = 0
    tokens: int = 0  # of how many one is chosen
    categories: tuple[Category, ...] = ()

    @property
    def is_one_hot(self) -> bool:
        """Whether each letter makes an input for each of the alphabet, and not its number."""
        return bool(self.letters) and not self.tokens

    @cached_property
    def fields(self) -> list[Category | None]:
        """Of plain numbers, for each cell the category that is chosen in it, or None of a number."""
        first = {category.first: category for category in self.categories}
        fields: list[Category | None] = []
        place = 0
        for _ in range(self.count):
            fields.append(first.get(place))
            place += first[place].width if place in first else 1
        return fields

    def read(self, place: int, content: Any) -> float | str | None:
        """What the cell of this place, from 0, says, or None for what is no use."""
        if self.kind == WORD:
            word = _text(content)
            return word if len(word) == self.steps and set(word) <= set(self.letters) else None
        if self.kind == LETTERS:
            return _text(content) if _text(content) in self.letters else None
        if self.kind == TOKENS:
            return float(content) if content == int(content) and 0 <= content < self.tokens else None
        if category := self.fields[place]:
            return _text(content) if _text(content) in category.numbers else None
        return float(content)

    def takes(self, place: int) -> str:
        """What a cell takes, for those who are told that it holds something else."""
        if self.kind == WORD:
            return f"a word of {self.steps} of the letters {''.join(self.letters)}"
        if self.kind == LETTERS:
            return f"one of {', '.join(self.letters)}"
        if self.kind == TOKENS:
            return f"a whole number from 0 to {self.tokens - 1}"
        category = self.fields[place]
        return f"one of {', '.join(category.numbers)}" if category else "a number"

    def inputs(self, typed: tuple[float | str, ...]) -> list[float]:
        """The numbers that these entries are, as the network's inputs are called."""
        if not self.letters:
            pairs = zip(self.fields, typed, strict=True)
            each = (category.numbers[str(entry)] if category else (float(entry),) for category, entry in pairs)
            return [number for numbers in each for number in numbers]
        spelled = list(str(typed[0])) if self.kind == WORD else [str(letter) for letter in typed]
        places = [self.letters.index(letter) for letter in spelled]
        if not self.is_one_hot:
            return [float(place) for place in places]
        return [float(place == k) for place in places for k in range(len(self.letters))]

    def entries(self, inputs: tuple[float, ...]) -> tuple[float | str, ...]:
        """What a person would type for a sample: the way back from :meth:`inputs`."""
        if not self.letters:
            return tuple(self._plain_entries(inputs))
        width = len(self.letters)
        rows = [inputs[at : at + width] for at in range(0, len(inputs), width)] if self.is_one_hot else []
        places = [row.index(1.0) for row in rows] or [int(token) for token in inputs]
        spelled = tuple(self.letters[place] for place in places)
        return ("".join(spelled),) if self.kind == WORD else spelled

    def _plain_entries(self, inputs: tuple[float, ...]) -> Iterator[float | str]:
        """Numbers as they are; of a category the text whose numbers are nearest, for a mean may stand for a cell."""
        place = 0
        for category in self.fields:
            if category is None:
                yield inputs[place]
                place += 1
                continue
            numbers = inputs[place : place + category.width]
            yield min(category.numbers, key=lambda text: math.dist(category.numbers[text], numbers))
            place += category.width


def _text(content: Any) -> str:
    """A cell as a text: a spreadsheet makes a number of 0110, or of 7.  A formula without a value is none."""
    if isinstance(content, bool) or content is None or str(content).startswith("="):
        return ""
    return f"{content:.15g}" if isinstance(content, float) else str(unmarked(content))


def typed_of(contents: Contents) -> Typed:
    """How a new sample is typed for this book's network."""
    return contents.worked_out(_typed_of)


def _typed_of(contents: Contents) -> Typed:
    network = contents.network
    numbers, letters = len(network.given), network.data.input_letters
    tokens = _rows(network) if network.takes_tokens else 0
    if not letters or len(letters) > tokens > 0:
        categories = () if tokens else network.data.categories
        cells = numbers - sum(category.width - 1 for category in categories)
        return Typed(TOKENS if tokens else NUMBERS, cells, tokens=tokens, categories=categories)
    steps = numbers if tokens else numbers // len(letters)
    if all(len(letter) == 1 for letter in letters):
        return Typed(WORD, 1, letters, steps, tokens)
    return Typed(LETTERS, steps, letters, steps, tokens)


def _rows(network: Network) -> int:
    """How many tokens the smallest embedding of the data has."""
    blocks = (node.block for node in network.nodes if INPUT in node.inputs)
    return min(block.rows for block in blocks if isinstance(block, Embedding))


def first_typed(contents: Contents) -> tuple[float | str, ...]:
    """What a new book shows: its first sample."""
    if not can_be_tried(contents):
        return ()
    return typed_of(contents).entries(contents.network.given_of(0))
