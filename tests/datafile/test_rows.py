"""Text as a table: separators, headers, lines."""

from __future__ import annotations

import pytest

from xlbp.datafile.rows import read_table


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_found(delimiter: str) -> None:
    """Comma, semicolon and tab are told apart by the header, whatever the cells hold."""
    file = read_table(delimiter.join("ab") + "\n" + delimiter.join(['"1,5;2"', "x"]) + "\n")
    assert (file.separator, file.header, file.rows) == (delimiter, ("a", "b"), ((2, ("1,5;2", "x")),))


def test_a_quoted_header_does_not_mislead() -> None:
    """Commas inside a quoted name do not count as delimiters."""
    assert read_table('"a, b, c";d\n1;2\n').header == ("a, b, c", "d")


def test_lines_are_those_of_the_file() -> None:
    """Blank lines and cells over several lines do not move the line numbers."""
    file = read_table('a,b\n\n1,2\n"3\n4",5\n,\n6,7\n')
    assert [line for line, _ in file.rows] == [3, 4, 7]
    assert file.column(1) == [(3, "2"), (4, "5"), (7, "7")]


def test_line_ends_of_every_system() -> None:
    """A file with the line ends of Windows or of an old Mac has the same rows."""
    assert read_table("a,b\r\n1,2\r\n").rows == read_table("a,b\r1,2\r").rows == read_table("a,b\n1,2\n").rows


@pytest.mark.parametrize("text", ["a,b\n", "a,b\n,\n\n"])
def test_a_file_without_rows_is_refused(text: str) -> None:
    """No row with anything in it is no data."""
    with pytest.raises(ValueError, match="has no rows below its header"):
        read_table(text)


@pytest.mark.parametrize("text", ["", "\n", "\n\n"])
def test_an_empty_file_is_refused(text: str) -> None:
    """And named for what it is."""
    with pytest.raises(ValueError, match="has no rows below its header: it is empty"):
        read_table(text)


def test_a_cell_beyond_all_bounds_is_refused() -> None:
    """What the csv module can't read is said with the line where it stands."""
    with pytest.raises(ValueError, match="no readable CSV: line 2: field larger"):
        read_table("a,b\n" + "x" * 200_000 + ",1\n")


def test_a_header_one_short_is_that_of_rows_with_names() -> None:
    """The first column has no name if its cells differ in each row; else a cell too many stands at the end."""
    assert read_table("a,b\nx,1,2\ny,3,4\n").header == ("", "a", "b")
    assert read_table("a,b\n1,2,x\n1,4,x\n").header == ("a", "b")
