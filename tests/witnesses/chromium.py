"""Chromium without a window, and pages in it that a busy machine may take its time over."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, expect, sync_playwright

from xlbp.livepage.browser import COMMANDS, SANDBOXED

LONG = 60_000  # milliseconds that a busy machine may take


@contextmanager
def launched() -> Iterator[Browser]:
    """A browser, closed in the end."""
    own = next(filter(None, map(shutil.which, COMMANDS)))
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=own, args=[SANDBOXED])
        yield chromium
        chromium.close()


def patient(page: Page) -> Page:
    """The page, of which each step and each expectation may take `LONG`."""
    page.set_default_timeout(LONG)
    expect.set_options(timeout=LONG)
    return page
