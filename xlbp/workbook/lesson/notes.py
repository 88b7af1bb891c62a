"""Notes for the teacher, in Markdown: aim, time plan, path, questions with their answers, mistakes, homework."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.lesson.lab import Lab
from xlbp.workbook.lesson.path import Stop, lesson_path
from xlbp.workbook.lesson.predictions.choose import predictions
from xlbp.workbook.lesson.truths import moving_parameter, truths
from xlbp.workbook.page.facts import Facts
from xlbp.workbook.page.page import Page

PLAN = ("start", "forward", "backward", "update", "try", "check")  # parts of a lesson
MINUTES = dict(zip(PLAN, (5, 10, 12, 5, 10, 3), strict=True))  # of 45
MARKDOWN = str.maketrans({character: f"\\{character}" for character in "\\`*_<>#|"})


def notes_of(contents: Contents, facts: Facts, pages: Sequence[Page], template: str) -> str:
    """The page; ``pages`` are those of the book, ``template`` is what the commands call its template."""
    keys = {title: key.removeprefix("sheet.") for key, title in contents.texts.words.items() if key[:6] == "sheet."}
    by_key = {keys[page.title]: page for page in pages if page.title not in (contents.title, contents.front)}
    return "\n".join(_Notes(contents, facts, template).lines(lesson_path(contents, by_key))).rstrip() + "\n"


class _Notes:
    """Writes the parts one after the other."""

    def __init__(self, contents: Contents, facts: Facts, template: str) -> None:
        self.contents, self.facts, self.template, self.texts = contents, facts, template, contents.texts

    def lines(self, path: list[Stop]) -> Iterator[str]:
        """All lines of the page."""
        texts, template = self.texts, self.contents.template
        yield f"# {texts('notes.title', title=_plain(texts.of(template.title)))}"
        yield ""
        yield _plain(texts("notes.about", outline=self.contents.outline))
        for key, part in (
            ("aim", self.aim()),
            ("plan", self.plan()),
            ("path", self.path(path)),
            ("questions", self.questions()),
            ("wrong", self.wrong()),
            ("homework", self.homework()),
        ):
            yield from ("", f"## {texts(f'notes.{key}')}", "")
            yield from part

    def aim(self) -> Iterator[str]:
        """What the book is about, and what a student can answer at the end of the lesson."""
        lab = Lab(self.contents, self.facts)
        parameter = lab.quantity(moving_parameter(lab))
        gradient = self.contents.gradient(parameter)
        yield _plain(self.texts.of(self.contents.template.summary))
        yield from ("", self.texts("notes.by_the_end"), "")
        told = {
            "objective": lab.symbol(self.contents.objective),
            "loss": lab.tell(self.contents.objective, 0),
            "symbol": lab.symbol(parameter),
            "gradient": lab.symbol(gradient),
            "value": lab.tell(gradient, 0),
            "old": lab.tell(parameter, 0),
            "new": lab.tell(parameter.updated, 0),
        }
        for number in range(1, 5):
            yield f"- {_plain(self.texts(f'notes.aim{number}', **told))}"

    def plan(self) -> Iterator[str]:
        """A lesson of 45 minutes."""
        texts = self.texts
        yield f"| {texts('notes.minutes')} | {texts('notes.what')} |"
        yield "|---|---|"
        sheets = {key: texts(f"sheet.{key}") for key in ("start", "network", "steps", "training", "charts", "check")}
        for key in PLAN:
            yield f"| {MINUTES[key]} | {texts(f'notes.plan_{key}', **sheets)} |"

    def path(self, stops: list[Stop]) -> Iterator[str]:
        """Each stop with its cell, the question it answers, and what to say there."""
        words = self.texts.words
        for number, stop in enumerate(stops, start=1):
            place = stop.place.replace("'", "")
            yield f"{number}. **{_plain(stop.title)}** (`{place}`): {_plain(stop.question)}"
            if f"say.{stop.key}" in words:
                yield f"   {self.texts(f'say.{stop.key}')}"

    def questions(self) -> Iterator[str]:
        """What the book asks to predict, with the answers, which trainings have given."""
        for number, prediction in enumerate(predictions(self.contents, self.facts), start=1):
            yield f"{number}. {_plain(prediction.question)}"
            yield ""
            yield f"   **{self.texts('notes.answer')}** {_plain(prediction.answer)}"
            yield ""

    def wrong(self) -> Iterator[str]:
        """What students usually get wrong, and where they see what is true."""
        for truth in truths(self.contents, self.facts):
            title = self.texts(f"wrong_title.{truth.key}")
            yield f"- **{title}** {_plain(truth.text)}"

    def homework(self) -> Iterator[str]:
        """Exercises that the program makes and marks."""
        blank = "backward" if any(c.phase == "backward" for c in self.contents.program.columns) else "gradients"
        language = "" if self.texts.language == "en" else f" --lang {self.texts.language}"
        called = f'"{self.template}"' if " " in self.template else self.template
        for key, command in (
            ("one", f"xlbp exercise {called} --blank {blank} --solution{language}"),
            ("class", f"xlbp exercise {called} --blank gradients --roster class.csv -o homework{language}"),
            ("mark", "xlbp mark homework"),
        ):
            yield from (self.texts(f"notes.homework_{key}"), "", "```sh", command, "```", "")


def _plain(text: str) -> str:
    """A text whose characters Markdown takes as they are: an underscore or a star is no emphasis."""
    return text.translate(MARKDOWN).replace("\n", " ")
