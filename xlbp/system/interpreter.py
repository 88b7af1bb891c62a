"""The interpreter that this program runs in, to run something else with it in another process.

A self-contained build has no ``python`` beside it: there the program itself runs what it is told in Python's words.
"""

from __future__ import annotations

import runpy
import sys
from collections.abc import Sequence
from itertools import dropwhile

AS_PYTHON = "--as-python"  # the first argument of a build that is to be an interpreter


def python(*arguments: str) -> list[str]:
    """The command that runs Python with these arguments: options, then ``-c CODE``, ``-m MODULE`` or a file."""
    return [sys.executable, *((AS_PYTHON,) if is_build() else ()), *arguments]


def is_build() -> bool:
    """Whether this is a self-contained build."""
    return bool(getattr(sys, "frozen", False))


def run_as_python(arguments: Sequence[str]) -> None:
    """Run what :func:`python` was told: ``-c CODE``, ``-m MODULE`` or a file, with its own arguments.

    ``-I`` and ``-S`` before it keep out a user's folder and a site, which a build has not got.
    """
    what, *rest = dropwhile({"-I", "-S"}.__contains__, arguments)
    if what == "-c":
        sys.argv[:] = [what, *rest[1:]]
        exec(compile(rest[0], "<string>", "exec"), {"__name__": "__main__"})
    elif what == "-m":
        sys.argv[:] = rest
        runpy.run_module(rest[0], run_name="__main__", alter_sys=True)
    else:
        sys.argv[:] = [what, *rest]
        runpy.run_path(what, run_name="__main__")
