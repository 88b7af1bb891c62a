"""A book that several lints are tried on."""

from __future__ import annotations

import pytest

from tests.package_lints.package import Package
from xlbp import generate


@pytest.fixture(scope="session")
def book(tmp_path_factory: pytest.TempPathFactory) -> Package:
    """A book without faults."""
    path = tmp_path_factory.mktemp("lints") / "mazur.xlsx"
    generate("mazur", path, ("training.iterations=2",), language="en", check_it=False)
    return Package.read(path)
