"""The command line: click only.  Imports the pipeline, late, and is imported by no one."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import NoReturn

import click

from xlbp import __version__
from xlbp.cli_common import (
    FILE,
    SETTINGS,
    echo_json,
    iterations_option,
    print_all,
    progress,
    set_option,
    with_iterations,
)
from xlbp.cli_compare import compare
from xlbp.cli_new import new
from xlbp.cli_verify import verify
from xlbp.errors import INTERNAL_FAULT, INTERRUPTED, Interrupted, UsageError, XlbpError
from xlbp.lang import LANGUAGES

SIGNALS = tuple(name for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


@click.group(context_settings=SETTINGS)
@click.version_option(__version__, prog_name="xlbp")
def cli() -> None:
    """Backpropagation you can click on: training as a live, verified workbook.

    \b
    Example:
      xlbp generate mazur
      xlbp verify output/mazur.xlsx
    """


cli.add_command(new)


@cli.command(context_settings=SETTINGS)
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def templates(as_json: bool) -> None:
    """List the templates that come with xlbp.

    \b
    Example:
      xlbp templates
    """
    from xlbp.spec.load import load_template, shipped

    found = [load_template(name) for name in shipped()]
    rows = [{"name": t.name, "kind": t.kind, "title": t.title["en"]} for t in found]
    if as_json:
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    width = max(len(row["name"]) for row in rows)
    for row in rows:
        click.echo(f"{row['name']:<{width}}  {row['kind']:<10}  {row['title']}")


@cli.command(context_settings=SETTINGS)
@click.argument("template")
@click.option("-o", "--output", type=FILE, help="The workbook; default output/NAME.xlsx.")
@iterations_option
@set_option
@click.option("--lang", "language", type=click.Choice(LANGUAGES), help="Default: the locale's.")
@click.option("--force", is_flag=True, help="Replace the workbook if it exists.")
@click.option("--no-verify", is_flag=True, help="Do not recalculate and compare before saying done.")
@click.option("--unprotected", is_flag=True, help="Leave the formulas of the teaching sheets unlocked.")
@click.option("--open", "open_it", is_flag=True, help="Open the workbook when it is done.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def generate(
    template: str,
    output: Path | None,
    iterations: int | None,
    overrides: tuple[str, ...],
    language: str | None,
    force: bool,
    no_verify: bool,
    unprotected: bool,
    open_it: bool,
    as_json: bool,
) -> None:
    """Compile TEMPLATE (a shipped name, or a path to a .toml) into a workbook.

    \b
    Examples:
      xlbp generate mazur
      xlbp generate xor -n 2000 --set training.learning_rate=0.5 -o xor.xlsx
      xlbp generate my-network.toml --lang zh-CN --open
    """
    from xlbp.made import made_data, made_text
    from xlbp.pipeline import DisagreementError
    from xlbp.pipeline import generate as make

    say = (lambda step: None) if as_json else progress()
    try:
        made = make(
            template,
            output,
            with_iterations(overrides, iterations),
            language,
            force,
            not no_verify,
            not unprotected,
            say,
        )
    except DisagreementError as error:
        print_all(error.reports, as_json)
        raise
    if as_json:
        echo_json(made_data(made))
    else:
        click.echo(("\r\033[K" if sys.stderr.isatty() else ""), nl=False, err=True)
        click.echo(made_text(made))
    if made.diverged_at is not None:
        click.echo(
            f"xlbp: warning: the training diverges at iteration {made.diverged_at}; its cells show #NUM!", err=True
        )
    if open_it:
        click.launch(str(made.path))


@cli.command(context_settings=SETTINGS)
@click.argument("template")
@iterations_option
@set_option
@click.option("--csv", "as_csv", is_flag=True, help="Comma-separated values; the default.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.option("-o", "--output", type=FILE, help="A file; default the terminal.")
@click.option("--force", is_flag=True, help="Replace the file if it exists.")
def trace(
    template: str,
    iterations: int | None,
    overrides: tuple[str, ...],
    as_csv: bool,
    as_json: bool,
    output: Path | None,
    force: bool,
) -> None:
    """Print the NumPy reference's numbers for TEMPLATE: columns by name, a row per iteration.

    \b
    Examples:
      xlbp trace mazur -n 3
      xlbp trace mazur -n 1000 --json -o mazur.json
    """
    from xlbp.pipeline import trace as run
    from xlbp.trace import as_csv_text, as_json_text, refuse_own_input, write_text
    from xlbp.workbook.atomic import check_target

    if as_csv and as_json:
        raise UsageError("choose one of --csv and --json")
    if output is not None:
        check_target(output, force, suffix="")
    read, names, values = run(template, with_iterations(overrides, iterations))
    if output is not None:
        refuse_own_input(output, template, read)
    text = as_json_text(names, values) if as_json else as_csv_text(names, values)
    if output is None:
        click.echo(text, nl=False)
    else:
        write_text(output, text)


@cli.command(context_settings=SETTINGS)
@click.argument("source", metavar="BOOK|TEMPLATE")
@click.argument("quantity", metavar="CELL|NAME")
@click.option("--iteration", type=int, metavar="T", help="Default 0, or that of the cell.")
@click.option("--sample", type=int, metavar="K", help="Of a batch; default 1, or that of the cell.")
@iterations_option
@set_option
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def explain(
    source: str,
    quantity: str,
    iteration: int | None,
    sample: int | None,
    iterations: int | None,
    overrides: tuple[str, ...],
    as_json: bool,
) -> None:
    """Derive one quantity: symbols, numbers, cells, and for a gradient the chain rule path by path.

    \b
    Examples:
      xlbp explain output/mazur.xlsx AL12
      xlbp explain output/mazur.xlsx dE_total/dw5 --iteration 7
      xlbp explain xor dE/dw5 --sample 3
    """
    from xlbp.explain import as_text, to_data
    from xlbp.pipeline import explain as run

    found = run(source, quantity, iteration, sample, with_iterations(overrides, iterations))
    echo_json(to_data(found)) if as_json else click.echo(as_text(found))


def _fail(error: XlbpError) -> NoReturn:
    click.echo(f"xlbp: error: {error}", err=True)
    sys.exit(error.exit_code)


cli.add_command(compare)
cli.add_command(verify)


def main() -> NoReturn:
    """Run the command; every error becomes one line on stderr (a template's line and a caret under it) and a code."""
    _listen()
    try:
        code = _run()
    except XlbpError as error:
        _fail(error)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        sys.exit(0)
    except click.ClickException as error:
        click.echo(f"xlbp: error: {error.format_message()}", err=True)
        sys.exit(2)
    except (Interrupted, KeyboardInterrupt, click.Abort):
        click.echo("xlbp: interrupted; no file was left half-written", err=True)
        sys.exit(INTERRUPTED)
    except (BrokenPipeError, SystemExit):  # the reader has seen enough; click turns that into an exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        click.echo(f"xlbp: error: can't write to the terminal: {(error.strerror or str(error)).lower()}", err=True)
        sys.exit(4)
    except Exception as error:
        if os.environ.get("XLBP_DEBUG"):
            raise
        said = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        click.echo(f"xlbp: error: a fault of xlbp itself, please report it ({said}); XLBP_DEBUG=1 shows more", err=True)
        sys.exit(INTERNAL_FAULT)
    sys.exit(code if isinstance(code, int) else 0)


def _run() -> object:
    """The command, to its end.  What goes wrong after a signal is the signal's doing: it stopped a file half-way."""
    try:
        code = cli(standalone_mode=False)
        sys.stdout.flush()
    except BaseException:
        if _signals:
            raise Interrupted from None
        raise
    return code


_signals: list[object] = []  # those that have come


def _listen() -> None:
    for name in SIGNALS:
        if signal.getsignal(getattr(signal, name)) is not signal.SIG_IGN:  # as nohup has it
            signal.signal(getattr(signal, name), _interrupt)


def _interrupt(*_: object) -> NoReturn:
    """The first signal ends the work, cleaned up; another one has nothing left to stop."""
    _signals.append(signal)
    for name in SIGNALS:
        signal.signal(getattr(signal, name), signal.SIG_IGN)
    raise Interrupted
