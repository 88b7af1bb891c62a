"""From a change of a formula to the name of the mistake."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xlbp.auditing import findings as kinds
from xlbp.auditing.claims.layout import Layout
from xlbp.auditing.reading.syntax import Cell, Ref
from xlbp.auditing.repair.fixes import ChangeSort, Edit
from xlbp.auditing.truth.roles import DATA, UNITS, CellRole, Roles
from xlbp.symbols.expr import Expr, topological

INSTEAD = "instead"


@dataclass(frozen=True)
class Name:
    """What a sort of change is called, and which text tells it, with ``old`` and ``new`` in the sheet's own cells."""

    kind: str
    key: str = INSTEAD  # of the text audit.why_change_<key>


NAMES = {
    ChangeSort.SIGN: Name(kinds.SIGN, "sign"),
    ChangeSort.HALF: Name(kinds.HALF, "half"),
    ChangeSort.MEAN: Name(kinds.MEAN),
    ChangeSort.MASK: Name(kinds.MASK, "mask"),
    ChangeSort.PATH: Name(kinds.PATH, "path"),
    ChangeSort.OPERATOR: Name(kinds.OPERATOR),
    ChangeSort.BIAS: Name(kinds.BIAS, "bias"),
    ChangeSort.POWER: Name(kinds.FACTOR),
    ChangeSort.TRANSPOSE: Name(kinds.TRANSPOSED),
    ChangeSort.FACTOR: Name(kinds.FACTOR, "factor"),
    ChangeSort.SLOPE: Name(kinds.FACTOR, "slope"),
    ChangeSort.EXTRA: Name(kinds.FACTOR),
    ChangeSort.NUMBER: Name(kinds.FACTOR),
    ChangeSort.CONSTANT: Name(kinds.FACTOR),
    ChangeSort.REFERENCE: Name(kinds.FORMULA),  # which cell stands for which decides: see kind_of_reference
    ChangeSort.FORMULA: Name(kinds.FORMULA),
    ChangeSort.DERIVATIVE: Name(kinds.FACTOR, "derivative"),
}
NEAR = 1e-9
CHAIN = frozenset({CellRole.BACKWARD, CellRole.GRADIENT, CellRole.PARAMETER})  # what the chain rule's factors are
STRANGERS = frozenset({CellRole.BACKWARD, CellRole.OTHER_STEPS_PARAMETER, CellRole.NONE})  # where later values stand


def kind_of(edit: Edit, slots: Mapping[str, Ref], cell: Cell, roles: Roles, alike: Sequence[Cell] = ()) -> str:
    """The kind of a change made in the formula that stands in ``cell`` and in those ``alike``."""
    if edit.sort is ChangeSort.REFERENCE and edit.old.op == edit.new.op == "ref":
        old, new = slots[str(edit.old.payload)], slots[str(edit.new.payload)]
        times = max(edit.times, 2 if _is_in_slope(edit.old, cell, roles) else 0)
        return kind_of_reference(Exchange(old, old.at(cell), new.at(cell), times, alike), roles)
    if edit.sort is ChangeSort.NUMBER and edit.old.op == edit.new.op == "const":
        return _kind_of_number(float(str(edit.old.payload)), float(str(edit.new.payload)))
    if edit.sort is ChangeSort.OPERATOR and _is_sign(edit, slots, cell, roles):
        return kinds.SIGN
    return NAMES[edit.sort].kind


def _kind_of_number(old: float, new: float) -> str:
    """What it is called to write one number for another."""
    if old == -new:
        return kinds.SIGN
    if new and old / new in (2.0, 0.5):
        return kinds.HALF
    if old * new > 0:
        ratio = old / new
        if abs(ratio - round(ratio)) < NEAR * abs(ratio):
            return kinds.MEAN
    return NAMES[ChangeSort.NUMBER].kind


def _is_sign(edit: Edit, slots: Mapping[str, Ref], cell: Cell, roles: Roles) -> bool:
    """Whether plus and minus were exchanged between two paths of the chain rule, not inside a factor of one."""
    if {edit.old.op, edit.new.op} != {"add", "sub"}:
        return False

    def is_path(term: Expr) -> bool:
        references = (slots[str(leaf.payload)] for leaf in topological(term) if leaf.op == "ref")
        return any(roles.of(reference.at(cell)) in CHAIN for reference in references)

    return all(map(is_path, edit.old.args))


@dataclass(frozen=True)
class Exchange:
    """A reference to one cell where another was meant."""

    reference: Ref  # as the formula has it
    found: Cell  # what it refers to
    meant: Cell
    times: int  # how often it stands in the formula
    alike: Sequence[Cell]  # the cells that have this formula, too

    @property
    def in_one_column(self) -> bool:
        """Whether both cells stand in one column."""
        return (self.found[0], self.found[2]) == (self.meant[0], self.meant[2]) and self.found[1] != self.meant[1]


def kind_of_reference(exchange: Exchange, roles: Roles) -> str:
    """What it is called to refer to another cell than was meant."""
    layout, found, meant = roles.layout, exchange.found, exchange.meant
    is_stranger = roles.of(found) in STRANGERS and not _is_panel(found, layout)
    if roles.of(meant) is CellRole.PARAMETER and is_stranger and (layout.table is None or found[1] >= meant[1]):
        return kinds.UPDATED
    if _slid(exchange, layout):
        return kinds.UNANCHORED
    if layout.table is not None and layout.table.step(meant) is not None and exchange.in_one_column:
        return kinds.ROW
    return _kind_by_roles(exchange, roles)


def _is_in_slope(leaf: Expr, cell: Cell, roles: Roles) -> bool:
    """Whether a reference stands in 1-a, in 1-a^2 or in what an IF asks: in the derivative of an activation."""
    compiled = roles.cells.compiled(cell)
    if compiled is None:
        return False
    return any(leaf in topological(part) for node in topological(compiled.expr) for part in _slope_parts(node))


def _slope_parts(node: Expr) -> tuple[Expr, ...]:
    """The a of 1-a, and what an IF asks."""
    if node.op == "if_positive":
        return node.args[:1]
    is_one_minus = node.op == "sub" and node.args[0].op == "const" and float(str(node.args[0].payload)) == 1
    return node.args[1:] if is_one_minus else ()


def _is_panel(cell: Cell, layout: Layout) -> bool:
    """Whether a cell stands outside of the table."""
    return layout.table is not None and layout.table.step(cell) is None


def _slid(exchange: Exchange, layout: Layout) -> bool:
    """Whether the reference moved away from one cell as it was filled over several."""
    (_, row, column), (_, meant_row, meant_column) = exchange.found, exchange.meant
    down = not exchange.reference.row_fixed and column == meant_column and row > meant_row
    if layout.table is not None:
        return down and _is_panel(exchange.meant, layout)
    right = not exchange.reference.column_fixed and row == meant_row and column > meant_column
    return (down or right) and any(exchange.reference.at(cell) == exchange.meant for cell in exchange.alike)


def _kind_by_roles(exchange: Exchange, roles: Roles) -> str:
    """What it is called to refer to a cell of one role instead of one of another."""
    found, meant = roles.of(exchange.found), roles.of(exchange.meant)
    if exchange.times > 1 and found in UNITS and meant in UNITS and _is_misplaced_slope(exchange, roles):
        return kinds.SLOPE_AT_A if found is CellRole.ACTIVATION else kinds.SLOPE_AT_Z
    if found is meant is CellRole.PARAMETER:
        return kinds.TRANSPOSED if is_transposed(exchange.found, exchange.meant, roles) else kinds.WEIGHT
    if {found, meant} <= DATA:
        return kinds.DATA
    if found in UNITS and meant in UNITS and exchange.times < 2:
        return kinds.DATA if _feeds(exchange.meant, roles) else kinds.UNIT
    if {found, meant} <= {CellRole.BACKWARD, CellRole.GRADIENT, *UNITS}:
        return kinds.UNIT
    return kinds.DATA if meant in DATA else kinds.FACTOR


def _is_misplaced_slope(exchange: Exchange, roles: Roles) -> bool:
    """Whether the slope of an activation is taken at the activation for its sum, or the other way round."""
    found, meant = exchange.found, exchange.meant
    return roles.is_activation_of(found, meant) or roles.is_activation_of(meant, found)


def _feeds(cell: Cell, roles: Roles) -> bool:
    """Whether a unit is the input of another layer, and not an output."""
    return any(roles.is_affine(user) for user in roles.users.get(cell, []))


def is_transposed(found: Cell, meant: Cell, roles: Roles) -> bool:
    """Whether one weight stands where the other would in the transposed matrix: w[j,i] for w[i,j]."""
    found_ends, meant_ends = roles.unit_and_source(found), roles.unit_and_source(meant)
    if found_ends is None or meant_ends is None or found_ends == meant_ends:
        return False
    ends = [each for weight in roles.of_this_step if (each := roles.unit_and_source(weight)) is not None]
    units = sorted({unit for unit, _ in ends if _are_of_one_layer(unit, meant_ends[0], roles)})
    sources = sorted({source for unit, source in ends if unit in units})
    if found_ends[0] not in units or found_ends[1] not in sources:
        return False
    row, column = units.index(found_ends[0]), sources.index(found_ends[1])
    meant_row, meant_column = units.index(meant_ends[0]), sources.index(meant_ends[1])
    return (row, column) == (meant_column, meant_row) or (row != meant_row and column != meant_column)


def _are_of_one_layer(unit: Cell, other: Cell, roles: Roles) -> bool:
    """Whether two units take the same sources."""
    return _sources(unit, roles) == _sources(other, roles)


def _sources(unit: Cell, roles: Roles) -> set[Cell]:
    """The inputs and units that a unit takes."""
    arguments = (cell for cell in roles.cells.arguments(unit) if cell not in roles.of_this_step)
    return {cell for cell in arguments if roles.of(cell) in (CellRole.INPUT, *UNITS)}
