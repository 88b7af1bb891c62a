"""The same training again and again from other parameters: as if each were the first."""

from __future__ import annotations

import numpy as np
import pytest

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
