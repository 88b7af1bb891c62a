"""For courses that grade code: the failure's message is the diagnosis, and what is not used costs nothing."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.checking.plugin import with_plugin
from tests.checking.students import mazur, xor
from xlbp.testing import assert_matches


def test_right_numbers_pass() -> None:
    """And what was compared comes back."""
    assert assert_matches("mazur", mazur(3)).checked == 68


def test_the_message_is_the_diagnosis() -> None:
    """It has the first departure, its formula and the mistake."""
    with pytest.raises(AssertionError) as failed:
        assert_matches("mazur", mazur(3, "no outer slope"))
    message = str(failed.value)
    for part in ("∂E_total/∂w5 at iteration 0", "^^^^^^", "the derivative of the activation is missing"):
        assert part in message


@pytest.mark.slow
def test_numbers_of_32_bits_need_no_option() -> None:
    """With the usual tolerance they are compared as such; a tolerance that is asked for goes before."""
    single = {label: values.astype(np.float32) for label, values in xor(5).items()}
    assert_matches("xor", single)
    with pytest.raises(AssertionError):
        assert_matches("xor", single, rtol=1e-12)


@pytest.mark.slow
def test_the_fixture(tmp_path: Path) -> None:
    """A course's test asks for ``assert_matches``; the failure shows its own line and the diagnosis."""
    (tmp_path / "test_course.py").write_text(
        "def test_right(assert_matches):\n    assert_matches('mazur', {'w5': [0.4]})\n"
        "def test_wrong(assert_matches):\n    assert_matches('mazur', {'w5': [0.5]})\n"
    )
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", str(tmp_path)]
    done = subprocess.run(command, env=with_plugin(), cwd=tmp_path, capture_output=True, encoding="utf-8", check=False)
    assert "1 failed, 1 passed" in done.stdout, done.stdout + done.stderr
    assert "first departure: w5 at iteration 0" in done.stdout
    assert "testing.py" not in done.stdout.partition("short test summary")[0]


def test_the_plugin_costs_nothing() -> None:
    """Until a test asks for it, neither NumPy nor the rest of xlbp is imported."""
    code = "import sys, xlbp.pytest_plugin; print(sorted(m for m in sys.modules if m.startswith(('xlbp.', 'numpy'))))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['xlbp.pytest_plugin']"


LEFT_OUT = {"W9": np.zeros((2, 2)), "a2": np.zeros((3, 7, 5))}  # no quantity of mazur, and a shape that none has


def test_what_is_not_compared_fails() -> None:
    """A test that compares nothing of an array must not pass: the message lists all that was left out."""
    with pytest.raises(AssertionError, match=r"not compared: W9, a2; .*strict=False"):
        assert_matches("mazur", {**mazur(3), **LEFT_OUT})
    assert assert_matches("mazur", {**mazur(3), **LEFT_OUT}, strict=False).checked == 68


def test_rows_beyond_the_training_fail() -> None:
    """Numbers below the last row that the template has are compared with nothing, which must not pass."""
    loss = [*mazur(3)["loss"].tolist(), 99.0, 98.0]
    length = {"training.iterations": len(loss) - 3}
    with pytest.raises(AssertionError, match=r"not compared: rows beyond the training, 2 of them; .*strict=False"):
        assert_matches("mazur", {"loss": loss}, overrides=length)
    assert assert_matches("mazur", {"loss": loss}, overrides=length, strict=False).beyond == 2


def test_where_nothing_was_compared_nothing_agrees() -> None:
    """Numbers of which all follow from rounding noise are not right."""
    noise_only = replace(assert_matches("mazur", mazur(3)), checked=0, noisy=68)
    assert not noise_only.ok
    assert noise_only.verdict == "nothing compared"
