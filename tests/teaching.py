"""The teaching sheets as a reader finds them: rows by their symbol, sheets by their title, cells by their address."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any
from unittest.mock import patch

from openpyxl import Workbook, load_workbook

from tests.books import edit, retype
from xlbp.expectation.book import expect
from xlbp.expectation.contents import lay_out
from xlbp.expectation.training import Trained, train_run
from xlbp.pipeline import verify
from xlbp.recalc.base import Values
from xlbp.recalc.engines import engines
from xlbp.reference.history import Array
from xlbp.template.load import load_template, parse_template
from xlbp.verification.compare import Block, Report
from xlbp.workbook.layout.book_layout import book_of_one
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.opening import first_choices
from xlbp.workbook.page.facts import Choices, Facts
from xlbp.workbook.page.page import Page
from xlbp.workbook.pages import pages_of
from xlbp.workbook.sheets import landscape
from xlbp.workbook.sheets.registry import SHEETS
from xlbp.xlsx.areas import Area, Grid

Changes = Mapping[str, Any]  # "Sheet!C3" -> content
GOOD = (True, 0, [], [])  # the verdict on a book in which all agrees


@dataclass(frozen=True)
class Expected:
    """What the book of one training must show: the training, and the teaching sheets, worked out when they are read."""

    training: Trained
    inputs: Mapping[str, float] | None = None

    @property
    def contents(self) -> Contents:
        """What its sheets are made from."""
        return self.training.contents

    @cached_property
    def pages(self) -> list[Page]:
        """Every sheet besides the training's rows, the front one first."""
        layout = book_of_one(self.contents)
        if self.training.noise is None:
            return pages_of(layout, [self.facts])
        return expect(layout, [self.inputs] if self.inputs else None, self.facts.choices).pages

    @property
    def facts(self) -> Facts:
        """The numbers its sheets show."""
        return self.training.facts

    @property
    def history(self) -> Mapping[str, Array]:
        """Every quantity over the iterations."""
        return self.training.history

    @property
    def block(self) -> Block:
        """The training sheet as plain data."""
        return self.training.block

    def page(self, key: str) -> Page:
        """The sheet of that key: by itself, where it has no doubts that come from other sheets."""
        if key not in self._by_key:
            title = self.contents.texts(f"sheet.{key}")
            pages = self.pages if self._is_of_all(key) else self._alone(key)
            self._by_key[key] = next(page for page in pages if page.title == title)
        return self._by_key[key]

    def _is_of_all(self, key: str) -> bool:
        return "pages" in vars(self) or self.training.noise is not None or key not in {sheet.key for sheet in SHEETS}

    def _alone(self, key: str) -> list[Page]:
        return [s.page(self.contents, self.facts) for s in SHEETS if s.key == key and s.is_in(self.contents)]

    @cached_property
    def _by_key(self) -> dict[str, Page]:
        return {}


def expected_of(
    contents: Contents, inputs: Mapping[str, float] | None = None, choices: Choices | None = None
) -> Expected:
    """What the book of one training must show for these inputs and choices."""
    return Expected(train_run(contents, inputs, choices), inputs)


def shown(
    name: str, iterations: int = 3, overrides: tuple[str, ...] = (), language: str = "en", **choices: float
) -> Expected:
    """What the book of a shipped template must show for some choices; of iteration 0 and sample 1 unless chosen."""
    return _shown(laid_out, (name, iterations, overrides, language), **choices)


def shown_of(text: str, **choices: float) -> Expected:
    """What the book of a template's text must show."""
    return _shown(laid_out_of, (text,), **choices)


def _shown(make: Callable[..., Contents], request: tuple[Any, ...], **choices: float) -> Expected:
    """The same for the same choices, be they named or left as they are: it is worked out once."""
    chosen = Choices(**{**vars(first_choices(make(*request))), "sample": 1, **choices})
    return _worked_out(make, request, chosen, landscape.SIZES)


@cache
def _worked_out(
    make: Callable[..., Contents], request: tuple[Any, ...], choices: Choices, sizes: tuple[int, ...]
) -> Expected:
    """The ``sizes`` of pictures are not those of other modules where a module has coarse ones."""
    assert sizes == landscape.SIZES
    return expected_of(make(*request), choices=choices)


@cache
def laid_out(name: str, iterations: int = 3, overrides: tuple[str, ...] = (), language: str = "en") -> Contents:
    """What the book of a shipped template is made from; nothing is trained."""
    return lay_out(load_template(name, (*overrides, f"training.iterations={iterations}")), language)


@cache
def laid_out_of(text: str) -> Contents:
    """The same for the text of a template."""
    return lay_out(parse_template(text, "test", "test"), "en")


def page_of(expected: Expected, key: str) -> Page:
    """The page by its key, whatever its title."""
    return expected.page(key)


def cells_of(page: Page) -> dict[tuple[int, int], Any]:
    """(row, column) -> what a reader sees there."""
    fixed = {(cell.row, cell.column): cell.content for cell in page.fixed}
    return {**fixed, **{(f.row, f.column): f.value for f in page.formulas}}


def row_of(page: Page, symbol: str, column: int = 2, after: int = 0) -> int:
    """The first row below ``after`` whose cell of that column shows the symbol."""
    return min(
        row for (row, at), content in cells_of(page).items() if (at, content) == (column, symbol) and row > after
    )


def reading(page: Page, row: int, *columns: int) -> list[Any]:
    """What some columns of a row show, None for what is empty."""
    cells = cells_of(page)
    return [cells.get((row, column)) for column in columns]


def change(book: Path, target: Path, contents: Changes) -> Path:
    """A copy of a book with some cells changed: in the file itself where that is easily done, which is much faster."""
    if all(type(content) in (int, float, str) and not str(content).startswith("=") for content in contents.values()):
        with suppress(LookupError):
            return retype(book, target, contents)

    def put(workbook: Workbook) -> None:
        for address, content in contents.items():
            sheet, cell = address.split("!")
            workbook[sheet][cell].value = content

    return edit(book, target, put)


def recalculate(book: Path, engine: str = "ironcalc") -> dict[str, Grid]:
    """Every visible sheet as an engine computes it."""
    sheets = [sheet for sheet in load_workbook(book).worksheets if sheet.sheet_state == "visible"]
    areas = [Area(sheet.title, 1, sheet.max_row, sheet.max_column) for sheet in sheets]
    return dict(zip((a.sheet for a in areas), engines((engine,))[0].values(book, areas), strict=True))


def verdict(report: Report) -> tuple[bool, int, list[str], list[str]]:
    """Whether a book agrees, what was left out, and what disagrees."""
    changed, wrong = ([m.cell for m in each] for each in (report.formulas_changed, report.mismatches))
    return report.ok, report.unchecked, changed, wrong[:5]


def verified_in_libreoffice(books: Sequence[Path]) -> list[Report]:
    """What verify says of each book; one LibreOffice recalculates all of them."""
    with engines(("libreoffice",))[0].computing_all(books) as values:
        each = zip(books, values, strict=True)
        return [verify(book, ("libreoffice",), computed={"libreoffice": computed})[0] for book, computed in each]


def verify_and_read(book: Path, engine: str = "ironcalc") -> tuple[Report, dict[str, Grid]]:
    """What verify says of a book, and the very numbers it took from the engine, sheet by sheet."""
    found: dict[str, Grid] = {}
    kind = type(engines((engine,))[0])
    computing = kind.computing

    @contextmanager
    def noted(self: Any, path: Path) -> Iterator[Values]:
        with computing(self, path) as values:

            def noting(areas: Sequence[Area]) -> list[Grid]:
                grids = values(areas)
                for area, grid in zip(areas, grids, strict=True):
                    found.setdefault(area.sheet, grid)  # a training sheet's rows come first, its panel is no grid
                return grids

            yield noting

    with patch.object(kind, "computing", noted):
        [report] = verify(book, (engine,))
    return report, found


def row_in(grid: Grid, symbol: str, column: int = 2) -> list[Any]:
    """The first row of a recalculated sheet whose cell of that column (from 1) shows the symbol."""
    return next(row for row in grid if row[column - 1] == symbol)
