"""The data sheet: a sample in each row, as it was given and as the network sees it, and the order of the draws."""

from __future__ import annotations

from functools import partial
from itertools import groupby

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from xlbp.datafile.numbers import labels
from xlbp.template import names
from xlbp.template.blocks.block import Elements
from xlbp.template.features import PRODUCT
from xlbp.template.model import Model
from xlbp.template.quantity import Quantity
from xlbp.template.scaling import INPUTS, TARGETS, Scaled
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.layout import DATA_ROW, Place
from xlbp.workbook.page.facts import Facts, readable_formula, sizes_of_scaled
from xlbp.workbook.page.live_text import joined, literal
from xlbp.workbook.page.live_text import number as number_text
from xlbp.workbook.page.page import Page
from xlbp.workbook.sheets.data_entries import put_wrong_entries
from xlbp.workbook.sheets.header import put_title

FIRST_STATISTIC, SECOND_STATISTIC, HEADING = DATA_ROW - 4, DATA_ROW - 3, DATA_ROW - 1
STATISTIC_ROWS = {  # by the letter of what stands there
    letter: row
    for scaled in (INPUTS, TARGETS)
    for letter, row in zip(scaled.statistics, (FIRST_STATISTIC, SECOND_STATISTIC), strict=True)
}
LABELS = {"standard": ("mean", "deviation"), "minmax": ("least", "range")}  # of the two statistics
FIRST_ROW_OF_TABLE = names.rows(1)[0]
WORDS = {names.CLASS: "data.class", names.ORDER: "data.order"}  # columns that have a word for a heading
STATISTICS = {  # of a feature, in the cells {range}, the {first} of them; the second may use the first one, {shift}
    # the mean from distances, for a plain AVERAGE loses digits where the numbers are far from zero
    "standard": (
        "{first}+SUMPRODUCT({range}-{first})/COUNT({range})",
        "SQRT(SUMPRODUCT(({range}-{shift})*({range}-{shift}))/COUNT({range}))",
    ),
    "minmax": ("MIN({range})", "MAX({range})-MIN({range})"),
}
TITLE_ROWS, MOST_EXPLAINED = 2, 12  # rows of title and explanation; columns over each of which its scaling is told
LONGEST_LIST = 250  # of a data validation


def data_page(contents: Contents, facts: Facts) -> Page:
    """The sheet; its yellow cells are inputs, named by their place in the layout."""
    page = Page(contents.layout.data_sheet)
    model = contents.template.model
    put_title(page, contents, "data", "filled" if model.data.filled else "")
    sheet = _Data(page, contents, facts, model)
    for name, place in contents.layout.panel.items():
        if place.sheet == "data":
            sheet.put(contents.quantity(name), place)
    sheet.put_statistics()
    sheet.put_words()
    put_wrong_entries(page, contents)
    page.width([1], 8)
    page.finishing.append(partial(_finish, classes=model.data.classes, places=sheet.class_cells))
    return page


class _Data:
    def __init__(self, page: Page, contents: Contents, facts: Facts, model: Model) -> None:
        self.page, self.contents, self.facts, self.model = page, contents, facts, model
        self.texts, self.given = contents.texts, contents.template.inputs()
        self.sizes = sizes_of_scaled(model, facts.inputs)
        self.features = {part.letter: raw_by_feature(model, part) for part in model.scalings}
        self.class_cells: list[str] = []
        self.filled = filled_inputs(model)

    def put(self, name: Quantity, place: Place) -> None:
        """One cell; the first of a column puts its heading, too."""
        row, column = place.row, place.column
        if row == DATA_ROW:
            self.heading(name, column)
        if column == 2:
            self.number(row)
        if name.letter == names.CLASS:
            self.page.given(row, column, class_label(self.model, int(self.facts.inputs[name])))
            self.class_cells.append(place.address.replace("$", ""))
        elif name in self.given:
            self.page.given(row, column, self.facts.inputs[name], "filled" if name in self.filled else "input")
        else:
            self.computed(name, place)

    def number(self, row: int) -> None:
        """The sample's number; those kept from training say so."""
        count = row - DATA_ROW + 1
        kept = count > self.model.samples
        text = f"{self.texts('data.kept')} {count - self.model.samples}" if kept else str(count)
        self.page.text(row, 1, text, "kept" if kept else "muted")

    def put_words(self) -> None:
        """How many rows of the training go once through the samples, and which samples are kept from it."""
        network, texts = self.model, self.texts
        if network.picks:
            rows = texts.number(network.samples / network.batch, ".4g")
            said = texts("data.epoch", batch=network.batch, samples=network.samples, rows=rows)
            self.page.text(TITLE_ROWS + 1, 2, said, "muted")
        if network.data.test:
            self.page.text(HEADING - 1, 2, texts("data.tested", count=network.data.test), "muted")

    def put_scaling(self, name: Quantity, column: int) -> None:
        """Over a column of scaled numbers how they are made, and over the first of them what they mean."""
        part = INPUTS if name.letter == INPUTS.letter else TARGETS
        columns = [number for number in self.model.each_of(part.letter) if self.is_scaled(number)]
        way, ways = self.model.scalings[part], list(self.model.scalings.values())
        if name.sampled("") == columns[0] and (part is INPUTS or way not in ways[:-1]):
            for row, number in ((FIRST_STATISTIC, 0), (SECOND_STATISTIC, 1)):
                self.page.text(row, column, self.texts(f"data.scaled_{way}_{number}"), "muted")
            self.page.text(FIRST_STATISTIC - 1, column, self.texts(f"data.why_{part.letter}"), "muted")
        if len(columns) <= MOST_EXPLAINED:
            raw = self.features[name.letter][self.model.feature_of(name)][0]
            pieces = [literal(f"= ({self.texts('data.raw')} − ")]
            for letter, after in zip(part.statistics, (") / ", ""), strict=True):
                cell = f"{self.column(raw + FIRST_ROW_OF_TABLE)}${STATISTIC_ROWS[letter]}"
                value = self.facts.value(self.model.statistic(letter, raw))
                pieces += [number_text(readable_formula(cell), cell, value, in_brackets=True), literal(after)]
            formula, shown = joined(pieces)
            self.page.live(HEADING - 1, column, formula, shown, "muted")

    def is_scaled(self, name: Quantity) -> bool:
        """Whether a number of the table is made from a given one by the statistics of its feature."""
        scaled = {part.letter for part in self.model.scalings}
        is_derived = bool(self.model.inputs) and name.sampled("") in self.model.network.derived
        return name.letter in scaled and not is_derived

    def heading(self, name: Quantity, column: int) -> None:
        """The symbol over a column; over the targets of a class the class itself, which their formulas ask for."""
        self.page.width([column], 14)
        if self.is_of_class(name):
            self.page.label(HEADING, column, class_label(self.model, self.model.feature_of(name) - 1))
        elif name.letter in WORDS:
            self.page.text(HEADING, column, self.texts(WORDS[name.letter]), "column")
        else:
            of_column = self.contents.column_symbol if name.is_in_table else self.contents.bare_symbol
            unscaled = self.texts("data.unscaled")  # on a line of its own
            self.page.text(HEADING, column, of_column(name).replace(unscaled, f"\n{unscaled.strip()}"), "column")
            if self.is_scaled(name) and name not in self.given:
                self.put_scaling(name, column)

    def is_of_class(self, name: Quantity) -> bool:
        """Whether it is a target that says if a sample is of a class."""
        return bool(self.model.data.classes) and name.letter == TARGETS.letter

    def computed(self, name: Quantity, place: Place) -> None:
        """A scaled number, or 1 where the sample is of the column's class."""
        row, letter = place.row, get_column_letter(place.column)
        value = self.facts.value(name)
        if self.is_of_class(name):
            source = self.column(names.CLASS + FIRST_ROW_OF_TABLE)
            self.page.live(row, place.column, f"IF(${source}{row}={letter}${HEADING},1,0)", value, "integer")
            return
        if (formula := self.feature(name)) is not None:
            self.page.live(row, place.column, formula.replace("{row}", str(row)), value, "number")
            return
        raw = INPUTS.raw if name.letter == INPUTS.letter else TARGETS.raw
        source = self.column(name.lettered(raw).sampled(FIRST_ROW_OF_TABLE))
        first = self.column(self.features[name.letter][self.model.feature_of(name)][0] + FIRST_ROW_OF_TABLE)
        shift, size = f"{first}${FIRST_STATISTIC}", f"{first}${SECOND_STATISTIC}"
        self.page.live(row, place.column, f"({source}{row}-{shift})/{size}", value, "number", self.sizes[name])

    def feature(self, name: Quantity) -> str | None:
        """The formula of an input that is computed from others, for any ``{row}``; None for what is none."""
        derived = self.model.network.derived
        if (bare := name.sampled("")) not in derived:
            return None
        feature, given = self.model.data.features[derived.index(bare)], self.model.network.given
        cells = [f"${self.column(given[place].sampled(FIRST_ROW_OF_TABLE))}{{row}}" for place in feature.of]
        return "*".join(cells) if feature.function == PRODUCT else f"{feature.function.upper()}({cells[0]})"

    def column(self, name: str) -> str:
        """The letter of the column in which a quantity stands."""
        return str(get_column_letter(self.contents.layout.panel[name].column))

    def put_statistics(self) -> None:
        """What every feature is scaled by, from the samples that are trained on."""
        ways = list(self.model.scalings.values())
        for way in dict.fromkeys(ways):
            for row, key in zip((FIRST_STATISTIC, SECOND_STATISTIC), LABELS[way], strict=True):
                if way == ways[0]:
                    self.page.text(row, 1, self.texts(f"data.{key}"), "label")
                else:  # the targets' own, at their right
                    self.page.text(row, self.last_given + 1, f"← {self.texts(f'data.{key}')}")
        for part, way in self.model.scalings.items():
            self.page.width([1], 10)
            for raw in self.features[part.letter].values():
                self.put_statistics_of(raw, part, STATISTICS[way])

    @property
    def last_given(self) -> int:
        """The last column of what a person may change of the samples."""
        last = self.model.network.aimed_at[-1].sampled(FIRST_ROW_OF_TABLE)
        return self.contents.layout.panel[last].column

    def put_statistics_of(self, raw: Elements, part: Scaled, patterns: tuple[str, str]) -> None:
        """Those of one feature, over its columns, which stand side by side, in the first of these."""
        place = self.contents.layout.panel[raw[0] + FIRST_ROW_OF_TABLE]
        letter, last = self.column(raw[0] + FIRST_ROW_OF_TABLE), self.column(raw[-1] + FIRST_ROW_OF_TABLE)
        cells = f"{letter}{DATA_ROW}:{last}{DATA_ROW + self.model.samples - 1}"
        largest = max(abs(self.facts.inputs[name + row]) for name in raw for row in names.rows(self.model.samples))
        for name, pattern in zip(part.statistics, patterns, strict=True):
            row = STATISTIC_ROWS[name]
            formula = pattern.format(shift=f"{letter}{FIRST_STATISTIC}", range=cells, first=f"{letter}{DATA_ROW}")
            value = self.facts.value(self.model.statistic(name, raw[0]))
            self.page.live(row, place.column, formula, value, "number", largest)


def raw_by_feature(model: Model, part: Scaled) -> dict[int, Elements]:
    """A sample's inputs, or targets, before scaling that belong to each feature, or channel, by its number."""
    numbers = sorted(model.each_of(part.raw), key=model.feature_of)
    return {feature: tuple(raw) for feature, raw in groupby(numbers, key=model.feature_of)}


def filled_inputs(model: Model) -> frozenset[str]:
    """The inputs for which a mean stands, as the file lacks them."""
    marks = names.rows(len(model.inputs))
    each = {mark: model.each_input("x" if model.data.scale == "none" else "raw", mark) for mark in marks}
    return frozenset(each[marks[sample]][place] for sample, place in model.data.filled)


def class_label(model: Model, index: int) -> str | float:
    """A class as its cell holds it."""
    return labels(model.data.classes)[index]


def _finish(sheet: Worksheet, classes: tuple[str, ...], places: list[str]) -> None:
    """Headings stay in sight; a class may be chosen from a list, which offers the classes and refuses nothing."""
    sheet.freeze_panes = f"B{DATA_ROW}"
    listed = ",".join(classes)
    if not places or len(listed) > LONGEST_LIST or '"' in listed or any("," in text for text in classes):
        return
    rule = DataValidation(type="list", formula1=f'"{listed}"', showErrorMessage=False)
    sheet.add_data_validation(rule)
    rule.add(f"{places[0]}:{places[-1]}")
