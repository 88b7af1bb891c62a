"""What a person asks of a model's template: samples as arrays, and a training in words that a template has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xlbp.errors import UsageError, option
from xlbp.interchange.drafted_text import Training
from xlbp.template.foreign_names import meant
from xlbp.template.losses import LOSSES
from xlbp.template.optimizers import OPTIMIZERS


def array_of(numbers: Any, what: str) -> NDArray[Any]:
    """A tensor, an array or a list of numbers, a row for each sample.  Raises UsageError for anything else."""
    try:
        array = numbers.detach().cpu().numpy() if hasattr(numbers, "detach") else np.asarray(numbers)
    except ValueError:  # lists of different lengths
        array = np.array(None)
    if array.ndim == 0 or array.dtype.kind not in "biuf":
        raise UsageError(f"{what} are no array of numbers; give a tensor, an array or lists, a row for each sample")
    return array


def must_be_known(training: Training) -> None:
    """Raise UsageError for a loss or an optimizer that no template has, and for a batch that is no number."""
    _must_be_one_of("loss", training.loss, LOSSES)
    _must_be_one_of("optimizer", training.optimizer, OPTIMIZERS)
    size = training.batch_size
    if not (isinstance(size, int | np.integer) or (isinstance(size, str) and size == "all")):
        raise UsageError(f"{option('--batch-size', size)}: give a whole number of at least 1, or all")


def _must_be_one_of(key: str, choice: Any, known: Iterable[str]) -> None:
    """A name, or a table with the name and its settings; None, or '', where a template's own way is taken."""
    if choice is None or (isinstance(choice, str) and not choice):
        return
    name = choice.get("name") if isinstance(choice, Mapping) else choice
    if not isinstance(name, str):
        raise UsageError(f"{key}: give a name, or a dict with name and settings, not {type(choice).__name__}")
    if name not in known:
        raise UsageError(f"{key}: unknown {key} {name!r}{meant(key, name, known)}")
