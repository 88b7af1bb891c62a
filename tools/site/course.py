"""The order of the lessons, and the words of the site: what stands in the TOML files beside this one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from xlbp.lang import LANGUAGES
from xlbp.toml import tomllib

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
HOME = "en"  # the language whose manual is whole


@dataclass(frozen=True)
class Course:
    """Parts by key, each with its templates in order."""

    parts: Mapping[str, tuple[str, ...]]

    @property
    def templates(self) -> tuple[str, ...]:
        """All of them in order."""
        return tuple(name for names in self.parts.values() for name in names)

    def only(self, names: tuple[str, ...]) -> Course:
        """The same course with these templates alone, and no empty part."""
        parts = {key: tuple(name for name in part if name in names) for key, part in self.parts.items()}
        return Course({key: part for key, part in parts.items() if part})


def course(few: bool = False) -> Course:
    """The whole course, or the few of its lessons that show what a site is like."""
    table = tomllib.loads((HERE / "lessons.toml").read_text("utf-8"))
    whole = Course({key: tuple(names) for key, names in table["parts"].items()})
    return whole.only(tuple(table["few"]["templates"])) if few else whole


class Words:
    """The site's own words in one language: ``words("lessons")``, ``words("part.node")``."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.table: dict[str, str] = {}
        for group, words in tomllib.loads((HERE / "words" / f"{language}.toml").read_text("utf-8")).items():
            self.table.update({f"{group}.{key}": text for key, text in words.items()})

    def __call__(self, key: str, **values: object) -> str:
        """A text, filled in."""
        return self.table[key].format(**values)

    @property
    def name(self) -> str:
        """What the language calls itself."""
        return LANGUAGES[self.language].name
