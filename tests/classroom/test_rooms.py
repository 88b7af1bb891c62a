"""The rooms of the classroom: who may import whom, from the class list up to the marks."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.test_architecture import PACKAGE, imports, modules_of

# What each room, or module, may import of xlbp.classroom besides itself; it stands below all that import it.
MAY_IMPORT: dict[str, set[str]] = {
    "__init__": set(),
    "exercise": set(),
    "handedin": {"exercise"},
    "gradebook": {"exercise", "handedin"},
    "order": {"exercise"},
    "trial_tasks": {"exercise"},
    "key_passes": {"exercise"},
    "resting": {"exercise"},
    "trial": {"exercise", "key_passes", "resting", "trial_tasks"},
    "versions": {"exercise"},
    "described": {"exercise", "order"},
    "ahead": {"exercise", "order", "trial", "versions"},
    "make": {"ahead", "exercise", "order", "trial", "versions"},
    "marking": {"exercise", "gradebook", "handedin", "order", "trial", "versions"},
    "targets": set(),
    "whose": {"exercise", "handedin", "marking"},
    "mark": {
        *("exercise", "gradebook", "handedin", "make", "marking", "order", "targets", "trial", "versions", "whose"),
    },
}
CLASSROOM = PACKAGE / "classroom"


def room_of(path: Path) -> str:
    """The room a module lives in, or its own name."""
    parts = path.relative_to(CLASSROOM).parts
    return parts[0] if len(parts) > 1 else path.stem


@pytest.mark.parametrize("path", modules_of("classroom"), ids=lambda p: str(p.relative_to(CLASSROOM)))
def test_imports_within_the_classroom_run_one_way(path: Path) -> None:
    """Whose a file is knows nothing of marking, and a gradebook nothing of the exercise's cells."""
    taken = {name.split(".")[2] for name in imports(path) if name.startswith("xlbp.classroom.")}
    assert taken - MAY_IMPORT[room_of(path)] - {room_of(path)} == set()


def test_the_table_allows_no_circle() -> None:
    """Each room may import only rooms that come before it, and none is missing."""
    known: set[str] = set()
    for room, below in MAY_IMPORT.items():
        assert below <= known, room
        known.add(room)
    assert {room_of(path) for path in modules_of("classroom")} == known


@pytest.mark.parametrize("room", [path.parent for path in CLASSROOM.glob("*/__init__.py")], ids=lambda path: path.name)
def test_each_room_posts_its_law(room: Path) -> None:
    """A room's docstring says what it must never know."""
    docstring = ast.get_docstring(ast.parse((room / "__init__.py").read_text("utf-8"))) or ""
    assert "must never" in " ".join(docstring.lower().split())
