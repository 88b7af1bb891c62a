"""Plants one mistake of each kind in a sound book, and says where it is and how it is to be called."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.formula.translate import Translator
from openpyxl.utils import get_column_letter

from xlbp.auditing import findings as kinds


@dataclass(frozen=True)
class Plant:
    """``columns`` maps headings to formulas of headings; ``row`` restricts it to one row, counted from 0."""

    name: str
    book: str
    columns: dict[str, str]
    kinds: tuple[str, ...]
    where: tuple[str, ...] = ()  # headings of the columns in which it may be found; those changed, by default
    row: int | None = None
    sliding: bool = False  # filled down from the first row as a spreadsheet does, $ and all

    def accepts(self, finding: dict[str, object], headings: dict[str, str]) -> bool:
        """Whether a finding names the kind and one of the cells."""
        letters = {headings[h] for h in (self.where or tuple(self.columns))}
        found = re.match(r"([A-Z]+)(\d+)", str(finding["cell"]).rpartition("!")[2])
        return finding["kind"] in self.kinds and bool(found) and found[1] in letters


def headings_of(sheet) -> tuple[int, dict[str, str]]:
    """The row of the headings, and the column of each."""
    for row in range(1, 40):
        found = {str(c.value): get_column_letter(c.column) for c in sheet[row] if isinstance(c.value, str)}
        if any(re.match(r"[∂d].*/[∂d]", text) for text in found):
            return row, found
    raise AssertionError("no headings")


def training_alone(source: Path, target: Path) -> Path:
    """A copy with the training sheet alone, which is read much faster: a mistake in it is the same."""
    book = load_workbook(source)
    for title in book.sheetnames:
        if title != "Training":
            del book[title]
    for name in [name for name, place in book.defined_names.items() if "Training!" not in place.attr_text]:
        del book.defined_names[name]
    book.save(target)
    return target


def plant(source: Path, target: Path, what: Plant) -> dict[str, str]:
    """Write a copy with the mistake in it; gives the columns of the headings."""
    book = load_workbook(source)
    sheet = book["Training"] if "Training" in book.sheetnames else book.worksheets[0]
    row, headings = headings_of(sheet)
    first = next(r for r in range(row + 1, row + 4) if isinstance(sheet.cell(r, 2).value, int | float))
    last = max(r for r in range(first, sheet.max_row + 1) if sheet.cell(r, 2).value is not None)
    for heading, formula in what.columns.items():
        column = headings[heading]
        rows = range(first, last + 1) if what.row is None else (first + what.row,)
        for r in rows:
            sheet[f"{column}{r}"] = content(formula, headings, r, first, column, what.sliding)
    book.save(target)
    return headings


def content(formula: str, headings: dict[str, str], row: int, first: int, column: str, sliding: bool) -> object:
    """A formula of headings in brackets, ``[w1]``, ``[w1]+1`` a row below written ``[w1|+1]``, as one of cells."""
    if re.fullmatch(r"-?[\d.]+", formula):
        return float(formula)
    origin = first if sliding else row

    def cell(found: re.Match[str]) -> str:
        name, _, shift = found[1].partition("|")
        return f"{headings[name]}{origin + int(shift or 0)}"

    text = "=" + re.sub(r"\[([^\]]+)\]", cell, formula)
    return Translator(text, f"{column}{origin}").translate_formula(f"{column}{row}") if sliding else text


G = "∂E_total/∂"
PLANTS = (
    Plant("mask missing in a hidden unit", "mazur", {f"{G}net_h1": f"[{G}out_h1]"}, (kinds.MASK,)),
    Plant("mask missing in an output unit", "mazur", {f"{G}net_o2": f"[{G}out_o2]"}, (kinds.MASK,)),
    Plant("another unit's slope", "mazur", {f"{G}net_h1": f"[{G}out_h1]*[∂out_h2/∂net_h2]"}, (kinds.UNIT,)),
    Plant("a slope of another unit's output", "mazur", {"∂out_h1/∂net_h1": "[out_h2]*(1-[out_h2])"}, (kinds.UNIT,)),
    Plant("another unit's delta", "mazur", {f"{G}w5": f"[{G}net_o2]*[out_h1]"}, (kinds.UNIT,)),
    Plant(
        "transposed weights",
        "mazur",
        {
            f"{G}out_h1": f"[{G}net_o1]*[w5]+[{G}net_o2]*[w6]",
            f"{G}out_h2": f"[{G}net_o1]*[w7]+[{G}net_o2]*[w8]",
        },
        (kinds.TRANSPOSED,),
    ),
    Plant("sign of an error", "mazur", {f"{G}out_o1": "-[error_o1]"}, (kinds.SIGN,)),
    Plant("sign of a delta", "mazur", {f"{G}net_h2": f"-[{G}out_h2]*[∂out_h2/∂net_h2]"}, (kinds.SIGN,)),
    Plant("sign of one update", "mazur", {"w1⁺": f"[w1]+eta*[{G}w1]"}, (kinds.SIGN,)),
    Plant("another target", "mazur", {f"{G}out_o1": "[out_o1]-t_2"}, (kinds.DATA,)),
    Plant("another input", "mazur", {f"{G}w1": f"[{G}net_h1]*x_2"}, (kinds.DATA,)),
    Plant("another activation as input", "mazur", {f"{G}w5": f"[{G}net_o1]*[out_h2]"}, (kinds.DATA,)),
    Plant("a row slipped in one cell", "mazur", {f"{G}w5": f"[{G}net_o1|-1]*[out_h1]"}, (kinds.ROW,), row=5),
    Plant("a row slipped in a column", "mazur", {f"{G}net_o1": f"[{G}out_o1|-1]*[∂out_o1/∂net_o1]"}, (kinds.ROW,)),
    Plant("a gradient of the row before", "mazur", {"w2⁺": f"[w2]-eta*[{G}w2|-1]"}, (kinds.ROW,), row=3),
    Plant("rate not held", "mazur", {"w1⁺": f"[w1]-H3*[{G}w1]"}, (kinds.UNANCHORED,), sliding=True),
    Plant("input not held", "mazur", {f"{G}w1": f"[{G}net_h1]*B3"}, (kinds.UNANCHORED,), sliding=True),
    Plant("a path missing", "mazur", {f"{G}out_h1": f"[{G}net_o1]*[w5]"}, (kinds.PATH,)),
    Plant(
        "updated weights",
        "mazur",
        {f"{G}out_h1": f"[{G}net_o1]*[w5⁺]+[{G}net_o2]*[w7⁺]"},
        (kinds.UPDATED,),
    ),
    Plant("gradient of twice the loss", "mazur", {f"{G}out_o1": "2*[error_o1]"}, (kinds.HALF,)),
    Plant("loss without its half", "mazur", {"E_o1": "[error_o1]*[error_o1]"}, (kinds.HALF,), (f"{G}out_o1", "E_o1")),
    Plant("a pasted gradient", "mazur", {f"{G}w3": "0.0004"}, (kinds.PASTED,), row=4),
    Plant("a pasted activation", "mazur", {"out_h1": "0.6"}, (kinds.PASTED,), row=4),
    Plant("a pasted weight", "mazur", {"w3": "0.25"}, (kinds.PASTED,), row=4),
    Plant("plus for minus", "mazur", {"∂out_o1/∂net_o1": "[out_o1]*(1+[out_o1])"}, (kinds.OPERATOR, kinds.SIGN)),
    Plant("plus for times", "mazur", {f"{G}net_h1": f"[{G}out_h1]+[∂out_h1/∂net_h1]"}, (kinds.OPERATOR,)),
    Plant("plus for times in one row", "mazur", {f"{G}w8": f"[{G}net_o2]+[out_h2]"}, (kinds.OPERATOR,), row=6),
    Plant("wrong gradient in the update", "mazur", {"w1⁺": f"[w1]-eta*[{G}w2]"}, (kinds.WRONG_GRADIENT,)),
    Plant("wrong gradient in one update", "mazur", {"w6⁺": f"[w6]-eta*[{G}w5]"}, (kinds.WRONG_GRADIENT,), row=7),
    Plant(
        "sum for mean",
        "xor",
        {"∂E/∂w5": "[∂E/∂z_y⁽¹⁾]*[h1⁽¹⁾]+[∂E/∂z_y⁽²⁾]*[h1⁽²⁾]+[∂E/∂z_y⁽³⁾]*[h1⁽³⁾]+[∂E/∂z_y⁽⁴⁾]*[h1⁽⁴⁾]"},
        (kinds.MEAN,),
    ),
    Plant(
        "sum for mean of a bias",
        "xor",
        {"∂E/∂b3": "[∂E/∂z_y⁽¹⁾]+[∂E/∂z_y⁽²⁾]+[∂E/∂z_y⁽³⁾]+[∂E/∂z_y⁽⁴⁾]"},
        (kinds.MEAN,),
    ),
    Plant(
        "mask missing in a batch",
        "xor",
        {f"∂E/∂z_h1⁽{k}⁾": f"[∂E/∂h1⁽{k}⁾]" for k in "¹²³⁴"},
        (kinds.MASK,),
    ),
    Plant("mask missing in one sample", "xor", {"∂E/∂z_h2⁽²⁾": "[∂E/∂h2⁽²⁾]"}, (kinds.MASK,)),
    Plant("another sample's slope", "xor", {"∂E/∂z_h1⁽²⁾": "[∂E/∂h1⁽²⁾]*[∂h1⁽³⁾/∂z_h1⁽³⁾]"}, (kinds.UNIT,)),
    Plant("a sample missing", "xor", {"∂E/∂b3": "([∂E/∂z_y⁽¹⁾]+[∂E/∂z_y⁽²⁾]+[∂E/∂z_y⁽³⁾])/4"}, (kinds.PATH,)),
    Plant(
        "bias left out",
        "xor",
        {f"z_h1⁽{k}⁾": f"[w1]*[x1⁽{k}⁾]+[w2]*[x2⁽{k}⁾]" for k in "¹²³⁴"},
        (kinds.BIAS,),
    ),
    Plant("bias left out", "three-two-two", {"z_h1": "[w1]*x_1+[w3]*x_2+[w5]*x_3"}, (kinds.BIAS,)),
    Plant("adam without correction", "adam", {}, (kinds.OPTIMIZER,)),
    Plant(
        "adam without correction of one weight",
        "adam",
        {"w1⁺": "[w1]-eta*[m(w1)]/(SQRT([v(w1)])+eps)"},
        (kinds.OPTIMIZER,),
    ),
    Plant(
        "adam with another's average",
        "adam",
        {"w2⁺": "[w2]-eta*[m̂(w1)]/(SQRT([v̂(w2)])+eps)"},
        (kinds.OPTIMIZER, kinds.WRONG_GRADIENT),
    ),
    Plant("a factor too many in a graph", "into-backprop", {"df/da": "[df/dd]*[d]"}, (kinds.FACTOR, kinds.UNIT)),
    Plant("a reference in a circle", "mazur", {f"{G}net_o1": f"[{G}out_o1|+1]*[∂out_o1/∂net_o1]"}, (kinds.ROW,), row=4),
    Plant("sign in a graph", "into-backprop", {"df/db": "-[df/dd]*[∂d/∂b]"}, (kinds.SIGN,)),
    Plant("another factor in a graph", "into-backprop", {"df/dc": "[f]"}, (kinds.UNIT, kinds.FACTOR, kinds.DATA)),
    Plant("sign of an update in a graph", "into-backprop", {"a⁺": "[a]-eta*[df/da]"}, (kinds.SIGN,)),
)


def without_correction(headings: dict[str, str]) -> dict[str, str]:
    """Adam's updates by the averages as they are."""
    names = [h[2:-1] for h in headings if h.startswith("m(")]
    return {f"{n}⁺": f"[{n}]-eta*[m({n})]/(SQRT([v({n})])+eps)" for n in names}
