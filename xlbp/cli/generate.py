"""``xlbp generate``: the command alone; the work is the pipeline's."""

from __future__ import annotations

from collections.abc import Sequence
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
    scheduler_option,
    set_option,
    with_iterations,
)
from xlbp.cli.several import Told, each_of, where
from xlbp.errors import UsageError
from xlbp.progress import of_steps

if TYPE_CHECKING:
    from xlbp.results import Made
    from xlbp.several.making import Order
    from xlbp.system.outcome import Outcome
    from xlbp.system.pool import Machines


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
@scheduler_option
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
    scheduler: str | None,
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
    from xlbp.several.making import Order

    settings = with_iterations(overrides, iterations)
    rest = (settings, language, force, not no_verify, not unprotected, notes)
    machines = where(jobs, scheduler)
    if len(templates) == 1:
        _one(Order(templates[0], output, *rest), machines, open_it, as_json)
        return
    if open_it:
        raise UsageError(f"--open opens one workbook, but {len(templates):,} are made; open them from their folder")
    paths = _paths(templates, output)
    orders = [Order(template, path, *rest) for template, path in zip(templates, paths, strict=True)]
    _several(orders, machines, as_json)


def _one(order: Order, machines: Machines, open_it: bool, as_json: bool) -> None:
    from xlbp.cli.made_text import made_text
    from xlbp.results import DisagreementError
    from xlbp.several.making import make_one

    try:
        with of_steps(not as_json) as progress:
            made = make_one(order, machines, progress)
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


def _several(orders: Sequence[Order], machines: Machines, as_json: bool) -> None:
    from xlbp.cli.made_text import made_line
    from xlbp.several.making import make_all

    told = Told(as_json)

    def tell(outcome: Outcome[Made]) -> None:
        made = outcome.result
        if made is None:
            told.error(outcome, {"path": str(orders[outcome.number].output)})
            return
        told.data.append(made.to_dict())
        if not as_json:
            click.echo(made_line(made))
        _warn(made, f"{made.path}: the training")

    each_of(make_all(orders, machines), len(orders), as_json, tell)
    told.end(f"{len(orders) - len(told.codes):,} of {len(orders):,} workbooks made")
