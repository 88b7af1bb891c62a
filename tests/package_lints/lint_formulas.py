"""Formulas that say the same in every program and in every reader's locale."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.package_lints.formulas import LITERAL, calls_of, formulas_of
from tests.package_lints.package import MAIN, Package
from tests.sheet_functions import ALLOWED, VOLATILE, functions_in

NEUTRAL_FORMAT = re.compile(r'"[0#+\-;]+"')  # no decimal sign, thousands, date, colour or word
COUNTING = ("COUNTIF", "SUMIF", "AVERAGEIF", "COUNTIFS", "SUMIFS", "AVERAGEIFS")
LOOKING = ("MATCH", "VLOOKUP", "HLOOKUP", "LOOKUP")
PLAIN_WORD = re.compile(r'"\w[^?*~]*"')
NUMERAL = r'"\s*[-+−]?\d+(?:[.,]\d*)?(?:[eE][-+]?\d+)?\s*"'
NUMBER_AS_TEXT = re.compile(rf"(?:[=<>+\-*/^]\s*{NUMERAL})|(?:{NUMERAL}\s*[=<>+\-*/^])")
WRITTEN = re.compile(r"[=<>+\-*/^]\s*(?:TEXT|FIXED)\(")
SIGNS = ('"."', '","')
LONG_NUMBER = re.compile(r"\d+[.,]\d{5,}")
MOST_DIGITS = 4  # that count, of a small number in a text


def text_formats_depend_on_no_locale(package: Package) -> Iterator[str]:
    """Excel reads the format of TEXT in the reader's own locale: a point may be a sign of thousands there."""
    for formula in formulas_of(package):
        for _, arguments in calls_of(formula.text, ["TEXT"]):
            if not NEUTRAL_FORMAT.fullmatch(arguments[-1].strip()):
                yield f"{formula.where}: TEXT with the format {arguments[-1]}"


def no_formula_is_volatile(package: Package) -> Iterator[str]:
    """Volatile functions compute anew at every keystroke."""
    for formula in formulas_of(package):
        for function in sorted(functions_in(formula.text) & VOLATILE):
            yield f"{formula.where}: {function} is volatile"


def functions_are_everywhere(package: Package) -> Iterator[str]:
    """A function that some program lacks is an error there."""
    for formula in formulas_of(package):
        for function in sorted(functions_in(formula.text) - ALLOWED - VOLATILE):
            yield f"{formula.where}: {function} is not in every program"


def criteria_are_plain_words(package: Package) -> Iterator[str]:
    """A criterion is a word: = or ≠ at its start is an operator, ? * ~ stand for any letters."""
    for formula in formulas_of(package):
        for function, arguments in calls_of(formula.text, COUNTING):
            if not PLAIN_WORD.fullmatch(arguments[1].strip()):
                yield f"{formula.where}: {function} with the criterion {arguments[1]}"
        for function, arguments in calls_of(formula.text, LOOKING):
            if LITERAL.fullmatch(arguments[0]) and not PLAIN_WORD.fullmatch(arguments[0]):
                yield f"{formula.where}: {function} looks for {arguments[0]}"


def no_number_is_a_text(package: Package) -> Iterator[str]:
    """A number compared or computed with as a text, or taken apart at its decimal sign, is another one elsewhere."""
    for formula in formulas_of(package):
        taken_apart = [
            function
            for function, arguments in calls_of(formula.text, ["SUBSTITUTE", "FIND", "SEARCH", "TEXTBEFORE"])
            if set(arguments) & set(SIGNS)
        ]
        words = LITERAL.sub(lambda text: text[0] if re.fullmatch(NUMERAL, text[0]) else '"…"', formula.text)
        if taken_apart or NUMBER_AS_TEXT.search(words) or WRITTEN.search(words):
            yield f"{formula.where}: a number as a text in {formula.text[:80]}"


def _digits_that_count(number: str) -> int:
    """How many digits a number has from its first other than 0 on."""
    return len(re.sub(r"[.,]", "", number).lstrip("0"))


def texts_hold_no_raw_number(package: Package) -> Iterator[str]:
    """A number joined to a text without FIXED shows all its digits."""
    for title, part in package.sheets.items():
        for cell in package.root(part).iter(f"{MAIN}c"):
            formula, value = cell.findtext(f"{MAIN}f") or "", cell.findtext(f"{MAIN}v") or ""
            numbers = LONG_NUMBER.findall(value) if formula and cell.get("t") == "str" else []
            if any(number not in formula and _digits_that_count(number) > MOST_DIGITS for number in numbers):
                yield f"{title}!{cell.attrib['r']}: {value[:80]}"
