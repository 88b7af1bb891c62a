"""The command line of `xlbp new`: options, exit codes, what it prints."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from xlbp.template.load import load_template
from xlbp.template.network import Network

pytestmark = [pytest.mark.slow, pytest.mark.whole_pictures]  # whole books, or many processes

GOOD = '"a,b",c,t\n' + "".join(f"{i},{i * i % 5},{'pq'[i % 2]}\n" for i in range(8))


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, in a folder with d.csv."""
    (folder / "d.csv").write_text(GOOD, "utf-8")
    command = [sys.executable, "-m", "xlbp", "new", *arguments]
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", check=False, env=environment)


def network(path: Path) -> Network:
    """The network of a template."""
    model = load_template(str(path)).model
    assert isinstance(model, Network)
    return model


def test_every_option_reaches_the_template(tmp_path: Path) -> None:
    """Layers, activation, optimizer, iterations, batch and test set are as asked for."""
    options = "--hidden 3 --hidden 2 --activation relu --optimizer lion --iterations 7 --batch 2 --test 3 -o x.toml"
    done = run(tmp_path, "--from-csv", "d.csv", "--target", "t", "--inputs", '"a,b",c', *options.split())
    assert (done.returncode, done.stderr) == (0, "")
    template, model = load_template(str(tmp_path / "x.toml")), network(tmp_path / "x.toml")
    assert [(layer.units, layer.activation) for layer in model.layers[:-1]] == [(3, "relu"), (2, "relu")]
    assert (template.training.optimizer, template.training.iterations) == ("lion", 7)
    assert (model.batch, model.data.test, len(model.inputs[0])) == (2, 3, 2)
    assert done.stdout.splitlines()[0] == "x.toml"
    assert done.stdout.splitlines()[-1] == "next:  xlbp generate x.toml"


@pytest.mark.parametrize("hidden", [["4,3"], ["4", "--hidden", "3"], ["4, 3"], ["4x3"], ["(4,3)"], ["[4, 3,]"]])
def test_layers_stand_in_one_option_or_in_several(hidden: list[str], tmp_path: Path) -> None:
    """--hidden 4,3 is --hidden 4 --hidden 3, however others write it; the data need no option."""
    done = run(tmp_path, "d.csv", "--hidden", *hidden)
    assert (done.returncode, done.stderr) == (0, "")
    assert [layer.units for layer in network(tmp_path / "d.toml").layers] == [4, 3, 2]


def test_no_hidden_layer_and_the_whole_batch(tmp_path: Path) -> None:
    """--hidden 0 leaves the output layer alone, --batch all takes every sample, --test 0 keeps none."""
    done = run(tmp_path, "--from-csv", "d.csv", "--hidden", "0", "--batch", "all", "--test", "0", "--lang", "zh-TW")
    assert done.returncode == 0, done.stderr
    model = network(tmp_path / "d.toml")
    assert (len(model.layers), model.batch, model.data.test) == (1, 8, 0)
    assert "下一步" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--from-csv", "none.csv"], 3, "the data file 'none.csv' can't be read: no such file"),
        (["--from-csv", "d.csv", "--target", "tt"], 2, "has no column 'tt'"),
        (["--from-csv", "d.csv", "--inputs", "c,,t"], 2, "write the names of columns with commas between them"),
        (["--from-csv", "d.csv", "--optimizer", "adma"], 2, "unknown optimizer 'adma' (did you mean 'adam'?)"),
        (["--from-csv", "d.csv", "--activation", "softmax"], 2, "unknown activation 'softmax'"),
        (["--from-csv", "d.csv", "--batch", "0"], 2, "--batch 0: give a whole number of at least 1, or all"),
        (["--from-csv", "d.csv", "--test", "nan"], 2, "--test nan: give a share"),
        (["--from-csv", "d.csv", "-o", "d.csv"], 4, "d.csv is your data"),
        (["--from-csv", "d.csv", "-o", "d.txt"], 2, "the name must end in .toml"),
        (["--from-csv", "d.csv", "-o", "no/d.toml"], 4, "does not exist"),
        (["--from-csv", "d.csv", "-o", "d\n.toml"], 2, "is no name for a template"),
        (["net.pt"], 2, "'net.pt' holds a trained model; give a file of data, as CSV"),
        (["d.toml"], 2, "'d.toml' is a template already: xlbp generate d.toml makes its workbook"),
        (["."], 2, "'.' is a folder; give a file of data"),
        (["old.xls"], 2, "'old.xls' is a workbook; save it as CSV or .xlsx, then xlbp new makes"),
        (["d.csv", "--from-csv", "d.csv"], 2, "the data are given twice"),
        (["d.csv", "--hidden", "4.5"], 2, "--hidden 4.5: give the units of each hidden layer, as in --hidden 4 or"),
        (["d.csv", "--hidden", "-3"], 2, "--hidden -3: give the units"),
        (["d.csv", "--hidden", "4,0"], 2, "--hidden 0: a layer has at least 1 unit"),
        (["--target", "t"], 2, "--target goes with --from-csv FILE"),
    ],
)
def test_exit_codes(tmp_path: Path, arguments: list[str], code: int, said: str) -> None:
    """Each fault has its code and one line on stderr; nothing is written."""
    done = run(tmp_path, *arguments)
    assert (done.returncode, said in done.stderr, done.stderr.count("\n")) == (code, True, 1), done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["d.csv"]


def test_an_existing_template_is_kept(tmp_path: Path) -> None:
    """A second run is refused with code 4, and with --force it replaces."""
    assert run(tmp_path).returncode == 0
    before = (tmp_path / "my-network.toml").read_bytes()
    again = run(tmp_path, "--hidden", "2")
    assert (again.returncode, "--force" in again.stderr) == (4, True)
    assert (tmp_path / "my-network.toml").read_bytes() == before
    assert run(tmp_path, "--hidden", "2", "--force").returncode == 0
    assert network(tmp_path / "my-network.toml").layers[0].units == 2
