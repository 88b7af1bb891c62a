"""A digest of plain data that is the same in each run: what a journal knows a task by."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from fractions import Fraction
from functools import partial
from hashlib import blake2b
from pathlib import PurePath
from types import FunctionType
from typing import Any, TypeAlias

SIZE = 16  # bytes


def digest_of(value: object) -> bytes:
    """The digest of records, lists, mappings, sets, texts, numbers, bytes, and functions by their names.

    Pickles would not do: they show which parts are one object, and sets in no order.  Raises TypeError for anything
    that has no form of its own.
    """
    digest = blake2b(digest_size=SIZE)
    _put(digest.update, value)
    return digest.digest()


def _put(put: Callable[[bytes], object], value: object) -> None:
    """Write a value so that no two different ones are alike: what it is, how long, and what it holds."""
    name, taken_apart = next(
        ((name, taken_apart) for kind, name, taken_apart in FORMS if isinstance(value, kind)), ("record", _fields)
    )
    parts = taken_apart(value)
    put(f"{name} {len(parts)} ".encode())
    if isinstance(parts, bytes):
        put(parts)
        return
    for part in parts:
        _put(put, part)


def _fields(value: Any) -> list[Any]:
    """The class of a record and its fields; or what a record says that it follows from, by ``digested``."""
    if hasattr(value, "digested"):
        return [type(value), value.digested()]
    if not is_dataclass(value):
        raise TypeError(f"{type(value).__qualname__} has no digest")
    return [type(value), *(getattr(value, field.name) for field in fields(value))]


def _text(value: Any) -> bytes:
    return str(value).encode("utf-8", "surrogatepass")


def _place(value: Any) -> bytes:
    return f"{value.__module__}.{value.__qualname__}".encode()


Kinds: TypeAlias = tuple[type, ...]
FORMS: Sequence[tuple[Kinds, str, Callable[[Any], bytes | list[Any]]]] = (  # the first that fits; else it is a record
    ((bytes,), "bytes", bytes),
    ((Enum,), "member", lambda value: [type(value), value.name]),
    ((str,), "text", _text),
    ((PurePath,), "path", _text),
    ((type(None), bool, int, float, Fraction), "number", lambda value: repr(value).encode()),
    ((FunctionType, type), "function", _place),
    ((partial,), "partial", lambda value: [value.func, list(value.args), value.keywords]),
    ((Mapping,), "mapping", lambda value: [part for item in value.items() for part in item]),
    ((set, frozenset), "set", lambda value: sorted(map(digest_of, value))),
    ((list, tuple), "list", list),
)
