"""The command ``xlbp mark``."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from xlbp.cli.common import FILE, SETTINGS, credit_options, echo_json, scheduler_option, set_option, with_iterations
from xlbp.errors import counted
from xlbp.lang.languages import LANGUAGES
from xlbp.progress import of_steps

if TYPE_CHECKING:
    from xlbp.classroom.mark import Marked

MOST_COMMON, MOST_LISTED = 5, 10
GRADES_GO = {
    "Moodle": "Moodle: Submissions, Actions, Upload grading worksheet",
    "Canvas": "Canvas: Gradebook, Import",
}
FEEDBACK_GOES = {
    "Moodle": "Moodle: Submissions, Actions, Upload multiple feedback files in a zip",
    "Canvas": "Canvas: Gradebook, the assignment's menu, Re-upload submissions",
}


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
    click.echo(_text(done))


def _text(done: Marked) -> str:
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
    told: dict[str, list[str]] = {"missing": [], "unreadable": [], "late": [], "may be copied": []}
    for result in done.results:
        if result.student is None:
            continue
        name, of = result.student.name, result.answers_of or result.owner
        if result.status in told:
            told[result.status].append(name)
        if result.is_late:
            told["late"].append(name)
        if of:
            told["may be copied"].append(f"{name} (of {of})")
    return [f"  {what}: {_listed(names)}" for what, names in told.items() if names]


def _doubtful_lines(done: Marked) -> list[str]:
    """Files that were not read, and those of which a teacher has to say whose they are."""
    skipped = [line for line in done.record if line.use == "skipped"]
    lines = [f"  not read: {line.file}: {line.reason}" for line in skipped[:MOST_LISTED]]
    likely = [f"{line.file} ({line.student.name})" for line in done.record if line.use == "likely" and line.student]
    lines += [f"  counted, but only likely theirs: {_listed(likely)}"] if likely else []
    doubtful = [line for line in done.record if line.use == "doubtful"]
    if doubtful:
        lines.append(f"  {counted(len(doubtful), 'file')} whose owner is doubtful:")
    for line in doubtful[:MOST_LISTED]:
        nearest = " or ".join(student.name for student in line.nearest[:2])
        lines.append(f"    {line.file}{f': {nearest}?' if nearest else ''}")
    if len(doubtful) > MOST_LISTED:
        lines.append(f"    and {len(doubtful) - MOST_LISTED} more, in {done.decisions}")
    if doubtful:
        lines.append(
            "    To settle them, write a CSV file with the lines file,student (the id or the name; - for nobody), "
            "and mark again with --corrections FILE --force"
        )
    return lines


def _upload_lines(done: Marked) -> list[str]:
    """What goes where on the platform, and who is left out."""
    lines = []
    if done.filled and done.export:
        lines.append(f"  {done.gradebook}: {counted(done.filled.filled, 'grade')} in {done.export.heading!r}")
        told = {"locked there, left as they were": done.filled.locked, "not in the gradebook": done.filled.absent}
        lines += [f"    {what}: {_listed([s.name for s in students])}" for what, students in told.items() if students]
    if done.export and done.export.platform:
        lines.append(f"  {GRADES_GO[done.export.platform]}: {done.gradebook}")
    return [*lines, *(f"  {FEEDBACK_GOES[platform]}: {done.archive}" for platform in _platforms(done) if done.archive)]


def _platforms(done: Marked) -> list[str]:
    """The platforms that the hand-ins come from."""
    said = [result.decision.submission.platform for result in done.results if result.decision]
    return sorted({each.platform for each in said if each})


def _listed(names: list[str]) -> str:
    more = len(names) - MOST_LISTED
    return ", ".join(names[:MOST_LISTED]) + (f" and {more} more" if more > 0 else "")
