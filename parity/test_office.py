"""The same agreement where LibreOffice recalculates, for a selection; skipped where it is not installed."""

from __future__ import annotations

import shutil
from pathlib import Path
from random import Random

import pytest

from parity.agree import agree
from parity.random_training import random_training
from tests.random_templates import random_expression
from xlbp.recalc.libreoffice import LibreOffice

pytestmark = pytest.mark.skipif(
    not (shutil.which("soffice") or shutil.which("libreoffice")), reason="LibreOffice is not installed"
)


@pytest.mark.parametrize("seed", range(1000, 1012))
def test_networks(seed: int, tmp_path: Path) -> None:
    """Everything drawn; LibreOffice writes 15 digits, which is well within 1e-12."""
    agree(random_training(Random(seed), iterations=20), tmp_path, engine=LibreOffice())


@pytest.mark.parametrize("seed", range(4))
def test_graphs(seed: int, tmp_path: Path) -> None:
    """Formulas."""
    agree(random_expression(Random(seed)), tmp_path, engine=LibreOffice())
