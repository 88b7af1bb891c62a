"""What is no template is named for what it is, in one line that says what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from xlbp.errors import UsageError
from xlbp.template.load import load_template


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("marks.csv", "is data; xlbp new --from-csv marks.csv"),
        ("marks.ods", "is data; xlbp new --from-csv marks.ods"),
        ("marks.csv.gz", "is data; xlbp new --from-csv marks.csv.gz"),
        ("arrays.npz", "is data; xlbp new --from-csv arrays.npz"),
        ("marks.xls", "is a workbook; save it as .xlsx or CSV"),
        ("net.pt", "holds a trained model"),
        ("net.onnx", "holds a trained model"),
        ("book.xlsx", "is a workbook: xlbp verify"),
        ("mine", "give 'mine.toml'"),
        ("folder", "is a folder"),
        ("plain", "is a file, but no template"),
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
    with pytest.raises(UsageError) as caught:
        load_template(name)
    said = str(caught.value)
    assert words in said
    assert len(said) < 140
    assert "\n" not in said
