"""Which quantity a person means: by a cell of the training sheet, a name, or a symbol of the source."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from openpyxl.utils import column_index_from_string, get_column_letter

from xlbp.errors import UsageError
from xlbp.template.network import Network
from xlbp.workbook.layout.contents import Contents

ADDRESS = re.compile(r"(?:(?P<sheet>.+)!)?\$?(?P<column>[A-Za-z]{1,3})\$?(?P<row>[1-9]\d{0,6})")
PLAIN = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789", "⁽⁾")
MARK = re.compile("⁽([⁰¹²³⁴⁵⁶⁷⁸⁹]+)⁾")


@dataclass(frozen=True)
class Target:
    """A quantity of one iteration; ``sample`` is 0 where there is but one."""

    name: str
    iteration: int
    sample: int


def find_target(contents: Contents, wanted: str, iteration: int | None, sample: int | None) -> Target:
    """The quantity that ``wanted`` names.  Raises UsageError, with the nearest match, if there is none."""
    samples = _samples(contents)
    if sample is not None and not 1 <= sample <= samples:
        raise UsageError(f"sample {sample}: the batch has samples 1 to {samples}")
    wanted = wanted.strip()
    if exact := _by_name(contents, wanted, sample, plain=False):
        return _target(contents, exact, iteration, sample)
    if found := ADDRESS.fullmatch(wanted):
        name, row_iteration = _by_address(contents, wanted, found)
        if row_iteration is not None and iteration not in (None, row_iteration):
            raise UsageError(f"{wanted} is a cell of iteration {row_iteration}, not {iteration}; leave one of them out")
        return _target(contents, name, iteration if row_iteration is None else row_iteration, sample)
    if loose := _by_name(contents, wanted, sample, plain=True):
        return _target(contents, loose, iteration, sample)
    raise UsageError(f"{wanted!r} is no quantity of {contents.template.name}{_nearest(contents, wanted)}")


def _samples(contents: Contents) -> int:
    model = contents.template.model
    return model.batch if isinstance(model, Network) else 1


def _target(contents: Contents, name: str, iteration: int | None, sample: int | None) -> Target:
    """The target, its iteration and sample checked."""
    last = contents.layout.iterations
    if not 0 <= (iteration or 0) <= last:
        raise UsageError(f"iteration {iteration}: the training has iterations 0 to {last}")
    own = int(name.split("@")[1]) if "@" in name else None
    if own is not None and sample not in (None, own):
        raise UsageError(f"{contents.symbol(name)} belongs to sample {own}, not {sample}; leave one of them out")
    return Target(name, iteration or 0, (own or sample or 1) if _samples(contents) > 1 else 0)


def _quantities(contents: Contents) -> Iterator[str]:
    """Every name that has a cell; what stands in the row comes first."""
    yield from contents.layout.columns
    yield from contents.layout.panel


def _by_name(contents: Contents, wanted: str, sample: int | None, plain: bool) -> str:
    """The quantity of this name or symbol, with the mark of its sample or without, or ''."""
    chosen, key = f"@{sample or 1}", _plain(wanted) if plain else wanted
    for marked in (True, False):
        for name in _quantities(contents):
            if (marked or name.endswith(chosen)) and key in _keys(contents, name, marked, plain):
                return name
    return ""


def _keys(contents: Contents, name: str, marked: bool, plain: bool) -> list[str]:
    """How a person may call a quantity; ``marked``: with its sample, ``plain``: as a keyboard has it."""
    symbol = contents.symbol(name) if marked else contents.bare_symbol(name)
    called = [name if marked else name.split("@", maxsplit=1)[0], symbol]
    if not plain:
        return called
    keys = [_plain(key) for key in called]
    objective = f"d{contents.symbol(contents.objective)}/"  # which a person may write dE/
    return [*keys, *(f"dE/{key.removeprefix(objective)}" for key in keys if key.startswith(objective))]


def _plain(text: str) -> str:
    """d for ∂, + for ⁺, @2 for ⁽²⁾."""
    marked = MARK.sub(lambda mark: f"@{mark[1].translate(PLAIN)}", text)
    return marked.replace("∂", "d").replace("⁺", "+").replace(" ", "")


def _by_address(contents: Contents, wanted: str, found: re.Match[str]) -> tuple[str, int | None]:
    """The quantity of a cell, and its iteration unless it stands on the panel."""
    layout, training = contents.layout, contents.title
    sheet = (found["sheet"] or training).strip("'")
    number, row = column_index_from_string(found["column"].upper()), int(found["row"])
    if sheet.lower() == training.lower() and layout.first_row <= row <= layout.last_row:
        for name, column in layout.columns.items():
            if column == number:
                return name, row - layout.first_row
    for name, place in layout.panel.items():
        home = layout.data_sheet if place.sheet == "data" else training
        if (sheet.lower(), row, number) == (home.lower(), place.row, place.column):
            return name, None
    last = get_column_letter(max(layout.columns.values()))
    raise UsageError(
        f"{wanted} holds no quantity of the training sheet; "
        f"its iterations are in {training}!A{layout.first_row}:{last}{layout.last_row}"
    )


def _nearest(contents: Contents, wanted: str) -> str:
    """A hint at what may have been meant."""
    by_key: dict[str, str] = {}
    for name in _quantities(contents):
        for key in _keys(contents, name, marked=False, plain=True):
            by_key.setdefault(key, contents.bare_symbol(name))
    close = difflib.get_close_matches(_plain(wanted), by_key, n=1, cutoff=0.3)
    return f"; did you mean {by_key[close[0]]}?" if close else ""
