"""Changes of formulas: what stood in their parts and what should, what they cost, and the cells that they change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

from xlbp.auditing.calculation.expressions import joined
from xlbp.auditing.calculation.formulas import Compiled
from xlbp.auditing.reading.syntax import Cell, Node, Ref
from xlbp.auditing.truth.chains import Vector
from xlbp.symbols.expr import Expr, names_in

ONE_SLIP = 0.6  # of the sum of their costs, where several terms have one


class ChangeSort(Enum):
    """What sort of change it is that mends a formula."""

    SIGN = "sign"  # another sign
    HALF = "half"  # a factor 2 or 1/2
    MEAN = "mean"  # a sum for a mean, or the other way round
    MASK = "mask"  # the derivative of an activation added
    PATH = "path"  # a term of the chain rule's sum added
    OPERATOR = "operator"  # another operator
    BIAS = "bias"  # a bias added
    POWER = "power"  # a square added, or taken away
    TRANSPOSE = "transpose"  # a matrix transposed
    FACTOR = "factor"  # a factor of the chain rule added
    SLOPE = "slope"  # the derivative of another activation
    EXTRA = "extra"  # a part left out
    NUMBER = "number"  # another number as a factor
    CONSTANT = "constant"  # another number elsewhere
    REFERENCE = "reference"  # another cell
    FORMULA = "formula"  # another formula altogether
    DERIVATIVE = "derivative"  # the derivative by a cell that the formula refers to


@dataclass(frozen=True)
class Edit:
    """One change: of which sort it is, what stands in the formula, and what should."""

    sort: ChangeSort
    old: Expr
    new: Expr
    times: int = 1  # how often the old part stands in the formula


@dataclass(frozen=True)
class Variant:
    """A formula's tree with one part changed."""

    tree: Node
    old: Node
    new: Node


@dataclass(frozen=True)
class ChangedFormula:
    """The changed formula of one series of cells, with the values it gives there."""

    cells: tuple[Cell, ...]
    expr: Expr
    slots: Mapping[str, Ref]
    values: Vector
    edits: tuple[Edit, ...]
    text: str = ""  # the formula itself, where it is more than its expression: a matrix product
    variant: Variant | None = None  # the formula as a tree, where it computes with whole ranges
    repeated: tuple[Cell, ...] = ()  # the cells of the same change in the step that it was found in

    @cached_property
    def slips(self) -> frozenset[tuple[object, ...]]:
        """The slips that its changes come from: cells taken equally far from those that belong there are one."""
        return frozenset(map(self.slip_of, self.edits))

    def slip_of(self, edit: Edit) -> tuple[object, ...]:
        """What one change has in common with those that come from the same slip."""
        if edit.old.op != "ref" or edit.new.op != "ref":
            return (edit.sort,)
        home = self.cells[0]
        old, new = (self.slots[str(part.payload)].at(home) for part in (edit.old, edit.new))
        return (edit.sort, old[0] == new[0], new[1] - old[1], new[2] - old[2])

    @property
    def names(self) -> frozenset[str]:
        """The leaves of the changed formula, and of what the changes took out of it."""
        return frozenset(names_in(self.expr)).union(
            *(names_in(part) for edit in self.edits for part in (edit.old, edit.new))
        )

    @cached_property
    def compiled(self) -> Compiled:
        """The changed formula, ready to be computed."""
        return Compiled(self.expr, tuple((name, self.slots[name]) for name in dict.fromkeys(names_in(self.expr))))


@dataclass(frozen=True)
class Fix:
    """Changes that belong together; the cheaper, the more plausible.

    ``expr`` is what the part of a formula becomes that was to be mended, ``edits`` how it differs; ``formulas`` are
    those that are changed as a whole: of the cells below, and, once the search is through, of the cell itself.
    """

    cost: float
    expr: Expr
    edits: tuple[Edit, ...] = ()
    formulas: tuple[ChangedFormula, ...] = ()


def of_one_formula(cost: float, formula: ChangedFormula) -> Fix:
    """The fix that changes one formula, as a whole."""
    return Fix(cost, formula.expr, (), (formula,))


def choices(fixes_by_term: list[list[Fix]]) -> Iterator[list[Fix]]:
    """For each term its cheapest change; and for each a change of the cell that it refers to, where there is one."""
    cheapest = [fixes[0] for fixes in fixes_by_term]
    yield cheapest
    of_cells_below = [next((fix for fix in fixes if fix.formulas), fixes[0]) for fixes in fixes_by_term]
    if of_cells_below != cheapest:
        yield of_cells_below


def together(terms: list[tuple[int, Expr]], changed: list[int], fixes: list[Fix]) -> Fix:
    """Changes of several terms, of these numbers, as one; one slip in all of them is likelier than the sum of them."""
    new_terms = list(terms)
    for k, fix in zip(changed, fixes, strict=True):
        new_terms[k] = (terms[k][0], fix.expr)
    formulas = {formula.cells: formula for fix in fixes for formula in fix.formulas}
    return Fix(
        sum(fix.cost for fix in fixes) * (ONE_SLIP if len(fixes) > 1 else 1.0),
        joined(new_terms),
        tuple(edit for fix in fixes for edit in fix.edits),
        tuple(formulas.values()),
    )
