"""Values as TOML writes them: matrices with a row to a line, numbers with the digits that a template takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from xlbp.errors import UsageError
from xlbp.starter.quoting import toml_string
from xlbp.template.sources import toml_key

INDENT = "  "


@dataclass(frozen=True)
class Written:
    """A table with a comment behind its heading."""

    comment: str
    keys: dict[str, Any]


def toml_of(value: Any) -> str:
    """A value of a template: truth, number, text, array or list, or a table in one line."""
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return toml_string(value)
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{toml_key(key)} = {toml_of(part)}' for key, part in value.items())} }}"
    if isinstance(value, Sequence):
        return _list(value, "")
    return _number(value)


def _list(values: Sequence[Any], indent: str) -> str:
    """A row in one line; rows of rows below each other."""
    if not any(isinstance(value, list | tuple) for value in values):
        texts = [toml_of(value) for value in values]
        is_long = any(isinstance(value, str) for value in values) and sum(map(len, texts)) > 100
        inner = indent + INDENT
        return f"[\n{''.join(f'{inner}{text},{chr(10)}' for text in texts)}{indent}]" if is_long else _row(texts)
    inner = indent + INDENT
    return "[\n" + "".join(f"{inner}{_list(value, inner)},\n" for value in values) + f"{indent}]"


def _row(texts: Sequence[str]) -> str:
    return f"[{', '.join(texts)}]"


def _number(value: Any) -> str:
    """With 15 digits, which is what a template takes.  Raises UsageError for what a cell can't hold."""
    if isinstance(value, int):
        return str(value)
    if not np.isfinite(value):
        raise UsageError(f"the model has a parameter, or the data a number, that is {value}; a cell holds none such")
    return f"{float(value):.15g}"
