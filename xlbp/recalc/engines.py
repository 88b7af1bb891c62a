"""The engines by name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from xlbp.errors import UsageError
from xlbp.recalc.base import Engine, Factory
from xlbp.recalc.digits import LibreOfficeExact
from xlbp.recalc.gnumeric import Gnumeric
from xlbp.recalc.ironcalc import IronCalc
from xlbp.recalc.libreoffice import LibreOffice
from xlbp.recalc.saved import Saved, has_values

ENGINES: dict[str, Factory] = {
    "saved": Saved,
    "ironcalc": IronCalc,
    "libreoffice": LibreOffice,
    "gnumeric": Gnumeric,
    "libreoffice-exact": LibreOfficeExact,
}
ALL = ("saved", "ironcalc", "libreoffice", "gnumeric")  # every program once
DEFAULT_ENGINE, SAVED = "ironcalc", "saved"


def must_be_engines(names: Sequence[str] | None) -> None:
    """Raise UsageError for a name that is no engine's, nor ``all``."""
    for name in names or ():
        if name not in (*ENGINES, "all"):
            raise UsageError(f"unknown engine {name!r}; known: {', '.join(ENGINES)}, all")


def engines(names: Sequence[str]) -> list[Engine]:
    """The engines asked for, each once; ``all`` means every program."""
    must_be_engines(names)
    return [ENGINES[name]() for name in (ALL if "all" in names else dict.fromkeys(names))]


def engines_for(book: Path, names: Sequence[str] | None) -> list[Engine]:
    """The engines asked for a book; without names the default one, and the saved values if the book has any.

    These go for ``all`` too: a book without saved values is not asked for them.
    """
    if not names:
        return engines([DEFAULT_ENGINE, *([SAVED] if has_values(book) else [])])
    chosen = engines(names)
    if "all" in names and not has_values(book):  # which reads the whole book
        return [engine for engine in chosen if engine.name != SAVED]
    return chosen
