"""Which quantity a person means: by a cell of the training sheet, a name, or a symbol of the source."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from openpyxl.utils import column_index_from_string, get_column_letter

from xlbp.errors import UsageError
from xlbp.template.quantity import Quantity
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.usual_names import close_names, folded, plain_key, usual_names

ADDRESS = re.compile(r"(?:(?P<sheet>.+)!)?\$?(?P<column>[A-Za-z]{1,3})\$?(?P<row>[1-9]\d{0,6})")


@dataclass(frozen=True)
class Target:
    """A quantity of one iteration; ``sample`` is 0 where there is but one."""

    name: str
    iteration: int
    sample: int


def find_target(contents: Contents, asked: str, iteration: int | None, sample: int | None) -> Target:
    """The quantity that a person asks for.  Raises UsageError, with the nearest match, if there is none."""
    batch = contents.template.model.batch
    if sample is not None and not 1 <= sample <= batch:
        raise UsageError(f"sample {sample}: the batch has samples 1 to {batch}")
    asked = asked.strip()
    if exact := _by_name(contents, asked, sample, plain=False):
        return _target(contents, exact, iteration, sample)
    if address := ADDRESS.fullmatch(asked):
        name, row_iteration = _by_address(contents, asked, address)
        if row_iteration is not None and iteration not in (None, row_iteration):
            raise UsageError(f"{asked} is a cell of iteration {row_iteration}, not {iteration}; leave one of them out")
        return _target(contents, name, iteration if row_iteration is None else row_iteration, sample)
    if loose := _by_name(contents, asked, sample, plain=True):
        return _target(contents, loose, iteration, sample)
    raise UsageError(f"{asked!r} is no quantity of {contents.template.name}{_nearest(contents, asked)}")


def _target(contents: Contents, name: str, iteration: int | None, sample: int | None) -> Target:
    """The target, its iteration and sample checked."""
    last = contents.layout.iterations
    if not 0 <= (iteration or 0) <= last:
        raise UsageError(f"iteration {iteration}: the training has iterations 0 to {last}")
    model = contents.template.model
    mark = contents.quantity(name).sample
    own = model.marks.index(mark) + 1 if mark in model.marks and mark else None
    if own is not None and sample not in (None, own):
        raise UsageError(f"{contents.symbol(name)} belongs to sample {own}, not {sample}; leave one of them out")
    return Target(name, iteration or 0, (own or sample or 1) if model.batch > 1 else 0)


def _quantities(contents: Contents) -> Iterator[Quantity]:
    """Every quantity that has a cell; what stands in the row comes first."""
    yield from map(contents.quantity, contents.layout.columns)
    yield from map(contents.quantity, contents.layout.panel)


def _by_name(contents: Contents, asked: str, sample: int | None, plain: bool) -> str:
    """The quantity of this name or symbol, with the mark of its sample or without, or ''."""
    chosen, key = f"@{sample or 1}", plain_key(asked) if plain else asked
    for marked in (True, False):
        for quantity in _quantities(contents):
            if (marked or quantity.sample == chosen) and key in keys_of(contents, quantity, marked, plain):
                return quantity
    return ""


def keys_of(contents: Contents, quantity: Quantity, marked: bool, plain: bool) -> list[str]:
    """How a person may call a quantity; ``marked``: with its sample, ``plain``: as a keyboard has it."""
    symbol = contents.symbol(quantity) if marked else contents.bare_symbol(quantity)
    called = [quantity if marked or quantity.is_in_table else quantity.sampled(""), symbol]
    if not plain:
        return called
    keys = [plain_key(key) for key in called]
    objective = f"d{contents.symbol(contents.objective)}/"  # which a person may write dE/
    return [*keys, *(f"dE/{key.removeprefix(objective)}" for key in keys if key.startswith(objective))]


def _by_address(contents: Contents, asked: str, address: re.Match[str]) -> tuple[str, int | None]:
    """The quantity of a cell, and its iteration unless it stands on the panel."""
    layout, training = contents.layout, contents.title
    sheet = (address["sheet"] or training).strip("'")
    number, row = column_index_from_string(address["column"].upper()), int(address["row"])
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
        f"{asked} holds no quantity of the training sheet; "
        f"its iterations are in {training}!A{layout.first_row}:{last}{layout.last_row}"
    )


def _nearest(contents: Contents, asked: str) -> str:
    """A hint at what may have been meant."""
    usual = usual_names(contents).get(folded(asked))
    if usual is not None:
        return f"; did you mean {contents.bare_symbol(usual)}?"
    by_key: dict[str, str] = {}
    for quantity in _quantities(contents):
        for key in keys_of(contents, quantity, marked=False, plain=True):
            by_key.setdefault(key, contents.bare_symbol(quantity))
    close = close_names(plain_key(asked), by_key)
    return f"; did you mean {by_key[close[0]]}?" if close else f"; it has {_some(contents)}"


def _some(contents: Contents) -> str:
    """A few quantities that can be asked for: the loss, a parameter and its gradient."""
    parameters = contents.template.parameter_order[:1]
    several = (contents.objective, *parameters, *map(contents.gradient, parameters))
    return ", ".join(contents.bare_symbol(name) for name in several) + " and more"
