"""What is written down is true of what the code does."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import click
import pytest

import xlbp
from tests.templates import ALL
from xlbp.cli import cli
from xlbp.cli.command import COMMANDS as TABLE
from xlbp.cli.common import SETTINGS
from xlbp.lang import LANGUAGES, load_texts
from xlbp.lang.languages import LANGUAGES as OFFERED
from xlbp.template.activations import ACTIVATIONS
from xlbp.template.initial import OPTIONS as INITIAL
from xlbp.template.layer_kinds import KINDS, WITHOUT_BLOCK
from xlbp.template.load import load_template, parse_template
from xlbp.template.losses import LOSSES
from xlbp.template.optimizers import OPTIMIZERS
from xlbp.template.schedules import SCHEDULES
from xlbp.template.translation import in_language
from xlbp.toml import tomllib

pytestmark = pytest.mark.whole_pictures  # other processes make and verify whole books

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text("utf-8")
COMMANDS = cli.list_commands(click.Context(cli))


def tool(name: str) -> ModuleType:
    """A script of tools/ as a module."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # where dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_an_example(name: str) -> None:
    """--help of each command shows how to call it."""
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    text = command.get_help(click.Context(command, info_name=name, **SETTINGS))
    assert re.search(rf"Examples?:\s+xlbp {name}", text)


@pytest.mark.parametrize("name", COMMANDS)
def test_help_says_of_each_command_what_it_says_itself(name: str) -> None:
    """The list in --help is written down apart, so that it loads nothing: both begin with the same words."""
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    assert (command.help or "").split()[0] == TABLE[name][1].split()[0]


def test_the_languages_offered_are_those_there_are() -> None:
    """--lang offers every language of the books."""
    assert OFFERED == LANGUAGES


def test_the_command_reference_is_what_help_says() -> None:
    """`make docs` writes docs/cli.md."""
    assert tool("reference").page() == (ROOT / "docs" / "cli.md").read_text("utf-8")


def test_the_plan_of_the_house_names_every_room() -> None:
    """The table in docs/how-it-works.md has each package and each module at the top, but for the two entrances."""
    page = (ROOT / "docs" / "how-it-works.md").read_text("utf-8")
    named = set(re.findall(r"^\| `(\w+)(?:/|\.py)` \|", page, re.MULTILINE))
    package = ROOT / "xlbp"
    rooms = {path.parent.name for path in package.glob("*/__init__.py")} | {path.stem for path in package.glob("*.py")}
    assert named == rooms - {"__init__", "__main__"}


def test_every_file_that_a_page_names_is_there() -> None:
    """In docs/how-it-works.md and CONTRIBUTING.md, in backticks and ending in a suffix or a slash."""
    for name in ("docs/how-it-works.md", "CONTRIBUTING.md"):
        for path in re.findall(r"`([\w/.-]+/[\w.-]*)`", (ROOT / name).read_text("utf-8")):
            places = [ROOT / path, ROOT / "xlbp" / path, ROOT / "xlbp" / "workbook" / path]
            assert any(place.exists() for place in places), f"{name}: {path}"


@pytest.mark.parametrize("name", ALL)
def test_readme_names_each_template(name: str) -> None:
    """Every shipped template is in the README's table."""
    assert f"`{name}`" in README


CHOICES = {  # by the row of the README's table
    "layers": {*KINDS, *WITHOUT_BLOCK},
    "activations": set(ACTIVATIONS),
    "losses": set(LOSSES),
    "optimizers": set(OPTIMIZERS),
    "schedules": set(SCHEDULES),
    "initial weights": {name.partition("_")[0] for name in INITIAL},
}


@pytest.mark.parametrize("row", CHOICES)
def test_readme_lists_every_choice(row: str) -> None:
    """What a template may name is in the README's table of what there is to choose from."""
    found = re.search(rf"^\| {row} \| (.*) \|$", README, re.MULTILINE)
    assert found
    assert CHOICES[row] - set(re.findall(r"\w+", found[1])) == set()


def test_the_readmes_templates_load() -> None:
    """Both example templates of the README are complete and right."""
    blocks = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    assert [parse_template(block, "README", "example").kind for block in blocks] == ["network", "expression"]


def test_changelog_names_this_version() -> None:
    """The version in the package has its section in the changelog."""
    assert f"## {xlbp.__version__}" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_the_gallery_is_made_from_the_table_of_pictures() -> None:
    """docs/gallery.md is what the table says; each picture is there, small, and none is left over."""
    pictures = importlib.import_module("tools.pictures")
    assert (ROOT / "docs" / "gallery.md").read_text("utf-8") == pictures.page()
    images = {path.name: path.stat().st_size for path in (ROOT / "docs" / "images").glob("*.png")}
    assert set(images) == {picture.file for picture in pictures.PICTURES}
    assert {name: size for name, size in images.items() if size > pictures.MOST_BYTES} == {}


def test_pictures_exist() -> None:
    """Every picture and page the README points to is there."""
    targets = re.findall(r"\]\(((?:docs|templates|[A-Z]+\.md)[^)]*)\)", README)
    assert [target for target in targets if not (ROOT / target).exists()] == []


def test_languages_are_complete() -> None:
    """Each language file has the same keys, no text is empty, and the same things are filled in."""
    words = {
        language: tomllib.loads((ROOT / "xlbp" / "lang" / f"{language}.toml").read_text("utf-8"))
        for language in LANGUAGES
    }
    for tables in words.values():
        del tables["language"]
    shapes = {
        language: {f"{t}.{k}": sorted(re.findall(r"\{\w+\}", v)) for t, part in tables.items() for k, v in part.items()}
        for language, tables in words.items()
    }
    assert {language for language in LANGUAGES if shapes[language] != shapes["en"]} == set()
    assert all(v.strip() for tables in words.values() for part in tables.values() for v in part.values())


@pytest.mark.parametrize("name", ALL)
def test_templates_speak_every_language(name: str) -> None:
    """Title, summary, source and notes of every shipped template are there in each language."""
    template = load_template(name)
    for language in LANGUAGES:
        shown = in_language(template, load_texts(language))
        assert all(language in texts for texts in (shown.title, shown.summary, shown.source))
        assert len(shown.notes.get(language, ())) == len(shown.notes["en"])


@pytest.mark.parametrize("name", ALL)
def test_translations_have_the_same_figures(name: str) -> None:
    """Every number with a decimal point stands in each language as often: no figure is changed in one alone."""
    figures = {}
    for language, facts in LANGUAGES.items():
        shown = in_language(load_template(name), load_texts(language))
        said = " ".join([shown.title[language], shown.summary[language], *shown.notes.get(language, ())])
        written = re.findall(rf"(?<!\[)\b\d+{re.escape(facts.decimal)}\d+", re.sub(r"--set ('[^']*'|\S+)", "", said))
        figures[language] = sorted(number.replace(facts.decimal, ".") for number in written)
    assert {language for language in LANGUAGES if figures[language] != figures["en"]} == set()


def test_the_public_names_are_documented() -> None:
    """Every public name of the package can be imported and says what it is."""
    assert [name for name in xlbp.__all__ if name != "__version__" and not getattr(xlbp, name).__doc__] == []
