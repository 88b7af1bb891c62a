"""The keys of [data] that say how a file is read, what its texts stand for, and what becomes of missing cells."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.template.samples.shaped import must_refuse, network
from xlbp.errors import TemplateError
from xlbp.pipeline import generate
from xlbp.template.load import load_template, parse_template
from xlbp.template.network import Network

LAYERS = '[[network.layers]]\nunits = {units}\nweights = {{ init = "normal", seed = 1 }}\n'


def read(data: str, file: str, units: int = 1, inputs: str = '["a", "b"]', targets: str = '["t"]') -> Network:
    """The network of a template with these keys of [data], and this file."""
    text = f'[network]\n{LAYERS.format(units=units)}[data]\nfile = "d.csv"\ninputs = {inputs}\ntargets = {targets}\n'
    model = parse_template(f"{text}{data}\n[training]\nlearning_rate = 1", "t", "t", read_file=lambda _: file).model
    assert isinstance(model, Network)
    return model


GERMAN = "# von Hand\na;b;t\n1.234,5;12 %;0,5\n2,5;5 %;1\n"


def test_a_file_is_read_as_its_keys_say() -> None:
    """Separator, comments, decimals, thousands and units."""
    keys = 'separator = ";"\ncomment = "#"\ndecimal = ","\nthousands = "."\nunits = ["%"]'
    assert read(keys, GERMAN).inputs == ((1234.5, 0.12), (2.5, 0.05))


def test_without_keys_a_file_is_read_as_ever() -> None:
    """Points are decimals, and a comma is in no number."""
    assert read("", "a;b;t\n1.250;2;3\n2;3;4\n").inputs == ((1.25, 2.0), (2.0, 3.0))
    with pytest.raises(TemplateError, match="line 2, column 'a': '1,5' is no number"):
        read("", "a;b;t\n1,5;2;3\n")


@pytest.mark.parametrize(
    ("key", "file"),
    [
        ('header = "none"', "1,2,3\n2,3,4\n"),
        ("header = 3", "a title\n\ncol1,col2,col3\n1,2,3\n2,3,4\n"),
        ('quote = "\'"', "'col1','col2','col3'\n1,2,3\n2,3,4\n"),
        ('separator = " "', "col1   col2 col3\n1 2  3\n2 3 4\n"),
    ],
)
def test_where_the_names_stand(key: str, file: str) -> None:
    """Nowhere, on a line further down, in other quotes, between blanks."""
    assert read(key, file, inputs='["col1", "col2"]', targets='["col3"]').inputs == ((1.0, 2.0), (2.0, 3.0))


@pytest.mark.parametrize(
    ("key", "message", "under"),
    [
        ('separator = ":"', "unknown separator ':'", "separator"),
        ('decimal = "x"', "unknown decimal 'x'", "decimal"),
        ('decimal = ","\nthousands = ","', "thousands and decimal are both ','; give one of them another", "thousands"),
        ('header = "maybe"', 'header must be the number of a line, "none" or "counts", not \'maybe\'', "header"),
        ("header = 9", "the data file 'd.csv' has no line 9, in which its header should stand", "file"),
        ('header = "counts"', "the data file 'd.csv' has no header that counts its rows", "file"),
        ('missing = "guess"', "unknown missing 'guess'", "missing"),
        ('missing_texts = ["NA"]', 'missing_texts goes with missing = "drop", "mean" or "category"', "missing_texts"),
        ('missing = "drop"', "every row of 'd.csv' has a missing cell; name fewer columns", "missing"),
        ("codes.c = { x = 1 }", "the file has no column 'c' (known: a, b, t)", "c"),
        ('codes.a = { x = "y" }', "x must be a number", "x"),
        ('categories.a = ["x", "x"]', "the categories of 'a' must be different texts, at least one", "a"),
        ('categories.a = ["1"]\ncodes.a = { x = 1 }', "the column 'a' has codes and categories", "a"),
        ('categories.a = ["2"]', "'d.csv', line 2, column 'a': '1' is none of the categories of this column", ""),
        ("codes.b = { x = 1 }", "'d.csv', line 2, column 'b': 'y' is no number and has no code; add it to codes", ""),
    ],
)
def test_a_key_that_is_wrong_is_named(key: str, message: str, under: str) -> None:
    """One line, with what was met and the remedy."""
    with pytest.raises(TemplateError) as caught:
        read(key, "a,b,t\n1,y,\n,,3\n" if under == "missing" else "a,b,t\n1,y,3\n2,y,4\n")
    assert message in caught.value.message


def test_texts_with_codes_and_categories() -> None:
    """A code is a number in place of a text; a category is a feature for each level, called by it."""
    model = read(
        'codes.a = { no = 0, yes = 1 }\ncategories.b = ["red", "green", "blue"]',
        "a,b,t\nyes,red,1\nno,blue,2\n7,green,3\n",
    )
    assert model.inputs == ((1.0, 1.0, 0.0, 0.0), (0.0, 0.0, 0.0, 1.0), (7.0, 0.0, 1.0, 0.0))
    named = parse_template(
        f'[network]\n{LAYERS.format(units=1)}[data]\nfile = "d.csv"\ninputs = ["b"]\ntargets = ["t"]\n'
        'categories.b = ["x", "y"]\n[training]\nlearning_rate = 1',
        "t",
        "t",
        read_file=lambda _: "b,t\nx,1\ny,2\n",
    )
    assert {"b=x⁽¹⁾", "b=y⁽¹⁾", "b=x⁽²⁾", "b=y⁽²⁾"} <= set(named.symbols.values())


GAPS = "a,b,t\n1,x,5\nNA,y,6\n3,,7\n5,x,\n"


def test_rows_with_a_missing_cell_are_left_out() -> None:
    """In a column that is used, and in no other."""
    model = read('missing = "drop"\ncategories.b = ["x", "y"]', GAPS)
    assert (model.inputs, model.targets) == (((1.0, 1.0, 0.0),), ((5.0,),))
    assert len(read('missing = "drop"', GAPS, inputs='["a"]').inputs) == 2


def test_a_mean_stands_for_what_is_missing() -> None:
    """That of the samples with a known target; of a category the share of each level.  Which are filled is known."""
    model = read('missing = "mean"\ncategories.b = ["x", "y"]', GAPS)
    assert model.inputs == ((1.0, 1.0, 0.0), (2.0, 0.0, 1.0), (3.0, 0.5, 0.5))
    assert model.data.filled == {(1, 0), (2, 1), (2, 2)}


def test_the_mean_is_of_what_is_trained_on() -> None:
    """Samples that are kept for testing tell nothing of their inputs."""
    rows = "".join(f"{n},{n},{n}\n" for n in range(1, 9))
    model = read('missing = "mean"\ntest = 3', f"a,b,t\n?,0,0\n{rows}")
    trained = [row[0] for at, row in enumerate(model.inputs[:-3]) if (at, 0) not in model.data.filled]
    (filled,) = (model.inputs[at][0] for at, _ in model.data.filled)
    assert filled == pytest.approx(sum(trained) / len(trained))


def test_what_is_missing_may_be_a_category() -> None:
    """A level of its own; a number gets the mean, and a feature that says that it is missing."""
    model = read('missing = "category"\ncategories.b = ["x", "y", "missing"]', GAPS)
    assert model.inputs == ((1.0, 0.0, 1.0, 0.0, 0.0), (2.0, 1.0, 0.0, 1.0, 0.0), (3.0, 0.0, 0.0, 0.0, 1.0))


def test_a_missing_class_is_a_class_where_that_is_asked_for() -> None:
    """And else its rows are left out."""
    file = "a,b,t\n1,2,p\n2,3,q\n3,4,?\n4,4,p\n"
    as_class = read('missing = "category"\none_hot = true', file, units=3)
    assert as_class.data.classes == ("missing", "p", "q")
    assert len(read('missing = "mean"\none_hot = true', file, units=2).inputs) == 3


def test_texts_that_mean_nothing_is_known() -> None:
    """A list of them replaces the usual ones; an empty cell is missing in any case."""
    model = read('missing = "drop"\nmissing_texts = ["-999"]', "a,b,t\n1,-999,5\n2,3,6\n4,,7\n5,6,8\n")
    assert model.inputs == ((2.0, 3.0), (5.0, 6.0))
    with pytest.raises(TemplateError, match="'NA' is no number"):
        read('missing = "drop"\nmissing_texts = ["-999"]', "a,b,t\n1,NA,5\n2,3,6\n")


def test_a_sequence_that_lacks_a_step_is_left_out() -> None:
    """All its rows go, so that the others are of one length."""
    data = 'file = "d.csv"\nsequence = "s"\ninputs = ["a"]\ntargets = ["t"]\nmissing = "drop"'
    model = network(data, file="s,a,t\n1,1,0\n1,2,0\n2,?,1\n2,4,1\n3,5,1\n3,6,1\n")
    assert model.inputs == ((1.0, 2.0), (5.0, 6.0))


def test_a_missing_cell_without_a_policy_is_refused() -> None:
    """As ever, with the key that would leave its row out."""
    must_refuse(
        'file = "d.csv"\ninputs = ["a", "b"]\ntargets = ["t"]',
        "'d.csv', line 3: the column 'b' is empty; missing = \"drop\" leaves such rows out",
        "file",
        file="a,b,t\n1,2,3\n1,,3\n",
    )


@pytest.mark.slow
def test_a_book_with_means_and_categories_verifies(tmp_path: Path) -> None:
    """Its data sheet says which cells were missing, and the book carries its file as text."""
    (tmp_path / "d.csv").write_bytes("größe;art;t\n1,5;rot;5\n;blau;6\n3;rot;7\n5;blau;9\n2,25;;4\n".encode("cp1252"))
    (tmp_path / "t.toml").write_text(
        f'[network]\n{LAYERS.format(units=1)}[data]\nfile = "d.csv"\nencoding = "cp1252"\nseparator = ";"\n'
        'decimal = ","\n'
        'inputs = ["größe", "art"]\ntargets = ["t"]\ncategories.art = ["blau", "rot"]\nmissing = "mean"\n'
        'scale = "standard"\n[training]\niterations = 3\nlearning_rate = 0.1\n',
        "utf-8",
    )
    book = generate(str(tmp_path / "t.toml"), tmp_path / "t.xlsx")
    assert [(report.ok, report.unchecked) for report in book.reports] == [(True, 0)]
    sheet = load_workbook(book.path)["Data"]
    filled = [cell for row in sheet.iter_rows() for cell in row if cell.font.italic]
    assert [cell.value for cell in filled] == [2.9375, 0.5, 0.5]
    assert "Cells in italics were missing in the file" in str(sheet["B2"].value)
    template = load_template(str(tmp_path / "t.toml"))
    assert list(template.files.values()) == ["größe;art;t\n1,5;rot;5\n;blau;6\n3;rot;7\n5;blau;9\n2,25;;4\n"]
