"""A script from top to bottom: what it is, NumPy, the numbers, the functions it uses, and the loop."""

from __future__ import annotations

from typing import NamedTuple

from xlbp.interchange.numpy_script.functions import defined
from xlbp.interchange.numpy_script.lines import Lines, indented
from xlbp.interchange.quoting import docstring
from xlbp.template.template import Template


class Script(NamedTuple):
    """``numbers`` stand on top, ``start`` is made of them and of functions, ``loop`` is what an iteration does."""

    numbers: Lines
    start: Lines
    loop: Lines

    def text(self, template: Template) -> str:
        """All of it."""
        functions = defined(self.start.functions | self.loop.functions)
        parts = [*_heading(template), "", "import numpy as np", "", *self.numbers.lines, ""]
        parts += [*functions, "", ""] if functions else []
        parts += [*self.start.lines, ""] if self.start.lines else []
        parts += ["for iteration in range(iterations + 1):", *indented(self.loop.lines)]
        return "\n".join(parts) + "\n"


def _heading(template: Template) -> list[str]:
    """What the script is, and where it comes from."""
    title, source = template.title["en"], template.source.get("en", "")
    printed = "its loss" + (", and that of the samples kept from training" if template.model.data.test else "")
    told = [
        f"Written by xlbp from the template {template.name}. It needs NumPy alone, and prints each iteration with "
        f"{printed}. An iteration is a row of the sheet Training, whose columns the comments name."
    ]
    return docstring([title, *([f"Source: {source}"] if source else []), *told])
