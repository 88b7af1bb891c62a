"""Our own books: every template and every way of training, right and with slips planted in any column."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from openpyxl import load_workbook

from tests.auditing.conftest import BOOKS
from tests.auditing.planting import PLANTS, headings_of, plant, without_correction
from tests.auditing.styles.base import Slip
from tests.auditing.styles.measure import Outcome
from xlbp.auditing import findings as kinds
from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.claims.headings import claim, plain, updated
from xlbp.auditing.reading.contents import read
from xlbp.auditing.reading.syntax import Cell
from xlbp.auditing.report.data import to_data
from xlbp.auditing.run import audit
from xlbp.auditing.truth.gradients import relative
from xlbp.pipeline import generate
from xlbp.template.load import shipped

WAYS = (
    *(f'training.optimizer="{name}"' for name in ("momentum", "nesterov", "adagrad", "rmsprop", "adadelta", "adam")),
    *(f'training.optimizer="{name}"' for name in ("adamw", "nadam", "lion")),
    *(f'training.schedule="{name}"' for name in ("step", "exponential", "inverse_time", "cosine", "warmup")),
    *("training.batch_size=1", "training.batch_size=2", "training.clip_norm=0.1", "training.clip_value=0.01"),
    *("training.l2=0.01", "training.l1=0.01", 'training.optimizer={name="sgd", weight_decay=0.01}'),
)
SHORT = "training.iterations=8"


def right(folder: Path) -> Iterator[Outcome]:
    """Every template and every way of training, as it stands; what is told of them is a false alarm."""
    for name in shipped():
        yield _clean(name, (SHORT,), folder)
    for way in WAYS:
        yield _clean("xor", (SHORT, way), folder)


def _clean(template: str, overrides: tuple[str, ...], folder: Path) -> Outcome:
    path = folder / "clean.xlsx"
    path.unlink(missing_ok=True)
    generate(template, path, overrides, "en", check_it=False)
    data = to_data(audit(path))
    told = [(str(f["kind"]), str(f["cell"])) for f in data["findings"]]
    told += [("not read", f"{u['cell']} {u['reason']}") for u in data["unreadable"]]
    return Outcome(f"{template} {' '.join(overrides[1:])}".strip(), None, tuple(told), False, len(told))


def planted(folder: Path) -> Iterator[Outcome]:
    """The slips of :mod:`tests.auditing.planting`, in the books they are for."""
    for name, (template, overrides) in BOOKS.items():
        sound = folder / f"{name}.xlsx"
        generate(template, sound, ("training.iterations=12", *overrides), "en", check_it=False)
        for what in (each for each in PLANTS if each.book == name):
            _, headings = headings_of(load_workbook(sound)["Training"])
            one = what if what.columns else replace(what, columns=without_correction(headings))
            headings = plant(sound, folder / "planted.xlsx", one)
            found = to_data(audit(folder / "planted.xlsx"))["findings"]
            named = [one.accepts(finding, headings) for finding in found]
            told = tuple((str(f["kind"]), str(f["cell"])) for f in found)
            slip = Slip(what.name, what.kinds, {})
            yield Outcome(f"our {name}", slip, told, any(named), len(found) - sum(named))


LARGE = ("iris", "noisy-sine", "overfitting", "spiral", "two-moons", "vanishing-sigmoid", "vanishing-relu")


def anywhere(folder: Path, templates: list[str], seed: int = 1) -> Iterator[Outcome]:
    """Slips in columns drawn by lot: of sign, of row, pasted, of another's gradient, in every one of some templates."""
    draw = random.Random(seed)
    for template in templates:
        sound = folder / "sound.xlsx"
        sound.unlink(missing_ok=True)
        generate(template, sound, (SHORT,), "en", check_it=False)
        for name, kind in (
            ("sign of a gradient", kinds.SIGN),
            ("gradient pasted", kinds.PASTED),
            ("a gradient twice", kinds.HALF),
            ("gradient of the row above", kinds.ROW),
            ("another's gradient in the update", kinds.WRONG_GRADIENT),
        ):
            column = _plant(sound, folder / "planted.xlsx", kind, draw)
            if column:
                found = to_data(audit(folder / "planted.xlsx"))["findings"]
                told = tuple((str(f["kind"]), str(f["cell"])) for f in found)
                named = [f[0] == kind and re.sub(r"\d", "", f[1]) == column for f in told]
                yield Outcome(f"ours: {template}", Slip(name, (kind,), {}), told, any(named), len(told) - sum(named))


def _plant(source: Path, target: Path, kind: str, draw: random.Random) -> str:
    """Write a copy with the slip in it; gives the column, or '' where there is none that takes it."""
    book = load_workbook(source)
    sheet = book["Training"]
    row, headings = headings_of(sheet)
    first = next(r for r in range(row + 1, row + 4) if isinstance(sheet.cell(r, 2).value, int | float))
    last = max(r for r in range(first, sheet.max_row + 1) if sheet.cell(r, 2).value is not None)
    names = {plain(text) for text in headings}
    gradients = [c for text, c in headings.items() if (s := claim(plain(text))) and s.of and s.to in names]
    gradients = [c for c in gradients if isinstance(sheet[f"{c}{first}"].value, str)]
    updates = [c for text, c in headings.items() if updated(plain(text)) in names]
    where = updates if kind == kinds.WRONG_GRADIENT else gradients[-len(updates) :]
    letters = [c for c in where if float(_saved(source, f"{c}{first + 3}") or 0) != 0]
    if not letters or len(updates) < 2:
        return ""
    column = draw.choice(letters)
    for r in range(first, last + 1):
        cell = sheet[f"{column}{r}"]
        cell.value = _changed(str(cell.value), kind, r, first, gradients[-len(updates) :])
    book.save(target)
    return (
        column
        if _differ(source, target, [("Training", r, sheet[f"{column}{r}"].column) for r in range(first, last)])
        else ""
    )


def _differ(source: Path, target: Path, places: list[Cell]) -> bool:
    """Whether a slip changes a number at all: gradients may be equal, and rows too."""
    one, other = Cells(read(source)), Cells(read(target))
    return any(relative(one.value(place), other.value(place)) > 1e-6 for place in places)


def _saved(source: Path, cell: str) -> object:
    return load_workbook(source, data_only=True)["Training"][cell].value


def _changed(formula: str, kind: str, row: int, first: int, gradients: list[str]) -> object:
    inner = formula.removeprefix("=")
    if kind == kinds.SIGN:
        return f"=-({inner})"
    if kind == kinds.HALF:
        return f"=2*({inner})"
    if kind == kinds.PASTED:
        return 0.0123 if row == first + 3 else formula
    if kind == kinds.ROW and row == first + 4 and ":" not in formula:
        return re.sub(rf"(?<![A-Z$])([A-Z]+){row}\b", rf"\g<1>{row - 1}", formula, count=1)
    if kind == kinds.WRONG_GRADIENT:
        used = [g for g in gradients if re.search(rf"(?<![A-Z$]){g}{row}\b", formula)]
        other = next((g for g in gradients if used and g != used[0]), "")
        return re.sub(rf"(?<![A-Z$]){used[0]}{row}\b", f"{other}{row}", formula) if other else formula
    return formula
