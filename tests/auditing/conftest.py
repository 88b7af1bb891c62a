"""Sound books to plant mistakes in, made once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.auditing.planting import training_alone
from xlbp.pipeline import generate

BOOKS = {
    "mazur": ("mazur", ()),
    "xor": ("xor", ()),
    "three-two-two": ("three-two-two", ()),
    "into-backprop": ("into-backprop", ()),
    "adam": ("xor", ('training.optimizer="adam"',)),
}


@pytest.fixture(scope="session")
def sound(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Our own books, by name, with 12 iterations."""
    folder = tmp_path_factory.mktemp("sound")
    for name, (template, overrides) in BOOKS.items():
        generate(template, folder / f"{name}.xlsx", ("training.iterations=12", *overrides), "en", check_it=False)
    return {name: folder / f"{name}.xlsx" for name in BOOKS}


@pytest.fixture(scope="session")
def trainings(sound: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The same with their training sheets alone."""
    folder = tmp_path_factory.mktemp("trainings")
    return {name: training_alone(book, folder / book.name) for name, book in sound.items()}
