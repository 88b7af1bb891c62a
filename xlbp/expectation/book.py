"""What a whole book must show: the sheets of its trainings, their losses side by side, and all pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from xlbp.expectation.losses import doubtful_losses, losses_of
from xlbp.expectation.training import Trained, train_run
from xlbp.reference.history import Array, Told, untold
from xlbp.verification.compare import Block, Cell
from xlbp.workbook.layout.book_layout import BookLayout
from xlbp.workbook.page.facts import Choices
from xlbp.workbook.page.page import Content, ErrorValue, Page, doubt_runs, follow_noise
from xlbp.workbook.pages import pages_of


@dataclass(frozen=True)
class Book:
    """A book of one training, or of several; ``losses`` is the sheet that compares them, where there is one.

    A book of another version has neither pages nor losses here, for its sheets may be laid out otherwise.
    """

    layout: BookLayout
    runs: tuple[Trained, ...]
    pages: list[Page]
    losses: Block | None = None

    @property
    def first(self) -> Trained:
        """The only training, or the first."""
        return self.runs[0]

    @property
    def values(self) -> list[Array]:
        """The rows of each training's sheet."""
        return [run.values for run in self.runs]

    @property
    def loss_values(self) -> Array | None:
        """The rows of the sheet of losses, if there is one."""
        return self.losses.expected if self.losses else None

    @property
    def blocks(self) -> list[Block]:
        """The sheets with a row per iteration: those of the trainings, then that of their losses."""
        return [*(run.block for run in self.runs), *([self.losses] if self.losses else [])]

    @property
    def diverged(self) -> list[int | None]:
        """For each block the first iteration that is not finite; the losses are no surer than any of the runs."""
        of_runs = [run.diverged_at for run in self.runs]
        first = min((t for t in of_runs if t is not None), default=None)
        return [*of_runs, *([first] if self.losses else [])]

    @property
    def formula_cells(self) -> int:
        """How many formulas the book has."""
        in_rows = sum(run.formulas_in_rows for run in self.runs)
        in_losses = int(self.losses.is_formula().sum()) if self.losses else 0
        return in_rows + in_losses + sum(len(page.formulas) for page in self.pages)


def expect(
    layout: BookLayout,
    inputs: Sequence[Mapping[str, float]] | None = None,
    choices: Choices | None = None,
    with_pages: bool = True,
    own: Book | None = None,
    told: Told = untold,
) -> Book:
    """Train the reference for each run on its ``inputs``, its template's own by default, and lay the numbers out.

    ``own`` is the book with the templates' own inputs, in whatever language, if they have been trained already;
    ``told`` hears the share of a training that is done.
    """
    runs = tuple(
        train_run(contents, inputs[n] if inputs else None, choices, own.runs[n] if own else None, told)
        for n, contents in enumerate(layout.trainings)
    )
    if not with_pages:
        return Book(layout, runs, [])
    losses = losses_of(layout.comparison, runs) if layout.comparison else None
    book = Book(layout, runs, _pages(layout, runs), losses)
    return _following_noise(book) if any(run.noise is not None for run in runs) else book


def _pages(layout: BookLayout, runs: Sequence[Trained]) -> list[Page]:
    return pages_of(layout, [run.facts for run in runs])


def _following_noise(book: Book) -> Book:
    """The book with a note on each cell that follows from rounding noise."""
    without, shaken = ([run.without_noise for run in book.runs], [run.shaken for run in book.runs])
    follow_noise(book.pages, _pages(book.layout, without), _pages(book.layout, shaken))
    if book.layout.comparison is None or book.losses is None:
        return book
    doubt_runs(book.pages, [index for index, run in enumerate(book.runs) if run.noise is not None])
    losses_without = losses_of(book.layout.comparison, without).expected
    return replace(book, losses=replace(book.losses, doubt=doubtful_losses(book.runs, book.losses, losses_without)))


def cells_of(pages: Sequence[Page]) -> dict[str, list[Cell]]:
    """The formula cells of pages as plain data, by sheet."""
    return {
        page.title: [
            Cell(
                *(f.row, f.column, f.address, f"={f.text}", _plain(f.value), f.size, f.run),
                sure=f.sure,
                in_doubt=f.in_doubt,
                without_noise=_plain(f.without_noise),
            )
            for f in page.formulas
        ]
        for page in pages
        if page.formulas
    }


def _plain(value: Content) -> float | str | None:
    """Verification asks only whether a cell is an error, not which."""
    return None if isinstance(value, ErrorValue) else value
