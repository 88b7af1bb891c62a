"""Writes docs/cli.md, the reference of the commands, from ``--help``, so that it can't drift.

Run by ``make docs``; a test fails where the page differs.
"""

from __future__ import annotations

from pathlib import Path

import click

from xlbp.cli import cli
from xlbp.cli.common import SETTINGS

PAGE = Path(__file__).resolve().parent.parent / "docs" / "cli.md"
HEAD = """# The commands

Made by `make docs` from `xlbp COMMAND --help`.

Exit codes: 0 fine, 1 the book disagrees, 2 usage or template wrong, 3 unreadable input, 4 cannot write, 5 engine missing, failed or timed out, 130 interrupted; 70 is a fault of xlbp itself. The environment variables `XLBP_SOFFICE` and `XLBP_SSCONVERT` name the programs, `XLBP_TIMEOUT` their limit in seconds (600).

"""  # noqa: E501  # a paragraph of Markdown is a line


def reference() -> str:
    """One section per command: its help, as the terminal shows it."""
    context = click.Context(cli, info_name="xlbp", **SETTINGS)
    parts = []
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        assert command is not None
        inner = click.Context(command, parent=context, info_name=name, terminal_width=100, **SETTINGS)
        parts.append(f"## `xlbp {name}`\n\n```text\n{command.get_help(inner)}\n```")
    return "\n\n".join(parts)


def page() -> str:
    """The whole page."""
    return f"{HEAD}{reference()}\n"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
