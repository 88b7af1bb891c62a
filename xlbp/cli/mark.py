"""The command ``xlbp mark``."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from xlbp.cli.common import FILE, SETTINGS, echo_json, set_option, with_iterations
from xlbp.lang.languages import LANGUAGES
from xlbp.progress import of_steps

if TYPE_CHECKING:
    from xlbp.classroom.mark import Marked

MOST_COMMON = 5


@click.command(context_settings=SETTINGS)
@click.argument("folder", type=FILE)
@click.option("--roster", type=FILE, required=True, metavar="CSV", help="The class, as for xlbp exercise.")
@click.option("-o", "--output", type=FILE, required=True, metavar="CSV", help="The marks.")
@click.option("--exercise", "record", type=FILE, metavar="JSON", help="Its record; default the only one nearby.")
@click.option("--template", metavar="NAME", help="Instead of a record: the template, with --blank and --seed.")
@click.option("--blank", metavar="WHAT", help="What was left blank, with --template.")
@click.option("--seed", type=int, metavar="S", help="Of the numbers; none: all have the template's own.")
@click.option("-n", "--iterations", type=int, metavar="N", help="As the exercise had, with --template.")
@set_option
@click.option("--lang", "language", type=click.Choice(tuple(LANGUAGES)), help="As the exercise had, with --template.")
@click.option("--formulas", is_flag=True, help="Take no typed number for an answer.")
@click.option("--no-feedback", is_flag=True, help="No feedback copies.")
@click.option("--jobs", type=int, metavar="N", help="Processes; default one per processor, at most 4.")
@click.option("--force", is_flag=True, help="Replace marks that exist.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def mark(
    folder: Path,
    roster: Path,
    output: Path,
    record: Path | None,
    template: str | None,
    blank: str | None,
    seed: int | None,
    iterations: int | None,
    overrides: tuple[str, ...],
    language: str | None,
    formulas: bool,
    no_feedback: bool,
    jobs: int | None,
    force: bool,
    as_json: bool,
) -> None:
    """Mark the books in FOLDER by the teacher's own record: cell by cell, one slip counted once, the mistake named.

    Writes the marks (-o), a summary of the class beside it, and a folder of feedback copies. Nothing in a
    handed-in file runs, and nothing it says of itself is believed.

    \b
    Examples:
      xlbp mark handed-in --roster class.csv -o marks.csv
      xlbp mark handed-in --roster class.csv -o marks.csv --exercise monday.exercise.json --formulas
      xlbp mark handed-in --roster class.csv -o marks.csv --template mazur --blank gradients
    """
    from xlbp.classroom.described import Described, described_by
    from xlbp.classroom.mark import Options
    from xlbp.classroom.mark import mark as run

    settings = with_iterations(overrides, iterations)
    described = described_by(folder, roster, record, Described(template, blank, seed, settings, language))
    with of_steps(not as_json) as progress:
        done = run(folder, roster, described, output, Options(not no_feedback, formulas, force, jobs), progress)
    if as_json:
        echo_json(done.to_dict())
        return
    click.echo(_text(done))


def _text(done: Marked) -> str:
    """Where the marks are, how many there are, and what went wrong most."""
    from xlbp.classroom.marking.table import common_mistakes

    texts = done.plan.contents.texts
    counts = Counter(result.status for result in done.results)
    lines = [f"{done.table}", f"{done.summary}", *([f"{done.feedback}"] if done.feedback else [])]
    keys = ("marked", "missing", "unreadable", "stray")
    lines.append(f"  {texts('marking.done', **{key: counts[key] for key in keys})}")
    scores = [result.score for result in done.results if result.status == "marked"]
    if scores:
        mean = texts.number(sum(scores) / len(scores), ".1f")
        lines.append(f"  {texts('marking.mean', mean=mean, of=len(done.plan.blanks.cells))}")
    others = sum(result.has_other_numbers for result in done.results)
    if 2 * others > len(scores) > 0:
        lines.append(f"  {texts('marking.other', count=others, marked=len(scores))}")
    common = common_mistakes(done.plan.contents, done.results)[:MOST_COMMON]
    if common:
        lines.append(f"  {texts('marking.common')}")
    for words, cells, students in common:
        lines.append(f"    {texts('marking.common_line', mistake=words, cells=cells, students=students)}")
    return "\n".join(lines)
