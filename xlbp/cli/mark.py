"""The command ``xlbp mark``."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from xlbp.cli.common import FILE, SETTINGS, credit_options, echo_json, scheduler_option, set_option, with_iterations
from xlbp.lang.languages import LANGUAGES
from xlbp.progress import of_steps

if TYPE_CHECKING:
    from xlbp.classroom.mark import Marked
    from xlbp.classroom.marking.record import Line
    from xlbp.lang import Texts

MOST_COMMON, MOST_LISTED = 5, 10


@click.command(context_settings=SETTINGS)
@click.argument("sources", type=FILE, nargs=-1, required=True, metavar="FOLDER|ARCHIVE.zip...")
@click.option("--roster", type=FILE, metavar="CSV", help="The class, as for xlbp exercise; default the gradebook.")
@click.option("-o", "--output", type=FILE, required=True, metavar="XLSX|CSV", help="The marks.")
@click.option("--exercise", "record", type=FILE, metavar="JSON", help="Its record; default the only one nearby.")
@click.option("--gradebook", type=FILE, metavar="CSV", help="The platform's own export, to be filled beside it.")
@click.option("--column", metavar="NAME", help="Of the gradebook, to be filled; default the only one that can be.")
@click.option("--out-of", metavar="N", help="Points of this scale; default the gradebook's, else the cells that count.")
@credit_options
@click.option(
    "--attempt",
    type=click.Choice(("best", "last")),
    default="last",
    show_default=True,
    help="Which of a student's several hand-ins counts.",
)
@click.option("--corrections", type=FILE, metavar="CSV", help="Whose doubtful files are: file,student.")
@click.option("--template", metavar="NAME", help="Instead of a record: the template, with --blank and --seed.")
@click.option("--blank", metavar="WHAT", help="What was left blank, with --template.")
@click.option("--kind", type=click.Choice(("blanks", "complete")), help="As the exercise had, with --template.")
@click.option("--seed", type=int, metavar="S", help="Of the numbers; none: all have the template's own.")
@click.option("-n", "--iterations", type=int, metavar="N", help="As the exercise had, with --template.")
@set_option
@click.option("--lang", "language", type=click.Choice(tuple(LANGUAGES)), help="As the exercise had, with --template.")
@click.option("--formulas", is_flag=True, help="Take no typed number for an answer.")
@click.option("--no-feedback", is_flag=True, help="No feedback copies.")
@click.option("--jobs", type=int, metavar="N", help="Processes; default one per processor, at most 4.")
@scheduler_option
@click.option("--force", is_flag=True, help="Replace marks that exist.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def mark(
    sources: tuple[Path, ...],
    roster: Path | None,
    output: Path,
    record: Path | None,
    gradebook: Path | None,
    column: str | None,
    out_of: str | None,
    partial: str | None,
    credit: tuple[str, ...],
    weight: tuple[str, ...],
    attempt: str,
    corrections: Path | None,
    template: str | None,
    blank: str | None,
    kind: str | None,
    seed: int | None,
    iterations: int | None,
    overrides: tuple[str, ...],
    language: str | None,
    formulas: bool,
    no_feedback: bool,
    jobs: int | None,
    scheduler: str | None,
    force: bool,
    as_json: bool,
) -> None:
    """Mark handed-in books by the teacher's own record: cell by cell, one slip counted once, the mistake named.

    Takes folders and archives as Moodle and Canvas give them. Writes the marks (-o), a summary of the class, a record
    of whose each file is, and feedback copies, in an archive too, named as the platform wants them back. Nothing in a
    handed-in file runs, and nothing it says of itself is believed.

    \b
    Examples:
      xlbp mark submissions.zip --roster class.csv -o marks.xlsx
      xlbp mark submissions.zip --gradebook Grades.csv -o marks.xlsx
      xlbp mark handed-in --roster class.csv -o marks.csv --out-of 10 --attempt best
      xlbp mark handed-in --roster class.csv -o marks.xlsx --partial 0.5 --credit rounding=0.5 --weight gradients=2
      xlbp mark handed-in --roster class.csv -o marks.csv --template mazur --blank gradients
    """
    from xlbp.classroom.described import Described, described_by
    from xlbp.classroom.exercise.credit import said_of_credit
    from xlbp.classroom.mark import Options, scale_of
    from xlbp.classroom.mark import mark as run

    settings = with_iterations(overrides, iterations)
    lists = [path for path in (roster, gradebook) if path is not None]
    described = described_by(sources, lists, record, Described(template, blank, seed, settings, language, kind))
    said, scale = said_of_credit(partial, credit, weight), scale_of(out_of)
    options = Options(
        not no_feedback, formulas, force, jobs, attempt, said, scale, corrections, gradebook, column, scheduler
    )
    with of_steps(not as_json) as progress:
        done = run(sources, roster, described, output, options, progress)
    if as_json:
        echo_json(done.to_dict())
        return
    click.echo(text_of(done))


def text_of(done: Marked) -> str:
    """Where the marks are, how many there are, what went wrong most, who is to be looked at, and what goes where."""
    paths = (done.table, done.summary, done.decisions, done.feedback, done.archive, done.gradebook)
    lines = [str(path) for path in dict.fromkeys(filter(None, paths))]
    return "\n".join([*lines, *_class_lines(done), *_student_lines(done), *_doubtful_lines(done), *_upload_lines(done)])


def _class_lines(done: Marked) -> list[str]:
    """How many were marked, and which mistakes are common."""
    from xlbp.classroom.marking.table import average, common_mistakes

    texts = done.plan.contents.texts
    counts = Counter(result.status for result in done.results)
    keys = ("marked", "missing", "unreadable", "stray")
    lines = [f"  {texts('marking.done', **{key: counts[key] for key in keys})}"]
    mean = average(texts, done.results)
    lines += [f"  {mean[0]}"] if mean else []
    others = sum(result.has_other_numbers for result in done.results)
    if 2 * others > counts["marked"] > 0:
        lines.append(f"  {texts('marking.other', count=others, marked=counts['marked'])}")
    common = common_mistakes(done.plan.contents, done.results)[:MOST_COMMON]
    if common:
        lines.append(f"  {texts('marking.common')}")
    for words, cells, students in common:
        lines.append(f"    {texts('marking.common_line', mistake=words, cells=cells, students=students)}")
    return lines


def _student_lines(done: Marked) -> list[str]:
    """Who is to be looked at: who handed in nothing, nothing that can be read, late, or another student's work."""
    texts = done.plan.contents.texts
    told: dict[str, list[str]] = {"missing": [], "unreadable": [], "late": [], "copied": []}
    for result in done.results:
        if result.student is None:
            continue
        name, of = result.student.name, result.answers_of or result.owner
        if result.status in told:
            told[result.status].append(name)
        if result.is_late:
            told["late"].append(name)
        if of:
            told["copied"].append(texts("marked.copied_of", name=name, of=of))
    return [f"  {texts(f'marked.said_{what}', names=_listed(texts, names))}" for what, names in told.items() if names]


def _doubtful_lines(done: Marked) -> list[str]:
    """Files that were not read, and those of which a teacher has to say whose they are."""
    texts = done.plan.contents.texts
    skipped = [line for line in done.record if line.use == "skipped"]
    lines = [f"  {texts('marked.skipped', file=line.file, reason=line.reason)}" for line in skipped[:MOST_LISTED]]
    likely = [f"{line.file} ({line.student.name})" for line in done.record if line.use == "likely" and line.student]
    lines += [f"  {texts('marked.likely', files=_listed(texts, likely))}"] if likely else []
    doubtful = [line for line in done.record if line.use == "doubtful"]
    if not doubtful:
        return lines
    lines.append(f"  {texts('marked.doubtful', count=texts.number(len(doubtful)))}")
    lines += [f"    {_whose(texts, line)}" for line in doubtful[:MOST_LISTED]]
    if more := max(len(doubtful) - MOST_LISTED, 0):
        lines.append(f"    {texts('marked.more_doubtful', count=more, file=done.decisions)}")
    return [*lines, f"    {texts('marked.settle')}"]


def _whose(texts: Texts, line: Line) -> str:
    """A doubtful file, and whose it may be."""
    names = [student.name for student in line.nearest[:2]]
    if not names:
        return str(line.file)
    key = "marked.nearest_two" if names[1:] else "marked.nearest_one"
    return texts(key, file=line.file, first=names[0], second=names[-1])


def _upload_lines(done: Marked) -> list[str]:
    """What goes where on the platform, and who is left out."""
    texts, lines = done.plan.contents.texts, []
    if done.filled and done.export:
        count, column = texts.number(done.filled.filled), repr(done.export.heading)
        lines.append(f"  {texts('marked.filled', file=done.gradebook, count=count, column=column)}")
        told = {"locked": done.filled.locked, "absent": done.filled.absent}
        lines += [
            f"    {texts(f'marked.{what}', names=_listed(texts, [each.name for each in students]))}"
            for what, students in told.items()
            if students
        ]
    if done.export and done.export.platform:
        lines.append(f"  {texts(f'marked.grades_{done.export.platform.lower()}', file=done.gradebook)}")
    platforms = _platforms(done) if done.archive else []
    return [*lines, *(f"  {texts(f'marked.feedback_{each.lower()}', file=done.archive)}" for each in platforms)]


def _platforms(done: Marked) -> list[str]:
    """The platforms that the hand-ins come from."""
    said = [result.decision.submission.platform for result in done.results if result.decision]
    return sorted({each.platform for each in said if each})


def _listed(texts: Texts, names: list[str]) -> str:
    more, first = len(names) - MOST_LISTED, ", ".join(names[:MOST_LISTED])
    return texts("marked.more", names=first, count=more) if more > 0 else first
