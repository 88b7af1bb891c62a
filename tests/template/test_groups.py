"""What stands together under a heading: a step, a channel or filter, a gate."""

from __future__ import annotations

import pytest

from xlbp.template.groups import group_of
from xlbp.template.load import load_template


@pytest.mark.parametrize(
    ("template", "name", "group"),
    [
        ("lstm", "W1[2,1]", ("gate_rows", "f")),
        ("lstm", "dU1[4,1]", ("gate_rows", "o")),
        ("lstm", "db1[3]|2", ("gate_rows", "g")),
        ("lstm", "W1+[1,2]", ("gate_rows", "i")),
        ("lstm", "zi1[2,1]", ("step", "2")),
        ("lstm", "dc1[1,1]", ("step", "1")),
        ("lstm", "e[2,1]", ("step", "2")),
        ("rnn", "f'1[2,1]", ("step", "2")),
        ("char-rnn", "E[3]", ("step", "3")),
        ("cnn", "K1[1,1,2,2]", ("filter", "1")),
        ("cnn", "dz1[1,4,2]", ("channel", "1")),
        ("cnn", "z4[2]", None),
        ("mazur", "W1[2,1]", None),
        ("into-backprop", "d", None),
    ],
)
def test_each_quantity_has_its_group(template: str, name: str, group: tuple[str, str] | None) -> None:
    """Derivatives, slopes, updates and parts go with what they are of."""
    model = load_template(template).model
    assert group_of(model, model.quantity(name)) == group
