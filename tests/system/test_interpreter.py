"""The interpreter that our own processes run in."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import xlbp
from xlbp.system.interpreter import AS_PYTHON, python

PACKAGE = Path(xlbp.__file__).parent
SAY = "import sys; print(__name__, *sys.argv)"


@pytest.mark.parametrize(
    ("arguments", "argv0"),
    [(("-I", "-S", "-c", SAY), "-c"), (("-m", "said"), None), (("-I", "said.py"), "said.py")],
)
def test_a_build_runs_what_it_is_told_as_python_does(arguments, argv0, tmp_path):
    """Code, a module and a file are ``__main__`` and see their own arguments, whether Python runs them or a build."""
    (tmp_path / "said.py").write_text(SAY)
    build = f"import sys; sys.path[:0] = ['.', {str(PACKAGE.parent)!r}]; from xlbp.system import interpreter as i; "
    as_build = [sys.executable, "-c", build + "i.run_as_python(sys.argv[1:])", *arguments, "-I", "b c"]
    as_python = [sys.executable, *arguments, "-I", "b c"]
    said = [
        subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout.split(None, 2)
        for command in (as_build, as_python)
    ]
    assert [words[0] for words in said] == ["__main__"] * 2
    assert [words[2] for words in said] == ["-I b c\n"] * 2
    assert said[0][1] == (argv0 or said[0][1])


def test_only_a_build_is_asked_for_its_interpreter(monkeypatch):
    """A Python runs what follows its path; a build, which is no Python, is told that it is to be one."""
    assert python("-c", SAY) == [sys.executable, "-c", SAY]
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert python("-c", SAY) == [sys.executable, AS_PYTHON, "-c", SAY]


def test_every_process_of_ours_is_started_so():
    """No other module builds a command of the interpreter's path: it would start the whole program in a build."""
    users = {path.name for path in PACKAGE.rglob("*.py") if re.search(r"\bsys\.executable\b", path.read_text("utf-8"))}
    assert users == {"interpreter.py"}
