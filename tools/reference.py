"""Writes the README's command reference from ``--help``, so that it can't drift.

Run by ``make docs``; a test fails where the README differs.
"""

from __future__ import annotations

import re
from pathlib import Path

import click

from xlbp.cli import cli
from xlbp.cli.common import SETTINGS

README = Path(__file__).resolve().parent.parent / "README.md"
BEGIN, END = "<!-- commands: made by `make docs` -->", "<!-- end of commands -->"


def reference() -> str:
    """One section per command: its help, as the terminal shows it."""
    context = click.Context(cli, info_name="xlbp", **SETTINGS)
    parts = []
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        assert command is not None
        inner = click.Context(command, parent=context, info_name=name, terminal_width=100, **SETTINGS)
        parts.append(f"### `xlbp {name}`\n\n```text\n{command.get_help(inner)}\n```")
    return "\n\n".join(parts)


def with_reference(text: str) -> str:
    """The README's text with the reference put in."""
    pattern = re.compile(f"{re.escape(BEGIN)}.*{re.escape(END)}", re.DOTALL)
    return pattern.sub(lambda _: f"{BEGIN}\n\n{reference()}\n\n{END}", text)


if __name__ == "__main__":
    README.write_text(with_reference(README.read_text("utf-8")), "utf-8")
