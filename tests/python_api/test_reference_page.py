"""docs/api.md is what the docstrings say."""

from __future__ import annotations

from pathlib import Path

import xlbp
from tools import api_reference

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
