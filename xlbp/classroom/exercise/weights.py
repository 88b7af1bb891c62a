"""The points of each blank cell, as a teacher weighs parts, quantities and cells."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import partial

from openpyxl.utils import column_index_from_string, coordinate_to_tuple

from xlbp.classroom.exercise.blanks import PHASES, RANGE, Blank
from xlbp.classroom.exercise.credit import WHOLE, Credit
from xlbp.classroom.exercise.plan import Plan
from xlbp.errors import UsageError, option
from xlbp.template.notation import without_sample
from xlbp.workbook.layout.contents import Contents


def weights_of(plan: Plan, credit: Credit, asked: Sequence[Blank] = ()) -> dict[Blank, Fraction]:
    """The points of each cell, or of each question that is ``asked`` on a sheet of answers, by its name alone.

    Raises UsageError for a weight of nothing, or if nothing counts.
    """
    weights = dict.fromkeys(plan.blanks.cells or asked, WHOLE)
    for what, weight in credit.weights.items():
        is_meant = partial(_is_meant, what, contents=plan.contents) if plan.blanks.cells else _is_called(what)
        meant = [blank for blank in weights if is_meant(blank)]
        if not meant:
            known = _nearest(what, plan) if plan.blanks.cells else f"it has {', '.join(each.name for each in weights)}"
            raise UsageError(f"{option('--weight', what)}: nothing that this exercise asks for is called so; {known}")
        weights |= dict.fromkeys(meant, weight)
    if not any(weights.values()):
        raise UsageError(f"{option('--weight')}: no cell of this exercise has any points; give one of them some")
    return weights


def _is_called(name: str) -> Callable[[Blank], bool]:
    """Whether a question has this name."""
    return lambda question: question.name == name


def _is_meant(what: str, blank: Blank, contents: Contents) -> bool:
    """Whether a part, a quantity (of any sample), the parameter that it is of, a tensor, or a cell is this one."""
    column = next(column for column in contents.program.columns if column.name == blank.name)
    if what in PHASES:
        return column.phase in PHASES[what]
    if block := RANGE.fullmatch(what.upper()):
        return _is_inside(block, contents.layout.cell(blank.name, blank.iteration))
    return what == contents.layout.cell(blank.name, blank.iteration) or what in _names(blank.name, contents)


def _names(name: str, contents: Contents) -> set[str]:
    """All that a quantity is called."""
    quantity = contents.template.model.quantity(name)
    each = [quantity, *filter(None, (quantity.of,))]
    said = {text for q in each for text in (str(q), q.sampled(""), q.tensor, contents.symbol(str(q)))}
    said |= {without_sample(text) for text in said}
    return said | {text.replace("∂", "d") for text in said}


def _is_inside(block: re.Match[str], address: str) -> bool:
    """Whether a cell is one of a block."""
    _, left, top, right, bottom = block.groups()
    row, column = map(int, coordinate_to_tuple(address))
    return int(top) <= row <= int(bottom) and column_index_from_string(left) <= column <= column_index_from_string(
        right
    )


def _nearest(what: str, plan: Plan) -> str:
    if what in PHASES:
        return "it has none of these"
    names = {text for name in plan.blanks.names for text in _names(name, plan.contents)}
    close = difflib.get_close_matches(what, [*PHASES, *sorted(names)], n=1)
    return f"did you mean {close[0]}?" if close else f"give {', '.join(PHASES)}, a symbol, or a cell as AL12"
