"""Expressions taken apart and put together."""

from __future__ import annotations

import pytest

from xlbp.auditing.calculation.expressions import (
    differences,
    factors,
    joined,
    occurrences,
    relabelled,
    signed_terms,
    substituted,
)
from xlbp.symbols.expr import exp, ref

A, B, C = ref("a"), ref("b"), ref("c")


@pytest.mark.parametrize("expr", [A, A + B, A - B, A - (B - C), -A, (A + B) * C - A])
def test_terms_join_to_what_they_were_taken_from(expr):
    """A sum of signed terms has the same terms again."""
    terms = list(signed_terms(expr))
    assert list(signed_terms(joined(terms))) == terms


def test_a_difference_within_brackets_changes_the_signs():
    """A - (b - c) is a - b + c."""
    assert list(signed_terms(A - (B - C))) == [(1, A), (-1, B), (1, C)]


def test_factors_of_factors_are_factors():
    """A (b (a + c)) has three; a quotient is one."""
    assert list(factors(A * (B * (A + C)))) == [A, B, A + C]
    assert list(factors(A / B)) == [A / B]


def test_leaves_are_exchanged_everywhere():
    """One by one, or all by a rule; what is shared is counted as often as it is written."""
    assert substituted(A * (1 - A), A, B) == B * (1 - B)
    assert relabelled(A * exp(B), lambda name: ref(name.upper())) == ref("A") * exp(ref("B"))
    assert occurrences((A + B) * (A + B))["a"] == 2


def test_differences_are_as_small_as_they_can_be():
    """Only the leaf that differs, not the sum that it is in; nothing where two are the same."""
    assert list(differences(A * (B + C), A * (B + A))) == [(C, A)]
    assert list(differences(A + B, A - B)) == [(A + B, A - B)]
    assert list(differences(A + B, A + B)) == []
