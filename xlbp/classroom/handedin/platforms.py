"""What the name that a learning platform gives a hand-in says: whose it is, by which number, and whether it was late.

Moodle: ``Anna Müller_123456_assignsubmission_file_/exercise.xlsx``, or flat, with the file's name behind it.
Canvas: ``mülleranna_LATE_1234_5678_exercise-1.xlsx``: last and first name glued, the student's and the upload's number.
docs/learning-platforms.md tells where that is written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MOODLE, CANVAS = "Moodle", "Canvas"
OF_MOODLE = re.compile(r"(?P<name>.*?)_(?P<number>\d+)_assignsubmission_(?P<plugin>[a-z]+)(?:_(?P<file>.*))?")
OF_CANVAS = re.compile(
    r"(?P<name>\w+?)(?P<late>_?late)?_(?P<number>\d+)_(?P<upload>\d+)_(?P<file>.+)", re.IGNORECASE | re.DOTALL
)
ANONYMOUS = re.compile(r"anon_(?P<number>\w+?)_(?P<upload>\d+)_(?P<file>.+)", re.IGNORECASE | re.DOTALL)
COUNTER = re.compile(r"(?:[-_ ](\d{1,2})|\s*\((\d{1,3})\)|（(\d{1,3})）)$")  # exercise-1, exercise (2)


@dataclass(frozen=True)
class PlatformName:
    """``name`` is as the platform writes it; ``glued_late`` says that what is cut off might be the name's own end.

    ``number`` is that of the student on the platform, ``upload`` that of the file there, which grows with time, 0 where
    none is told; ``file`` what the student called it.
    """

    platform: str
    name: str
    number: str
    file: str
    is_late: bool = False
    glued_late: bool = False
    upload: int = 0


def platform_name(path: str) -> PlatformName | None:
    """What a hand-in's path says if a platform wrote it; None for any other."""
    *folders, file = path.split("/")
    for place, part in enumerate((*folders, file)):
        if found := OF_MOODLE.fullmatch(part):
            inner = "/".join(filter(None, (found["file"], *folders[place + 1 :], file if place < len(folders) else "")))
            return PlatformName(MOODLE, found["name"], found["number"], inner)
    if found := ANONYMOUS.fullmatch(file):
        return PlatformName(CANVAS, "", found["number"], found["file"], upload=int(found["upload"]))
    if found := OF_CANVAS.fullmatch(file):
        late = found["late"] or ""
        glued = bool(late) and not late.startswith("_")
        return PlatformName(
            CANVAS, found["name"], found["number"], found["file"], bool(late), glued, int(found["upload"])
        )
    return None


def counter(file: str) -> int:
    """The number by which a platform or a browser tells a second file of one name: 1 of ``exercise-1.xlsx``."""
    found = COUNTER.search(file.rpartition("/")[2].rpartition(".")[0])
    return int(next(filter(None, found.groups()))) if found else 0
