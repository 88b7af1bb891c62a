"""The chain rule of a parameter, path by path: what a reader multiplies to get its gradient.

∂E/∂w5 = ∂E/∂out_o1 · ∂out_o1/∂net_o1 · ∂net_o1/∂w5        where several paths meet, their sum
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from xlbp.symbols.expr import Expr, names_in, ref
from xlbp.symbols.program import Builder, Column
from xlbp.template import names
from xlbp.template.quantity import GRADIENT
from xlbp.workbook.layout.formula import Writer
from xlbp.workbook.page.lens import Lens

MOST_PATHS = 8
PENALTIES = (names.penalty("l1"), names.penalty("l2"))  # they lead straight from the loss to a weight


@dataclass(frozen=True)
class Factor:
    """One derivative of the product: its symbol, and what it is worth, in cells of the row."""

    symbol: str
    value: Expr

    @property
    def cell(self) -> str:
        """The quantity in whose cell it stands, its sign aside; '' where it is a number or is computed from cells."""
        bare = self.value.args[0] if self.value.op == "neg" else self.value
        return str(bare.payload) if bare.op == "ref" else ""


Path = tuple[Factor, ...]


def factors_of(write: Writer, path: Path) -> list[str]:
    """The factors of a product as texts: in brackets where one is more than a number or a cell with its sign."""
    plain = ("ref", "neg", "const") if len(path) > 1 else (path[0].value.op,)
    return [write(factor.value) if factor.value.op in plain else write.atom(factor.value) for factor in path]


class ChainRule:
    """Paths from the objective to a quantity, through the columns that the lens sees."""

    def __init__(self, lens: Lens) -> None:
        self.lens, self.contents = lens, lens.contents
        self.builder = Builder()
        for column in self.contents.program.columns:
            self.builder.add(column)

    @cached_property
    def users(self) -> dict[str, list[str]]:
        """Who uses a quantity on the way to the objective: within the chosen sample, or of a batch in all of them."""
        users: dict[str, list[str]] = {}
        for column in self.contents.program.columns:
            if column.phase in ("forward", "loss") and column.name not in PENALTIES and self._passes(column):
                for name in dict(column.jacobian) or names_in(column.expr):
                    if self.lens.seen(column.name) or self._is_of_batch(name):
                        users.setdefault(name, []).append(column.name)
        return users

    def _is_of_batch(self, name: str) -> bool:
        """Whether all samples have a quantity together."""
        tensor = self.lens.model.tensor(self.contents.quantity(name))
        return tensor is not None and tensor.of_batch

    @cached_property
    def _coupled(self) -> set[str]:
        """The quantities of which other samples' losses depend as well: their paths leave the chosen sample."""
        coupled: set[str] = set()
        for column in reversed(self.lens.columns()):
            if self._is_of_batch(column.name):
                coupled.add(column.name)
            if column.name in coupled:
                coupled.update(names_in(column.expr))
        return coupled

    def paths(self, name: str) -> list[Path]:
        """All paths, or, where they are too many to read, one through the derivative by each of its users.

        So it is where a batch is taken together on the way, for most paths then lead through other samples; and always
        of arrays: these are the terms of the product of matrices.
        """
        if self.contents.template.model.chains_by_users or name in self._coupled:
            return self.by_users(name)
        paths = self._paths(name, MOST_PATHS)
        return paths if len(paths) <= MOST_PATHS else self.by_users(name)

    def by_users(self, name: str) -> list[Path]:
        """One path through the derivative by each of its users, which stands for all that lead on from there."""
        return self._paths(name, 0)

    def start_of(self, path: Path) -> str:
        """The symbol of the derivative at which a path begins, if others are added up in that one; else ''."""
        cell = path[0].cell if path else ""
        if not cell or self.contents.quantity(cell).relation != GRADIENT or cell not in self.builder.columns:
            return ""
        used = names_in(self.builder.columns[cell].expr)
        is_made_of_others = any(self.contents.quantity(name).relation == GRADIENT for name in used)
        return path[0].symbol if is_made_of_others else ""

    def penalties(self, name: str) -> list[Expr]:
        """What each penalty on the weights adds to the derivative by this one."""
        slopes = (self.builder.partials(kind).get(name) for kind in PENALTIES if kind in self.builder.columns)
        return [slope for slope in slopes if slope is not None]

    def _paths(self, name: str, most: int) -> list[Path]:
        if name == self.contents.objective:
            return [()]
        users = self.users.get(name, [])
        if any(self._is_unwritten(user, name) for user in users):
            return [(self._first(users[0], name),)]
        paths: list[Path] = []
        for user in users:
            is_nearest = not most and user != self.contents.objective
            above = [(self._adjoint(user),)] if is_nearest else self._paths(user, most)
            if above:
                local = self._local(user, name)
                paths += [(*path, local) for path in above]
            if most and len(paths) > most:
                break
        return paths

    def _passes(self, column: Column) -> bool:
        """Whether derivatives flow through a column: those of softmax go by log-sum-exp, not by its helpers."""
        is_loss = column.phase == "loss" or column.name == self.contents.objective
        return is_loss or self.contents.gradient(column.name) in self.builder.columns

    def _is_unwritten(self, user: str, name: str) -> bool:
        """Whether no cell tells how the objective depends on a quantity through this user, a part of the loss."""
        cells = self.contents.gradient(user), names.local(user, name)
        return not any(cell in self.builder.columns for cell in cells)

    def _first(self, user: str, name: str) -> Factor:
        """The derivative at which a path begins; that of a parameter is what the path tells, and no factor of it."""
        if name in self.contents.template.parameter_order:
            gradient = self.builder.columns[self.contents.gradient(name)]
            return Factor(self._symbol(user, name), gradient.expr)
        return self._adjoint(name)

    def _adjoint(self, name: str) -> Factor:
        gradient = self.contents.gradient(name)
        return Factor(self._called(gradient), ref(gradient))

    def _local(self, user: str, name: str) -> Factor:
        """The derivative of a user by a quantity: the cell that holds it, or an expression of cells."""
        edge = names.local(user, name)
        value = ref(edge) if edge in self.builder.columns else self.builder.partials(user)[name]
        return Factor(self._symbol(user, name), value)

    def _symbol(self, user: str, name: str) -> str:
        return f"∂{self._called(user)}/∂{self._called(name)}"

    def _called(self, name: str) -> str:
        """The symbol of a quantity, without its sample where that is the chosen one."""
        return self.lens.symbol(name) if self.lens.seen(name) else self.contents.symbol(name)
