"""The sum of a run, over all of its processes."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from parity.tally import TALLY, Tally

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker process of pytest-xdist hands over what it has compared."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["tally"] = vars(TALLY)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """The main process adds it up."""
    if found := getattr(node, "workeroutput", {}).get("tally"):
        TALLY.add(Tally(**found))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How many cells were compared, and the largest error."""
    terminalreporter.write_line(
        f"{TALLY.cells:,} cells of {TALLY.books:,} books compared with PyTorch {torch.__version__}; "
        f"largest error {TALLY.largest:.3g} of a quantity's own size, in {TALLY.where}"
    )
