"""A headless Chromium that opens a page, types numbers into it, and tells what its script computes of them."""

from __future__ import annotations

import base64
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from xlbp.errors import EngineError, worded

if TYPE_CHECKING:
    from playwright.sync_api import Page

NAME = "chromium"
COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
PATIENCE = 120_000  # milliseconds, for a page to do what it is asked
SANDBOXED = "--no-sandbox"  # which root has to go without
TYPE = "numbers => { window.xlbp.type(numbers); return window.xlbp.rows(); }"


class Opened(NamedTuple):
    """The rows of a page for each set of numbers, (iterations + 1, columns), and what its script complained of."""

    rows: list[NDArray[np.float64]]
    complaints: list[str]


def rows_of(path: Path, columns: int, trials: Sequence[Mapping[str, float]]) -> Opened:
    """Open a page as a reader does, type each set of numbers, and take its rows.

    In a thread of its own, for a notebook's has a loop of events already.  Raises EngineError if there is no browser,
    or it fails.
    """
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(_rows_of, path, columns, trials).result()


def _rows_of(path: Path, columns: int, trials: Sequence[Mapping[str, float]]) -> Opened:
    complaints: list[str] = []
    with _opened(path, complaints) as page:
        found = [np.frombuffer(base64.b64decode(page.evaluate(TYPE, dict(trial)))) for trial in trials]
    return Opened([rows.reshape(-1, columns) for rows in found], complaints)


@contextmanager
def _opened(path: Path, complaints: list[str]) -> Iterator[Page]:
    try:
        from playwright.sync_api import Error, sync_playwright  # noqa: PLC0415 - needed by nothing else
    except ImportError:
        remedy = worded("pip install 'xlbp[page]'", "pip install 'xlbp[page]'")
        raise EngineError(f"to open the page in a browser takes Playwright, which is not installed; {remedy}") from None
    own = next(filter(None, map(shutil.which, COMMANDS)), None)
    flags = [SANDBOXED] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=own, args=flags)
            try:
                page = browser.new_page()
                page.set_default_timeout(PATIENCE)
                page.on("pageerror", lambda error: complaints.append(str(error)))
                page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
                page.goto(path.resolve().as_uri())
                yield page
            finally:
                browser.close()
    except Error as error:
        said = " ".join(str(error).split())[:160]
        raise EngineError(
            f"Chromium could not open {path} ({said}); install it, on Debian apt-get install chromium"
        ) from None
