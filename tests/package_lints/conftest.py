"""A book for the tests that prove that each lint can fail."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.package_lints.package import Package
from xlbp.pipeline import generate


@pytest.fixture(scope="session")
def mazur(tmp_path_factory: pytest.TempPathFactory) -> Package:
    """A book in which no lint finds a fault."""
    book: Path = tmp_path_factory.mktemp("lints") / "mazur.xlsx"
    generate("mazur", book, ("training.iterations=2",), language="en", check_it=False)
    return Package.read(book)
