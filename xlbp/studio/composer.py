"""What the page Compose asks for: a template as text or as tables, its live page, its workbook."""

from __future__ import annotations

import asyncio

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from xlbp.studio import compose
from xlbp.studio.answers import language_of, page, texts_for
from xlbp.studio.asked import asked_by, must_be_text, text_of
from xlbp.studio.forms import copy_template
from xlbp.studio.job_pages import job_of
from xlbp.studio.jobs import TEMPLATE
from xlbp.template.load import shipped

LIVE, BOOK = "live", "book"  # the jobs of the composer
PAGE, MADE = "page.html", "my-book.xlsx"
COMPOSED = {  # and their commands
    LIVE: ("page", TEMPLATE, f"--output={PAGE}"),
    BOOK: ("generate", TEMPLATE, f"--output={MADE}", "--notes", "--json"),
}


async def composer(request: Request) -> Response:
    """The page itself; it begins with the template of a job, if one is named."""
    source = request.query_params.get("job", "")
    path = job_of(request, source).folder / TEMPLATE if source else None
    text = path.read_text("utf-8") if path and path.is_file() else ""
    offered = compose.offered() | {"text": text, "job": source}
    texts = texts_for(request)
    words = texts.table("composer") | {"set_exercise": texts("studio.set_exercise")}
    return page(request, "compose.html", offered=offered, words=words, templates=list(shipped()))


async def composed(request: Request) -> Response:
    """Begin a job of the composer with the text that stands there, and the files of the job it came from."""
    what, jobs = request.path_params["what"], request.app.state.jobs
    if what not in COMPOSED:
        raise HTTPException(404, "page")
    asked = await asked_by(request)
    text, source, before = (text_of(asked, key) for key in ("text", "job", "instead_of"))
    given = job_of(request, source) if source else None
    if before in jobs.all and jobs.all[before].story == LIVE:
        await jobs.stop(jobs.all[before])
        jobs.forget(jobs.all[before])  # so that typing crowds out no other job
    folder, language = jobs.new_folder(), language_of(request)
    if given is not None:
        await asyncio.to_thread(copy_template, given, folder)
    (folder / TEMPLATE).write_text(text, encoding="utf-8")
    job = jobs.start(what, (*COMPOSED[what], f"--lang={language}"), folder, language, is_kept=what == BOOK)
    return JSONResponse({"job": job.key})


async def beginning(request: Request) -> Response:
    """A small network of a form to begin with."""
    tables = compose.start(request.path_params["form"], texts_for(request)("studio.my_network"))
    return JSONResponse({"tables": tables, "text": compose.as_text(tables)})


async def shipped_template(request: Request) -> Response:
    """A template that comes with xlbp."""
    path = shipped().get(request.path_params["name"])
    if path is None:
        raise HTTPException(404, "template")
    text = path.read_text("utf-8")
    return JSONResponse({"tables": compose.as_tables(text), "text": text})


async def to_text(request: Request) -> Response:
    """Tables as the text of a template."""
    return JSONResponse({"text": must_be_text(compose.as_text(await asked_by(request)))})


async def to_tables(request: Request) -> Response:
    """The text of a template as tables."""
    return JSONResponse({"tables": compose.as_tables(text_of(await asked_by(request), "text"))})
