"""What a reader downloads or opens of each template: its live page, workbook, exercise and notes, and the pictures.

Made by xlbp's own verbs, as a reader would.  What is made of a state of the sources stays until they change, so that a
second ``make site`` only writes pages.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import xlbp
from tools.site.course import ROOT
from xlbp.errors import UsageError
from xlbp.livepage.browser import COMMANDS

TAKES = ("xlbp", "templates", "tools/site/made.py", "tools/site/told.py")  # what is made depends on these
BLANKS = ("gradients", "update", "forward")  # of an exercise, the first of which marks can tell right from wrong
VIEWS = ("network", "charts")  # of a live page, of which pictures are taken
WIDTH, HEIGHT, QUALITY = 900, 560, 82  # of a picture, at most; of its compression
STAY = "document.querySelector('.top').style.position = 'static'"  # what follows the reader would lie upon a picture
STAMP = "made-of"


@dataclass(frozen=True)
class Facts:
    """How many cells of the workbook were compared, and what its page tells: a :class:`tools.site.told.Told`, plain."""

    cells: int
    told: dict[str, Any]
    blank: str  # what the exercise asks for


@dataclass(frozen=True)
class Files:
    """Where the files of one template in one language lie; the same names in every language."""

    folder: Path
    name: str

    @property
    def live(self) -> Path:
        """The live page."""
        return self.folder / "live" / f"{self.name}.html"

    @property
    def book(self) -> Path:
        """The workbook."""
        return self.folder / "files" / f"{self.name}.xlsx"

    @property
    def exercise(self) -> Path:
        """The exercise."""
        return self.folder / "files" / f"{self.name}-exercise.xlsx"

    @property
    def notes(self) -> Path:
        """The teacher's notes."""
        return self.folder / "files" / f"{self.name}-notes.md"

    @property
    def facts_file(self) -> Path:
        """What was noted when they were made; no reader's, so it lies apart."""
        return self.folder.parent / "facts" / self.folder.name / f"{self.name}.json"

    def picture(self, view: str) -> Path:
        """A view of the live page as a picture; not every template has each."""
        return self.folder / "pictures" / f"{self.name}-{view}.webp"

    @property
    def facts(self) -> Facts:
        """What was noted when they were made."""
        return Facts(**json.loads(self.facts_file.read_text("utf-8")))


def digest() -> str:
    """Of the sources that the files are made from."""
    total = hashlib.sha256()
    for place in (ROOT / name for name in TAKES):
        for path in [place] if place.is_file() else sorted(place.rglob("*.*")):
            if path.is_file() and path.suffix != ".pyc":
                total.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    return total.hexdigest()


def make_all(folder: Path, names: Sequence[str], languages: Iterable[str], jobs: int | None = None) -> None:
    """Make what is missing in ``folder``, a folder for each language in it."""
    stamp = folder / STAMP
    if not stamp.exists() or stamp.read_text("utf-8") != digest():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        stamp.write_text(digest(), "utf-8")
    every = [(Files(folder / language, name), language) for name in names for language in languages]
    missing = [(files, language) for files, language in every if not files.facts_file.exists()]
    with ProcessPoolExecutor(jobs) as pool:
        list(pool.map(_make, *zip(*missing, strict=True)) if missing else ())
    take_pictures([files for files, _ in every])


def _make(files: Files, language: str) -> None:
    """All files of one template but its pictures; the facts come last, and say that the others are whole."""
    from tools.site.told import told

    for path in (files.live, files.book, files.facts_file):
        path.parent.mkdir(parents=True, exist_ok=True)
    xlbp.page(files.name, files.live, language=language, force=True)
    made = xlbp.generate(files.name, files.book, language=language, force=True, notes=True)
    checked = sum(report.checked for report in made.reports)
    noted = Facts(checked, asdict(told(files.name, language)), _exercise(files, language))
    files.facts_file.write_text(json.dumps(asdict(noted)), "utf-8")


def _exercise(files: Files, language: str) -> str:
    """Make the exercise, and return what it asks for: at a corner of ReLU marks of gradients would know no answer."""
    for blank in BLANKS:
        with suppress(UsageError):
            xlbp.exercise(files.name, blank, files.exercise, language=language, force=True)
            return blank
    raise UsageError(f"{files.name}: no exercise can be made of {', '.join(BLANKS)}")


def take_pictures(every: Sequence[Files]) -> None:
    """The views of each live page as a browser draws them."""
    missing = [files for files in every if not files.picture(VIEWS[0]).exists()]
    if not missing:
        return
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        own = next(filter(None, map(shutil.which, COMMANDS)), None)
        browser = playwright.chromium.launch(executable_path=own, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDTH, "height": 1000}, reduced_motion="reduce")
        for files in missing:
            files.picture(VIEWS[0]).parent.mkdir(parents=True, exist_ok=True)
            page.goto(files.live.resolve().as_uri())
            page.evaluate(STAY)
            for view in VIEWS:
                _take(page, view, files.picture(view))
        browser.close()


def _take(page: Any, view: str, path: Path) -> None:
    """One view, its upper part where it is long."""
    from PIL import Image

    tab = page.locator(f"#tab-{view}")
    if not tab.count():
        return
    tab.click()
    drawn = page.locator(f"#view-{view} > .picture")  # a network's units and lines; its arrays stand below
    shown = drawn.first if drawn.count() else page.locator(f"#view-{view}")
    shot = Image.open(BytesIO(shown.screenshot()))
    shot.crop((0, 0, shot.width, min(shot.height, HEIGHT))).save(path, quality=QUALITY, method=6)
