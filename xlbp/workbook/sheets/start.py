"""The start sheet: what the book shows, how to use it, whether it is still right, what its colours mean."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from xlbp.template.optimizers import OPTIMIZERS
from xlbp.template.template import Training
from xlbp.workbook.drawing import style
from xlbp.workbook.drawing.diagram import diagram
from xlbp.workbook.drawing.miniature import put_miniature
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.layout import quoted
from xlbp.workbook.page.facts import Facts
from xlbp.workbook.page.lens import Lens
from xlbp.workbook.page.live_text import literal
from xlbp.workbook.page.page import Page
from xlbp.workbook.page.passes import width
from xlbp.workbook.sheets import check, proof
from xlbp.workbook.sheets.prompts import prompts, scales
from xlbp.workbook.sheets.prose import BULLET, MARK, TEXT, Prose
from xlbp.workbook.sheets.registry import SHEETS

TRAINING = "training"  # the key of the sheet with the rows
WIDTH = 100.0
STATE = 18  # the column that decides the colours of the badge, out of sight
BAD, GOOD, UNKNOWN = 0, 1, 2
COLOURS = {BAD: "loss", GOOD: "update", UNKNOWN: "iteration"}


def start_page(contents: Contents, facts: Facts, sheets: Sequence[str]) -> Page:
    """The sheet; ``sheets`` are the keys of those that the book has behind its training, in order."""
    page = Page(contents.texts("sheet.start"))
    _Start(page, contents, facts).put(sheets)
    page.width([1], 3)
    page.width([MARK], 5)
    page.width([TEXT], WIDTH)
    page.print_columns = TEXT
    return page


class _Start(Prose):
    """Written from top to bottom, as a page of text."""

    def __init__(self, page: Page, contents: Contents, facts: Facts) -> None:
        super().__init__(page)
        self.contents, self.facts, self.texts = contents, facts, contents.texts

    def put(self, sheets: Sequence[str]) -> None:
        """What the book is, whether it is right, its picture, notes, how to use it, its sheets and conventions."""
        template, texts = self.contents.template, self.texts
        self.line(texts.of(template.title), "start title")
        self.line(self.contents.outline, "note")
        self.line(texts.of(template.summary))
        if template.source:
            self.line(texts("start.source", source=texts.of(template.source)), "note")
        self.badge()
        self.noise()
        self.picture()
        notes = template.notes.get(texts.language) or template.notes["en"]
        if notes:
            self.heading("notes")
            for note in notes:
                self.item(BULLET, note)
        self.heading("how")
        for number in range(1, 6):
            self.item(f"{number}.", self.instruction(number))
        self.heading("sheets")
        for key in (TRAINING, *sheets):
            self.link(key)
        if "landscape" not in sheets:
            self.item(BULLET, self.texts("about.no_landscape", cells=width(self.contents)))
        self.heading("try")
        for number, key in enumerate(prompts(self.contents), start=1):
            scale = next(map(self.contents.symbol, scales(self.contents)), "")
            self.item(f"{number}.", self.texts(f"try.{key}", **self.words(), scale=scale))
        self.heading("colours")
        self.legend()
        self.heading("conventions")
        for key in conventions(self.contents):
            self.item(BULLET, self.texts(f"convention.{key}", **self.words()))
        self.row += 1
        self.line(texts("start.made"), "note")

    def picture(self) -> None:
        """The network or graph as circles and lines, where it is not too large to draw."""
        layers = diagram(Lens(self.contents, self.facts))
        if layers:
            self.row += 1
            shows = self.texts(f"alt.{self.contents.template.kind}", shape=self.contents.outline)
            self.row = put_miniature(self.page, layers, self.row, shows)

    def words(self) -> dict[str, object]:
        """What the texts of this book are filled in with."""
        model = self.contents.template.model
        return {
            "samples": model.samples,
            "batch": model.batch,
            "test": model.data.test,
            "eta": self.contents.symbol("eta"),
            "objective": self.contents.symbol(self.contents.objective),
            "first": self.contents.symbol(self.contents.template.parameter_order[0]),
            **{key: self.texts(f"sheet.{key}") for key in (TRAINING, *(sheet.key for sheet in SHEETS))},
        }

    def heading(self, key: str) -> None:
        """A heading, after an empty line."""
        self.section(self.texts(f"start.{key}"))

    def link(self, key: str) -> None:
        """A link to a sheet, with what it is for."""
        title = self.texts(f"sheet.{key}")
        self.page.way(self.row, MARK, "→", f"{quoted(title)}!A1")
        self.page.text(
            self.row, TEXT, self.texts("start.link", title=title, about=self.texts(f"about.{key}")), "paragraph"
        )
        self.row += 1

    def instruction(self, number: int) -> str:
        """A step of how to use the book."""
        kind = f"_{self.contents.template.kind}" if number in (3, 5) else ""
        return self.texts(f"start.how{number}{kind}", **self.words())

    def badge(self) -> None:
        """Live lines: formulas and totals, the gradient check, the training; and what they can't see."""
        self.row += 1
        self.proven(self.row)
        verdict, label = self.facts.verdict, self.texts("badge.gradients")
        cell = f"{quoted(self.texts('sheet.check'))}!C5"
        passed = check.verdict_words(self.texts)[check.PASS]
        is_good = f'IF({cell}="{passed}",{GOOD},{BAD})'
        self.verdict(
            self.row + 1, (f'"{label}"&{cell}', f"{label}{verdict}"), (is_good, GOOD if verdict == passed else BAD)
        )
        self.divergence(self.row + 2)
        rows = (self.row, self.row + 1, self.row + 2)
        self.page.finishing.append(lambda sheet: _colour(sheet, rows))
        self.row += 3
        if self.contents.layout.watched:
            self.line(self.texts("badge.limits", training=self.contents.title), "note")

    def verdict(self, row: int, words: tuple[str, str], state: tuple[str, int]) -> None:
        """A line in words, and out of sight whether it is good news, which decides its colour; each with its value."""
        self.page.live(row, MARK, *words, "badge")
        self.page.merge(row, MARK, 2)
        self.page.live(row, STATE, state[0], float(state[1]), "small")

    def proven(self, row: int) -> None:
        """Whether every formula is in place, and for the template's own inputs whether the totals are NumPy's."""
        sheet = quoted(self.texts("sheet.proof"))
        changed, failed, missing, where = (
            f"{sheet}!{cell}"
            for cell in (proof.CHANGED_CELL, proof.FAILED_CELL, proof.OUT_OF_PLACE_CELL, proof.WHERE_CELL)
        )
        columns, watched = len(self.contents.program.columns), self.contents.layout.watched
        cells = f"{columns * (self.contents.layout.iterations + 1):,}"
        verified = self.verified(cells, columns)
        damaged = self.texts("badge.damaged", proof=self.texts("sheet.proof"))
        own, news = (self.texts("badge.own"), GOOD) if watched else (self.texts("badge.changed"), UNKNOWN)
        words = f'IF({changed}>0,"{own}",IF({failed}=0,"{verified}","{damaged}"))'
        state = f"IF({changed}>0,{news},IF({failed}=0,{GOOD},{BAD}))"
        if watched:
            put_back = self.texts("badge.put_back")
            words = f'IF({missing}>0,"{self.texts("badge.out_of_place")}"&{where}&"{put_back}",{words})'
            state = f"IF({missing}>0,{BAD},{state})"
        is_changed = self.is_changed()
        self.verdict(row, (words, own if is_changed else verified), (state, news if is_changed else GOOD))

    def verified(self, cells: str, columns: int) -> str:
        """That the totals agree; what follows from noise need not, for another program has other numbers there."""
        driven = sum(total.driven > 0 for total in self.facts.totals.values())
        if not driven:
            return self.texts("badge.verified", cells=cells, columns=columns)
        return self.texts("badge.verified_noise", columns=columns - driven, driven=driven)

    def noise(self) -> None:
        """A line on gradients that are none but rounding noise, if there are any."""
        noisy = self.facts.noisy
        if noisy is not None:
            self.row += 1
            self.line(
                self.texts(
                    "badge.noise",
                    parameter=self.contents.symbol(noisy.parameters[0]),
                    optimizer=self.contents.template.training.optimizer,
                    t=noisy.iteration,
                    visible=noisy.visible,
                ),
                "note",
            )

    def objective_cells(self) -> str:
        """The loss, or objective, of all iterations."""
        layout = self.contents.layout
        letter = get_column_letter(layout.columns[self.contents.objective])
        return f"{self.contents.training}!${letter}${layout.first_row}:${letter}${layout.last_row}"

    def divergence(self, row: int) -> None:
        """Whether the loss stays a number; if not, from which iteration on it is none, and why."""
        count = f"COUNT({self.objective_cells()})"
        rows = self.contents.layout.iterations + 1
        finite = self.texts("badge.finite", objective=self.contents.symbol(self.contents.objective))
        diverged, why = self.texts("badge.diverged"), self.texts("badge.why")
        finite_rows = int(np.isfinite(self.facts.history[self.contents.objective]).sum())
        value = finite if finite_rows == rows else f"{diverged}{finite_rows}{why}"
        words = f'IF({count}={rows},{literal(finite)[0]},"{diverged}"&{count}&"{why}")'
        self.verdict(row, (words, value), (f"IF({count}={rows},{GOOD},{BAD})", GOOD if finite_rows == rows else BAD))

    def is_changed(self) -> bool:
        """Whether an input is not the template's own."""
        return any(self.facts.inputs[name] != value for name, value in self.contents.template.inputs().items())

    def legend(self) -> None:
        """A swatch per phase that this book has, and one for the inputs."""
        used = dict.fromkeys(column.phase for column in self.contents.program.columns)
        for phase in ("inputs", *used):
            self.page.text(self.row, MARK, "", phase)
            key = "start.input" if phase == "inputs" else f"phase.{phase}"
            self.page.text(self.row, TEXT, f"  {self.texts(key)}", "text")
            self.row += 1


def _colour(sheet: Worksheet, rows: Sequence[int]) -> None:
    """Green while all is well, grey while nothing can be said, vermilion where something is wrong.

    What decides stands on the sheet itself: not every program takes a rule that looks at another sheet.
    """
    letter = get_column_letter(STATE)
    for row in rows:
        for state, phase in COLOURS.items():
            look = style.change(style.PHASES[phase].fill, "FFFFFF", bold=True)
            sheet.conditional_formatting.add(f"B{row}:C{row}", style.when(f"${letter}${row}={state}", look, last=True))
    sheet.column_dimensions[letter].hidden = True


def conventions(contents: Contents) -> list[str]:
    """The conventions this book has to state, by their keys in the language files."""
    model = contents.template.model
    return [*model.conventions, *_of_training(contents.template.training, model.plain_rule, model.maximize)]


def _of_training(training: Training, plain: str, maximize: bool) -> list[str]:
    """Clipping, weight decay, the optimizer and the schedule."""
    stated = [f"clip_{training.clip}"] if training.clip else []
    if training.has("weight_decay"):
        stated.append("decoupled" if OPTIMIZERS[training.optimizer].is_decoupled else "weight_decay")
    if training.optimizer == "sgd":
        stated.append(plain)
    else:
        stated += [*(["maximize"] if maximize else []), training.optimizer]
    return stated + ([f"schedule_{training.schedule}"] if training.schedule != "constant" else [])
