"""Runs the command many times in forked processes: with everything imported, a run costs what its work costs.

A line of JSON on stdin asks for a run; a line on stdout says how it ended.  ``signal`` is sent ``delay`` seconds after
the start.  The process is forked, so the command runs as it does from a shell but for the loading of modules.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import traceback
from pathlib import Path
from typing import Any, NoReturn

import rich.table  # noqa: F401  # loaded once, for all
from openpyxl import load_workbook  # noqa: F401

import xlbp.pipeline
import xlbp.verification.report  # noqa: F401
from xlbp.__main__ import main


def child(job: dict[str, Any]) -> NoReturn:
    """The command, in its folder and environment, its words into files."""
    code: object = 99
    try:
        os.setsid()
        os.chdir(job["folder"])
        os.environ.clear()
        os.environ.update(job["environment"])
        for number, path in ((1, job["out"]), (2, job["err"])):
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            os.dup2(handle, number)
            os.close(handle)
        if most := job.get("file_size"):
            import resource

            resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
        sys.argv = ["xlbp", *job["arguments"]]
        sys.stdout, sys.stderr = open(1, "w", encoding="utf-8"), open(2, "w", encoding="utf-8")  # noqa: SIM115
        signal.signal(signal.SIGINT, signal.default_int_handler)  # as Python starts
        main()
    except SystemExit as end:
        code = 0 if end.code is None else end.code
    except BaseException:
        traceback.print_exc()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        traceback.print_exc()
    os._exit(code if isinstance(code, int) else 1)


def run(job: dict[str, Any]) -> dict[str, Any]:
    """One run, from fork to end."""
    pid = os.fork()
    if pid == 0:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # before a line of ours is run
        child(job)
    if job.get("signal"):
        time.sleep(job["delay"])
        os.kill(pid, job["signal"])
    _, status, used = os.wait4(pid, 0)
    words = [Path(job[key]) for key in ("out", "err")]  # a device says nothing, or never stops
    out, err = (path.read_text("utf-8", "replace") if path.is_file() else "" for path in words)
    busy = used.ru_utime + used.ru_stime  # its own and its children's: what else the machine does is not in it
    return {"code": os.waitstatus_to_exitcode(status), "out": out, "err": err, "busy": busy}


def serve() -> None:
    """Answer line by line until stdin closes."""
    for line in sys.stdin:
        print(json.dumps(run(json.loads(line))), flush=True)


if __name__ == "__main__":
    serve()
