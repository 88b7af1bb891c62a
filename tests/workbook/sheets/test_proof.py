"""The proof: totals of every column, and what the page says where they differ."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.teaching import expected_of, laid_out, page_of, reading, row_of, shown
from tests.templates import REPRESENTATIVES
from xlbp.workbook.page.facts import Facts
from xlbp.workbook.sheets.proof import FIRST, proof_page


@pytest.mark.parametrize("name", REPRESENTATIVES)
def test_every_column_has_its_total(name: str) -> None:
    """Beside each column's symbol stand NumPy's total and the same by the book, and OK."""
    expected = shown(name)
    page, contents = page_of(expected, "proof"), expected.contents
    for row, column in enumerate(contents.program.names, start=FIRST):
        symbol, numpy, live, result = reading(page, row, 2, 3, 4, 6)
        total = float(expected.history[column].sum())
        assert (contents.symbol(column), "OK") == (symbol, result)
        assert [pytest.approx(total, rel=1e-12, abs=1e-13)] * 2 == [numpy, live]


@pytest.mark.parametrize("name", REPRESENTATIVES)
def test_every_input_is_the_templates(name: str) -> None:
    """Each input stands there with the template's value and an equals sign; none is changed, none fails."""
    expected = shown(name)
    page, contents = page_of(expected, "proof"), expected.contents
    single = {n: value for n, value in contents.template.inputs().items() if "#" not in n}
    wanted = [[contents.symbol(n), value, "="] for n, value in single.items()]
    assert wanted == [reading(page, FIRST + i, 8, 9, 10) for i in range(len(wanted))]
    assert {"="} == {f.value for f in page.formulas if f.column == 10}
    assert [reading(page, row, 3) for row in (4, 5)] == [[0], [0]]


@pytest.mark.parametrize(("name", "symbol"), [("W1[1,1]", "w1"), ("x[2]", "i2"), ("eta", "η")])
def test_a_changed_input_is_marked(name: str, symbol: str) -> None:
    """An input that is not the template's is marked, and counted; columns that follow it fail."""
    contents = laid_out("mazur")
    page = page_of(expected_of(contents, {**contents.template.inputs(), name: 0.7}), "proof")
    assert [reading(page, row_of(page, symbol, column=8), 10), reading(page, 4, 3)] == [["≠"], [1]]
    assert reading(page, row_of(page, "w1⁺"), 6)[0] == "FAIL"


def off_by(factor: float, column: str) -> Facts:
    """The facts of mazur with one column of the training off by a factor."""
    facts = shown("mazur").facts
    return replace(facts, history={**facts.history, column: facts.history[column] * factor})


@pytest.mark.parametrize(
    ("factor", "verdict"), [(1.0, "OK"), (1 + 1e-10, "OK"), (1 + 1e-8, "FAIL"), (-1.0, "FAIL"), (0.0, "FAIL")]
)
@pytest.mark.parametrize(("column", "symbol"), [("a1[1]", "out_h1"), ("dW2[1,2]", "∂E_total/∂w6")])
def test_a_column_that_is_off_fails(column: str, symbol: str, factor: float, verdict: str) -> None:
    """A column that differs by more than a billionth fails, alone, and is counted."""
    page = proof_page(shown("mazur").contents, off_by(factor, column))
    failed = [row for row in range(FIRST, FIRST + 52) if reading(page, row, 6) == ["FAIL"]]
    expected = [row_of(page, symbol)] if verdict == "FAIL" else []
    assert (expected, [len(expected)]) == (failed, reading(page, 5, 3))


def test_a_template_that_diverges_expects_errors() -> None:
    """Where NumPy's total is no number an error must stand in the book, and it is OK."""
    page = page_of(shown("into-backprop", 20, ("training.learning_rate=1e100",)), "proof")
    assert reading(page, row_of(page, "f"), 2, 3, 4, 6) == ["f", "#NUM!", None, "OK"]


def test_numbers_where_errors_are_expected_fail() -> None:
    """A diverging template set to a smaller rate disagrees with its errors, and says that an input is changed."""
    contents = shown("into-backprop", 20, ("training.learning_rate=1e100",)).contents
    page = page_of(expected_of(contents, {**contents.template.inputs(), "eta": 0.01}), "proof")
    assert [reading(page, row_of(page, "f"), 6), reading(page, 4, 3)] == [["FAIL"], [1]]


@pytest.mark.parametrize(("language", "good", "bad"), [("zh-CN", "一致", "未通过"), ("zh-TW", "一致", "未通過")])
def test_a_chinese_proof_speaks_chinese(language: str, good: str, bad: str) -> None:
    """Each total's verdict is in the reader's language, and those that fail are counted by the same word."""
    contents = laid_out("mazur", language=language)
    page = page_of(expected_of(contents, {**contents.template.inputs(), "W1[1,1]": 0.7}), "proof")
    verdicts = [formula.value for formula in page.formulas if formula.column == 6]
    assert {good, bad} == set(verdicts)
    assert [verdicts.count(bad)] == reading(page, 5, 3)
