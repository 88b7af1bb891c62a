"""What a person may give for a template, and for what is to be changed in it: texts of files, or Python's own values.

A template is the name of one that comes with xlbp, a path, a text of TOML, a mapping of its tables, or one that is
loaded already.  Changes are ``key=value`` as on the command line, or a mapping of keys to values.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, Union

from xlbp.errors import UsageError, option
from xlbp.template.document import ITERATIONS
from xlbp.template.not_a_template import A_TEMPLATE

if TYPE_CHECKING:
    from xlbp.template.template import Template

Source: TypeAlias = Union[str, Path, Mapping[str, object], "Template"]
Overrides: TypeAlias = Mapping[str, object] | Sequence[str]
UNNAMED = "template"  # what a template is called that comes without a file
KINDS = "the name of one, a path, a text of TOML, a dict of its tables, or a loaded Template"


def is_text(source: str) -> bool:
    """Whether a text is a template itself, not the name of one."""
    return "\n" in source or A_TEMPLATE.search(source) is not None


def called(source: Source) -> str:
    """What a template is called in a message, and in a command that makes its book."""
    if isinstance(source, Path) or (isinstance(source, str) and not is_text(source)):
        return str(source)
    return str(getattr(source, "name", UNNAMED))


def overrides_of(overrides: Overrides, iterations: object = None) -> tuple[str, ...]:
    """Changes as ``key=value``, and the number of iterations, if there is one, after them.

    ``{"training.learning_rate": 0.1}``, or nested, ``{"training": {"learning_rate": 0.1}}``, which leaves the other
    keys of that table as they are.  Raises UsageError for a value that no template can hold, and for no iterations.
    """
    if isinstance(iterations, int) and iterations < 1:
        raise UsageError(f"{option('-n', iterations)}: there must be at least 1 row after the first")
    if isinstance(overrides, str):
        overrides = (overrides,)
    pairs = _pairs(overrides) if isinstance(overrides, Mapping) else overrides
    last = () if iterations is None else (f"{ITERATIONS}={toml_value(iterations)}",)
    return (*pairs, *last)


def _pairs(overrides: Mapping[str, object]) -> Iterator[str]:
    """Each key with its value; of a whole table at the top each key in it."""
    for key, value in overrides.items():
        if isinstance(value, Mapping) and "." not in key:
            yield from (f"{key}.{inner}={toml_value(each)}" for inner, each in value.items())
        else:
            yield f"{key}={toml_value(value)}"


def toml_of(tables: Mapping[str, object]) -> str:
    """A whole template, ``{"training": {"iterations": 3}}``, as TOML.  Raises UsageError as :func:`toml_value`."""
    return "\n".join(_section("", tables)) + "\n"


def _section(name: str, table: Mapping[str, object]) -> Iterator[str]:
    """The lines of a table: its keys, then the tables in it that are lists (``[[network.layers]]``)."""
    plain = {key: value for key, value in table.items() if not (_is_tables(value) or (not name and _is_table(value)))}
    yield from (f"{toml_key(key)} = {toml_value(value)}" for key, value in plain.items())
    for key, value in table.items():
        whole = f"{name}.{toml_key(key)}" if name else toml_key(key)
        if key in plain:
            continue
        for each in value if isinstance(value, Sequence) else [value]:
            assert isinstance(each, Mapping)
            yield f"[[{whole}]]" if isinstance(value, Sequence) else f"[{whole}]"
            yield from _section(whole, each)


def _is_table(value: object) -> bool:
    return isinstance(value, Mapping)


def _is_tables(value: object) -> bool:
    return isinstance(value, list | tuple) and bool(value) and all(map(_is_table, value))


def toml_value(value: object) -> str:
    """A value as TOML has it; arrays of NumPy, tables of pandas and tensors become lists.

    Raises UsageError for what TOML has no form of, such as None.
    """
    value = _plain(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{toml_key(key)} = {toml_value(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, Sequence):
        return f"[{', '.join(map(toml_value, value))}]"
    if value is None:
        raise UsageError("None is no value of a template; leave the key out where there is nothing to say")
    raise UsageError(f"a template holds numbers, texts, lists and tables, not {type(value).__name__}: {value!r:.60}")


def _plain(value: Any) -> Any:
    """A value of Python's own types: lists for arrays, a number for a NumPy one, a text for a path."""
    if hasattr(value, "to_numpy"):
        value = value.to_numpy()
    if hasattr(value, "tolist"):
        return value.tolist()
    return str(value) if isinstance(value, Path) else value


def toml_key(key: object) -> str:
    """A key, in quotes where it is not bare."""
    text = str(key)
    bare = text.replace("-", "").replace("_", "")
    return text if bare.isascii() and bare.isalnum() else json.dumps(text, ensure_ascii=False)
