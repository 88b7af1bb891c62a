"""``xlbp studio``."""

from __future__ import annotations

from pathlib import Path

import click

from xlbp.cli.common import FILE, SETTINGS


@click.command(context_settings=SETTINGS)
@click.argument("folder", type=FILE, required=False)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, metavar="N", help="Of the address; default a free one."
)
@click.option("--no-open", is_flag=True, help="Do not open the browser.")
def studio(folder: Path | None, port: int, no_open: bool) -> None:
    """Do all of it on a page in your browser, without a terminal: compose, make, verify, audit, check, set and mark.

    The page is on this machine's own address, which nobody else reaches; nothing leaves the machine. What it makes is
    put into FOLDER, too, if you name one. Ctrl-C ends it.

    \b
    Examples:
      xlbp studio
      xlbp studio lessons --port 8765
    """
    from xlbp.studio.serve import serve

    serve(port, folder, not no_open, lambda address: click.echo(f"{address}\n  Ctrl-C ends the studio"))
