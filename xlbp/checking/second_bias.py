"""The two biases of PyTorch's recurrences, of which a sheet has but the sum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from xlbp.checking.framework_names import Exported, missing
from xlbp.checking.log import Flags, Labelled
from xlbp.interchange.state_dict import FIRST, SECOND

ALONE = "the sheet has one bias, the sum of {first} and this one: give both"
TAKEN_FOR_ZERO = "{second} is not given and taken for 0: the sheet has one bias, the sum of it and {first}"
OTHER_SHAPE = "it can't be added to {first}, which has another shape"


@dataclass(frozen=True)
class Summed:
    """Columns with the sums of both biases under the first one's label; what is left out, and what there is to say."""

    columns: tuple[Labelled, ...]
    left_out: Mapping[str, str]
    notes: tuple[str, ...]


def summed_biases(columns: Sequence[Labelled], stand_for: Mapping[str, Exported]) -> Summed:
    """Add the second bias to the first where the sheet has no number for it.

    Their gradients are equal, and stay as they are.
    """
    by_label = {column.label: column for column in columns}
    labels = {each.key: label for label, each in stand_for.items() if label in by_label and not each.is_gradient}
    left_out: dict[str, str] = {}
    for key, label in labels.items():
        names = stand_for[label].names
        if SECOND not in key or None not in names.tolist():
            continue
        second, first_key = by_label.pop(label), key.replace(SECOND, FIRST)
        if any(name is not None for name in names.flat):  # of some rows the sheet has both
            by_label[label] = second
        first = by_label.get(labels.get(first_key, ""))
        if first is None:
            left_out[label] = ALONE.format(first=label.replace(SECOND, FIRST))
        elif first.values.shape != second.values.shape:
            left_out[label] = OTHER_SHAPE.format(first=first.label)
        else:
            by_label[first.label] = _sum(first, second, missing(names))
    kept = tuple(by_label[column.label] for column in columns if column.label in by_label)
    sums = {key: label for key, label in labels.items() if stand_for[label].is_sum}
    lone = [label for key, label in sums.items() if key.replace(FIRST, SECOND) not in labels]
    notes = (TAKEN_FOR_ZERO.format(first=label, second=label.replace(FIRST, SECOND)) for label in lone)
    return Summed(kept, left_out, tuple(notes))


def _sum(first: Labelled, second: Labelled, counts: Flags) -> Labelled:
    """The first bias with the second one added in those rows of the layer that have but one in the sheet."""
    values = first.values + np.where(counts, second.values, 0.0)
    return replace(first, values=values, there=first.there & second.there, single=first.single and second.single)
