"""Every lint, by its name: a new one is added here and is then run over every book."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tests.package_lints.package import Package

LINTS: dict[str, Callable[[Package], Iterable[str]]] = {}
