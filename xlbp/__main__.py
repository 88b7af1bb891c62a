"""``python -m xlbp`` is the command ``xlbp``."""

from __future__ import annotations

import sys
from typing import NoReturn


def main() -> NoReturn:
    """Run the command line; a Ctrl-C while it is being loaded leaves no traceback either."""
    try:
        from xlbp.cli import main as command  # noqa: PLC0415  # what the line above is about
    except KeyboardInterrupt:
        sys.exit(130)
    command()


if __name__ == "__main__":
    main()
