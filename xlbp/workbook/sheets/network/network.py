"""The sheet *Network*: the picture with the chosen parameter's paths, or what stands for it where there can be none."""

from __future__ import annotations

from xlbp.workbook.drawing.diagram import Layers, diagram
from xlbp.workbook.drawing.loss_nodes import with_loss
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.lesson.commands import train_all
from xlbp.workbook.page.facts import Facts
from xlbp.workbook.page.lens import Lens
from xlbp.workbook.page.page import Page
from xlbp.workbook.sheets.header import put_header
from xlbp.workbook.sheets.network.arrays import put_arrays
from xlbp.workbook.sheets.network.matrices import put_list, put_matrices
from xlbp.workbook.sheets.network.path_table import PathTable
from xlbp.workbook.sheets.network.picture import AHEAD, SCRATCH, STAGE, Picture
from xlbp.workbook.sheets.network.tensors import has_tensors, put_tensors

FIRST = 9  # the first row of matrices
CHOICE, LEGEND, PICTURE = 5, 6, 11  # rows: of the chosen parameter, of the legend, of the picture's first one


def network_page(contents: Contents, facts: Facts) -> Page:
    """The sheet: the picture, or for a large network its matrices."""
    page, lens = Page(contents.texts("sheet.network")), Lens(contents, facts)
    put_header(page, contents, facts, "network", key_suffix=contents.template.kind, with_sample=True)
    if contents.template.model.computed_as == "arrays":
        put_arrays(page, lens, contents.template.model.arrays)
    elif has_tensors(contents):
        put_tensors(page, lens)
    elif layers := diagram(lens):
        put_picture(page, lens, with_loss(lens, layers))
    else:
        put_large = {"network": put_matrices, "expression": put_list}[contents.template.kind]
        put_large(page, lens, FIRST)
    return page


def put_picture(page: Page, lens: Lens, layers: Layers) -> None:
    """The choice of a parameter, the legend, the picture, and under it what the parameter's paths contribute."""
    scratch = 2 + STAGE * len(layers) + AHEAD
    table = PathTable(page, lens, CHOICE, scratch + SCRATCH * len(layers))
    table.put_choice()
    contents = lens.contents
    symbol, kind = contents.symbol(contents.objective), contents.template.kind
    keys = [f"legend_{kind}", "lines", *(["legend_batch"] if lens.samples > 1 else [])]
    for row, key in enumerate(keys, start=LEGEND):
        text = contents.texts(f"network.{key}", objective=symbol, samples=lens.samples)
        if key == "legend_network" and train_all(contents):
            text = contents.texts.sentences(text, contents.texts("network.legend_frozen"))
        page.text(row, 2, text, "muted")
    table.put_lists()
    picture = Picture(page, lens, layers, table.chosen, PICTURE, scratch)
    table.put(picture.put())
    page.formats_numbers, page.print_columns = True, picture.last
