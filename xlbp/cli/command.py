"""The command line: click only.  Imports the pipeline, late, and is imported by no one."""

from __future__ import annotations

import errno
import importlib
import os
import signal
import sys
from keyword import iskeyword
from typing import Any, NoReturn

import click

from xlbp import __version__
from xlbp.cli.common import SETTINGS
from xlbp.cli.repeated import refuse_repeated
from xlbp.cli.streams import speak_plainly
from xlbp.errors import INTERNAL_FAULT, INTERRUPTED, Interrupted, XlbpError, reason_of
from xlbp.system.garbage import collect_seldom

SIGNALS = tuple(name for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name))

HELP: Any = getattr(click.exceptions, "NoArgsIsHelpError", ())  # click 8.1 shows the help itself

COMMANDS = {  # each command's module, and what it does: --help must load none of them
    "audit": ("audit", "Find the mistake in a sheet of backpropagation, whoever made it."),
    "check": ("check", "Lay the numbers of your own program beside the right ones: the first that departs, and why."),
    "compare": ("compare", "Train a template in several ways at once, on the same inputs, in one workbook."),
    "exercise": ("exercise", "Make a workbook with cells for students to fill in; one for each of a class."),
    "export": ("export", "Write a training as code: NumPy, PyTorch, Keras; or the network as ONNX."),
    "explain": ("trace", "Derive one quantity: symbols, numbers, cells, and the chain rule path by path."),
    "generate": ("generate", "Compile templates into workbooks."),
    "import": ("import_", "Write a template of a model made elsewhere, ONNX or Keras; or put weights into a template."),
    "mark": ("mark", "Mark handed-in exercises, from the record of those who set them."),
    "new": ("new", "Write a template to edit: for your own CSV file, or of a certain size."),
    "page": ("page", "Write a training as one HTML page that follows as one types."),
    "studio": ("studio", "Do all of it on a page in your browser, without a terminal."),
    "templates": ("templates", "List the templates that come with xlbp."),
    "trace": ("trace", "Print the NumPy reference's numbers for a template."),
    "verify": ("verify", "Recalculate workbooks and compare every formula cell with NumPy."),
}


class Commands(click.Group):
    """A group whose commands are loaded when they are used."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """All of them, by name."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command, loaded."""
        if cmd_name not in COMMANDS:
            return None
        module, _ = COMMANDS[cmd_name]
        name = module if iskeyword(cmd_name) else cmd_name
        command: click.Command = getattr(importlib.import_module(f"xlbp.cli.{module}"), name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command with its arguments, none of which may answer one question twice; an unknown one is an error."""
        if args[0] not in COMMANDS and not args[0].startswith("-"):
            from xlbp.template.nearest import nearest

            ctx.fail(f"no such command {args[0]!r}{nearest(args[0], sorted(COMMANDS))}")
        name, command, rest = super().resolve_command(ctx, args)
        if command is not None:
            refuse_repeated(command, rest)
        return name, command, rest

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The list in --help, without loading a command."""
        rows = [(name, words) for name, (_, words) in sorted(COMMANDS.items())]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


@click.group(cls=Commands, context_settings=SETTINGS)
@click.version_option(__version__, prog_name="xlbp")
def cli() -> None:
    """Backpropagation you can click on: training as a live, verified workbook.

    \b
    Example:
      xlbp generate mazur
      xlbp verify output/mazur.xlsx
    """


def _fail(error: XlbpError) -> NoReturn:
    click.echo(f"xlbp: error: {error.at_the_command_line}", err=True)
    sys.exit(error.exit_code)


def main() -> NoReturn:
    """Run the command; every error becomes one line on stderr (a template's line and a caret under it) and a code."""
    _listen()
    speak_plainly()
    be_quick()
    try:
        code = _run()
    except XlbpError as error:
        _fail(error)
    except HELP as error:
        click.echo(error.format_message())
        sys.exit(0)
    except click.ClickException as error:
        click.echo(f"xlbp: error: {error.format_message()}", err=True)
        sys.exit(2)
    except (Interrupted, KeyboardInterrupt, click.Abort) as stopped:
        kept = f"; {stopped.advice}" if isinstance(stopped, Interrupted) and stopped.advice else ""
        click.echo(f"xlbp: interrupted; no file was left half-written{kept}", err=True)
        sys.exit(INTERRUPTED)
    except SystemExit:  # click's for a broken pipe
        _leave_quietly()
    except OSError as error:
        if _has_gone(error):
            _leave_quietly()
        click.echo(f"xlbp: error: can't write to the terminal: {reason_of(error)}", err=True)
        sys.exit(4)
    except Exception as error:
        if os.environ.get("XLBP_DEBUG"):
            raise
        said = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        click.echo(f"xlbp: error: a fault of xlbp itself, please report it ({said}); XLBP_DEBUG=1 shows more", err=True)
        sys.exit(INTERNAL_FAULT)
    sys.exit(code if isinstance(code, int) else 0)


def be_quick() -> None:
    """What suits one book at a time: it leaves little garbage, and its matrices are small."""
    collect_seldom()
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # NumPy's, which starts a thread for each core when it is loaded


def _has_gone(error: OSError) -> bool:
    """Whether the reader of our output has seen enough; Windows calls writing to it an invalid argument."""
    return isinstance(error, BrokenPipeError) or (os.name == "nt" and error.errno == errno.EINVAL)


def _leave_quietly() -> NoReturn:
    """Without a word from Python, either, when it closes the pipe."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(0)


def _run() -> object:
    """The command, to its end.  What goes wrong after a signal is the signal's doing: it stopped a file half-way."""
    try:
        code = cli(standalone_mode=False)
        sys.stdout.flush()
    except BaseException as error:
        if _signals and not isinstance(error, Interrupted):
            raise Interrupted from None
        raise
    return code


_signals: list[object] = []  # those that have come
_heard: list[int] = []  # those that are listened to


def _listen() -> None:
    numbers = [getattr(signal, name) for name in SIGNALS]
    _heard[:] = [number for number in numbers if signal.getsignal(number) is not signal.SIG_IGN]  # as nohup has it
    for number in _heard:
        signal.signal(number, _interrupt)


def listen_again() -> None:
    """The signal that came was lost and has stopped nothing: another one must be able to."""
    _signals.clear()
    for number in _heard:
        signal.signal(number, _interrupt)


def _interrupt(*_: object) -> NoReturn:
    """The first signal ends the work, cleaned up; another one has nothing left to stop."""
    _signals.append(signal)
    for name in SIGNALS:
        signal.signal(getattr(signal, name), signal.SIG_IGN)
    raise Interrupted
