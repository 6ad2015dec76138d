"""Who may ask the page, decided before any route: the right host, the right origin, the right token, and little of it.

    host      one of those this server was started for, or a name that someone pointed at this machine (DNS rebinding) gets in
    origin    this page's own, on every method, where the browser says one; a request that changes something must say it
    token     one for each start, by the cookie that the first address sets, which no script reads
    method    GET and HEAD look, POST changes, nothing else is answered
    size      of a request's body, counted as it arrives, and the time that it takes

What is refused gets one sentence and no data. Every answer says what its page may load: this server's files alone.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
LOOKING, CHANGING = ("GET", "HEAD"), ("POST",)
MOST_BYTES = 32 * 2**20  # of a body, which is a picture at most
MOST_SECONDS = 60.0  # that a body may take to arrive
HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
        "form-action 'none'; base-uri 'none'; frame-src 'self'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
    "permissions-policy": "camera=(self), microphone=(), geolocation=(), display-capture=()",
}
WANTED = "open the address that striate serve printed when it started; it holds the token of this start"


@dataclass(frozen=True)
class Allowed:
    """What a request must bring: its ``hosts`` with their port, as a browser writes them, and the ``token``."""

    hosts: frozenset[str]
    token: str
    cookie: str

    @property
    def origins(self) -> frozenset[str]:
        """The origins of the page itself."""
        return frozenset(f"http://{host}" for host in self.hosts)


def allowed(names: Iterable[str], port: int, token: str) -> Allowed:
    """Return what is allowed where the server answers to ``names`` at ``port``; a cookie holds for every port of a host."""
    named = {name.lower() for name in names}
    hosts = {f"{name}:{port}" for name in named} | (named if port == 80 else set())
    return Allowed(frozenset(hosts), token, f"striate-{port}")


class Guard:
    """The door before the routes of ``app``."""

    def __init__(self, app: ASGIApp, admitted: Allowed) -> None:
        self.app, self.admitted = app, admitted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer what is refused, and hand on the rest."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            return  # there are no web sockets here

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        if (answer := self.refusal(scope)) is not None:
            await answer(scope, receive, sent)
            return
        await self.app(scope, _counted(receive), sent)

    def refusal(self, scope: Scope) -> Response | None:
        """Return the answer to what is not let through; None for what is."""
        headers, method = Headers(scope=scope), str(scope["method"])
        hosts, origins = headers.getlist("host"), headers.getlist("origin")
        if len(hosts) != 1 or hosts[0].lower() not in self.admitted.hosts:
            return _refused("this server does not answer to that host", 421)
        if method not in LOOKING + CHANGING:
            return _refused("this page is looked at by GET and changed by POST", 405)
        if any(origin not in self.admitted.origins for origin in origins) or len(origins) > 1:
            return _refused("this server answers its own page alone", 403)
        if headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            return _refused("this server answers its own page alone", 403)
        if method in CHANGING and not origins:
            return _refused("a request that changes something must name its origin", 403)
        if (length := headers.get("content-length", "0")) and not (length.isdecimal() and int(length) <= MOST_BYTES):
            return _refused(f"a request holds at most {MOST_BYTES:,} bytes", 413)
        return self._by_token(scope, headers, method)

    def _by_token(self, scope: Scope, headers: Headers, method: str) -> Response | None:
        given = parse_qs(bytes(scope["query_string"]).decode("latin-1")).get("token", [])
        if method == "GET" and len(given) == 1 and self._is_token(given[0]):
            answer = RedirectResponse(_without_token(scope), 303)  # the token shall not stay in the address bar
            answer.set_cookie(self.admitted.cookie, self.admitted.token, httponly=True, samesite="strict", path="/")
            return answer
        try:
            crumb = SimpleCookie(headers.get("cookie", "")).get(self.admitted.cookie)
        except CookieError:
            crumb = None
        return None if crumb is not None and self._is_token(crumb.value) else _refused(WANTED, 401)

    def _is_token(self, text: str) -> bool:
        return secrets.compare_digest(text.encode("utf-8", "replace"), self.admitted.token.encode())


def _without_token(scope: Scope) -> str:
    """Return the path of the request alone; one that begins with two slashes would be an address of another host."""
    path = bytes(scope.get("raw_path") or str(scope["path"]).encode()).decode("latin-1")
    return "/" + path.lstrip("/\\")


def _refused(text: str, status: int) -> Response:
    return PlainTextResponse(f"striate: {text}\n", status)


def _counted(receive: Receive) -> Receive:
    """Return ``receive``, which ends a body that is longer than it may be, or comes too slowly, whatever its header said."""
    taken, whole = 0, False
    end = time.monotonic() + MOST_SECONDS

    async def counting() -> Message:
        nonlocal taken, whole
        if whole:  # what comes now is only that the window is gone, whenever it goes
            return await receive()
        try:
            async with asyncio.timeout(max(0.0, end - time.monotonic())):
                message = await receive()
        except TimeoutError:
            return {"type": "http.disconnect"}
        taken += len(message.get("body", b""))
        whole = not message.get("more_body", False)
        return message if taken <= MOST_BYTES else {"type": "http.disconnect"}

    return counting
