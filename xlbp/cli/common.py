"""What the commands share: options, and how they speak."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from xlbp.cli.streams import json_for
from xlbp.lang.languages import LANGUAGES


class FilePath(click.ParamType):  # type: ignore[type-arg,unused-ignore]  # generic in later releases of click only
    """A path as it is written; whether it will do is for those to say who open it."""

    name = "path"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """The text as a path; an empty one would be the folder one is in."""
        if value == "":
            self.fail("the name is empty", param, ctx)
        return Path(value)


FILE = FilePath()
SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


language_option = click.option(
    "--lang", "language", type=click.Choice(tuple(LANGUAGES)), help="Of the words; default: the locale's."
)
jobs_option = click.option(
    "--jobs", type=click.IntRange(1), metavar="N", help="Books at a time; default: as many as there are cores."
)
scheduler_option = click.option(
    "--scheduler", metavar="ADDRESS", help="Do the work on a Dask cluster, tcp://HOST:PORT or tls://HOST:PORT."
)
journal_option = click.option(
    "--journal", type=FILE, metavar="FILE", help="Of several: keep there what is done, to go on after an interruption."
)
set_option = click.option(
    "--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Override a key of the template; may be repeated."
)
CREDITS = (
    click.option("--partial", metavar="N", help="What a cell counts that is right given an earlier slip; default 1."),
    click.option(
        "--credit",
        multiple=True,
        metavar="MISTAKE=N|TOML",
        help="What a wrong cell counts by its mistake, as rounding=0.5; or a file of all three; repeatable.",
    ),
    click.option(
        "--weight",
        multiple=True,
        metavar="WHAT=N",
        help="Points of each cell of a part, a symbol or a cell, as gradients=2 or w5=3; repeatable; default 1.",
    ),
)
iterations_option = click.option("-n", "--iterations", type=int, metavar="N", help="Rows after the first.")


def credit_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of what cells count."""
    for credit in reversed(CREDITS):
        command = credit(command)
    return command


def with_iterations(overrides: tuple[str, ...], iterations: int | None) -> tuple[str, ...]:
    """The overrides, and that of -n."""
    from xlbp.template.sources import overrides_of

    return overrides if iterations is None else overrides_of(overrides, iterations)


def print_all(reports: list[Any], as_json: bool) -> None:
    """Reports of verification, for a program or a person."""
    from xlbp.verification.report import print_reports, to_json

    if as_json:
        echo_json_text(to_json(reports))
    else:
        print_reports(reports, sys.stdout)


def echo_json(data: Any) -> None:
    """Data for a program."""
    echo_json_text(json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False))


def echo_json_text(text: str) -> None:
    """JSON on the standard output, whatever its encoding."""
    click.echo(json_for(sys.stdout, text))
