"""Faults in a template: what is changed, and where the error points."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from xlbp.errors import TemplateError
from xlbp.template.load import parse_template

Fault = tuple[str, str, str, int, str]  # what is changed, to what, the message, its line, the text above the caret
ReadFile = Callable[[str], str]


def no_file(name: str) -> str:
    """A folder without data files."""
    raise ValueError(f"can't be read: no such file: {name}")


def must_fail(text: str, fault: Fault, read_file: ReadFile = no_file) -> None:
    """The changed template is refused with this message, and the caret stands under this text."""
    old, new, message, line, under = fault
    assert text.count(old) == 1, old
    with pytest.raises(TemplateError, match=message) as caught:
        parse_template(text.replace(old, new), "t.toml", "t", read_file=read_file)
    error = caught.value
    assert (line, under) == (error.line, error.text[error.column - 1 :][: len(under)])
