"""The examples of the docstrings: each runs, and shows what it says."""

from __future__ import annotations

import doctest
import importlib
import inspect
from pathlib import Path

import pytest

import xlbp

pytestmark = pytest.mark.whole_pictures  # the examples tell how many cells there are
VERBS = [name for name in xlbp.__all__ if inspect.isfunction(getattr(xlbp, name))]


def example_of(name: str) -> doctest.DocTest:
    """The example of a verb, or of the whole package."""
    if name == "xlbp":
        return doctest.DocTestParser().get_doctest(xlbp.__doc__ or "", {}, name, "xlbp", 0)
    function = inspect.unwrap(getattr(xlbp, name))
    return doctest.DocTestParser().get_doctest(inspect.getdoc(function) or "", {}, name, function.__module__, 0)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["xlbp", *VERBS])
def test_the_example_of_a_verb_runs(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In an empty folder, with nothing imported before; each has one, but for those that need another package."""
    monkeypatch.chdir(tmp_path)
    example = example_of(name)
    assert example.examples or name.startswith("from_")
    said: list[str] = []
    failed = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(example, out=said.append).failed
    assert failed == 0, "".join(said)


def test_an_example_can_fail() -> None:
    """One that shows another number is found out."""
    example = doctest.DocTestParser().get_doctest(">>> 1 + 1\n3\n", {}, "wrong", None, 0)
    assert doctest.DocTestRunner().run(example, out=lambda _: None).failed == 1


@pytest.mark.parametrize("name", VERBS)
def test_each_keyword_of_a_verb_is_told(name: str) -> None:
    """Parameters, what is returned, and what is raised stand in the docstring, no keyword more and none less."""
    function = getattr(xlbp, name)
    sections = importlib.import_module("tools.api_reference").sections_of(inspect.getdoc(function) or "")
    told = [key for keys, _ in sections.get("Parameters", []) for key in keys.split(", ")]
    assert sorted(told) == sorted(inspect.signature(function).parameters)
    assert sections["Returns"]
