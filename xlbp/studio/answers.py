"""What the studio answers with: its pages, in the reader's language, and refusals, for people and for scripts."""

from __future__ import annotations

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from xlbp.errors import XlbpError
from xlbp.lang import Texts, default_language, language_called, load_texts
from xlbp.lang.languages import LANGUAGES
from xlbp.lang.sentences import said_in
from xlbp.studio.stories import STORIES

LANGUAGE = "xlbp-studio-language"  # a cookie
SCRIPT = "application/json"  # what a script accepts
REFUSED = "studio_refused"  # the texts of why
BY_CODE = {404: "page", 405: "way"}  # what is said where the web server knows no better
MOST_WANTED = 1000  # characters of the list of languages that are looked at


@cache
def _pages() -> Environment:
    return Environment(
        loader=PackageLoader("xlbp.studio", "pages"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip


def language_of(asking: HTTPConnection) -> str:
    """The language that was chosen; else the first that the browser wants and we speak; else that of the locale."""
    chosen = asking.cookies.get(LANGUAGE, "")
    if chosen in LANGUAGES:
        return chosen
    wanted = (language_called(name) for name in _wanted(asking.headers.get("accept-language", "")))
    return next(filter(None, wanted), "") or default_language()


def _wanted(header: str) -> list[str]:
    """The languages of an Accept-Language, the most wanted first; one of weight 0 is not wanted."""
    weighed = []
    for part in header[:MOST_WANTED].split(","):
        name, _, weight = part.partition(";")
        try:
            weighed.append((float(weight.strip().removeprefix("q=") or 1), name.strip()))
        except ValueError:
            continue
    return [name for weight, name in sorted(weighed, key=lambda pair: -pair[0]) if weight > 0]


def texts_for(asking: HTTPConnection) -> Texts:
    """The words in the reader's language."""
    return load_texts(language_of(asking))


def page(asking: HTTPConnection, name: str, code: int = 200, **facts: Any) -> HTMLResponse:
    """A page of the studio."""
    texts = texts_for(asking)
    common = {
        "t": texts,
        "has": lambda key: key in texts.words,
        "languages": {code: language.name for code, language in LANGUAGES.items()},
        "stories": STORIES,
        "here": asking.scope["path"],  # an address may be spoiled
    }
    return HTMLResponse(_pages().get_template(name).render(common | facts), code)


def refusal(asking: HTTPConnection, code: int, why: str, back: str | None = "/") -> Response:
    """A sentence: to a script as JSON, to a person as a page with a way back, if there is one.

    ``why`` is the key of a text of why something is refused, or an error's message.
    """
    texts, key = texts_for(asking), f"{REFUSED}.{why}"
    sentence = texts(key) if key in texts.words else said_in(texts, why)
    if SCRIPT in asking.headers.get("accept", ""):
        return JSONResponse({"error": sentence}, code)
    return page(asking, "wrong.html", code, wrong=sentence, back=back)


async def refused(request: Request, error: Exception) -> Response:
    """What a person can mend."""
    assert isinstance(error, XlbpError)
    return refusal(request, 400, error.at_the_command_line, _back_to(request))


async def not_there(request: Request, error: Exception) -> Response:
    """What there is not, or not so."""
    assert isinstance(error, HTTPException)
    key = BY_CODE.get(error.status_code)
    is_ours = f"{REFUSED}.{error.detail}" in texts_for(request).words
    return refusal(request, error.status_code, error.detail if is_ours or key is None else key, _back_to(request))


def _back_to(request: Request) -> str:
    path: str = request.scope["path"]
    return path if path.removeprefix("/do/") in STORIES else "/"
