"""A training as a script for PyTorch, as a tutorial would print it: autograd, torch.nn and torch.optim."""

from __future__ import annotations

from xlbp.interchange.pytorch_script.script import write

__all__ = ["write"]
