"""The samples as a picture needs them: their cells, their classes, and over which range they lie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from openpyxl.utils import get_column_letter

from xlbp.datafile.numbers import labels
from xlbp.template import names
from xlbp.template.network import Network
from xlbp.template.scaling import TARGETS
from xlbp.workbook.drawing import style
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.page.facts import Facts
from xlbp.workbook.page.page import Page
from xlbp.workbook.sheets.answering import plain_symbol
from xlbp.workbook.sheets.outcomes import threshold_of

MARGIN = 6  # the picture goes beyond the samples by this part of their range
VALUES, SIDES, CLASSES = "values", "sides", "classes"


@dataclass(frozen=True)
class Range:
    """From where to where an input is drawn: addresses, with values."""

    start: tuple[str, float]
    end: tuple[str, float]

    def at(self, place: int, places: int) -> tuple[str, float]:
        """One of so many places from the start to the end, as a formula with its value."""
        (start, low), (end, high) = self.start, self.end
        return f"{start}+{place}*({end}-{start})/{places - 1}", low + place * (high - low) / (places - 1)


def sample_marks(network: Network) -> list[str]:
    """The marks of all samples, those kept from training last."""
    return list(names.rows(len(network.inputs)) if network.stored else network.marks)


def kind_of(network: Network) -> str:
    """Whether outputs are read as one of several classes, as one of two sides, or as a value; '' for none of these."""
    if len(network.targets[0]) == 1:
        return SIDES if len(set(network.targets)) == 2 else VALUES
    one_largest = TARGETS not in network.scalings and all(row.count(max(row)) == 1 for row in network.targets)
    return CLASSES if one_largest and len(network.targets[0]) <= len(style.GROUPS) else ""


def middle(network: Network) -> float:
    """The output that lies between two sides: the one by which hits are counted, else half-way between the targets."""
    low, high = sorted(value for (value,) in set(network.targets))
    threshold = threshold_of(network)
    return threshold if threshold is not None and low < threshold < high else (low + high) / 2


def group_names(contents: Contents) -> list[str]:
    """What the samples of each class are called: by the class, or by their target."""
    network = contents.network
    kind, classes = kind_of(network), [str(label) for label in labels(network.data.classes)]
    if kind == SIDES:
        values = (contents.texts.number(value, ".6g").replace("-", "−") for (value,) in sorted(set(network.targets)))
        return [contents.texts("learned.target", value=value) for value in values]
    if kind == CLASSES:
        symbols = [plain_symbol(contents, name) for name in network.each_target()]
        shown = classes or [f"{symbol} = 1" for symbol in symbols]
        return [f"{number}: {text}" for number, text in enumerate(shown, start=1)]
    return [contents.texts("learned.sample")]


def put_ranges(page: Page, contents: Contents, facts: Facts, row: int, column: int) -> list[Range]:
    """Each input's smallest and largest number, the margin, and from where to where it is drawn."""
    texts, network = contents.texts, contents.network
    ranges: list[Range] = []
    page.text(row, column, texts("learned.range"), "heading")
    for offset, key in enumerate(("least", "most", "margin", "from", "to"), start=2):
        page.text(row + offset, column, texts(f"learned.{key}"), "label")
    for number, name in enumerate(network.given, start=column + 1):
        page.text(row + 1, number, plain_symbol(contents, name), "column")
        ranges.append(_put_range(page, contents, facts, (row + 2, number), name))
    return ranges


def _put_range(page: Page, contents: Contents, facts: Facts, at: tuple[int, int], name: str) -> Range:
    """The five numbers of an input, one below the other; the margin of one that is always the same is of 1."""
    (row, column), over = at, range_of(contents, name)
    values = [facts.inputs[name + mark] for mark in sample_marks(contents.network)]
    letter, low, high = get_column_letter(column), min(values), max(values)
    least, most, margin, start, end = (f"${letter}${row + offset}" for offset in range(5))
    beyond = ((high - low) if high > low else 1.0) / MARGIN
    formulas = [
        (f"MIN({over})", low),
        (f"MAX({over})", high),
        (f"IF(SIGN({most}-{least})>0,{most}-{least},1)/{MARGIN}", beyond),
        (f"{least}-{margin}", low - beyond),
        (f"{most}+{margin}", high + beyond),
    ]
    for offset, (formula, value) in enumerate(formulas):
        page.live(row + offset, column, formula, value, "small", abs(low) + abs(high) + beyond)
    return Range((start, low - beyond), (end, high + beyond))


def range_of(contents: Contents, name: str, marks: Sequence[str] = ()) -> str:
    """The cells of an input, or of a target, of all samples or of those between two marks."""
    chosen = marks or sample_marks(contents.network)
    first, last = (contents.layout.panel[name + mark] for mark in (chosen[0], chosen[-1]))
    return f"{contents.sheet_of(first)}!{first.address}:{last.address}"
