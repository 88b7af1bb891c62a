"""``python -m xlbp`` is the command ``xlbp``."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, NoReturn

from xlbp.errors import INTERRUPTED, Interrupted

if TYPE_CHECKING:
    from sys import UnraisableHookArgs


def main() -> NoReturn:
    """Run the command line; a Ctrl-C while it is being loaded, or ends, leaves no traceback either."""
    sys.unraisablehook = unheard
    try:
        from xlbp.cli import main as command  # noqa: PLC0415  # what the line above is about

        command()
    except (KeyboardInterrupt, Interrupted):
        sys.exit(INTERRUPTED)


def program() -> NoReturn:
    """Run the command line in a process of its own, which is gone as soon as all is said.

    Python would take hundreds of thousands of objects apart first, for some tenths of a second.
    """
    try:
        main()
    except SystemExit as end:
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        except OSError:
            raise end from None  # as Python tells it
        os._exit(end.code if isinstance(end.code, int) else 0)


def unheard(lost: UnraisableHookArgs) -> None:
    """A signal that came where Python drops exceptions, as in the callbacks of its import.

    While the command is being loaded it is a KeyboardInterrupt, and nothing has been begun; later it is one of ours,
    which is lost: the work goes on, and the next signal is heard again.
    """
    if isinstance(lost.exc_value, KeyboardInterrupt):
        os._exit(INTERRUPTED)
    if isinstance(lost.exc_value, Interrupted):
        from xlbp.cli.command import listen_again  # noqa: PLC0415  # it is there: the signal came to it

        listen_again()
    else:
        sys.__unraisablehook__(lost)


if __name__ == "__main__":
    program()
