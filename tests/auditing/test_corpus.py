"""Workbooks that others made by hand, where they are at hand: what is wrong with each is known."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from xlbp.auditing import findings as kinds
from xlbp.auditing.claims.options import AuditOptions
from xlbp.auditing.report.data import to_data
from xlbp.auditing.run import audit

CORPUS = Path(os.environ.get("XLBP_CORPUS", ""))
pytestmark = pytest.mark.skipif(
    "XLBP_CORPUS" not in os.environ, reason="others' workbooks are not ours to ship; XLBP_CORPUS names their folder"
)


def found(name: str, **options) -> dict:
    """The audit of a book as a program sees it."""
    return to_data(audit(CORPUS / name, AuditOptions(**options)))


def test_the_right_sheet_has_no_finding():
    """88 iterations of S1 without biases: 8 gradients and 8 updates right in every row."""
    data = found("two-two-two-correct.xlsx")
    assert (data["ok"], data["rows"], data["findings"], data["unreadable"]) == (True, 88, [], [])
    assert all(p["gradient"]["ok"] and p["update"] == {"ok": True, "learning_rate": "H31"} for p in data["parameters"])


def test_the_other_unit_is_seen_in_the_fourth_digit():
    """a_h1 (1 - a_h1) for the second unit: 2.6e-4 off, and no more."""
    data = found("two-two-two-wrong-unit.xlsx")
    assert [p["name"] for p in data["parameters"] if not p["gradient"]["ok"]] == ["w3", "w4"]
    assert [(f["kind"], f["cell"]) for f in data["findings"]] == [(kinds.UNIT, "Z33")]
    assert data["findings"][0]["expected"].endswith("*L33*(1-L33)*C33")
    assert data["findings"][0]["max_rel"] == pytest.approx(2.6e-4, rel=0.02)


@pytest.mark.parametrize("sheet", ["LR_0.1", "LR_0.2", "LR_0.5", "LR_0.8", "LR_1", "LR_2"])
def test_the_slipped_sheets_have_three_slips_each(sheet):
    """R32*A32 for R32-A32, t1 for t2, and a learning rate that slides to 0.99 from row 36."""
    data = found("two-two-two-slipped.xlsx", sheet=sheet)
    by_kind = {(f["kind"], f["cell"]): f for f in data["findings"]}
    assert by_kind[kinds.OPERATOR, "X32"]["expected"].startswith("=((R32-A32)*R32*(1-R32)*M32+(T32-B32)*T32")
    assert (kinds.DATA, "X32") in by_kind
    assert by_kind[kinds.UNANCHORED, "E36"]["expected"] == "=E35-$B$29*X35"
    assert "B32" in by_kind[kinds.UNANCHORED, "E36"]["found"]
    assert data["sheet"] == sheet


def test_the_missing_mask_is_found_where_it_is_missing():
    """dW3 right, dW2 and dW1 wrong by up to 0.748 and 0.493, from one slip in dZ2."""
    wanted = AuditOptions(
        loss_expr="cross_entropy(S34:T36, V34:W36)",
        parameters=("D15:H17", "H24:K27", "J34:N36"),
        gradients=("M5:O9", "P15:S18", "S24:U28"),
        transposed=True,
    )
    result = audit(CORPUS / "relu-softmax-three-layer.xlsx", wanted)
    data = to_data(result)
    off = {name: max(abs(c.claimed - c.true) for c in each) for name, each in result.sheets[0].truth.compared.items()}
    assert off == pytest.approx({"W1": 0.493, "W2": 0.748, "W3": 0.0}, abs=1e-3)
    assert [(f["kind"], f["cell"]) for f in data["findings"]] == [(kinds.MASK, "P20")]
    assert data["findings"][0]["expected"] == "=J30*IF(M24>0,1,0)"
    assert "P20:S21" in data["findings"][0]["explanation"]


def test_the_optimizers_gradients_are_right_and_their_departures_named():
    """SGD and momentum pass; RMSProp takes the average before, Adam lacks bias correction; macros are ignored."""
    data = found("optimizers.xlsm")
    assert all(p["gradient"]["ok"] for p in data["parameters"])
    told = {(f["kind"], f["cell"]) for f in data["findings"]}
    assert told == {(kinds.OPTIMIZER, f"{sheet}!H4") for sheet in ("rmsprop", "adam", "adam_ann")}


def test_without_options_the_matrix_book_asks_for_them():
    """Its gradients have no headings: the error says how to name them."""
    from xlbp.errors import UnreadableError

    with pytest.raises(UnreadableError, match="gradients="):
        audit(CORPUS / "relu-softmax-three-layer.xlsx")
