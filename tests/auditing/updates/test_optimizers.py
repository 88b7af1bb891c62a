"""An optimizer's columns where there are two parameters: one made wrong is told once, and the right one never."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from openpyxl import Workbook

from tests.auditing.small import small
from xlbp.auditing.result import Audit
from xlbp.auditing.run import audit

FIRST, LAST = 4, 11
BIAS = str.maketrans("AEGIKM", "BFHJLN")  # w's columns, and b's: value, gradient, and what the optimizer keeps
WS_COLUMN = re.compile(r"[AEGIKM](?=[{4])")
STARTS: Mapping[str, object] = {"A4": 0.37, "B4": 0.05, "F1": 1.7, "G1": "beta", "H1": 0.9, "I1": "beta2", "J1": 0.99}
OPTIMIZERS = {  # by column of w: its formula in a row {r} that follows {p}, and in the first row
    "momentum": {"A": "=A{p}-$B$1*G{p}", "G": "=$H$1*G{p}+E{r}", "G4": "=E4"},
    "velocity with its rate": {"A": "=A{p}+G{p}", "G": "=$H$1*G{p}-$B$1*E{r}", "G4": "=-$B$1*E4"},
    "velocity from 0": {"A": "=A{p}-$B$1*G{r}", "G": "=$H$1*G{p}+E{p}", "G4": 0},
    "RMSprop": {"A": "=A{p}-$B$1*E{p}/(SQRT(G{p})+1E-8)", "G": "=$H$1*G{p}+(1-$H$1)*E{r}^2", "G4": "=(1-$H$1)*E4^2"},
    "AdaGrad": {"A": "=A{p}-$B$1*E{p}/(SQRT(G{p})+1E-8)", "G": "=G{p}+E{r}^2", "G4": "=E4^2"},
    "Adam": {
        **{"A": "=A{p}-$B$1*K{p}/(SQRT(M{p})+1E-8)", "G": "=$H$1*G{p}+(1-$H$1)*E{r}", "G4": "=(1-$H$1)*E4"},
        **{"I": "=$J$1*I{p}+(1-$J$1)*E{r}^2", "I4": "=(1-$J$1)*E4^2"},
        **{"K": "=G{r}/(1-$H$1^(ROW()-3))", "M": "=I{r}/(1-$J$1^(ROW()-3))"},
    },
}
SLIPS = [  # the optimizer, the columns that are made otherwise, and the one cell that is told
    ("momentum", {"H": "=$H$1*H{p}-F{r}"}, "H5"),
    ("momentum", {"H": "=$H$1*H{p}-F{r}", "H4": "=-F4"}, "H4"),
    ("momentum", {"H": "=H{p}+F{r}"}, "H5"),
    ("momentum", {"G": "=$H$1*G{p}-E{r}"}, "G5"),
    ("momentum", {"G": "=E{r}"}, "G5"),
    ("momentum", {"H": "=$H$1*H{p}+E{r}", "H4": "=E4"}, "H4"),
    ("momentum", {"H": "=$H$1*G{p}+F{r}"}, "H5"),
    ("momentum", {"B": "=B{p}-$B$1*G{p}"}, "B5"),
    ("momentum", {"B": "=B{p}+$B$1*H{p}"}, "B5"),
    ("velocity with its rate", {"H": "=$H$1*H{p}+$B$1*F{r}"}, "H5"),
    ("velocity with its rate", {"G": "=$H$1*G{p}-E{r}"}, "G5"),
    ("velocity from 0", {"H": "=$H$1*H{p}-F{p}"}, "H5"),
    ("RMSprop", {"H": "=H{p}+(1-$H$1)*F{r}^2"}, "H5"),
    ("RMSprop", {"G": "=$H$1*G{p}+(1-$H$1)*E{r}", "G4": "=(1-$H$1)*E4"}, "G4"),
    ("RMSprop", {"B": "=B{p}-$B$1*F{p}/(SQRT(G{p})+1E-8)"}, "B5"),
    ("AdaGrad", {"H": "=H{p}+E{r}^2"}, "H5"),
    ("AdaGrad", {"H": "=H{p}-F{r}^2"}, "H5"),
    ("Adam", {"H": "=$H$1*H{p}-(1-$H$1)*F{r}"}, "H5"),
    ("Adam", {"I": "=I{p}+(1-$J$1)*E{r}^2"}, "I5"),
    ("Adam", {"J": "=$J$1*J{p}+(1-$J$1)*E{r}^2", "J4": "=(1-$J$1)*E4^2"}, "J4"),
    ("Adam", {"L": "=H{r}/(1-$J$1^(ROW()-3))"}, "L4"),
    ("Adam", {"N": "=I{r}/(1-$J$1^(ROW()-3))"}, "N4"),
    ("Adam", {"B": "=B{p}-$B$1*L{p}/(N{p}+1E-8)"}, "B5"),
]


def trained(path: Path, optimizer: str, other: Mapping[str, object] | None = None) -> Audit:
    """The audit of a sheet of two parameters that an optimizer moves, with other columns, or cells."""
    columns = OPTIMIZERS[optimizer]
    made = {**columns, **{key.translate(BIAS): _of_bias(text) for key, text in columns.items()}, **(other or {})}
    changes: dict[str, object] = {
        f"{column}3": f"kept {column}" for column in made if column > "F" and len(column) == 1
    }
    for key, text in made.items():
        rows = range(FIRST, LAST + 1) if len(key) == 1 else ()
        changes |= {f"{key}{r}": text.format(r=r, p=r - 1) for r in rows if r > FIRST or f"{key}4" not in made}
    cells = {key: text for key, text in made.items() if len(key) > 1}
    small(path, LAST - FIRST + 1, {**changes, **cells, **STARTS})
    return audit(path)


def _of_bias(text: object) -> object:
    """The formula of w's column, for b: its columns are followed by a row that is filled in, or by the first row."""
    return WS_COLUMN.sub(lambda match: match[0].translate(BIAS), text) if isinstance(text, str) else text


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_of_a_right_optimizer_nothing_is_told(optimizer: str, tmp_path: Path) -> None:
    """Velocities and corrections by ROW() are alike in all rows, and so is one that a row takes from the next."""
    done = trained(tmp_path / "sheet.xlsx", optimizer)
    assert (done.ok, done.findings) == (True, [])


@pytest.mark.parametrize(("optimizer", "other", "cell"), SLIPS)
def test_one_wrong_column_of_one_parameter_is_one_finding(
    optimizer: str, other: Mapping[str, object], cell: str, tmp_path: Path
) -> None:
    """Of two ways to move a parameter that one is right which is an optimizer's: the other is told, where it begins."""
    done = trained(tmp_path / "sheet.xlsx", optimizer, other)
    assert [finding.place for finding in done.findings] == [f"Sheet!{cell}"]


def test_adam_without_correction_is_not_judged_where_nothing_says_what_is_meant(tmp_path: Path) -> None:
    """It is no finding, since some leave the correction out, and no pass: the correction may have been forgotten."""
    plain = {"K": "=G{r}", "L": "=H{r}", "M": "=I{r}", "N": "=J{r}"}
    done = trained(tmp_path / "sheet.xlsx", "Adam", plain)
    assert (done.ok, done.findings) == (False, [])
    assert any("without the correction" in text for sheet in done.sheets for text in sheet.updates.unjudged.values())


def test_a_typed_velocity_accuses_no_step_after_it(tmp_path: Path) -> None:
    """The row below takes it as ever."""
    done = trained(tmp_path / "sheet.xlsx", "momentum", {"H8": 0.1})
    assert [finding.place for finding in done.findings] == ["Sheet!H8"]


def test_two_ways_that_no_paper_has_are_not_judged(tmp_path: Path) -> None:
    """Which of the two is meant can't be known: it is said, and the sheet is not called right."""
    look_ahead = {"A": "=A{p}-$B$1*(E{p}+$H$1*G{p})", "B": "=B{p}-$B$1*(F{p}-$H$1*H{p})"}
    done = trained(tmp_path / "sheet.xlsx", "momentum", look_ahead)
    assert (done.ok, done.findings) == (False, [])
    assert "not updated alike" in done.unjudged[0].reason


BLOCK = {  # a step in a block below the one before: names at the left, and what takes over which new value
    **{"w": "new w", "b": "new b", "vw": "new vw", "vb": "new vb", "x": 2, "t": 1.7, "y": "=[w]*[x]+[b]"},
    **{"E": "=([y]-[t])^2/2", "dE/dw": "=([y]-[t])*[x]", "dE/db": "=[y]-[t]"},
    **{"new vw": "=$D$1*[vw]+[dE/dw]", "new vb": "=$D$1*[vb]+[dE/db]"},
    **{"new w": "=[w]-$B$1*[new vw]", "new b": "=[b]-$B$1*[new vb]"},
}
FIRST_OF_BLOCK = {"w": 0.37, "b": 0.05, "vw": 0, "vb": 0}


def in_blocks(path: Path, other: Mapping[str, str]) -> Audit:
    """The audit of four steps of momentum in blocks, with other formulas of names."""
    book = Workbook()
    book.active.append(["eta", 0.1, "beta", 0.9])
    for step in range(4):
        row = {name: 3 + step * (len(BLOCK) + 2) + n for n, name in enumerate(BLOCK)}
        for name, text in {**BLOCK, **other}.items():
            value: object = text
            if name in FIRST_OF_BLOCK:
                above = row[str(text)] - len(BLOCK) - 2
                value = FIRST_OF_BLOCK[name] if step == 0 else f"=B{above}"
            elif isinstance(text, str):
                value = re.sub(r"\[(.*?)\]", lambda name, at=row: f"B{at[name[1]]}", text)
            book.active[f"A{row[name]}"], book.active[f"B{row[name]}"] = name, value
    book.save(path)
    return audit(path)


@pytest.mark.parametrize(
    ("other", "cell"),
    [({}, ""), ({"new vb": "=$D$1*[vb]-[dE/db]"}, "B14"), ({"new vw": "=[vw]+[dE/dw]"}, "B29")],
)
def test_a_wrong_velocity_in_blocks_is_told_where_it_is_made(
    other: Mapping[str, str], cell: str, tmp_path: Path
) -> None:
    """Once for all steps, from the first on in which it matters; the new value that takes it is right."""
    done = in_blocks(tmp_path / "sheet.xlsx", other)
    assert [finding.place for finding in done.findings] == ([f"Sheet!{cell}"] if cell else [])
    assert done.ok is not bool(cell)
