"""What the commands share: how a path is taken from the command line, and how help looks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click


class FilePath(click.ParamType):  # type: ignore[type-arg,unused-ignore]  # generic in later releases of click only
    """A path as it is written; whether it will do is for those to say who open it."""

    name = "path"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:  # noqa: ARG002
        """The text as a path."""
        return Path(value)


FILE = FilePath()
SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
