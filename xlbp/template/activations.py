"""The activation functions a template may name, with all that is known of them besides their mathematics.

Their mathematics stands in :mod:`xlbp.model.blocks` and :mod:`xlbp.reference.blocks`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf

from xlbp.template.blocks.activation import Gated, Pointwise
from xlbp.template.blocks.block import Block
from xlbp.template.blocks.maxout import Maxout
from xlbp.template.blocks.softmax import Softmax


@dataclass(frozen=True)
class Activation:
    """``block`` makes the block of it from its name and its option; None where a is z.

    ``option`` is what a table may say besides the name, as in ``{name = "elu", alpha = 0.5}``, with what it is else.
    """

    block: Callable[[str, float], Block | None]
    option: str = ""
    default: float = 0.0
    is_counted: bool = False  # whether the option is a whole number
    is_bounded: bool = False  # whether its values lie between two numbers: a map's narrow cells can show them
    saturated: float = 0.0  # the slope below which it learns next to nothing: exercises avoid it
    masks: bool = False  # whether it lets nothing through in some places: a 0 is then no fault of an exercise
    suits_he: bool = False  # whether `xlbp new` starts it from He's initial weights, not Glorot's
    is_stated: bool = False  # whether it has a convention that a book states: the text convention.NAME
    formula: str = ""  # of a number z, for people; {k} is the option.  Empty where it takes several numbers together
    slope: str = ""  # its derivative, from z and a
    steepest: tuple[float, float] = (0.0, 0.0)  # from which z to which its derivative is largest; both may be one point

    @property
    def corners(self) -> tuple[float, ...]:
        """Where the derivative jumps: the ends of the stretch on which it is largest."""
        first, last = self.steepest
        return tuple(z for z in (first, last) if abs(z) != inf) if first < last else ()


GELU_STEEPEST = 1.418503990238774  # of the form with tanh
SILU_STEEPEST = 2.3993572805154675  # where z tanh(z / 2) = 2

ACTIVATIONS: dict[str, Activation] = {
    "identity": Activation(lambda name, _: None),
    "sigmoid": Activation(Pointwise, is_bounded=True, saturated=0.02, formula="1 / (1 + exp(−z))", slope="a · (1 − a)"),
    "tanh": Activation(
        Pointwise,
        is_bounded=True,
        saturated=0.05,
        formula="tanh(z) = (exp(z) − exp(−z)) / (exp(z) + exp(−z))",
        slope="1 − a² = (1 − a) · (1 + a)",
    ),
    "relu": Activation(
        Pointwise,
        masks=True,
        suits_he=True,
        is_stated=True,
        formula="max(z, 0)",
        slope="1 (z > 0), 0 (z ≤ 0)",
        steepest=(0.0, inf),
    ),
    "leaky_relu": Activation(
        Pointwise,
        "slope",
        0.01,
        suits_he=True,
        is_stated=True,
        formula="z (z > 0), {k} · z (z ≤ 0)",
        slope="1 (z > 0), {k} (z ≤ 0)",
        steepest=(0.0, inf),
    ),
    "elu": Activation(
        Pointwise,
        "alpha",
        1.0,
        suits_he=True,
        is_stated=True,
        formula="z (z > 0), {k} · (exp(z) − 1) (z ≤ 0)",
        slope="1 (z > 0), a + {k} (z ≤ 0)",
        steepest=(0.0, inf),
    ),
    "softplus": Activation(
        Pointwise, suits_he=True, formula="ln(1 + exp(z))", slope="σ(z) = 1 / (1 + exp(−z))", steepest=(inf, inf)
    ),
    "gelu": Activation(
        lambda name, _: Gated(name),
        suits_he=True,
        is_stated=True,
        formula="z · (1 + g) / 2,  g = tanh(√(2 / π) · (z + 0.044715 · z³))",
        slope="(1 + g) / 2 + z · (1 − g²) / 2 · √(2 / π) · (1 + 0.134145 · z²)",
        steepest=(GELU_STEEPEST, GELU_STEEPEST),
    ),
    "silu": Activation(
        lambda name, _: Gated(name),
        suits_he=True,
        formula="z · g,  g = σ(z) = 1 / (1 + exp(−z))",
        slope="g + a · (1 − g)",
        steepest=(SILU_STEEPEST, SILU_STEEPEST),
    ),
    "hard_sigmoid": Activation(
        Pointwise,
        is_bounded=True,
        masks=True,
        formula="max(0, min(1, (z + 3) / 6))",
        slope="1/6 (−3 < z < 3), 0",
        steepest=(-3.0, 3.0),
    ),
    "maxout": Activation(
        lambda _, pieces: Maxout(int(pieces)), "pieces", 2, True, masks=True, suits_he=True, is_stated=True
    ),
    "softmax": Activation(lambda _, __: Softmax(), is_bounded=True, is_stated=True),
}
