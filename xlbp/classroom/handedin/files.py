"""A file as it was handed in: where its bytes lie, and what it was called."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from xlbp.classroom.handedin.platforms import MOODLE, PlatformName, counter, platform_name

SUFFIX = ".xlsx"
KINDS = (SUFFIX, ".xlsm", ".xlsb", ".xls", ".ods", ".numbers", ".csv", ".zip")  # what may be meant as a hand-in


@dataclass(frozen=True)
class Submission:
    """``path`` is where its bytes lie, ``name`` its path within ``source``, the folder or archive it was found in.

    ``order`` is the place of the source on the command line, ``changed`` when the file was, in seconds of 1970;
    ``archive`` is the name of the student's own archive that it was in, '' if it was in none.
    """

    path: Path
    name: str
    source: Path
    order: int = 0
    changed: float = 0.0
    archive: str = ""

    @property
    def shown(self) -> Path:
        """What a teacher is shown: the archive's name, and the file's within it."""
        return self.source / self.name if self.name else self.source

    @cached_property
    def platform(self) -> PlatformName | None:
        """What a learning platform's name of it says; of a student's archive, not of what the student put into it."""
        return platform_name(self.archive or self.name)

    @property
    def is_late(self) -> bool:
        """Whether the platform says that it came late."""
        return self.platform is not None and self.platform.is_late

    @property
    def is_book(self) -> bool:
        """Whether it is called a workbook."""
        return self.path.suffix.lower() == SUFFIX

    @property
    def may_be_meant(self) -> bool:
        """Whether it is of a kind that somebody may have meant as a hand-in."""
        return self.path.suffix.lower() in KINDS

    @property
    def attempt(self) -> tuple[int, int, float, int, str]:
        """What a later hand-in has more of: the source's place, the platform's number, time, a counter in the name.

        The times in Moodle's archives are those of the download, and say nothing.
        """
        upload = self.platform.upload if self.platform else 0
        is_of_moodle = self.platform is not None and self.platform.platform == MOODLE
        return self.order, upload, 0.0 if is_of_moodle else self.changed, counter(self.name), self.name
