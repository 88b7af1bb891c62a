"""The web application: its pages, what its script asks for, and the files of jobs."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from xlbp.errors import XlbpError
from xlbp.lang import default_language, load_texts
from xlbp.lang.languages import LANGUAGES
from xlbp.studio import compose
from xlbp.studio.asked import asked_by, must_be_text, text_of
from xlbp.studio.guard import Guard
from xlbp.studio.jobs import Job, Jobs
from xlbp.studio.results import archive_of, facts_of, view_of
from xlbp.studio.stories import STORIES, Story
from xlbp.studio.uploads import MOST_FILES, save_files
from xlbp.template.load import shipped

HERE = Path(__file__).parent
LIVE, BOOK = "live", "book"  # jobs of the composer
TEMPLATE, PAGE, MADE = "my-template.toml", "page.html", "my-book.xlsx"
COMPOSED = {  # the commands of the composer's jobs
    LIVE: ("page", TEMPLATE, f"--output={PAGE}"),
    BOOK: ("generate", TEMPLATE, f"--output={MADE}", "--notes", "--json"),
}
LANGUAGE = "xlbp-studio-language"  # a cookie
SHOWN_IN_PLACE = {".html": "text/html", ".toml": "text/plain", ".md": "text/plain", ".csv": "text/plain"}
# A page that a job made may hold a stranger's words: it is shown as if from nowhere, and reaches nothing of ours.
IN_A_BOX = (
    "sandbox allow-scripts allow-downloads; default-src 'none'; script-src 'unsafe-inline'; "
    "style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
)


def application(root: Path, token: str, port: int, kept: Path | None = None) -> Starlette:
    """The studio, whose jobs have their folders in ``root``; what they make is put into ``kept`` as well."""

    @asynccontextmanager
    async def living(app: Starlette) -> AsyncIterator[None]:
        app.state.jobs = Jobs(root, kept)
        yield
        await app.state.jobs.stop_all()

    routes = [
        Route("/", _home),
        Route("/compose", _compose),
        Route("/compose/start/{form}", _composed_start),
        Route("/compose/shipped/{name}", _shipped),
        Route("/compose/text", _to_text, methods=["POST"]),
        Route("/compose/tables", _to_tables, methods=["POST"]),
        Route("/compose/{what}", _composed, methods=["POST"]),
        Route("/do/{story}", _form),
        Route("/do/{story}", _begin, methods=["POST"]),
        Route("/do/{story}/command", _command, methods=["POST"]),
        Route("/jobs/{key}", _job),
        Route("/jobs/{key}/state", _state),
        Route("/jobs/{key}/stop", _stop, methods=["POST"]),
        Route("/jobs/{key}/files/{name:path}", _file),
        Route("/language", _language, methods=["POST"]),
        Mount("/assets", StaticFiles(directory=HERE / "assets")),
    ]
    handlers: Mapping[Any, Any] = {XlbpError: _refused, HTTPException: _not_there}
    middleware = [Middleware(Guard, token=token, port=port)]
    return Starlette(routes=routes, middleware=middleware, exception_handlers=handlers, lifespan=living)


# --- pages -----------------------------------------------------------------------------------------------------------


@cache
def _pages() -> Environment:
    return Environment(
        loader=PackageLoader("xlbp.studio", "pages"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip


def _language_of(request: Request) -> str:
    chosen = request.cookies.get(LANGUAGE, "")
    return chosen if chosen in LANGUAGES else default_language()


def _page(request: Request, name: str, code: int = 200, **facts: Any) -> HTMLResponse:
    texts = load_texts(_language_of(request))
    common = {
        "t": texts,
        "has": lambda key: key in texts.words,
        "languages": {code: language.name for code, language in LANGUAGES.items()},
        "stories": STORIES,
        "here": request.url.path,
    }
    return HTMLResponse(_pages().get_template(name).render(common | facts), code)


async def _home(request: Request) -> Response:
    return _page(request, "home.html")


async def _compose(request: Request) -> Response:
    source = request.query_params.get("job", "")
    text = _template_of(_job_of(request, source)) if source else ""
    offered = compose.offered() | {"text": text, "job": source}
    words = load_texts(_language_of(request)).table("composer")
    return _page(request, "compose.html", offered=offered, words=words, templates=list(shipped()))


async def _form(request: Request) -> Response:
    story = _story_of(request)
    return _page(request, "form.html", story=story, templates=list(shipped()), wrong="")


async def _job(request: Request) -> Response:
    job = _job_of(request, request.path_params["key"])
    return _page(request, "job.html", job=job, result=view_of(job) if job.is_over else None)


async def _refused(request: Request, error: Exception) -> Response:
    """What a person can mend is said in one line, on the page or to its script."""
    assert isinstance(error, XlbpError)
    if "application/json" in request.headers.get("accept", ""):
        return JSONResponse({"error": error.at_the_command_line}, 400)
    return _page(request, "wrong.html", 400, wrong=error.at_the_command_line)


async def _not_there(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return _page(request, "wrong.html", error.status_code, wrong=error.detail)


async def _language(request: Request) -> Response:
    form = await request.form()
    answer = RedirectResponse(_path_here(str(form.get("back", "/"))), status_code=303)
    if str(form.get("language")) in LANGUAGES:
        answer.set_cookie(LANGUAGE, str(form["language"]), httponly=True, samesite="strict")
    return answer


def _path_here(path: str) -> str:
    """A path of ours: two slashes would lead to another host."""
    return "/" + path.lstrip("/\\")


# --- forms and jobs --------------------------------------------------------------------------------------------------


def _story_of(request: Request) -> Story:
    story = STORIES.get(request.path_params["story"])
    if story is None:
        raise HTTPException(404, "there is no such page in the studio")
    return story


def _job_of(request: Request, key: str) -> Job:
    jobs: Jobs = request.app.state.jobs
    if key not in jobs.all:
        raise HTTPException(404, "this job is over and its files are gone; begin it again")
    return jobs.all[key]


async def _begin(request: Request) -> Response:
    """Save the files, begin the job, and lead to its page."""
    story, jobs = _story_of(request), request.app.state.jobs
    folder = jobs.new_folder()
    try:
        async with request.form(max_files=MOST_FILES) as form:
            saved = await save_files(form, story.files(), folder, story.makes())
            values = {name: [str(value) for value in form.getlist(name)] for name in form} | saved
        arguments = story.arguments(values, _language_of(request))
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    job = jobs.start(story.key, arguments, folder, _language_of(request))
    return RedirectResponse(f"/jobs/{job.key}", status_code=303)


async def _command(request: Request) -> Response:
    """The command that a form would be, for who wants to know; files by their names alone."""
    story = _story_of(request)
    language, asked = _language_of(request), await asked_by(request)
    values = {name: list(map(str, each)) for name, each in asked.items() if isinstance(each, list)}
    if empty := story.empty(values):
        texts = load_texts(language)
        return JSONResponse({"missing": texts("studio.empty", field=texts(f"studio_field.{empty.name}"))})
    try:
        words = story.arguments(values, language)
    except XlbpError as error:
        return JSONResponse({"missing": error.at_the_command_line})
    return JSONResponse({"command": ["xlbp", *words]})


async def _composed(request: Request) -> Response:
    """Begin a job of the composer with the text that stands there, and the files of the job it came from."""
    what, jobs = request.path_params["what"], request.app.state.jobs
    if what not in COMPOSED:
        raise HTTPException(404, "there is no such page in the studio")
    asked = await asked_by(request)
    text, source, before = (text_of(asked, key) for key in ("text", "job", "instead_of"))
    given = _job_of(request, source) if source else None
    if before in jobs.all and jobs.all[before].story == LIVE:
        await jobs.stop(jobs.all[before])
        jobs.forget(jobs.all[before])  # so that typing crowds out no other job
    folder, language = jobs.new_folder(), _language_of(request)
    if given is not None:
        await asyncio.to_thread(_copy_inputs, given, folder)
    (folder / TEMPLATE).write_text(text, encoding="utf-8")
    job = jobs.start(what, (*COMPOSED[what], f"--lang={language}"), folder, language, is_kept=what == BOOK)
    return JSONResponse({"job": job.key})


def _copy_inputs(job: Job, folder: Path) -> None:
    """The files that a template may speak of: those that were given to the job it came from."""
    for name in job.given:
        if (job.folder / name).is_file():
            shutil.copyfile(job.folder / name, folder / name)


def _template_of(job: Job) -> str:
    """The template that a job made, or was given."""
    path = job.folder / TEMPLATE
    return path.read_text("utf-8") if path.is_file() else ""


async def _composed_start(request: Request) -> Response:
    texts = load_texts(_language_of(request))
    tables = compose.start(request.path_params["form"], texts("studio.my_network"))
    return JSONResponse({"tables": tables, "text": compose.as_text(tables)})


async def _shipped(request: Request) -> Response:
    path = shipped().get(request.path_params["name"])
    if path is None:
        raise HTTPException(404, "there is no such template")
    text = path.read_text("utf-8")
    return JSONResponse({"tables": compose.as_tables(text), "text": text})


async def _to_text(request: Request) -> Response:
    return JSONResponse({"text": must_be_text(compose.as_text(await asked_by(request)))})


async def _to_tables(request: Request) -> Response:
    return JSONResponse({"tables": compose.as_tables(text_of(await asked_by(request), "text"))})


async def _state(request: Request) -> Response:
    job = _job_of(request, request.path_params["key"])
    said = {"state": job.state.value, "code": job.code, "is_over": job.is_over}
    if not job.is_over:
        return JSONResponse(said)
    files = [path.relative_to(job.folder).as_posix() for path in job.made()]
    facts = facts_of(job) if job.story == BOOK and job.code == 0 else None
    return JSONResponse(said | {"error": job.error if job.code or job.fault else "", "files": files, "facts": facts})


async def _stop(request: Request) -> Response:
    job = _job_of(request, request.path_params["key"])
    await request.app.state.jobs.stop(job)
    return RedirectResponse(f"/jobs/{job.key}", status_code=303)


async def _file(request: Request) -> Response:
    """A file that a job made or was given; a folder as an archive.  With ``?show`` it is shown, else kept."""
    path = _file_of(_job_of(request, request.path_params["key"]), request.path_params["name"])
    if path.is_dir():
        packed = await asyncio.to_thread(archive_of, path)
        return FileResponse(packed, filename=f"{path.name}.zip", background=BackgroundTask(packed.unlink))
    kind = SHOWN_IN_PLACE.get(path.suffix)
    if kind and "show" in request.query_params:
        return FileResponse(path, media_type=kind, headers={"Content-Security-Policy": IN_A_BOX})
    return FileResponse(path, filename=path.name)


def _file_of(job: Job, name: str) -> Path:
    """A file or folder of a job; of nothing else, and of nothing that is hidden."""
    try:
        path = (job.folder / name).resolve()
        is_ours = job.folder.resolve() in path.parents and not path.name.startswith(".") and path.exists()
    except (OSError, ValueError):  # too long for a name, or with NUL in it
        is_ours = False
    if not is_ours:
        raise HTTPException(404, "there is no such file")
    return path
