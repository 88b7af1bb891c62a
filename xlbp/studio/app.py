"""The web application: which address is answered by what."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from xlbp.errors import XlbpError
from xlbp.lang.languages import LANGUAGES
from xlbp.studio import composer, forms, job_pages
from xlbp.studio.answers import LANGUAGE, not_there, page, refused
from xlbp.studio.guard import Guard
from xlbp.studio.jobs import Jobs

HERE = Path(__file__).parent


def application(root: Path, token: str, port: int, kept: Path | None = None) -> Starlette:
    """The studio, whose jobs have their folders in ``root``; what they make is put into ``kept`` as well."""

    @asynccontextmanager
    async def living(app: Starlette) -> AsyncIterator[None]:
        app.state.jobs = Jobs(root, kept)
        yield
        await app.state.jobs.stop_all()

    routes = [
        Route("/", _home),
        Route("/compose", composer.composer),
        Route("/compose/start/{form}", composer.beginning),
        Route("/compose/shipped/{name}", composer.shipped_template),
        Route("/compose/text", composer.to_text, methods=["POST"]),
        Route("/compose/tables", composer.to_tables, methods=["POST"]),
        Route("/compose/{what}", composer.composed, methods=["POST"]),
        Route("/do/{story}", forms.form),
        Route("/do/{story}", forms.begin, methods=["POST"]),
        Route("/do/{story}/command", forms.command, methods=["POST"]),
        Route("/jobs/{key}", job_pages.job_page),
        Route("/jobs/{key}/state", job_pages.state),
        Route("/jobs/{key}/stop", job_pages.stop, methods=["POST"]),
        Route("/jobs/{key}/files/{name:path}", job_pages.file),
        Route("/language", _language, methods=["POST"]),
        Mount("/assets", StaticFiles(directory=HERE / "assets")),
    ]
    handlers: Mapping[Any, Any] = {XlbpError: refused, HTTPException: not_there}
    middleware = [Middleware(Guard, token=token, port=port)]
    return Starlette(routes=routes, middleware=middleware, exception_handlers=handlers, lifespan=living)


async def _home(request: Request) -> Response:
    return page(request, "home.html")


async def _language(request: Request) -> Response:
    form = await request.form()
    answer = RedirectResponse(_path_here(str(form.get("back", "/"))), status_code=303)
    if str(form.get("language")) in LANGUAGES:
        answer.set_cookie(LANGUAGE, str(form["language"]), httponly=True, samesite="strict")
    return answer


def _path_here(path: str) -> str:
    """A path of ours: two slashes would lead to another host."""
    return "/" + path.lstrip("/\\")
