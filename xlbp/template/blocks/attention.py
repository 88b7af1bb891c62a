"""Self-attention: each step asks all others, and takes of each what its share of the attention is.

(Vaswani et al., Attention is all you need, 2017.)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from xlbp.template.blocks.block import FEATURES, Axis, Block, Parameter, Role, Shape, Tensor
from xlbp.template.blocks.dense import XAVIER
from xlbp.template.blocks.embedding import must_be_sequence
from xlbp.template.table import Table

PROJECTIONS = {"q": ("Q", "query"), "k": ("K", "key"), "v": ("V", "value")}  # by letter: the parameter's, and its key


@dataclass(frozen=True)
class Attention(Block):
    """q, k, v = Q x, K x, V x;  p = softmax of q k / sqrt(d_k) over the steps, head by head;  z = O (p v).

    ``size`` is that of all heads together.  With ``causal`` a step sees itself and those before it: scores of later
    ones are absent.  ``divisor`` is d_k.  ``has_bias``: as PyTorch's in_proj_bias and out_proj.bias.
    """

    size: int
    heads: int = 1
    causal: bool = False
    has_out: bool = True
    has_bias: bool = False
    divisor: float = 1.0

    kind: ClassVar[str] = "attention"
    couples: ClassVar[bool] = True

    @property
    def width(self) -> int:
        """How many features a head has."""
        return self.size // self.heads

    @property
    def settings(self) -> dict[str, float]:
        """What scores are divided by the root of."""
        return {"dk": self.divisor}

    @property
    def conventions(self) -> tuple[str, ...]:
        """How scores are scaled, and what a step sees."""
        return ("attention", "causal") if self.causal else ("attention",)

    def parameters(self, *inputs: Shape) -> tuple[Parameter, ...]:
        """Q, K and V (size, features), O (size, size); b (3 size), one after the other, and c (size)."""
        shape, square = (self.size, Shape(inputs[0]).extent(*FEATURES)), (self.size, self.size)
        weights = [Parameter(W, shape, Role.WEIGHT, key=key, fallback=XAVIER) for W, key in PROJECTIONS.values()]
        weights += [Parameter("O", square, Role.WEIGHT, key="out", fallback=XAVIER)] if self.has_out else []
        if not self.has_bias:
            return tuple(weights)
        rows = len(PROJECTIONS) * self.size
        biases = [Parameter("b", (rows,), Role.BIAS, key="bias", fallback=0)]
        biases += [Parameter("c", (self.size,), Role.BIAS, key="out_bias", fallback=0)] if self.has_out else []
        return *weights, *biases

    def tensors(self, *inputs: Shape) -> tuple[Tensor, ...]:
        """Queries, keys and values; scores, their softmax; what the heads take of the values, and z."""
        steps = Shape(inputs[0]).extent(Axis.STEP)
        by_step = Shape((steps, self.size), (Axis.STEP, Axis.UNIT))
        by_pair = Shape((self.heads, steps, steps), (Axis.HEAD, Axis.STEP, Axis.KEY))
        once = by_pair.without(Axis.KEY)
        taken = (Tensor("h", by_step, Role.HELPER, "head{unit}", word="taken"),) if self.has_out else ()

        def pair(letter: str, symbol: str, word: str) -> Tensor:
            return Tensor(letter, by_pair, Role.HELPER, symbol, word=word, causal=self.causal)

        return (
            *(Tensor(q, by_step, Role.HELPER, f"{q}{{unit}}", word=key) for q, (_, key) in PROJECTIONS.items()),
            pair("s", "s{unit}", "score"),
            Tensor("m", once, Role.HELPER, "max{unit}", word="m"),
            pair("u", "exp_{unit}", "u"),
            Tensor("S", once, Role.HELPER, "Σexp{unit}", word="S"),
            Tensor("lse", once, Role.HELPER, "lse{unit}", word="lse", gradient_word="dlse"),
            pair("p", "p{unit}", "attention_share"),
            *taken,
            Tensor("z", by_step, Role.PRE_ACTIVATION, word="attended"),
        )

    def apart(self, *inputs: Shape) -> Shape:
        """The steps."""
        return Shape(inputs[0]).without(*FEATURES)

    def pictured(self, *inputs: Shape) -> tuple[str, ...]:
        """Queries, keys, values, shares, and what is passed on."""
        return (*PROJECTIONS, "p", "z")


def read_attention(table: Table, inputs: tuple[Shape, ...], _: int) -> Attention:
    """``size``, ``heads``, ``causal``, ``out = false`` for no projection, ``bias``, ``divide_by_root_of``."""
    size, heads = table.integer("size", minimum=1), table.integer("heads", 1, minimum=1)
    must_be_sequence(table, "attention", inputs[0])
    if size % heads:
        table.fail("heads", f"size is {size}, which {heads} heads can't share equally; choose a divisor of {size}")
    divisor = table.number("divide_by_root_of", size / heads)
    if divisor <= 0:
        table.fail("divide_by_root_of", f"divide_by_root_of is {divisor:g}, but must be above 0; 1 leaves the scores")
    has_bias = table.get("bias", False) is not False or table.get("out_bias", False) is not False
    return Attention(
        *(size, heads, table.boolean("causal", False)),
        has_out=table.get("out", None) is not False,
        has_bias=has_bias,
        divisor=divisor,
    )
