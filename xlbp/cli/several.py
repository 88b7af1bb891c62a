"""Many books at a time: what the commands print of each, in the order in which they were asked for."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from xlbp.cli.common import echo_json
from xlbp.errors import UsageError, at_the_command_line
from xlbp.progress import of_books

if TYPE_CHECKING:
    from xlbp.system.journal import Journal
    from xlbp.system.outcome import Outcome
    from xlbp.system.pool import Machines

Result = TypeVar("Result")


def where(jobs: int | None, scheduler: str | None) -> Machines:
    """The processes of this machine, or a cluster."""
    from xlbp.system.pool import Machines, cores

    return Machines(jobs or cores(), scheduler or "")


@contextmanager
def kept_in(path: Path | None, count: int, job: object) -> Iterator[Journal | None]:
    """The journal that is asked for; it goes if the block ends well."""
    from xlbp.system.journal import journal_at

    if path is None:
        yield None
        return
    if count == 1:
        raise UsageError(f"--journal {path}: one book is done in one go; leave it out")
    code = None
    with journal_at(path, job) as journal:
        try:
            yield journal
        except click.exceptions.Exit as ended:  # all is done and told
            code = ended
    if code is not None:
        raise code


def in_order(outcomes: Iterable[Outcome[Result]]) -> Iterator[Outcome[Result]]:
    """The outcomes by their numbers, each as soon as all before it are there."""
    early: dict[int, Outcome[Result]] = {}
    following = 0
    for outcome in outcomes:
        early[outcome.number] = outcome
        while following in early:
            yield early.pop(following)
            following += 1


class Told:
    """What is said of the books one after the other: a line each, or in the end JSON; errors on stderr."""

    def __init__(self, as_json: bool) -> None:
        self.as_json, self.data, self.codes = as_json, list[dict[str, Any]](), list[int]()

    def error(self, outcome: Outcome[Any], data: dict[str, Any]) -> None:
        """A book of which nothing comes; ``data`` says which."""
        said = at_the_command_line(outcome.error)
        click.echo(f"xlbp: error: {said}", err=True)
        self.data.append({**data, "error": said})
        self.codes.append(outcome.exit_code)

    def end(self, summary: str, always: bool = False) -> None:
        """The JSON, or a last line, and the exit code: the highest of all."""
        failed = any(self.codes)
        if self.as_json:
            echo_json(self.data)
        else:
            click.echo(summary, err=failed and not always)
        if failed:
            click.get_current_context().exit(max(self.codes))


def each_of(
    outcomes: Iterable[Outcome[Result]], count: int, as_json: bool, tell: Callable[[Outcome[Result]], None]
) -> None:
    """Tell of each outcome in its turn; where the lines do not go to the terminal, a bar shows how far the work is."""
    with of_books(count, not as_json and not sys.stdout.isatty()) as one_more:

        def counting() -> Iterator[Outcome[Result]]:
            for outcome in outcomes:
                one_more()
                yield outcome

        for outcome in in_order(counting()):
            tell(outcome)
