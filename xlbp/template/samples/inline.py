"""Samples that stand in the template itself: nested lists of numbers, or words of an alphabet."""

from __future__ import annotations

from xlbp.template.samples.given import Given, Part, joined, with_tests
from xlbp.template.samples.letters import Alphabet, has_words, read_alphabet, words
from xlbp.template.table import Table


def read_inline(table: Table) -> Given:
    """Inputs and targets, and those that are kept from training."""
    alphabet = read_alphabet(table)
    inputs, targets = (_part(table, key, alphabet) for key in ("inputs", "targets"))
    if alphabet and not (inputs.letters or targets.letters):
        table.fail("alphabet", "there is an alphabet, but neither inputs nor targets are words of it")
    given = joined(table, inputs, targets)
    if not (table.has("test_inputs") or table.has("test_targets")):
        return given
    test_inputs, test_targets = (_part(table, key, alphabet) for key in ("test_inputs", "test_targets"))
    return with_tests(table, given, test_inputs, test_targets)


def _part(table: Table, key: str, alphabet: Alphabet | None) -> Part:
    value = table.get(key)
    if alphabet and has_words(value, alphabet):
        return words(table, key, alphabet)
    if isinstance(value, list) and value and isinstance(value[0], str):
        hint = 'name its letters, as in alphabet = "helo"; columns of a CSV need its name, as in file = "data.csv"'
        table.fail((key, 0), f"{key} holds the text {value[0][:40]!r}: {hint}")
    return Part(*table.samples(key))
