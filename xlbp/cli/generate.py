"""``xlbp generate``: the command alone; the work is the pipeline's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from xlbp.cli.common import (
    FILE,
    SETTINGS,
    echo_json,
    iterations_option,
    jobs_option,
    language_option,
    print_all,
    set_option,
    with_iterations,
)
from xlbp.errors import UsageError, at_the_command_line
from xlbp.progress import of_books, of_steps

if TYPE_CHECKING:
    from xlbp.results import Made, Progress


@dataclass(frozen=True)
class Order:
    """One book that is wanted, as plain data for another process."""

    template: str
    output: Path | None
    overrides: tuple[str, ...]
    language: str | None
    force: bool
    verified: bool
    protected: bool
    notes: bool

    def make(self, progress: Progress | None = None) -> Made:
        """Make it."""
        from xlbp.pipeline import generate as make
        from xlbp.results import silent

        return make(
            self.template,
            self.output,
            self.overrides,
            self.language,
            self.force,
            self.verified,
            self.protected,
            progress or silent,
            self.notes,
        )


@click.command(context_settings=SETTINGS)
@click.argument("templates", metavar="TEMPLATE...", nargs=-1, required=True)
@click.option("-o", "--output", type=FILE, help="The workbook, of several the folder; default output/NAME.xlsx.")
@iterations_option
@set_option
@language_option
@click.option("--force", is_flag=True, help="Replace a workbook that exists.")
@click.option("--no-verify", is_flag=True, help="Do not recalculate and compare before saying done.")
@click.option("--unprotected", is_flag=True, help="Leave the formulas of the teaching sheets unlocked.")
@click.option("--notes", is_flag=True, help="Write a page for the teacher, too: NAME-notes.md, beside the workbook.")
@jobs_option
@click.option("--open", "open_it", is_flag=True, help="Open the workbook when it is done.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def generate(
    templates: tuple[str, ...],
    output: Path | None,
    iterations: int | None,
    overrides: tuple[str, ...],
    language: str | None,
    force: bool,
    no_verify: bool,
    unprotected: bool,
    notes: bool,
    jobs: int | None,
    open_it: bool,
    as_json: bool,
) -> None:
    """Compile TEMPLATE (a shipped name, or a path to a .toml) into a workbook; several of them at a time.

    \b
    Examples:
      xlbp generate mazur
      xlbp generate xor -n 2000 --set training.learning_rate=0.5 -o xor.xlsx
      xlbp generate my-network.toml --lang zh-CN --open
      xlbp generate lstm --notes
      xlbp generate class/*.toml -o books --jobs 4
    """
    settings = with_iterations(overrides, iterations)
    rest = (settings, language, force, not no_verify, not unprotected, notes)
    if len(templates) == 1:
        _one(Order(templates[0], output, *rest), open_it, as_json)
        return
    if open_it:
        raise UsageError(f"--open opens one workbook, but {len(templates):,} are made; open them from their folder")
    _several(
        [Order(t, path, *rest) for t, path in zip(templates, _paths(templates, output), strict=True)], jobs, as_json
    )


def _one(order: Order, open_it: bool, as_json: bool) -> None:
    from xlbp.cli.made_text import made_text
    from xlbp.results import DisagreementError

    try:
        with of_steps(not as_json) as progress:
            made = order.make(progress)
    except DisagreementError as error:
        print_all(error.reports, as_json)
        raise
    if as_json:
        echo_json(made.to_dict())
    else:
        click.echo(made_text(made))
    _warn(made)
    if open_it:
        click.launch(str(made.path))


def _warn(made: Made, about: str = "the training") -> None:
    if made.diverged_at is not None:
        click.echo(f"xlbp: warning: {about} diverges at iteration {made.diverged_at}; its cells show #NUM!", err=True)
    if made.constant:
        from xlbp.cli.made_text import CONSTANT

        click.echo(f"xlbp: warning: {about} learns nothing: {CONSTANT[made.constant]}", err=True)
    elif made.learns_a_constant:
        from xlbp.cli.made_text import SAME_TARGETS

        click.echo(f"xlbp: warning: {about} {SAME_TARGETS}", err=True)
    if made.noise is not None:
        from xlbp.cli.made_text import noise_line

        click.echo(f"xlbp: warning: {noise_line(made.noise, about)}", err=True)


def _paths(templates: Sequence[str], folder: Path | None) -> list[Path]:
    """Where each book goes.  Raises UsageError if two would be one, WriteError if there is no such folder."""
    from xlbp.system.atomic import FOLDER, make_folder

    where = folder or FOLDER
    if where.suffix.lower() == ".xlsx" and not where.is_dir():
        raise UsageError(f"-o {where}: of {len(templates):,} templates this must be a folder")
    make_folder(where)
    found: dict[str, str] = {}  # without regard to case, as Windows and macOS name files
    paths = []
    for template in templates:
        path = where / f"{Path(template).stem if template.endswith('.toml') else template}.xlsx"
        if other := found.get(str(path).casefold()):
            remedy = "name it once" if other == template else "give one of them another name"
            raise UsageError(f"{other} and {template} would both become {path}; {remedy}")
        found[str(path).casefold()] = template
        paths.append(path)
    return paths


def _several(orders: Sequence[Order], jobs: int | None, as_json: bool) -> None:
    from xlbp.cli.made_text import made_line
    from xlbp.system.pool import cores, run_all

    found = []
    with of_books(len(orders), not as_json) as one_more:
        for outcome in run_all(Order.make, orders, jobs or cores()):
            found.append(outcome)
            one_more()
    found.sort(key=lambda outcome: outcome.number)
    if as_json:
        failures = [
            {"path": str(order.output), "error": at_the_command_line(o.error)}
            for order, o in zip(orders, found, strict=True)
        ]
        echo_json([o.result.to_dict() if o.result else f for f, o in zip(failures, found, strict=True)])
    for outcome in found:
        if outcome.result is None:
            click.echo(f"xlbp: error: {at_the_command_line(outcome.error)}", err=True)
        else:
            if not as_json:
                click.echo(made_line(outcome.result))
            _warn(outcome.result, f"{outcome.result.path}: the training")
    failed = [outcome.exit_code for outcome in found if outcome.error]
    if not as_json:
        click.echo(f"{len(found) - len(failed):,} of {len(found):,} workbooks made", err=bool(failed))
    if failed:
        click.get_current_context().exit(max(failed))
