"""Runs an office program in a process group of its own, with a time limit and nothing left behind."""

from __future__ import annotations

import math
import os
import shutil
import signal
import subprocess
import zipfile
from collections.abc import Sequence
from pathlib import Path

from xlbp.errors import EngineError

ENVIRONMENT_PREFIX = "XLBP_"  # XLBP_SOFFICE, XLBP_SSCONVERT name a program; XLBP_TIMEOUT the seconds
TIMEOUT = 600.0


def find_program(names: Sequence[str], remedy: str) -> str:
    """The path of the first program there is.  Raises EngineError with the remedy if there is none."""
    override = os.environ.get(ENVIRONMENT_PREFIX + names[0].upper())
    for name in [override] if override else names:
        if path := shutil.which(name):
            return path
    raise EngineError(f"{override or names[0]} was not found; {remedy}")


def timeout() -> float:
    """How long a program may take, in seconds."""
    given = os.environ.get(ENVIRONMENT_PREFIX + "TIMEOUT", str(TIMEOUT))
    try:
        seconds = float(given)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < math.inf:
        raise EngineError(f"XLBP_TIMEOUT is {given!r}, but must be a number of seconds above 0")
    return seconds


def run(command: Sequence[str], label: str, result: Path) -> None:
    """Run a command that must leave a non-empty ``result``: an exit code of 0 alone proves nothing."""
    limit = timeout()
    try:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
        )
    except OSError as error:
        raise EngineError(f"{label} can't be started: {(error.strerror or str(error)).lower()}") from None
    try:
        output, _ = process.communicate(timeout=limit)
    except subprocess.TimeoutExpired:
        raise EngineError(f"{label} did not finish within {limit:g} seconds; XLBP_TIMEOUT sets another limit") from None
    finally:
        _end(process)
    if not zipfile.is_zipfile(result):
        said = output.decode("utf-8", "replace").strip().splitlines()
        last = f": {said[-1][:200]}" if said else ""
        raise EngineError(f"{label} ended with code {process.returncode} and wrote no workbook{last}")


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the whole group: soffice is a script that starts the real program."""
    if hasattr(os, "killpg"):
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            process.kill()
    else:
        process.kill()
    process.wait()
    if process.stdout:
        process.stdout.close()
