"""The feedback as one archive, whose names are those by which the platform knows whom each file is for.

Moodle reads the student's number out of the folder's name, or the file's, and takes any file there.  Canvas reads the
numbers of the student and of the upload out of the file's name, which thus has to be as it was.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from xlbp.classroom.exercise.roster import Student, once
from xlbp.classroom.handedin.files import SUFFIX, Submission
from xlbp.classroom.handedin.platforms import CANVAS, OF_MOODLE
from xlbp.system.atomic import replacing

DATE = (1980, 1, 1, 0, 0, 0)  # the first that a zip can tell: the same feedback makes the same archive
Feedback = tuple[Student, Submission, Path]  # what was handed in, and the copy that says what it is worth


def write_archive(target: Path, feedback: Iterable[Feedback], force: bool) -> None:
    """Write all of it; the books are packed already.  Raises WriteError."""
    taken: set[str] = set()
    with replacing(target, force) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_STORED) as package:
        for student, submission, copy in feedback:
            path = PurePosixPath(name_back(submission, student))
            data = copy.read_bytes()
            if path.suffix.lower() == ".zip":
                data = _zipped(f"{student.stem}{SUFFIX}", data)
            name = once(str(path.with_suffix("")), taken) + path.suffix
            package.writestr(zipfile.ZipInfo(name, date_time=DATE), data)


def name_back(submission: Submission, student: Student) -> str:
    """The name by which the platform takes a file for this hand-in; the student's own where no platform was."""
    path = submission.archive or submission.name
    if submission.platform is None:
        return f"{student.stem}{SUFFIX}"
    if submission.platform.platform == CANVAS:
        return path.rpartition("/")[2]
    parts = path.split("/")
    first = next(place for place, part in enumerate(parts) if OF_MOODLE.fullmatch(part))
    return str(PurePosixPath(*parts[first:]).with_suffix(SUFFIX))


def _zipped(name: str, data: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as package:
        package.writestr(name, data)
    return stream.getvalue()
