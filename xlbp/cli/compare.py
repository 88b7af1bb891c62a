"""The command ``xlbp compare``."""

from __future__ import annotations

from pathlib import Path

import click

from xlbp.cli.common import (
    FILE,
    SETTINGS,
    echo_json,
    iterations_option,
    language_option,
    print_all,
    set_option,
    with_iterations,
)
from xlbp.progress import of_steps


@click.command(context_settings=SETTINGS)
@click.argument("template")
@click.option(
    "--vary", multiple=True, required=True, metavar="KEY=V1,V2,...", help="A key and its values; several make a grid."
)
@click.option("-o", "--output", type=FILE, help="The workbook; default output/NAME-comparison.xlsx.")
@iterations_option
@set_option
@language_option
@click.option("--force", is_flag=True, help="Replace the workbook if it exists.")
@click.option("--no-verify", is_flag=True, help="Do not recalculate and compare before saying done.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def compare(
    template: str,
    vary: tuple[str, ...],
    output: Path | None,
    iterations: int | None,
    overrides: tuple[str, ...],
    language: str | None,
    force: bool,
    no_verify: bool,
    as_json: bool,
) -> None:
    """Train TEMPLATE in several ways at once, on the same inputs, in one workbook with one chart of all losses.

    Each combination of the varied values is a run, at most 24, with a sheet of its own. Only commas outside of
    brackets, braces and quotes part values. A * in a key stands for every layer.

    \b
    Examples:
      xlbp compare mazur --vary training.learning_rate=0.1,0.2,0.5,0.8,1,2 -n 100
      xlbp compare xor --vary training.optimizer=sgd,momentum,adam --vary training.learning_rate=0.1,1
      xlbp compare xor --vary 'training.optimizer=adam,{name="adam",beta1=0.5}'
      xlbp compare iris --vary 'network.layers.*.weights.init=zeros,normal,xavier_uniform'
    """
    from xlbp.cli.made_text import CONSTANT, SAME_TARGETS, comparison_text, noise_line
    from xlbp.pipeline import compare as make
    from xlbp.results import DisagreementError

    settings = with_iterations(overrides, iterations)
    try:
        with of_steps(not as_json) as say:
            made = make(template, vary, output, settings, language, force, not no_verify, say)
    except DisagreementError as error:
        print_all(error.reports, as_json)
        raise
    if as_json:
        echo_json(made.to_dict())
    else:
        click.echo(comparison_text(made))
    for run in made.runs:
        about = f"run {run.number} ({run.label})"
        if run.constant:
            click.echo(f"xlbp: warning: {about} learns nothing: {CONSTANT[run.constant]}", err=True)
        elif run.learns_a_constant:
            click.echo(f"xlbp: warning: {about} {SAME_TARGETS}", err=True)
        if run.noise is not None:
            click.echo(f"xlbp: warning: {noise_line(run.noise, about)}", err=True)
