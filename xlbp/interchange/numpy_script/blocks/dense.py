"""Sums with weights: dense layers, embeddings, positions."""

from __future__ import annotations

from xlbp.interchange.numpy_script.axes import features_back, features_last, others, product_of_features
from xlbp.interchange.numpy_script.node import At
from xlbp.template.blocks.block import Axis, Shape


def dense(at: At) -> str:
    """Z = X W^T + b, on a sequence at each step."""
    z, x = at.name("z"), features_last(at.x, at.shapes[0])
    at.line(f"{z} = {x} @ {at.p('W')}.T{plus_bias(at)}", "z")
    return z


def plus_bias(at: At, letter: str = "b") -> str:
    """`` + b1`` where there is a bias."""
    return f" + {at.p(letter)}" if at.has(letter) else ""


def dense_backward(at: At) -> None:
    """dE/dW = dE/dZ^T X, dE/db the sums of dE/dZ, dE/dX = dE/dZ W."""
    shape = at.shapes[0]
    at.gradient("W", product_of_features(at.flow, features_last(at.x, shape), shape))
    if at.has("b"):
        at.gradient("b", sum_of_bias(at, at.flow, at.shape))
    at.below(features_back(f"{at.flow} @ {at.p('W')}", shape))


def sum_of_bias(at: At, flow: str, shape: Shape) -> str:
    """The sum over all samples, and places; of a bias that all units share over these as well."""
    return f"{flow}.sum()" if at.is_shared("b") else f"{flow}.sum({others(shape)})"


def embedding(at: At) -> str:
    """Z = the rows of W that belong to the tokens X."""
    z = at.name("z")
    if at.passes.indexes:
        at.line(f"{z} = {at.p('W')}[{at.x}]", "z", "the row of each token")
    else:
        at.line(f"{at.name('k')} = ({at.x}[..., None] == np.arange({at.p('W')}.shape[0])).astype(float)", "k")
        at.line(f"{z} = {at.name('k')} @ {at.p('W')}", "z", "no row for what is no token")
    return z


def embedding_backward(at: At) -> None:
    """Each row gets back what the steps with its token bring."""
    if not at.passes.indexes:
        at.gradient("W", f'np.einsum("bsi,bsj->ij", {at.name("k")}, {at.flow})')
    elif at.trains("W"):
        gathered = at.sums("W")
        at.line(f"np.add.at({gathered}, {at.x}, {at.flow})")


def positions(at: At) -> str:
    """Z = X + P, a row of P for each step."""
    z = at.name("z")
    at.line(f"{z} = {features_last(at.x, at.shapes[0])} + {at.p('P')}", "z")
    return z


def positions_backward(at: At) -> None:
    """dE/dP is the sum of dE/dZ over the samples, dE/dX is dE/dZ."""
    at.gradient("P", f"{at.flow}.sum(axis=0)")
    at.below(features_back(at.flow, at.shapes[0]))


def steps_of(shape: Shape) -> int:
    """How many steps a sequence, or a signal, has."""
    return shape.extent(Axis.STEP)
