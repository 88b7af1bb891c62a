"""``python -m xlbp`` is the command ``xlbp``."""

from __future__ import annotations

import sys
from typing import NoReturn

from xlbp.errors import INTERRUPTED, Interrupted


def main() -> NoReturn:
    """Run the command line; a Ctrl-C while it is being loaded, or ends, leaves no traceback either."""
    try:
        from xlbp.cli import main as command  # noqa: PLC0415  # what the line above is about

        command()
    except (KeyboardInterrupt, Interrupted):
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
