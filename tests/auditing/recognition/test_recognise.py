"""Single books whose headings say too little, or the wrong thing: what trains in them, and what is said of it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from openpyxl import Workbook

from xlbp.auditing import findings as kinds
from xlbp.auditing.claims.layout import LayoutKind
from xlbp.auditing.result import Audit
from xlbp.auditing.run import audit
from xlbp.errors import UnreadableError


def audited(folder: Path, rows: Iterable[list[object]]) -> Audit:
    """The audit of a sheet of these rows."""
    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.save(folder / "book.xlsx")
    return audit(folder / "book.xlsx")


def told(done: Audit) -> list[tuple[str, str]]:
    """The kinds and cells of the findings."""
    return [(finding.kind, finding.place.rpartition("!")[2]) for finding in done.findings]


def delta_rule(row: int, other_input: str = "B") -> list[object]:
    """A sample of the delta rule: its error squared, and the weights that it moves at once."""
    x1, x2, target = ((1, 1, 1), (1, -1, 1), (-1, 1, 1), (-1, -1, -1))[row % 4]
    up = row - 1
    net = [f"=A{row}*G{up}+B{row}*H{up}+I{up}", f"=C{row}-D{row}", f"=E{row}^2"]
    moves = [f"=G{up}+$B$1*E{row}*A{row}", f"=H{up}+$B$1*E{row}*{other_input}{row}", f"=I{up}+$B$1*E{row}"]
    return [x1, x2, target, *net, *moves]


DELTA_HEAD: list[list[object]] = [
    ["eta", 0.1],
    ["x1", "x2", "target", "net", "t-y", "(t-y)^2", "w1", "w2", "b"],
    [None] * 6 + [0.1, 0.2, -0.1],
]


def test_updates_without_gradient_cells_are_judged_by_their_steps(tmp_path: Path) -> None:
    """The steps hold the gradients; half of the square's derivative is no slip, as the rate takes the 2."""
    right = audited(tmp_path, [*DELTA_HEAD, *map(delta_rule, range(4, 10))])
    assert (right.ok, right.sheets[0].layout.kind) == (True, LayoutKind.STEPS)
    wrong = audited(tmp_path, [*DELTA_HEAD, *(delta_rule(row, "A") for row in range(4, 10))])
    assert told(wrong) == [(kinds.DATA, "H4")]
    assert wrong.findings[0].expected == "=H3+$B$1*E4*B4"


def test_the_perceptrons_rule_is_named_and_not_judged(tmp_path: Path) -> None:
    """Its output is a step: no loss's gradient is followed, so nothing in it is wrong for that."""
    rows: list[list[object]] = [["x", "target", "w", "b", "output", "dw", "db", "eta"]]
    for r in range(2, 9):
        start = [0.5, -0.2] if r == 2 else [f"=C{r - 1}+F{r - 1}", f"=D{r - 1}+G{r - 1}"]
        rule = [f"=IF(A{r}*C{r}+D{r}>=0,1,0)", f"=$H$2*A{r}*(B{r}-E{r})", f"=$H$2*(B{r}-E{r})"]
        rows.append([r % 2, 1 - r % 2, *start, *rule, 0.3 if r == 2 else None])
    done = audited(tmp_path, rows)
    assert (done.findings, done.ok) == ([], False)
    assert "perceptron" in done.unjudged[0].reason


def test_interest_is_no_training(tmp_path: Path) -> None:
    """A balance that grows by a rate has the form of a move, but follows no loss."""
    rows: list[list[object]] = [["rate", 0.05], ["year", "balance", "interest"]]
    rows += [[r, 1000 if r == 3 else f"=B{r - 1}+C{r - 1}", f"=B{r}*$B$1"] for r in range(3, 12)]
    with pytest.raises(UnreadableError, match="no gradients"):
        audited(tmp_path, rows)


@pytest.mark.parametrize("form", ["=-C{r}*2+6", "=6-2*C{r}"])
def test_a_common_wrong_sign_climbs(form: str, tmp_path: Path) -> None:
    """Where every gradient has the other sign, the one cause is told, with headings or without."""
    rows: list[list[object]] = [["rate", 0.1], [None, None, None, None]]
    for r in range(3, 9):
        rows.append([None, None, 0.5 if r == 3 else f"=C{r - 1}-$B$1*E{r - 1}", f"=(C{r}-3)^2", form.format(r=r)])
    done = audited(tmp_path, rows)
    assert [kind for kind, _ in told(done)] == [kinds.SIGN]


def circular(row: int) -> list[object]:
    """A row whose activation takes the sum of three rows below."""
    start = [0.3, -0.4] if row == 3 else [f"=A{row - 1}-0.5*G{row - 1}", f"=B{row - 1}-0.5*H{row - 1}"]
    forward = [f"=A{row}*0.7", f"=1/(1+EXP(-C{row + 3}))", f"=B{row}*D{row}", f"=(E{row}-0.6)^2/2"]
    backward = [f"=(E{row}-0.6)*B{row}*D{row}*(1-D{row})*0.7", f"=(E{row}-0.6)*D{row}"]
    return [*start, *forward, *backward]


def test_a_slip_that_makes_a_circle_is_told_with_its_column(tmp_path: Path) -> None:
    """The column that takes a later row is the one finding; what hangs on it is named as not judged."""
    head: list[list[object]] = [["x"], ["w", "v", "h", "a", "o", "E", "dE/dw", "dE/dv"]]
    done = audited(tmp_path, [*head, *map(circular, range(3, 12))])
    assert told(done) == [(kinds.ROW, "D3")]
    assert done.findings[0].expected == "=1/(1+EXP(-C3))"
    assert [each.what for each in done.unjudged] == ["the gradients of w, v"]
