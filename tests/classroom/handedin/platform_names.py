"""File names as Moodle and Canvas make them of a student's name, by docs/learning-platforms.md."""

from __future__ import annotations

import re
import unicodedata

PLAIN = {"ü": "ue", "ö": "oe", "ä": "ae", "ß": "ss", "ø": "o", "ł": "l"}


def moodle_folder(name: str, number: int, file: str = "exercise.xlsx", old: bool = False) -> str:
    """``Anna Müller_12_assignsubmission_file/exercise.xlsx``; before 4.1 with another ``_`` behind it."""
    return f"{_cleaned(name)}_{number}_assignsubmission_file{'_' if old else ''}/{file}"


def moodle_flat(name: str, number: int, file: str = "exercise.xlsx") -> str:
    """All in one folder."""
    return f"{_cleaned(name)}_{number}_assignsubmission_file_{file}"


def canvas(first: str, last: str, number: int, upload: int, late: str = "", file: str = "exercise-1.xlsx") -> str:
    """``mülleranna_LATE_12_34_exercise-1.xlsx``: the sortable name in small letters, glued."""
    return re.sub(r"[^\w]", "", f"{last}, {first}".lower()) + f"{late}_{number}_{upload}_{file}"


def in_plain_letters(text: str, with_e: bool) -> str:
    """Accents gone; umlauts by two letters ``with_e``, or by one."""
    if with_e:
        text = "".join(PLAIN.get(c, c) for c in text)
    text = "".join({"ø": "o", "ł": "l", "ß": "ss"}.get(c, c) for c in text)
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def _cleaned(name: str) -> str:
    return re.sub(r"[&<>\"`|':\\/]", "", name.replace("_", " "))
