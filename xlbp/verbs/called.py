"""How a verb is called: by its keywords, or as it was in 0.1.0; and numbers that a verb takes."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from operator import index
from pathlib import Path
from typing import ParamSpec, TypeVar

from xlbp.errors import KEYWORDS, UsageError, option
from xlbp.template.nearest import close_to
from xlbp.verbs.arguments import refuse_wrong

P = ParamSpec("P")
R = TypeVar("R")
OPTIONS = {flag.lstrip("-").replace("-", "_"): keyword for flag, keyword in KEYWORDS.items()}


def verb(
    places: Sequence[str] = (), renamed: Mapping[str, str] | None = None
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a function a verb that can be called as in 0.1.0, too, with a DeprecationWarning.

    ``places`` are the keywords of what could stand behind the arguments that still go by their places; ``renamed``
    are old keywords with what they are called now.  An unknown keyword is a TypeError that names the nearest one, an
    argument of a wrong kind a UsageError that says what to give.
    """
    now = renamed or {}

    def made(function: Callable[P, R]) -> Callable[P, R]:
        plain: Callable[..., R] = function
        parameters = inspect.signature(function).parameters
        most = sum(each.kind is not inspect.Parameter.KEYWORD_ONLY for each in parameters.values())

        @wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            by_place = dict(zip(places, args[most:], strict=False)) if len(args) > most else {}
            old = {**by_place, **{name: kwargs.pop(name) for name in now if name in kwargs}}
            if old:
                given = {now.get(name, name): value for name, value in old.items()}
                said = ", ".join(f"{name}=..." for name in given)
                warnings.warn(f"call {function.__name__} as {function.__name__}(..., {said})", DeprecationWarning, 2)
                for name in given:
                    if name in kwargs:
                        raise TypeError(f"{function.__name__}() takes {name!r} once; it is given twice")
                kwargs.update(given)
            for name in kwargs:
                if name not in parameters:
                    raise TypeError(f"{function.__name__}() takes no {name!r}{_meant(name, list(parameters))}")
            taken = args if len(args) > most + len(places) else args[:most]
            for name, value in (*zip(parameters, taken, strict=False), *kwargs.items()):
                refuse_wrong(name, value, parameters[name])
            return plain(*taken, **kwargs)

        return call

    return made


def _meant(name: str, known: Sequence[str]) -> str:
    """What may have been meant by an unknown keyword, which may be an option of the command."""
    meant = OPTIONS.get(name) or close_to(name, known)
    return f"; did you mean {meant}?" if meant else f"; it takes {', '.join(known)}"


def texts(values: str | Sequence[str]) -> tuple[str, ...]:
    """Several texts; a single one stands for itself."""
    return (values,) if isinstance(values, str) else tuple(values)


def whole(flag: str, number: int | None, least: int = 0) -> int | None:
    """A whole number that an option takes, of NumPy or not; None stays.  Raises UsageError for anything else."""
    if number is None:
        return None
    try:
        taken = None if isinstance(number, bool) else index(number)
    except TypeError:
        taken = None
    if taken is None or taken < least:
        raise UsageError(f"{option(flag, number)}: give a whole number of at least {least}")
    return taken


def path_of(path: Path | str | None) -> Path | None:
    """A path, where one is given."""
    return None if path is None else Path(path)
