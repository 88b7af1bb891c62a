"""The parameters of the chosen unit: the gradient of each by the chain rule, and how each moves."""

from __future__ import annotations

from openpyxl.utils import get_column_letter

from xlbp.template import names
from xlbp.workbook.page.live_text import Piece, filled, joined, literal
from xlbp.workbook.sheets.steps.unit import places
from xlbp.workbook.sheets.steps.unit.units import DELTA, NEW, OLD, PRE, RATE, SLOPE, below, update_text
from xlbp.workbook.sheets.steps.unit.view import CHOSEN_UNIT, UnitView, product


def put_gradients(view: UnitView) -> None:
    """A line for the bias and one for each weight: the chain rule, and what it comes to."""
    texts, row = view.contents.texts, view.rows.gradients - 1
    headings = {
        places.SYMBOL: texts("unit.gradient"),
        places.FORMULA: texts("unit.symbols"),
        places.TERM_VALUE: "",
        places.NUMBERS: texts("unit.numbers"),
    }
    headings[places.VALUE] = texts("unit.sample" if view.batch else "unit.value")
    if view.batch:
        headings[places.MEAN] = texts("unit.mean", samples=view.lens.samples)
    for column, text in headings.items():
        view.page.text(row, column, text, "column")
    _delta(view)
    _bias_gradient(view)
    for j in range(1, view.rows.sources + 1):
        _weight_gradient(view, j)


def put_update(view: UnitView) -> None:
    """The learning rate, and a line for each parameter: old, minus the rate times the gradient, new."""
    texts, row = view.contents.texts, view.rows.rate
    rate, lens = names.LEARNING_RATE, view.lens
    view.page.text(row, places.SYMBOL, lens.symbol(rate), "symbol")
    view.page.text(row, places.FORMULA, texts("steps.rate"), "muted")
    view.page.live(row, places.VALUE, lens.formula(rate), lens.value(rate), size=lens.size(rate))
    lens.put_link(view.page, row, view.link_column, rate)
    view.text_of(row, places.TEXT, places.VALUE, ("TRUE", True), rate)
    keys = {
        places.SYMBOL: "unit.new",
        places.FORMULA: "unit.update",
        places.NUMBERS: "unit.numbers",
        places.VALUE: "unit.value",
    }
    for column in (places.SYMBOL, places.FORMULA, places.TERM_VALUE, places.NUMBERS, places.VALUE):
        view.page.text(row + 1, column, texts(keys[column]) if column in keys else "", "column")
    _move(view, 0)
    for j in range(1, view.rows.sources + 1):
        _move(view, j)


def _delta(view: UnitView) -> None:
    """The unit's delta, wherever its layer has it, in helper cells for all the lines below."""
    row, used = view.rows.gradients - 1, (f"{view.scalar('exists')}=1", view.exists)
    name = view.named(DELTA)
    value, size = view.of(name), view.lens.size(name) if name else 0.0
    cells = {
        places.DELTA_SYMBOL: (places.SYMBOL, view.lens.symbol(name) if name else "", 0.0),
        places.DELTA_VALUE: (places.VALUE, value, size),
    }
    for column, (source, shown, noise) in cells.items():
        letter = get_column_letter(source)
        block = f"${letter}${view.rows.back + 1}:${letter}${view.rows.back + view.rows.backward}"
        view.cell(row, column, used, f"INDEX({block},{view.table.cell('delta')})", shown, "small", noise)
    view.text_of(row, places.DELTA_TEXT, places.DELTA_VALUE, used, name)


def _delta_cell(view: UnitView) -> str:
    """Where its number stands."""
    return f"${get_column_letter(places.DELTA_VALUE)}${view.rows.gradients - 1}"


def _delta_pieces(view: UnitView) -> tuple[Piece, Piece]:
    """Its symbol and its number, for a text."""
    row = view.rows.gradients - 1
    name = view.named(DELTA)
    symbol = view.symbol_piece(row, places.DELTA_SYMBOL, name)
    return symbol, view.number_piece(row, places.DELTA_TEXT, places.DELTA_VALUE, view.of(name), False)


def _chain(view: UnitView, parameter: Piece) -> Piece:
    """``= ∂E/∂z1 · ∂z1/∂w5``."""
    symbol = view.symbol_piece(view.rows.pre, places.SYMBOL, view.named(PRE))
    delta = _delta_pieces(view)[0]
    return joined([literal("= "), delta, literal(" · ∂"), symbol, literal("/∂"), parameter])


def _penalties(view: UnitView, weight: Piece) -> Piece:
    """What penalties add to the derivative by a weight: ``+ λ₂ · w5``."""
    terms: list[Piece] = []
    for kind in view.network.penalties:
        size = literal(f" + {view.contents.symbol(names.setting(kind))} · ")
        terms += [size, weight] if kind == "l2" else [size, literal("sign("), weight, literal(")")]
    return joined(terms)


def _gradient_line(view: UnitView, row: int, name: str) -> None:
    """Symbol, value, link and text of a gradient; in a batch it is the mean, beside the sample's own share."""
    column = places.MEAN if view.batch else places.VALUE
    view.symbol(row, places.SYMBOL, view.plain, name)
    view.value(row, column, view.plain, name)
    view.link(row, view.plain, name)
    view.text_of(row, places.TEXT, column, view.at(row, view.plain, name), name)


def _weight_gradient(view: UnitView, j: int) -> None:
    row, line, used = view.rows.gradients + j, view.rows.incoming + j - 1, j <= view.count("sources")
    weight = names.weight(view.layer, view.unit, j) if used else ""
    source = below(view.contents, view.layer, j, view.mark) if used else ""
    name = names.gradient(weight) if used else ""
    view.column(row, places.AT, "Wd", name, view.listed(j, "sources"), CHOSEN_UNIT, str(j - 1))
    there = view.at(row, view.plain, name)
    symbol = view.symbol_piece(line, places.FORMULA, weight)
    view.cell(row, places.FORMULA, there, *joined([_chain(view, symbol), _penalties(view, symbol)]), "text")
    factor = view.number_piece(line, places.TEXT, places.TERM_VALUE, view.of(source), True)
    more = literal(" + …" if view.network.penalties else "")
    numbers = joined([literal("= "), _delta_pieces(view)[1], literal(" · "), factor, more])
    delta = view.named(DELTA)
    sizes = [view.lens.size(delta), view.lens.size(source)] if used else [0.0, 0.0]
    view.cell(row, places.NUMBERS, there, *numbers, "text", max(sizes))
    if view.batch:
        formula = f"{_delta_cell(view)}*{get_column_letter(places.TERM_VALUE)}{line}"
        share = product([view.of(delta), view.of(source)]) if used else None
        view.cell(row, places.VALUE, there, formula, share, "number", sizes[0] * sizes[1])
    _gradient_line(view, row, name)


def _bias_gradient(view: UnitView) -> None:
    """That of a bias of the unit's own is its delta; one that the layer shares takes the deltas of all units."""
    row, bias = view.rows.gradients, view.trained_bias
    name, shared = names.gradient(bias) if bias else "", f"{view.table.cell('shared')}=1"
    view.column(row, places.AT, "bd", name)
    there = view.at(row, view.plain, name)
    chain = _chain(view, view.symbol_piece(view.rows.bias, places.SYMBOL, bias))
    sums = view.chosen([literal(kind.shared_bias) for kind in view.table.kinds])
    is_shared = bool(view.table["shared"])
    view.cell(
        row, places.FORMULA, there, f"IF({shared},{sums[0]},{chain[0]})", sums[1] if is_shared else chain[1], "text"
    )
    numbers = joined([literal("= "), _delta_pieces(view)[1], literal(" · 1")])
    delta = view.named(DELTA)
    size = view.lens.size(delta) if bias else 0.0
    view.cell(
        row, places.NUMBERS, there, f'IF({shared},"",{numbers[0]})', "" if is_shared else numbers[1], "text", size
    )
    if view.batch:
        share = "" if is_shared else view.of(delta) if bias else None
        view.cell(row, places.VALUE, there, f'IF({shared},"",{_delta_cell(view)})', share, "number", size)
    _gradient_line(view, row, name)


def _move(view: UnitView, j: int) -> None:
    """The update of the bias (0) or of the weight of a source (from 1 on)."""
    row, used = view.rows.update + j, j <= view.count("sources")
    if j:
        old = names.weight(view.layer, view.unit, j) if used else ""
        where = (view.rows.incoming + j - 1, places.FORMULA, places.WEIGHT_TEXT, places.NUMBERS)
        condition, source = view.listed(j, "sources"), str(j - 1)
    else:
        old = view.trained_bias
        where, condition, source = (view.rows.bias, places.SYMBOL, places.TEXT, places.VALUE), "", ""
    name = names.updated(old) if old else ""
    view.column(row, places.AT, "W+" if j else "b+", name, condition, CHOSEN_UNIT, source)
    view.symbol(row, places.SYMBOL, view.plain, name)
    view.value(row, places.VALUE, view.plain, name)
    view.link(row, view.plain, name)
    view.text_of(row, places.TEXT, places.VALUE, view.at(row, view.plain, name), name)
    for column, in_numbers in ((places.FORMULA, False), (places.NUMBERS, True)):
        text = _moved(view, j, old, where, in_numbers)
        size = max(view.lens.size(n) for n in (old, name, names.gradient(old))) if old else 0.0
        view.cell(row, column, view.at(row, view.plain, name), *text, "text", size)


def _moved(view: UnitView, j: int, old: str, where: tuple[int, int, int, int], in_numbers: bool) -> Piece:
    """``= w − η · ∂E/∂w``; of an optimizer that takes more than that, what was and what is."""
    row, symbol_column, text_column, number_column = where
    new = names.updated(old) if old else ""
    gradient_column = places.MEAN if view.batch else places.VALUE
    cells: dict[str, tuple[str, int, int, int, int]] = {
        OLD: (old, row, symbol_column, text_column, number_column),
        SLOPE: (
            names.gradient(old) if old else "",
            view.rows.gradients + j,
            places.SYMBOL,
            places.TEXT,
            gradient_column,
        ),
        RATE: (names.LEARNING_RATE, view.rows.rate, places.SYMBOL, places.TEXT, places.VALUE),
        NEW: (new, view.rows.update + j, places.SYMBOL, places.TEXT, places.VALUE),
    }

    def piece(kind: str, in_brackets: bool) -> Piece:
        name, at, symbol, text, plain = cells[kind]
        if not in_numbers:
            return view.symbol_piece(at, symbol, name)
        return view.number_piece(at, text, plain, view.of(name), in_brackets)

    return filled(update_text(view.contents), piece)
