"""Formulas as trees: precedence, references, and what can't be read."""

from __future__ import annotations

import pytest

from xlbp.auditing.reading.syntax import Ref, UnreadableFormulaError, address, parse, pattern, reference

HERE = ("S", 5, 5)


def shown(node) -> str:
    """A tree with all its brackets."""
    if node.kind == "number":
        return f"{node.value:g}"
    if node.kind == "ref":
        return node.value.text(HERE)
    inner = [shown(arg) for arg in node.args]
    if node.kind == "op":
        return f"({inner[0]}{node.value}{inner[1]})"
    return f"{node.kind}:{node.value or ''}({','.join(inner)})"


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("=-2^2", "(unary:-(2)^2)"),
        ("=2^3^2", "((2^3)^2)"),
        ("=2^-1", "(2^unary:-(1))"),
        ("=1+2*3", "(1+(2*3))"),
        ("=1-2-3", "((1-2)-3)"),
        ("=6/3/2", "((6/3)/2)"),
        ("=2*3%", "(2*percent:(3))"),
        ("=-A1*B1", "(unary:-(A1)*B1)"),
        ("=A1>=B1+1", "(A1>=(B1+1))"),
        ("= F34 - (B29*Y34)", "(F34-(B29*Y34))"),
        ("=+A1", "A1"),
        ("=SUM(1,2)", "call:SUM(1,2)"),
        ("=_xlfn.SINH(1)", "call:SINH(1)"),
        ("={1,2;3,4}", "array:(row:(1,2),row:(3,4))"),
    ],
)
def test_operators_bind_as_a_spreadsheet_has_them(formula, expected):
    """Unary minus binds tighter than ^, which is left-associative; % is a suffix."""
    assert shown(parse(formula, HERE)) == expected


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("A1", Ref("", -4, -4, False, False), None),
        ("$B$3", Ref("", 3, 2, True, True), None),
        ("B$3:$C4", Ref("", 3, -3, True, False), Ref("", -1, 3, False, True)),
        ("Sheet2!A1", Ref("Sheet2", -4, -4, False, False), None),
        ("'My ''own'''!A1", Ref("My 'own'", -4, -4, False, False), None),
    ],
)
def test_references_are_relative_unless_held(text, first, last):
    """A $ holds a row or a column; the rest is an offset from the formula's own cell."""
    assert reference(text, HERE) == (first, last or first)


def test_a_name_is_no_reference():
    """eta, x_1 and LOG10 are not cells."""
    assert [reference(text, HERE) for text in ("eta", "x_1", "R", "A0")] == [None] * 4


def test_a_formula_filled_down_has_one_pattern():
    """Row 6's formula is row 5's, and a text that looks like a cell stays as it is."""
    assert pattern("=A5*$B$1+LOG10(C4)", ("S", 5, 4)) == pattern("=A6*$B$1+LOG10(C5)", ("S", 6, 4))
    assert pattern("=A5*$B$1", ("S", 5, 4)) != pattern("=A5*B1", ("S", 5, 4))
    assert pattern('="A5"', HERE) == '="A5"'


@pytest.mark.parametrize("formula", ["=1+", "=SUM(1", "=#REF!+1", "=)", "=1 2"])
def test_what_can_not_be_parsed_is_said(formula):
    """A broken formula is an error of ours, never one of the tokenizer's."""
    with pytest.raises(UnreadableFormulaError):
        parse(formula, HERE)


def test_addresses_name_the_sheet_where_it_is_another():
    """A cell on the sheet at hand needs no sheet's name."""
    assert [address(("S", 3, 28), "S"), address(("My sheet", 3, 1), "S")] == ["AB3", "'My sheet'!A3"]
