"""The activation functions a template may name, with all that is known of them besides their mathematics.

Their mathematics stands in :mod:`xlbp.model.blocks` and :mod:`xlbp.reference.blocks`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

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


ACTIVATIONS: dict[str, Activation] = {
    "identity": Activation(lambda name, _: None),
    "sigmoid": Activation(Pointwise, is_bounded=True, saturated=0.02),
    "tanh": Activation(Pointwise, is_bounded=True, saturated=0.05),
    "relu": Activation(Pointwise, masks=True, suits_he=True, is_stated=True),
    "leaky_relu": Activation(Pointwise, "slope", 0.01, suits_he=True, is_stated=True),
    "elu": Activation(Pointwise, "alpha", 1.0, suits_he=True, is_stated=True),
    "softplus": Activation(Pointwise, suits_he=True),
    "gelu": Activation(lambda name, _: Gated(name), suits_he=True, is_stated=True),
    "silu": Activation(lambda name, _: Gated(name), suits_he=True),
    "hard_sigmoid": Activation(Pointwise, is_bounded=True, masks=True),
    "maxout": Activation(
        lambda _, pieces: Maxout(int(pieces)), "pieces", 2, True, masks=True, suits_he=True, is_stated=True
    ),
    "softmax": Activation(lambda _, __: Softmax(), is_bounded=True, is_stated=True),
}
