"""The process in which IronCalc computes single formulas: a line of JSON in, a line of JSON out."""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Sequence
from typing import Any, TypeAlias

from xlbp.system.limits import limit_this_process

Value: TypeAlias = float | str | bool | None
Item: TypeAlias = int | list[str] | bool | None  # which input, or a text in a list of its own, or what it is
Block: TypeAlias = Sequence[Sequence[Item]]
MEMORY, SECONDS = 3_000, 3_600
MOST_ROWS, MOST_COLUMNS = 2_000, 200  # of a result
INPUTS, RESULT = "Inputs", 1  # the sheet of the inputs, and the number of the sheet with the formula


class UnknownFunctionError(Exception):
    """A formula calls what the engine has not."""


class ScratchSheet:
    """A book of two sheets: the inputs of one formula, and the formula."""

    def __init__(self, text: str, blocks: Sequence[Block]) -> None:
        import ironcalc  # noqa: PLC0415 - a Rust library, loaded in this process alone

        self._model = ironcalc.create("scratch", "en", "UTC", "en")
        self._model.rename_sheet(0, INPUTS)
        self._model.new_sheet()
        self._places: dict[int, list[tuple[int, int]]] = {}
        row, references = 1, []
        for block in blocks:
            references.append(self._reference(row, block))
            self._fill(row, block)
            row += len(block) + 1
        for number, reference in enumerate(references):
            text = text.replace(f"{{{number}}}", reference)
        self._model.set_user_input(RESULT, 1, 1, f"={text}")

    def _reference(self, row: int, block: Block) -> str:
        """The block's cells as a formula writes them."""
        first, last = f"{INPUTS}!$A${row}", f"${_letters(len(block[0]))}${row + len(block) - 1}"
        return first if len(block) == len(block[0]) == 1 else f"{first}:{last}"

    def _fill(self, top: int, block: Block) -> None:
        """Texts and truth values as they are; where inputs belong is kept."""
        for row, line in enumerate(block, start=top):
            for column, item in enumerate(line, start=1):
                if isinstance(item, bool):
                    self._model.update_cell_with_bool(0, row, column, item)
                elif isinstance(item, int):
                    self._places.setdefault(item, []).append((row, column))
                elif item is not None:
                    self._model.update_cell_with_text(0, row, column, item[0])

    def result(self, inputs: Sequence[float]) -> list[list[Value]]:
        """What the formula makes of these inputs."""
        for number, value in enumerate(inputs):
            for row, column in self._places.get(number, ()):
                if math.isfinite(value):
                    self._model.update_cell_with_number(0, row, column, value)
                else:
                    self._model.set_user_input(0, row, column, "=NA()")
        self._model.evaluate()
        bottom, right = self._extent()
        return [[self._value(row, column) for column in range(1, right + 1)] for row in range(1, bottom + 1)]

    def _extent(self) -> tuple[int, int]:
        """The rows and columns that the result fills."""
        _, bottom, _, right = self._model.get_sheet_dimensions(RESULT)
        return min(max(bottom, 1), MOST_ROWS), min(max(right, 1), MOST_COLUMNS)

    def _value(self, row: int, column: int) -> Value:
        value: Value = self._model.get_cell_value(RESULT, row, column)
        is_error = isinstance(value, str) and str(self._model.get_cell_type(RESULT, row, column)).endswith("ErrorValue")
        if is_error and value == "#NAME?":
            raise UnknownFunctionError
        if is_error:
            return None
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _letters(column: int) -> str:
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def main() -> None:
    """Answer until there is no more line; a formula at which the engine breaks has no result."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # what a panic says would stand among the answers
    limit_this_process(MEMORY, SECONDS)
    sheets: dict[str, ScratchSheet] = {}
    for line in sys.stdin.buffer:
        text, blocks, inputs = json.loads(line)
        answer: list[Any] = []
        try:
            key = json.dumps([text, blocks])
            if key not in sheets:
                if len(sheets) > 100:  # of one book, seldom more; each takes some memory
                    sheets.clear()
                sheets[key] = ScratchSheet(text, blocks)
            answer = [sheets[key].result(each) for each in inputs]
        except UnknownFunctionError:
            answer = []
        except BaseException:  # pyo3 raises PanicException, which is no Exception
            sheets.clear()
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
