"""The first departure told: the formula of that quantity with the numbers, and which of its factors is off."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

import numpy as np

from xlbp.checking.comparison import Cell, Comparison
from xlbp.checking.result import EQUAL, OFF, SUPPOSED, UNKNOWN, Departure, Factor
from xlbp.symbols.expr import Expr, names_in, ref, topological
from xlbp.symbols.interpret import Interpreter
from xlbp.template import names
from xlbp.template.quantity import GRADIENT, PART, STATE, UPDATED
from xlbp.workbook.layout.formula import ABOVE, mathematics
from xlbp.workbook.page.facts import readable

Key: TypeAlias = tuple[str, str]  # whether a quantity is of this row (ref) or of the one above (prev), and its name
Factors: TypeAlias = Mapping[Key, Factor]
MARK = "\ue000"  # stands for a caret while a line is printed; no formula has it
GIVEN = ("iteration", "batch", "parameters")  # phases of numbers that a row is entered with
STEP = 1e-6  # relative: by how much a factor is moved to see how much of the result depends on it
PLAIN_RATIO = 1e-6  # how near a ratio of two numbers is to a whole one that is worth saying
MANY = 3  # terms of a sum over samples, which are not written out unless their numbers are known
MOST_TIMES = 1000
SHORT = 2  # decimals of a ratio that is worth saying, as 0.9
RATES = (names.RATE, names.LEARNING_RATE)


def tell(comparison: Comparison, cell: Cell, is_explained: bool = False) -> Departure:
    """What is said of a departure: from its formula and the person's own numbers.

    Where a mistake explains it, nothing more is asked for.
    """
    return _Teller(comparison, cell, is_explained).tell()


class _Teller:
    """Tells of one departure.  Its formula may stand in the row above: a parameter is what the step there made."""

    def __init__(self, comparison: Comparison, cell: Cell, is_explained: bool) -> None:
        self.comparison, self.truth, self.cell = comparison, comparison.truth, cell
        self.is_explained = is_explained
        self.contents = self.truth.contents
        self.own = comparison.given[cell.name]
        self.columns = {column.name: column for column in self.contents.program.columns}
        self.home = self._home()
        self.quantity = self.contents.quantity(self.home.name)

    def _home(self) -> Cell:
        """Where the formula stands: of a parameter that has been moved, in the row of its update."""
        name, iteration = self.cell
        updated = str(self.contents.quantity(name).updated) if name in self.contents.template.parameter_order else ""
        return Cell(updated, iteration - 1) if iteration and updated in self.truth.order else self.cell

    def tell(self) -> Departure:
        """Everything about it."""
        name, iteration = self.cell
        departure = Departure(
            iteration,
            name,
            self.contents.symbol(name),
            float(self.truth.values(name)[iteration]),
            float(self.own.values[iteration]),
            derived_from=self.own.derived_from,
        )
        expr = self.expression()
        if expr is None:
            return replace(departure, told=self.told_of_given(departure))
        factors = self.factors(expr)
        lines = self.lines(expr, factors)
        return replace(departure, factors=tuple(factors.values()), lines=lines, told=self.told(expr, factors))

    def told_of_given(self, departure: Departure) -> str:
        """What is said of a number that the template gives."""
        if self.cell.name not in RATES:
            return "it is a number to start from, which the template gives"
        times = _times(departure.found, departure.expected)
        return f"your learning rate is not the template's, {_shown(departure.expected)}, in this iteration{times}"

    def expression(self) -> Expr | None:
        """The formula; None for a number that the template gives."""
        column = self.columns.get(self.home.name)
        if column is None or (column.given and self.home.iteration == 0):
            return None
        return column.at(self.home.iteration)

    def factors(self, expr: Expr) -> dict[Key, Factor]:
        """Each quantity of the formula, by whether it stands in this row or above, and its name."""
        factors = {
            (op, name): self.factor(name, self.home.iteration - (op == "prev"))
            for op in ("ref", "prev")
            for name in names_in(expr, op)
        }
        keys = {is_so: [k for k, factor in factors.items() if factor.status == is_so] for is_so in (UNKNOWN, SUPPOSED)}
        missing = keys[UNKNOWN] or keys[SUPPOSED]
        if len(missing) == 1 and not any(factor.status == OFF for factor in factors.values()):
            [key] = missing
            needed = self.needed(expr, key, factors)
            if needed is not None:
                factors[key] = replace(factors[key], needed=needed)
        return factors

    def factor(self, name: str, iteration: int) -> Factor:
        """What a quantity should be in a row, and what the person has there."""
        expected = float(self.truth.values(name)[iteration])
        symbol = self.contents.symbol(name)
        series = self.comparison.given.get(name)
        if series is None or not series.there[iteration]:
            return Factor(name, symbol, expected, None, self.status_without(name, iteration))
        status = OFF if self.comparison.departs[name][iteration] else EQUAL
        return Factor(name, symbol, expected, float(series.values[iteration]), status)

    def status_without(self, name: str, iteration: int) -> str:
        """What is known of a quantity that is not given.

        The template's own numbers are, but for the learning rate, which a program has of its own; behind a gradient
        the forward pass is supposed to be right.
        """
        if name in RATES:
            return SUPPOSED
        if name not in self.columns or self.columns[name].phase in GIVEN:
            return EQUAL
        backward = (GRADIENT, UPDATED, STATE, PART)
        if self.quantity.relation not in backward or self.contents.quantity(name).relation in backward:
            return UNKNOWN
        loss = self.comparison.given.get(self.contents.objective)
        is_shown = loss is not None and loss.there[iteration]
        return EQUAL if is_shown and not self.comparison.departs[self.contents.objective][iteration] else SUPPOSED

    def worth(self, expr: Expr, numbers: Mapping[Key, float]) -> float:
        """What the formula comes to with these numbers."""
        pairs = {op: {n: np.asarray([v]) for (o, n), v in numbers.items() if o == op} for op in ("ref", "prev")}
        rows = {n: np.concatenate([pairs["prev"].get(n, v), v]) for n, v in {**pairs["prev"], **pairs["ref"]}.items()}
        rows |= {name: np.asarray(value) for name, value in self.truth.trained.facts.inputs.items() if "#" in name}
        with np.errstate(all="ignore"):
            return float(np.broadcast_to(Interpreter(rows)(expr), (2,))[1])

    def needed(self, expr: Expr, key: Key, factors: Factors) -> float | None:
        """What the one factor that is not given must be for the person's result, if this depends on it in a line."""
        numbers = _numbers(factors)
        start, result = numbers[key], float(self.own.values[self.cell.iteration])
        step = max(abs(start), 1.0)
        at, ahead = (self.worth(expr, {**numbers, key: start + n * step}) for n in (0, 1))
        slope = (ahead - at) / step
        if not math.isfinite(slope) or slope == 0 or not math.isfinite(result):
            return None
        needed = start + (result - at) / slope
        reached = self.worth(expr, {**numbers, key: needed})
        return needed if math.isclose(reached, result, rel_tol=STEP, abs_tol=STEP * abs(at)) else None

    def lines(self, expr: Expr, factors: Factors) -> tuple[str, ...]:
        """The formula in symbols, with the right numbers, with the person's, and the carets.

        A sum over many samples whose numbers are not given stands in symbols only.
        """
        symbol = self.contents.symbol(self.home.name)
        sums = [node for node in topological(expr) if self.is_open_sum(node, factors)]
        if sums:
            texts = {node: f"(sum over {len(node.args)} samples of {self.of_a_sample(node.args[0])})" for node in sums}
            called = {key: self._called(key, factor) for key, factor in factors.items()}
            leaves = {node: ref(text) for node, text in texts.items()}
            called |= {("ref", text): text for text in texts.values()}
            return (f"{symbol} = {_printed(_with(expr, leaves), called, True)}",)
        heads = [f"{symbol} =", "it should be", "yours", ""]
        marks = {key: f.status == OFF or f.needed is not None for key, f in factors.items()}
        rows = [
            {key: self._called(key, factor) for key, factor in factors.items()},
            {key: _shown(f.expected) for key, f in factors.items()},
            {key: _own(f) for key, f in factors.items()},
        ]
        widths = {key: max(_width(row[key]) for row in rows) for key in factors}
        rows = [{key: text + " " * (widths[key] - _width(text)) for key, text in row.items()} for row in rows]
        carets = {key: MARK * _width(rows[2][key].rstrip()) if marks[key] else "" for key in factors}
        carets = {key: text + " " * (widths[key] - len(text)) for key, text in carets.items()}
        printed = [_printed(expr, row, number == 0) for number, row in enumerate([*rows, carets])]
        printed[3] = "".join("^" if character == MARK else " " for character in printed[3])
        wide = max(map(_width, heads))
        heads = [head + " " * (wide - _width(head)) for head in heads]
        lines = (f"{head} {text}".rstrip() for head, text in zip(heads, printed, strict=True))
        return tuple(filter(None, lines))

    def is_open_sum(self, node: Expr, factors: Factors) -> bool:
        """Whether this adds up the same of many samples, of which something is not given."""
        if node.op != "add" or len(node.args) < MANY or len({self.of_a_sample(term) for term in node.args}) > 1:
            return False
        samples = {self.contents.quantity(name).sample for name in names_in(node)}
        return len(samples) >= len(node.args) and any(
            factors["ref", name].status in (UNKNOWN, SUPPOSED) for name in names_in(node)
        )

    def of_a_sample(self, term: Expr) -> str:
        """A term of a sum over samples, without their marks."""
        return mathematics({name: self.contents.bare_symbol(name) for name in names_in(term)})(term)

    def _called(self, key: Key, factor: Factor) -> str:
        """Its symbol; of a parameter that the row above moved with that row's iteration."""
        is_moved = key[0] == "prev" and self.contents.quantity(key[1]).relation == UPDATED
        return f"{factor.symbol} of iteration {self.home.iteration - 1}" if is_moved else factor.symbol

    def told(self, expr: Expr, factors: Factors) -> str:
        """Which factor is off, in a sentence."""
        off, unknown, supposed = (
            [f for f in factors.values() if f.status == status] for status in (OFF, UNKNOWN, SUPPOSED)
        )
        if off:
            return f"{self.listed(off)} {_is(off)} off in it"
        if not unknown and not supposed:
            return self.told_of_step(expr, factors)
        solved = next((f for f in (*unknown, *supposed) if f.needed is not None), None)
        if solved is not None and solved.needed is not None:
            rest = self.taken_for_right([f for f in supposed if f is not solved])
            return (
                f"{solved.symbol} is not given: if this step is right, yours was {_shown(solved.needed)}, "
                f"not {_shown(solved.expected)}{_times(solved.needed, solved.expected)}{rest}"
            )
        missing = self.listed([*unknown, *supposed])
        are = _is([*unknown, *supposed])
        times = self.scale(expr, factors) if len({self.contents.bare_symbol(f.name) for f in unknown}) == 1 else ""
        if times:
            rest = self.taken_for_right(supposed)
            return f"{self.listed(unknown)} {_is(unknown)} not given: if this step is right, yours are{times}{rest}"
        if self.is_explained:
            return ""
        return f"{missing} {are} not given: log {'it' if are == 'is' else 'them'} to see what is off"

    def taken_for_right(self, supposed: Sequence[Factor]) -> str:
        """What is said of those that nothing is known of."""
        return f"; {self.listed(supposed)}, not given either, {_is(supposed)} taken for right" if supposed else ""

    def told_of_step(self, expr: Expr, factors: Factors) -> str:
        """What is said where nothing that the formula is made of is off."""
        own = self.worth(expr, _numbers(factors))
        result = float(self.own.values[self.cell.iteration])
        return (
            "all that stands in it agrees, so this step itself is wrong: "
            f"your own numbers make {_shown(own)} of it, not {_shown(result)}{_times(result, own)}"
        )

    def scale(self, expr: Expr, factors: Factors) -> str:
        """How many times too large all that is not given must be together, where that is a plain ratio."""
        numbers = _numbers(factors)
        unknown = [key for key, factor in factors.items() if factor.status == UNKNOWN]
        result = float(self.own.values[self.cell.iteration])
        none, right = (self.worth(expr, {**numbers, **{key: n * numbers[key] for key in unknown}}) for n in (0, 1))
        return _times(result - none, right - none).removeprefix(",") if math.isfinite(result) else ""

    def listed(self, factors: Sequence[Factor]) -> str:
        """Some factors in a sentence; one of several samples once, with their number."""
        by_symbol: dict[str, list[Factor]] = {}
        for factor in factors:
            by_symbol.setdefault(self.contents.bare_symbol(factor.name), []).append(factor)
        each = [
            several[0].symbol if len(several) == 1 else f"{symbol} of {len(several)} samples"
            for symbol, several in by_symbol.items()
        ]
        shown = [*each[:3], f"{len(each) - 3} more"] if len(each) > 4 else each
        return " and ".join(filter(None, [", ".join(shown[:-1]), shown[-1]]))


def _printed(expr: Expr, texts: Mapping[Key, str], with_above: bool) -> str:
    """The formula with these texts for its names.  What is of the row above is marked as such in symbols only."""
    above = {name: text for (op, name), text in texts.items() if op == "prev"}
    here = {name: text for (op, name), text in texts.items() if op == "ref"}
    both = {name: text for name, text in above.items() if here.get(name, text) == text}
    printed = mathematics({**both, **here})(expr)
    return printed if with_above else printed.replace(ABOVE, " " * len(ABOVE))


def _with(expr: Expr, leaves: Mapping[Expr, Expr]) -> Expr:
    """An expression with others in the place of some of its parts."""
    if expr in leaves:
        return leaves[expr]
    return Expr(expr.op, tuple(_with(arg, leaves) for arg in expr.args), expr.payload)


def _own(factor: Factor) -> str:
    """The person's number; what it must have been where it was not given; the right one if it is the template's."""
    if factor.own is not None:
        return _shown(factor.own)
    if factor.needed is not None:
        return _shown(factor.needed)
    return "?" if factor.status in (UNKNOWN, SUPPOSED) else _shown(factor.expected)


def _shown(value: float) -> str:
    """Four decimals, or four digits of a small number, in brackets if negative."""
    if not math.isfinite(value):
        return "#NUM!"
    text = (f"{value:.4g}" if 0 < abs(value) < 0.01 else readable(value)).replace("-", "−")
    return f"({text})" if value < 0 else text


def _times(found: float, expected: float) -> str:
    """How the one is to the other, where that is a plain ratio: ``, 2 times as much``."""
    if not found or not expected:
        return ""
    for ratio, say in ((found / expected, "{} times as much"), (expected / found, "1/{} of it")):
        whole = round(ratio) if math.isfinite(ratio) else 0
        if whole and abs(whole) <= MOST_TIMES and math.isclose(ratio, whole, rel_tol=PLAIN_RATIO):
            if whole == -1:
                return ", the same with the other sign"
            return f", {say.format(whole)}".replace("-", "−") if whole != 1 else ""
    short = round(found / expected, SHORT) if math.isfinite(found / expected) else 0.0
    is_short = short and abs(short) <= MOST_TIMES and math.isclose(found / expected, short, rel_tol=PLAIN_RATIO)
    return f", {short:g} times as much".replace("-", "−") if is_short else ""


def _is(factors: Sequence[Factor]) -> str:
    return "is" if len(factors) == 1 else "are"


def _numbers(factors: Factors) -> dict[Key, float]:
    """The person's numbers, and the right ones where nothing was given."""
    return {key: factor.expected if factor.own is None else factor.own for key, factor in factors.items()}


def _width(text: str) -> int:
    """How many places a text takes on the terminal."""
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    return len(text) + wide - sum(map(bool, map(unicodedata.combining, text)))
