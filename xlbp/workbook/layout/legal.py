"""What a spreadsheet takes as a formula: how long, how wide, how deep; and how long a text in it.

openpyxl and the Open XML validator let a formula pass that Excel then calls damaged, so it is refused here.
(Excel specifications and limits, support.microsoft.com.)
"""

from __future__ import annotations

import re

from xlbp.errors import UsageError
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.formula import MOST_ARGUMENTS
from xlbp.workbook.layout.patterns import columns_of, patterns_of

LONGEST_FORMULA, DEEPEST, LONGEST_LITERAL = 8_192, 64, 255
LIMITS = (
    (MOST_ARGUMENTS, "arguments in one function, but it takes"),
    (DEEPEST, "functions within each other, but a formula takes"),
    (LONGEST_LITERAL, "characters in one of its texts, but it takes"),
)
TOKEN = re.compile(r"\"(?:[^\"]|\"\")*\"|'(?:[^']|'')*'|[\w.]*\(|[,)]")


def must_be_legal_rows(contents: Contents) -> None:
    """Raise UsageError if a column of the training sheet needs a formula that no cell takes."""
    last = str(contents.layout.last_row)
    has_arrays = contents.template.model.computed_as == "arrays"
    remedy = "make the arrays smaller" if has_arrays else "make the layer or the batch smaller"
    for patterns in patterns_of(contents):
        for (name, _), pattern in zip(columns_of(contents), patterns, strict=True):
            longest = (pattern or "").replace("{r}", last).replace("{p}", last)
            must_be_legal(contents.symbol(name), longest, remedy)


def may_be_illegal(formula: str) -> bool:
    """Whether a formula is long enough for any of the limits."""
    return len(formula) > LONGEST_LITERAL or formula.count("(") > DEEPEST


def must_be_legal(what: str, formula: str, remedy: str) -> None:
    """Raise UsageError if no cell takes this formula, which is given without its '='."""
    if not may_be_illegal(formula):
        return
    met = (
        (len(formula) + 1, LONGEST_FORMULA, "characters, but a cell holds"),
        *((found, limit, words) for found, (limit, words) in zip(_measured(formula), LIMITS, strict=True)),
    )
    for found, limit, words in met:
        if found > limit:
            raise UsageError(f"the formula of {what} would have {found:,} {words} {limit:,}; {remedy}")


def _measured(formula: str) -> tuple[int, int, int]:
    """The most arguments of a function, the deepest nesting of functions, the longest text in quotes."""
    most, deepest, longest = 0, 0, 0
    open_brackets: list[int] = []  # how many arguments so far; 0 for a bracket that is no function's
    for token in TOKEN.findall(formula):
        if token[0] == '"':
            longest = max(longest, len(token[1:-1].replace('""', '"')))
        elif token[-1] == "(":
            open_brackets.append(1 if len(token) > 1 else 0)
            deepest = max(deepest, sum(map(bool, open_brackets)))
        elif token == "," and open_brackets and open_brackets[-1]:
            open_brackets[-1] += 1
            most = max(most, open_brackets[-1])
        elif token == ")" and open_brackets:
            open_brackets.pop()
    return most, deepest, longest
