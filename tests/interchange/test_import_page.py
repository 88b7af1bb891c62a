"""docs/import.md: what needs no framework runs as it stands there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from xlbp.interchange.keras_training import OPTIMIZERS as KERAS_OPTIMIZERS
from xlbp.interchange.model_files import PICKLED
from xlbp.interchange.torch_layers import MODULES
from xlbp.interchange.torch_training import LOSSES, OPTIMIZERS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "import.md").read_text("utf-8")


def code_of(title: str) -> str:
    """All Python of a section, in order."""
    section = PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    return "\n".join(re.findall(r"```python\n(.*?)```", section, re.DOTALL))


@pytest.mark.slow
def test_the_onnx_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From a model made by hand to a book that agrees, to the model of its last row, and back."""
    monkeypatch.chdir(tmp_path)
    scope: dict[str, object] = {}
    exec(compile(code_of("ONNX"), "import.md", "exec"), scope)
    assert (tmp_path / "two-tanh.xlsx").exists()
    assert scope["again"] is not None


def test_the_page_names_what_is_read() -> None:
    """Losses, optimizers and the kinds of modules of PyTorch's that are read, and the files that are refused."""
    for name in (*(loss for loss in LOSSES if loss[0].isupper() and loss != "SmoothL1Loss"), *OPTIMIZERS):
        assert f"`{name}`" in PAGE, name
    for name in ("Linear", "Conv1d", "RNN", "Embedding", "LayerNorm", "BatchNorm2d", "TransformerEncoder", "Dropout"):
        assert name in MODULES
        assert f"`{name}`" in PAGE, name
    for suffix in (".pt", ".pth", ".ckpt", ".pkl", ".joblib", ".h5"):
        assert suffix in PICKLED
        assert f"`{suffix}`" in PAGE, suffix
    for name in (name for name, rule in KERAS_OPTIMIZERS.items() if rule.differs and name != "AdamW"):
        assert name in PAGE, name
