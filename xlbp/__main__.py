"""``python -m xlbp`` is the command ``xlbp``."""

from xlbp.cli import main

main()
