"""Type checkers see everything: a script of a user's is checked strictly, and its mistakes are found."""

from __future__ import annotations

from pathlib import Path

import pytest
from mypy import api

import xlbp

SCRIPT = """
from pathlib import Path

import numpy as np
import xlbp
from numpy.typing import NDArray

data: dict[str, object] = {"inputs": np.zeros((2, 2)), "targets": [[1], [0]]}
made: xlbp.Made = xlbp.generate({"data": data}, Path("b.xlsx"), iterations=3, overrides={"training.learning_rate": 0.1})
losses: NDArray[np.float64] = made.losses
reports: list[xlbp.Report] = xlbp.verify(made.path, engines="ironcalc", rtol=1e-9)
weights: NDArray[np.float64] = xlbp.trace("mazur")["W1"]
template: xlbp.Template = xlbp.load_template("mazur")
names: list[str] = [each.name for each in xlbp.templates()]
best = xlbp.compare(template, {"training.learning_rate": [0.1, 0.5]}).best
label: str = best.label if best is not None else ""
value: float | None = xlbp.explain("mazur", "w5", iteration=1).value
blanks: int = xlbp.exercise("mazur", "gradients").blanks
folder: Path = xlbp.exercise("mazur", "gradients", roster="class.csv").folder
points: list[int] = xlbp.mark("in", "class.csv", output="m.csv").scores
kinds: list[str] = [finding.kind for finding in xlbp.audit("b.xlsx", loss="E5").findings]
written: Path = xlbp.new("data.csv", hidden=(4, 3)).path
agrees: bool = xlbp.check("mazur", {"dW1": np.zeros((2, 2))}, rtol=1e-6).ok
exported: Path = xlbp.export("mazur", "numpy").path
try:
    made = xlbp.generate("mazur", progress=True)
except xlbp.WriteError as error:
    said: str = str(error)
"""
MISTAKES = """
import xlbp

xlbp.generate("mazur", iterations="3")
xlbp.generat("mazur")
xlbp.trace("mazur")["W1"].shap
"""


@pytest.fixture(scope="module")
def check(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """Checks scripts strictly, with what mypy has found out of the package before."""
    folder = tmp_path_factory.mktemp("user")
    (folder / "script.py").write_text(SCRIPT)
    (folder / "mistakes.py").write_text(MISTAKES)
    options = ["--strict", "--python-version", "3.10", "--no-error-summary", "--follow-imports", "silent"]
    cache = ["--cache-dir", str(Path(xlbp.__file__).parent.parent / ".mypy_cache")]
    return api.run([*options, *cache, "--any-exprs-report", str(folder), *map(str, sorted(folder.glob("*.py")))])[
        0
    ], folder


@pytest.mark.slow
def test_a_users_script_is_checked(check: tuple[str, Path]) -> None:
    """A right one passes, with no Any from us; a wrong type, a name and an attribute that are none are found."""
    said, _ = check
    assert "script.py" not in said
    assert sorted(line.rpartition("[")[2].rstrip("]") for line in said.splitlines() if ": error:" in line) == [
        "arg-type",
        "attr-defined",
        "attr-defined",
    ]


@pytest.mark.slow
def test_no_public_name_is_any(check: tuple[str, Path]) -> None:
    """Of the expressions of the right script none is of the type Any."""
    _, folder = check
    report = (folder / "any-exprs.txt").read_text("utf-8")
    [line] = [line for line in report.splitlines() if line.split()[:1] == ["script"]]
    assert line.split()[1] == "0", report
