"""Scripts of a training: written, run here, and what they print laid beside the reference."""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xlbp.expectation.contents import lay_out
from xlbp.interchange.numpy_script import write
from xlbp.interchange.source import Source
from xlbp.reference.train import train
from xlbp.template.load import parse_template
from xlbp.template.template import Template

RTOL = 1e-12  # of a loss; and of the first one, where a - t cancels and the loss has fallen near 0
RUN_AWAY, OF_RUN_AWAY = 1e6, 1e3  # so many times the first loss; so many times the tolerance
NOISE = 1e-9  # a bias before a batch norm follows rounding alone; running statistics show it to samples for testing


def source_of_text(text: str) -> Source:
    """The training of a template's text."""
    return source_with(parse_template(text, "t", "t"))


def source_with(template: Template, typed: Mapping[str, float] | None = None) -> Source:
    """The training of a template, with numbers that a person typed into its book."""
    return Source(lay_out(template, "en"), {**template.inputs(), **(typed or {})})


def script_of(source: Source) -> str:
    """The script as text."""
    return write(source, 0).decode()


def run(script: str) -> tuple[NDArray[np.float64], dict[str, Any]]:
    """The numbers that a script prints, (rows, columns), and its variables in the end."""
    printed, variables = io.StringIO(), {"__name__": "__main__"}
    with contextlib.redirect_stdout(printed), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(compile(script, "script", "exec"), variables)
    return np.array([[float(word) for word in line.split()] for line in printed.getvalue().splitlines()]), variables


def must_agree(printed: NDArray[np.float64], expected: NDArray[np.float64], rtol: float = RTOL) -> None:
    """Every loss within ``rtol`` of the reference's; where that has an error, no finite number.

    Where training runs away, roundings run away with it, and a matrix product rounds as the processor has it.
    """
    assert printed.shape == expected.shape
    finite = np.isfinite(expected)
    assert not np.any(np.isfinite(printed[~finite]))
    ran_away = finite & (abs(expected) > RUN_AWAY * abs(expected[0]))
    for losses, tolerance in ((finite & ~ran_away, rtol), (ran_away, rtol * OF_RUN_AWAY)):
        slack = tolerance * abs(expected[0])
        np.testing.assert_allclose(printed[losses], expected[losses], rtol=tolerance, atol=slack)


def must_print_the_references_losses(source: Source) -> dict[str, Any]:
    """Run the script of a training; the iterations and losses are the reference's.  Returns the script's variables."""
    history, (printed, variables) = train(source.template, source.numbers), run(script_of(source))
    assert printed[:, 0].tolist() == list(range(source.template.training.iterations + 1))
    must_agree(printed[:, 1], history[source.template.model.objective])
    if "E@T" in history:
        is_noise = any(
            node.block.couples and "rm" in node.block.running for node in source.template.model.network.nodes
        )
        must_agree(printed[:, 2], history["E@T"], NOISE if is_noise else RTOL)
    return variables
