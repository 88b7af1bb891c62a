"""The vocabulary in which formulas and reference meet."""

from __future__ import annotations

import pytest

from tests.templates import REPRESENTATIVES
from xlbp.model.compile import compile_template
from xlbp.template import names
from xlbp.template.load import load_template


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        ("lse2@1", names.of_layer("lse", 2, "@1")),
        ("m1", names.of_layer("m", 1)),
        ("z1[2]@3", names.of_unit("z", 1, 2, "@3")),
        ("f'1[2]", names.of_unit("f'", 1, 2)),
        ("x[2]", names.of_input("x", 2)),
        ("t[1]@4", names.of_input("t", 1, "@4")),
        ("W1[2,3]", names.weight(1, 2, 3)),
        ("b1[2]", names.bias(1, 2)),
        ("b1", names.bias(1, None)),
        ("dW1[2,3]", names.gradient("W1[2,3]")),
        ("W1+[2,3]", names.updated("W1[2,3]")),
        ("b2+", names.updated("b2")),
        ("a+", names.updated("a")),
        ("df/dd", names.total("f", "d")),
        ("∂d/∂a", names.local("d", "a")),
    ],
)
def test_how_a_quantity_is_called(expected, found):
    """Each quantity has the name that the vocabulary promises."""
    assert expected == found


@pytest.mark.parametrize(("samples", "expected"), [(1, ("",)), (2, ("@1", "@2")), (3, ("@1", "@2", "@3"))])
def test_marks(samples, expected):
    """A single sample needs no mark; of more, each has its number."""
    assert expected == names.marks(samples)


@pytest.mark.parametrize("name", REPRESENTATIVES)
def test_no_name_is_used_twice(name):
    """Within a template, inputs and columns all have different names."""
    template = load_template(name)
    program = compile_template(template)
    found = [*program.names, *program.panel]
    assert len(set(found)) == len(found)
    through_the_table = ("raw[", "class#")  # a row reads what the data sheet makes of these
    assert {name for name in template.inputs() if not name.startswith(through_the_table)} <= set(found)
