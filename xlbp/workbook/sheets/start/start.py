"""The start sheet: what the book is about, what to do first, whether it is right; then predictions, notes, colours."""

from __future__ import annotations

from collections.abc import Mapping

from openpyxl.utils import get_column_letter

from xlbp.template import names
from xlbp.workbook.drawing.miniature import put_miniature
from xlbp.workbook.drawing.schematic import drawn_as, small_picture
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.lesson.lab import Lab
from xlbp.workbook.lesson.path import TRAINING, Stop, lesson_path
from xlbp.workbook.lesson.predictions.choose import predictions
from xlbp.workbook.lesson.predictions.divergence import why_it_diverges
from xlbp.workbook.page.facts import Facts
from xlbp.workbook.page.lens import Lens
from xlbp.workbook.page.page import Page
from xlbp.workbook.page.passes import width
from xlbp.workbook.sheets.prose import BULLET, MARK, TEXT, Prose
from xlbp.workbook.sheets.registry import SHEETS
from xlbp.workbook.sheets.start.badge import LINES, Badge
from xlbp.workbook.sheets.start.conventions import conventions, symbols_of_states
from xlbp.workbook.sheets.start.own_book import own_book

WIDTH = 100.0
FRAMEWORKS = ("PyTorch", "Keras", "scikit-learn")
FAR = 27  # the first column beyond Z, which no first look at a sheet shows


def start_page(contents: Contents, facts: Facts, pages: Mapping[str, Page]) -> Page:
    """The sheet; ``pages`` are those that the book has behind its training, by key, in order."""
    page = Page(contents.texts("sheet.start"))
    page.protected = False  # Excel unfolds nothing on a protected sheet
    _Start(page, contents, facts).put(pages)
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

    def put(self, pages: Mapping[str, Page]) -> None:
        """The aim, the verdict, the picture and the path; then what to try, and what else there is to know."""
        template, texts = self.contents.template, self.texts
        self.line(texts.of(template.title), "start title")
        self.line(self.contents.outline, "note")
        self.line(texts.of(template.summary))
        Badge(self.page, self.contents, self.facts).put(self.row)
        self.row += LINES
        self.noise()
        self.picture()
        self.path(lesson_path(self.contents, pages))
        self.divergence()
        self.predictions()
        self.heading("how")
        for key in ("how_change", f"how_read_{template.kind}", "how_headings"):
            self.item(BULLET, texts(f"start.{key}", **self.words()))
        self.heading("own")
        for mark, text in own_book(self.contents):
            self.item(mark, text)
        self.heading("colours")
        self.legend()
        self.notes("landscape" not in pages)
        self.row += 1
        self.line(texts("start.made"), "note")

    def picture(self) -> None:
        """The network or graph as circles and lines, where it is not too large to draw."""
        lens = Lens(self.contents, self.facts)
        layers = small_picture(lens)
        if layers:
            self.row += 1
            shows = self.texts(f"alt.{drawn_as(lens)}", shape=self.contents.outline)
            self.row = put_miniature(self.page, layers, self.row, shows)

    def path(self, stops: list[Stop]) -> None:
        """Each stop with its number and a link; under the training the columns that stand far to the right."""
        self.heading("path")
        for number, stop in enumerate(stops, start=1):
            self.numbered(number, self.texts("start.link", title=stop.title, about=stop.question), stop.place)
            if stop.key == TRAINING:
                self.results()

    def numbered(self, number: int, text: str, place: str) -> None:
        """A line with its number, both leading to a place."""
        self.page.way(self.row, MARK, f"{number}.", place, "numbered")
        self.page.text(self.row, TEXT, text, "paragraph")
        self.page.links[self.row, TEXT] = place
        self.row += 1

    def divergence(self) -> None:
        """Why the template's own training runs away, if it does."""
        why = why_it_diverges(Lab(self.contents, self.facts))
        if why is not None:
            self.section(why.question)
            self.line(why.answer)

    def predictions(self) -> None:
        """Each question with its answer folded beneath."""
        self.heading("try")
        self.line(self.texts("start.try_how"), "note")
        last, iterations = Lab(self.contents, self.facts).last, self.contents.layout.iterations
        if last < iterations:
            self.line(self.texts("start.try_part", last=last, iterations=iterations), "note")
        for number, prediction in enumerate(predictions(self.contents, self.facts), start=1):
            self.page.way(self.row, MARK, f"{number}.", prediction.place, "numbered")
            self.page.text(self.row, TEXT, prediction.question, "paragraph")
            self.page.text(self.row + 1, TEXT, self.texts("start.answer", answer=prediction.answer), "answer")
            self.page.folded.append(self.row + 1)
            self.row += 2

    def notes(self, has_no_landscape: bool) -> None:
        """The source, what the template says of it, and the conventions."""
        template = self.contents.template
        self.heading("notes")
        if template.source:
            self.item(BULLET, self.texts("start.source", source=self.texts.of(template.source)))
        for note in template.notes.get(self.texts.language) or template.notes["en"]:
            self.item(BULLET, note)
        if self.contents.layout.watched:
            self.item(BULLET, self.texts("badge.limits", training=self.contents.title))
        if has_no_landscape:
            self.item(BULLET, self.texts("about.no_landscape", cells=width(self.contents)))
        self.heading("conventions")
        words = {**self.words(), **symbols_of_states(self.contents)}
        stated = conventions(self.contents)
        for key in stated:
            self.item(BULLET, self.texts(f"convention.{key}", **words))
        if any(program in self.texts.words[f"convention.{key}"] for key in stated for program in FRAMEWORKS):
            self.item(BULLET, self.texts("start.frameworks"))

    def words(self) -> dict[str, object]:
        """What the texts of this book are filled in with."""
        model = self.contents.template.model
        return {
            "samples": model.samples,
            "batch": model.batch,
            "test": model.data.test,
            "eta": self.contents.symbol("eta"),
            "objective": self.contents.symbol(self.contents.objective),
            **{key: self.texts(f"sheet.{key}") for key in (TRAINING, *(sheet.key for sheet in SHEETS))},
        }

    def heading(self, key: str) -> None:
        """A heading, after an empty line."""
        self.section(self.texts(f"start.{key}"))

    def results(self) -> None:
        """Links to the columns of the loss, and of that of the test samples, where they are far to the right."""
        layout, first_row = self.contents.layout, self.contents.layout.first_row
        for name in (self.contents.objective, names.LOSS + names.TEST):
            column = layout.columns.get(name, 0)
            if column < FAR:
                continue
            letter = get_column_letter(column)
            self.page.way(self.row, MARK, "→", f"{self.contents.training}!{letter}{first_row}", "numbered")
            told = self.texts(
                "start.result", result=self.contents.symbol(name), column=letter, sheet=self.contents.title
            )
            self.page.text(self.row, TEXT, told, "paragraph")
            self.row += 1

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

    def legend(self) -> None:
        """A swatch per phase that this book has, and one for the inputs."""
        used = dict.fromkeys(column.phase for column in self.contents.program.columns)
        for phase in ("inputs", *used):
            self.page.text(self.row, MARK, "", phase)
            key = "start.input" if phase == "inputs" else f"phase.{phase}"
            self.page.text(self.row, TEXT, f"  {self.texts(key)}", "text")
            self.row += 1
