"""docs/import.md: the examples with PyTorch and Keras run as they stand there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

os.environ.setdefault("KERAS_BACKEND", "torch")

from tests.interchange.test_import_page import code_of


@pytest.mark.parametrize("title", ["PyTorch", "Keras"])
def test_the_example_runs(title: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the model to a book, with the losses that the page claims."""
    monkeypatch.chdir(tmp_path)
    exec(compile(code_of(title), "import.md", "exec"), {})
    assert len(list(tmp_path.glob("*.xlsx"))) == 1
