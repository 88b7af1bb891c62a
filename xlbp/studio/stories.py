"""What one can do in the studio: each story is a form, the command that it would be, and what shows what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xlbp.studio.fields import Field, Kind, Values

BOOKS = ".xlsx,.xlsm,.ods"
DATA = ".csv,.tsv,.txt,.xlsx,.ods,.json,.npz,.gz"
CLASS = ".csv,.txt,.xlsx,.ods"
BLANKS = ("gradients", "backward", "forward", "update")
TASKS = {
    **{blank: (f"--blank={blank}",) for blank in BLANKS},
    "complete": ("--kind=complete", "--blank=gradients"),
    **{kind: (f"--kind={kind}",) for kind in ("predict", "find", "rate")},
}
ENGINES = ("ironcalc", "libreoffice", "gnumeric", "saved", "all")

TEMPLATE = Field("template", Kind.TEMPLATE, is_needed=True, default="mazur")
PARTIAL = Field("partial", Kind.NUMBER, "--partial", is_folded=True)
ITERATIONS = Field("iterations", Kind.NUMBER, "--iterations", is_folded=True)


@dataclass(frozen=True)
class Story:
    """``fixed`` is what every such command has besides its fields; ``result`` the page that shows what it printed.

    Its words are ``studio.KEY``, ``studio.KEY_does`` and ``studio.KEY_button``.
    """

    key: str
    command: str
    fields: tuple[Field, ...]
    fixed: tuple[str, ...] = ()
    result: str = "text"
    speaks: bool = True  # whether it takes --lang

    def arguments(self, values: Values, language: str) -> list[str]:
        """The command without ``xlbp``, what stands alone first.  Raises UsageError for what the form can't mean."""
        words = [(bool(field.option), field.arguments(values)) for field in self.fields]
        alone = [word for is_option, found in words if not is_option for word in found]
        options = [word for is_option, found in words if is_option for word in found]
        lang = (f"--lang={language}",) if self.speaks else ()
        return [self.command, *alone, *options, *self.fixed, *lang]

    def makes(self) -> frozenset[str]:
        """The names of the files that the command is told to make."""
        return frozenset(word.partition("=")[2] for word in self.fixed if "=" in word)

    def empty(self, values: Values) -> Field | None:
        """The first field that is needed and empty."""
        return next((field for field in self.fields if field.is_needed and not field.typed(values)), None)

    def files(self) -> Sequence[Field]:
        """The fields by which files come."""
        return [field for field in self.fields if field.is_file]


STORIES: dict[str, Story] = {
    story.key: story
    for story in (
        Story(
            "data",
            "new",
            (
                Field("data", Kind.FILE, accept=DATA, is_needed=True),
                Field("target", option="--target"),
                Field("inputs", option="--inputs", is_folded=True),
                Field("kind", Kind.CHOICE, "--kind", ("dense", "rnn", "cnn"), is_folded=True),
                Field("hidden", option="--hidden", is_folded=True),
                Field("shape", option="--shape", is_folded=True),
                Field("steps", Kind.NUMBER, "--steps", is_folded=True),
                Field("missing", Kind.CHOICE, "--missing", ("drop", "mean", "category"), is_folded=True),
                ITERATIONS,
            ),
            ("--output=my-template.toml",),
            result="template",
        ),
        Story(
            "verify",
            "verify",
            (
                Field("books", Kind.FILES, accept=BOOKS, is_needed=True),
                Field("engine", Kind.CHOICE, "--engine", ENGINES, default="ironcalc"),
            ),
            ("--json",),
            result="reports",
            speaks=False,
        ),
        Story(
            "audit",
            "audit",
            (
                Field("book", Kind.FILE, accept=BOOKS, is_needed=True),
                Field("forward", Kind.TICK, "--forward"),
                Field("sheet", option="--sheet", is_folded=True),
                Field("loss", option="--loss", is_folded=True),
                Field("parameters", option="--parameters", is_folded=True),
                Field("gradients", option="--gradients", is_folded=True),
                Field("rows", option="--rows", is_folded=True),
            ),
            ("--html=report.html", "--annotate=annotated.xlsx"),
            result="report",
        ),
        Story(
            "check",
            "check",
            (
                TEMPLATE,
                Field("numbers", Kind.FILE, accept=".csv,.json,.npz", is_needed=True),
                Field("rtol", Kind.NUMBER, "--rtol", is_folded=True),
                ITERATIONS,
            ),
            ("--into=my-numbers.xlsx",),
        ),
        Story(
            "exercise",
            "exercise",
            (
                TEMPLATE,
                Field("task", Kind.CHOICE, "--blank", tuple(TASKS), TASKS, default="gradients", is_needed=True),
                Field("roster", Kind.FILE, "--roster", accept=CLASS),
                Field("iterations", Kind.NUMBER, "--iterations", is_folded=True),
                Field("seed", Kind.NUMBER, "--seed", is_folded=True),
                Field("solution", Kind.TICK, "--solution"),
                PARTIAL,
                Field("no_marks", Kind.TICK, "--no-marks", is_folded=True),
            ),
            ("--json",),
            result="exercise",
        ),
        Story(
            "mark",
            "mark",
            (
                Field("handed_in", Kind.FILES, accept=".zip,.xlsx", folder="handed-in", is_needed=True),
                Field("record", Kind.FILE, "--exercise", accept=".json", is_needed=True),
                Field("roster", Kind.FILE, "--roster", accept=CLASS),
                Field("gradebook", Kind.FILE, "--gradebook", accept=CLASS),
                Field("column", option="--column"),
                Field("out_of", Kind.NUMBER, "--out-of", is_folded=True),
                PARTIAL,
                Field("weight", option="--weight", is_folded=True),
                Field("attempt", Kind.CHOICE, "--attempt", ("last", "best"), is_folded=True),
                Field("corrections", Kind.FILE, "--corrections", accept=".csv", is_folded=True),
            ),
            ("--output=marks.xlsx",),
            speaks=False,
        ),
    )
}
