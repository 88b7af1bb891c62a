"""From a change of a formula to the name of the mistake."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xlbp.auditing import findings as kinds
from xlbp.auditing.claims.layout import Layout
from xlbp.auditing.reading.syntax import Cell, Ref
from xlbp.auditing.repair.fixes import Edit
from xlbp.auditing.truth.roles import Roles
from xlbp.symbols.expr import Expr, topological

INSTEAD = "{new} belongs where {old} stands"


@dataclass(frozen=True)
class Sort:
    """What a sort of change is called, and how it is told, with ``old`` and ``new`` in the sheet's own cells."""

    kind: str
    words: str = INSTEAD


SORTS = {
    "sign": Sort(kinds.SIGN, "the sign is wrong: {new} belongs where {old} stands"),
    "half": Sort(kinds.HALF, "a factor 2 or 1/2 differs from the loss: {new} belongs where {old} stands"),
    "mean": Sort(kinds.MEAN, "{meant}: {new} belongs where {old} stands"),
    "mask": Sort(kinds.MASK, "the derivative of the activation is missing: {new} belongs where {old} stands"),
    "path": Sort(kinds.PATH, "a path is missing: {new} belongs where {old} stands"),
    "operator": Sort(kinds.OPERATOR),
    "bias": Sort(kinds.BIAS, "the bias is not added: {new} belongs where {old} stands"),
    "power": Sort(kinds.FACTOR),
    "transpose": Sort(kinds.TRANSPOSED),
    "factor": Sort(kinds.FACTOR, "a factor of the chain rule is missing: {new} belongs where {old} stands"),
    "slope": Sort(kinds.FACTOR, "the derivative of the activation is {new}, not {old}"),
    "extra": Sort(kinds.FACTOR),
    "number": Sort(kinds.FACTOR),
    "constant": Sort(kinds.FACTOR),
    "reference": Sort(kinds.FORMULA),  # which cell stands for which decides: see _of_reference
    "formula": Sort(kinds.FORMULA),
}
NEAR = 1e-9
UNITS = ("activation", "pre-activation", "forward")
BACKWARD = ("backward", "gradient", "parameter")


def name(
    edit: Edit, slots: Mapping[str, Ref], cell: Cell, roles: Roles, layout: Layout, alike: Sequence[Cell] = ()
) -> str:
    """The kind of a change made in the formula that stands in ``cell`` and in those ``alike``."""
    if edit.hint == "reference" and edit.found.op == "ref" and edit.expected.op == "ref":
        old, new = slots[str(edit.found.payload)], slots[str(edit.expected.payload)]
        times = max(edit.times, 2 * _is_in_slope(edit.found, cell, roles))
        return _of_reference(old, new, cell, roles, layout, alike, times)
    if edit.hint == "number" and {edit.found.op, edit.expected.op} == {"const"}:
        old_n, new_n = float(str(edit.found.payload)), float(str(edit.expected.payload))
        if old_n == -new_n:
            return kinds.SIGN
        if new_n and old_n / new_n in (2.0, 0.5):
            return kinds.HALF
        if old_n * new_n > 0 and abs(old_n / new_n - round(old_n / new_n)) < NEAR * abs(old_n / new_n):
            return kinds.MEAN
    if edit.hint == "operator" and _is_sign(edit, slots, cell, roles):
        return kinds.SIGN
    return SORTS[edit.hint].kind


def _is_sign(edit: Edit, slots: Mapping[str, Ref], cell: Cell, roles: Roles) -> bool:
    """Whether plus and minus were exchanged between two paths of the chain rule, not inside a factor of one."""
    if {edit.found.op, edit.expected.op} != {"add", "sub"}:
        return False
    return all(
        any(roles(slots[str(leaf.payload)].at(cell)) in BACKWARD for leaf in topological(term) if leaf.op == "ref")
        for term in edit.found.args
    )


def _of_reference(
    old: Ref, new: Ref, cell: Cell, roles: Roles, layout: Layout, alike: Sequence[Cell], times: int
) -> str:
    """The kind of a reference to another cell than was meant; the cells ``alike`` have this formula, too."""
    found, meant = old.at(cell), new.at(cell)
    was, is_ = roles(found), roles(meant)
    elsewhere = was in ("backward", "other step's parameter", "") and not _is_panel(found, layout)
    if is_ == "parameter" and elsewhere and (layout.table is None or found[1] >= meant[1]):
        return kinds.UPDATED
    if _slid(old, found, meant, layout, alike):
        return kinds.UNANCHORED
    if layout.table is not None and layout.table.step(meant) is not None and _same_column(found, meant):
        return kinds.ROW
    return _by_roles(was, is_, found, meant, roles, times)


def _is_in_slope(leaf: Expr, cell: Cell, roles: Roles) -> bool:
    """Whether a reference stands in 1-a, in 1-a^2 or in what an IF asks: in the derivative of an activation."""
    compiled = roles.cells.compiled(cell)
    for node in topological(compiled.expr) if compiled else ():
        asked = node.args[:1] if node.op == "if_positive" else node.args[1:] if _is_one_minus(node) else ()
        if any(leaf in topological(part) for part in asked):
            return True
    return False


def _is_one_minus(node: Expr) -> bool:
    return node.op == "sub" and node.args[0].op == "const" and float(str(node.args[0].payload)) == 1


def _same_column(found: Cell, meant: Cell) -> bool:
    return (found[0], found[2]) == (meant[0], meant[2]) and found[1] != meant[1]


def _is_panel(cell: Cell, layout: Layout) -> bool:
    """Whether a cell stands outside of the table."""
    return layout.table is not None and layout.table.step(cell) is None


def _slid(old: Ref, found: Cell, meant: Cell, layout: Layout, alike: Sequence[Cell]) -> bool:
    """Whether the reference moved away from one cell as it was filled over several."""
    if layout.table is not None:
        return _is_panel(meant, layout) and not old.row_fixed and found[2] == meant[2] and found[1] > meant[1]
    down = not old.row_fixed and found[2] == meant[2] and found[1] > meant[1]
    right = not old.column_fixed and found[1] == meant[1] and found[2] > meant[2]
    return (down or right) and any(old.at(cell) == meant for cell in alike)


def _by_roles(was: str, is_: str, found: Cell, meant: Cell, roles: Roles, times: int) -> str:
    if was == is_ == "parameter":
        return kinds.TRANSPOSED if is_transposed(found, meant, roles) else kinds.WEIGHT
    if {was, is_} <= {"target", "input"} or (was in UNITS and is_ in UNITS and times < 2):
        return kinds.DATA if was not in UNITS or _feeds(meant, roles) else kinds.UNIT
    if {was, is_} <= {"backward", "gradient", *UNITS}:
        return kinds.UNIT
    if is_ in ("target", "input"):
        return kinds.DATA
    return kinds.FACTOR


def _feeds(cell: Cell, roles: Roles) -> bool:
    """Whether a unit is the input of another layer, and not an output."""
    return any(roles.is_affine(user) for user in roles.users.get(cell, []))


def is_transposed(found: Cell, meant: Cell, roles: Roles) -> bool:
    """Whether one weight stands where the other would in the transposed matrix: w[j,i] for w[i,j]."""
    a, b = roles.unit_and_source(found), roles.unit_and_source(meant)
    if a is None or b is None or a == b:
        return False
    weights = [w for w in roles.mine if roles.unit_and_source(w)]
    units = sorted({u[0] for w in weights if (u := roles.unit_and_source(w)) and _layer(u[0], b[0], roles)})
    sources = sorted({u[1] for w in weights if (u := roles.unit_and_source(w)) and u[0] in units})
    if a[0] not in units or a[1] not in sources:
        return False
    row_a, column_a = units.index(a[0]), sources.index(a[1])
    row_b, column_b = units.index(b[0]), sources.index(b[1])
    return (row_a, column_a) == (column_b, row_b) or (row_a != row_b and column_a != column_b)


def _layer(unit: Cell, other: Cell, roles: Roles) -> bool:
    """Whether two units take the same sources: they are of one layer."""
    return set(_sources(unit, roles)) == set(_sources(other, roles))


def _sources(unit: Cell, roles: Roles) -> list[Cell]:
    return [c for c in roles.cells.arguments(unit) if c not in roles.mine and roles(c) in ("input", *UNITS)]
