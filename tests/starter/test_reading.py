"""`xlbp new` and people's own files: what is right for each kind of them, and that the template reads them alike."""

from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from tests.datafile.test_recognise import Dialect, dialects, file_of
from tests.starter.test_make import EN, data, made, refusal
from xlbp.datafile.form import Form
from xlbp.datafile.numbers import number
from xlbp.pipeline import generate
from xlbp.starter.make import write_template, written_text
from xlbp.starter.wishes import Wishes
from xlbp.template.load import load_template

FLOWERS = "length,width,kind\n2.1,5.0,a\n2.4,5.1,a\n6.1,1.0,b\n6.3,1.2,b\n"


def told(tmp_path: Path, text: str, **wishes: Any) -> str:
    """What a person is told of a file."""
    return written_text(made(data(tmp_path, text), **wishes)[0], EN)


@pytest.mark.parametrize(
    "text",
    [
        FLOWERS,
        "\n\n" + FLOWERS,
        "sep=,\n" + FLOWERS,
        "# measured in May\n" + FLOWERS,
        FLOWERS.replace("\n", ",\n"),
        FLOWERS.replace(",", "\t"),
        FLOWERS.replace(",", "|"),
        FLOWERS.replace(",", "   "),
        FLOWERS.replace(",", ";").replace(".", ","),
        '"length","width","kind"\n"1",2.1,5.0,"a"\n"2",2.4,5.1,"a"\n"3",6.1,1.0,"b"\n"4",6.3,1.2,"b"\n',
        "rownames,length,width,kind\n1,2.1,5.0,a\n2,2.4,5.1,a\n3,6.1,1.0,b\n4,6.3,1.2,b\n",
        ",length,width,kind\n0,2.1,5.0,a\n1,2.4,5.1,a\n2,6.1,1.0,b\n3,6.3,1.2,b\n",
        "4,2,a,b\n2.1,5.0,0\n2.4,5.1,0\n6.1,1.0,1\n6.3,1.2,1\n",
        "Table 1: flowers\n\n" + FLOWERS,
    ],
)
def test_one_table_in_many_frames(tmp_path: Path, text: str) -> None:
    """Whatever stands around the cells and between them, inputs and classes are those of the table."""
    _, _, network = made(data(tmp_path, text))
    assert network.inputs == ((2.1, 5.0), (2.4, 5.1), (6.1, 1.0), (6.3, 1.2))
    assert (network.data.classes, network.targets[0]) == (("a", "b"), (1.0, 0.0))


def test_truth_is_1_and_0(tmp_path: Path) -> None:
    """TRUE and FALSE are numbers of a column of inputs, and the template says which."""
    written, _, network = made(data(tmp_path, "wet,width,kind\nTRUE,5.0,a\nFALSE,5.1,a\nTRUE,1.0,b\nFALSE,1.2,b\n"))
    assert [row[0] for row in network.inputs] == [1, 0, 1, 0]
    assert "read as numbers: wet, with TRUE = 1, FALSE = 0" in written_text(written, EN)
    assert 'codes."wet" = { "TRUE" = 1, "FALSE" = 0 }' in written.path.read_text("utf-8")


@pytest.mark.parametrize(
    ("texts", "numbers"),
    [
        (["ja", "nein", "nein", "Ja"], [1, 0, 0, 1]),
        (["是", "否", "是", "否"], [1, 0, 1, 0]),
        (["Yes", "no", "no", "yes"], [1, 0, 0, 1]),
        (["small", "large", "medium", "small"], [1, 3, 2, 1]),
        (["2nd", "1st", "3rd", "1st"], [2, 1, 3, 1]),
        (["M", "S", "XL", "M"], [4, 3, 6, 4]),
        (["高", "低", "中", "低"], [3, 1, 2, 1]),
    ],
)
def test_words_that_are_numbers(tmp_path: Path, texts: list[str], numbers: list[float]) -> None:
    """Yes and no in several languages, and words in a known order."""
    rows = "".join(f"{text},{n * n % 7},{n / 3}\n" for n, text in enumerate(texts))
    assert [row[0] for row in made(data(tmp_path, "c,a,t\n" + rows))[2].inputs] == numbers


@pytest.mark.slow
def test_a_category_is_a_feature_for_each_level(tmp_path: Path) -> None:
    """Each level is named, on the terminal and as a symbol; --inputs takes more than twelve."""
    rows = "".join(f"{'rgb'[n % 3]},{n * 7 % 11},{n / 3}\n" for n in range(9))
    written, template, network = made(data(tmp_path, "colour,a,t\n" + rows))
    assert network.inputs[:2] == ((0.0, 0.0, 1.0, 0.0), (0.0, 1.0, 0.0, 7.0))
    assert "inputs: colour=b, colour=g, colour=r, a" in written_text(written, EN)
    assert template.symbols["x[3]#1"] == "colour=r#1"
    many = "c,a,t\n" + "".join(f"n{n % 14},{n * 7 % 11},{n / 3}\n" for n in range(42))
    assert 'left out: "c" holds 14 different texts; at most 12' in told(tmp_path, many)
    assert len(made(data(tmp_path, many), inputs=("c", "a"))[2].inputs[0]) == 15


MISSING_CLASS = "length,width,sex\n2.1,5.0,m\n2.4,5.1,f\n2.2,4.9,NA\n6.1,1.0,m\n6.3,1.2,f\n6.0,1.1,?\n"


def test_rows_with_missing_cells_are_left_out_and_named(tmp_path: Path) -> None:
    """NA and ? are no classes; the line says how many rows, which, and of which column."""
    written, _, network = made(data(tmp_path, MISSING_CLASS))
    assert (network.data.classes, len(network.inputs)) == (("f", "m"), 4)
    assert "left out: 2 of 6 rows, where something is missing: sex (2); lines 4, 7\n" in written_text(written, EN)
    assert made(data(tmp_path, MISSING_CLASS), missing="category")[2].data.classes == ("f", "m", "missing")


def test_rows_without_a_target_do_not_hide_how_the_others_are_kept(tmp_path: Path) -> None:
    """Of five rows with something missing four can be kept, and the line says how."""
    rows = "".join(f"{n},{'' if n in (3, 5, 7, 9) else n * n},{'' if n == 2 else 'ab'[n % 2]}\n" for n in range(5, 25))
    rows += "3,,a\n1,1,\n9,81,b\n2,,b\n"
    written, _, _ = made(data(tmp_path, "x,y,kind\n" + rows))
    assert "--missing mean or category keeps those whose target is known" in written_text(written, EN)


@pytest.mark.parametrize("missing", ["NA", "N/A", "?", "-", ".", "NaN", "null", ""])
def test_what_is_missing_in_a_number(tmp_path: Path, missing: str) -> None:
    """Each of these leaves its row out; with --missing mean the mean stands there."""
    text = f"a,b,t\n1,5,0.5\n{missing},3,0.1\n4,4,0.9\n2,9,0.2\n"
    assert [row[0] for row in made(data(tmp_path, text))[2].inputs] == [1, 4, 2]
    network = made(data(tmp_path, text), missing="mean")[2]
    assert (network.inputs[1][0], network.data.filled) == (number(repr(7 / 3)), {(1, 0)})
    network = made(data(tmp_path, text), missing="category")[2]
    assert [row[1] for row in network.inputs] == [0, 1, 0, 0]


def test_plus_and_minus_are_classes(tmp_path: Path) -> None:
    """A dash beside a plus is no missing cell."""
    assert made(data(tmp_path, "a,t\n1,+\n5,-\n2,+\n7,-\n"))[2].data.classes == ("+", "-")


def test_counts_are_kept_whatever_their_name(tmp_path: Path) -> None:
    """smokers_no does not number the rows."""
    text = "area,smokers_no,ill\n12,61,3\n30,807,40\n25,598,22\n9,121,5\n"
    assert made(data(tmp_path, text))[2].inputs[1] == (30, 807)


@pytest.mark.slow
def test_a_class_that_begins_like_a_formula(tmp_path: Path) -> None:
    """=0 and >0 are texts, as classes and as levels of a category, and the book verifies."""
    for text in ("x,y,band\n5,2,=0\n2,1,=0\n3,5,>0\n5,4,>0\n", "band,y,t\n=0,2,5\n=0,1,7\n>0,5,6\n>0,4,2\n"):
        written, _, _ = made(data(tmp_path, text), iterations=3)
        book = generate(str(written.path), tmp_path / "book.xlsx", force=True)
        assert [(report.ok, report.unchecked) for report in book.reports] == [(True, 0)]


@pytest.mark.slow
def test_inputs_that_vary_in_one_row_only(tmp_path: Path) -> None:
    """Fewer samples are kept for testing than usual, with a note, and no error about an option nobody gave."""
    header = ",".join(f"p{n}" for n in range(45))
    rows = "".join(f"{','.join(str(int(n == k)) for k in range(45))},{'uv'[n % 2]}\n" for n in range(60))
    written, _, network = made(data(tmp_path, f"{header},y\n{rows}"))
    assert network.data.test == 3
    assert "note: only 3 samples are kept for testing; with more, some input would not vary" in written_text(
        written, EN
    )
    code, message = refusal(data(tmp_path, f"{header},y\n{rows}", "again.csv"), test=30.0)
    assert (code, message.startswith("--test: in each of 1,000 splits some column varies in the test")) == (2, True)


def test_a_workbook_is_taken_as_it_is(tmp_path: Path) -> None:
    """The template names its sheet; the rows of the sheet are those of the messages."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Blumen"
    for row in (["Messung 2024"], [], ["length", "ok", "kind"], [2.1, True, "a"], [2.4, False, "a"], [6.1, True, "b"]):
        sheet.append(row)
    sheet.append([None, False, "b"])
    book.save(tmp_path / "d.xlsx")
    written, _, network = made(tmp_path / "d.xlsx")
    assert network.inputs == ((2.1, 1.0), (2.4, 0.0), (6.1, 1.0))
    said = written_text(written, EN)
    assert 'read as: the sheet "Blumen", decimal points, the names on line 3' in said
    assert "missing: length (1); lines 7; --missing mean or category keeps them" in said
    assert 'sheet = "Blumen"' in written.path.read_text("utf-8")


@pytest.mark.slow
def test_arrays_are_taken_by_name(tmp_path: Path) -> None:
    """y is what the target is called; --inputs and --target name others; pictures are folded with --shape."""
    rng = np.random.default_rng(1)
    pixels = rng.integers(0, 9, (24, 16))
    np.savez(tmp_path / "d.npz", pixels=pixels, y=np.arange(24) % 3, weights=rng.normal(size=(24, 2)))
    assert refusal(tmp_path / "d.npz")[1].endswith("name that of the inputs with --inputs, and --target")
    _, _, network = made(tmp_path / "d.npz", inputs=("pixels",))
    assert (network.data.classes, len(network.inputs[0])) == (("0", "1", "2"), 16)
    _, _, network = made(tmp_path / "d.npz", inputs=("pixels",), targets=("weights",))
    assert (network.layers[-1].units, network.loss) == (2, "mse")
    _, _, network = made(
        tmp_path / "d.npz", inputs=("pixels",), kind="cnn", shape=(4, 4), hidden=(2,), activation="relu"
    )
    assert network.data.input_shape is not None
    np.savez(tmp_path / "deep.npz", x=pixels.reshape(24, 4, 4), y=np.arange(24) % 2)
    assert (
        "a sample of 'x' is 4 x 4; save x.reshape(24, -1), and fold that with --shape"
        in refusal(tmp_path / "deep.npz")[1]
    )


def test_a_packed_file_gives_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """flowers.csv.gz makes flowers.toml, and is read as it is."""
    monkeypatch.chdir(tmp_path)
    Path("flowers.csv.gz").write_bytes(gzip.compress(FLOWERS.encode()))
    written = write_template(Path("flowers.csv.gz"), None, Wishes(), force=False, texts=EN)
    assert (written.path, load_template("flowers.toml").kind) == (Path("flowers.toml"), "network")


def test_what_a_person_says_stands(tmp_path: Path) -> None:
    """--decimal, --header and --encoding overrule what would be recognised."""
    text = "preis;b;t\n1.250;2;3\n2.400;9;5\n3.175;4;8\n"
    assert made(data(tmp_path, text))[2].inputs[0] == (1.25, 2)
    assert made(data(tmp_path, text), decimal=",")[2].inputs[0] == (1250, 2)
    assert made(data(tmp_path, "1,5\n7,2\n4,4\n"), form=Form(header="none"))[2].inputs == ((1,), (7,), (4,))
    assert made(data(tmp_path, "2019,2020\n7,2\n4,4\n"), form=Form(header=1))[2].inputs == ((7,), (4,))
    (tmp_path / "czech.csv").write_bytes("čas,t\n1,2\n5,7\n3,4\n".encode("cp1250"))
    assert made(tmp_path / "czech.csv", form=Form(encoding="cp1250"))[1].symbols["x[1]#1"] == "čas#1"


@pytest.mark.slow
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    dialect=dialects(),
    missing=st.sampled_from(["drop", "mean", "category"]),
    gaps=st.sets(st.tuples(st.integers(0, 8), st.integers(0, 2)), max_size=4),
    numbers=st.lists(st.integers(-9_999_999, 9_999_999), min_size=18, max_size=18, unique=True),
)
def test_the_template_reads_what_was_decided(
    tmp_path: Path, dialect: Dialect, missing: str, gaps: set[tuple[int, int]], numbers: list[int]
) -> None:
    """In any dialect, with any cells missing: the samples are the rows that are left, number by number."""
    rows = [[numbers[2 * n] / 100, numbers[2 * n + 1] / 100] for n in range(9)]
    rows[0][0] = -1234.56
    labels = ["aä" if n % 2 else "bä" for n in range(9)]
    text = file_of(["p", "q"], rows, labels, dialect).decode(dialect.encoding)
    path = tmp_path / "d.csv"
    path.write_bytes(with_gaps(text, gaps, dialect).encode(dialect.encoding))
    kept = [n for n in range(9) if (n, 2) not in gaps or missing == "category"]
    if missing == "drop":
        kept = [n for n in kept if not {(n, 0), (n, 1)} & gaps]
    assume(len({labels[n] for n in kept}) > 1)  # of one class there is nothing to learn
    network = made(path, missing=missing)[2]
    share = 100 if dialect.unit == "%" else 1
    assert len(network.inputs) == len(kept)
    for place, row in zip(kept, network.inputs, strict=True):
        if not {(place, 0), (place, 1)} & gaps and missing != "category":
            assert row == pytest.approx([value / share for value in rows[place]], rel=1e-14)


def with_gaps(text: str, gaps: set[tuple[int, int]], dialect: Dialect) -> str:
    """The file with NA in the place of some cells: (row, column)."""
    lines = text.split(dialect.line_end)
    first = len(lines) - 10  # of the rows; behind them is the end of the last line
    for row, column in gaps:
        lines[first + row] = replaced(lines[first + row], column + dialect.numbers_rows, dialect)
    return dialect.line_end.join(lines)


def replaced(line: str, place: int, dialect: Dialect) -> str:
    """A line with NA in one of its cells."""
    cells = next(csv.reader([line], delimiter=dialect.separator))
    cells[place] = "NA"
    out = io.StringIO()
    quoting = csv.QUOTE_ALL if dialect.quotes_all else csv.QUOTE_MINIMAL
    csv.writer(out, delimiter=dialect.separator, quoting=quoting, lineterminator="").writerow(cells)
    return out.getvalue()


TOTALLED = "region,a,b,y\nN,5,2,7\nS,1,7,8\nE,9,4,13\nW,3,8,11\n"


@pytest.mark.parametrize(
    ("rows", "lines"),
    [
        ("Total,18,21,39\n", "6"),
        ("Mean,4.5,5.25,9.75\n", "6"),
        ("Total,18,21,39\nMean,4.5,5.25,9.75\n", "6, 7"),
        ("Total,18,21,40\n", ""),
        ("", ""),
    ],
)
def test_rows_of_totals(tmp_path: Path, rows: str, lines: str) -> None:
    """A row in which every number is the sum or the mean of the rows above is told of, by its line; no other is."""
    noted = [line for line in told(tmp_path, TOTALLED + rows).splitlines() if line.startswith("note: totals")]
    assert [f"line {lines};" in line for line in noted] == [True] * bool(lines)


def test_a_class_of_one_sample_is_told(tmp_path: Path) -> None:
    """A class that occurs once is named; where all do, or none does, nothing is said."""
    text = "u,v,kind\n1,2,a\n2,3,a\n4,1,b\n4,4,b\n5,5,{}\n"
    assert "but one sample of c;" in told(tmp_path, text.format("c"))
    assert "but one sample" not in told(tmp_path, text.format("b"))


def test_rows_without_a_target_as_a_class_are_counted(tmp_path: Path) -> None:
    """Where rows without a target make a class of their own, it is said how many they are."""
    text = "u,v,k\n1,2,a\n2,3,\n4,1,b\n4,4,b\n5,7,a\n"
    assert "note: 1 row without a target" in told(tmp_path, text, missing="category")
    assert "without a target" not in told(tmp_path, text)


def test_times_of_day_are_no_dates(tmp_path: Path) -> None:
    """A column of times is left out as one of times."""
    text = "start,x,y\n8:30,1,2\n9:15,2,3\n10:00,3,5\n12:45,4,4\n"
    assert "left out: \"start\" holds times of day, as '8:30'" in told(tmp_path, text)
