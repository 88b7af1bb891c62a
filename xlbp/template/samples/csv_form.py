"""Samples in a CSV file: one in each row, its columns perhaps folded; or one in several rows, step by step."""

from __future__ import annotations

from dataclasses import replace

from xlbp.datafile.form import Form
from xlbp.datafile.rows import read_table
from xlbp.template.samples.classes import one_hot, read_classes
from xlbp.template.samples.columns import Columns
from xlbp.template.samples.file_form import CATEGORY, DROP, read_codes
from xlbp.template.samples.given import Given, Part, folded, joined
from xlbp.template.samples.letters import Alphabet, as_part, read_alphabet, unknown_letter
from xlbp.template.samples.long_form import in_sequences, read_order
from xlbp.template.table import Table


def read_table_of_samples(table: Table, name: str, text: str, form: Form) -> Given:
    """The samples of the file with this text, which is read in this form."""
    try:
        file = read_table(text, form)
    except ValueError as error:
        table.fail("file", f"the data file {name!r} {error}")
    columns = _complete(Columns(table, name, file, read_codes(table, file.header)))
    alphabet = read_alphabet(table)
    if order := read_order(columns):
        return in_sequences(columns, order, _step_inputs(columns, alphabet), *_targets(columns, alphabet, by_step=True))
    inputs = _words(columns, "inputs", alphabet, False) if alphabet else _numbers(columns, "inputs", "shape")
    targets, classes = _targets(columns, alphabet, by_step=False)
    return replace(joined(table, inputs, targets), classes=classes)


def _complete(columns: Columns) -> Columns:
    """The columns without the rows that can't be samples, as their missing cells are neither filled nor a class.

    What is to be predicted is known, or a class; of a sequence that lacks a step nothing is left.
    """
    table, policy = columns.table, columns.codes.policy
    keys = ["inputs", "targets", *(key for key in ("sequence", "step") if table.has(key))]
    filled = () if policy == DROP else ("inputs",)
    if policy == CATEGORY and table.boolean("one_hot", False):
        filled = (*filled, "targets")
    dropping = [key for key in keys if key not in filled]
    return columns.without_gaps(keys, dropping, table.text("sequence") if table.has("sequence") else "")


def _numbers(columns: Columns, key: str, fold: str = "") -> Part:
    """A number of each column, or several; the names are of no use where the columns are folded."""
    features = columns.features(key, columns.named(key))
    rows = tuple(zip(*(feature.values for feature in features), strict=True))
    called = tuple(feature.name for feature in features)
    part = Part((len(features),), rows, names=called, categories=columns.categories(features))
    return folded(columns.table, fold, part, f"{key} names") if fold else part


def _step_inputs(columns: Columns, alphabet: Alphabet | None) -> Part:
    """The inputs of each row, which is a step: numbers, or a letter."""
    return _words(columns, "inputs", alphabet, True) if alphabet else _numbers(columns, "inputs")


def _targets(columns: Columns, alphabet: Alphabet | None, by_step: bool) -> tuple[Part, tuple[str, ...]]:
    """The targets of each row, and the classes that they are one-hot of: numbers, classes, or words of the alphabet."""
    names = columns.named("targets")
    if columns.table.boolean("one_hot", False):
        return _classes(columns, names)
    if alphabet and names and not columns.are_numbers("targets", names):
        return _words(columns, "targets", alphabet, by_step), ()
    return _numbers(columns, "targets", "" if by_step else "target_shape"), ()


def _classes(columns: Columns, names: tuple[str, ...]) -> tuple[Part, tuple[str, ...]]:
    if len(names) != 1:
        columns.table.fail("targets", f"one_hot needs one column of classes, but targets names {len(names)}")
    texts = columns.texts("targets", names[0])
    classes = read_classes(columns.table, f"the column {names[0]!r}", texts)
    return Part((len(classes),), one_hot(texts, classes), names=classes), classes


def _words(columns: Columns, key: str, alphabet: Alphabet, by_step: bool) -> Part:
    """A word in each cell of the only column; ``by_step`` a letter in each."""
    names = columns.named(key)
    if len(names) != 1:
        columns.table.fail(key, f"an alphabet needs one column of words, but {key} names {len(names)}")
    cells = columns.cells(key, 0, names[0])
    spelled = [alphabet.spelled(text) or () for _, text in cells]
    steps = 1 if by_step else len(spelled[0])
    for (line, text), letters in zip(cells, spelled, strict=True):
        where = columns.at(line, names[0])
        if unknown := unknown_letter(letters, alphabet):
            columns.table.fail((key, 0), f"{where}: {unknown!r} is not in the alphabet")
        if len(letters) != steps:
            needed = "a row needs 1" if by_step else f"the first row's word has {steps}"
            columns.table.fail((key, 0), f"{where}: {text[:40]!r} has {len(letters)} letters, but {needed}")
    return as_part(spelled, alphabet, is_target=by_step or key == "targets")
