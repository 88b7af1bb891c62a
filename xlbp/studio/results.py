"""What came of a job, for its page: what it says, the files it made, and what of them is shown at once."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from xlbp.studio.jobs import Job, State
from xlbp.studio.stories import STORIES
from xlbp.studio.uploads import ARCHIVE

FINE, DISAGREES = 0, 1  # exit codes after which there is a result


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


def view_of(job: Job) -> View:
    """What to show of a job that is over."""
    story = STORIES.get(job.story)
    kind = story.result if story else "text"
    said = job.said()
    is_there = job.state is State.DONE and job.code in {FINE, DISAGREES}
    facts = json.loads(said) if is_there and kind == "reports" else None
    files = tuple(_made(job))
    shown = next((file.path for file in files if file.path.endswith(".html")), "")
    return View(kind if is_there else "text", facts, said, job.error, files, shown)


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
