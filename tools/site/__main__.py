"""Makes the site: ``python -m tools.site``, or ``make site``; ``--few`` for a first look."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
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
    made = BUILD / ("site-files-few" if asked.few else "site-files")
    make_all(made, lessons.templates, LANGUAGES, asked.jobs)
    write_site(asked.output, made, lessons)
    wrong = list(faults(asked.output))
    print("\n".join(wrong), file=sys.stderr)
    size = sum(path.stat().st_size for path in asked.output.rglob("*") if path.is_file())
    print(f"{asked.output}: {len(lessons.templates)} lessons, {size / 1e6:.0f} MB, {len(wrong)} broken links")
    return 1 if wrong else 0


def write_site(site: Path, made: Path, lessons: Course) -> None:
    """Every language's pages, and the front that leads to them."""
    sources = BUILD / "site-pages"
    for folder in (site, sources):
        shutil.rmtree(folder, ignore_errors=True)
    for code in LANGUAGES:  # all before the first build: each page names the same one in other languages
        write_pages(sources / code, made / code, lessons, Words(code))
    for code in LANGUAGES:
        build(sources / code, made / code, site / code, code)
        finish(site / code, Words(code))
    links = (
        f'<li><a href="{code}/index.html" lang="{code}" hreflang="{code}"><strong>{escape(facts.name)}</strong> '
        f"{escape(Words(code)('site.tagline'))}</a></li>"
        for code, facts in LANGUAGES.items()
    )
    (site / "index.html").write_text(
        (HERE / "front.html").read_text("utf-8").replace("{links}", "\n".join(links)), "utf-8"
    )
    (site / ".nojekyll").touch()  # or GitHub's pages leave out the folder _static


def build(sources: Path, files: Path, site: Path, code: str) -> None:
    """One language's pages by Sphinx; a warning is an error."""
    own = {"SITE_LANGUAGE": code, "SITE_FILES": str(files.resolve())}
    command = [sys.executable, "-m", "sphinx", "--quiet", "--fail-on-warning", "--keep-going", "-b", "html"]
    places = ["-c", str(HERE), "-d", str(BUILD / "site-doctrees" / code), str(sources), str(site)]
    subprocess.run([*command, *places], check=True, env={**os.environ, **own})
    (site / ".buildinfo").unlink(missing_ok=True)
    shutil.rmtree(site / "_sources", ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
