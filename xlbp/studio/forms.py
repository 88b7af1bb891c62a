"""The forms of the stories: shown, told as a command, and begun as a job."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from xlbp.errors import UsageError, XlbpError
from xlbp.lang.sentences import said_in
from xlbp.studio.answers import language_of, page, texts_for
from xlbp.studio.asked import asked_by
from xlbp.studio.fields import Values
from xlbp.studio.job_pages import job_of
from xlbp.studio.jobs import TEMPLATE, Job, as_typed
from xlbp.studio.stories import STORIES, Story
from xlbp.studio.uploads import MOST_FILES, save_files
from xlbp.template.load import shipped

FROM = "job"  # what a form calls the job whose template it takes


async def form(request: Request) -> Response:
    """The form of a story; of one that takes a template, also that of the job it was led to from."""
    story, source = story_of(request), request.query_params.get(FROM, "")
    has_own = bool(source) and (job_of(request, source).folder / TEMPLATE).is_file()
    return page(
        request, "form.html", story=story, templates=list(shipped()), source=source if has_own else "", own=TEMPLATE
    )


def story_of(request: Request) -> Story:
    """The story that an address names."""
    story = STORIES.get(request.path_params["story"])
    if story is None:
        raise HTTPException(404, "page")
    return story


async def begin(request: Request) -> Response:
    """Save the files, begin the job, and lead to its page."""
    story, jobs = story_of(request), request.app.state.jobs
    folder = jobs.new_folder()
    try:
        arguments = await _taken(request, story, folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    job = jobs.start(story.key, arguments, folder, language_of(request))
    return RedirectResponse(f"/jobs/{job.key}", status_code=303)


async def _taken(request: Request, story: Story, folder: Path) -> list[str]:
    """What a form brings, with its files in the job's folder, as the arguments of a command."""
    async with request.form(max_files=MOST_FILES) as form:
        if source := str(form.get(FROM, "")):
            await asyncio.to_thread(copy_template, job_of(request, source), folder)
        texts = texts_for(request)
        saved = await save_files(form, story.files(), folder, story.makes(), lambda name: texts(f"studio_field.{name}"))
        values = {name: [str(value) for value in form.getlist(name)] for name in form} | saved
    if missing := _missing(request, story, values):
        raise UsageError(missing)
    return story.arguments(values, language_of(request))


def copy_template(job: Job, folder: Path) -> None:
    """The template that a job made, or was given, with the files that it may speak of: those that the job was given."""
    for name in {*job.given, TEMPLATE}:
        if (job.folder / name).is_file():
            shutil.copyfile(job.folder / name, folder / name)


def _missing(request: Request, story: Story, values: Values) -> str:
    """Which field is empty and must not be, in the reader's words; '' if none is."""
    texts, empty = texts_for(request), story.empty(values)
    return texts("studio.empty", field=texts(f"studio_field.{empty.name}")) if empty else ""


async def command(request: Request) -> Response:
    """The command that a form would be, for who wants to know; files by their names alone."""
    story, asked = story_of(request), await asked_by(request)
    values = {name: list(map(str, each)) for name, each in asked.items() if isinstance(each, list)}
    if missing := _missing(request, story, values):
        return JSONResponse({"missing": missing})
    try:
        words = story.arguments(values, language_of(request))
    except XlbpError as error:
        return JSONResponse({"missing": said_in(texts_for(request), error.at_the_command_line)})
    return JSONResponse({"command": ["xlbp", *as_typed(words)]})
