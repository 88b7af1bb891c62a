"""Nobody else comes in: a token, the address and the origin of each request, and how much it may bring.

The studio listens on the loopback address, which every program and every page in a browser of this machine can reach.
A page of a stranger's site knows no token, has another origin, and may call us by a name of its own (DNS rebinding);
another user of the machine knows no token.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import MutableMapping
from typing import Any
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection, cookie_parser
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from xlbp.studio.answers import refusal

MOST_BYTES = 300_000_000  # of one request
OPEN_PATHS = ("/assets/",)  # our own pictures and scripts, which tell nothing
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class TooLargeError(Exception):
    """A request that brings more than is allowed."""


class Guard:
    """Middleware that lets in who knows the token, at this address, from this origin."""

    def __init__(self, app: ASGIApp, token: str, port: int, most_bytes: int = MOST_BYTES) -> None:
        self.app, self.token, self.most_bytes = app, token, most_bytes
        self.hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}
        self.cookie = f"xlbp-studio-{port}"  # a cookie knows no port: two studios are not to mix theirs up

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer it, or say why not."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        refused = self._refused(scope)
        if refused is not None:
            await refused(scope, receive, self._with_headers(send))
            return
        try:
            await self.app(scope, self._limited(receive), self._with_headers(send))
        except TooLargeError:
            too_much = refusal(HTTPConnection(scope), 413, "too_much")
            await too_much(scope, receive, self._with_headers(send))

    def _refused(self, scope: Scope) -> Response | None:
        """What is said to who may not come in; None to who may."""
        if scope["type"] != "http":
            return PlainTextResponse("", 403)
        asking = HTTPConnection(scope)
        if asking.headers.get("host", "") not in self.hosts:
            return refusal(asking, 403, "host", back=None)
        if scope["method"] not in {"GET", "HEAD"} and not self._is_our_origin(asking.headers):
            return refusal(asking, 403, "origin")
        if scope["path"].startswith(OPEN_PATHS) or self._is_token(self._cookie(asking.headers)):
            return None
        asked = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
        if scope["method"] == "GET" and self._is_token(asked):
            return self._let_in(scope["path"])
        return refusal(asking, 403, "token", back=None)

    def _let_in(self, path: str) -> Response:
        """The same address without the token, which the browser then knows."""
        answer = RedirectResponse("/" + path.lstrip("/"), status_code=303)
        answer.set_cookie(self.cookie, self.token, httponly=True, samesite="strict", path="/")
        return answer

    def _is_our_origin(self, headers: Headers) -> bool:
        """Whether a form was sent from a page of ours; browsers say so with each."""
        return headers.get("origin", "") in {f"http://{host}" for host in self.hosts}

    def _cookie(self, headers: Headers) -> str:
        return cookie_parser(headers.get("cookie", "")).get(self.cookie, "")  # whatever others of this address hold

    def _is_token(self, text: str) -> bool:
        return hmac.compare_digest(text.encode(), self.token.encode())

    def _limited(self, receive: Receive) -> Receive:
        """The request's body, which ends the request where it is too much."""
        taken = 0

        async def limited() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self.most_bytes:
                raise TooLargeError
            return message

        return limited

    @staticmethod
    def _with_headers(send: Send) -> Send:
        async def with_headers(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        return with_headers


def new_token() -> str:
    """A token that nobody guesses."""
    return secrets.token_urlsafe(24)
