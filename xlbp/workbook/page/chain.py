"""The chain rule of a parameter, path by path: what a reader multiplies to get its gradient.

∂E/∂w5 = ∂E/∂out_o1 · ∂out_o1/∂net_o1 · ∂net_o1/∂w5        where several paths meet, their sum
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from xlbp.symbols.expr import Expr, names_in, ref
from xlbp.symbols.program import Builder
from xlbp.template import names
from xlbp.template.graph import Graph
from xlbp.workbook.page.lens import Lens

MOST_PATHS = 8
PENALTIES = (names.penalty("l1"), names.penalty("l2"))  # they lead straight from the loss to a weight


@dataclass(frozen=True)
class Factor:
    """One derivative of the product: its symbol, and the cell (or number) it is worth."""

    symbol: str
    value: Expr


Path = tuple[Factor, ...]


class ChainRule:
    """Paths from the objective to a quantity, through the columns that the lens sees."""

    def __init__(self, lens: Lens) -> None:
        self.lens, self.contents = lens, lens.contents
        self.builder = Builder()
        for column in self.contents.program.columns:
            self.builder.add(column)

    @cached_property
    def users(self) -> dict[str, list[str]]:
        """Who uses a quantity on the way to the objective, within the chosen sample."""
        found: dict[str, list[str]] = {}
        for column in self.lens.columns():
            if column.phase in ("forward", "loss") and column.name not in PENALTIES:
                for name in dict(column.jacobian) or names_in(column.expr):
                    found.setdefault(name, []).append(column.name)
        return found

    def paths(self, name: str) -> list[Path]:
        """All paths, or, where they are too many to read, one through the nearest derivative."""
        found = self._paths(name, MOST_PATHS)
        return found if len(found) <= MOST_PATHS else self._paths(name, 0)

    def penalties(self, name: str) -> list[Expr]:
        """What each penalty on the weights adds to the derivative by this one."""
        known = [kind for kind in PENALTIES if kind in self.builder.columns]
        found = (self.builder.partials(kind).get(name) for kind in known)
        return [term for term in found if term is not None]

    def _paths(self, name: str, most: int) -> list[Path]:
        if name == self.contents.objective:
            return [()]
        users = [user for user in self.users.get(name, []) if self._counts(user)]
        if top := self._top(name, users):
            return [(top,)]
        found: list[Path] = []
        for user in users:
            local = self._local(user, name)
            above = self._paths(user, most) if most else [(self._adjoint(user),)]
            found += [(*path, local) for path in above]
            if most and len(found) > most:
                break
        return found

    def _counts(self, user: str) -> bool:
        """Whether derivatives flow through a column: those of softmax go by log-sum-exp, not by its helpers."""
        column = self.builder.columns[user]
        return (
            column.phase == "loss"
            or user == self.contents.objective
            or self._adjoint_name(user) in self.builder.columns
        )

    def _top(self, name: str, users: list[str]) -> Factor | None:
        """The derivative at which a path begins: the first that the backward pass has a cell for."""
        by_name = self.builder.columns
        if isinstance(self.contents.template.model, Graph):
            if users != [self.contents.objective]:
                return None
            column = self.builder.columns[self._adjoint_name(name)]
            is_variable = name in self.contents.template.parameter_order  # whose gradient this is, not a factor of it
            return Factor(names.local(users[0], name), column.expr) if is_variable else self._adjoint(name)
        return self._adjoint(name) if any(by_name[user].phase == "loss" for user in users) else None

    def _adjoint(self, name: str) -> Factor:
        column = self._adjoint_name(name)
        return Factor(self.lens.symbol(column), ref(column))

    def _adjoint_name(self, name: str) -> str:
        if isinstance(self.contents.template.model, Graph):
            return names.total(self.contents.objective, name)
        return f"d{name}"

    def _local(self, user: str, name: str) -> Factor:
        if isinstance(self.contents.template.model, Graph):
            local = names.local(user, name)
            return Factor(local, ref(local))
        symbol = f"∂{self.lens.symbol(user)}/∂{self.lens.symbol(name)}"
        return Factor(symbol, self.builder.partials(user)[name])
