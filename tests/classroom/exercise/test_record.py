"""The record of a class's exercise, which a teacher keeps and may open in an editor."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from xlbp.classroom.exercise.record import Record, read_record, write_record
from xlbp.errors import UsageError

WHOLE = Record("t", "text", "gradients", ("a=1",), 7, files={"d.csv": "1"}, numbers={"Ann": [0.1, -2]})


def test_a_record_comes_back_as_it_was(tmp_path: Path) -> None:
    """Written and read, nothing is lost."""
    path = tmp_path / "r.json"
    path.write_text(write_record(WHOLE), "utf-8")
    assert read_record(path) == WHOLE


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("numbers", [0.1], "list of finite numbers"),
        ("numbers", None, "list of finite numbers"),
        ("numbers", {"Ann": 3}, "list of finite numbers"),
        ("numbers", {"Ann": ["0.1", "-2"]}, "list of finite numbers"),
        ("numbers", {"Ann": [[1], 2]}, "list of finite numbers"),
        ("numbers", {"Ann": [float("nan"), 2.0]}, "list of finite numbers"),
        ("numbers", {"Ann": [True, 2]}, "list of finite numbers"),
        ("files", 3, "texts by name"),
        ("files", {"d.csv": 1}, "texts by name"),
        ("seed", "7", "whole number"),
        ("text", 1, "are texts"),
    ],
)
def test_what_lost_its_shape_is_told(tmp_path: Path, key: str, value: object, words: str) -> None:
    """In one line with the file and the remedy; nobody is marked by a number that is none."""
    path = tmp_path / "r.json"
    path.write_text(json.dumps({**json.loads(write_record(WHOLE)), key: value}), "utf-8")
    with pytest.raises(UsageError, match=rf"r\.json: no record .*{words}.*xlbp\.exercise\(\.\.\., roster"):
        read_record(path)
