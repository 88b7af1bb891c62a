"""Which quantities tell the story of one parameter: from what it enters, to the loss, and back to its update."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from xlbp.symbols.expr import Expr, names_in
from xlbp.symbols.program import Column
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.page.chain import ChainRule, Path
from xlbp.workbook.page.lens import Lens

MOST_FORWARD, MOST_BACKWARD, MOST_PATHS, MOST_GIVEN = 9, 6, 4, 24  # lines of a page


@dataclass(frozen=True)
class Derivation:
    """The columns to be shown, by phase and in order; what they use besides; the paths and penalties of the gradient.

    ``left_out`` is how many paths there is no room for.
    """

    parameter: str
    gradient: str
    updated: str
    steps: tuple[Column, ...]
    given: tuple[str, ...]
    paths: tuple[Path, ...]
    left_out: int
    penalties: tuple[Expr, ...]

    def of(self, *phases: str) -> list[Column]:
        """The columns of some phases."""
        return [column for column in self.steps if column.phase in phases]


def derivation_of(lens: Lens, parameter: str) -> Derivation:
    """What one page holds of a parameter's forward pass, gradient and update."""
    contents, rule = lens.contents, ChainRule(lens)
    columns = {column.name: column for column in lens.columns()}
    every = rule.paths(parameter)
    paths = tuple(every[:MOST_PATHS])
    factors = _unique(name for path in paths for factor in path for name in names_in(factor.value))
    gradient, updated = contents.gradient(parameter), contents.quantity(parameter).updated
    optimizer = [
        column.name
        for column in columns.values()
        if column.phase == "optimizer" and lens.model.quantity(column.name).of in (None, parameter)
    ]
    wanted = {*_forward(rule, columns, parameter), *_backward(columns, factors), *optimizer, updated}
    steps = tuple(column for column in columns.values() if column.name in wanted)
    shown = {parameter, gradient, *wanted}
    penalties = tuple(rule.penalties(parameter))
    last_first = [*(column.expr for column in reversed(steps)), *penalties]  # the update takes what all need least
    used = [*factors, *(name for expr in last_first for name in names_in(expr))]
    given = [name for name in used if name not in shown and lens.seen(name)]
    return Derivation(
        parameter,
        gradient,
        updated,
        steps,
        _in_order(contents, _unique(given)[:MOST_GIVEN]),
        paths,
        len(every) - len(paths),
        penalties,
    )


def _in_order(contents: Contents, given: list[str]) -> tuple[str, ...]:
    """What stands on the panel, then the columns as they are computed."""
    columns = [column.name for column in contents.program.columns]
    return tuple(sorted(given, key=lambda name: columns.index(name) if name in contents.layout.columns else -1))


def _unique(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))


def _forward(rule: ChainRule, columns: dict[str, Column], parameter: str) -> list[str]:
    """What the parameter enters, directly and further on, up to the loss; of many only the first, and the loss."""
    reached, waiting = {parameter}, [parameter]
    while waiting:
        for user in rule.users.get(waiting.pop(), ()):
            if user not in reached:
                reached.add(user)
                waiting.append(user)
    on_the_way = [name for name in columns if name in reached and name != parameter]
    if len(on_the_way) <= MOST_FORWARD:
        return on_the_way
    objective = rule.contents.objective
    direct = [name for name in rule.users.get(parameter, ()) if name in columns and name != objective]
    return [*direct[: MOST_FORWARD - 1], objective]


def _backward(columns: dict[str, Column], factors: Iterable[str]) -> list[str]:
    """The derivatives that are factors of the paths."""
    return [name for name in factors if name in columns and columns[name].phase == "backward"][:MOST_BACKWARD]
