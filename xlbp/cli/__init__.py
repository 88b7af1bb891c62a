"""The command line: click only.

Knows: the pipeline and what it returns; a command's module is loaded when the command is used, and what computes
when it runs.  Must never know how anything is computed, and is imported by no one.
"""

from xlbp.cli.command import cli, main

__all__ = ["cli", "main"]
