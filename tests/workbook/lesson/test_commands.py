"""Commands that a book tells: each can be typed as it stands, and does what is said."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

import xlbp
from tests.teaching import cells_of, laid_out, page_of, shown
from xlbp.cli import cli
from xlbp.template.load import load_template
from xlbp.template.network import Network
from xlbp.workbook.lesson import commands
from xlbp.workbook.sheets.prose import TEXT

ROWS = ("54,2,210", "70,3,250", "90,4,330", "40,1,150", "65,3,240", "80,3,300")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to type commands in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def typed(command: str, *more: str) -> None:
    """Run a command as a person types it, which must succeed."""
    program, *arguments = shlex.split(command)
    assert program == "xlbp"
    done = CliRunner().invoke(cli, [*arguments, *more])
    assert done.exit_code == 0, done.output


def trained(path: Path | str, *overrides: str) -> set[str]:
    """The parameters that a template trains."""
    return set(load_template(str(path), overrides).parameter_order)


@pytest.mark.slow
def test_data_of_ones_own_become_a_book(folder: Path) -> None:
    """A table as Start describes it, the first command, the second: there is a book; then one of another size."""
    assert commands.SAMPLE in ROWS
    data, size = commands.OF_DATA, commands.OF_SIZE
    (folder / data["csv"]).write_text("\n".join([commands.COLUMNS, *ROWS]) + "\n", "utf-8")
    typed(data["new"])
    lines = (folder / data["toml"]).read_text("utf-8").splitlines()
    assert all(any(line.startswith(size[key]) for line in lines) for key in ("units", "activation"))
    typed(data["generate"], "-n", "1")
    assert (folder / data["book"]).is_file()
    typed(size["new"])
    model = load_template(size["toml"]).model
    assert isinstance(model, Network)
    assert [(layer.units, layer.activation) for layer in model.layers[:-1]] == [(6, "relu"), (3, "relu")]
    typed(size["generate"], "-n", "1")


@pytest.mark.slow
def test_a_formula_of_ones_own_becomes_a_book(folder: Path) -> None:
    """The lines of Start in a file, and the command beside them."""
    (folder / commands.OF_FORMULA["toml"]).write_text("\n".join(commands.FORMULA_LINES), "utf-8")
    typed(commands.OF_FORMULA["generate"])
    assert (folder / "output" / "my-formula.xlsx").is_file()


@pytest.mark.slow
def test_biases_that_stand_still_are_trained_by_the_command(folder: Path) -> None:
    """mazur's own biases are frozen: the command that its book tells makes one in which both are parameters."""
    command = commands.train_all(laid_out("mazur", 100))
    assert command is not None
    typed(command, "-n", "1")
    assert (folder / "output" / "mazur.xlsx").is_file()
    overrides = tuple(re.findall(r"--set (\S+)", command))
    assert trained("mazur", *overrides) - trained("mazur") == {"b1", "b2"}


@pytest.mark.parametrize("name", ["edge-detector", "attention-formula", "xor", "lstm"])
def test_where_all_is_trained_no_command_is_told(name: str) -> None:
    """A book without frozen parameters, or without layers, has nothing to thaw."""
    contents = laid_out(name, 1)
    is_network = contents.template.kind == "network"
    assert not is_network or commands.train_all(contents) is None


def test_frozen_weights_are_trained_by_the_command() -> None:
    """What ``frozen`` names is trained with an empty list, beside the settings that the book was made with."""
    contents = laid_out("xor", 1, ('network.layers.1.frozen=["weights"]',))
    command = commands.train_all(contents)
    assert command is not None
    settings = [argument for argument in shlex.split(command) if "=" in argument]
    assert settings[0] == 'network.layers.1.frozen=["weights"]'
    assert trained("xor", *settings) == trained("xor")


@pytest.mark.parametrize("name", ["mazur", "iris", "xor", "relu-softmax-three-layer"])
def test_another_activation_can_be_had(name: str) -> None:
    """The setting that is told gives the first hidden layer another activation."""
    contents = laid_out(name, 1)
    command = commands.other_activation(contents)
    assert command is not None
    settings = tuple(re.findall(r"--set (\S+)", command))
    layer = load_template(name, settings).model.layers[0]
    assert layer.activation not in (contents.network.layers[0].activation, "identity")


def test_start_tells_the_commands() -> None:
    """Each stands on Start: data, size, activation and biases of a network, the lines of a formula."""
    mazur, formula = (cells_of(page_of(shown(name), "start")) for name in ("mazur", "into-backprop"))
    told = " ".join(str(text) for (_, column), text in mazur.items() if column == TEXT)
    contents = shown("mazur").contents
    of_network = (commands.train_all(contents), commands.other_activation(contents))
    for command in (commands.OF_DATA["new"], commands.OF_DATA["generate"], commands.OF_SIZE["new"], *of_network):
        assert str(command) in told
    assert set(commands.FORMULA_LINES) <= set(map(str, formula.values()))


@pytest.mark.parametrize(("name", "other"), [("xor", "xor-without-hidden"), ("mazur", None)])
def test_a_book_that_the_reader_has_not_is_called_a_template(name: str, other: str | None) -> None:
    """Where notes name another template, Start says how to make its book."""
    assert commands.mentioned(laid_out(name, 1)) == other


def test_the_bias_prediction_tells_how_to_train_it() -> None:
    """In mazur the answer on the bias ends with the command, in the words too."""
    cells = cells_of(page_of(shown("mazur", 100), "start"))
    command = str(commands.train_all(shown("mazur", 100).contents))
    assert any(command in str(text) and str(text).startswith("Answer") for text in cells.values())
    words = cells_of(page_of(shown("mazur"), "words"))
    assert any("network.layers.1.bias_trainable=true" in str(text) for text in words.values())


def test_the_readme_installs_in_the_same_way() -> None:
    """Python's version is that of the package, and the README has the command for systems that refuse the plain one."""
    root = Path(xlbp.__file__).parent.parent
    assert f'requires-python = ">={commands.INSTALLING["python"]}"' in (root / "pyproject.toml").read_text("utf-8")
    assert commands.INSTALL[-1] in (root / commands.INSTALLING["readme"]).read_text("utf-8")
