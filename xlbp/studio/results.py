"""What came of a job, for its page: what it says, the files it made, and what of them is shown at once."""

from __future__ import annotations

import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import Any

from xlbp.lang import Texts
from xlbp.lang.sentences import said_in
from xlbp.studio.jobs import SPEAKS_TO_PROGRAMS, Job, State
from xlbp.studio.stories import STORIES
from xlbp.studio.uploads import ARCHIVE

FINE, DISAGREES = 0, 1  # exit codes after which there is a result
MOST_FACTS = 64 * 2**20  # bytes of JSON that are read


@dataclass(frozen=True)
class Made:
    """A file or a folder that a job made: its path in the job's folder, and its size in bytes, or in files."""

    path: str
    name: str
    size: int
    is_folder: bool


@dataclass(frozen=True)
class View:
    """``kind`` is the page's part that shows ``facts``, what the command printed for programs, or ``said`` as text."""

    kind: str
    facts: Any
    said: str
    wrong: str
    files: tuple[Made, ...]
    shown: str  # the path of the file that is shown at once


def view_of(job: Job, texts: Texts) -> View:
    """What to show of a job that is over, to a reader of this language."""
    story = STORIES.get(job.story)
    kind = story.result if story else "text"
    said = job.said()
    is_there = job.state is State.DONE and job.code in {FINE, DISAGREES}
    has_facts = story is not None and SPEAKS_TO_PROGRAMS in story.fixed
    facts = facts_of(job) if is_there and has_facts else None
    files = tuple(_made(job))
    shown = next((file.path for file in files if file.path.endswith(".html")), "")
    kind = kind if is_there and (facts is not None or not has_facts) else "text"
    return View(kind, facts, said, said_in(texts, job.error), files, shown)


def facts_of(job: Job) -> Any:
    """What the command printed for programs; None if that is more than can be shown."""
    try:
        return json.loads(job.said(most=MOST_FACTS))
    except ValueError:
        return None


def archive_of(folder: Path) -> Path:
    """A folder packed beside it, under a name that no other request has; what is a link is left out."""
    packed = folder.with_name(f".{folder.name}-{token_hex(4)}.zip")
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as package:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.is_symlink():
                package.write(path, path.relative_to(folder).as_posix())
    return packed


def _made(job: Job) -> list[Made]:
    """Everything, but folders beside which the same lies packed, named as a platform wants it."""
    paths = job.made()
    packed = {path.with_suffix("") for path in paths if path.suffix == ARCHIVE}
    return [
        Made(
            path.relative_to(job.folder).as_posix(),
            path.name,
            len(list(path.iterdir())) if path.is_dir() else path.stat().st_size,
            path.is_dir(),
        )
        for path in paths
        if path not in packed
    ]
