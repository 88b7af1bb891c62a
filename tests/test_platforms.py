"""The command line where nothing forks, POSIX's modules are missing, and an open file can't be replaced.

Windows and macOS themselves are for the CI; here Linux is made to refuse what they refuse (:mod:`tests.elsewhere`).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.elsewhere import environment_of_elsewhere
from xlbp.classroom.exercise.roster import read_roster

pytestmark = [
    pytest.mark.whole_pictures,
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="asks Linux what a process has open"),
]

ROOT = Path(__file__).resolve().parent.parent
TINY = """[network]
[[network.layers]]
units = 1
activation = "sigmoid"
weights = [[0.1]]
[data]
inputs = [[1]]
targets = [[0]]
[training]
iterations = 2
learning_rate = 0.5
"""
SEVERAL = """
import json, sys
from xlbp.cli import main

if __name__ == "__main__":
    for arguments in json.loads(sys.argv[1]):
        sys.argv = ["xlbp", *arguments]
        try:
            main()
        except SystemExit as end:
            print("code", end.code, flush=True)
"""


class Elsewhere:
    """A folder with blanks and Chinese in its name, and commands one after the other in one process."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.temporary, self.shim = folder / "my 作业 folder", folder / "tmp", folder / "shim"
        for path in (self.folder, self.temporary, self.shim):
            path.mkdir()
        self.environment = {**os.environ, "TMPDIR": str(self.temporary), "PYTHONIOENCODING": "cp1252"}
        more = environment_of_elsewhere(self.shim)
        self.environment |= {**more, "PYTHONPATH": os.pathsep.join([more["PYTHONPATH"], str(ROOT)])}
        (self.shim / "several.py").write_text(SEVERAL, "utf-8")
        for name in ("一.toml", "two words.toml"):
            (self.folder / name).write_text(TINY, "utf-8")

    def run(self, *commands: tuple[str, ...]) -> tuple[list[int], str, str]:
        """The exit codes, and what was said on both streams."""
        done = subprocess.run(
            [sys.executable, str(self.shim / "several.py"), json.dumps(commands)],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            check=False,
            timeout=120,
        )
        out, err = done.stdout.decode("cp1252"), done.stderr.decode("cp1252")
        return [int(line.split()[1]) for line in out.splitlines() if line.startswith("code ")], out, err

    def left(self) -> tuple[str, list[Path]]:
        """Files that were open when they were to be replaced or removed; and what lies in the temporary folder."""
        return (self.shim / "held").read_text("utf-8"), list(self.temporary.iterdir())


@pytest.fixture
def elsewhere(tmp_path: Path) -> Elsewhere:
    """An empty place that is not Linux."""
    return Elsewhere(tmp_path)


def test_the_shim_refuses(elsewhere: Elsewhere) -> None:
    """Without what Linux has: no fork, no resource, and an open file that is replaced is named."""
    tried = """
import os
assert not hasattr(os, "fork")
try:
    import resource
except ImportError:
    print("absent")
with open("a", "w"), open("b", "w"):
    pass
with open("a"):
    try:
        os.replace("b", "a")
    except PermissionError:
        print("held")
os.replace("b", "a")
"""
    done = subprocess.run(
        [sys.executable, "-c", tried], cwd=elsewhere.folder, env=elsewhere.environment, capture_output=True, check=False
    )
    assert (done.stdout.split(), done.stderr) == ([b"absent", b"held"], b"")
    assert elsewhere.left() == ("replace a\n", [])


@pytest.mark.slow
def test_books_are_made_and_verified_elsewhere(elsewhere: Elsewhere) -> None:
    """Several books by several processes, their verification, an audit's copy, a trace, a derivation."""
    books = ("b/一.xlsx", "b/two words.xlsx")
    codes, out, err = elsewhere.run(
        ("generate", "一.toml", "two words.toml", "-o", "b", "--jobs", "2"),
        ("verify", *books, "--jobs", "2"),
        ("audit", books[1], "--annotate", "marked.xlsx"),
        ("trace", "一.toml", "-o", "t.csv"),
        ("explain", books[0], "dW1[1,1]"),
    )
    assert (codes, err) == ([0] * 5, ""), out
    assert "2 of 2 workbooks made" in out
    assert "2 of 2 workbooks agree" in out
    assert elsewhere.left() == ("", [])


@pytest.mark.slow
def test_a_class_is_examined_elsewhere(elsewhere: Elsewhere) -> None:
    """A class's exercises by two processes, two students of one name in another case, and their marks."""
    names = ["Li", "li", "CON", "Ann Lee", "王小明", "Zoë", "Bo", "Cy"]
    (elsewhere.folder / "class.csv").write_text("name\n" + "\n".join(names) + "\n", "utf-8")
    asked = "exercise 一.toml --blank gradients --roster class.csv -o ex --solution --jobs 2"
    marked = "mark ex-solutions --roster class.csv -o m.csv --exercise ex.exercise.json --jobs 2"
    codes, out, err = elsewhere.run(tuple(asked.split()), tuple(marked.split()))
    assert (codes, err) == ([0, 0], ""), out
    stems = {student.stem for student in read_roster(elsewhere.folder / "class.csv")}
    assert {path.stem for path in (elsewhere.folder / "ex").iterdir()} == stems
    assert len({stem.casefold() for stem in stems}) == len(names)
    assert "8 marked" in out
    assert elsewhere.left() == ("", [])


def test_an_engine_that_is_missing_is_told_with_its_variable(elsewhere: Elsewhere) -> None:
    """Where LibreOffice is neither on the PATH nor in its usual place, the remedy names the variable."""
    elsewhere.environment["PATH"] = str(elsewhere.folder)
    codes, _, err = elsewhere.run(
        ("generate", "一.toml", "--no-verify"), ("verify", "output/一.xlsx", "--engine", "libreoffice")
    )
    assert codes == [0, 5]
    assert "soffice was not found; install LibreOffice" in err
    assert "XLBP_SOFFICE" in err
