"""What a verb's arguments may be: by their annotation, so that a wrong one is refused in a sentence before any work."""

from __future__ import annotations

import inspect
import numbers
import os
import reprlib
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import NamedTuple

import numpy as np

from xlbp.errors import UsageError

OR_NONE = " | None"


class Kind(NamedTuple):
    """Arguments of one annotation: whether a value is one, and what is to be given."""

    has: Callable[[object], bool]
    remedy: str


def _is_path(value: object) -> bool:
    return isinstance(value, str | os.PathLike)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _are(has: Callable[[object], bool]) -> Callable[[object], bool]:
    """One of a kind, or several; of an iterator, which can be gone through but once, no element is looked at."""

    def one_or_several(value: object) -> bool:
        if has(value) or not isinstance(value, Iterable) or isinstance(value, str | bytes | Mapping):
            return has(value)
        return not isinstance(value, Collection) or all(map(has, value))

    return one_or_several


def _is_number(value: object) -> bool:
    return isinstance(value, numbers.Real) and not isinstance(value, bool | np.bool_)


def _is_yes_or_no(value: object) -> bool:
    return value is None or isinstance(value, int | np.bool_)


def _is_mapping(value: object) -> bool:
    return isinstance(value, Mapping)


def _are_settings(value: object) -> bool:
    return _is_mapping(value) or _are(_is_text)(value)


PATH = Kind(_is_path, "give the path of a file")
PATHS = Kind(_are(_is_path), "give a path, or a list of paths")
TEXT = Kind(_is_text, "give a text")
TEXTS = Kind(_are(_is_text), "give a text, or a list of texts")
NUMBER = Kind(_is_number, "give a number")
SETTINGS = "give a dict of keys of the template"
KINDS = {  # by the annotation without the None that stands for a default
    "Path | str": PATH,
    "Path | str | Sequence[Path | str]": PATHS,
    "str": TEXT,
    "str | Sequence[str]": TEXTS,
    "bool": Kind(_is_yes_or_no, "give True or False"),
    "float": NUMBER,
    "int | Sequence[int]": Kind(_are(_is_number), "give a whole number, or a list of whole numbers"),
    "Sequence[int]": Kind(
        lambda value: not _is_number(value) and _are(_is_number)(value), "give a list of whole numbers, as (8, 8)"
    ),
    "bool | Progress": Kind(lambda value: _is_yes_or_no(value) or callable(value), "give True, False or a function"),
    "Overrides": Kind(_are_settings, f"{SETTINGS}, as {{'training.learning_rate': 0.1}}"),
    "Mapping[str, Sequence[object]] | Sequence[str]": Kind(
        _are_settings, f"{SETTINGS} with their values, as {{'training.learning_rate': [0.1, 0.5]}}"
    ),
    "Mapping[str, Any]": Kind(_is_mapping, f"{SETTINGS}, as {{'schedule': 'cosine'}}"),
    "Mapping[str, float]": Kind(_is_mapping, "give a dict of names with numbers, as {'gradients': 2}"),
    "Mapping[str, float] | Path | str": Kind(
        lambda value: _is_path(value) or _is_mapping(value),
        "give a dict of names with numbers, as {'rounding': 0.5}, or the path of a file",
    ),
    "Path | str | Mapping[str, Any]": Kind(
        lambda value: _is_path(value) or _is_mapping(value), "give a path, or a dict of names to arrays"
    ),
}
HAS_A_FILE = {"to_csv": "its to_csv() writes one", "path": "its .path is one"}  # by an attribute of what is none


def refuse_wrong(name: str, value: object, parameter: inspect.Parameter) -> None:
    """Raise UsageError if an argument is not of the kind that its annotation, a text, says; a default always is."""
    kind, is_optional = kind_of(str(parameter.annotation))
    if kind is None or value is parameter.default or (value is None and is_optional) or kind.has(value):
        return
    hint = next((f"; {said}" for attribute, said in HAS_A_FILE.items() if hasattr(value, attribute)), "")
    raise UsageError(f"{name}={shown(value)}: {kind.remedy}{hint if kind in (PATH, PATHS) else ''}")


def kind_of(annotation: str) -> tuple[Kind | None, bool]:
    """The kind of an annotation, None for what the verb reads itself; and whether None may stand for it."""
    plain = annotation.removesuffix(OR_NONE)
    return KINDS.get(plain), plain != annotation


def shown(value: object) -> str:
    """A value in a message: short, in one line, of others than Python's own kinds the class."""
    if type(value).__module__ == "builtins" and type(value) is not object:
        return " ".join(reprlib.repr(value).split())
    return repr(value) if isinstance(value, np.generic) else f"<{type(value).__name__}>"
