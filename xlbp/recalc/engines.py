"""The engines by name."""

from __future__ import annotations

from xlbp.errors import UsageError
from xlbp.recalc.base import Engine, Factory
from xlbp.recalc.digits import LibreOfficeExact
from xlbp.recalc.gnumeric import Gnumeric
from xlbp.recalc.ironcalc import IronCalc
from xlbp.recalc.libreoffice import LibreOffice
from xlbp.recalc.saved import Saved

ENGINES: dict[str, Factory] = {
    "saved": Saved,
    "ironcalc": IronCalc,
    "libreoffice": LibreOffice,
    "gnumeric": Gnumeric,
    "libreoffice-exact": LibreOfficeExact,
}
ALL = ("saved", "ironcalc", "libreoffice", "gnumeric")  # every program once
DEFAULT_ENGINE, SAVED = "ironcalc", "saved"


def engines(names: tuple[str, ...]) -> list[Engine]:
    """The engines asked for, each once; ``all`` means every program."""
    wanted = ALL if "all" in names else tuple(dict.fromkeys(names))
    for name in wanted:
        if name not in ENGINES:
            raise UsageError(f"unknown engine {name!r}; known: {', '.join(ENGINES)}, all")
    return [ENGINES[name]() for name in wanted]
