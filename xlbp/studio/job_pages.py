"""The page of a job, how far it is, and the files that it made."""

from __future__ import annotations

import asyncio
from pathlib import Path

from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, RedirectResponse, Response

from xlbp.lang.sentences import said_in
from xlbp.studio.answers import page, texts_for
from xlbp.studio.jobs import SPEAKS_TO_PROGRAMS, TEMPLATE, Job, Jobs, as_typed
from xlbp.studio.results import archive_of, facts_of, view_of

SHOWN_IN_PLACE = {".html": "text/html", ".toml": "text/plain", ".md": "text/plain", ".csv": "text/plain"}
# A page that a job made may hold a stranger's words: it is shown as if from nowhere, and reaches nothing of ours.
IN_A_BOX = (
    "sandbox allow-scripts allow-downloads; default-src 'none'; script-src 'unsafe-inline'; "
    "style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
)


def job_of(request: Request, key: str) -> Job:
    """A job by its key."""
    jobs: Jobs = request.app.state.jobs
    if key not in jobs.all:
        raise HTTPException(404, "job")
    return jobs.all[key]


async def job_page(request: Request) -> Response:
    """A job at work, or what came of it."""
    job = job_of(request, request.path_params["key"])
    result = view_of(job, texts_for(request)) if job.is_over else None
    return page(request, "job.html", job=job, command=as_typed(job.arguments), result=result, own=TEMPLATE)


async def state(request: Request) -> Response:
    """How far a job is; of one that is over, what it made, what it said for programs, and what was wrong."""
    job = job_of(request, request.path_params["key"])
    said = {"state": job.state.value, "code": job.code, "is_over": job.is_over}
    if not job.is_over:
        return JSONResponse(said)
    files = [path.relative_to(job.folder).as_posix() for path in job.made()]
    facts = facts_of(job) if SPEAKS_TO_PROGRAMS in job.arguments and job.code == 0 else None
    error = said_in(texts_for(request), job.error) if job.code or job.fault else ""
    return JSONResponse(said | {"error": error, "files": files, "facts": facts})


async def stop(request: Request) -> Response:
    """End a job."""
    job = job_of(request, request.path_params["key"])
    await request.app.state.jobs.stop(job)
    return RedirectResponse(f"/jobs/{job.key}", status_code=303)


async def file(request: Request) -> Response:
    """A file that a job made or was given; a folder as an archive.  With ``?show`` it is shown, else kept."""
    path = _file_of(job_of(request, request.path_params["key"]), request.path_params["name"])
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
        raise HTTPException(404, "file")
    return path
