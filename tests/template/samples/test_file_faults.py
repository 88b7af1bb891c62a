"""A fault of a data file is told as one of the template that names it."""

from __future__ import annotations

import pytest

from xlbp.errors import TemplateError
from xlbp.template.load import parse_template

TEMPLATE = """[network]
[[network.layers]]
units = 1
[data]
file = "d.csv"
inputs = ["a"]
targets = ["b"]
[training]
learning_rate = 0.1
"""


def test_an_error_names_the_line_of_the_file() -> None:
    """A blank line above a faulty cell is counted."""
    with pytest.raises(TemplateError, match=r"'d\.csv', line 4, column 'a': '5,1' is no number"):
        parse_template(TEMPLATE, "t.toml", "t", read_file=lambda name: "a;b\n\n1;2\n5,1;3\n")


def test_an_unreadable_csv_is_no_fault_of_xlbp() -> None:
    """A file that the csv module refuses becomes an error of the template's key."""
    with pytest.raises(TemplateError, match=r"the data file 'd\.csv' is no readable CSV"):
        parse_template(TEMPLATE, "t.toml", "t", read_file=lambda name: "a,b\n" + "x" * 200_000 + ",1\n")
