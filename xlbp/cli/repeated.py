"""Options that are given twice: of two answers to one question neither is taken in silence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click

from xlbp.errors import UsageError


def refuse_repeated(command: click.Command, arguments: Sequence[str]) -> None:
    """Raise UsageError for an option of one value that is given more than once."""
    single = {
        name: option.opts[0]
        for option in command.params
        if isinstance(option, click.Option) and not (option.multiple or option.is_flag or option.count)
        for name in option.opts
    }
    repeatable = {
        name
        for option in command.params
        if isinstance(option, click.Option) and option.multiple
        for name in option.opts
    }
    seen: set[str] = set()
    for name in _named(arguments, {*single, *repeatable}):
        option = single.get(name, "")
        if option and option in seen:
            raise UsageError(f"{name} is given twice, but takes one value; leave one of them out")
        seen.add(option)


def _named(arguments: Sequence[str], known: set[str]) -> Iterator[str]:
    """The options with a value, in their order: ``-n 3``, ``-n3``, ``--set=a=1``; what follows one is its value."""
    waiting = iter(arguments)
    for argument in waiting:
        if argument == "--":
            return
        name = argument.partition("=")[0] if argument.startswith("--") else argument[:2]
        if name in known:
            yield name
            if argument == name:
                next(waiting, "")
