"""Whether a book is of the template that it should be of.

A book carries its own template, and verification asks whether the two agree.  Someone who forges both
together is found out only by laying the book beside the template itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any

from xlbp.expectation.comparison import ExpectedRuns
from xlbp.expectation.training import Expected, Shown
from xlbp.template.load import load_template
from xlbp.template.template import Template

LONGEST = 60


def difference(shown: Shown, name: str, overrides: Sequence[str] = ()) -> str:
    """Where a book's template differs from the one called ``name``, changed by ``overrides``; '' where it does not.

    Comments, spaces and the order of keys make no difference; numbers that a person has set in the cells are
    none of the template's.  Raises TemplateError or UsageError if there is no such template.
    """
    for own, settings in _templates(shown):
        wanted = _meaning(load_template(name, (*overrides, *settings), _takes_table(own)))
        if found := _first(wanted, _meaning(own), ""):
            return f"differs from template {name}: {found}"
    return ""


def _templates(shown: Shown) -> list[tuple[Template, tuple[str, ...]]]:
    """Each training's template, and what sets it apart from the others in its book."""
    if isinstance(shown, ExpectedRuns):
        return [(run.template, run.overrides) for run in shown.comparison.runs]
    assert isinstance(shown, Expected)
    return [(shown.contents.template, ())]


def _takes_table(template: Template) -> bool:
    data = getattr(template.model, "data", None)
    return bool(data is not None and data.table)


def _meaning(template: Template) -> Template:
    """A template without how it was written down, and without how it came here."""
    title = {} if template.title == {"en": template.name} else template.title  # by default that is the file's name
    return replace(template, name="", text="", overrides=(), files={}, title=title)


def _first(wanted: Any, found: Any, where: str) -> str:
    """The first difference, as ``training.learning_rate is 5, not 0.5``; '' if there is none."""
    if wanted == found:
        return ""
    if is_dataclass(wanted) and type(wanted) is type(found):
        parts = [(field.name, getattr(wanted, field.name), getattr(found, field.name)) for field in fields(wanted)]
    elif isinstance(wanted, Mapping) and isinstance(found, Mapping) and wanted.keys() == found.keys():
        parts = [(str(key), value, found[key]) for key, value in wanted.items()]
    elif isinstance(wanted, tuple) and isinstance(found, tuple) and len(wanted) == len(found):
        parts = [(str(n), a, b) for n, (a, b) in enumerate(zip(wanted, found, strict=True), start=1)]
    else:
        return f"{where} is {_short(found)}, not {_short(wanted)}"
    inner = (_first(a, b, f"{where}.{part}".lstrip(".")) for part, a, b in parts)
    return next((difference for difference in inner if difference), f"{where} is another")


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."
