"""The numbers that the pages show: the training, and what a person has chosen to look at; and whom to ask for more."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import NamedTuple, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from xlbp.template.model import Model
from xlbp.template.quantity import known
from xlbp.template.scaling import BY_RAW

Array = NDArray[np.float64]
Worked = TypeVar("Worked")
SMALLEST = 1e-307  # what is below is shown as 0: its power of ten is no normal double
MOST_PLAIN = 1_000_000  # from here on a number is written with a power of ten
EXACT = 1e-7  # in units of the fourth decimal: what is no farther from a whole number of these has no more digits
THREE_DIGITS, FOUR_DIGITS = (Context(prec=digits, rounding=ROUND_HALF_UP) for digits in (3, 4))
# log10(10 / 9.995), and a little more: what rounds to 10.00 belongs to the next power of ten, whatever LOG10's last bit
CARRY = "0.00021720155"
CARRY_OF_FOUR = "0.0000217154"  # the same for 9.9995
UP = "(1+1E-14)"  # lifts a half over itself, which programs would otherwise round as its double happens to lie


class Reference(Protocol):
    """Computes, apart from the formulas, what a sheet shows besides the training itself."""

    def forward_passes(self, settings: Sequence[Mapping[str, float]]) -> Mapping[str, Array]:
        """Every forward quantity of the chosen iteration's row, for each of these values of the parameters."""

    def answers(
        self, points: Sequence[Sequence[float]], iteration: int
    ) -> tuple[Mapping[str, Array], Mapping[str, Array]]:
        """The forward pass for inputs that are no samples, by the parameters of an iteration; and its terms' sizes."""


class NoReference:
    """For a book that shows nothing but its training."""

    def forward_passes(self, settings: Sequence[Mapping[str, float]]) -> Mapping[str, Array]:
        """No passes."""
        raise NotImplementedError(f"nobody computes {len(settings)} forward passes")

    def answers(
        self, points: Sequence[Sequence[float]], iteration: int
    ) -> tuple[Mapping[str, Array], Mapping[str, Array]]:
        """No answers."""
        raise NotImplementedError(f"nobody answers {len(points)} points at iteration {iteration}")


class Trials(Protocol):
    """Trainings of the template with some of its inputs changed, whatever a person has typed into the book."""

    @property
    def own(self) -> Mapping[str, Array]:
        """The training on the template's own inputs."""

    def changed(self, changes: Mapping[str, float], iterations: int) -> Mapping[str, Array]:
        """The training with these inputs in the place of the template's, as far as this iteration."""

    def once(self, key: str, work: Callable[[], Worked]) -> Worked:
        """What ``work`` returns, which depends on the template alone: several pages may ask for it by its key."""


class NoTrials:
    """For a book that asks for no predictions."""

    @property
    def own(self) -> Mapping[str, Array]:
        """No training."""
        raise NotImplementedError("nobody trains the template")

    def changed(self, changes: Mapping[str, float], iterations: int) -> Mapping[str, Array]:
        """No training."""
        raise NotImplementedError(f"nobody trains {iterations} iterations with {len(changes)} changes")

    def once(self, key: str, work: Callable[[], Worked]) -> Worked:  # noqa: ARG002
        """The same, worked out each time."""
        return work()


class Total(NamedTuple):
    """Of a column in the template's own training."""

    total: float  # its sum
    scale: float  # by which to measure a difference from it
    driven: int = 0  # how many of its cells follow from rounding noise


Totals = Mapping[str, Total]


class Noisy(NamedTuple):
    """The parameters whose gradients are nothing but rounding noise.

    ``iteration`` is the first where that is so, ``visible`` the first where it shows.
    """

    parameters: tuple[str, ...]
    iteration: int
    visible: int


@dataclass(frozen=True)
class Choices:
    """What a person may choose on the teaching sheets; every field has a cell with a defined name."""

    iteration: int = 0
    sample: int = 1
    layer: int = 1  # of the unit that a large network's steps are about
    unit: int = 1
    channel: int = 1  # of the place of a map whose window is shown
    row: int = 1
    column: int = 1
    head: int = 1  # of an attention
    query: int = 1  # of an attention: the step that asks, and the one that is asked
    key: int = 1
    weight: int = 1  # the parameter whose paths the picture of a network shows, counted from 1
    step: float = 1e-5  # of the central differences
    across: int = 1  # the landscape's two parameters, counted from 1
    down: int = 2
    radius: float = 2.0
    results_at: int = 0  # the iteration whose results are shown
    tried_at: int = 0  # the iteration by whose parameters a new sample is answered
    tried: tuple[float | str, ...] = ()  # what is typed for it
    tangents: tuple[int, ...] = ()  # the unit of each activation at which its tangent is drawn, counted from 1


@dataclass(frozen=True)
class Facts:
    """``history``: every quantity over the iterations; ``inputs``: the panel.

    ``sizes`` tell of every column how large the terms of each of its cells are, by which roundings are measured:
    :meth:`xlbp.symbols.interpret.Interpreter.sizes`.
    ``reference`` computes what the history has not: forward passes by other parameters, answers for other inputs.
    ``trials`` trains the template again with other inputs, for what the book asks a reader to try.
    """

    history: Mapping[str, Array]
    sizes: Mapping[str, Array]
    inputs: Mapping[str, float]
    choices: Choices
    own: Mapping[str, float]  # the panel as the template has it
    totals: Totals  # of the template's own training, by column
    own_losses: Array = field(default_factory=lambda: np.zeros(0))  # of the template's own training, by iteration
    noisy: Noisy | None = None  # in the template's own training
    reference: Reference = field(default_factory=NoReference)
    trials: Trials = field(default_factory=NoTrials)
    verdict: str = ""  # of the gradient check, once it is known

    def value(self, name: str) -> float | None:
        """A quantity at the chosen iteration, or a number of the panel; None for an error."""
        row = self.choices.iteration
        value = float(self.history[name][row]) if name in self.history else self.inputs[name]
        return value if np.isfinite(value) else None

    def size(self, name: str) -> float:
        """How large the terms of a quantity are at the chosen iteration."""
        return float(self.sizes[name][self.choices.iteration]) if name in self.sizes else abs(self.inputs[name])


def sizes_of_scaled(model: Model, inputs: Mapping[str, float]) -> dict[str, float]:
    """How large the terms are that each scaled number is made from, (raw - shift) / size, if any is scaled."""
    sizes: dict[str, float] = {}
    for name, value in inputs.items():
        raw = known(name)
        if raw.letter not in BY_RAW or not raw.sample:
            continue
        scaled = BY_RAW[raw.letter]
        shift, size = (model.statistic(letter, raw) for letter in scaled.statistics)
        if shift in inputs:
            terms = abs(value) + abs(inputs[shift])
            sizes[raw.lettered(scaled.letter)] = terms / max(abs(inputs[size]), 1e-300)
    return sizes


def in_order(values: Sequence[float] | Array) -> float:
    """The sum from first to last, as a spreadsheet takes it; infinite where that is no number of a cell."""
    with np.errstate(all="ignore"):
        return float(np.add.accumulate(values)[-1])


def mean_of_last(values: Array, rows: int) -> Array:
    """At each row the mean of so many up to it; of all up to it where these are fewer."""
    sums = np.concatenate(([0.0], np.cumsum(values)))
    ends = np.arange(1, len(sums))
    starts = np.maximum(0, ends - rows)
    return (sums[ends] - sums[starts]) / (ends - starts)


def readable(value: float | None, whole: bool = False) -> str:
    """A number as the sheets' own text formulas write it, with U+2212 for minus; tiny and huge ones scientific.

    It has four decimals, and below 0.1 as many as four significant digits take, unless four say it exactly.  ``whole``
    is for what is given, not computed: a whole number is written without decimals.
    """
    if value is None:
        return "#NUM!"
    if abs(value) < SMALLEST:
        return "0" if whole else "0.0000"
    return f"−{_digits(abs(value), whole)}" if value < 0 else _digits(value, whole)


def _digits(size: float, whole: bool) -> str:
    if size >= MOST_PLAIN or size < 1e-4:
        return _scientific(size)
    return str(int(size)) if whole and size == int(size) else _with_decimals(size)


def _with_decimals(size: float) -> str:
    """As spreadsheets round: a half goes up, where Python takes the even digit (0.03125 is 0.0313)."""
    beyond = abs(size * 1e4 - _nearest(size * 1e4)) >= EXACT
    places = 3 - FOUR_DIGITS.create_decimal(repr(size)).adjusted() if beyond else 4
    return str(Decimal(repr(size)).quantize(Decimal(1).scaleb(-max(4, places)), ROUND_HALF_UP))


def _nearest(number: float) -> float:
    return float(Decimal(repr(number)).quantize(Decimal(1), ROUND_HALF_UP))


def _scientific(size: float) -> str:
    """Three digits and an exponent of at least two, a half rounded up: 1.00E+06, 5.00E-300."""
    rounded = THREE_DIGITS.create_decimal(repr(size))
    exponent = rounded.adjusted()
    return f"{rounded.scaleb(-exponent):.2f}E{exponent:+03d}"


def readable_formula(cell: str, whole: bool = False) -> str:
    """The spreadsheet's side of :func:`readable`, whatever the reader's decimal sign.

    FIXED writes the mantissa with it; a format of TEXT would be read in the reader's own locale, where ``0.00`` may
    mean something else, so the exponent's has no decimal sign.  Comparisons of tiny numbers go by SIGN, as IronCalc
    takes what is below 2.2e-16 for 0.
    """
    size, exponent = f"ABS({cell})", f"INT(LOG10(ABS({cell}))+{CARRY})"
    exact = f"ABS({size}*10000-ROUND({size}*10000,0))<{EXACT:.0E}"
    places = f"IF(OR({size}>=0.1,{exact}),4,MAX(4,3-INT(LOG10({size})+{CARRY_OF_FOUR})))"
    plain = f"IF(AND({size}>=0.0001,{size}<{MOST_PLAIN}),FIXED({size}*{UP},{places},1)"
    scientific = f'FIXED({size}/10^{exponent}*{UP},2,1)&"E"&TEXT({exponent},"+00;-00")'
    digits = f"{plain},{scientific})"
    zero = "FIXED(0,4,1)"
    if whole:
        digits, zero = (
            f"IF(AND({size}>=1,{cell}=INT({cell}),{size}<{MOST_PLAIN}),FIXED({size},0,1),{digits})",
            "FIXED(0,0,1)",
        )
    signed = f'IF(SIGN({cell})<0,"−","")&{digits}'
    return f'IFERROR(IF(SIGN({size}-{SMALLEST:.0E})<0,{zero},{signed}),"#NUM!")'
