"""A template as frozen values.  Loading checks them; everything after may trust them.

Every number has at most 15 significant digits, so that a person can retype it exactly into a cell.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from xlbp.template import names
from xlbp.template.model import Model

if TYPE_CHECKING:
    from xlbp.pictures.svg import Picture

Texts: TypeAlias = dict[str, str]  # language -> text; "en" is always there

LONGEST = 60  # characters of an outline in a line


@dataclass(frozen=True)
class Training:
    """How many rows after the first, how large a step, and by which rule it is taken.

    ``settings`` are the numbers of the optimizer, the schedule, the clipping and the penalties, by the names of
    :func:`xlbp.template.names.setting`: each is a cell of the panel.  ``pieces`` counts the rates of a
    piecewise schedule.
    """

    iterations: int
    learning_rate: float
    optimizer: str = "sgd"
    schedule: str = "constant"
    clip: str = ""  # "value" or "norm"
    settings: dict[str, float] = field(default_factory=dict)
    pieces: int = 0

    def has(self, setting: str) -> bool:
        """Whether the template sets this number."""
        return names.setting(setting) in self.settings


@dataclass(frozen=True, repr=False)
class Template:
    """One problem, checked and ready to compile: frozen values.

    Attributes
    ----------
    name
        What it is called, and the book made of it.
    title, summary, source, notes
        What it says of itself, by language.
    text
        The TOML it came from, which can be saved and edited.
    overrides
        What was changed in that, as ``key=value``.
    training
        The iterations, the learning rate, the optimizer and its settings.
    model
        The network, or the graph.

    """

    name: str
    title: Texts
    model: Model
    training: Training
    symbols: dict[str, str]  # the source's own symbols, by name; see spec.notation
    parameter_order: tuple[str, ...]
    summary: Texts = field(default_factory=dict)
    source: Texts = field(default_factory=dict)
    notes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    text: str = ""
    overrides: tuple[str, ...] = ()
    files: dict[str, str] = field(default_factory=dict)  # the data files it names, with their text
    translations: dict[str, str] = field(default_factory=dict, compare=False)  # language -> the file beside it

    def digested(self) -> tuple[object, ...]:
        """All that it follows from, as plain values."""
        return self.name, self.text, self.overrides, self.files, self.translations

    def __repr__(self) -> str:
        training = f"{self.training.optimizer}, {self.training.iterations:,} iterations"
        outline = self.model.outline()
        short = outline if len(outline) <= LONGEST else f"{outline[: LONGEST - 1]}…"
        return f"Template({self.name}: {short}, {self.model.loss or self.model.objective}, {training})"

    def to_dict(self) -> dict[str, str]:
        """A line of what ``xlbp templates --json`` prints."""
        return {"name": self.name, "kind": self.kind, "title": self.title["en"]}

    def picture(self) -> Picture:
        """The network, its layers from left to right; or the graph."""
        from xlbp.template.picture import picture_of  # noqa: PLC0415 - for notebooks

        return picture_of(self)

    def _repr_html_(self) -> str:
        from xlbp.pictures import html  # noqa: PLC0415 - for notebooks

        title = html.said(f"{self.title['en']}. {self.summary.get('en', '')}")
        return html.heading(repr(self)) + title + html.shown(self.picture())

    @property
    def kind(self) -> str:
        """``network`` or ``expression``, as the template's own table is called."""
        return self.model.kind

    @property
    def entered_with(self) -> tuple[str, ...]:
        """What each row starts from: the parameters, and what else is carried from row to row."""
        return (*self.parameter_order, *self.model.carried)

    def inputs(self) -> dict[str, float]:
        """Every number a person may change in the book, by name."""
        eta = {names.LEARNING_RATE: self.training.learning_rate}
        return self.model.constants() | eta | self.training.settings | self.model.parameters()
