"""What a reader downloads or opens of each template: its live page, workbook, exercise and notes, and the pictures.

A template is compiled and trained once for all languages.  Files stay until what they are made of changes, and pictures
as long as the live page is the same, so that a second ``make site`` makes what has changed.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import xlbp
from tools.site.course import HERE, HOME, ROOT
from tools.site.told import told
from xlbp import load_template
from xlbp.errors import UsageError
from xlbp.expectation.book import Book, expect
from xlbp.expectation.contents import lay_out_one
from xlbp.livepage.browser import COMMANDS, SANDBOXED
from xlbp.livepage.contents import PageContents
from xlbp.livepage.html import html
from xlbp.pipeline import put_in_place, write_notes
from xlbp.results import silent

TEMPLATES = ROOT / "templates"
OF_NO_FILE = frozenset({".pyc", ".toml"})  # compiled code; words, of which each language has its own
WITHOUT = frozenset({"auditing", "checking", "cli", "interchange", "several", "starter", "studio", "verbs"})  # of xlbp
BLANKS = ("gradients", "update", "forward")  # of an exercise, the first of which marks can tell right from wrong
VIEWS = ("network", "charts")  # of a live page, of which pictures are taken
WIDTH, HEIGHT, QUALITY = 900, 560, 82  # of a picture, at most; of its compression
STAY = "document.querySelector('.top').style.position = 'static'"  # what follows the reader would lie upon a picture


@dataclass(frozen=True)
class Facts:
    """What was noted when files were made: of what, and what their page tells (:class:`tools.site.told.Told`)."""

    made_of: str
    cells: int  # of the workbook that were compared
    told: dict[str, Any]
    blank: str  # what the exercise asks for


@dataclass(frozen=True)
class Files:
    """Where the files of one template in one language lie; the same names in every language."""

    folder: Path
    name: str

    @property
    def language(self) -> str:
        """The language they are in."""
        return self.folder.name

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
        return self.folder.parent / "facts" / self.language / f"{self.name}.json"

    @property
    def drawn_file(self) -> Path:
        """Of which live page the pictures were taken."""
        return self.facts_file.with_suffix(".drawn")

    def picture(self, view: str) -> Path:
        """A view of the live page as a picture; not every template has each."""
        return self.folder / "pictures" / f"{self.name}-{view}.webp"

    @property
    def facts(self) -> Facts:
        """What was noted when they were made."""
        return Facts(**json.loads(self.facts_file.read_text("utf-8")))

    def are_made(self) -> bool:
        """Whether they are there, but for the pictures, as they would be made now."""
        return self.facts_file.exists() and self.facts.made_of == digest(self.name, self.language)

    def are_drawn(self) -> bool:
        """Whether there are pictures of this very live page."""
        return self.drawn_file.exists() and self.drawn_file.read_text("utf-8") == self.digest_of_live()

    def digest_of_live(self) -> str:
        """Of the live page."""
        return hashlib.sha256(self.live.read_bytes()).hexdigest()


def digest(name: str, language: str) -> str:
    """Of what the files of a template in a language are made from: code, the template with its data, words."""
    template = TEMPLATES / f"{name}.toml"
    text = template.read_text("utf-8")
    data = [path for path in sorted((TEMPLATES / "data").iterdir()) if path.name in text]
    words = [ROOT / "xlbp" / "lang" / f"{code}.toml" for code in sorted({HOME, language})]
    total = hashlib.sha256(_digest_of_code().encode())
    for path in filter(Path.is_file, (template, TEMPLATES / language / template.name, *data, *words)):
        total.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    return total.hexdigest()


@cache
def _digest_of_code() -> str:
    total = hashlib.sha256()
    for path in sorted([*(ROOT / "xlbp").rglob("*.*"), HERE / "made.py", HERE / "told.py"]):
        place = path.relative_to(ROOT)
        if path.suffix not in OF_NO_FILE and place.parts[1] not in WITHOUT:
            total.update(place.as_posix().encode() + path.read_bytes())
    return total.hexdigest()


def make_all(folder: Path, names: Sequence[str], languages: Sequence[str], jobs: int | None = None) -> None:
    """Make in ``folder``, a folder for each language in it, what is not there as the sources would make it now."""
    lessons = [[Files(folder / language, name) for language in languages] for name in names]
    stale = [[files for files in lesson if not files.are_made()] for lesson in lessons]
    with ProcessPoolExecutor(jobs) as pool:
        list(pool.map(_make_lesson, [lesson for lesson in stale if lesson]))
        every = [files for lesson in lessons for files in lesson]
        undrawn = [files for files in every if not files.are_drawn()]
        share = -(-len(undrawn) // (jobs or os.cpu_count() or 1)) or 1
        list(pool.map(take_pictures, [undrawn[at : at + share] for at in range(0, len(undrawn), share)]))


def _make_lesson(every: Sequence[Files]) -> None:
    """The files of one template in several languages, but its pictures: it is compiled and trained once."""
    template, first = load_template(every[0].name), None
    for files in every:
        layout = lay_out_one(template, files.language, like=first.layout if first else None)
        book = expect(layout, own=first)
        first = first or book
        _make(files, book)


def _make(files: Files, book: Book) -> None:
    """All files of one template in a language; the facts come last, and say that the others are whole."""
    for path in (files.live, files.book, files.facts_file):
        path.parent.mkdir(parents=True, exist_ok=True)
    trained = book.first
    page = PageContents(trained.contents, trained.facts, trained.contents.template.inputs())
    files.live.write_text(html(page), "utf-8")
    _, reports = put_in_place(book, files.book, force=True, check_it=True, protected=True, progress=silent)
    write_notes(book, files.notes, files.name, force=True)
    checked, said = sum(report.checked for report in reports), told(trained.contents, trained.facts)
    noted = Facts(digest(files.name, files.language), checked, asdict(said), _exercise(files))
    files.facts_file.write_text(json.dumps(asdict(noted)), "utf-8")


def _exercise(files: Files) -> str:
    """Make the exercise, and return what it asks for: at a corner of ReLU marks of gradients would know no answer."""
    for blank in BLANKS:
        with suppress(UsageError):
            xlbp.exercise(files.name, blank, files.exercise, language=files.language, force=True)
            return blank
    raise UsageError(f"{files.name}: no exercise can be made of {', '.join(BLANKS)}")


def take_pictures(every: Sequence[Files]) -> None:
    """The views of each live page as a browser draws them."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        own = next(filter(None, map(shutil.which, COMMANDS)), None)
        browser = playwright.chromium.launch(executable_path=own, args=[SANDBOXED])
        page = browser.new_page(viewport={"width": WIDTH, "height": 1000}, reduced_motion="reduce")
        for files in every:
            files.picture(VIEWS[0]).parent.mkdir(parents=True, exist_ok=True)
            page.goto(files.live.resolve().as_uri())
            page.evaluate(STAY)
            for view in VIEWS:
                _take(page, view, files.picture(view))
            files.drawn_file.write_text(files.digest_of_live(), "utf-8")
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
    shot.crop((0, 0, shot.width, min(shot.height, HEIGHT))).save(path, quality=QUALITY)
