"""``xlbp export``: what is written, what is said of it, and what is refused."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from xlbp.cli import cli
from xlbp.errors import UsageError, WriteError
from xlbp.interchange.numpy_script import write
from xlbp.interchange.source import source_of

pytestmark = pytest.mark.whole_pictures  # other processes make and verify whole books


def run(*arguments: str | Path) -> Result:
    """A command that must succeed, or raises."""
    return CliRunner().invoke(cli, [str(a) for a in arguments], catch_exceptions=False, standalone_mode=False)


def test_what_is_said_tells_how_to_run_it(tmp_path: Path) -> None:
    """The path, the command that runs it with what that needs, and how many lines it prints; all of it is true."""
    path = tmp_path / "my mazur.py"
    told = run("export", "mazur", "--to", "numpy", "-o", path, "-n", "3").output.splitlines()
    assert told == [
        str(path),
        f"  run it: python '{path}'  (needs numpy)",
        "  prints 4 lines, each an iteration and its loss",
    ]
    ran = subprocess.run([sys.executable, str(path)], capture_output=True, text=True, check=True)
    assert [line.split()[0] for line in ran.stdout.splitlines()] == ["0", "1", "2", "3"]


def test_a_script_goes_to_output_unless_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The default is output/NAME-numpy.py; a file that is there stays, unless --force says otherwise."""
    monkeypatch.chdir(tmp_path)
    run("export", "xor", "--to", "numpy")
    assert (tmp_path / "output" / "xor-numpy.py").is_file()
    with pytest.raises(WriteError, match=r"xor-numpy\.py exists; give another name"):
        run("export", "xor", "--to", "numpy")
    run("export", "xor", "--to", "numpy", "--force")


def test_a_dash_prints_the_script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``-o -`` prints the script and nothing else, and writes no file."""
    monkeypatch.chdir(tmp_path)
    settings = ("training.learning_rate=0.25",)
    printed = run("export", "mazur", "--to", "numpy", "-o", "-", "--set", settings[0]).output
    assert printed == write(source_of("mazur", settings), 0).decode()
    assert "eta = 0.25\n" in printed
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("mazur", "--to", "numpy", "--iteration", "3"), "iteration goes with onnx"),
        (("mazur", "--to", "numpy", "-o", "-", "--iteration", "3"), "iteration goes with onnx"),
        (("no-such-template", "--to", "numpy"), "no-such-template"),
        (("mazur", "--to", "numpy", "-o", "mazur.txt"), "mazur.txt"),
    ],
)
def test_what_cannot_be_is_refused(
    arguments: tuple[str, ...], error: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A script has no iteration; a template must be there; a script's name ends in .py."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises((UsageError, WriteError)) as caught:
        run("export", *arguments)
    assert error in caught.value.at_the_command_line
    assert list(tmp_path.iterdir()) == []
