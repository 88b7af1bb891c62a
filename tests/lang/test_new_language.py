"""A new language is one file of words, and a folder of translations beside templates: nothing else."""

from __future__ import annotations

import locale
import shutil
from pathlib import Path

import pytest

from xlbp.lang import default_language, languages, load_texts
from xlbp.lang.languages import LANGUAGES
from xlbp.pipeline import generate, verify

TEMPLATE = """[template]
title = "Two kinds"

[network]
loss = "cross_entropy"
[[network.layers]]
units = 2
activation = "softmax"
weights = [[0.1], [-0.1]]

[data]
file = "fruit.csv"
inputs = ["weight"]
targets = ["kind"]
one_hot = true

[training]
iterations = 2
learning_rate = 0.5
"""
TRANSLATION = """title = "Zwo Sorte"
notes = ["Eppes."]

[names]
weight = "Gwicht"
apple = "Abbel"
pear = "Bir"
"""


@pytest.fixture
def made_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The folder of a template whose author speaks a language that we do not, with a file of its words."""
    folder = tmp_path / "lang"
    shutil.copytree(languages.FOLDER, folder)
    words = (folder / "en.toml").read_text("utf-8").replace('locales = ["en", "english"]', 'locales = ["pfl"]')
    (folder / "pfl.toml").write_text(words.replace('training = "Training"', 'training = "Iewe"'), "utf-8")
    monkeypatch.setattr(languages, "FOLDER", folder)
    (tmp_path / "pfl").mkdir()
    (tmp_path / "fruit.csv").write_text("weight,kind\n1,apple\n2,pear\n3,pear\n", "utf-8")
    (tmp_path / "two.toml").write_text(TEMPLATE, "utf-8")
    (tmp_path / "pfl" / "two.toml").write_text(TRANSLATION, "utf-8")
    return tmp_path


def test_a_file_of_words_makes_a_language(made_up: Path, monkeypatch: pytest.MonkeyPatch):
    """It is offered, it is spoken, and a locale's name chooses it."""
    assert "pfl" in LANGUAGES
    assert load_texts("pfl")("sheet.training") == "Iewe"
    monkeypatch.setattr(locale, "getlocale", lambda: ("pfl_DE", "UTF-8"))
    assert default_language() == "pfl"
    assert (made_up / "two.toml").exists()


@pytest.mark.slow
def test_a_book_in_it_verifies_without_its_template(made_up: Path):
    """The book has the translated title and names, and carries them: it verifies where neither file is."""
    book = generate(str(made_up / "two.toml"), made_up / "two.xlsx", language="pfl").path
    for gone in (made_up / "two.toml", made_up / "pfl" / "two.toml", made_up / "fruit.csv"):
        gone.unlink()
    [report] = verify(book, ("ironcalc",))
    assert (report.ok, report.formulas_changed) == (True, [])
