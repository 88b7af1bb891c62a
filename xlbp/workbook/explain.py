"""The derivation of one quantity: symbols, numbers and cells, and for a gradient the chain rule path by path."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace

from xlbp.errors import counted
from xlbp.symbols.expr import Expr, names_in
from xlbp.template.quantity import GRADIENT, UPDATED
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.find import Target, find_target
from xlbp.workbook.layout.formula import ABOVE, mathematics
from xlbp.workbook.layout.layout import quoted
from xlbp.workbook.page import chain
from xlbp.workbook.page.chain import ChainRule
from xlbp.workbook.page.facts import Choices, Facts, readable
from xlbp.workbook.page.lens import Lens

BRACKETED = re.compile(r"\((\(−[\d.E+−]+\))\)")


@dataclass(frozen=True)
class Factor:
    """One derivative of a product, and the cell that holds it; '' for a number that needs none."""

    symbol: str
    value: float | None
    cell: str


@dataclass(frozen=True)
class Path:
    """One way from the objective to the quantity; ``value`` is the product of its factors."""

    factors: tuple[Factor, ...]
    value: float | None


@dataclass(frozen=True, repr=False)
class Explanation:
    """How a number comes about; ``str`` of it is the text for a terminal.

    ``sample`` is 0 where there is but one; ``formula`` and ``numbers`` are '' for an input.

    ``paths`` are those of a derivative of the objective; ``total`` is their sum, of which the value is the
    mean over ``samples`` where the derivative is one of the whole batch.
    """

    symbol: str
    name: str
    iteration: int
    cell: str
    value: float | None
    formula: str
    numbers: str
    spreadsheet: str
    sample: int
    samples: int
    paths: tuple[Path, ...]
    total: float | None

    def to_dict(self) -> dict[str, object]:
        """What ``xlbp explain --json`` prints; a number that is none (#NUM!) is None."""
        return asdict(self)

    def __str__(self) -> str:
        return as_text(self)

    def __repr__(self) -> str:
        paths = f", {counted(len(self.paths), 'path')}" if self.paths else ""
        return f"Explanation({self.symbol} at iteration {self.iteration} = {self.value!r}{paths})"

    def _repr_html_(self) -> str:
        from xlbp.pictures import html  # noqa: PLC0415 - for notebooks

        return html.preformatted(str(self))


def explain_quantity(
    contents: Contents, facts: Facts, asked: str, iteration: int | None = None, sample: int | None = None
) -> Explanation:
    """Explain what is ``asked`` for: a cell of the training sheet, a name, or a symbol of the source.

    Raises UsageError if there is none, or if the iteration or the sample is out of range.
    """
    target = find_target(contents, asked, iteration, sample)
    choices = Choices(iteration=target.iteration, sample=max(target.sample, 1))
    return _Explainer(Lens(contents, replace(facts, choices=choices)), target).explain()


class _Explainer:
    """Explains one target; the lens knows the numbers of its iteration."""

    def __init__(self, lens: Lens, target: Target) -> None:
        self.lens, self.contents, self.target = lens, lens.contents, target
        self.quantity = lens.model.quantity(target.name)
        self.columns = {column.name: column for column in self.contents.program.columns}

    def explain(self) -> Explanation:
        """Everything about the target."""
        name, samples = self.target.name, self.lens.samples
        expr = self.expression()
        paths = tuple(self.paths())
        products = [path.value for path in paths]
        total = math.fsum(v for v in products if v is not None) if products and None not in products else None
        return Explanation(
            self.contents.symbol(name),
            name,
            self.target.iteration,
            self.cell(name),
            self.lens.value(name),
            mathematics(self.symbols(expr))(expr) if expr else "",
            BRACKETED.sub(r"\1", mathematics(self.numbers(expr))(expr).replace(ABOVE, "")) if expr else "",
            self.spreadsheet(expr) if expr else "",
            self.target.sample,
            samples if self.quantity.of in self.contents.template.parameter_order else 1,
            paths,
            total,
        )

    def expression(self) -> Expr | None:
        """What stands in the cell; None for an input."""
        column = self.columns.get(self.target.name)
        if column is None or (column.given and self.target.iteration == 0):
            return None
        return column.at(self.target.iteration)

    def symbols(self, expr: Expr) -> Mapping[str, str]:
        """Each name with its symbol; a parameter moved in the row above says so, what was kept there has its mark."""
        above = f" of iteration {self.target.iteration - 1}"
        symbols = {name: self.contents.symbol(name) for name in (*names_in(expr), *names_in(expr, "prev"))}
        moved = [name for name in names_in(expr, "prev") if self.lens.model.quantity(name).relation == UPDATED]
        return symbols | {name: self.contents.symbol(name) + above for name in moved}

    def numbers(self, expr: Expr) -> Mapping[str, str]:
        """Each name with its number, in brackets if negative; those of the row above are of that row."""
        above = self.target.iteration - 1
        values = {name: self.lens.value(name) for name in names_in(expr)}
        values |= {name: self.lens.value_at(name, above) for name in names_in(expr, "prev")}
        return {name: _in_brackets(value) for name, value in values.items()}

    def spreadsheet(self, expr: Expr) -> str:
        """The formula as it stands in the cell."""
        row = self.contents.layout.row_of(self.target.iteration)
        return "=" + self.contents.layout.writer()(expr).replace("{r}", str(row)).replace("{p}", str(row - 1))

    def cell(self, name: str) -> str:
        """``Training!AL12``."""
        layout = self.contents.layout
        if name in layout.columns:
            return f"{self.contents.training}!{layout.cell(name, self.target.iteration)}"
        place = layout.panel[name]
        home = quoted(layout.data_sheet) if place.sheet == "data" else self.contents.training
        return f"{home}!{place.address.replace('$', '')}"

    def paths(self) -> Iterator[Path]:
        """The chain rule of a derivative of the objective; none for a quantity that is no such thing."""
        of = self.quantity.of if self.quantity.relation == GRADIENT else None
        paths = ChainRule(self.lens).paths(of) if of in self.columns else []
        for path in paths:
            if [names_in(factor.value) for factor in path] == [(self.target.name,)]:
                continue  # the derivative at which all paths begin
            factors = tuple(Factor(f.symbol, self.lens.worth(f.value), self.home(f)) for f in path)
            values = [factor.value for factor in factors]
            yield Path(factors, None if None in values else math.prod(v for v in values if v is not None))

    def home(self, factor: chain.Factor) -> str:
        """The cell that a factor stands in, its sign aside; '' for one that is computed from cells."""
        return self.cell(factor.cell) if factor.cell else ""


def _in_brackets(value: float | None) -> str:
    text = _shown(value)
    return f"({text})" if value is not None and value < 0 else text


def as_text(explanation: Explanation) -> str:
    """What a person reads on the terminal."""
    e = explanation
    sample = f", sample {e.sample}" if e.sample and e.samples == 1 else ""
    lines = [f"{e.symbol}   ({e.name}, iteration {e.iteration}{sample}, {e.cell})", ""]
    if e.formula:
        pieces = [e.formula, *([e.numbers] if e.numbers != _shown(e.value) else []), _exactly(e.value)]
        lines += [f"  {e.symbol} = {pieces[0]}", *(f"  {' ' * len(e.symbol)} = {piece}" for piece in pieces[1:])]
        lines += ["", f"  cell formula   {e.spreadsheet}"]
    else:
        lines += [f"  {e.symbol} = {_exactly(e.value)}", "", "  an input: type another number into its cell"]
    return "\n".join([*lines, *_chain_lines(e)])


def _chain_lines(e: Explanation) -> list[str]:
    """The chain rule: each path as a product, its factors below it, and what the paths come to."""
    if not e.paths:
        return []
    count = f"{len(e.paths)} paths" if len(e.paths) > 1 else "one path"
    lines = ["", f"chain rule, {count}{f', sample {e.sample}' if e.sample else ''}"]
    width = max(len(factor.symbol) for path in e.paths for factor in path.factors)
    for path in e.paths:
        lines += ["", "  " + " · ".join(factor.symbol for factor in path.factors)]
        product = " · ".join(_in_brackets(factor.value) for factor in path.factors)
        lines.append(f"  = {product} = {_shown(path.value)}" if len(path.factors) > 1 else f"  = {product}")
        lines += [f"      {f.symbol:<{width}}  {_shown(f.value):>10}  {f.cell}".rstrip() for f in path.factors]
    return [*lines, *_total_lines(e)]


def _total_lines(e: Explanation) -> list[str]:
    terms = " + ".join(_in_brackets(path.value) for path in e.paths)
    lines = ["", f"  sum over the paths: {terms} = {_shown(e.total)}"] if len(e.paths) > 1 else []
    if e.samples > 1:
        lines += ["", f"  {e.symbol} is the mean of this over the {e.samples} samples: {_shown(e.value)}"]
    return lines


def _shown(value: float | None) -> str:
    """Four decimals as on the sheets, but four digits of a small number: the terms of a sum must add up."""
    small = value is not None and 0 < abs(value) < 0.01
    return (f"{value:.4g}" if small else readable(value)).replace("-", "−")


def _exactly(value: float | None) -> str:
    """Readable, and behind it every digit where there are more."""
    exact = "" if value is None else repr(value).replace("-", "−")
    shown = _shown(value)
    return f"{shown}   ({exact})" if value is not None and float(shown.replace("−", "-")) != value else shown
