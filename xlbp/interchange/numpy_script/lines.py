"""The lines of a script, with comments beside them where there is room, else above."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from xlbp.interchange.numpy_script.literals import INDENT, WIDTH


@dataclass
class Lines:
    """Lines of one part of a script, and the functions that they use."""

    lines: list[str] = field(default_factory=list)
    functions: set[str] = field(default_factory=set)

    def add(self, code: str, comment: str = "") -> None:
        """A line; a comment that does not fit behind it (within a loop) stands above."""
        indent = code[: len(code) - len(code.lstrip())]
        if not comment:
            self.lines.append(code)
        elif len(code) + len(comment) + len(INDENT) + 4 <= WIDTH:
            self.lines.append(f"{code}  # {comment}")
        else:
            self.lines += [f"{indent}# {comment}", code]

    def comment(self, text: str) -> None:
        """A line of its own, with an empty one before it."""
        self.lines += [f"# {text}"] if not self.lines else ["", f"# {text}"]

    def indented(self) -> list[str]:
        """The lines within a loop."""
        return indented(self.lines)


def indented(lines: Iterable[str]) -> list[str]:
    """Lines moved to the right by a step."""
    return [INDENT + line if line else line for line in lines]
