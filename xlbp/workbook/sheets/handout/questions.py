"""What the handout asks: Start's questions, without their answers."""

from __future__ import annotations

from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.sheets.prompts import prompts, scales

NAMED = ("training", "steps", "network", "charts", "matrix")  # the sheets that a question may name


def questions(contents: Contents) -> list[str]:
    """The texts, in the reader's language."""
    texts, template = contents.texts, contents.template
    words = {
        "eta": contents.symbol("eta"),
        "objective": contents.symbol(contents.objective),
        "first": contents.symbol(template.parameter_order[0]),
        "scale": next(map(contents.symbol, scales(contents)), ""),
        **{key: texts(f"sheet.{key}") for key in NAMED},
    }
    return [texts(f"try.{key}", **words) for key in prompts(contents)]
