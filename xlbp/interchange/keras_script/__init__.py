"""A training as a script for Keras 3: a model, an optimizer, and train_on_batch; of any backend."""

from __future__ import annotations

from xlbp.interchange.keras_script.script import write

__all__ = ["write"]
