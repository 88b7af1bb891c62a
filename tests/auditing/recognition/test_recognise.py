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


def unit_by_unit(row: int, slip: str = "") -> list[object]:
    """A sample of a hidden unit without gradient cells but the deltas', which are the biases' gradients alone."""
    up, x = row - 1, (0, 1, 0, 1, 1)[row % 5]
    start: list[object] = [0.4, -0.3, 0.8, 0.1]
    if row > 3:
        start = [f"=C{up}-$B$1*J{up}*A{up}", f"=D{up}-$B$1*J{up}", f"=E{up}-$B$1*I{up}*G{up}", f"=F{up}-$B$1*I{up}"]
    forward = [f"=1/(1+EXP(-(C{row}*A{row}+D{row})))", f"=(E{row}*G{row}+F{row}-B{row})^2/2"]
    deltas = [f"=E{row}*G{row}+F{row}-B{row}", f"={slip}I{row}*E{row}*G{row}*(1-G{row})"]
    return [x, 0.7, *start, *forward, *deltas]


UNIT_HEAD: list[list[object]] = [["eta", 0.5], ["x", "t", "w", "b", "v", "c", "h", "E", "δ out", "δ"]]


def test_a_delta_is_no_gradient_of_a_weight_whose_input_is_one_at_times(tmp_path: Path) -> None:
    """The delta is right and so is every move, though with x = 1 the two could be taken for each other."""
    done = audited(tmp_path, [*UNIT_HEAD, *map(unit_by_unit, range(3, 15))])
    assert (told(done), done.ok) == ([], True)
    assert sum(len(sheet.layout.parameters) for sheet in done.sheets) == 4


def test_a_deltas_wrong_sign_is_told_once_and_no_parameter_behind_it_is_right(tmp_path: Path) -> None:
    """A parameter that climbs evenly is not taken for one with a rate of its own; two layouts tell one slip once."""
    done = audited(tmp_path, [*UNIT_HEAD, *(unit_by_unit(row, "-") for row in range(3, 15))])
    assert told(done) == [(kinds.SIGN, "J3")]
    wrong = {p["name"].rpartition("!")[2] for p in done.to_dict()["parameters"] if not p["gradient"]["ok"]}
    assert wrong == {"w", "b"}


def test_a_sum_over_time_steps_is_no_training_of_its_last_term(tmp_path: Path) -> None:
    """Backwards in time an earlier delta is made from a later one, and a shared bias's gradient adds them up."""
    rows: list[list[object]] = [["eta", 0.1], ["wh", -0.4], ["b", 0.1], ["x", None, 0.5, -1, 0.8], ["h", 0]]
    rows[4] += [f"=TANH({k}4+$B$2*{p}5+$B$3)" for p, k in ("BC", "CD", "DE")]
    rows.append(["loss", "=SUMSQ(C5:E5)/2"])
    rows.append(["dz", None, *(f"=({k}5+{n}7*$B$2)*(1-{k}5^2)" for k, n in ("CD", "DE", "EF"))])
    rows += [["dL/dwh", "=SUMPRODUCT(C7:E7,B5:D5)"], ["dL/db", "=SUM(C7:E7)"]]
    rows += [["new wh", "=B2-B1*B8"], ["new b", "=B3-B1*B9"]]
    done = audited(tmp_path, rows)
    assert (told(done), done.ok) == ([], True)
    assert [p.name for sheet in done.sheets for p in sheet.layout.parameters] == ["wh", "b"]


def test_a_perceptron_that_keeps_its_steps_in_columns_is_held_against_its_neighbours(tmp_path: Path) -> None:
    """Headings like Δw claim no gradient there; what departs from the pattern is told, the rest is not called right."""
    rows: list[list[object]] = [["eta", 0.1], ["x", "w", "b", "target", "net", "output", "error", "Δw", "Δb"]]
    for r in range(3, 15):
        start = [0.3, -0.1] if r == 3 else [f"=B{r - 1}+H{r - 1}", f"=C{r - 1}+I{r - 1}"]
        output = f"=IF(E{r}>0,1,0)"
        net = f"=A{r}*B{r}+C{r}" if r != 9 else "=A9*B9-C9"
        rows.append([r % 3, *start, r % 2, net, output, f"=D{r}-F{r}", f"=$B$1*G{r}*A{r}", f"=$B$1*G{r}"])
    done = audited(tmp_path, rows)
    assert told(done) == [(kinds.SIGN, "E9")]
    assert "perceptron" in done.unjudged[0].reason


def test_the_loss_is_that_of_which_headings_claim_the_derivative(tmp_path: Path) -> None:
    """Of a column of errors and a cell MSE, both made from all parameters, dMSE/dw is of the latter."""
    rows: list[list[object]] = [["w", 0.3, "MSE", "=SUMSQ(C5:C7)/3"], ["b", 0.1, "dMSE/dw", "=2*SUM(D5:D7)/3"]]
    rows += [["lr", 0.05, "dMSE/db", "=2*SUM(C5:C7)/3"], ["x", "y", "error", "by x"]]
    rows += [[x, y, f"=$B$1*A{r}+$B$2-B{r}", f"=C{r}*A{r}"] for r, (x, y) in enumerate(((1, 2), (2, 3), (4, 4)), 5)]
    done = audited(tmp_path, rows)
    assert (told(done), done.sheets[0].layout.loss_name, done.ok) == ([], "MSE", True)


@pytest.mark.parametrize(("other", "kind"), [(0.3, kinds.PASTED), ("='1'!B6", kinds.WEIGHT)])
def test_a_step_that_does_not_go_on_from_the_one_before_is_told(other: object, kind: str, tmp_path: Path) -> None:
    """A sheet for each step takes the new values over; one of them takes another value, which hides no finding."""
    book = Workbook()
    book.remove(book.active)
    for step in range(1, 5):
        sheet = book.create_sheet(str(step))
        start = [0.4, -0.2] if step == 1 else [f"='{step - 1}'!B6", f"='{step - 1}'!B7"]
        for row in (["eta", 0.03], ["w", start[0]], ["b", start[1]], ["loss", "=(B2*2+B3-3)^2"]):
            sheet.append(row)
        sheet.append(["error", "=B2*2+B3-3"])
        sheet.append(["new w", "=B2-B1*4*B5"])
        sheet.append(["new b", "=B3-B1*2*B5"])
    book["3"]["B2"] = other
    book.save(tmp_path / "book.xlsx")
    assert [(finding.kind, finding.place, finding.expected) for finding in audit(tmp_path / "book.xlsx").findings] == [
        (kind, "'3'!B2", "='2'!B6")
    ]


def test_a_number_pasted_among_the_samples_shares_is_told_in_its_cell(tmp_path: Path) -> None:
    """The sum below is what is wrong; the cell that departs from its neighbours is why, as the sum is right with it."""
    rows: list[list[object]] = [["w", 0.3, "lr", 0.05], ["b", 0.1], ["x", "y", "squared error", "d/dw", "d/db"]]
    for r in range(4, 10):
        error = f"($B$1*A{r}+$B$2-B{r})"
        rows.append([r - 3, 2 * r - 5, f"={error}^2", f"=2*{error}*A{r}", f"=2*{error}" if r != 7 else -3.1])
    rows.append([None, "mean", *(f"=AVERAGE({column}4:{column}9)" for column in "CDE")])
    rows += [["new w", "=B1-$D$1*D10"], ["new b", "=B2-$D$1*E10"]]
    done = audited(tmp_path, rows)
    assert [(*each, f.expected) for each, f in zip(told(done), done.findings, strict=True)] == [
        (kinds.PASTED, "E7", "=2*($B$1*A7+$B$2-B7)")
    ]


def test_what_cannot_be_read_is_no_perceptron(tmp_path: Path) -> None:
    """A function that nobody knows has no slope either: that is said, and no rule is named that is not there."""
    rows = [["eta", 0.1], ["x", 2], ["t", 1.7], ["w", 0.37], ["b", 0.05], ["y", "=B4*B2+B5+MYSTERY(B4)"]]
    rows += [["E", "=(B6-B3)^2/2"], ["dE/dw", "=(B6-B3)*B2"], ["dE/db", "=B6-B3"]]
    done = audited(tmp_path, [*rows, ["w new", "=B4-B1*B8"], ["b new", "=B5-B1*B9"]])
    reasons = [each.reason for each in done.unjudged]
    assert reasons
    assert not any("perceptron" in reason for reason in reasons)
