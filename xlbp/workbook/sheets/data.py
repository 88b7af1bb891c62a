"""The data sheet: a sample in each row, as it was given and as the network sees it, and the order of the draws."""

from __future__ import annotations

import re
from functools import partial

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from xlbp.template import names
from xlbp.template.csv_file import labels
from xlbp.template.network import Network
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.layout import DATA_ROW, Place
from xlbp.workbook.page.facts import Facts, sizes_of_scaled
from xlbp.workbook.page.page import Page
from xlbp.workbook.sheets.data_entries import put_wrong_entries
from xlbp.workbook.sheets.header import put_title

FIRST_STATISTIC, SECOND_STATISTIC, HEADING = DATA_ROW - 4, DATA_ROW - 3, DATA_ROW - 1
STATISTICS = {  # of a feature, in the cells {range}, the {first} of them; the second may use the first one, {shift}
    # the mean from distances, for a plain AVERAGE loses digits where the numbers are far from zero
    "standard": (
        "{first}+SUMPRODUCT({range}-{first})/COUNT({range})",
        "SQRT(SUMPRODUCT(({range}-{shift})*({range}-{shift}))/COUNT({range}))",
    ),
    "minmax": ("MIN({range})", "MAX({range})-MIN({range})"),
}
LONGEST_LIST = 250  # of a data validation


def data_page(contents: Contents, facts: Facts) -> Page:
    """The sheet; its yellow cells are inputs, named by their place in the layout."""
    page = Page(contents.layout.data_sheet)
    put_title(page, contents, "data")
    model = contents.template.model
    assert isinstance(model, Network)
    sheet = _Data(page, contents, facts, model)
    for name, place in contents.layout.panel.items():
        if place.sheet == "data":
            sheet.put(name, place)
    sheet.put_statistics()
    put_wrong_entries(page, contents)
    page.width([1], 8)
    page.finishing.append(partial(_finish, classes=model.data.classes, places=sheet.class_cells))
    return page


class _Data:
    def __init__(self, page: Page, contents: Contents, facts: Facts, network: Network) -> None:
        self.page, self.contents, self.facts, self.network = page, contents, facts, network
        self.texts, self.given, self.sizes = contents.texts, contents.template.inputs(), sizes_of_scaled(facts.inputs)
        self.class_cells: list[str] = []

    def put(self, name: str, place: Place) -> None:
        """One cell; the first of a column puts its heading, too."""
        row, column = place.row, place.column
        if row == DATA_ROW:
            self.heading(name, column)
        if column == 2:
            self.number(row)
        if name.startswith(names.CLASS):
            self.page.given(row, column, class_label(self.network, int(self.facts.inputs[name])))
            self.class_cells.append(place.address.replace("$", ""))
        elif name in self.given:
            self.page.given(row, column, self.facts.inputs[name])
        else:
            self.computed(name, place)

    def number(self, row: int) -> None:
        """The sample's number; those kept from training say so."""
        count = row - DATA_ROW + 1
        kept = count > self.network.samples
        text = f"{self.texts('data.kept')} {count - self.network.samples}" if kept else str(count)
        self.page.text(row, 1, text, "muted")

    def heading(self, name: str, column: int) -> None:
        """The symbol over a column; over the targets of a class the class itself, which their formulas ask for."""
        self.page.width([column], 14)
        if name.startswith("t[") and name not in self.given:
            self.page.label(HEADING, column, class_label(self.network, int(re.split(r"[\[\]]", name)[1]) - 1))
            return
        shown = re.sub(r"#1$|⁽¹⁾$", "", self.contents.symbol(name))
        if name.startswith(names.CLASS):
            shown = self.texts("data.class")
        if name.startswith(names.ORDER):
            shown = self.texts("data.order")
        self.page.text(HEADING, column, shown, "column")

    def computed(self, name: str, place: Place) -> None:
        """A scaled feature, or 1 where the sample is of the column's class."""
        column, index, _ = re.split(r"[\[\]]", name)
        row, letter = place.row, get_column_letter(place.column)
        value = self.facts.value(name)
        if column == "t":
            source = get_column_letter(self.contents.layout.panel[f"{names.CLASS}#1"].column)
            self.page.live(row, place.column, f"IF(${source}{row}={letter}${HEADING},1,0)", value, "integer")
            return
        source = get_column_letter(self.contents.layout.panel[f"raw[{index}]#1"].column)
        shift, size = f"{source}${FIRST_STATISTIC}", f"{source}${SECOND_STATISTIC}"
        self.page.live(row, place.column, f"({source}{row}-{shift})/{size}", value, "number", self.sizes[name])

    def put_statistics(self) -> None:
        """What every feature is scaled by, from the samples that are trained on."""
        scale = self.network.data.scale
        if scale == "none":
            return
        keys = ("mean", "deviation") if scale == "standard" else ("least", "range")
        for row, key in zip((FIRST_STATISTIC, SECOND_STATISTIC), keys, strict=True):
            self.page.text(row, 1, self.texts(f"data.{key}"), "label")
        self.page.width([1], 10)
        for index in range(1, len(self.network.inputs[0]) + 1):
            column = self.contents.layout.panel[f"raw[{index}]#1"].column
            letter = get_column_letter(column)
            cells = f"{letter}{DATA_ROW}:{letter}{DATA_ROW + self.network.samples - 1}"
            largest = max(abs(self.facts.inputs[f"raw[{index}]#{n}"]) for n in range(1, self.network.samples + 1))
            for row, name, pattern in zip(
                (FIRST_STATISTIC, SECOND_STATISTIC), ("shift", "size"), STATISTICS[scale], strict=True
            ):
                formula = pattern.format(shift=f"{letter}{FIRST_STATISTIC}", range=cells, first=f"{letter}{DATA_ROW}")
                self.page.live(row, column, formula, self.facts.value(f"{name}[{index}]"), "number", largest)


def class_label(network: Network, index: int) -> str | float:
    """A class as its cell holds it."""
    return labels(network.data.classes)[index]


def _finish(sheet: Worksheet, classes: tuple[str, ...], places: list[str]) -> None:
    """Headings stay in sight; a class may be chosen from a list, which offers the classes and refuses nothing."""
    sheet.freeze_panes = f"B{DATA_ROW}"
    listed = ",".join(classes)
    if not places or len(listed) > LONGEST_LIST or '"' in listed or any("," in text for text in classes):
        return
    rule = DataValidation(type="list", formula1=f'"{listed}"', showErrorMessage=False)
    sheet.add_data_validation(rule)
    rule.add(f"{places[0]}:{places[-1]}")
