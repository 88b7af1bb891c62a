"""The lints of formulas find what they are for, in every place where a formula stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from tests.package_lints import lint_formulas as lints
from tests.package_lints.formulas import calls_of, formulas_of
from tests.package_lints.package import Package

WORKBOOK = (
    '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    '<sheets><sheet name="A" r:id="r1"/></sheets>'
    '<definedNames><definedName name="eta">A!$B$3</definedName></definedNames></workbook>'
)
RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Target="worksheets/sheet1.xml"/></Relationships>'
)
SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">'
    '<c r="A1" t="str"><f>"= "&amp;FIXED(B1,4,1)</f><v>= 0.0500</v></c></row></sheetData>'
    '<conditionalFormatting sqref="A1"><cfRule><formula>A1="OK"</formula></cfRule></conditionalFormatting>'
    "<dataValidations><dataValidation><formula1>1</formula1><formula2>9</formula2></dataValidation></dataValidations>"
    "</worksheet>"
)
CHART = '<c:chart xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"><c:f>A!$A$1:$A$9</c:f></c:chart>'
SOUND = Package(
    "book.xlsx",
    {
        "xl/workbook.xml": WORKBOOK.encode(),
        "xl/_rels/workbook.xml.rels": RELATIONS.encode(),
        "xl/worksheets/sheet1.xml": SHEET.encode(),
        "xl/charts/chart1.xml": CHART.encode(),
    },
)
PLACES = {
    "cell": ("xl/worksheets/sheet1.xml", '"= "&amp;FIXED(B1,4,1)'),
    "conditional format": ("xl/worksheets/sheet1.xml", 'A1="OK"'),
    "validation": ("xl/worksheets/sheet1.xml", "<formula1>1"),
    "second of a validation": ("xl/worksheets/sheet1.xml", "<formula2>9"),
    "chart": ("xl/charts/chart1.xml", "A!$A$1:$A$9"),
    "defined name": ("xl/workbook.xml", "A!$B$3"),
}
ALL = (
    lints.text_formats_depend_on_no_locale,
    lints.no_formula_is_volatile,
    lints.functions_are_everywhere,
    lints.criteria_are_plain_words,
    lints.no_number_is_a_text,
    lints.texts_hold_no_raw_number,
)


def with_formula(formula: str, place: str = "cell") -> Package:
    """The sound package with another formula in one place."""
    part, old = PLACES[place]
    opening = old[: old.index(">") + 1] if old.startswith("<") else ""
    escaped = formula.replace("&", "&amp;").replace("<", "&lt;")
    return SOUND.replaced(part, old, opening + escaped)


@pytest.mark.parametrize("lint", ALL)
def test_a_sound_package_has_no_fault(lint: Callable[[Package], Iterable[str]]) -> None:
    """Where there is nothing to find nothing is found."""
    assert list(lint(SOUND)) == []


@pytest.mark.parametrize("place", PLACES)
def test_a_formula_is_read_wherever_it_stands(place: str) -> None:
    """Cells, conditional formats, both sides of a validation, charts and defined names."""
    assert len(list(lints.no_formula_is_volatile(with_formula("OFFSET(A1,1,0)", place)))) == 1
    assert len(list(formulas_of(SOUND))) == len(PLACES)


@pytest.mark.parametrize(
    ("lint", "formula"),
    [
        (lints.text_formats_depend_on_no_locale, 'TEXT(B1,"0.00E+00")'),
        (lints.text_formats_depend_on_no_locale, 'IF(B1>0,TEXT(B1*(1,2),"#,##0"),"")'),
        (lints.text_formats_depend_on_no_locale, 'TEXT(B1,"yyyy")'),
        (lints.text_formats_depend_on_no_locale, 'TEXT(B1,"[Red]0")'),
        (lints.text_formats_depend_on_no_locale, "TEXT(B1,C1)"),
        (lints.no_formula_is_volatile, "SUM(INDIRECT(B1))"),
        (lints.no_formula_is_volatile, 'CELL("row",A1)'),
        (lints.no_formula_is_volatile, "B1+RAND()"),
        (lints.functions_are_everywhere, "LET(x,1,x)"),
        (lints.functions_are_everywhere, "SUM(XLOOKUP(A1,B1:B9,C1:C9))"),
        (lints.criteria_are_plain_words, 'COUNTIF(A1:A9,"≠")'),
        (lints.criteria_are_plain_words, 'COUNTIF(A1:A9,"<>")'),
        (lints.criteria_are_plain_words, 'IF(SUMIF(A1:A9,">0")>1,1,2)'),
        (lints.criteria_are_plain_words, 'COUNTIF(A1:A9,"right?")'),
        (lints.criteria_are_plain_words, "COUNTIF(A1:A9,B1)"),
        (lints.criteria_are_plain_words, 'MATCH("★",A1:A9,0)'),
        (lints.criteria_are_plain_words, 'MATCH("w*",A1:A9,0)'),
        (lints.no_number_is_a_text, 'IF(B1="0.5",1,2)'),
        (lints.no_number_is_a_text, '"0,5"*B1'),
        (lints.no_number_is_a_text, 'IF("1"<>B1,1,2)'),
        (lints.no_number_is_a_text, '1*TEXT(B1,"0")'),
        (lints.no_number_is_a_text, "B1=FIXED(C1,4,1)"),
        (lints.no_number_is_a_text, 'SUBSTITUTE(B1,".",",")'),
    ],
)
def test_a_fault_is_found(lint: Callable[[Package], Iterable[str]], formula: str) -> None:
    """Each formula is read otherwise by some program or in some locale, and is named with its cell."""
    [fault] = lint(with_formula(formula))
    assert fault.startswith("A!A1: ")


@pytest.mark.parametrize(
    "formula",
    [
        '"E"&TEXT(B1,"+00;-00")',
        'COUNTIF(A1:A9,"PASS")+COUNTIF(A1:A9,"再看看")',
        'SUMPRODUCT((A1:A9="≠")*1)',
        'MATCH(B1,A1:A9,0)&"OFFSET(A1)"',
        'IF(B1="OK","1","TEXT(A1,""0.00"")")',
        'HYPERLINK("#A!A1","1")',
        "_xlfn.ISFORMULA(A1)",
    ],
)
def test_a_sound_formula_passes(formula: str) -> None:
    """Words that are counted, an exponent, and what only stands in quotation marks are no faults."""
    assert [fault for lint in ALL for fault in lint(with_formula(formula))] == []


def test_a_raw_number_in_a_text_is_found() -> None:
    """What & makes of a number has all its digits, and the reader's decimal sign."""
    raw = SOUND.replaced("xl/worksheets/sheet1.xml", "= 0.0500", "= 0.333333333333333")
    assert list(lints.texts_hold_no_raw_number(raw)) == ["A!A1: = 0.333333333333333"]
    written = with_formula('"rate=0.00001"').replaced("xl/worksheets/sheet1.xml", "= 0.0500", "rate=0.00001")
    assert list(lints.texts_hold_no_raw_number(written)) == []


def test_calls_are_told_with_their_arguments() -> None:
    """Inner calls too; brackets and commas in quotation marks are no syntax."""
    calls = list(calls_of('IF(A1>0,SUM(A1,MAX(1,2)),"SUM(x,"&SUM(3))', ["SUM", "MAX"]))
    assert calls == [("SUM", ["A1", "MAX(1,2)"]), ("MAX", ["1", "2"]), ("SUM", ["3"])]
