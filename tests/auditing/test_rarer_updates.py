"""Updates that are written in rarer ways: by a decay, within an IF, between bounds; with telling headings or none."""

from __future__ import annotations

import pytest
from openpyxl import Workbook

from xlbp.auditing.run import audit
from xlbp.recalc.scratch import scratch

INPUTS, TARGETS = (1, 2, 3, 4), (2.1, 3.9, 6.2, 7.8)
STEPS = range(1, 9)
FORMS = {  # of a new value: {w} the old one, {g} its gradient, {l} the loss, {n} the step, a row before
    "plain": "={w}-$B$2*{g}",
    "decays": "={w}*(1-$B$2*$B$3)-$B$2*{g}",
    "decays by a number": "=0.999*{w}-$B$2*{g}",
    "decays within the step": "={w}-$B$2*({g}+$B$3*{w})",
    "another rate later": "=IF({n}<4,{w}-$B$2*{g},{w}-$B$2/10*{g})",
    "stops early": "=IF({l}>$B$4,{w}-$B$2*{g},{w})",
    "clipped": "=IF(ABS({g})>$B$5,{w}-$B$2*$B$5*SIGN({g}),{w}-$B$2*{g})",
    "bounded": "=MIN(10,MAX(-10,{w}-$B$2*{g}))",
    "blank after a blank": '=IF({g}="","",{w}-$B$2*{g})',
    "minus first": "=-$B$2*{g}+{w}",
}
HEADINGS = {"telling": ("n", "a", "b", "da", "db", "loss"), "others": ("", "p", "q", "r", "s", "t"), "none": ("",) * 6}


def write(path, form, headings, changes=()):
    """A line fitted to four points, step below step: a and b, their gradients, the loss; cells may be changed."""
    book = Workbook()
    sheet = book.active
    for row, number in enumerate((0.02, 0.05, 0.2, 5), 2):
        sheet.cell(row, 2, number)
    for row, (x, y) in enumerate(zip(INPUTS, TARGETS, strict=True), 2):
        sheet.cell(row, 5, x)
        sheet.cell(row, 6, y)
    sheet.append([])
    for column, heading in enumerate(HEADINGS[headings], 1):
        sheet.cell(9, column, heading or None)
    sheet["A10"], sheet["B10"], sheet["C10"] = 0, 0.5, 0.1
    for r in range(10, 10 + len(STEPS)):
        for column, formula in _row(form, r, is_first=r == 10):
            own = [(old, new) for (where, old), new in changes if where == column]
            sheet[f"{column}{r}"] = _changed(formula, own, r - 1)
    book.save(path)


def _changed(formula, changes, p):
    """A formula with each old text replaced by the new one; p is the row before."""
    for old, new in changes:
        formula = formula.replace(old.format(p=p), new.format(p=p))
    return formula


def _row(form, r, is_first):
    """The formulas of a step's row, by column."""
    if not is_first:
        yield "A", f"=A{r - 1}+1"
        for own, gradient in ("BD", "CE"):
            p = r - 1
            yield own, form.format(w=f"{own}{p}", g=f"{gradient}{p}", l=f"F{p}", n=f"A{p}")
    error = f"(B{r}*$E$2:$E$5+C{r}-$F$2:$F$5)"
    yield "D", f"=SUMPRODUCT({error},$E$2:$E$5)/4"
    yield "E", f"=SUMPRODUCT({error},1+0*$E$2:$E$5)/4"
    yield "F", f"=SUMPRODUCT({error},{error})/8"


def audited(path):
    """What the audit says of a workbook."""
    with scratch() as engine:
        return audit(path, engine=engine)


@pytest.mark.parametrize("headings", HEADINGS)
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_right_update_is_judged_and_passes(tmp_path, form, headings):
    """All gradients and updates are judged, and right, whatever headings say."""
    write(tmp_path / "right.xlsx", form, headings)
    result = audited(tmp_path / "right.xlsx")
    assert (result.ok, result.findings, result.unjudged) == (True, [], [])


@pytest.mark.parametrize("headings", HEADINGS)
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_one_that_follows_another_s_gradient_is_told(tmp_path, form, headings):
    """a takes the gradient of b: one finding, in the first of its cells."""
    write(tmp_path / "other.xlsx", form, headings, [(("B", "D{p}"), "E{p}")])
    (finding,) = audited(tmp_path / "other.xlsx").findings
    assert finding.cell == ("Sheet", 11, 2)


@pytest.mark.parametrize("headings", HEADINGS)
@pytest.mark.parametrize("form", [form for name, form in FORMS.items() if name != "clipped"])
def test_of_two_the_one_that_goes_uphill_is_told(tmp_path, form, headings):
    """a goes up its gradient and b down: a is wrong, however the update is written."""
    minus = [("$B$2*D{p}", "-"), ("$B$2*(D{p}", "-"), ("$B$2/10*D{p}", "-")]
    changes = [(("B", f"{sign}{text}"), text) for text, sign in minus if "=-" in form]
    changes += [(("B", f"{sign}{text}"), f"+{text}") for text, sign in minus if "=-" not in form]
    write(tmp_path / "up.xlsx", form, headings, changes)
    (finding,) = audited(tmp_path / "up.xlsx").findings
    assert (finding.kind, finding.cell) == ("sign", ("Sheet", 11, 2))


@pytest.mark.parametrize("headings", HEADINGS)
@pytest.mark.parametrize("name", ["decays", "stops early", "bounded"])
def test_a_gradient_is_judged_behind_it(tmp_path, name, headings):
    """The gradient of b takes the inputs, as that of a does: told there, and nothing else."""
    write(tmp_path / "gradient.xlsx", FORMS[name], headings, [(("E", "1+0*$E$2"), "$E$2")])
    (finding,) = audited(tmp_path / "gradient.xlsx").findings
    assert finding.cell == ("Sheet", 10, 5)


@pytest.mark.parametrize("headings", HEADINGS)
def test_a_decay_of_turned_sign_is_told(tmp_path, headings):
    """a grows by itself where b decays."""
    write(tmp_path / "grows.xlsx", FORMS["decays"], headings, [(("B", "(1-"), "(1+")])
    (finding,) = audited(tmp_path / "grows.xlsx").findings
    assert finding.cell == ("Sheet", 11, 2)


@pytest.mark.parametrize("headings", HEADINGS)
def test_a_plus_and_a_negative_rate_go_down(tmp_path, headings):
    """A rate of -0.02 that is added times the gradient is descent."""
    write(tmp_path / "negative.xlsx", "={w}+(-$B$2)*{g}", headings)
    assert audited(tmp_path / "negative.xlsx").findings == []
