"""Makes the site: ``python -m tools.site``, or ``make site``; ``--few`` for a first look."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from html import escape
from pathlib import Path

from tools.site.course import HERE, ROOT, Course, Words, course
from tools.site.finish import finish
from tools.site.links import faults
from tools.site.made import make_all
from tools.site.pages import write_pages
from xlbp.lang import LANGUAGES

BUILD = ROOT / "build"


def main() -> int:
    """Make files, write pages, have Sphinx set them, and look whether every link leads somewhere."""
    parser = argparse.ArgumentParser(prog="python -m tools.site", description=__doc__)
    parser.add_argument("--few", action="store_true", help="a few of the templates only")
    parser.add_argument("-o", "--output", type=Path, default=BUILD / "site", help="the folder; it is replaced")
    parser.add_argument("--jobs", type=int, help="processes; default one per processor")
    asked = parser.parse_args()
    lessons = course(asked.few)
    work = BUILD / ("site-few" if asked.few else "site-whole")
    make_all(work / "files", lessons.templates, list(LANGUAGES), asked.jobs)
    write_site(asked.output, work, lessons)
    wrong = list(faults(asked.output))
    print("\n".join(wrong), file=sys.stderr)
    size = sum(path.stat().st_size for path in asked.output.rglob("*") if path.is_file())
    print(f"{asked.output}: {len(lessons.templates)} lessons, {size / 1e6:.0f} MB, {len(wrong)} broken links")
    return 1 if wrong else 0


def write_site(site: Path, work: Path, lessons: Course) -> None:
    """Every language's pages, and the front that leads to them.

    In ``work`` lie the files that were made; pages stay there as Markdown and as Sphinx leaves them, which sets what
    has changed.
    """
    for code in LANGUAGES:  # all before the first build: each page names the same one in other languages
        fresh = work / "fresh" / code
        shutil.rmtree(fresh, ignore_errors=True)
        write_pages(fresh, work / "files" / code, lessons, Words(code))
        keep_unchanged(fresh, work / "pages" / code)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lambda code: build(work, code), LANGUAGES))
    shutil.rmtree(site, ignore_errors=True)
    for code in LANGUAGES:
        shutil.copytree(work / "html" / code, site / code, ignore=shutil.ignore_patterns("_sources", ".buildinfo"))
        finish(site / code, Words(code))
        shutil.copytree(work / "files" / code, site / code, dirs_exist_ok=True)
    links = (
        f'<li><a href="{code}/index.html" lang="{code}" hreflang="{code}"><strong>{escape(facts.name)}</strong> '
        f"{escape(Words(code)('site.tagline'))}</a></li>"
        for code, facts in LANGUAGES.items()
    )
    (site / "index.html").write_text(
        (HERE / "front.html").read_text("utf-8").replace("{links}", "\n".join(links)), "utf-8"
    )
    (site / ".nojekyll").touch()  # or GitHub's pages leave out the folder _static


def keep_unchanged(fresh: Path, kept: Path) -> None:
    """Make ``kept`` what ``fresh`` is; a file that is the same stays, with its time, by which Sphinx tells."""
    wanted = {path.relative_to(fresh) for path in fresh.rglob("*") if path.is_file()}
    for path in [path for path in kept.rglob("*") if path.is_file() and path.relative_to(kept) not in wanted]:
        path.unlink()
    for name in wanted:
        (kept / name).parent.mkdir(parents=True, exist_ok=True)
        if not (kept / name).exists() or (kept / name).read_bytes() != (fresh / name).read_bytes():
            (fresh / name).replace(kept / name)


def build(work: Path, code: str) -> None:
    """One language's pages by Sphinx; a warning is an error."""
    command = [sys.executable, "-m", "sphinx", "--quiet", "--fail-on-warning", "--keep-going", "-b", "html"]
    places = ["-c", HERE, "-d", work / "doctrees" / code, work / "pages" / code, work / "html" / code]
    subprocess.run([*command, *map(str, places)], check=True, env={**os.environ, "SITE_LANGUAGE": code})


if __name__ == "__main__":
    sys.exit(main())
