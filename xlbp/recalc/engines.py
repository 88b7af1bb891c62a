"""The engines by name.  Each is loaded when it is asked for: a command that lists them needs none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast

from xlbp.errors import UsageError

if TYPE_CHECKING:
    from xlbp.recalc.base import Engine


class Record(NamedTuple):
    """Where an engine's class stands, and what is known of it before it is loaded."""

    module: str  # with its package
    class_name: str
    is_of_all: bool = True  # whether ``all`` means it, too: every program once
    takes_several: bool = False  # whether it starts slowly, and then takes several books

    def make(self) -> Engine:
        """The engine."""
        return cast("Engine", getattr(import_module(self.module), self.class_name)())


ENGINES: dict[str, Record] = {
    "saved": Record("xlbp.recalc.saved", "Saved"),
    "ironcalc": Record("xlbp.recalc.ironcalc", "IronCalc"),
    "libreoffice": Record("xlbp.recalc.libreoffice", "LibreOffice", takes_several=True),
    "gnumeric": Record("xlbp.recalc.gnumeric", "Gnumeric"),
    "libreoffice-exact": Record("xlbp.recalc.digits", "LibreOfficeExact", is_of_all=False),
}
ALL = "all"
NAMES = (*ENGINES, ALL)  # what a person may ask for
DEFAULT_ENGINE, SAVED = "ironcalc", "saved"


def must_be_engines(names: Sequence[str] | None) -> None:
    """Raise UsageError for a name that is no engine's, nor ``all``."""
    for name in names or ():
        if name not in (*ENGINES, ALL):
            raise UsageError(f"unknown engine {name!r}; known: {', '.join((*ENGINES, ALL))}")


def engines(names: Sequence[str]) -> list[Engine]:
    """The engines asked for, each once; ``all`` means every program."""
    must_be_engines(names)
    every = [name for name, record in ENGINES.items() if record.is_of_all]
    return [ENGINES[name].make() for name in (every if ALL in names else dict.fromkeys(names))]


@contextmanager
def ready(chosen: Sequence[Engine]) -> Iterator[list[Engine]]:
    """The engines, started as far as they can be before their book is there."""
    with ExitStack() as waiting:
        yield [waiting.enter_context(engine.ready()) for engine in chosen]


def engines_for(book: Path, names: Sequence[str] | None) -> list[Engine]:
    """The engines asked for a book; without names the default one, and the saved values if the book has any.

    These go for ``all`` too: a book without saved values is not asked for them.
    """
    from xlbp.recalc.saved import has_values  # noqa: PLC0415 - with openpyxl

    if not names:
        return engines([DEFAULT_ENGINE, *([SAVED] if has_values(book) else [])])
    chosen = engines(names)
    if ALL in names and not has_values(book):  # which reads the whole book
        return [engine for engine in chosen if engine.name != SAVED]
    return chosen
