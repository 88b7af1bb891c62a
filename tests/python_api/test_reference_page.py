"""docs/api.md is what the docstrings say."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import pytest

import xlbp
from tools import api_reference

VERBS = [name for name in xlbp.__all__ if inspect.isfunction(getattr(xlbp, name))]
ROOT = Path(__file__).resolve().parents[2]


def test_the_page_is_what_the_docstrings_say() -> None:
    """`make docs` writes it; every public name is in it."""
    page = (ROOT / "docs" / "api.md").read_text("utf-8")
    assert page == api_reference.page()
    assert [name for name in xlbp.__all__ if name != "__version__" and f"xlbp.{name}" not in page] == []


def test_a_section_is_read_as_numpy_writes_it() -> None:
    """Names with what is said of them, over several lines; a section that is not there is none."""
    docstring = "What it does.\n\nParameters\n----------\na, b\n    One line,\n    and another.\nc\n    Last.\n"
    expected = {"Parameters": [("a, b", "One line, and another."), ("c", "Last.")]}
    assert api_reference.sections_of(docstring) == expected


@pytest.mark.parametrize("name", VERBS)
def test_a_signature_is_python(name: str) -> None:
    """It can be read by Python, and gives each default that is a number or a text as it is: with its quotes."""
    text = api_reference.signature_of(name)
    [function] = ast.parse(f"{text.replace('xlbp.', 'def ', 1)}: ...").body
    assert isinstance(function, ast.FunctionDef)
    told = {
        argument.arg: ast.literal_eval(default)
        for argument, default in zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True)
        if default is not None
    }
    parameters = inspect.signature(getattr(xlbp, name)).parameters.values()
    keywords = [each for each in parameters if each.kind is each.KEYWORD_ONLY and each.default is not each.empty]
    assert told == {each.name: each.default for each in keywords}
