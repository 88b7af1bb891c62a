"""Every lint, by its name: a new one is added here and is then run over every book."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tests.package_lints.lint_digits import numbers_keep_within_15_digits
from tests.package_lints.lint_operands import numbers_are_read_from_numbers
from tests.package_lints.package import Package

LINTS: dict[str, Callable[[Package], Iterable[str]]] = {
    "numbers are read from numbers": numbers_are_read_from_numbers,
    "numbers keep within 15 digits": numbers_keep_within_15_digits,
}
