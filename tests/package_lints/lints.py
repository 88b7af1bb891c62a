"""Every lint, by its name: a new one is added here and is then run over every book."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tests.package_lints import lint_formulas, lint_names
from tests.package_lints.package import Package

LINTS: dict[str, Callable[[Package], Iterable[str]]] = {
    "formats of TEXT": lint_formulas.text_formats_depend_on_no_locale,
    "volatile functions": lint_formulas.no_formula_is_volatile,
    "functions": lint_formulas.functions_are_everywhere,
    "criteria": lint_formulas.criteria_are_plain_words,
    "numbers as texts": lint_formulas.no_number_is_a_text,
    "raw numbers in texts": lint_formulas.texts_hold_no_raw_number,
    "defined names": lint_names.names_are_no_references,
}
