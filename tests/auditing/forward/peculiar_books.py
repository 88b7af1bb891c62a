"""Right books whose cells differ from their neighbours with good reason: nothing may be said of any of them."""

from __future__ import annotations

from collections.abc import Callable

from tests.auditing.forward.books import Page, at, span


def gates_in_a_column(page: Page) -> None:
    """One unit's gates i, f, g, o below each other, a step in each column: the third is a tanh among sigmoids."""
    steps = page.lot.randint(4, 7)
    page.numbers(1, 2, 1, steps)
    page.numbers(3, 1, 4, 1)
    for t in range(steps):
        for k in range(4):
            page.put(8 + k, 2 + t, f"={at(3 + k, 1, 'c')}*{at(1, 2 + t, 'r')}")
            page.put(13 + k, 2 + t, f"=TANH({at(8 + k, 2 + t)})" if k == 2 else f"=1/(1+EXP(-{at(8 + k, 2 + t)}))")


def gates_in_rows(page: Page) -> None:
    """A step in each row, the gates beside each other, the first step from an initial state elsewhere."""
    steps = page.lot.randint(5, 9)
    for c, name in enumerate(("x", "i", "f", "g", "o", "c", "h"), 1):
        page.put(5, c, name)
    page.numbers(6, 1, steps, 1)
    page.numbers(1, 2, 2, 4)
    page.put(1, 9, 0.1)
    page.put(2, 9, 0.2)
    for t in range(steps):
        row, before = 6 + t, (at(5 + t, 7) if t else "$I$2")
        for k in range(4):
            z = f"{at(1, 2 + k, 'rc')}*{at(row, 1)}+{at(2, 2 + k, 'rc')}*{before}"
            page.put(row, 2 + k, f"=TANH({z})" if k == 2 else f"=1/(1+EXP(-({z})))")
        page.put(row, 6, f"=C{row}*{at(5 + t, 6) if t else '$I$1'}+B{row}*D{row}")
        page.put(row, 7, f"=E{row}*TANH(F{row})")


def layers_in_one_list(page: Page) -> None:
    """Units of two layers directly below each other; the output unit reads what the hidden ones compute."""
    hidden, inputs = page.lot.randint(3, 5), 3
    page.numbers(1, 2, 1, inputs)
    page.numbers(3, 2, hidden + 1, inputs)
    for r in range(hidden):
        page.put(3 + r, 6, f"=SUMPRODUCT($B$1:$D$1,{span(3 + r, 2, 1, inputs)})")
        page.put(3 + r, 7, f"=TANH({at(3 + r, 6)})")
    page.put(2, 2, "=G3")
    page.put(2, 3, "=G4")
    page.put(2, 4, "=G5")
    page.put(3 + hidden, 6, f"=SUMPRODUCT($B$2:$D$2,{span(3 + hidden, 2, 1, inputs)})")
    page.put(3 + hidden, 7, f"=1/(1+EXP(-{at(3 + hidden, 6)}))")


def embeddings_by_token(page: Page) -> None:
    """Rows of a table that a text chooses: =$B$3, =$B$5, and so on, with a position added."""
    words, size, length = 6, 4, page.lot.randint(5, 8)
    page.numbers(2, 2, words, size)
    page.numbers(20, 2, length, size)
    tokens = sorted(page.lot.randrange(words) for _ in range(length))
    for t, token in enumerate(tokens):
        for d in range(size):
            page.put(10 + t, 8 + d, f"={at(2 + token, 2 + d)}")
            page.put(20 + t, 8 + d, f"={at(2 + token, 2 + d)}+{at(20 + t, 2 + d)}")


def causal_mask(page: Page) -> None:
    """Scores above the diagonal are typed as a large negative number, their exponentials are formulas as all."""
    n = page.lot.randint(4, 6)
    page.numbers(2, 2, n, 3)
    page.numbers(2, 6, n, 3)
    for i in range(n):
        for j in range(n):
            dot = f"=SUMPRODUCT({span(2 + i, 2, 1, 3)},{span(2 + j, 6, 1, 3)})/SQRT(3)"
            page.put(12 + i, 2 + j, dot if j <= i else -1e9)
            page.put(12 + i, 10 + j, f"=EXP({at(12 + i, 2 + j)})")
            page.put(20 + i, 2 + j, f"={at(12 + i, 10 + j)}/SUM({span(12 + i, 10, 1, n, 'c')})")
            page.put(30 + i, 2 + j, f"={at(12 + i, 10 + j)}/SUM({span(12 + i, 10, 1, i + 1, 'c')})" if j <= i else 0)


def two_heads(page: Page) -> None:
    """Two softmaxes side by side without a gap, each over its own half."""
    n, half = page.lot.randint(3, 5), 3
    page.numbers(2, 2, n, 2 * half)
    for i in range(n):
        for j in range(2 * half):
            page.put(12 + i, 2 + j, f"=EXP({at(2 + i, 2 + j)})")
            page.put(22 + i, 2 + j, f"={at(12 + i, 2 + j)}/SUM({span(12 + i, 2 + (j // half) * half, 1, half)})")


def batch_norm(page: Page) -> None:
    """Samples in rows, statistics below, then the normalised values; a mean of all means beside."""
    n, d = page.lot.randint(4, 7), page.lot.randint(3, 5)
    page.say(1, 2, "batch norm", "批归一化")
    page.numbers(2, 2, n, d)
    for c in range(d):
        page.put(3 + n, 2 + c, f"=AVERAGE({span(2, 2 + c, n, 1)})")
        page.put(4 + n, 2 + c, f"=VARP({span(2, 2 + c, n, 1)})")
        for r in range(n):
            page.put(
                7 + n + r, 2 + c, f"=({at(2 + r, 2 + c)}-{at(3 + n, 2 + c, 'r')})/SQRT({at(4 + n, 2 + c, 'r')}+0.00001)"
            )
    page.put(3 + n, 2 + d, f"=AVERAGE({span(3 + n, 2, 1, d)})")


def scaled_data(page: Page) -> None:
    """Typed data scaled by n - 1, as statistics does it; the mean's error is divided by the root of n."""
    n = page.lot.randint(5, 8)
    page.put(1, 2, "normalized inputs")
    page.numbers(2, 2, n, 2)
    for c in range(2):
        page.put(12, 2 + c, f"=STDEV({span(2, 2 + c, n, 1)})")
        for r in range(n):
            page.put(2 + r, 5 + c, f"=({at(2 + r, 2 + c)}-AVERAGE({span(2, 2 + c, n, 1, 'r')}))/{at(12, 2 + c, 'r')}")


def subtotals(page: Page) -> None:
    """Sums of parts between the products, running sums, differences, and a counter that begins again."""
    n = page.lot.randint(4, 6)
    page.numbers(2, 2, 2 * n + 2, 2)
    for k in range(2 * n + 1):
        row = 2 + k
        page.put(row, 5, f"=SUM(E2:E{row - 1})" if k == n else f"=B{row}*C{row}")
        page.put(row, 7, f"=SUM($B$2:B{row})")
        page.put(row, 9, f"=B{row + 1}-B{row}")
        page.put(row, 11, 1 if k % n == 0 else f"=K{row - 1}+1")


def padded_convolution(page: Page) -> None:
    """Windows are cut off at the borders, in the line and in the pooling."""
    n = page.lot.randint(6, 9)
    page.numbers(2, 2, n, 1)
    for r in range(n):
        first, last = max(0, r - 1), min(n - 1, r + 1)
        page.put(2 + r, 4, f"=AVERAGE({at(2 + first, 2)}:{at(2 + last, 2)})")
        page.put(2 + r, 6, f"=MAX(0,{at(2 + r, 4)})")
    for r in range((n + 1) // 2):
        page.put(2 + r, 8, f"=MAX({at(2 + 2 * r, 6)}:{at(min(1 + n, 3 + 2 * r), 6)})")


def dropout(page: Page) -> None:
    """Typed noughts and ones among formulas, a diagonal of ones, and a rate that falls in steps."""
    n = page.lot.randint(4, 6)
    page.numbers(2, 2, n, n)
    for r in range(n):
        for c in range(n):
            page.put(10 + r, 2 + c, 1 if r == c else f"=SUMPRODUCT({span(2, 2 + r, n, 1)},{span(2, 2 + c, n, 1)})")
            page.put(20 + r, 2 + c, 0 if page.lot.random() < 0.2 else f"={at(2 + r, 2 + c)}/0.8")
    page.put(30, 2, 0.1)
    for r in range(1, 10):
        page.put(30 + r, 2, 0.05 if r == 5 else f"={at(29 + r, 2)}")


def perturbed(page: Page) -> None:
    """Each row moves another parameter a little: a diagonal that differs in every row and column."""
    n = page.lot.randint(4, 7)
    page.numbers(2, 2, 1, n)
    page.put(1, 20, 0.001)
    for r in range(n):
        for c in range(n):
            page.put(5 + r, 2 + c, f"={at(2, 2 + c, 'r')}+$T$1" if r == c else f"={at(2, 2 + c, 'r')}")
        page.put(5 + r, 3 + n, f"=SUMSQ({span(5 + r, 2, 1, n)})")


def pairs_of_words(page: Page) -> None:
    """Dot products of rows that a text chooses, and the loss of the right class of each."""
    words, size = 5, 3
    page.numbers(2, 2, words, size)
    page.numbers(2, 6, words, size)
    for k in range(8):
        centre, near = page.lot.randrange(words), page.lot.randrange(words)
        page.put(10 + k, 2, f"=SUMPRODUCT({span(2 + centre, 2, 1, size)},{span(2 + near, 6, 1, size)})")
        page.put(10 + k, 3, f"=-LN(1/(1+EXP(-{at(10 + k, 2)})))")


def entropy_in_bits(page: Page) -> None:
    """A logarithm to base 2 by division, an entropy in bits, decibels to base 10, a logarithm of data."""
    n = page.lot.randint(4, 6)
    page.put(1, 2, "p")
    page.put(1, 3, "entropy in bits")
    page.put(1, 4, "log10 of p")
    page.put(1, 6, "sales")
    page.put(1, 7, "log sales")
    page.numbers(2, 6, n, 1)
    for r in range(n):
        page.put(2 + r, 2, f"=EXP({at(2 + r, 6)})/SUMPRODUCT(EXP({span(2, 6, n, 1, 'rc')}))")
        page.put(2 + r, 3, f"=-B{2 + r}*LOG(B{2 + r})/LOG(2)")
        page.put(2 + r, 4, f"=LOG(B{2 + r})")
        page.put(2 + r, 7, f"=LOG(ABS(F{2 + r}))")


def rows_of_different_kind(page: Page) -> None:
    """A block of figures: each row another one, all of one row alike."""
    n = page.lot.randint(4, 7)
    page.numbers(1, 2, 2, n)
    for c in range(n):
        top = at(1, 2 + c), at(2, 2 + c)
        page.put(4, 2 + c, f"={top[0]}*{top[1]}")
        page.put(5, 2 + c, f"={top[0]}+{top[1]}")
        page.put(6, 2 + c, f"={top[0]}-{top[1]}")
        page.put(7, 2 + c, f"={top[0]}*{top[1]}")
        page.put(8, 2 + c, f"=MAX(0,{at(4, 2 + c)})")
        page.put(9, 2 + c, f"=MIN(0,{at(5, 2 + c)})")
        page.put(10, 2 + c, f"=MAX(0,{at(6, 2 + c)})")


def steps_as_blocks(page: Page) -> None:
    """Three columns for each step, arrays for the sums, the first step from typed states."""
    units, steps = page.lot.randint(3, 5), page.lot.randint(3, 5)
    page.numbers(2, 2, units, units + 1)
    c0 = units + 5
    for t in range(steps):
        column = c0 + 4 * t
        page.numbers(1, column, 1, 1)
        for r in range(units):
            page.put(2 + r, column, 0 if t == 0 else f"={at(12 + r, column - 3)}")
        page.put(2 + units, column, f"={at(1, column)}")
        page.array(
            12, column, units, 1, f"=MMULT({span(2, 2, units, units + 1, 'rc')},{span(2, column, units + 1, 1)})"
        )
        page.array(12, column + 1, units, 1, f"=TANH({span(12, column, units, 1)})")


def central_differences(page: Page) -> None:
    """Each weight in its turn by a step up in one row and down in the next; the others stay as read from elsewhere."""
    weights = page.lot.randint(3, 5)
    page.numbers(1, 2, 9, weights)
    page.put(1, 1, 0.001)
    page.put(2, 1, 4)
    for row in range(2 * weights):
        for w in range(weights):
            sides = ("+$A$1", "-$A$1") if row // 2 == w else ("", "")
            page.put(14 + row, 2 + w, f"=INDEX({span(1, 2 + w, 9, 1, 'rc')},$A$2){sides[row % 2]}")
        page.put(14 + row, 3 + weights, f"=SUMSQ({span(14 + row, 2, 1, weights)})/2")


PECULIAR: dict[str, Callable[[Page], None]] = {
    builder.__name__: builder
    for builder in (
        *(gates_in_a_column, gates_in_rows, layers_in_one_list, embeddings_by_token, causal_mask, two_heads),
        *(batch_norm, scaled_data, subtotals, padded_convolution, dropout, perturbed, pairs_of_words),
        *(entropy_in_bits, rows_of_different_kind, steps_as_blocks, central_differences),
    )
}
