"""Locales that are really there: the system's own, or made for the tests, or the tests say so."""

from __future__ import annotations

import locale
import os
import shutil
import subprocess
from pathlib import Path

import pytest

COMMA = ("de_DE.UTF-8", "tr_TR.UTF-8")  # a decimal comma, and in Turkish an i of its own
NAMES = (*COMMA, "zh_CN.UTF-8")


def is_installed(name: str) -> bool:
    """Whether the C library knows the locale; it takes an unknown one for C without a word."""
    before = locale.setlocale(locale.LC_ALL)
    try:
        locale.setlocale(locale.LC_ALL, name)
    except locale.Error:
        return False
    finally:
        locale.setlocale(locale.LC_ALL, before)
    return True


def environment_of(name: str, folder: Path) -> dict[str, str]:
    """What sets the locale for a command; one that is not installed is made in the folder, where localedef can.

    Without it the test is left out, but in CI, where nothing may be left out, it fails.
    """
    chosen = {"LC_ALL": name, "LANG": name}
    if name in ("C", "POSIX", "C.UTF-8") or is_installed(name):
        return chosen
    made = folder / name
    if not made.exists() and shutil.which("localedef"):
        command = ["localedef", "-i", name.partition(".")[0], "-f", "UTF-8", str(made)]
        subprocess.run(command, check=False, capture_output=True)
    if (made / "LC_NUMERIC").is_file():
        return {**chosen, "LOCPATH": str(folder)}
    words = f"the locale {name} is neither installed nor to be made: `make office` installs what it needs"
    if os.environ.get("CI"):
        pytest.fail(words)
    pytest.skip(words)
