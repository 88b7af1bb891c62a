"""What is no template is named for what it is, in one line that says what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from xlbp.errors import UsageError
from xlbp.template.load import load_template


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("marks.csv", "is data: xlbp new marks.csv makes a template for it"),
        ("my marks.csv", "is data: xlbp new 'my marks.csv' makes"),
        ("marks.CSV", "is data: xlbp new marks.CSV makes"),
        ("marks.parquet", "save it as CSV, then xlbp new"),
        ("lesson.ipynb", "is a program; xlbp new"),
        ("sheet.ods", "is data: xlbp new sheet.ods makes"),
        ("old.xls", "save it as CSV or .xlsx"),
        ("arrays.npz", "is data: xlbp new arrays.npz makes"),
        ("marks.ods", "is data: xlbp new marks.ods"),
        ("marks.csv.gz", "is data: xlbp new marks.csv.gz"),
        ("marks.json", "is data: xlbp new marks.json"),
        ("net.pt", "holds a trained model"),
        ("net.onnx", "holds a trained model"),
        ("book.xlsx", "of data xlbp new book.xlsx makes a template"),
        ("mine", "give 'mine.toml'"),
        ("folder", "is a folder"),
        ("plain", "is a file, but no template"),
        ("nameless", "is a template whose name does not say so: rename it nameless.toml"),
        ("table", "is data: xlbp new table makes"),
        ("xored", "is no template, and no text"),
        ("mazur.toml", "the template that comes with xlbp is called 'mazur'"),
        ("mazzur", "did you mean 'mazur'"),
        ("nothing-like-it", "xlbp templates lists"),
        ("", "xlbp templates lists"),
    ],
)
def test_it_is_named(name: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether the file is there or not; no list of all templates."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    for file in ("mine.toml", "plain"):
        (tmp_path / file).touch()
    (tmp_path / "nameless").write_text('title = "x"\n[network]\nloss = "mse"\n')
    (tmp_path / "table").write_text("a;b\n1;2\n")
    (tmp_path / "xored").write_bytes(b"PK\x03\x04\xff\xfe")
    with pytest.raises(UsageError) as caught:
        load_template(name)
    said = caught.value.at_the_command_line
    assert words in said
    assert len(said) < 140
    assert "\n" not in said
