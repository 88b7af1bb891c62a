"""Every lint, by its name: a new one is added here and is then run over every book."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tests.package_lints.lint_entries import (
    a_dialog_fits,
    a_formula_of_a_validation_has_no_equals_sign,
    no_entry_is_refused,
)
from tests.package_lints.package import Package

LINTS: dict[str, Callable[[Package], Iterable[str]]] = {
    "no entry is refused": no_entry_is_refused,
    "a dialog fits": a_dialog_fits,
    "a formula of a validation has no equals sign": a_formula_of_a_validation_has_no_equals_sign,
}
