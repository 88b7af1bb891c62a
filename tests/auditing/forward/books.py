"""Right forward passes in the layouts in which people write them, of random sizes and numbers, and slips to plant.

Nothing here is taken from anyone's sheet.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.formula import ArrayFormula

from xlbp.mistakes import Mistake


@dataclass(frozen=True)
class Slip:
    """What a person does to one cell, or a few, and what may be said of it; the finding must name the first cell."""

    name: str
    cells: dict[str, object]
    kinds: tuple[Mistake, ...]


@dataclass
class Page:
    """A sheet in the making: cells by address, the slips that its author might make."""

    lot: random.Random
    chinese: bool = False
    cells: dict[str, object] = field(default_factory=dict)
    slips: list[Slip] = field(default_factory=list)

    def put(self, row: int, column: int, content: object) -> str:
        """Write a cell; gives its address."""
        self.cells[at(row, column)] = content
        return at(row, column)

    def say(self, row: int, column: int, english: str, chinese: str) -> None:
        """Write a heading."""
        self.put(row, column, chinese if self.chinese else english)

    def numbers(self, row: int, column: int, rows: int, columns: int) -> None:
        """Type a matrix of numbers, of which no two are equal."""
        for r in range(rows):
            for c in range(columns):
                self.put(row + r, column + c, round(self.lot.uniform(-0.9, 0.9), 3) + 0.0001 * (r * columns + c + 1))

    def array(self, row: int, column: int, rows: int, columns: int, formula: str) -> None:
        """Write an array formula."""
        place = f"{at(row, column)}:{at(row + rows - 1, column + columns - 1)}"
        self.put(row, column, ArrayFormula(place, formula))

    def slip(self, name: str, cell: str, content: object, *kinds: Mistake) -> None:
        """A slip in one cell."""
        assert self.cells[cell] != content, name
        self.slips.append(Slip(name, {cell: content}, kinds))

    def save(self, path: Path, slip: Slip | None = None) -> Path:
        """Write the book, right or with a slip."""
        book = Workbook()
        for cell, content in {**self.cells, **(slip.cells if slip else {})}.items():
            book.active[cell] = content
        book.save(path)
        return path


def at(row: int, column: int, hold: str = "") -> str:
    """A cell's address; ``hold`` is any of r and c, for a ``$`` before row or column."""
    return f"{'$' if 'c' in hold else ''}{get_column_letter(column)}{'$' if 'r' in hold else ''}{row}"


def span(row: int, column: int, rows: int, columns: int, hold: str = "") -> str:
    """A range's address."""
    return f"{at(row, column, hold)}:{at(row + rows - 1, column + columns - 1, hold)}"


def dense_filled(page: Page) -> None:
    """Weights with a bias column, samples in columns, every cell filled from the first: two layers with ReLU."""
    inputs, units, samples = page.lot.randint(2, 4), page.lot.randint(4, 6), page.lot.randint(3, 5)
    page.say(1, 2, "W and b", "权重与偏置")
    page.numbers(2, 2, units, inputs + 1)
    x = inputs + 5
    page.say(1, x, "X", "输入")
    page.numbers(2, x, inputs, samples)
    z, a = 2 + units + 3, 2 + 2 * units + 6
    page.say(z - 1, x, "Z", "加权和")
    page.say(a - 1, x, "ReLU(Z)", "ReLU(Z)")

    def product(r: int, c: int, terms: range, bias: bool = True) -> str:
        parts = [f"{at(2 + r, 2 + i, 'c')}*{at(2 + i, x + c, 'r')}" for i in terms]
        return "=" + "+".join(parts + ([at(2 + r, 2 + inputs, "c")] if bias else []))

    for r in range(units):
        for c in range(samples):
            page.put(z + r, x + c, product(r, c, range(inputs)))
            page.put(a + r, x + c, f"=MAX(0,{at(z + r, x + c)})")
    r, c = units // 2, samples // 2
    zc, ac = at(z + r, x + c), at(a + r, x + c)
    page.slip("bias left out", zc, product(r, c, range(inputs), bias=False), Mistake.NO_BIAS)
    page.slip("term left out", zc, product(r, c, range(1, inputs)), Mistake.NO_TERM, Mistake.FORMULA)
    other = str(page.cells[zc]).replace(at(2 + r, 2 + inputs, "c"), at(3 + r, 2 + inputs, "c"))
    page.slip("another unit's bias", zc, other, Mistake.OTHER_ROW)
    page.slip(
        "another weight", zc, str(page.cells[zc]).replace(at(2 + r, 2, "c"), at(3 + r, 2, "c")), Mistake.OTHER_ROW
    )
    page.slip("pasted", zc, 0.3712, Mistake.VALUE)
    page.slip("ReLU missing", ac, f"={at(z + r, x + c)}", Mistake.NO_ACTIVATION)
    page.slip(
        "MIN for MAX",
        ac,
        f"=MIN(0,{at(z + r, x + c)})",
        Mistake.OTHER_FUNCTION,
        Mistake.ACTIVATION_TURNED,
        Mistake.OTHER_ACTIVATION,
    )
    page.slip("minus for plus", zc, str(page.cells[zc]).replace("+", "-", 1), Mistake.SIGN)
    page.slip("plus for times", zc, str(page.cells[zc]).replace("*", "+", 1), Mistake.OPERATOR)
    whole = {at(a + i, x + j): f"=MIN(0,{at(z + i, x + j)})" for i in range(units) for j in range(samples)}
    page.slips.append(Slip("ReLU turned everywhere", whole, (Mistake.ACTIVATION_TURNED,)))


def dense_list(page: Page) -> None:
    """A row for each unit: weights, sum of products, sigmoid; the output layer below, as a list."""
    inputs, units = page.lot.randint(3, 4), page.lot.randint(4, 6)
    page.say(1, 1, "inputs", "输入")
    page.numbers(1, 2, 1, inputs)
    for k, (english, chinese) in enumerate((("unit", "单元"), ("w", "权重"), ("b", "偏置"), ("z", "加权和"))):
        page.say(3, 1 + k + (inputs - 1) * (k > 1), english, chinese)
    zc = inputs + 3
    page.say(3, zc + 1, "sigmoid", "sigmoid")
    page.numbers(4, 2, units + 1, inputs + 1)
    for r in range(units):
        page.put(4 + r, 1, f"h{r + 1}")
        page.put(
            4 + r, zc, f"=SUMPRODUCT({span(1, 2, 1, inputs, 'rc')},{span(4 + r, 2, 1, inputs)})+{at(4 + r, 2 + inputs)}"
        )
        page.put(4 + r, zc + 1, f"=1/(1+EXP(-{at(4 + r, zc)}))")
    r = 1 + units // 3
    z = at(4 + r, zc)
    text = str(page.cells[z])
    page.slip(
        "range a row off", z, text.replace(span(4 + r, 2, 1, inputs), span(3 + r, 2, 1, inputs)), Mistake.OTHER_RANGE
    )
    short = text.replace(span(4 + r, 2, 1, inputs), span(4 + r, 2, 1, inputs - 1))
    page.slip("range too short", z, short, Mistake.OTHER_RANGE, Mistake.UNEQUAL_RANGES)
    page.slip(
        "bias of another unit",
        z,
        text.replace(f"+{at(4 + r, 2 + inputs)}", f"+{at(5 + r, 2 + inputs)}"),
        Mistake.OTHER_ROW,
    )
    a = at(4 + r, zc + 1)
    page.slip("sign in the sigmoid", a, f"=1/(1+EXP({at(4 + r, zc)}))", Mistake.SIGN, Mistake.ACTIVATION_TURNED)
    page.slip("pasted", a, 0.7311, Mistake.VALUE)
    sliding = {}
    for r in range(units):
        sliding[at(4 + r, zc)] = text.replace(span(1, 2, 1, inputs, "rc"), span(1 + 0 * r, 2, 1, inputs, "rc"))
    whole = {at(4 + r, zc + 1): f"=1/(1+EXP({at(4 + r, zc)}))" for r in range(units)}
    page.slips.append(Slip("sigmoid turned everywhere", whole, (Mistake.ACTIVATION_TURNED,)))


def dense_arrays(page: Page) -> None:
    """Matrices and MMULT, a row of ones for the biases, as when matrices are multiplied by hand."""
    inputs, units, samples = page.lot.randint(2, 4), page.lot.randint(3, 5), page.lot.randint(2, 4)
    page.say(1, 2, "W1 b1", "W1 b1")
    page.numbers(6, 2, units, inputs + 1)
    x = inputs + 5
    page.numbers(2, x, inputs, samples)
    for c in range(samples):
        page.put(2 + inputs, x + c, 1)
    z = 2 + inputs + 2
    page.say(z - 1, x, "Z1", "Z1")
    formula = f"=MMULT({span(6, 2, units, inputs + 1)},{span(2, x, inputs + 1, samples)})"
    page.array(z, x, units, samples, formula)
    a = z + units + 2
    for r in range(units):
        for c in range(samples):
            page.put(a + r, x + c, f"=MAX(0,{at(z + r, x + c)})")
    wrong = formula.replace(span(2, x, inputs + 1, samples), span(2, x, inputs, samples))
    place = f"{at(z, x)}:{at(z + units - 1, x + samples - 1)}"
    page.slips.append(Slip("ranges that do not fit", {at(z, x): ArrayFormula(place, wrong)}, (Mistake.UNEQUAL_RANGES,)))
    if samples > 2:  # of two by three cells none is between others both ways
        page.slip("the cell beside", at(a + 1, x + 1), f"=MAX(0,{at(z + 1, x)})", Mistake.OTHER_COLUMN)


def softmax_rows(page: Page) -> None:
    """Logits in rows, their exponentials, sums and shares beside; cross-entropy of each row by its class."""
    classes, rows = page.lot.randint(4, 6), page.lot.randint(4, 6)
    e, s, p = 3 + classes, 4 + 2 * classes, 6 + 2 * classes
    page.say(1, 2, "logits", "得分")
    page.numbers(3, 2, rows, classes)
    page.say(1, e, "exp", "指数")
    page.say(1, s, "sum", "和")
    page.say(1, p, "softmax", "softmax")
    loss = p + classes + 1
    page.say(1, loss, "cross entropy", "交叉熵")
    for r in range(rows):
        for c in range(classes):
            page.put(3 + r, e + c, f"=EXP({at(3 + r, 2 + c)})")
            page.put(3 + r, p + c, f"={at(3 + r, e + c)}/{at(3 + r, s, 'c')}")
        page.put(3 + r, s, f"=SUM({span(3 + r, e, 1, classes)})")
        page.put(3 + r, loss, f"=-LN({at(3 + r, p + page.lot.randrange(classes))})")
    r = rows // 2
    page.slip(
        "sum too short", at(3 + r, s), f"=SUM({span(3 + r, e, 1, classes - 1)})", Mistake.OTHER_RANGE, Mistake.NOT_ONE
    )
    page.slip(
        "sum of another row", at(3 + r, s), f"=SUM({span(4 + r, e, 1, classes)})", Mistake.OTHER_RANGE, Mistake.NOT_ONE
    )
    page.slip(
        "another row's sum",
        at(3 + r, p + 1),
        f"={at(3 + r, e + 1)}/{at(2 + r, s, 'c')}",
        Mistake.OTHER_ROW,
        Mistake.NOT_ONE,
    )
    page.slip("base 10", at(3 + r, loss), str(page.cells[at(3 + r, loss)]).replace("LN", "LOG"), Mistake.LOG_BASE_TEN)
    every = {at(3 + r, loss): str(page.cells[at(3 + r, loss)]).replace("LN", "LOG") for r in range(rows)}
    page.slips.append(Slip("base 10 everywhere", every, (Mistake.LOG_BASE_TEN,)))


def softmax_line(page: Page) -> None:
    """One softmax in a single formula, filled down."""
    classes = page.lot.randint(4, 7)
    page.say(1, 2, "z", "z")
    page.say(1, 3, "softmax(z)", "softmax(z)")
    page.numbers(2, 2, classes, 1)
    whole = span(2, 2, classes, 1, "rc")
    for r in range(classes):
        page.put(2 + r, 3, f"=EXP({at(2 + r, 2)})/SUMPRODUCT(EXP({whole}))")
    sliding = {
        at(2 + r, 3): f"=EXP({at(2 + r, 2)})/SUMPRODUCT(EXP({span(2 + r, 2, classes, 1)}))" for r in range(classes)
    }
    page.slips.append(Slip("not anchored", dict(list(sliding.items())[1:]), (Mistake.UNANCHORED, Mistake.NOT_ONE)))
    short = span(2, 2, classes - 1, 1, "rc")
    everywhere = {at(2 + r, 3): f"=EXP({at(2 + r, 2)})/SUMPRODUCT(EXP({short}))" for r in range(classes)}
    page.slips.append(Slip("too short everywhere", everywhere, (Mistake.NOT_ONE,)))


def recurrent(page: Page) -> None:
    """A time step in each column, a unit in each row: h = tanh(W x + U h' + b)."""
    units, steps = page.lot.randint(3, 4), page.lot.randint(5, 7)
    page.say(1, 1, "x", "输入")
    page.numbers(1, units + 6, 1, steps)
    x = units + 6
    page.say(3, 1, "w, U, b", "w, U, b")
    page.numbers(4, 2, units, units + 2)
    h = 4 + units + 2
    page.say(h - 1, 1, "hidden state", "隐状态")
    for r in range(units):
        page.put(h + r, x - 1, 0)
        for t in range(steps):
            terms = [f"{at(4 + r, 2, 'c')}*{at(1, x + t, 'r')}", at(4 + r, 3 + units, "c")]
            terms += [f"{at(4 + r, 3 + i, 'c')}*{at(h + i, x + t - 1, 'r')}" for i in range(units)]
            page.put(h + r, x + t, f"=TANH({'+'.join(terms)})")
    t = steps // 2
    c = at(h + 1, x + t)
    text = str(page.cells[c])
    page.slip(
        "two steps back",
        c,
        text.replace(at(h, x + t - 1, "r"), at(h, x + t - 2, "r")),
        Mistake.OTHER_STEP,
        Mistake.OTHER_COLUMN,
    )
    page.slip("another input", c, text.replace(at(1, x + t, "r"), at(1, x + t - 1, "r")), Mistake.OTHER_COLUMN)
    page.slip("sigmoid", c, f"=1/(1+EXP(-({text[6:-1]})))", Mistake.OTHER_ACTIVATION)
    page.slip("no activation", c, f"={text[6:-1]}", Mistake.NO_ACTIVATION)
    page.slip("pasted", c, 0.4213, Mistake.VALUE)


def lstm(page: Page) -> None:
    """Gates one below the other, three columns for each time step: pre-activation, activation, and a blank."""
    units, steps = page.lot.randint(4, 5), page.lot.randint(3, 4)
    names = (("forget gate", "遗忘门"), ("input gate", "输入门"), ("candidate", "候选"), ("output gate", "输出门"))
    page.numbers(1, 6, 1, 3 * steps)
    top, width = 6, units + 2
    for k, (english, chinese) in enumerate(names):
        page.say(top + k * width - 1, 5, english, chinese)
    cell, state = top + 4 * width, top + 5 * width
    page.say(cell - 1, 5, "memory", "记忆")
    page.say(state - 1, 5, "h", "h")
    page.numbers(top, 2, 4 * width, 2)
    for r in range(units):
        page.put(cell + r, 4, 0.1 * (r + 1))
        page.put(state + r, 4, 0.2 * (r + 1))
        for t in range(steps):
            z, a = 6 + 3 * t, 7 + 3 * t
            before = a - 3
            for k in range(4):
                row = top + k * width + r
                page.put(row, z, f"={at(row, 2, 'c')}*{at(1, z, 'r')}+{at(row, 3, 'c')}*{at(state + r, before)}")
                page.put(row, a, f"=TANH({at(row, z)})" if k == 2 else f"=1/(1+EXP(-{at(row, z)}))")
            f, i, g, o = (at(top + k * width + r, a) for k in range(4))
            page.put(cell + r, a, f"={f}*{at(cell + r, before)}+{i}*{g}")
            page.put(state + r, a, f"={o}*TANH({at(cell + r, a)})")
    r, a = units // 2, 10
    o = at(top + 3 * width + r, a)
    page.slip("tanh for a gate", o, f"=TANH({at(top + 3 * width + r, a - 1)})", Mistake.OTHER_ACTIVATION)
    c = at(cell + r, a)
    text = str(page.cells[c])
    gate = at(top + width + r, a)
    page.slip("another unit's gate", c, text.replace(gate, at(top + width + r + 1, a)), Mistake.OTHER_ROW)
    page.slip(
        "the memory before that",
        c,
        text.replace(at(cell + r, a - 3), at(cell + r - 1, a - 3)),
        Mistake.OTHER_ROW,
        Mistake.OTHER_STEP,
    )
    last = at(cell + units - 1, a)
    page.slip(
        "an empty cell at the end",
        last,
        str(page.cells[last]).replace(at(cell + units - 1, a - 3), at(cell + units, a - 3)),
        Mistake.OTHER_ROW,
    )
    row = top + 3 * width + 1
    several = {at(row + k, a): f"=TANH({at(row + k - width, a)})" for k in range(units - 1)}
    page.slips.append(Slip("tanh for several units of a gate", several, (Mistake.OTHER_ACTIVATION, Mistake.FORMULA)))


def lstm_arrays(page: Page) -> None:
    """Matrices for the gates' sums, an array for each gate, a block of four columns for each step."""
    units, steps = page.lot.randint(4, 5), 4
    width = units + 3
    page.numbers(1, 2, 4 * width, width)  # the gates' weights, of state, input and bias
    names = (("forget gate", "遗忘门"), ("input gate", "输入门"), ("candidate", "候选"), ("output gate", "输出门"))
    sums, gates, cell = 14, 14 + 4 * width, 14 + 8 * width
    state, first = cell + width, width + 4
    for k, (english, chinese) in enumerate(names):
        page.say(gates + k * width - 1, first, english, chinese)
    page.say(cell - 1, first, "memory", "记忆")
    for t in range(steps):
        c = first + 1 + 4 * t
        page.numbers(2 + units, c, 1, 1)
        page.put(3 + units, c, 1)
        for r in range(units):
            page.put(2 + r, c, 0.1 * (r + 1) if t == 0 else f"={at(state + r, c - 4)}")
            if t == 0:
                page.put(cell + r, c - 4, 0.2 * (r + 1))
        for k in range(4):
            weights = span(1 + k * width, 2, units, units + 2, "rc")
            page.array(sums + k * width, c, units, 1, f"=MMULT({weights},{span(2, c, units + 2, 1)})")
            z = span(sums + k * width, c, units, 1)
            page.array(gates + k * width, c, units, 1, f"=TANH({z})" if k == 2 else f"=1/(1+EXP(-{z}))")
        for r in range(units):
            f, i, g, o = (at(gates + k * width + r, c) for k in range(4))
            page.put(cell + r, c, f"={f}*{at(cell + r, c - 4)}+{i}*{g}")
            page.put(state + r, c, f"={o}*TANH({at(cell + r, c)})")
    c, r = first + 5, units - 1
    last = at(cell + r, c)
    text = str(page.cells[last])
    wrong = text.replace(at(gates + r, c), at(gates + r + 1, c)).replace(
        at(gates + 2 * width + r, c), at(gates + 2 * width + r - 1, c)
    )
    page.slip("two rows off in the last unit", last, wrong, Mistake.OTHER_ROW)
    row = gates + 3 * width
    alone = {at(row, c): f"=1/(1+EXP(-{at(sums + 3 * width, c)}))"}
    for k in range(1, units):
        alone[at(row + k, c)] = f"=TANH({at(gates + 2 * width + k - 1, c)})"
    page.slips.append(Slip("tanh of other rows in a gate", alone, (Mistake.OTHER_ACTIVATION, Mistake.FORMULA)))


def attention(page: Page) -> None:
    """Queries, keys and values in rows; scores, their scaling, softmax and the weighted values."""
    tokens, size = page.lot.randint(4, 5), page.lot.choice((3, 4))
    q, k, v = 2, 2 + size + 1, 2 + 2 * (size + 1)
    for place, name in ((q, "Q"), (k, "K"), (v, "V")):
        page.put(2, place, name)
        page.numbers(3, place, tokens, size)
    s = 3 + tokens + 3
    page.say(s - 1, 2, "scaled scores", "缩放得分")
    e, p, o = 2 + tokens + 1, 2 + 2 * (tokens + 1) + 1, 2 + 3 * (tokens + 1) + 2
    page.say(s - 1, e, "exp", "指数")
    page.say(s - 1, p, "attention weights", "注意力权重")
    page.say(s - 1, o, "output", "输出")
    for i in range(tokens):
        for j in range(tokens):
            dot = f"SUMPRODUCT({span(3 + i, q, 1, size)},{span(3 + j, k, 1, size)})"
            page.put(s + i, 2 + j, f"={dot}/SQRT({size})")
            page.put(s + i, e + j, f"=EXP({at(s + i, 2 + j)})")
            page.put(s + i, p + j, f"={at(s + i, e + j)}/{at(s + i, e + tokens)}")
        page.put(s + i, e + tokens, f"=SUM({span(s + i, e, 1, tokens)})")
        for d in range(size):
            terms = [f"{at(s + i, p + j)}*{at(3 + j, v + d)}" for j in range(tokens)]
            page.put(s + i, o + d, "=" + "+".join(terms))
    c = at(s + 1, 3)
    text = str(page.cells[c])
    page.slip("another key", c, text.replace(span(4, k, 1, size), span(5, k, 1, size)), Mistake.OTHER_RANGE)
    page.slip("not scaled", c, text.partition("/")[0], Mistake.SCORES_NOT_SCALED)
    for name, wrong, kind in (
        ("by d", f"/{size}", Mistake.SCORES_BY_D),
        ("by another root", "/SQRT(8)", Mistake.SCORES_BY_OTHER_D),
    ):
        every = {
            at(s + i, 2 + j): str(page.cells[at(s + i, 2 + j)]).partition("/")[0] + wrong
            for i in range(tokens)
            for j in range(tokens)
        }
        page.slips.append(Slip(name, every, (kind,)))
    page.slip(
        "another token's value",
        at(s + 1, o + 1),
        str(page.cells[at(s + 1, o + 1)]).replace(f"*{at(4, v + 1)}", f"*{at(5, v + 1)}"),
        Mistake.OTHER_ROW,
    )
    page.slip(
        "a weight of another row",
        at(s + 2, o + 1),
        str(page.cells[at(s + 2, o + 1)]).replace(at(s + 2, p + 1), at(s + 1, p + 1)),
        Mistake.OTHER_ROW,
    )


def norm(page: Page) -> None:
    """Layer norm behind a residual: sum, mean, deviation, normalised and scaled."""
    tokens, size = page.lot.randint(4, 5), page.lot.randint(4, 6)
    page.say(2, 2, "x", "x")
    page.numbers(3, 2, tokens, size)
    y = 3 + size
    page.say(2, y, "attention output", "注意力输出")
    page.numbers(3, y, tokens, size)
    top = 3 + tokens + 3
    page.say(top - 1, 2, "residual", "残差")
    m, n = 3 + size, 6 + size
    page.say(top - 1, m, "mean", "均值")
    page.say(top - 1, m + 1, "std", "标准差")
    page.say(top - 1, n, "layer norm", "层归一化")
    page.say(top - 2, m, "layer norm", "层归一化")
    for r in range(tokens):
        for c in range(size):
            page.put(top + r, 2 + c, f"={at(3 + r, 2 + c)}+{at(3 + r, y + c)}")
            page.put(top + r, n + c, f"=({at(top + r, 2 + c)}-{at(top + r, m, 'c')})/{at(top + r, m + 1, 'c')}")
        page.put(top + r, m, f"=AVERAGE({span(top + r, 2, 1, size)})")
        page.put(top + r, m + 1, f"=STDEVP({span(top + r, 2, 1, size)})")
    page.slip("residual left out", at(top + 1, 3), f"={at(4, y + 1)}", Mistake.NO_TERM)
    page.slips.append(
        Slip(
            "residual left out in a row",
            {at(top + 1, 2 + c): f"={at(4, y + c)}" for c in range(size)},
            (Mistake.NO_TERM,),
        )
    )
    page.slip("mean of too few", at(top + 1, m), f"=AVERAGE({span(top + 1, 2, 1, size - 1)})", Mistake.OTHER_RANGE)
    page.slip("n - 1 in a row", at(top + 1, m + 1), f"=STDEV({span(top + 1, 2, 1, size)})", Mistake.VARIANCE_N_MINUS_1)
    every = {at(top + r, m + 1): f"=STDEV({span(top + r, 2, 1, size)})" for r in range(tokens)}
    page.slips.append(Slip("n - 1 everywhere", every, (Mistake.VARIANCE_N_MINUS_1,)))
    page.slip(
        "another row's mean",
        at(top + 2, n + 1),
        f"=({at(top + 2, 3)}-{at(top + 1, m, 'c')})/{at(top + 2, m + 1, 'c')}",
        Mistake.OTHER_ROW,
    )


def convolution(page: Page) -> None:
    """An image, a kernel, the windows' sums of products with ReLU, and the largest of each two by two."""
    side, kernel = page.lot.choice((7, 9)), page.lot.choice((2, 4))
    page.say(1, 2, "image", "图像")
    page.numbers(2, 2, side, side)
    k = side + 4
    page.say(1, k, "kernel", "卷积核")
    page.numbers(2, k, kernel, kernel)
    out = (side - kernel + 1) // 2 * 2
    top = side + 4
    page.say(top - 1, 2, "convolution + ReLU", "卷积 + ReLU")
    for r in range(out):
        for c in range(out):
            page.put(
                top + r,
                2 + c,
                f"=MAX(0,SUMPRODUCT({span(2 + r, 2 + c, kernel, kernel)},{span(2, k, kernel, kernel, 'rc')}))",
            )
    pool = top + out + 2
    page.say(pool - 1, 2, "max pooling", "最大池化")
    for r in range(out // 2):
        for c in range(out // 2):
            page.put(pool + r, 2 + c, f"=MAX({span(top + 2 * r, 2 + 2 * c, 2, 2)})")
    c = at(top + 2, 4)
    text = str(page.cells[c])
    page.slip(
        "window a row off", c, text.replace(span(4, 4, kernel, kernel), span(5, 4, kernel, kernel)), Mistake.OTHER_RANGE
    )
    page.slip(
        "window a column off",
        c,
        text.replace(span(4, 4, kernel, kernel), span(4, 3, kernel, kernel)),
        Mistake.OTHER_RANGE,
    )
    page.slip("ReLU missing", c, "=" + text[7:-1], Mistake.NO_ACTIVATION)
    page.slip("a corner", at(top, 2), "=" + str(page.cells[at(top, 2)])[7:-1], Mistake.NO_ACTIVATION)
    if out >= 6:  # three windows in a row
        p = at(pool + 1, 3)
        page.slip("average for the largest", p, str(page.cells[p]).replace("MAX", "AVERAGE"), Mistake.OTHER_FUNCTION)


def positions(page: Page) -> None:
    """Sines and cosines of positions, a position in each row."""
    steps, size = page.lot.randint(4, 6), page.lot.choice((4, 6))
    page.say(1, 2, "positional encoding", "位置编码")
    for r in range(steps):
        page.put(3 + r, 1, r)
        for c in range(size):
            wave = "COS" if c % 2 else "SIN"
            page.put(3 + r, 2 + c, f"={wave}({at(3 + r, 1, 'c')}/10000^({2 * (c // 2)}/{size}))")
    column = {at(3 + r, 3): str(page.cells[at(3 + r, 3)]).replace("COS", "SIN") for r in range(steps)}
    page.slips.append(Slip("sine for cosine in a column", column, (Mistake.WAVES_EXCHANGED,)))
    c = at(5, 4)
    page.slip("cosine for sine", c, str(page.cells[c]).replace("SIN", "COS"), Mistake.WAVES_EXCHANGED)


def autoencoder(page: Page) -> None:
    """Outputs, targets and the gradient of their mean squared error."""
    rows, columns = page.lot.randint(3, 4), page.lot.randint(2, 4)
    page.numbers(2, 2, rows, columns)
    page.say(1, 2, "X", "X")
    w = columns + 4
    page.numbers(2, w, 1, columns)
    y = rows + 5
    page.say(y - 1, 2, "Y", "Y")
    g = columns + 4
    page.say(y - 1, g, "Loss Gradients", "损失梯度")
    for r in range(rows):
        for c in range(columns):
            page.put(y + r, 2 + c, f"={at(2 + r, 2 + c)}*{at(2, w + c, 'r')}")
            page.put(y + r, g + c, f"=2*({at(y + r, 2 + c)}-{at(2 + r, 2 + c)})/{rows * columns}")
    every = {at(y + r, g + c): f"=2*{at(2 + r, 2 + c)}/2" for r in range(rows) for c in range(columns)}
    page.slips.append(Slip("made of the inputs", every, (Mistake.OF_INPUTS_ALONE,)))


BOOKS: dict[str, Callable[[Page], None]] = {
    builder.__name__: builder
    for builder in (
        *(dense_filled, dense_list, dense_arrays, softmax_rows, softmax_line, recurrent, lstm, lstm_arrays),
        *(attention, norm),
        *(convolution, positions, autoencoder),
    )
}


def page_of(name: str, seed: int) -> Page:
    """A right book of a kind."""
    page = Page(random.Random(f"{name} {seed}"), chinese=seed % 3 == 2)
    BOOKS[name](page)
    return page
