"""What a command says in an encoding that lacks some of it."""

from __future__ import annotations

import codecs
import io
import json
import os
import subprocess
import sys

import pytest

from xlbp.cli import command
from xlbp.cli.streams import HANDLER, json_for, spell

pytestmark = [pytest.mark.slow, pytest.mark.whole_pictures]  # whole books, or many processes

codecs.register_error(HANDLER, spell)


@pytest.mark.parametrize(
    ("text", "encoding", "shown"),
    [
        ("∂E/∂w⁺ − η·x", "cp1252", "dE/dw+ - eta·x"),
        ("∂E/∂w⁺ − η·x", "ascii", "dE/dw+ - eta*x"),
        ("∂E/∂ŵ₁⁽²⁾", "gbk", "dE/dw1(2)"),
        ("Δθ → ½", "ascii", "Deltatheta -> 1/2"),
        ("Müller", "cp1252", "Müller"),
        ("学习.xlsx", "gbk", "学习.xlsx"),
        ("学习.xlsx", "cp1252", r"\u5b66\u4e60.xlsx"),
        ("name-\udcff", "utf-8", r"name-\udcff"),
    ],
)
def test_what_an_encoding_lacks_is_spelled(text: str, encoding: str, shown: str) -> None:
    """What it has stands as it is; ∂ is d, η is eta, a raised 2 is 2; what no letter spells is told by its number."""
    assert text.encode(encoding, HANDLER).decode(encoding) == shown


@pytest.mark.parametrize("encoding", ["cp1252", "gbk", "ascii", "utf-8"])
def test_json_is_the_same_data_in_every_encoding(encoding: str) -> None:
    """No character is lost or spelled in JSON, not even one beyond the first plane."""
    data = {"∂": "中文 → 𝛛", "plain": '\\ " \n'}
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    text = json_for(stream, json.dumps(data, ensure_ascii=False))
    assert json.loads(text.encode(encoding).decode(encoding)) == data


@pytest.mark.parametrize(
    ("system", "error", "gone"),
    [
        ("posix", BrokenPipeError(32, "Broken pipe"), True),
        ("nt", OSError(22, "Invalid argument"), True),
        ("posix", OSError(22, "Invalid argument"), False),
        ("nt", OSError(28, "No space left on device"), False),
    ],
)
def test_a_reader_that_has_gone_is_no_error(
    monkeypatch: pytest.MonkeyPatch, system: str, error: OSError, gone: bool
) -> None:
    """Writing to a closed pipe is an invalid argument on Windows; a full disk is an error everywhere."""
    with monkeypatch.context() as there:
        there.setattr(os, "name", system)
        found = command._has_gone(error)
    assert found == gone


@pytest.mark.parametrize("encoding", ["cp1252", "gbk"])
def test_a_pipe_of_windows_takes_every_command(encoding: str) -> None:
    """The list of templates and its JSON, with their arrows and minus signs, leave by a pipe of a Windows code page."""
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    for arguments in (("templates",), ("templates", "--json"), ("explain", "mazur", "dE_total/dw5")):
        words = [sys.executable, "-m", "xlbp", *arguments]
        done = subprocess.run(words, capture_output=True, env=environment, check=False, timeout=60)
        assert (done.returncode, done.stderr) == (0, b"")
        said = done.stdout.decode(encoding)
        assert "mazur" in said or "dE_total/dw5" in said


@pytest.mark.skipif(os.name != "posix", reason="a shell that closes streams")
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_a_stream_that_is_closed_from_the_start_is_no_fault(closed: str) -> None:
    """As under a scheduler: the work is done, and nobody hears of it."""
    words = f'"$0" -m xlbp templates {closed}'
    done = subprocess.run(["sh", "-c", words, sys.executable], capture_output=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, b"")
    assert (b"mazur" in done.stdout) == (closed == "2>&-")
