"""Every lint, by its name: a new one is added here and is then run over every book."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tests.package_lints.lint_conditional import conditional_formats_on_their_own_sheet, validations_on_their_own_sheet
from tests.package_lints.package import Package

LINTS: dict[str, Callable[[Package], Iterable[str]]] = {
    "conditional formats look at their own sheet": conditional_formats_on_their_own_sheet,
    "validations look at their own sheet": validations_on_their_own_sheet,
}
