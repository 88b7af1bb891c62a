"""Progress: a bar in a terminal or a notebook, a function of one's own, or nothing."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import pytest

from xlbp import progress


class Notebook:
    """What IPython gives: each display with what it shows, one after the other."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.shown: list[str] = []
        shell, display = ModuleType("IPython"), ModuleType("IPython.display")
        kernel = type("ZMQInteractiveShell", (), {})()
        shell.get_ipython = lambda: kernel  # type: ignore[attr-defined]
        display.HTML = str  # type: ignore[attr-defined]
        display.display = self.display  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "IPython", shell)
        monkeypatch.setitem(sys.modules, "IPython.display", display)
        monkeypatch.setattr(progress, "PATIENCE", 0.0)

    def display(self, markup: str, display_id: bool) -> Notebook:
        """A new display, which can be updated."""
        assert display_id
        self.shown.append(f"new: {markup}")
        return self

    def update(self, markup: str) -> None:
        """Other markup in its place."""
        self.shown.append(markup)


def test_a_bar_in_a_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    """One display, updated with each step and share, empty at the end; the words are escaped."""
    notebook = Notebook(monkeypatch)
    with progress.watched(True) as show:
        show("training")
        show("training <all>", 0.5)
    expected = ["new: <progress></progress> training", '<progress value="0.500"></progress> training &lt;all&gt;', ""]
    assert notebook.shown == expected


def test_work_that_is_done_at_once_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor does work that nobody watches."""
    notebook = Notebook(monkeypatch)
    with progress.watched(False) as show:
        show("training")
    monkeypatch.setattr(progress, "PATIENCE", 60.0)
    with progress.watched(True) as show:
        show("training")
    assert notebook.shown == []


def test_a_function_of_ones_own() -> None:
    """Is told as it is."""
    told: list[Any] = []
    with progress.watched(lambda step, share=None: told.append((step, share))) as show:
        show("training", 0.25)
    assert told == [("training", 0.25)]


def test_no_terminal_and_no_notebook(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is written into a pipe or a file."""
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    with progress.watched(True) as show:
        show("training", 0.5)
    assert capsys.readouterr() == ("", "")
