"""Several trainings in one book: what they share stands once, the rest is each one's own.

A group of inputs is shared if it has the same names and numbers in every run: the inputs, the targets, the
matrix of a layer, a setting.  Samples that stand in a table are shared by the runs that have the same ones.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

from xlbp.lang import Texts
from xlbp.symbols.program import Program
from xlbp.template.model import Model
from xlbp.template.template import Template
from xlbp.template.vary import Run
from xlbp.workbook.layout.contents import Contents, Part
from xlbp.workbook.layout.defined_names import defined_name
from xlbp.workbook.layout.layout import (
    DATA_ROW,
    MOST_PANEL_SAMPLES,
    SHARED,
    VALUE_ROW,
    Place,
    batch_places,
    place_columns,
    table_panel,
)

TABLE = 8  # the row of the headings of the front sheet's table; a row per run below it
NOTES, CHART_ROWS = 3, 21  # rows for notes below the table, and at least so many for the charts
LEFT, ACROSS = 3, 8  # the first column of the shared inputs, and how many stand side by side
CEILING = "ceiling"  # the defined name of what the charts cut losses at
LONGEST_TITLE = 31
UNFIT = re.compile(r"[,\[\]:*?/\\{}%'\"\x00-\x1f]")  # for the title of a sheet, or for a formula that names it


@dataclass(frozen=True)
class Comparison:
    """What the sheets of a comparison are made from; all runs depend on ``shared`` cells of the front sheet."""

    runs: tuple[Run, ...]
    contents: tuple[Contents, ...]
    shared: dict[str, Place]
    front: str
    losses: str

    @property
    def first(self) -> Contents:
        """The first run, for what is the same in all."""
        return self.contents[0]

    @property
    def data_sheets(self) -> dict[str, Contents]:
        """The data sheets, each with the run that draws the most samples from it."""
        sheets: dict[str, Contents] = {}
        for contents in self.contents:
            title = contents.layout.data_sheet
            before = sheets.get(title)
            if contents.data_on_own_sheet and (before is None or _draws(contents) > _draws(before)):
                sheets[title] = contents
        return sheets

    @property
    def strips(self) -> list[tuple[str, Place]]:
        """What the shared inputs are, ``inputs``, ``settings`` or ``parameters``, and the first place of each."""
        strips: dict[str, Place] = {}
        initial = self.first.template.model.parameters()
        for name, place in self.shared.items():
            if _is_of_sample(self.first.template.model, name):
                strips.setdefault("inputs", place)
            else:
                strips.setdefault("parameters" if name in initial else "settings", place)
        return list(strips.items())

    @property
    def chart_row(self) -> int:
        """Where the charts begin, below the table and its notes."""
        return TABLE + len(self.runs) + NOTES + 1

    @property
    def chart_rows(self) -> int:
        """How many rows the charts take: enough for their legends."""
        return chart_rows(len(self.runs))


def chart_rows(runs: int) -> int:
    """How many rows the charts of so many runs take."""
    return max(CHART_ROWS, runs + 4)


def shared_row(runs: int) -> int:
    """The heading of the shared inputs, below the charts."""
    return TABLE + runs + NOTES + 1 + chart_rows(runs) + 1


def sheet_title(run: Run) -> str:
    """What varies, as the title of a sheet: no longer than 31 characters, unique by the number in front."""
    plain = " ".join(UNFIT.sub("", run.label).split())
    return f"{run.number} {plain}"[:LONGEST_TITLE].strip()


def lay_out_runs(runs: Sequence[Run], programs: Sequence[Program], texts: Texts) -> Comparison:
    """Give every quantity of every run its cell.  Raises UsageError if a run does not fit a sheet."""
    templates = [run.template for run in runs]
    front = texts("sheet.comparison")
    taken = {CEILING}
    shared = _shared_panel(templates, shared_row(len(runs)), taken)
    data = _data_sheets(templates, texts)
    panels = [
        _own_panel(run, program, shared, taken) for run, program in zip(runs, programs, strict=True)
    ]  # all rows begin at the same height, so that a row's number tells the iteration on every sheet
    heights = [VALUE_ROW, *(p.row for panel in panels for p in panel.values() if p.sheet == "training")]
    laid_out = []
    for run, program, panel, sheet in zip(runs, programs, panels, data, strict=True):
        layout = place_columns(program, panel, max(heights), run.template, sheet, front)
        part = Part(run.number, run.label, sheet_title(run), front)
        laid_out.append(Contents(run.template, program, layout, texts, part))
    return Comparison(tuple(runs), tuple(laid_out), shared, front, texts("sheet.losses"))


def restore_runs(runs: Sequence[Run], contents: Sequence[Contents], texts: Texts) -> Comparison:
    """The comparison of a book, whose layouts are known."""
    shared: dict[str, Place] = {}
    for one in contents:
        shared |= {name: place for name, place in one.layout.panel.items() if place.sheet == SHARED}
    return Comparison(tuple(runs), tuple(contents), shared, texts("sheet.comparison"), texts("sheet.losses"))


def shared_names(templates: Sequence[Template]) -> list[str]:
    """The inputs that have the same numbers in every run, in their order; those of a data sheet are not among them."""
    groups = [_groups(template) for template in templates]
    common = [name for name, members in groups[0].items() if all(other.get(name) == members for other in groups[1:])]
    return [member for name in common for member in groups[0][name]]


def _groups(template: Template) -> dict[str, dict[str, float]]:
    """The inputs by what they belong to: ``W1[2,3]`` to W1, ``x[1]@2`` to x."""
    groups: dict[str, dict[str, float]] = {}
    elsewhere = _on_data_sheet(template)
    for name, value in template.inputs().items():
        if name not in elsewhere:
            groups.setdefault(template.model.quantity(name).tensor, {})[name] = value
    return groups


def _is_of_sample(model: Model, name: str) -> bool:
    """Whether it is an input or a target of a sample; a formula without data may have arrays of these names, too."""
    quantity = model.quantity(name)
    return bool(model.inputs) and quantity.letter in ("x", "t") and bool(quantity.indices)


def _on_data_sheet(template: Template) -> dict[str, Place]:
    """The cells of the data sheet, if the run has one."""
    model = template.model
    if model.stored:
        return table_panel(model)
    many = len(model.inputs) > MOST_PANEL_SAMPLES
    return batch_places(model, "xt", Place("data", DATA_ROW, 2)) if many else {}


def _shared_panel(templates: Sequence[Template], heading: int, taken: set[str]) -> dict[str, Place]:
    """Inputs and targets side by side, a row per sample; then settings, then initial parameters, in lines."""
    template = templates[0]
    names = shared_names(templates)
    model = template.model
    of_samples = {model.quantity(name).letter for name in names if _is_of_sample(model, name)}
    letters = "".join(letter for letter in "xt" if letter in of_samples)
    panel: dict[str, Place] = {}
    row = heading + 2  # the labels stand over the numbers
    if letters:
        first = Place(SHARED, row, LEFT)
        panel = batch_places(template.model, letters, first, lambda name: defined_name(name, taken))
        row = max(place.row for place in panel.values()) + 2
    parameters = [name for name in template.parameter_order if name in names]
    settings = [name for name in names if name not in panel and name not in parameters]
    for strip in (settings, parameters):
        for place, name in enumerate(strip):
            down, across = divmod(place, ACROSS)
            panel[name] = Place(SHARED, row + 2 * down, LEFT + across, defined_name(name, taken))
        row += 2 * -(-len(strip) // ACROSS)
    return panel


def _own_panel(run: Run, program: Program, shared: dict[str, Place], taken: set[str]) -> dict[str, Place]:
    """Every input of a run: shared, on a data sheet, or on its own panel, whose names end in the run's number."""

    def define(name: str) -> str:
        return defined_name(f"{name}_{run.number}", taken)

    model, panel = run.template.model, _on_data_sheet(run.template)
    mine = [*dict.fromkeys((*program.panel, *run.template.inputs()))]
    panel |= {name: shared[name] for name in mine if name in shared}
    column = 2
    for letter in "xt" if len(model.marks) > 1 else "":
        batch = batch_places(model, letter, Place("training", VALUE_ROW, column), define)
        if batch.keys() <= set(program.panel) - panel.keys():
            panel |= batch
            column = max(place.column for place in batch.values()) + 1
    here = count(column)
    for name in program.panel:
        if name not in panel:
            panel[name] = Place("training", VALUE_ROW, next(here), define(name))
    return panel


def _draws(contents: Contents) -> int:
    """How many samples a training draws from its table in an order of its own."""
    return len(contents.template.model.data.order)


def _data_sheets(templates: Sequence[Template], texts: Texts) -> list[str]:
    """The title of each run's data sheet; runs with the same samples, in the same order as far as it goes, have one."""
    groups: list[list[Template]] = []
    member: list[int] = []
    for template in templates:
        fitting = (n for n, group in enumerate(groups) if all(_same_samples(template, other) for other in group))
        number = next(fitting, len(groups))
        if number == len(groups):
            groups.append([])
        groups[number].append(template)
        member.append(number)
    title = texts("sheet.data")
    return [title if len(groups) == 1 else f"{title} {number + 1}" for number in member]


def _same_samples(one: Template, other: Template) -> bool:
    """Whether two runs can read one table: the shorter order of draws is the beginning of the longer."""
    a, b = one.model, other.model
    shorter = min(len(a.data.order), len(b.data.order))
    return (a.inputs, a.targets, a.data.classes, a.data.features, a.scalings, a.data.test) == (
        b.inputs,
        b.targets,
        b.data.classes,
        b.data.features,
        b.scalings,
        b.data.test,
    ) and a.data.order[:shorter] == b.data.order[:shorter]
