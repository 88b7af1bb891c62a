"""The same training again and again from other parameters: as if each were the first."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from xlbp.reference.history import Array
from xlbp.reference.train import train, trainer
from xlbp.template.load import load_template

TEMPLATES = ("mazur", "rnn", "iris", "into-backprop", "uneven-slopes-adam", "fastai-line-adam", "attention-formula")


@pytest.mark.parametrize("name", TEMPLATES)
def test_each_training_is_one_of_its_own(name: str) -> None:
    """Every number of every row, to the last bit: after other trainings, and after one that diverged."""
    template = load_template(name, ("training.iterations=2",))
    own = template.model.parameters()
    trained = trainer(template)
    huge = dict.fromkeys(own, 1e300)
    for parameters in ({n: value + 0.01 for n, value in own.items()}, huge, own):
        history = trained(parameters)
        expected = train(template, {**template.inputs(), **parameters})
        assert list(history) == list(expected)
        for quantity, values in history.items():
            np.testing.assert_array_equal(values, expected[quantity], err_msg=quantity)


@pytest.mark.parametrize("name", TEMPLATES)
def test_who_looks_at_the_rows_may_end_the_training(name: str) -> None:
    """It sees each row as the whole training has it, none behind that which is enough, and the next one starts anew."""
    template = load_template(name, ("training.iterations=3",))
    own, trained = template.model.parameters(), trainer(template)
    whole = train(template)
    seen: list[dict[str, float]] = []

    def two_rows(names: Sequence[str], row: Array) -> bool:
        seen.append(dict(zip(names, row.tolist(), strict=True)))
        return len(seen) == 2

    assert trained(own, two_rows) == {}
    assert len(seen) == 2
    for t, row in enumerate(seen):
        np.testing.assert_array_equal([*row.values()], [whole[quantity][t] for quantity in row])
    np.testing.assert_array_equal(np.stack([*trained(own).values()]), np.stack([*whole.values()]))
