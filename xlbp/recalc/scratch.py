"""Single formulas computed by IronCalc on a sheet of scratch, whatever function they call.

The engine has a process of its own, which starts with the first formula.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from xlbp.recalc.ironcalc import process_environment
from xlbp.recalc.scratch_worker import Block, Value
from xlbp.system.cleanup import temporary_folder
from xlbp.system.interpreter import python
from xlbp.system.process import Running, started

PATIENCE = 20.0  # seconds for one formula
MOST_STARTS = 3  # of an engine that ends over and over


class Scratch:
    """An engine for formulas that stand alone."""

    def __init__(self, exits: ExitStack) -> None:
        self._exits = exits
        self._worker: Running | None = None
        self._starts = 0
        self._closed = False

    def grids(self, text: str, blocks: Sequence[Block], inputs: Sequence[Sequence[float]]) -> list[list[list[Value]]]:
        """What a formula makes, for each list of inputs, row by row; nothing where the engine knows no such function.

        ``text`` has {0}, {1} ... for the blocks of cells that it takes; a block's cells are texts, truth values and
        blanks, or numbers that count the inputs.  An error is None, as is a blank.  A broken engine makes nothing.
        """
        if self._closed or (self._worker is None and self._starts == MOST_STARTS):
            return []
        self._worker = self._worker or self._started()
        answer = self._worker.ask(json.dumps([text, blocks, [list(each) for each in inputs]]).encode(), PATIENCE)
        if not answer.endswith(b"\n"):
            self._worker = None
            return []
        grids: list[list[list[Value]]] = json.loads(answer)
        return grids

    def close(self) -> None:
        """Compute no more: the process ends."""
        self._closed = True

    def _started(self) -> Running:
        self._starts += 1
        command = python("-m", "xlbp.recalc.scratch_worker")
        folder = self._exits.enter_context(temporary_folder())
        return self._exits.enter_context(started(command, "the engine IronCalc", folder, process_environment()))


@contextmanager
def scratch() -> Iterator[Scratch]:
    """An engine for formulas that stand alone, which ends with the block."""
    with ExitStack() as exits:
        engine = Scratch(exits)
        exits.callback(engine.close)
        yield engine
