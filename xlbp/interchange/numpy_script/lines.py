"""The lines of a script, with comments beside them where there is room, else above."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass, field

from xlbp.interchange.literals import INDENT, WIDTH
from xlbp.interchange.numpy_script.terms import split_sum
from xlbp.interchange.quoting import in_one_line

BESIDE = 2  # blanks before a comment behind a line, and its sign with another one: as many again


@dataclass
class Lines:
    """Lines of one part of a script, and the functions that they use."""

    lines: list[str] = field(default_factory=list)
    functions: set[str] = field(default_factory=set)

    def add(self, code: str, comment: str = "") -> None:
        """A line, which stands in the loop perhaps, a step to the right; a comment that has no room stands above it."""
        indent, comment = code[: len(code) - len(code.lstrip())], in_one_line(comment)
        if comment and len(INDENT + code + comment) + 2 * BESIDE <= WIDTH:
            self.lines.append(f"{code}  # {comment}")
            return
        above = [indent + line for line in commented(comment)]
        self.lines += [*above, *(term_by_term(code) if len(INDENT + code) > WIDTH else [code])]

    def comment(self, text: str) -> None:
        """A comment in a line of its own, or in several."""
        self.lines += commented(in_one_line(text))

    def heading(self, text: str) -> None:
        """A comment over a part of the script, with an empty line before it."""
        self.lines += [""] if self.lines else []
        self.comment(text)


def commented(text: str) -> list[str]:
    """A text as comments, as many words to a line as fit within a loop in a loop."""
    return [f"# {line}" for line in textwrap.wrap(text, WIDTH - 3 * len(INDENT))]


def term_by_term(code: str) -> list[str]:
    """``name = a + b`` with a line for each term."""
    name, equals, value = code.partition(" = ")
    first, *others = split_sum(value)
    return [f"{name}{equals}(", f"{INDENT}{first}", *(INDENT + term for term in others), ")"] if others else [code]


def indented(lines: Iterable[str]) -> list[str]:
    """Lines moved to the right by a step."""
    return [INDENT + line if line else line for line in lines]
