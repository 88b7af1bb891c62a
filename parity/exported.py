"""Exported scripts, run, beside the losses of the reference."""

from __future__ import annotations

import io
import sys
from collections.abc import Mapping
from contextlib import redirect_stdout
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xlbp.expectation.contents import lay_out
from xlbp.interchange.source import Source
from xlbp.interchange.targets import TARGETS
from xlbp.reference.train import train
from xlbp.template import names
from xlbp.template.template import Template

Losses = NDArray[np.float64]  # (iterations + 1, 1), with those of tests (iterations + 1, 2)
Typed = Mapping[str, float]
NOTHING: Typed = MappingProxyType({})


def script_of(template: Template, to: str, typed: Typed = NOTHING) -> str:
    """The text that a template is exported to, or a book of it in which a person has typed other numbers."""
    assert typed.keys() <= template.inputs().keys()
    source = Source(lay_out(template, "en"), {**template.inputs(), **typed})
    return TARGETS[to].write(source, template.training.iterations).decode()


def printed(script: str) -> Losses:
    """The numbers that a script prints behind those of its lines, which count from 0: the loss, and that of tests."""
    if "keras" in sys.modules:  # where another script may have set how maps lie
        sys.modules["keras"].config.set_image_data_format("channels_last")
    out = io.StringIO()
    scope: dict[str, Any] = {"__name__": "__main__"}
    with redirect_stdout(out):
        exec(compile(script, "exported", "exec"), scope)
    lines = [line.split() for line in out.getvalue().splitlines()]
    assert [int(line[0]) for line in lines] == list(range(len(lines)))
    return np.array([[float(loss) for loss in line[1:]] for line in lines])


def reference(template: Template, typed: Typed = NOTHING) -> Losses:
    """The objective of every iteration by hand, and the loss of the samples that are kept from training."""
    history = train(template, {**template.inputs(), **typed})
    called = [template.model.objective, *([f"E{names.TEST}"] if template.model.data.test else [])]
    return np.stack([history[name] for name in called], axis=1)


def largest_difference(template: Template, to: str, typed: Typed = NOTHING) -> float:
    """Between script and reference, as a share of the largest loss; losses behind the first that is no number are left.

    A loss that falls to 1e-20 is the square of what rounding leaves of a difference: it has no digits of its own.
    """
    expected, found = reference(template, typed), printed(script_of(template, to, typed))
    expected = expected[:, : found.shape[1]]  # Keras has no test of a batch norm
    assert found.shape == expected.shape
    finite = int(np.cumprod(np.isfinite(expected).all(1)).sum())
    largest = np.abs(expected[:finite]).max(initial=np.finfo(float).tiny)
    return float(np.max(np.abs(found[:finite] - expected[:finite]), initial=0.0) / largest)
