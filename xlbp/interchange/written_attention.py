"""Attention that is written out as products, softmax(q k / sqrt(size)) v, on its way to a layer."""

from __future__ import annotations

from dataclasses import dataclass

from xlbp.interchange.draft import Draft, Value


@dataclass(frozen=True, eq=False)
class Scores:
    """Attention that is written out, as far as it has come: queries times keys, divided, masked, made into shares."""

    query: Value
    key: Value
    divisor: float = 1.0
    causal: bool = False
    are_shares: bool = False


def attended(draft: Draft, scores: Scores, value: Value, place: str, form: str) -> Value:
    """The shares times the values; these, queries and keys are dense layers of one sequence, which become one layer.

    Raises UsageError with the ``place``: where other things are multiplied, with the ``form`` that a product may have.
    """
    factors = (scores.query, draft.permuted(scores.key, (1, 0)), value)
    layers = [draft.layers[factor.layer] for factor in factors if factor.layer >= 0]
    is_dense = len(layers) == len(factors) and all(layer.kind == "dense" for layer in layers)
    if not scores.are_shares or not is_dense or len({tuple(layer.sources) for layer in layers}) > 1:
        draft.refuse(place, form)
    if len({layer.keys["units"] for layer in layers}) > 1 or any(each.whats != factors[0].whats for each in factors):
        draft.refuse(place, "its queries, keys and values have different sizes; a template has one for all")
    return draft.attention_of(layers, scores.divisor, scores.causal, factors[0].sizes[0], place)
