"""How a file is written is told from the file: any table in any dialect is read back as it was."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlbp.datafile.form import COUNTS, NO_HEADER, PLAIN_FORM
from xlbp.datafile.numbers import NumberForm, number
from xlbp.datafile.recognise import Recognised, recognise
from xlbp.datafile.rows import read_table
from xlbp.datafile.source import recognised_text, text_of

MOST_ROWS = 5_000


def recognised(text: str, decimal: str = "") -> Recognised:
    """What is made of a text of which nothing was said."""
    return recognise(text, PLAIN_FORM, decimal, MOST_ROWS)


def values(read: Recognised, place: int) -> list[float | None]:
    """A column as numbers."""
    return [read.file.numbers.value(text) for _, text in read.file.column(place)]


# any table in any dialect


@dataclass(frozen=True)
class Dialect:
    """One way to write a table."""

    separator: str
    decimal: str
    thousands: str
    encoding: str
    line_end: str
    quotes_all: bool
    is_told: bool  # by sep=
    blank_lines: int
    comments: int
    trailing: int
    unit: str
    numbers_rows: bool  # as R's write.table does, with a header one name short

    def written(self, value: float) -> str:
        """A number; with thousands where the dialect parts them."""
        plain = f"{value:.2f}"
        whole, _, rest = plain.removeprefix("-").partition(".")
        if self.thousands:
            whole = f"{int(whole):,}".replace(",", self.thousands)
        return f"{'-' * (value < 0)}{whole}{self.decimal}{rest}{self.unit}"


@st.composite
def dialects(draw: st.DrawFn) -> Dialect:
    """Dialects that programs and people write; none in which a sign stands for two things."""
    separator = draw(st.sampled_from([",", ";", "\t", "|", " "]))
    decimal = draw(st.sampled_from([".", ","]))
    others = {"", "'", " ", ",", "."} - {decimal, separator}
    quotes_all = draw(st.booleans()) or separator == decimal
    thousands = draw(st.sampled_from(sorted(others)))
    return Dialect(
        separator=separator,
        decimal=decimal,
        thousands=thousands,
        encoding=draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"])),
        line_end=draw(st.sampled_from(["\n", "\r\n"])),
        quotes_all=quotes_all,
        is_told=separator != " " and draw(st.booleans()),
        blank_lines=draw(st.integers(0, 2)),
        comments=draw(st.integers(0, 2)),
        trailing=draw(st.integers(0, 2)) if separator not in " |" else 0,
        unit=draw(st.sampled_from(["", "", "€", "%"])),
        numbers_rows=draw(st.booleans()),
    )


def file_of(names: list[str], rows: list[list[float]], labels: list[str], dialect: Dialect) -> bytes:
    """A table with a column of classes behind its numbers, as a file in a dialect."""
    out = io.StringIO()
    if dialect.is_told:
        out.write(f"sep={dialect.separator}\n")
    out.write("\n" * dialect.blank_lines)
    out.write("# measured by hand\n" * dialect.comments)
    quoting = csv.QUOTE_ALL if dialect.quotes_all else csv.QUOTE_MINIMAL
    writer = csv.writer(out, delimiter=dialect.separator, quoting=quoting, lineterminator="\n")
    tail = [""] * dialect.trailing
    writer.writerow([*names, "class", *tail])
    for place, (row, label) in enumerate(zip(rows, labels, strict=True), start=1):
        head = [str(place)] if dialect.numbers_rows else []
        writer.writerow([*head, *map(dialect.written, row), label, *tail])
    return out.getvalue().replace("\n", dialect.line_end).encode(dialect.encoding)


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(
    dialect=dialects(),
    columns=st.integers(1, 4),
    rows=st.integers(3, 12),
    draw=st.data(),
)
def test_a_random_table_in_a_random_dialect_is_read_back(
    dialect: Dialect, columns: int, rows: int, draw: st.DataObject
) -> None:
    """Names, classes and numbers are those that were written, and the form alone reads the same again."""
    cell = st.integers(-99_999_999, 99_999_999).map(lambda n: n / 100)
    numbers = [[draw.draw(cell) for _ in range(columns)] for _ in range(rows)]
    numbers[0][0] = -1234.56  # of all numbers one is long, and tells its signs apart
    names = [f"Größe{n}" for n in range(columns)]
    labels = [f"{'ab'[n % 2]}ä" for n in range(rows)]
    data = file_of(names, numbers, labels, dialect)
    text, form = recognised_text(data, "d.csv", PLAIN_FORM)
    read = recognise(text, form, "", MOST_ROWS)
    first = int(dialect.numbers_rows)
    assert read.file.header == ("",) * first + (*names, "class")
    assert [text for _, text in read.file.column(columns + first)] == labels
    share = 100 if dialect.unit == "%" else 1
    expected = [number(repr(row[0] / share)) for row in numbers]
    assert values(read, first) == pytest.approx(expected, rel=1e-14)
    assert read_table(text_of(data, "d.csv", read.form), read.form) == read.file


# one by one


@pytest.mark.parametrize(
    ("text", "form", "header"),
    [
        ("\n\na,b\n1,2\n", {"separator": ","}, ("a", "b")),
        ("sep=;\na;b\n1;2\n", {"separator": ";"}, ("a", "b")),
        ('"sep=|"\na|b\n1|2\n', {"separator": "|"}, ("a", "b")),
        ("# made in May\n# by us\na,b\n1,2\n", {"separator": ",", "comment": "#"}, ("a", "b")),
        ("# a b\n1 2\n3 4\n", {"separator": " ", "comment": "#", "header": 1}, ("a", "b")),
        ("#a,b\n1,2\n3,4\n", {"separator": ",", "comment": "#", "header": 1}, ("a", "b")),
        ("a,b,\n1,2,\n3,4,\n", {"separator": ","}, ("a", "b")),
        ("a,b\n1,2,\n3,4,\n", {"separator": ","}, ("a", "b")),
        ("a,b\n1,5,2\n2,6,3\n", {"separator": ","}, ("", "a", "b")),
        ("| a | b |\n|---|---|\n| 1 | 2 |\n", {"separator": "|"}, ("a", "b")),
        ("'a'\t'b'\n1\t2\n", {"separator": "\t", "quote": "'"}, ("a", "b")),
        ("'a' 'b'\n1 2\n", {"separator": " ", "quote": "'"}, ("a", "b")),
        ("a  b\n1   2\n3 \t4\n", {"separator": " "}, ("a", "b")),
        ("Table 1\n\na,b,c\n1,2,3\n4,5,6\n", {"separator": ",", "header": 3}, ("a", "b", "c")),
        ("3,13,,\na,b,c,d\n1,2,3,4\n1,2,3,5\n1,2,3,6\n", {"separator": ",", "header": 2}, ("a", "b", "c", "d")),
        ("2,2,p,q\n1,5,0\n3,7,1\n", {"separator": ",", "header": COUNTS}, ("col1", "col2", "class")),
        (
            "4,2,p,q\n1,5,2,1,0\n3,7,1,1,1\n",
            {"separator": ",", "header": COUNTS},
            (*map("col{}".format, range(1, 5)), "class"),
        ),
        ("Größe, cm;Art, kurz\n5,1;2,5\n3,1;2,6\n", {"separator": ";"}, ("Größe, cm", "Art, kurz")),
    ],
)
def test_a_frame_is_seen(text: str, form: dict[str, object], header: tuple[str, ...]) -> None:
    """Blank lines, sep=, comments, trailing separators, short headers, titles, counts: names and form are right."""
    read = recognised(text)
    assert read.file.header == header
    assert replace(read.form, numbers=NumberForm()) == replace(PLAIN_FORM, **form)


def test_a_header_of_counts_names_the_classes() -> None:
    """The last column counts the names behind the counts from 0."""
    assert [row for _, row in recognised("2,2,p,q\n1,5,0\n3,7,1\n").file.rows] == [("1", "5", "p"), ("3", "7", "q")]


def test_without_a_header() -> None:
    """Columns of a file that is said to have none are counted, and its first line is data."""
    read = recognise("1,2\n3,4\n", replace(PLAIN_FORM, header=NO_HEADER), "", MOST_ROWS)
    assert (read.file.header, len(read.file.rows)) == (("col1", "col2"), 2)


@pytest.mark.parametrize(
    ("cells", "form", "first"),
    [
        (["1,234.5", "2.25"], NumberForm(".", ","), 1234.5),
        (["1.234,5", "2,25"], NumberForm(",", "."), 1234.5),
        (["1'234", "2'250'000"], NumberForm(".", "'"), 1234),
        (["1 234", "2 250"], NumberForm(".", " "), 1234),
        (["1\u202f234,5", "2,25"], NumberForm(",", " "), 1234.5),
        (["12,34,567", "2.5"], NumberForm(".", ","), 1234567),
        (["1.250", "5,1"], NumberForm(",", "."), 1250),
        (["1,250", "0.5"], NumberForm(".", ","), 1250),
        (["0,125", "1,250"], NumberForm(","), 0.125),
        (["12%", "5%"], NumberForm(".", "", ("%",)), 0.12),
        (["12,5 %", "5 %"], NumberForm(",", "", ("%",)), 0.125),
        (["$1,200.50", "-$3"], NumberForm(".", ",", ("$",)), 1200.5),
        (["($5.00)", "$3"], NumberForm(".", "", ("$",)), -5),
        (["1.200,50 €", "€ 3"], NumberForm(",", ".", ("€",)), 1200.5),
        (["￥1,200.5", "￥3"], NumberForm(".", ",", ("￥",)), 1200.5),
        (["5 kg", "7.5 kg"], NumberForm(".", "", ("kg",)), 5),
        (["5 cm²", "7 cm²"], NumberForm(".", "", ("cm²",)), 5),
        (["\u22125", "3"], NumberForm(), -5),
        (["5", "3"], NumberForm(), 5),
    ],
)
def test_numbers_are_read_by_what_all_of_them_show(cells: list[str], form: NumberForm, first: float) -> None:
    """The signs of decimals and thousands are those that make numbers of most cells."""
    read = recognised("a\tb\n" + "".join(f"{cell}\tx\n" for cell in cells))
    assert (read.form.numbers, values(read, 0)[0], read.doubt) == (form, first, None)


@pytest.mark.parametrize("cells", [["10a", "10b"], ["1st", "2nd"], ["A1", "A2"], ["5 kg", "700 g"], ["5 kg", "5 kg"]])
def test_what_is_no_unit(cells: list[str]) -> None:
    """Letters that differ, or stand in front, are no unit: the cells stay texts."""
    read = recognised("a,b\n" + "".join(f"{cell},x\n" for cell in cells))
    assert values(read, 0) == [None, None]


@pytest.mark.parametrize(("text", "taken", "other"), [("1.250", 1.25, 1250.0), ("1,250", 1.25, 1250.0)])
def test_a_number_in_two_ways_is_noted_where_semicolons_part(text: str, taken: float, other: float) -> None:
    """1.250 may be 1250: it is read as a decimal, and there is a doubt; the sign that settles it does."""
    read = recognised(f"a;b\n{text};1\n2{text[1:]};5\n")
    assert read.doubt is not None
    assert (values(read, 0)[0], read.doubt.taken, read.doubt.other) == (taken, taken, other)
    assert values(recognised(f"a;b\n{text};1\n2{text[1:]};5\n", read.doubt.decimal), 0)[0] == other


def test_a_number_in_two_ways_is_asked_for_elsewhere() -> None:
    """Between commas 1,250 may be either: the option that settles it is named, and settles it."""
    text = 'a,b\n"1,250",1\n"2,250",5\n'
    with pytest.raises(ValueError, match=r"'1,250' in the column 'a', a number in two .*: say .--decimal ','.*, for 1"):
        recognised(text)
    assert values(recognised(text, "."), 0) == [1250, 2250]
    assert values(recognised(text, ","), 0) == [1.25, 2.25]


def test_points_between_commas_are_decimals() -> None:
    """0.125 and 1.250 in a file of commas leave no doubt."""
    assert recognised("a,b\n1.250,1\n2.125,5\n").doubt is None
