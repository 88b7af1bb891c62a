"""Sheets as strangers lay them out: what is right in them is accused of nothing, and a slip is told in its own cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.auditing.small import saved
from xlbp.auditing import findings as kinds
from xlbp.auditing.result import Audit
from xlbp.auditing.run import audit
from xlbp.errors import UnreadableError

Sheets = Mapping[str, Mapping[str, object]]
Row = Callable[[int], Mapping[str, object]]


def audited(folder: Path, sheets: Sheets, changes: Mapping[str, object] | None = None) -> Audit:
    """The audit of a book with these cells; ``changes`` are of the first sheet, or of ``Sheet!A1``."""
    first = next(iter(sheets))
    changed = {title: dict(cells) for title, cells in sheets.items()}
    for place, value in (changes or {}).items():
        title, _, cell = place.rpartition("!")
        changed[title or first][cell] = value
    return audit(saved(folder / "book.xlsx", changed))


def told(done: Audit) -> list[tuple[str, str]]:
    """The kinds and first cells of the findings."""
    return [(finding.kind, finding.place.rpartition("!")[2]) for finding in done.findings]


def rows(first: int, count: int, row: Row, start: Mapping[str, object]) -> dict[str, object]:
    """The cells of a table: a row's formulas by their columns; what a first row starts from stands in ``start``."""
    cells: dict[str, object] = {}
    for r in range(first, first + count):
        cells |= {f"{column}{r}": value for column, value in row(r).items() if r > first or column not in start}
    return cells | {f"{column}{first}": value for column, value in start.items()}


def online(r: int) -> dict[str, object]:
    """A step with one of four samples, which A1:C4 hold, and without any heading or gradient's cell."""
    p = r - 1
    taken = {to: f"=INDEX(${of}$1:${of}$4,MOD(A{r},4)+1)" for to, of in zip("EFG", "ABC", strict=True)}
    moves = {w: f"={w}{p}+$F$1*I{p}{x}" for w, x in (("B", f"*E{p}"), ("C", f"*F{p}"), ("D", ""))}
    return {
        **{"A": f"=A{p}+1", "H": f"=B{r}*E{r}+C{r}*F{r}+D{r}", "I": f"=G{r}-H{r}", "J": f"=I{r}^2/2"},
        **taken,
        **moves,
    }


SAMPLES = dict(zip(("A1", "B1", "C1", "A2", "B2", "C2"), (1, 2, 5.1, 2, -1, 1.2), strict=True))
SAMPLES |= dict(zip(("A3", "B3", "C3", "A4", "B4", "C4"), (0.5, 1, 3, -1, 0.5, 0.3), strict=True))
ONLINE = {**SAMPLES, "F1": 0.05, **rows(7, 14, online, {"A": 0, "B": 0.1, "C": 0.2, "D": 0.3})}
ROWS_AFTER = range(8, 21)


@pytest.mark.parametrize(
    ("column", "old", "new", "kind"),
    [
        ("B", "", "", ""),
        ("B", "*E{p}", "*E{r}", kinds.DATA),  # the next sample's input; a sample's is -1, so the error is its gradient
        ("C", "*F{p}", "*E{p}", kinds.DATA),  # in the first step all three are moved alike
    ],
)
def test_a_counter_below_typed_data_is_no_pasted_number(
    column: str, old: str, new: str, kind: str, tmp_path: Path
) -> None:
    """A counter goes on from step to step and belongs to one; a slip in the inputs is told in its formula."""

    def changed(r: int) -> str:
        return str(ONLINE[f"{column}{r}"]).replace(old.format(r=r, p=r - 1), new.format(r=r, p=r - 1))

    done = audited(tmp_path, {"Sheet1": ONLINE}, {f"{column}{r}": changed(r) for r in ROWS_AFTER})
    assert told(done) == ([(kind, f"{column}8")] if kind else [])


def epoch(k: int) -> dict[str, object]:
    """A sheet for each epoch: the weights of the sheet before, data copied from the first one, and their sums."""
    data = {f"{c}{r}": (d if k == 1 else f"='Epoch 1'!{c}{r}") for (c, r), d in DATA.items()}
    old = {"B3": 0.2, "C3": -0.1} if k == 1 else {"B3": f"='Epoch {k - 1}'!B12", "C3": f"='Epoch {k - 1}'!C12"}
    samples: dict[str, object] = {}
    for r in range(5, 9):
        samples |= {f"D{r}": f"=1/(1+EXP(-($B$3*B{r}+$C$3)))", f"E{r}": f"=D{r}-C{r}", f"F{r}": f"=E{r}*B{r}"}
        samples |= {f"G{r}": f"=-C{r}*LN(D{r})-(1-C{r})*LN(1-D{r})"}
    sums = {"F10": "=SUM(F5:F8)", "E10": "=SUM(E5:E8)", "G10": "=SUM(G5:G8)", "G9": "loss"}
    return {**data, **old, **samples, **sums, "B1": 0.1, "B12": "=B3-$B$1*F10", "C12": "=C3-$B$1*E10"}


DATA = {
    (c, r): d for r, pair in enumerate(((1, 0), (2, 0), (3, 1), (4, 1)), 5) for c, d in zip("BC", pair, strict=True)
}
EPOCHS = {f"Epoch {k}": epoch(k) for k in range(1, 5)}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"Epoch 2!F10": "=SUM(F5:F7)"}, [(kinds.PATH, "F10")]),  # the data of the first sheet are typed, as they were
        ({f"Epoch 2!D{r}": f"=1/(1+EXP(-($B$3*B{r}*1000+$C$3)))" for r in range(5, 9)}, [("", "D5")]),  # no number
    ],
)
def test_a_slip_on_one_of_many_sheets_is_all_that_is_told(
    changes: dict[str, object], expected: list[tuple[str, str]], tmp_path: Path
) -> None:
    """Data that later sheets copy were typed on the first one; a step whose loss is an error is held against others."""
    done = audited(tmp_path, EPOCHS, changes)
    assert [(kind if expected and expected[0][0] else "", cell) for kind, cell in told(done)] == expected


def function(r: int) -> dict[str, object]:
    """A step down f(x, y), which is no loss by its name."""
    p = r - 1
    return {
        **{"A": f"=A{p}+1", "B": f"=B{p}-$B$1*E{p}", "C": f"=C{p}-$B$1*F{p}"},
        **{"D": f"=(B{r}-3)^2+2*(C{r}+1)^2+B{r}*C{r}-20", "E": f"=2*(B{r}-3)+C{r}", "F": f"=4*(C{r}+1)+B{r}"},
    }


def heads(first: int, *texts: str) -> dict[str, object]:
    """The headings of a table, from column A on, above its first row."""
    return {f"{'ABCDEFGHIJKL'[k]}{first - 1}": text for k, text in enumerate(texts)}


FUNCTION = {"B1": 0.1, **heads(4, "k", "x", "y", "f", "fx", "fy"), **rows(4, 8, function, {"A": 0, "B": 0, "C": 0})}


@pytest.mark.parametrize(("column", "gradient"), [("B", "E"), ("C", "F")])
def test_of_two_that_go_different_ways_the_one_that_climbs_is_wrong(column: str, gradient: str, tmp_path: Path) -> None:
    """No loss is named; half of the parameters go up."""
    changes = {f"{column}{r}": f"={column}{r - 1}+$B$1*{gradient}{r - 1}" for r in range(5, 12)}
    assert told(audited(tmp_path, {"S": FUNCTION}, changes)) == [(kinds.SIGN, f"{column}5")]


def likelihood(r: int) -> dict[str, object]:
    """A step up a Poisson regression's log-likelihood."""
    p, rate = r - 1, f"EXP(B{r}+C{r}*$H$4:$H$7)"
    return {
        **{"A": f"=A{p}+1", "B": f"=B{p}+$B$1*E{p}", "C": f"=C{p}+$B$1*F{p}"},
        "D": f"=SUMPRODUCT($I$4:$I$7*(B{r}+C{r}*$H$4:$H$7)-{rate})",
        "E": f"=SUMPRODUCT($I$4:$I$7-{rate})",
        "F": f"=SUMPRODUCT(($I$4:$I$7-{rate})*$H$4:$H$7)",
    }


COUNTS = {
    f"{c}{r}": d for r, pair in enumerate(((0, 2), (1, 3), (2, 6), (3, 9)), 4) for c, d in zip("HI", pair, strict=True)
}
LIKELIHOOD = {
    **{"B1": 0.001, **heads(4, "k", "b0", "b1", "log L", "score b0", "score b1"), **COUNTS},
    **rows(4, 8, likelihood, {"A": 0, "B": 0.5, "C": 0.3}),
}


@pytest.mark.parametrize(("column", "gradient"), [("B", "E"), ("C", "F")])
def test_of_a_gain_the_one_that_descends_is_wrong(column: str, gradient: str, tmp_path: Path) -> None:
    """A log-likelihood is climbed."""
    assert told(audited(tmp_path, {"S": LIKELIHOOD})) == []
    changes = {f"{column}{r}": f"={column}{r - 1}-$B$1*{gradient}{r - 1}" for r in range(5, 12)}
    assert told(audited(tmp_path, {"S": LIKELIHOOD}, changes)) == [(kinds.SIGN, f"{column}5")]


def clipped(r: int) -> dict[str, object]:
    """The same function, its gradients clipped at 1 in columns of their own."""
    bounds = {to: f"=MAX(-1,MIN(1,{of}{r}))" for to, of in (("G", "E"), ("H", "F"))}
    return {**function(r), **bounds, "B": f"=B{r - 1}-$B$1*G{r - 1}", "C": f"=C{r - 1}-$B$1*H{r - 1}"}


def test_a_bound_does_not_hide_that_anothers_gradient_is_taken(tmp_path: Path) -> None:
    """Where both are clipped they are worth the same."""
    cells = {**FUNCTION, **rows(4, 8, clipped, {"A": 0, "B": 0, "C": 0})}
    assert told(audited(tmp_path, {"S": cells})) == []
    changes = {f"C{r}": f"=C{r - 1}-$B$1*G{r - 1}" for r in range(5, 12)}
    assert told(audited(tmp_path, {"S": cells}, changes)) == [(kinds.COLUMN, "C5")]


def adam(r: int) -> dict[str, object]:
    """Adam with its own numbers, of which 0.999 is nearly 1."""
    p, cells = r - 1, dict(function(r))
    for gradient, m, v, mhat, vhat in (("E", "G", "I", "K", "M"), ("F", "H", "J", "L", "N")):
        cells |= {m: f"=0.9*{m}{p}+0.1*{gradient}{r}", v: f"=0.999*{v}{p}+0.001*{gradient}{r}^2"}
        cells |= {mhat: f"={m}{r}/(1-0.9^(A{r}+1))", vhat: f"={v}{r}/(1-0.999^(A{r}+1))"}
    moved = {w: f"={w}{p}-$B$1*{m}{p}/(SQRT({v}{p})+0.00000001)" for w, m, v in (("B", "K", "M"), ("C", "L", "N"))}
    return {**cells, **moved}


ADAM_HEADS = ("t", "x", "y", "f", "df/dx", "df/dy", "m_x", "m_y", "v_x", "v_y", "mhat_x", "mhat_y")
ADAM_START = {"A": 0, "B": 0, "C": 0, "G": "=0.1*E4", "H": "=0.1*F4", "I": "=0.001*E4^2", "J": "=0.001*F4^2"}
ADAM = {**{"A1": "learning rate", "B1": 0.1, **heads(4, *ADAM_HEADS)}, **rows(4, 10, adam, ADAM_START)}


@pytest.mark.parametrize(
    ("column", "old", "new", "first"),
    [("K", "(A{r}+1)", "(A{r}+2)", 4), ("H", "0.1*", "0.001*", 5), ("J", "F{r}^2", "F{r}", 5), ("C", "SQRT", "", 5)],
)
def test_of_two_parameters_that_adam_moves_the_one_as_in_the_paper_is_right(
    column: str, old: str, new: str, first: int, tmp_path: Path
) -> None:
    """Its columns say what belongs into the other's, and the first row, which carries nothing on, stays right."""
    texts = {f"{column}{r}": str(ADAM[f"{column}{r}"]) for r in range(first, 14)}
    changes = {cell: text.replace(old.format(r=cell[1:]), new.format(r=cell[1:])) for cell, text in texts.items()}
    assert told(audited(tmp_path, {"Adam": ADAM}, changes)) == [(kinds.OPTIMIZER, f"{column}{first}")]


def loan(r: int) -> dict[str, object]:
    """A month of a loan: what is owed hangs on itself by its interest."""
    return {"B": f"=E{r - 1}", "C": f"=B{r}*$B$1/12", "D": f"=$B$2-C{r}", "E": f"=B{r}-D{r}"}


def smoothing(r: int) -> dict[str, object]:
    """A month of sales: the forecast follows what was sold by a share of its error."""
    return {"B": 100 + r * r % 11, "C": f"=C{r - 1}+$B$1*(B{r - 1}-C{r - 1})", "D": f"=B{r}-C{r}"}


def ratings(r: int) -> dict[str, object]:
    """A game: one player wins what the other loses."""
    won = f"$B$1*(E{r - 1}-D{r - 1})"
    expected = f"=1/(1+10^((C{r}-B{r})/400))"
    return {"B": f"=B{r - 1}+{won}", "C": f"=C{r - 1}-{won}", "D": expected, "E": r % 2}


NO_TRAINING = {
    "loan": {
        "B1": 0.05,
        "B2": 120,
        **heads(5, "", "balance", "interest", "principal"),
        **rows(5, 9, loan, {"B": 1000}),
    },
    "smoothing": {"B1": 0.3, **heads(5, "alpha", "sold", "forecast", "error"), **rows(5, 8, smoothing, {"C": 100})},
    "ratings": {"B1": 32, **heads(5, "", "A", "B", "expected"), **rows(5, 6, ratings, {"B": 1500, "C": 1600})},
}


@pytest.mark.parametrize("cells", NO_TRAINING.values(), ids=NO_TRAINING)
def test_what_goes_on_from_row_to_row_is_no_training_for_that(cells: dict[str, object], tmp_path: Path) -> None:
    """A balance that is paid back, a forecast, a rating: nothing in them is told as a slip of a training."""
    with pytest.raises(UnreadableError, match="no gradients were found"):
        audited(tmp_path, {"S": cells})


def batch(r: int) -> dict[str, object]:
    """A step of a curve's fit, with a column for each sample's residual, as a and b go down their sum of squares."""
    p = r - 1
    errors = {c: f"=$A{r}*EXP(-$B{r}*{d}$1)-{d}$2" for c, d in zip("FGHIJ", "LMNOP", strict=True)}
    slopes = (f"EXP(-B{r}*$L$1:$P$1)", f"A{r}*EXP(-B{r}*$L$1:$P$1)*$L$1:$P$1")
    return {
        **{"A": f"=A{p}-0.05*D{p}", "B": f"=B{p}-0.01*E{p}", "C": f"=SUMSQ(F{r}:J{r})", **errors},
        **{"D": f"=2*SUMPRODUCT(F{r}:J{r},{slopes[0]})", "E": f"=-2*SUMPRODUCT(F{r}:J{r},{slopes[1]})"},
    }


POINTS = {f"{c}1": k for k, c in enumerate("LMNOP")} | {"L2": 2.1, "M2": 1.5, "N2": 1.2, "O2": 0.8, "P2": 0.7}
BATCH = {**POINTS, **heads(5, "a", "b", "SSE", "dSSE/da", "dSSE/db"), **rows(5, 9, batch, {"A": 1.5, "B": 0.1})}


ALL, BUT_LAST = "F{r}:J{r},EXP(-B{r}*$L$1:$P$1)", "F{r}:I{r},EXP(-B{r}*$L$1:$O$1)"


@pytest.mark.parametrize(
    ("column", "old", "new", "expected"),
    [
        ("H", "N$2", "M$2", "=$A5*EXP((-$B5)*N$1)-N$2"),  # all gradients are right: the loss itself takes it
        ("D", ALL, BUT_LAST, "=2*SUMPRODUCT(F5:J5,EXP(-B5*$L$1:$P$1))"),
    ],
)
def test_each_sample_is_taken_once(column: str, old: str, new: str, expected: str, tmp_path: Path) -> None:
    """A target that is taken twice, while its neighbour is by nothing; and a last sample that both ranges leave out."""
    assert told(audited(tmp_path, {"Fit": BATCH})) == []
    changes = {
        f"{column}{r}": str(BATCH[f"{column}{r}"]).replace(old.format(r=r), new.format(r=r)) for r in range(5, 14)
    }
    done = audited(tmp_path, {"Fit": BATCH}, changes)
    assert [(f.place.rpartition("!")[2], f.expected) for f in done.findings] == [(f"{column}5", expected)]


def neuron(r: int, before: int) -> dict[str, object]:
    """A sample that moves two weights by columns headed Δw; ``before`` is the row of the sample before."""
    delta = f"$B$1*D{r}*C{r}*(1-C{r})"
    return {
        **{"A": r % 2, "B": r % 3 % 2, "C": f"=1/(1+EXP(-(E{r}+F{r}*A{r})))", "D": f"=B{r}-C{r}"},
        **{
            "E": f"=E{before}+G{before}",
            "F": f"=F{before}+H{before}",
            "G": f"={delta}",
            "H": f"={delta}*A{r}",
            "I": f"=D{r}^2/2",
        },
    }


EPOCH_ROWS = [r for first in (4, 9, 14) for r in range(first, first + 3)]  # with the epoch's sum and a gap below
GAPS = {"A1": "η", "B1": 1, **heads(4, "x", "d", "y", "e", "w0", "w1", "Δw0", "Δw1", "E"), "E4": 0.2, "F4": -0.1}
for before, r in zip([4, *EPOCH_ROWS], EPOCH_ROWS, strict=False):
    GAPS |= {f"{c}{r}": value for c, value in neuron(r, before).items() if r > 4 or c not in "EF"}
GAPS |= {f"I{first + 3}": f"=SUM(I{first}:I{first + 2})" for first in (4, 9, 14)}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"E10": "=E9-G9"}, [(kinds.SIGN, "E10")]),
        ({"E9": "=E5+G5"}, [(kinds.UNKNOWN, "E9")]),  # of the last sample but one
        ({f"G{r}": f"=$B$1*D{r}*(1-C{r}^2)" for r in EPOCH_ROWS}, [(kinds.FACTOR, "G4")]),
    ],
)
def test_a_training_goes_on_below_a_gap(
    changes: dict[str, object], expected: list[tuple[str, str]], tmp_path: Path
) -> None:
    """Each epoch ends with its sum and a gap; the next one's first sample takes over what the last one has made."""
    done = audited(tmp_path, {"Neuron": GAPS}, changes)
    assert (told(done), done.unjudged) == (expected, [])


def one_weight(r: int) -> dict[str, object]:
    """A step of the only weight of a sheet, with a counter beside it."""
    return {"A": f"=A{r - 1}+1", "B": f"=B{r - 1}-0.1*D{r - 1}", "C": f"=(B{r}-2)^4", "D": f"=4*(B{r}-2)^3"}


def test_the_only_weight_typed_anew_is_a_pasted_number(tmp_path: Path) -> None:
    """Nothing else says that another training begins there: the counter goes on."""
    cells = {**heads(4, "n", "guess", "error", "slope"), **rows(4, 9, one_weight, {"A": 0, "B": 1})}
    assert told(audited(tmp_path, {"S": cells}, {"B8": 1.5})) == [(kinds.PASTED, "B8")]


def copied(r: int) -> dict[str, object]:
    """A step whose new values stand beside it; the sum of the errors adds the bias once for each sample."""
    error = f"(B{r}*$I$4:$I$7+C{r}-$J$4:$J$7)"
    return {
        **{"A": f"=A{r - 1}+1", "B": f"=G{r - 1}", "C": f"=H{r - 1}", "D": f"=SUMPRODUCT({error}^2)/2"},
        **{"E": f"=SUMPRODUCT({error}*$I$4:$I$7)", "F": f"=SUMPRODUCT({error})"},
        **{"G": f"=B{r}-$B$1*E{r}", "H": f"=C{r}-$B$1*F{r}"},
    }


LINE = {
    f"{c}{r}": d
    for r, pair in enumerate(((1, 2.5), (2, 3.1), (3, 4.2), (4, 5.5)), 4)
    for c, d in zip("IJ", pair, strict=True)
}
COPIED = {
    **{
        "B1": 0.02,
        **heads(4, "回", "傾き a", "切片 b", "誤差二乗和", "∂E/∂a", "∂E/∂b", "更新後 a", "更新後 b"),
        **LINE,
    },
    **rows(4, 8, copied, {"A": 1, "B": 1, "C": 0}),
}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [({}, []), ({f"C{r}": f"=G{r - 1}" for r in range(5, 12)}, [(kinds.WEIGHT, "C5")])],
)
def test_the_sum_of_errors_moves_no_bias(
    changes: dict[str, object], expected: list[tuple[str, str]], tmp_path: Path
) -> None:
    """It adds the bias for each sample; a parameter that takes over the wrong column in every step is told once."""
    assert told(audited(tmp_path, {"S": COPIED}, changes)) == expected


def of_sample(r: int) -> dict[str, object]:
    """A sample of an epoch of three: the weights are copied from row to row, and moved by the epoch's mean."""
    begins = (r - 4) % 3 == 0
    old = {w: f"={w}{r - 1}-$B$1*AVERAGE({g}{r - 3}:{g}{r - 1})" for w, g in (("C", "G"), ("D", "F"))}
    kept = {w: f"={w}{r - 1}" for w in "CD"}
    made = {"E": f"=C{r}*A{r}+D{r}", "F": f"=E{r}-B{r}", "G": f"=F{r}*A{r}", "H": f"=F{r}^2/2"}
    return {"A": (1, 2, 4)[(r - 4) % 3], "B": (2, 3, 7)[(r - 4) % 3], **(old if begins else kept), **made}


BY_EPOCHS = {
    **{"A1": "η", "B1": 0.1, **heads(4, "x", "t", "w", "b", "y", "error", "error x", "loss")},
    **rows(4, 18, of_sample, {"A": 1, "B": 2, "C": 0.5, "D": 0}),
}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [({}, []), ({"C10": "=C9+$B$1*AVERAGE(G7:G9)"}, ["C10"]), ({"D10": "=D9-$B$1*AVERAGE(F7:F8)"}, ["D10"])],
)
def test_weights_may_be_copied_down_and_moved_once_an_epoch(
    changes: dict[str, object], expected: list[str], tmp_path: Path
) -> None:
    """What is followed is the loss of all samples of the epoch, of which each row has its share."""
    assert [cell for _, cell in told(audited(tmp_path, {"S": BY_EPOCHS}, changes))] == expected


RECURRENT = {
    **dict(zip(("A3", "A4", "A5", "A6"), ("w_x", "w_h", "b_h", "w_y"), strict=True)),
    **dict(zip(("B3", "B4", "B5", "B6"), (0.5, 0.8, 0.1, 1.2), strict=True)),
    **{
        "D3": "eta",
        "E3": 0.1,
        "D4": "target",
        "E4": 0.9,
        "A12": "net",
        "A13": "h",
        "B13": 0,
        "H12": "y",
        "I12": "=B6*E13",
    },
    **dict(zip(("C11", "D11", "E11"), (0.3, -0.5, 0.8), strict=True)),
    **{"H13": "Loss", "I13": "=0.5*(I12-E4)^2", "A16": "dL/dnet", "E16": "=(I12-E4)*B6*(1-E13^2)"},
    **{f"{c}12": f"=$B$3*{c}11+$B$4*{before}13+$B$5" for before, c in ("BC", "CD", "DE")},
    **{f"{c}13": f"=TANH({c}12)" for c in "CDE"},
    **{f"{c}16": f"={after}16*$B$4*(1-{c}13^2)" for c, after in ("CD", "DE")},
    **{"B22": "=SUMPRODUCT(C16:E16,C11:E11)", "B23": "=SUMPRODUCT(C16:E16,B13:D13)", "B24": "=SUM(C16:E16)"},
    **{"B25": "=(I12-E4)*E13"},
    **{f"C{r}": f"=B{r - 19}-$E$3*B{r}" for r in range(22, 26)},
}


@pytest.mark.parametrize("start", [0, 0.3])
@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"C24": "=B5-$E$3*B23"}, [(kinds.WRONG_GRADIENT, "C24")]),
        ({"B24": "=SUM(C16:D16)"}, [(kinds.PATH, "B24")]),
    ],
)
def test_a_recurrence_s_bias_is_moved_by_its_update_alone(
    changes: dict[str, object], expected: list[tuple[str, str]], start: float, tmp_path: Path
) -> None:
    """b stands alone in the sum of every step, and is made from itself there: that is no new value of it."""
    assert told(audited(tmp_path, {"RNN": {**RECURRENT, "B13": start}}, changes)) == expected


def vectors() -> dict[str, object]:
    """A user's and three films' factors: gradients, and below these new values, at two distances from the old ones."""
    cells: dict[str, object] = {"A2": "learning rate", "B2": 0.02, "A5": "user", "J9": "=SUMSQ(I6:I8)"}
    for c, (x, y) in {"B": (0.2, -0.5), "C": (0.3, 0.6), "D": (0.4, -0.1)}.items():
        cells |= {f"{c}5": x, f"{c}6": y, f"{c}7": x - 0.9, f"{c}8": y + 0.3}
        cells[f"{c}12"] = f"=2*SUMPRODUCT($I$6:$I$8,{c}6:{c}8)"
        cells[f"{c}22"] = f"={c}5-$B$2*{c}12"
        for r in (6, 7, 8):
            cells[f"{c}{r + 7}"] = f"=2*$I{r}*{c}$5"
            cells[f"{c}{r + 19}"] = f"={c}{r}-$B$2*{c}{r + 7}"
    for r, rating in ((6, 1), (7, 0), (8, 0.5)):
        cells |= {f"H{r}": rating, f"I{r}": f"=SUMPRODUCT($B$5:$D$5,B{r}:D{r})-H{r}"}
    return cells


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"C15": -0.31}, [(kinds.PASTED, "C15")]),
        ({"C26": "=C7-$B$2*C15"}, [(kinds.WRONG_GRADIENT, "C26")]),
        ({"D27": "=D8-$B$2*C15"}, [(kinds.WRONG_GRADIENT, "D27")]),
        ({f"{c}14": f"=2*$I8*{c}$5" for c in "BCD"}, [(kinds.UNIT, "B14")]),
    ],
)
def test_a_parameter_that_another_s_gradient_moves_is_judged(
    changes: dict[str, object], expected: list[tuple[str, str]], tmp_path: Path
) -> None:
    """Where one step has no words for gradients: moved by a typed number or another's, it trains by a slip."""
    done = audited(tmp_path, {"factors": vectors()}, changes)
    assert (told(done), done.unjudged) == (expected, [])


def turned_fit(heading: str) -> dict[str, object]:
    """A line fitted in columns, a step in each, whose errors with their sign bear a heading; the loss is an SSE/N."""
    cells: dict[str, object] = {"A1": "step size", "B1": 0.05, "A3": "a", "A4": "b", "E3": 0, "E4": 0.5, "A12": "SSE/N"}
    cells |= {f"A{r}": heading for r in (8, 9, 10)} | {"A13": "grad a", "A14": "grad b"}
    for r, (x, y) in enumerate(((-1, 0.2), (0, 0.9), (1, 2.2)), 8):
        cells |= {f"B{r}": x, f"C{r}": y}
    for before, c in zip("DEFGH", "EFGHI", strict=True):
        if c != "E":
            cells |= {f"{c}3": f"={before}3-$B$1*{before}13", f"{c}4": f"={before}4-$B$1*{before}14"}
        cells |= {f"{c}{r}": f"={c}$3+{c}$4*$B{r}-$C{r}" for r in (8, 9, 10)}
        cells |= {f"{c}12": f"=SUMSQ({c}8:{c}10)/3", f"{c}13": f"=2/3*SUM({c}8:{c}10)"}
        cells[f"{c}14"] = f"=2/3*SUMPRODUCT({c}8:{c}10,$B$8:$B$10)"
    return cells


@pytest.mark.parametrize("heading", ["residual", "error", "Fehler", "误差"])
def test_an_error_with_its_sign_is_no_loss(heading: str, tmp_path: Path) -> None:
    """A prediction less its target is headed as an error, and what trains follows the squares of these."""
    done = audited(tmp_path, {"fit": turned_fit(heading)})
    assert (told(done), done.unjudged) == ([], [])
    slipped = {f"{c}14": f"=2/3*SUMPRODUCT({c}8:{c}10,$C$8:$C$10)" for c in "EFGHI"}
    assert [cell for _, cell in told(audited(tmp_path, {"fit": turned_fit(heading)}, slipped))] == ["E14"]
