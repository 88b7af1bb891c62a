"""docs/check.md is true: its scripts run, and its commands say what it quotes."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.checking.plugin import ROOT, with_plugin

pytestmark = pytest.mark.whole_pictures  # other processes make and verify whole books

GUIDE = (ROOT / "docs" / "check.md").read_text("utf-8")
SCRIPTS = re.findall(r"^```python (\S+)\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
RUNS = [
    (command, output.splitlines())
    for block in re.findall(r"^```console\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
    for command, output in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE)
]
PYTHON = {"python": [sys.executable], "xlbp": [sys.executable, "-m", "xlbp"]}


def plain(line: str) -> str:
    """A line without its margin; roundings differ from machine to machine."""
    return re.sub(r"\d(\.\d)?e-1[3-6]", "…", line.strip())


@pytest.mark.slow
def test_the_walk_is_what_happens(tmp_path: Path) -> None:
    """Each script runs in an empty folder, each command after the other, and each quoted line is said."""
    for name, text in SCRIPTS:
        (tmp_path / name).write_text(text, "utf-8")
    assert (len(SCRIPTS), len(RUNS)) == (4, 6)
    environment = with_plugin()
    for command, quoted in RUNS:
        program, *arguments = shlex.split(command)
        run = [*PYTHON[program], *arguments]
        done = subprocess.run(run, cwd=tmp_path, env=environment, capture_output=True, encoding="utf-8", check=False)
        said = [plain(line) for line in done.stdout.splitlines()]
        assert [line for line in quoted if plain(line) not in said] == [], done.stdout + done.stderr
