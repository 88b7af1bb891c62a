"""A template in another language: its texts, and what its data call their columns and classes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.teaching import shown
from xlbp.classroom.exercise.record import Record, read_record, write_record
from xlbp.classroom.order import Order, plan_of
from xlbp.errors import TemplateError
from xlbp.lang import load_texts
from xlbp.lang.languages import DEFAULT, LANGUAGES
from xlbp.pipeline import generate, verify
from xlbp.template.load import load_template, shipped
from xlbp.template.template import Template
from xlbp.template.translation import in_language

NETWORK = """[template]
title = "Net"
"title.de" = "Im Text"
[network]
[[network.layers]]
units = 1
weights = [[0.1, 0.2]]
[data]
inputs = [[1, 2]]
targets = [[1]]
[notation]
inputs = ["height", "height_2"]
[training]
iterations = 1
learning_rate = 0.1
"""


def loaded(folder: Path, translation: str, language: str = "de") -> Template:
    """A template with this translation beside it."""
    (folder / language).mkdir()
    (folder / "net.toml").write_text(NETWORK, "utf-8")
    (folder / language / "net.toml").write_text(translation, "utf-8")
    return in_language(load_template(str(folder / "net.toml")), load_texts(language))


def test_a_file_beside_a_template_extends_it(tmp_path: Path):
    """What it says goes before what stands in the template; what it does not say stays."""
    template = loaded(tmp_path, 'summary = "Kurz"\nnotes = ["Eins"]')
    assert (template.title["de"], template.summary["de"], template.notes["de"]) == ("Im Text", "Kurz", ("Eins",))


def test_only_whole_names_are_translated(tmp_path: Path):
    """A column keeps its name where only a part of it is another column's."""
    template = loaded(tmp_path, '[names]\nheight = "Höhe"')
    assert {template.symbols["x[1]"], template.symbols["x[2]"]} == {"Höhe", "height_2"}


def test_names_that_would_be_one_stay_apart(tmp_path: Path):
    """Two columns that a translation calls alike keep their own names: symbols must differ."""
    template = loaded(tmp_path, '[names]\nheight = "Höhe"\nheight_2 = "Höhe"')
    assert template.symbols["x[1]"] == "height"


@pytest.mark.parametrize(
    ("translation", "message"),
    [
        ("title = 5", r"de/net\.toml:1: title must be a text, not 5"),
        ('titel = "Netz"', r"de/net\.toml:1: unknown key 'titel' at the top \(did you mean 'title'\?\)"),
        ('notes = "Eins"', r"de/net\.toml:1: notes must be a list of texts"),
        ("[names]\nheight = 3", r"de/net\.toml:2: height must be a text"),
        ("title = ", r"de/net\.toml: not valid TOML"),
    ],
)
def test_a_malformed_translation_is_one_sentence(tmp_path: Path, translation: str, message: str):
    """The error names the file, the line and the key."""
    with pytest.raises(TemplateError) as caught:
        loaded(tmp_path, translation)
    assert re.match(message, str(caught.value))


def test_a_malformed_translation_hurts_no_other_language(tmp_path: Path):
    """A book in English does not need to read the German file."""
    (tmp_path / "de").mkdir()
    (tmp_path / "net.toml").write_text(NETWORK, "utf-8")
    (tmp_path / "de" / "net.toml").write_text("title = 5", "utf-8")
    template = load_template(str(tmp_path / "net.toml"))
    assert in_language(template, load_texts("en")) == template


def test_a_template_in_a_languages_folder_is_no_translation(tmp_path: Path):
    """Somebody may keep a whole template there: it says nothing about the one beside the folder."""
    assert loaded(tmp_path, NETWORK).title == {"en": "Net", "de": "Im Text"}


def test_translations_are_no_templates():
    """The list of what is shipped does not have the folders of languages."""
    assert "iris" in shipped()
    assert not any(path.parent.name in LANGUAGES for path in shipped().values())


@pytest.mark.slow
@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != DEFAULT])
def test_every_name_of_a_shipped_translation_is_used(language: str):
    """A name that the template does not have is a slip of the translator."""
    for name in shipped():
        translated = in_language(template := load_template(name), load_texts(language))
        table = template.translations[language].partition("[names]")[2]
        shown_names = " ".join([*translated.symbols.values(), *translated.model.data.classes])
        missing = [text for text in re.findall(r'= "(.*)"', table) if text not in shown_names]
        assert set(missing) <= {"种", "種", "Art"}, name  # of the column of classes, whose classes are shown


@pytest.mark.slow
@pytest.mark.parametrize(
    ("language", "setosa"), [("de", "Borsten-Schwertlilie"), ("zh-CN", "山鸢尾"), ("zh-TW", "山鳶尾")]
)
def test_classes_of_the_data_speak_the_books_language(language: str, setosa: str):
    """The sheets show the classes by their translated names, and no English one is left on any of them."""
    expected = shown("iris", 1, language=language)
    texts = {str(cell.content) for page in expected.pages for cell in page.fixed}
    texts |= {str(formula.value) for page in expected.pages for formula in page.formulas}
    assert setosa in texts
    assert [text for text in texts if re.search("setosa|versicolor|virginica|sepal|petal", text)] == []


@pytest.mark.slow
@pytest.mark.parametrize("language", ["de", "zh-TW"])
def test_a_translated_book_verifies(language: str, tmp_path: Path):
    """All cells agree, also with the template, which is translated likewise."""
    settings = ("training.iterations=2", "training.batch_size=5")
    book = generate("iris", tmp_path / "iris.xlsx", settings, language).path
    [report] = verify(book, ("ironcalc",), template="iris", overrides=settings)
    assert (report.ok, report.differs) == (True, "")


def test_an_exercise_keeps_its_language(tmp_path: Path):
    """The record of an exercise has the translation, so that marking shows what the student saw."""
    record = Order("logistic-regression", "gradients", language="de").record(None)
    path = tmp_path / "x.exercise.json"
    path.write_text(write_record(record), "utf-8")
    again: Record = read_record(path)
    assert again == record
    contents = plan_of(again).contents
    assert contents.template.title["de"].startswith("Logistische Regression")
    assert "Stunden" in {contents.bare_symbol(name) for name in contents.template.symbols}
