"""The teacher's own record of an exercise: all that marking needs, so that no book has to say it.

It stands beside the folder of the students' books, not in it.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from xlbp.classroom.exercise.credit import PLAIN
from xlbp.classroom.exercise.kinds.registry import KINDS
from xlbp.errors import UsageError, reason_of, worded

WRITER = worded("xlbp exercise --roster", "xlbp.exercise(..., roster=...)")
SUFFIX = ".exercise.json"
FORMAT = 1
LARGEST = 500_000_000  # that of 200,000 students is some 60 MB for a small network


@dataclass(frozen=True)
class Record:
    """``text`` is the template's TOML, ``files`` its data, ``translations`` its words in the exercise's language.

    ``seed`` is None where all students have the same numbers.

    ``numbers``: each student's initial parameters as handed out, by the student's key, so that a roster that was
    sorted anew, or shortened, changes nobody's; a student who is not among them is drawn from the seed.
    ``credit``: what the teacher said of points when the books were made, see :mod:`xlbp.classroom.exercise.credit`.
    ``names``: what the students were called, by their keys, so that another list of the class leads to them.
    ``kind`` is that of the task, ``tolerance`` and ``holes`` what was said of it; ``tasks``: what each student is asked
    on a sheet of answers, by the student's key, '' where all have the same.
    """

    template: str
    text: str
    blank: str
    overrides: tuple[str, ...] = ()
    seed: int | None = None
    language: str = "en"
    marked: bool = True
    files: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, list[float]] = field(default_factory=dict)
    translations: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    kind: str = "blanks"
    tolerance: float | None = None
    holes: bool = True
    tasks: dict[str, dict[str, Any]] = field(default_factory=dict)
    credit: dict[str, Any] = field(default_factory=dict)


def write_record(record: Record) -> str:
    """The record as JSON, for people to read too."""
    data = asdict(record)
    if not record.credit:
        del data["credit"]
    return json.dumps({"format": FORMAT, **data}, indent=1, ensure_ascii=False) + "\n"


def read_record(path: Path) -> Record:
    """A record from its file.  Raises UsageError if it is none."""
    try:
        if path.stat().st_size > LARGEST:
            raise UsageError(f"{path}: no record of an exercise (it is too large)")
        data: Any = json.loads(path.read_text("utf-8"))
        if data.pop("format") != FORMAT:
            raise UsageError(f"{path}: written by another version of xlbp; make the exercise again")
        record = Record(**{**data, "overrides": tuple(data["overrides"])})
        _must_be_sound(record)
        PLAIN.with_changes(record.credit, str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"can't read the record {str(path)!r}: {reason_of(error)}") from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"{path}: no record of an exercise ({error}); {WRITER} writes one") from None
    return record


def _must_be_sound(record: Record) -> None:
    """Raise TypeError, with what is wrong, for a record that was edited by hand and lost its shape."""
    if not isinstance(record.text, str) or not isinstance(record.blank, str):
        raise TypeError("the template and the blanks are texts")
    if not isinstance(record.seed, int | None):
        raise TypeError("the seed is a whole number or null")
    for named, texts in (
        ("files", record.files),
        ("translations", record.translations),
        ("names", record.names),
    ):
        if not isinstance(texts, dict) or not all(isinstance(text, str) for text in texts.values()):
            raise TypeError(f"the {named} are texts by name")
    if record.kind not in KINDS:
        raise TypeError(f"{record.kind!r} is no kind of task")
    if not isinstance(record.tasks, dict) or not all(isinstance(task, dict) for task in record.tasks.values()):
        raise TypeError("the tasks are tables by student")
    if not isinstance(record.credit, dict):
        raise TypeError("the credit is a table")
    if not isinstance(record.numbers, dict) or not all(map(_are_numbers, record.numbers.values())):
        raise TypeError("the numbers are a list of finite numbers for each student")


def _are_numbers(values: object) -> bool:
    return isinstance(values, list) and all(type(x) in (int, float) and math.isfinite(x) for x in values)


def find_record(places: list[Path], *handed_in: Path) -> Path:
    """The one record in these folders; none from among the hand-ins, which are not the teacher's."""
    inside = {folder.resolve() for folder in handed_in}
    records = {
        path.resolve(): path
        for place in places
        if place.is_dir()
        for path in sorted(place.glob(f"*{SUFFIX}"))
        if inside.isdisjoint(path.resolve().parents)
    }
    if len(records) != 1:
        listed = ", ".join(str(path) for path in records.values())
        what = f"there are several records of exercises: {listed}" if records else "no record of an exercise was found"
        name = worded(f"--exercise NAME{SUFFIX}", f"exercise='NAME{SUFFIX}'")
        raise UsageError(f"{what}; name the one with {name}, as {WRITER} wrote it")
    return next(iter(records.values()))
