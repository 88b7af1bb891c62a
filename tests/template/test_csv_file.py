"""CSV files as texts: delimiters, headers, lines."""

from __future__ import annotations

import math

import pytest

from xlbp.errors import TemplateError
from xlbp.template.csv_file import number, read_csv
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


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_found(delimiter: str) -> None:
    """Comma, semicolon and tab are told apart by the header, whatever the cells hold."""
    file = read_csv(delimiter.join("ab") + "\n" + delimiter.join(['"1,5;2"', "x"]) + "\n")
    assert (file.delimiter, file.header, file.rows) == (delimiter, ("a", "b"), ((2, ("1,5;2", "x")),))


def test_a_quoted_header_does_not_mislead() -> None:
    """Commas inside a quoted name do not count as delimiters."""
    assert read_csv('"a, b, c";d\n1;2\n').header == ("a, b, c", "d")


def test_lines_are_those_of_the_file() -> None:
    """Blank lines and cells over several lines do not move the line numbers."""
    file = read_csv('a,b\n\n1,2\n"3\n4",5\n,\n6,7\n')
    assert [line for line, _ in file.rows] == [3, 4, 7]
    assert file.column(1) == [(3, "2"), (4, "5"), (7, "7")]


def test_line_ends_of_every_system() -> None:
    """A file with the line ends of Windows or of an old Mac has the same rows."""
    assert read_csv("a,b\r\n1,2\r\n").rows == read_csv("a,b\r1,2\r").rows == read_csv("a,b\n1,2\n").rows


@pytest.mark.parametrize("text", ["", "\n", "a,b\n", "a,b\n,\n\n"])
def test_a_file_without_rows_is_refused(text: str) -> None:
    """No row with anything in it is no data."""
    with pytest.raises(ValueError, match="has no rows below its header"):
        read_csv(text)


def test_a_cell_beyond_all_bounds_is_refused() -> None:
    """What the csv module can't read is said with the line where it stands."""
    with pytest.raises(ValueError, match="no readable CSV: line 2: field larger"):
        read_csv("a,b\n" + "x" * 200_000 + ",1\n")


@pytest.mark.parametrize(
    ("text", "value"), [("5.1", 5.1), ("-1e3", -1000.0), ("0.1234567890123456", 0.123456789012346), ("007", 7.0)]
)
def test_numbers(text: str, value: float) -> None:
    """A cell is a number as a spreadsheet would read it, with 15 digits."""
    assert number(text) == value


@pytest.mark.parametrize("text", ["", "5,1", "1_000", "nan", "inf", "1e999", "x", "5.1 cm"])
def test_no_numbers(text: str) -> None:
    """What a cell can't hold as a finite number is none."""
    assert number(text) is None


def test_an_error_names_the_line_of_the_file() -> None:
    """A blank line above a faulty cell is counted."""
    with pytest.raises(TemplateError, match=r"'d\.csv', line 4, column 'a': '5,1' is no number"):
        parse_template(TEMPLATE, "t.toml", "t", read_file=lambda name: "a;b\n\n1;2\n5,1;3\n")


def test_an_unreadable_csv_is_no_fault_of_xlbp() -> None:
    """A file that the csv module refuses becomes an error of the template's key."""
    with pytest.raises(TemplateError, match=r"the data file 'd\.csv' is no readable CSV"):
        parse_template(TEMPLATE, "t.toml", "t", read_file=lambda name: "a,b\n" + "x" * 200_000 + ",1\n")


def test_snapped_numbers_survive_retyping() -> None:
    """Every number has at most 15 digits."""
    value = number(repr(math.pi))
    assert value is not None
    assert float(f"{value:.15g}") == value
